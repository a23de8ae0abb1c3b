"""Pictures that compare networks: what they cost and what they achieve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lecture_utils.datasets import networks
from lecture_utils.plots._common import number
from lecture_utils.plots.labels import LABELS
from lecture_utils.plots.style import BLUE, GREEN, GREY, ORANGE, RED

FAR_APART = 100  # counts whose ratio is larger are drawn on a logarithmic axis
CROPS = {"one": "top5", "ten": "top5_ten_crops"}


def compare(
    models: Iterable[Any] | Mapping[str, Any],
    errors: Mapping[str, float] | None = None,
    crops: str = "one",
    title: str | None = None,
) -> Figure:
    """Compare networks by their parameters, multiply-accumulates, depth and published error.

    Each has a panel of its own with a bar for each network, and its value at the end of the bar.
    Depth is what `lecture_utils.anatomy.count_depth` counts, parameters are all weights, those that
    are not trained too.

    Args:
        models: Models, or models by the name that stands at their bars; blueprints will do.
        errors: Errors in % by the names of the models, instead of the published ones. A model that
            isn't there has none.
        crops: Which published top-5 errors on ImageNet: of one network that sees "one" crop of
            each image or about "ten". Errors under other conditions can't be compared with them,
            and are not shown; `lecture_utils.datasets.networks` has them.
        title: What stands above.

    Returns:
        The figure; it has no panel for errors if none is known.

    Raises:
        ValueError: If there are no models, or two of the same name, or `errors` has a name that no
            model has.

    Example:
        ```
        compare([blueprint(models.vgg16), blueprint(models.resnet50)])
        ```
    """
    from lecture_utils.anatomy import count_depth, layer_table  # loads Keras

    if crops not in CROPS:
        raise ValueError(f'crops: "one" or "ten" is needed, not {crops!r}.')
    named = _named(models)
    tables = [layer_table(model) for model in named.values()]
    counts = {
        "parameters": ([table.parameters for table in tables], BLUE),
        "macs": ([table.macs for table in tables], ORANGE),
        "depth": ([count_depth(model) for model in named.values()], GREEN),
    }
    known = _errors(named, errors, CROPS[crops])
    panels = 3 + any(error is not None for error in known)
    height = 0.36 * len(named) + 1.2
    figure, axes = plt.subplots(
        1, panels, figsize=(3 * panels + 1, height), sharey=True, layout="constrained"
    )
    for ax, (label, (values, color)) in zip(axes, counts.items()):
        _draw_bars(ax, values, [short(value) for value in values], color)
        ax.set_xlabel(LABELS[label])
    if panels == 4:
        texts = [LABELS["unknown"] if error is None else number(error) for error in known]
        _draw_bars(axes[3], [error or 0 for error in known], texts, RED)
        axes[3].set_xlabel(LABELS["error" if errors is not None else CROPS[crops]])
    axes[0].set_yticks(range(len(named)), list(named))
    axes[0].invert_yaxis()
    if title is not None:
        figure.suptitle(title)
    return figure


def _named(models: Iterable[Any] | Mapping[str, Any]) -> dict[str, Any]:
    """Return the models by the names that are written at their bars."""
    if isinstance(models, Mapping):
        named = dict(models)
    elif isinstance(models, Iterable):
        titles = {row["name"]: row["title"] for row in networks()}
        models = list(models)
        names = [getattr(model, "name", None) for model in models]
        if len(set(names)) < len(names):
            raise ValueError(
                f"models: each needs a name of its own, not {', '.join(map(repr, names))}; give a "
                'dictionary, such as {"small": model, "large": other}.'
            )
        named = {titles.get(name, name): model for name, model in zip(names, models)}
    else:
        raise ValueError(
            f"models: several models or a dictionary of them are needed, not {models!r}."
        )
    if not named:
        raise ValueError("models: at least one is needed.")
    return named


def _errors(
    named: Mapping[str, Any], errors: Mapping[str, float] | None, column: str
) -> list[float | None]:
    """Return each model's error, None where none is known."""
    if errors is None:
        published = {row["name"]: row[column] for row in networks()}
        return [published.get(model.name) for model in named.values()]
    unknown = set(errors) - {name for key, model in named.items() for name in (key, model.name)}
    if unknown:
        raise ValueError(
            f"errors: no model is called {', '.join(map(repr, sorted(unknown)))}; they are called "
            f"{', '.join(repr(model.name) for model in named.values())}."
        )
    return [errors.get(name, errors.get(model.name)) for name, model in named.items()]


def _draw_bars(ax: Axes, values: list[float], texts: list[str], color: str) -> None:
    """Draw a bar for each value, on a logarithmic axis if they lie far apart."""
    bars = ax.barh(range(len(values)), values, color=color, height=0.65)
    smallest, largest = min((value for value in values if value > 0), default=1), max(values)
    # A third of the width is left to what is written behind the longest bar.
    if largest > FAR_APART * smallest:
        ax.set_xscale("log")
        ax.set_xlim(smallest / 3, largest * (3 * largest / smallest) ** 0.5)
    else:
        ax.set_xlim(0, 1.5 * (largest or 1))
        ax.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    ax.xaxis.set_major_formatter(lambda value, _: short(value).replace(".0", ""))
    for bar, value, text in zip(bars, values, texts):
        place = (value or ax.get_xlim()[0], bar.get_y() + bar.get_height() / 2)
        ax.annotate(
            text, place, (4, 0), textcoords="offset points", va="center", fontsize=11,
            color="black" if value else GREY,
        )  # fmt: skip
    ax.grid(axis="x", alpha=0.4)
    ax.tick_params(axis="y", length=0)


def short(value: float) -> str:
    """Write a count in a few letters: 138.4 M for 138,357,544."""
    for factor, letter in ((10**9, " G"), (10**6, " M"), (10**3, " k")):
        if value >= factor:
            return f"{value / factor:.{1 if value < 1000 * factor else 0}f}{letter}"
    return f"{value:g}"
