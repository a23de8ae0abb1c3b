"""Pictures that compare networks: what they cost and what they achieve."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lecture_utils.checks import refused
from lecture_utils.datasets import networks
from lecture_utils.plots._common import number, titled
from lecture_utils.plots.style import BLUE, GREEN, GREY, ORANGE, RED

FAR_APART = 100  # counts whose ratio is larger are drawn on a logarithmic axis


def compare(models: Iterable[Any] | Mapping[str, Any], title: str | None = None) -> Figure:
    """Compare networks by their parameters, multiply-accumulates, depth and published error.

    Each has a panel of its own with a bar for each network, and its value at the end of the bar.
    Depth is what `lecture_utils.anatomy.count_depth` counts, parameters are all weights, those that
    are not trained too. The error is that of the published network of that name, if it sees one
    crop of each image; `lecture_utils.datasets.networks` has errors under other conditions.

    Args:
        models: Models, or models by the name that stands at their bars; blueprints will do.
        title: What stands above.

    Returns:
        The figure; it has no panel for errors if none is known.

    Raises:
        ValueError: If there are no models, or two of the same name.

    Example:
        ```
        compare([blueprint(models.vgg16), blueprint(models.resnet50)])
        ```

    Lecture 10 uses it.
    """
    from lecture_utils.anatomy import count_depth, layer_table  # loads Keras

    published = {row["name"]: row for row in networks()}
    named = _named(models, {name: row["title"] for name, row in published.items()})
    try:
        tables = [layer_table(model) for model in named.values()]
    except ValueError as error:
        raise ValueError(f"models must be networks: {error}") from None
    errors = [published.get(model.name, {}).get("top5") for model in named.values()]
    panels = {
        "parameters": ([table.parameters for table in tables], BLUE),
        "multiply-accumulates": ([table.macs for table in tables], ORANGE),
        "layers in a row": ([count_depth(model) for model in named.values()], GREEN),
        "top-5 error in %,\none crop": (errors, RED),
    }
    columns = 3 + any(errors)
    size = (3 * columns + 1, 0.36 * len(named) + 1.2)
    figure, (axes,) = titled(title, 1, columns, figsize=size, sharey=True)
    for ax, (label, (values, color)) in zip(axes, panels.items()):
        _draw_bars(ax, values, color, number if values is errors else _short)
        ax.set_xlabel(label)
    axes[0].set_yticks(range(len(named)), list(named))
    axes[0].invert_yaxis()
    return figure


def _named(models: Any, titles: Mapping[str, str]) -> dict[str, Any]:
    """Return the models by the names that are written at their bars."""
    if isinstance(models, Mapping) and models:
        return dict(models)
    try:
        listed = list(models)
    except TypeError:  # a single model, or a number
        listed = []
    names = [getattr(model, "name", None) for model in listed]
    if not listed or len(set(names)) < len(names):
        advice = 'give a dictionary, such as {"small": model, "large": other}'
        raise refused("models", "networks with names that differ", names or models, advice)
    return {titles.get(name, name): model for name, model in zip(names, listed)}


def _draw_bars(ax: Axes, values: list[float | None], color: str, write: Callable) -> None:
    """Draw a bar for each value, on a logarithmic axis if they lie far apart."""
    bars = ax.barh(range(len(values)), [value or 0 for value in values], color=color, height=0.65)
    known = [value for value in values if value] or [1]
    smallest, largest = min(known), max(known)
    # A third of the width is left to what is written behind the longest bar.
    if largest > FAR_APART * smallest:
        ax.set_xscale("log")
        ax.set_xlim(smallest / 3, largest * (3 * largest / smallest) ** 0.5)
    else:
        ax.set_xlim(0, 1.5 * largest)
        ax.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    ax.xaxis.set_major_formatter(lambda value, _: _short(value).replace(".0", ""))
    for bar, value in zip(bars, values):
        place = (value or ax.get_xlim()[0], bar.get_y() + bar.get_height() / 2)
        text = "–" if value is None else write(value)
        style = {"va": "center", "fontsize": 11, "color": "black" if value else GREY}
        ax.annotate(text, place, (4, 0), textcoords="offset points", **style)
    ax.grid(axis="x", alpha=0.4)
    ax.tick_params(axis="y", length=0)


def _short(value: float) -> str:
    """Write a count in a few letters: 138.4 M for 138,357,544."""
    for factor, letter in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if value >= factor:
            return f"{value / factor:.1f} {letter}"
    return f"{value:g}"
