"""Pictures of what a classifier says."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from lecture_utils.checks import array, refused, whole
from lecture_utils.plots._common import axes_or_new, box, cell_borders, cell_font
from lecture_utils.plots.style import BLACK, BLUE, GREY, RED

MOST_BARS, MOST_CLASSES = 30, 100


def probability_bars(
    probabilities: np.ndarray,
    label: int | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the probability that a network gives to each class.

    Args:
        probabilities: One for each class, `(classes,)`, each in 0..1.
        label: The number of the true class: its bar is blue and has a ✓, and if another class is
            the most probable, that one is red and has a ✗.
        title: What stands above.
        ax: Where to draw, instead of a new figure.

    Returns:
        The axes.

    Raises:
        ValueError: If these aren't probabilities, or are too many for a picture.

    Example:
        >>> probability_bars(model.predict(x_test[:1])[0], label=y_test[0])

    Lecture 01 uses it.
    """
    probabilities = array("probabilities", probabilities, ("classes",))
    count, total = len(probabilities), probabilities.sum(dtype=float)
    if probabilities.min() < 0 or total > 1.001:
        raise ValueError(
            f"probabilities must be from 0 to 1, got {probabilities.min():g} to "
            f"{probabilities.max():g} with the sum {total:g}: apply softmax first."
        )
    if count > MOST_BARS:
        raise refused("probabilities", f"at most {MOST_BARS}", count, "choose some")
    if label is not None:
        label = whole("label", label, 0, count - 1)
    best = int(probabilities.argmax())
    marked = {best: (BLUE, "")} if label is None else {best: (RED, "✗ "), label: (BLUE, "✓ ")}
    colors, signs = zip(*(marked.get(index, (GREY, "")) for index in range(count)), strict=True)

    ax = axes_or_new(ax, 6.5, 0.3 * count + 1.2, title)
    bars = ax.barh(range(count), probabilities, color=colors)
    ax.bar_label(bars, [f"{value:.3f}" for value in probabilities], padding=4, fontsize=11)
    ax.set_yticks(range(count), [f"{sign}{index}" for index, sign in enumerate(signs)])
    ax.set(xlim=(0, 1.12), ylim=(count - 0.4, -0.6), xticks=np.linspace(0, 1, 6))
    ax.set(xlabel="probability", ylabel="class", title=title)
    if label is not None and label != best:
        ax.legend([Patch(color=BLUE), Patch(color=RED)], ["✓ true class", "✗ predicted"])
    return ax


def confusion_matrix(truth: np.ndarray, predicted: np.ndarray, title: str | None = None) -> Axes:
    """Draw how often each class was taken for which.

    What was right, on the diagonal, is grey; an error is the darker the more often it was made. An
    empty cell means: never.

    Args:
        truth: The true classes, `(count,)`.
        predicted: The predicted classes, `(count,)`.
        title: What stands above.

    Returns:
        The axes.

    Raises:
        ValueError: If the two aren't class numbers of the same length, or a class is above 99.

    Lecture 01 uses it.
    """
    truth, predicted = _classes(truth, "truth"), _classes(predicted, "predicted")
    if len(truth) != len(predicted):
        raise ValueError(f"predicted must be as many as truth, {len(truth)}, got {len(predicted)}.")
    count = int(max(truth.max(), predicted.max())) + 1
    counts = np.zeros((count, count), dtype=int)
    np.add.at(counts, (truth, predicted), 1)
    errors = counts * ~np.eye(count, dtype=bool)

    ax = axes_or_new(None, 0.5 * count + 1.6, 0.5 * count + 1.1, title)
    ax.imshow(np.ma.masked_equal(errors, 0), cmap="Oranges", vmin=0, vmax=max(errors.max(), 1))
    style = {"ha": "center", "va": "center", "fontsize": cell_font(ax, count, count, 4)}
    for row, column in zip(*counts.nonzero(), strict=True):
        color = "white" if errors[row, column] > 0.6 * errors.max() else BLACK
        if row == column:
            color = "#505050"
            box(ax, row, column, facecolor="#E8E8E8", edgecolor="none")
        ax.text(column, row, str(counts[row, column]), color=color, **style)
    cell_borders(ax, (count, count), color="#C8C8C8")
    ax.set(xticks=range(count), yticks=range(count))
    ax.set(xlabel="predicted", ylabel="true", title=title)
    return ax


def _classes(values: np.ndarray, name: str) -> np.ndarray:
    """Return `values` as an array of class numbers, or raise a ValueError."""
    found = array(name, values, finite=False)
    if found.ndim == 2:
        use = f"{name}[:, 0]" if found.shape[1] == 1 else f"{name}.argmax(axis=1)"
        raise refused(name, "whole numbers from 0 up in one dimension", found, f"use {use}")
    found = array(name, found, ("count",), kinds="iu")
    for extreme in (found.min(), found.max()):
        whole(name, int(extreme), 0, MOST_CLASSES - 1)  # more can't be told apart in a picture
    return found.astype(int)
