"""Pictures of how a training went."""

import csv
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from lecture_utils.checks import array, choice, refused
from lecture_utils.plots._common import axes_or_new
from lecture_utils.plots.style import BLUE

# How a CSVLogger writes that nothing was measured.
NOTHING = dict.fromkeys(("NA", "", None), np.nan)


def training_curves(
    history: Any, metric: str = "accuracy", title: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw a metric after each epoch: a solid line for training, a dashed one for validation.

    Args:
        history: What `model.fit` returned, or its `.history`; or what Keras's CSVLogger wrote: the
            path of the file, or its rows as dictionaries. Only this file tells for sure which
            epochs were validated; otherwise `validation_freq` is taken to be a whole number.
        metric: "accuracy", "loss", or another that the model was compiled with.
        title: What stands above.
        ax: Where to draw, instead of a new figure.

    Returns:
        The axes.

    Raises:
        ValueError: If this is no history, it doesn't hold the metric, or it doesn't tell when the
            metric was measured.

    Lecture 01 uses it.
    """
    columns = _columns(history)
    names = [name for name in map(str, columns) if name != "epoch" and name[:4] != "val_"]
    if not names:
        raise refused("history", "of one epoch at least", columns)
    metric = choice("metric", metric, tuple(names))
    measured = {
        name: array(f"history[{name!r}]", columns[name], ("epochs",), finite=False)
        for name in (metric, f"val_{metric}")
        if name in columns
    }
    epochs = columns.get("epoch", range(len(measured[metric])))
    epochs = 1.0 + array("history's epochs", epochs, ("epochs",))
    curves = [_points(name, values, epochs) for name, values in measured.items()]
    if not curves[0][0].size:
        advice = "a smaller learning rate may keep the training from going astray"
        raise refused("history", f"finite in {metric} somewhere", np.nan, advice)

    ax = axes_or_new(ax, 6.5, 3.8, title)
    looks = ("training", "-", BLUE), ("validation", "--", "white")
    for (label, line, face), points in zip(looks, curves, strict=False):
        if points[0].size:
            style = {"color": BLUE, "marker": "o", "linewidth": 2, "markerfacecolor": face}
            ax.plot(*points, line, label=label, **style)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    ax.set(xlabel="epoch", ylabel=metric, title=title)
    ax.grid(axis="y", alpha=0.4)
    ax.legend()
    return ax


def _columns(history: Any) -> dict[str, Any]:
    """Return the values of each metric by name, and where it is told, `epoch`, counted from 0."""
    try:
        if isinstance(history, str | PathLike):
            text = Path(history).read_text(encoding="utf-8")
            separator = text[5:6].strip("\n") or ","  # it stands behind the first name, "epoch"
            history = list(csv.DictReader(text.splitlines(), delimiter=separator))
        if isinstance(history, list):
            names = history[0].keys()
            if any(row.keys() != names for row in history):
                raise ValueError("A row lacks a number, or has one too many.")
            rows = [[NOTHING.get(row[name], row[name]) for name in names] for row in history]
            return dict(zip(names, np.array(rows, float).T, strict=True))
        columns, epochs = getattr(history, "history", history), getattr(history, "epoch", None)
        return dict(columns) if epochs is None else {**columns, "epoch": epochs}
    except Exception:  # whatever the file, its reader or what came in its place raises
        advice = "or give the path of a file that a CSVLogger wrote, which can be read"
        raise refused("history", "what model.fit returned", history, advice) from None


def _points(name: str, values: np.ndarray, epochs: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the epochs in which something was measured, and what."""
    if name.startswith("val_") and len(values) < len(epochs):
        steps = range(2, 1 + int(epochs.max()))
        chosen = {tuple(epochs[epochs % step == 0]) for step in steps}
        chosen = [each for each in chosen if len(each) == len(values)]
        if len(chosen) != 1:
            wanted = "the file of a CSVLogger, to tell which epochs were validated"
            raise refused("history", wanted, f"{len(values)} of {len(epochs)}")
        epochs = np.array(chosen[0])
    if len(values) != len(epochs) or (np.diff(epochs) < 1).any():
        advice = "draw each training by itself, or give the values alone, as a dictionary"
        came = f"{len(values)} values of {name} for the epochs {epochs}"
        raise refused("history", "of one training, each epoch once and in order", came, advice)
    measured = np.isfinite(values)
    return epochs[measured], values[measured]
