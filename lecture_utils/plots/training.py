"""Pictures of how a training went."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from lecture_utils.plots._common import axes_or_new
from lecture_utils.plots.style import BLUE


def training_curves(
    history: Any, metric: str = "accuracy", title: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw a metric after each epoch: a solid line for training, a dashed one for validation.

    Args:
        history: What `model.fit` returned, or its `.history`.
        metric: "accuracy", "loss", or another that the model was compiled with.
        title: What stands above.
        ax: Where to draw, instead of a new figure.

    Returns:
        The axes.

    Raises:
        ValueError: If this is no history, or it doesn't hold the metric.

    Lecture 01 uses it.
    """
    values = getattr(history, "history", history)
    if not isinstance(values, Mapping):
        raise ValueError(f"history must be what model.fit returned, got {history!r:.50}.")
    if metric not in values:
        raise ValueError(f"metric must be one of {', '.join(values)}, got {metric!r}.")
    ax = axes_or_new(ax, 6.5, 3.8)
    style = {"color": BLUE, "marker": "o", "linewidth": 2}
    for key, label, line, face in (
        (metric, "training", "-", BLUE),
        (f"val_{metric}", "validation", "--", "white"),
    ):
        if key in values:
            epochs = np.arange(1, len(values[key]) + 1)
            ax.plot(epochs, values[key], line, markerfacecolor=face, label=label, **style)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    ax.set(xlabel="epoch", ylabel=metric, title=title)
    ax.grid(axis="y", alpha=0.4)
    ax.legend()
    return ax
