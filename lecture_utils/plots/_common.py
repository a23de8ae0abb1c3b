"""What several kinds of picture share: axes, checked arrays, images on axes, numbers in cells."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from PIL import Image, ImageOps

from lecture_utils.checks import array, refused
from lecture_utils.plots.style import GREY

SMALLEST_FONT, LARGEST_FONT = 7, 13
LARGEST_NUMBER = 1e100  # products and differences of such numbers can be drawn, too
AXES = ("", "values", "rows columns", "rows columns channels", "rows columns in out")
PICTURES = ("1", "L", "I", "I;16", "F", "RGB")  # of PIL, by their modes

HIGHEST = 4  # times its width, that a picture in a grid is drawn

# A number in a cell that is as large as `cell_side` says.
NUMBER = {"fontsize": LARGEST_FONT, "ha": "center", "va": "center", "zorder": 4}


def axes_or_new(ax: Axes | None, width: float, height: float, title: str | None = None) -> Axes:
    """Return the axes that were given, or those of a new figure of this size in inches."""
    check_title(title)
    if ax is None:
        return plt.subplots(figsize=(width, height), layout="constrained")[1]
    if not isinstance(ax, Axes):
        raise refused("ax", "axes of matplotlib", ax, "take them from plt.subplots()")
    return ax


def titled(title: str | None, rows: int, columns: int, **options) -> tuple[Figure, np.ndarray]:
    """Open a figure with so many axes and a title; options are those of `plt.subplots`."""
    check_title(title)
    figure, grid = plt.subplots(rows, columns, squeeze=False, layout="constrained", **options)
    if title is not None:
        figure.suptitle(title)
    return figure, grid


def check_title(title: str | None) -> None:
    """Raise a ValueError if a title is anything but words."""
    if not isinstance(title, str | None):
        raise refused("title", "words", title, "use str(…)")


def numbers(values, name: str, dimensions: Sequence[int]) -> np.ndarray:
    """Return `values` as an array, or raise a ValueError if they can't be drawn."""
    found = array(name, values, *(tuple(AXES[each].split()) for each in dimensions))
    # Matplotlib draws no others: neither half precision nor extended.
    exact = found.dtype.kind in "iu" or found.dtype in (np.float32, np.float64)
    found = found if exact else found.astype(np.float64)
    largest = max(-float(found.min()), float(found.max()))
    if largest > LARGEST_NUMBER:
        raise refused(name, f"at most {LARGEST_NUMBER:g} to be drawn", largest, "divide it")
    return found


def one_each(name: str, given: Sequence, count: int, things: str) -> list:
    """Return names or numbers, one for each thing that is drawn, or raise a ValueError."""
    axis = f"one for each of the {count} {things}"
    found = array(name, given, (axis,), kinds="biufUO", finite=False)
    if len(found) != count:
        raise refused(name, axis, given)
    return list(found if hasattr(given, "dtype") else given)


def as_image(image: np.ndarray, name: str = "image") -> np.ndarray:
    """Return an image as `(height, width)` or `(height, width, 3)`, or raise a ValueError."""
    if isinstance(image, Image.Image):
        if image.mode not in PICTURES:
            raise refused(name, "a picture in RGB or grey", image, 'use image.convert("RGB")')
        image = ImageOps.exif_transpose(image)  # as a phone held it
    image = numbers(image, name, [2, 3])
    if image.shape[2:] == (1,):
        image = image[:, :, 0]
    if image.shape[2:] not in ((), (3,)):
        advice = "feature_maps draws the channels of a feature map"
        raise refused(name, "of 1 channel (grey) or 3 (RGB)", image, advice)
    if image.ndim == 2 or image.dtype == np.uint8:
        return image
    if image.min() < -0.001 or image.max() > 1.001:  # a rounding error is no reason to refuse
        came = f"{image.dtype} from {image.min():g} to {image.max():g}"
        advice = "divide by 255, or use np.clip(image, 0, 1)"
        raise refused(name, "uint8, or floats from 0 to 1", came, advice)
    return image.clip(0, 1) * 1.0  # whole numbers would be drawn as if they went to 255


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
    low, high = float(image.min()), float(image.max())
    return (low, high) if low < high else (low - 1, high + 1)


def number(value: float) -> str:
    """Write a number as short text: at most two decimals, none where none are needed."""
    value = float(value)
    if abs(value) >= 1e6:
        return f"{value:.1e}".replace("e+0", "e").replace("e+", "e").replace("-", "−")
    return np.format_float_positional(round(value, 2) + 0.0, trim="-").replace("-", "−")


def longest(values) -> int:
    """Count the characters of the longest of these numbers."""
    return max(len(number(value)) for value in np.ravel(values))


def cell_side(*arrays) -> float:
    """Inches that a cell needs so that each number of these arrays can be read in it."""
    return max(0.32, 0.08 + 0.13 * max(map(longest, arrays)))


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
