"""Pictures of how a training went."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from lecture_utils.plots._common import axes_or_new
from lecture_utils.plots.labels import LABELS
from lecture_utils.plots.style import CYCLE


def training_curves(
    histories: Any, metric: str = "accuracy", title: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw a metric after each epoch: a solid line for training, a dashed one for validation.

    Args:
        histories: What `model.fit` returned, its `.history`, or several of them by name:
            `{"dense": history, "convnet": other}`.
        metric: "accuracy", "loss", or another that the model was compiled with.
        title: What stands above.
        ax: Where to draw, instead of a new figure.

    Returns:
        The axes.

    Raises:
        ValueError: If a history is missing or doesn't hold the metric.
    """
    named = _named(histories)
    ax = axes_or_new(ax, 6.5, 3.8)
    for index, (name, history) in enumerate(named.items()):
        if metric not in history:
            raise ValueError(
                f"metric: {metric!r} is not in the history, which has {', '.join(history)}."
            )
        color = CYCLE[index % len(CYCLE)]
        prefix = f"{name}, " if name else ""
        for key, line, part in (
            (metric, "-", "training"),
            (f"val_{metric}", "--", "validation"),
        ):
            if key in history:
                epochs = np.arange(1, len(history[key]) + 1)
                face = color if part == "training" else "white"
                style = {"color": color, "marker": "o", "markerfacecolor": face, "linewidth": 2}
                label = prefix + LABELS[part]
                ax.plot(epochs, history[key], linestyle=line, label=label, **style)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    ax.set(xlabel=LABELS["epoch"], ylabel=LABELS.get(metric, metric), title=title)
    ax.grid(axis="y", alpha=0.4)
    ax.legend()
    return ax


def _named(histories: Any) -> dict[str, Mapping[str, list[float]]]:
    if hasattr(histories, "history"):
        return {"": histories.history}
    if not isinstance(histories, Mapping) or not histories:
        raise ValueError(
            "histories: what model.fit returned, its .history, or a dict of several is needed, "
            f"not {histories!r}."
        )
    if any(isinstance(value, Mapping) or hasattr(value, "history") for value in histories.values()):
        return {name: getattr(value, "history", value) for name, value in histories.items()}
    return {"": histories}
