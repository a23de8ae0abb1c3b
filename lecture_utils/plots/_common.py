"""What several kinds of picture share: axes, checked arrays, numbers as text."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from lecture_utils.plots.style import GREY

SMALLEST_FONT, LARGEST_FONT = 7, 13


def axes_or_new(ax: Axes | None, width: float, height: float) -> Axes:
    """The axes that were given, or those of a new figure of this size in inches."""
    if ax is not None:
        return ax
    return plt.subplots(figsize=(width, height), layout="constrained")[1]


def numbers(values, name: str, dimensions: Sequence[int]) -> np.ndarray:
    """`values` as an array, or a ValueError if they aren't finite numbers of the right rank."""
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name}: numbers are needed, not {array.dtype}.")
    if array.ndim not in dimensions or array.size == 0:
        wanted = " or ".join(str(dimension) for dimension in dimensions)
        raise ValueError(
            f"{name}: an array of {wanted} dimension(s), not empty, is needed; "
            f"this one has the shape {array.shape}."
        )
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: holds numbers that are not finite (inf or nan); remove them.")
    return array


def wide(array: np.ndarray) -> np.ndarray:
    """The same numbers in a type in which their products don't overflow."""
    return array.astype(float if array.dtype.kind == "f" else int)


def classes(values, name: str) -> np.ndarray:
    """`values` as a 1-D array of class numbers, or a ValueError."""
    array = np.asarray(values)
    if array.ndim == 2:
        raise ValueError(
            f"{name}: one class for each image is needed, but the shape is {array.shape}; "
            f"use {name}.argmax(axis=1)."
        )
    if array.ndim != 1 or array.dtype.kind not in "iu" or array.size == 0 or array.min() < 0:
        raise ValueError(
            f"{name}: whole numbers from 0 up in one dimension are needed, "
            f"not {array.dtype} of shape {array.shape}."
        )
    return array


def number(value: float) -> str:
    """A number as short text: at most two decimals, none where none are needed."""
    text = np.format_float_positional(round(float(value), 2) + 0.0, trim="-")
    return text.replace("-", "−")


def longest(values) -> int:
    """How many characters the longest of the numbers takes."""
    return max(len(number(value)) for value in np.ravel(values))


def cell_side(characters: int) -> float:
    """Inches that a cell needs so that a number of so many characters is readable in it."""
    return max(0.32, 0.08 + 0.13 * characters)


def font_size(width: float, height: float, characters: int) -> float:
    """The size of letters, in points, with which a number fills a cell of so many inches."""
    points = 72 * min(0.6 * height, 1.25 * width / characters)
    return float(np.clip(points, SMALLEST_FONT, LARGEST_FONT))


def cell_font(ax: Axes, columns: float, rows: float, characters: int) -> float:
    """The size of letters with which a number fills a cell of a grid on these axes."""
    box = ax.get_window_extent()
    dpi = ax.figure.dpi
    return font_size(box.width / columns / dpi, box.height / rows / dpi, characters)


def cell_borders(
    ax: Axes, shape: tuple[int, int], top: float = -0.5, left: float = -0.5, color: str = GREY
) -> None:
    """Draw the lines between the cells of a grid; `top` and `left` are its edges."""
    bottom, right = top + shape[0], left + shape[1]
    lines = [[(left, row), (right, row)] for row in np.arange(top, bottom + 1)]
    lines += [[(column, top), (column, bottom)] for column in np.arange(left, right + 1)]
    ax.add_collection(LineCollection(lines, colors=color, linewidths=0.8), autolim=False)
