"""Pictures of images, and of what a classifier says about them."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from lecture_utils.plots._common import (
    axes_or_new,
    cell_borders,
    cell_font,
    cell_side,
    classes,
    longest,
    number,
    numbers,
)
from lecture_utils.plots.labels import LABELS
from lecture_utils.plots.style import BLACK, BLUE, GREY, RED

LARGEST_WITH_VALUES = 20
MOST_IMAGES = 200
MOST_BARS = 30
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
        ValueError: If the shape is not that of an image, a colour is out of range, or the array is
            too large for its values to be read.

    Example:
        ```
        show_image(np.array([[0, 1], [-1, 2]]), values=True)
        ```
    """
    image = as_image(image)
    height, width = image.shape[:2]
    if values and (image.ndim == 3 or max(height, width) > LARGEST_WITH_VALUES):
        raise ValueError(
            f"values: the numbers of an image of shape {image.shape} can't be read in a picture; "
            f"show a part of one channel, at most {LARGEST_WITH_VALUES} rows and columns."
        )
    characters = longest(image) if values else 0
    inches = cell_side(characters) if values else PHOTO_INCHES / max(height, width)
    ax = axes_or_new(ax, max(width * inches, 1.2) + 0.7, max(height * inches, 1.2) + 0.8)
    drawn = draw_image(ax, image, limits)
    if values:
        _write_values(ax, drawn, image, characters)
        ax.set(xticks=range(width), yticks=range(height))
    else:
        ax.xaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
        ax.yaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
    ax.set(xlabel=LABELS["column"], ylabel=LABELS["row"], title=title)
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
        ```
        image_grid(x_test[:20], y_test[:20], model.predict(x[:20]).argmax(axis=1))
        ```
    """
    if not 0 < len(images) <= MOST_IMAGES:
        raise ValueError(
            f"images: 1 to {MOST_IMAGES} fit into a picture, not {len(images)}; "
            "choose some, for example images[:50]."
        )
    images = [as_image(image, "images") for image in images]
    captions = _captions(len(images), labels, predictions)
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    width, height = _grid_cell(images[0], labels, predictions, columns)
    extra = 0.4 * (title is not None) + 0.3 * (predictions is not None)
    figure, grid = plt.subplots(
        rows,
        columns,
        figsize=(columns * width, rows * height + extra),
        squeeze=False,
        layout="constrained",
    )
    figure.get_layout_engine().set(h_pad=0.03, w_pad=0.03, hspace=0, wspace=0)
    for ax in grid.flat:
        ax.axis("off")
    for ax, image, caption in zip(grid.flat, images, captions, strict=False):
        draw_image(ax, image)
        ax.set_axis_on()
        ax.set(xticks=[], yticks=[])
        frame_color, frame_width = (RED, 3) if caption.startswith("✗") else (GREY, 0.8)
        for spine in ax.spines.values():
            spine.set(visible=True, color=frame_color, linewidth=frame_width)
        ax.set_title(caption, fontsize=12, color=RED if frame_color == RED else BLACK, pad=4)
    if any(caption.startswith("✗") for caption in captions):
        figure.supxlabel(LABELS["wrong predictions"], color=RED, fontsize=12)
    if title is not None:
        figure.suptitle(title)
    return figure


def probability_bars(
    probabilities: np.ndarray,
    label: int | None = None,
    names: Sequence[str] | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the probability that a network gives to each class.

    Args:
        probabilities: One for each class, `(classes,)`, each in 0..1.
        label: The number of the true class: its bar is blue and has a ✓, and if another class is
            the most probable, that one is red and has a ✗.
        names: Of the classes; without it their numbers.
        title: What stands above.
        ax: Where to draw, instead of a new figure.

    Returns:
        The axes.

    Raises:
        ValueError: If these aren't probabilities, or are too many for a picture.

    Example:
        ```
        probability_bars(model.predict(x_test[:1])[0], label=y_test[0])
        ```
    """
    probabilities = numbers(probabilities, "probabilities", [1])
    count = len(probabilities)
    if probabilities.min() < 0 or probabilities.sum() > 1.001:
        raise ValueError(
            "probabilities: numbers from 0 to 1 with a sum of at most 1 are needed, these go from "
            f"{probabilities.min():g} to {probabilities.max():g} and sum to "
            f"{probabilities.sum():g}; apply softmax first."
        )
    if count > MOST_BARS:
        raise ValueError(
            f"probabilities: at most {MOST_BARS} bars can be read, not {count}; choose the largest."
        )
    names = _class_names(names, count)
    if label is not None and not 0 <= label < count:
        raise ValueError(f"label: a class from 0 to {count - 1} is needed, not {label}.")
    best = int(probabilities.argmax())
    highlighted = {best: (BLUE, "")} if label is None else {best: (RED, "✗ "), label: (BLUE, "✓ ")}

    ax = axes_or_new(ax, 6.5, 0.3 * count + 1.2)
    colors = [highlighted.get(index, (GREY, ""))[0] for index in range(count)]
    bars = ax.barh(range(count), probabilities, color=colors)
    ax.bar_label(bars, [f"{value:.3f}" for value in probabilities], padding=4, fontsize=11)
    signs = [highlighted.get(index, (GREY, ""))[1] for index in range(count)]
    ax.set_yticks(range(count), [sign + name for sign, name in zip(signs, names, strict=True)])
    ax.set_ylim(count - 0.4, -0.6)
    ax.set_xlim(0, 1.12)
    ax.set_xticks(np.linspace(0, 1, 6))
    ax.set(xlabel=LABELS["probability"], ylabel=LABELS["class"], title=title)
    if label is not None and label != best:
        handles = [Patch(color=BLUE), Patch(color=RED)]
        ax.legend(handles, [LABELS["true class"], LABELS["wrong prediction"]], loc="best")
    return ax


