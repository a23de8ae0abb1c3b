"""What several kinds of picture share: axes, checked arrays, images on axes, numbers in cells."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from lecture_utils.plots.style import GREY

SMALLEST_FONT, LARGEST_FONT = 7, 13

# A number in a cell that is as large as `cell_side` says.
NUMBER = {"fontsize": LARGEST_FONT, "ha": "center", "va": "center", "zorder": 4}


def axes_or_new(ax: Axes | None, width: float, height: float) -> Axes:
    """Return the axes that were given, or those of a new figure of this size in inches."""
    if ax is not None:
        return ax
    return plt.subplots(figsize=(width, height), layout="constrained")[1]


def numbers(values, name: str, dimensions: Sequence[int]) -> np.ndarray:
    """Return `values` as an array, or raise a ValueError if they can't be drawn."""
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold numbers, got {array.dtype}.")
    if array.ndim not in dimensions or array.size == 0:
        wanted = " or ".join(str(dimension) for dimension in dimensions)
        raise ValueError(
            f"{name} must be an array of {wanted} dimension(s), not empty, got the shape "
            f"{array.shape}."
        )
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got inf or nan: remove them.")
    return array


def as_image(image: np.ndarray, name: str = "image") -> np.ndarray:
    """Return an image as `(height, width)` or `(height, width, 3)`, or raise a ValueError."""
    image = numbers(image, name, [2, 3])
    if image.ndim == 3 and image.shape[2] == 1:
        return image[:, :, 0]
    if image.ndim == 2:
        return image
    if image.shape[2] != 3:
        raise ValueError(
            f"{name} must have 1 channel (grey) or 3 (RGB), got the shape {image.shape}: "
            "feature_maps draws the channels of a feature map."
        )
    if image.dtype == np.uint8:
        return image
    if image.min() < -0.001 or image.max() > 1.001:  # a rounding error is no reason to refuse
        raise ValueError(
            f"{name} must be uint8, or floats from 0 to 1, got {image.dtype} from "
            f"{image.min():g} to {image.max():g}: divide by 255, or use np.clip(image, 0, 1)."
        )
    return image.clip(0, 1)


def draw_image(
    ax: Axes, image: np.ndarray, limits: tuple[float, float] | None = None, cmap: str = "gray"
) -> AxesImage:
    """Draw a checked image on axes, its pixels as squares unless there are more than fit."""
    low, high = limits if limits is not None else _limits(image)
    interpolation = "nearest" if max(image.shape) <= 100 else "antialiased"
    drawn = ax.imshow(image, cmap=cmap, vmin=low, vmax=high, interpolation=interpolation)
    ax.spines[:].set_visible(True)
    return drawn


def _limits(image: np.ndarray) -> tuple[float, float]:
    """The values that are drawn black and white where nobody says which."""
    if image.dtype == np.uint8:
        return 0, 255
    if image.dtype.kind == "f" and image.min() >= 0 and image.max() <= 1:
        return 0, 1
    low, high = image.min(), image.max()
    return (low, high) if low < high else (low - 1, high + 1)


def number(value: float) -> str:
    """Write a number as short text: at most two decimals, none where none are needed."""
    text = np.format_float_positional(round(float(value), 2) + 0.0, trim="-")
    return text.replace("-", "−")


def longest(values) -> int:
    """Count the characters of the longest of these numbers."""
    return max(len(number(value)) for value in np.ravel(values))


def cell_side(characters: int) -> float:
    """Inches that a cell needs so that a number of so many characters can be read in it."""
    return max(0.32, 0.08 + 0.13 * characters)


def cell_font(ax: Axes, columns: float, rows: float, characters: int) -> float:
    """The size of letters, in points, with which a number fills a cell of a grid on these axes."""
    inches = ax.get_window_extent().size / ax.figure.dpi
    width, height = inches / (columns, rows)
    points = 72 * min(0.6 * height, 1.25 * width / characters)
    return float(np.clip(points, SMALLEST_FONT, LARGEST_FONT))


def box(ax: Axes, row: float, column: float, size: tuple[int, int] = (1, 1), **style) -> Artist:
    """Draw a box of so many rows and columns around cells, of which this is the first."""
    return ax.add_patch(Rectangle((column - 0.5, row - 0.5), size[1], size[0], **style))


def cell_borders(
    ax: Axes, shape: tuple[int, int], top: float = -0.5, left: float = -0.5, color: str = GREY
) -> None:
    """Draw the lines between the cells of a grid; `top` and `left` are its edges."""
    bottom, right = top + shape[0], left + shape[1]
    lines = [[(left, row), (right, row)] for row in np.arange(top, bottom + 1)]
    lines += [[(column, top), (column, bottom)] for column in np.arange(left, right + 1)]
    ax.add_collection(LineCollection(lines, colors=color, linewidths=0.8), autolim=False)
