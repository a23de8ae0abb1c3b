"""Pictures of images."""

from collections.abc import Sequence
from itertools import islice

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator

from lecture_utils.checks import refused, switch, whole
from lecture_utils.plots._common import (
    HIGHEST,
    as_image,
    axes_or_new,
    cell_borders,
    cell_font,
    cell_side,
    draw_image,
    longest,
    number,
    numbers,
    one_each,
    titled,
)
from lecture_utils.plots.style import BLACK, GREY, RED

LARGEST_WITH_VALUES = 20
MOST_IMAGES = 200
PHOTO_INCHES = 3.0


def show_image(
    image: np.ndarray,
    title: str | None = None,
    values: bool = False,
    limits: tuple[float, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Show one image, grey or RGB, with the numbers of its rows and columns.

    Args:
        image: `(height, width)`, `(height, width, 1)` or `(height, width, 3)`. Colours are `uint8`,
            or floats in 0..1.
        title: What stands above.
        values: Write each number in its cell; for small arrays, negative numbers included.
        limits: The values drawn black and white. Without it 0 and 255 for `uint8`, 0 and 1 for
            floats that lie between, the smallest and the largest value for all others.
        ax: Where to draw, instead of a new figure.

    Returns:
        The axes.

    Raises:
        ValueError: If the shape is not that of an image, a colour is out of range, the array is
            too large for its values to be read, or an argument is of another kind.

    Lecture 01 uses it.
    """
    image = as_image(image)
    if limits is not None:
        ends = numbers(limits, "limits", [1])
        if image.ndim == 3 or len(ends) != 2 or not ends[0] < ends[1]:
            raise refused("limits", "of a grey image: a smaller and a larger value", limits)
    height, width = image.shape[:2]
    if switch("values", values) and (image.ndim == 3 or max(height, width) > LARGEST_WITH_VALUES):
        wanted = f"one channel of at most {LARGEST_WITH_VALUES} rows and columns to be read"
        raise refused("image", wanted, image, "show a part of it")
    characters = longest(image) if values else 0
    inches = cell_side(image) if values else PHOTO_INCHES / max(height, width)
    ax = axes_or_new(ax, max(width * inches, 1.2) + 0.7, max(height * inches, 1.2) + 0.8, title)
    drawn = draw_image(ax, image, limits)
    if values:
        _write_values(ax, drawn, image, characters)
        ax.set(xticks=range(width), yticks=range(height))
    else:
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
    ax.set(xlabel="column", ylabel="row", title=title)
    return ax


def image_grid(
    images: np.ndarray | Sequence[np.ndarray],
    labels: Sequence | None = None,
    predictions: Sequence | None = None,
    columns: int = 10,
    title: str | None = None,
) -> Figure:
    """Show images side by side, each with its label and, if given, what was predicted.

    A wrong prediction has a red frame and reads `✗ predicted (true)`.

    Args:
        images: `(count, height, width)` or `(count, height, width, channels)`, or a list of images.
        labels: One number or name for each image.
        predictions: One for each image, of the same kind as `labels`.
        columns: Images in a row.
        title: What stands above.

    Returns:
        The figure.

    Raises:
        ValueError: If there are too many images, or not one label and prediction for each.

    Example:
        >>> image_grid(x_test[:20], y_test[:20], model.predict(x_test[:20]).argmax(axis=1))

    Lecture 01 uses it.
    """
    try:
        shown = list(islice(images, MOST_IMAGES + 1))
    except TypeError:
        raise refused("images", "an array or a list of images", images) from None
    if not 0 < len(shown) <= MOST_IMAGES:
        came = f"{len(shown)} or more" if shown else "none"
        raise refused("images", f"1 to {MOST_IMAGES} to fit", came, "choose some: images[:50]")
    shown = [as_image(image, "images") for image in shown]
    captions = _captions(len(shown), labels, predictions)
    columns = min(whole("columns", columns), len(shown))
    rows = -(-len(shown) // columns)
    width, height = _grid_cell(shown[0], labels, predictions, columns)
    extra = 0.4 * (title is not None) + 0.3 * (predictions is not None)
    figure, grid = titled(title, rows, columns, figsize=(columns * width, rows * height + extra))
    figure.get_layout_engine().set(h_pad=0.03, w_pad=0.03, hspace=0, wspace=0)
    for ax in grid.flat[len(shown) :]:
        ax.axis("off")
    for ax, image, caption in zip(grid.flat, shown, captions, strict=False):
        _draw_captioned(ax, image, caption)
    if any(caption.startswith("✗") for caption in captions):
        figure.supxlabel("✗ predicted (true)", color=RED, fontsize=12)
    return figure


def _write_values(ax: Axes, drawn: AxesImage, image: np.ndarray, characters: int) -> None:
    font = cell_font(ax, image.shape[1], image.shape[0], characters)
    style = {"ha": "center", "va": "center", "fontsize": font}
    for (row, column), bright in np.ndenumerate(drawn.norm(image.astype(float)) > 0.5):
        color = BLACK if bright else "white"
        ax.text(column, row, number(image[row, column]), color=color, **style)
    cell_borders(ax, image.shape)


def _draw_captioned(ax: Axes, image: np.ndarray, caption: str) -> None:
    wrong = caption.startswith("✗")
    draw_image(ax, image)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set(visible=True, color=RED if wrong else GREY, linewidth=3 if wrong else 0.8)
    ax.set_title(caption, fontsize=12, color=RED if wrong else BLACK, pad=4)


def _captions(count: int, labels: Sequence | None, predictions: Sequence | None) -> list[str]:
    labels = labels if labels is None else one_each("labels", labels, count, "images")
    if predictions is None:
        return [""] * count if labels is None else [str(label) for label in labels]
    predictions = one_each("predictions", predictions, count, "images")
    if labels is None:
        raise ValueError("labels must tell which predictions are wrong, got None.")
    if len({isinstance(each, str) for each in labels + predictions}) > 1:
        raise refused("predictions", "names or numbers, as the labels are", predictions)
    captions = []
    for label, prediction in zip(labels, predictions, strict=True):
        separator = " " if len(str(prediction)) + len(str(label)) < 5 else "\n"
        wrong = f"✗ {prediction}{separator}({label})"
        captions.append(str(label) if label == prediction else wrong)
    return captions


def _grid_cell(
    image: np.ndarray, labels: Sequence | None, predictions: Sequence | None, columns: int
) -> tuple[float, float]:
    """Inches of an image with its caption, whichever predictions are wrong on this computer."""
    longest_label = 0 if labels is None else max(len(str(label)) for label in labels)
    lines = (longest_label > 0) + (predictions is not None and longest_label > 2)
    width = max(min(8 / columns, 2), 0.8, 0.11 * (longest_label + 2))
    return width, width * min(image.shape[0] / image.shape[1], HIGHEST) + 0.2 * lines