def confusion_matrix(
    truth: np.ndarray,
    predicted: np.ndarray,
    names: Sequence[str] | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how often each class was taken for which.

    What was right, on the diagonal, is grey; an error is the darker the more often it was made. An
    empty cell means: never.

    Args:
        truth: The true classes, `(count,)`.
        predicted: The predicted classes, `(count,)`.
        names: Of the classes; without it their numbers.
        title: What stands above.
        ax: Where to draw, instead of a new figure.

    Returns:
        The axes.

    Raises:
        ValueError: If the two aren't class numbers of the same length.
    """
    truth, predicted = classes(truth, "truth"), classes(predicted, "predicted")
    if len(truth) != len(predicted):
        raise ValueError(
            f"predicted: as many as in truth are needed, {len(truth)}, not {len(predicted)}."
        )
    largest = int(max(truth.max(), predicted.max())) + 1
    names = _class_names(names, len(names) if names is not None else largest)
    count = len(names)
    if largest > count:
        raise ValueError(f"names: {largest} are needed, one for each class, not {count}.")
    counts = np.zeros((count, count), dtype=int)
    np.add.at(counts, (truth, predicted), 1)
    errors = counts * ~np.eye(count, dtype=bool)

    side = 0.5 * count
    ax = axes_or_new(ax, side + 1.6, side + 1.1)
    ax.imshow(np.ma.masked_equal(errors, 0), cmap="Oranges", vmin=0, vmax=max(errors.max(), 1))
    font = cell_font(ax, count, count, 4)
    for row, column in zip(*counts.nonzero(), strict=True):
        right = row == column
        if right:
            cell = Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor="#E8E8E8", edgecolor="none")
            ax.add_patch(cell)
        dark = errors[row, column] > 0.6 * errors.max()
        ax.text(
            column,
            row,
            str(counts[row, column]),
            ha="center",
            va="center",
            fontsize=font,
            color="#505050" if right else "white" if dark else BLACK,
        )
    cell_borders(ax, (count, count), color="#C8C8C8")
    # The names of many or of long classes stand upright, to keep clear of each other.
    rotation = 90 if max(len(name) for name in names) > 3 else 0
    ax.set_xticks(range(count), names, rotation=rotation)
    ax.set_yticks(range(count), names)
    ax.set(xlabel=LABELS["predicted"], ylabel=LABELS["true"], title=title)
    return ax


def as_image(image: np.ndarray, name: str = "image") -> np.ndarray:
    """An image as `(height, width)` or `(height, width, 3)`, or a ValueError."""
    image = numbers(image, name, [2, 3])
    if image.ndim == 3 and image.shape[2] == 1:
        return image[:, :, 0]
    if image.ndim == 2:
        return image
    if image.shape[2] != 3:
        raise ValueError(
            f"{name}: 1 channel (grey) or 3 (RGB) are needed, this one has the shape {image.shape};"
            " for the channels of a feature map use feature_maps."
        )
    if image.dtype == np.uint8:
        return image
    if image.min() < -0.001 or image.max() > 1.001:
        raise ValueError(
            f"{name}: colours are uint8, or floats from 0 to 1; these are {image.dtype} from "
            f"{image.min():g} to {image.max():g}. Divide by 255, or use np.clip(image, 0, 1)."
        )
    return image.clip(0, 1)


def draw_image(
    ax: Axes, image: np.ndarray, limits: tuple[float, float] | None = None, cmap: str = "gray"
) -> AxesImage:
    """Draw a checked image on axes, its pixels as squares unless there are more than fit."""
    low, high = limits if limits is not None else _limits(image)
    interpolation = "nearest" if max(image.shape) <= 100 else "antialiased"
    drawn = ax.imshow(image, cmap=cmap, vmin=low, vmax=high, interpolation=interpolation)
    for spine in ax.spines.values():
        spine.set_visible(True)
    return drawn


def _limits(image: np.ndarray) -> tuple[float, float]:
    if image.dtype == np.uint8:
        return 0, 255
    if image.dtype.kind == "f" and image.min() >= 0 and image.max() <= 1:
        return 0, 1
    low, high = image.min(), image.max()
    return (low, high) if low < high else (low - 1, high + 1)


def _write_values(ax: Axes, drawn: AxesImage, image: np.ndarray, characters: int) -> None:
    rows, columns = image.shape
    font = cell_font(ax, columns, rows, characters)
    brightness = drawn.norm(image.astype(float))
    for (row, column), value in np.ndenumerate(image):
        color = BLACK if brightness[row, column] > 0.5 else "white"
        ax.text(column, row, number(value), ha="center", va="center", color=color, fontsize=font)
    cell_borders(ax, (rows, columns))


def _class_names(names: Sequence[str] | None, count: int) -> list[str]:
    if names is None:
        return [str(index) for index in range(count)]
    if len(names) != count:
        raise ValueError(f"names: {count} are needed, one for each class, not {len(names)}.")
    return [str(name) for name in names]


def _captions(count: int, labels: Sequence | None, predictions: Sequence | None) -> list[str]:
    for name, given in (("labels", labels), ("predictions", predictions)):
        if given is not None and (np.ndim(given) != 1 or len(given) != count):
            raise ValueError(
                f"{name}: {count} are needed, one for each image, not the shape {np.shape(given)}."
            )
    if labels is None and predictions is not None:
        raise ValueError("labels: are needed too, to tell which predictions are wrong.")
    if labels is None:
        return [""] * count
    if predictions is None:
        return [str(label) for label in labels]
    return [
        str(label) if label == prediction else _wrong(str(prediction), str(label))
        for label, prediction in zip(labels, predictions, strict=True)
    ]


def _grid_cell(
    image: np.ndarray, labels: Sequence | None, predictions: Sequence | None, columns: int
) -> tuple[float, float]:
    """Inches of an image with its caption.

    They don't hang on which predictions are wrong: a network trained on another computer must give
    a figure of the same size.
    """
    longest_label = 0 if labels is None else max(len(str(label)) for label in labels)
    lines = (longest_label > 0) + (predictions is not None and longest_label > 2)
    width = max(min(8 / columns, 2), 0.8, 0.11 * (longest_label + 2))
    return width, width * image.shape[0] / image.shape[1] + 0.2 * lines


def _wrong(predicted: str, label: str) -> str:
    separator = " " if len(predicted) + len(label) < 5 else "\n"
    return f"✗ {predicted}{separator}({label})"
