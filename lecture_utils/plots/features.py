"""Pictures of what is inside a convolutional network: kernels, feature maps, responses."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from lecture_utils.checks import refused, switch, whole
from lecture_utils.plots._common import HIGHEST, as_image, draw_image, numbers, one_each, titled
from lecture_utils.plots.style import DIVERGING

MOST_PANELS = 128


def kernels(
    kernels: np.ndarray,
    columns: int = 8,
    labels: Sequence[str] | None = None,
    title: str | None = None,
) -> Figure:
    """Draw the kernels of a convolution, all on one scale: blue below zero, red above.

    Kernels over three input channels are drawn as RGB: grey is zero, a colour says which channel
    has a weight above zero there.

    Args:
        kernels: `(height, width, in, out)`, as `layer.kernel` of a Keras layer; `in` is 1 or 3.
        columns: Kernels in a row.
        labels: What stands above each kernel; without it their numbers.
        title: What stands above all.

    Returns:
        The figure.

    Raises:
        ValueError: If the shape isn't that of such kernels, or there are too many.

    Example:
        >>> kernels(model.get_layer("conv1").kernel.numpy())

    Lecture 03 uses it.
    """
    kernels = numbers(kernels, "kernels", [4])
    channels = kernels.shape[2]
    if channels not in (1, 3):
        advice = "choose one, for example kernels[:, :, :1]"
        raise refused("kernels", "over 1 input channel or 3 (RGB)", channels, advice)
    figure, axes = _panels("kernels", kernels, columns, labels, title)
    largest = _largest(kernels)
    for index, ax in enumerate(axes):
        if channels == 3:
            draw_image(ax, 0.5 + 0.5 * kernels[:, :, :, index] / largest)
        else:
            drawn = draw_image(ax, kernels[:, :, 0, index], (-largest, largest), DIVERGING)
    if channels == 1:
        figure.colorbar(drawn, ax=axes, label="value", aspect=30)
    return figure


def feature_maps(
    maps: np.ndarray,
    columns: int = 8,
    shared: bool = True,
    labels: Sequence[str] | None = None,
    title: str | None = None,
) -> Figure:
    """Draw the channels of a layer's output for one image, one small picture each.

    Args:
        maps: `(height, width, channels)`.
        columns: Maps in a row.
        shared: One scale for all, with its colour bar; otherwise each map uses its own range, which
            shows weak maps but doesn't let them be compared.
        labels: What stands above each map; without it their numbers.
        title: What stands above all.

    Returns:
        The figure.

    Raises:
        ValueError: If the shape isn't that of one image's feature maps.

    Example:
        >>> feature_maps(first_layer.predict(x_test[:1])[0])

    Lecture 03 uses it.
    """
    maps = numbers(maps, "maps", [3])
    switch("shared", shared)
    figure, axes = _panels("maps", maps, columns, labels, title)
    for index, ax in enumerate(axes):
        one = maps[:, :, index]
        drawn = _draw_response(ax, one, scale=maps if shared else one)
    if shared:
        figure.colorbar(drawn, ax=axes, label="response", aspect=30)
    return figure


def response_map(image: np.ndarray, response: np.ndarray, title: str | None = None) -> Figure:
    """Show an image and, beside it, how strongly a kernel responds at each of its places.

    Args:
        image: `(height, width)`, `(height, width, 1)` or `(height, width, 3)`.
        response: `(rows, columns)`; blue below zero and red above if it has both signs, otherwise
            from black to white.
        title: What stands above both.

    Returns:
        The figure.

    Raises:
        ValueError: If one of the two isn't of such a shape.

    Lecture 03 uses it.
    """
    image = as_image(image)
    response = numbers(response, "response", [2])
    height, width = image.shape[:2]
    inches = 2.4 / max(height, width)
    size = (2 * width * inches + 1.3, height * inches + 0.9)
    figure, ((left, right),) = titled(title, 1, 2, figsize=size)
    draw_image(left, image)
    drawn = _draw_response(right, response, scale=response)
    figure.colorbar(drawn, ax=right, aspect=15)
    for ax, name in ((left, "image"), (right, "response")):
        ax.set(xticks=[], yticks=[], title=name)
    return figure


def _draw_response(ax: Axes, response: np.ndarray, scale: np.ndarray) -> AxesImage:
    """Draw a response with the colours that the numbers of `scale` need."""
    largest = _largest(scale)
    lowest, colors = (-largest, DIVERGING) if scale.min() < 0 else (0, "gray")
    return draw_image(ax, response, (lowest, largest), colors)


def _largest(values: np.ndarray) -> float:
    """Return how far numbers are from zero at most, 1 where all are zero."""
    return max(-float(values.min()), float(values.max())) or 1.0


def _panels(
    name: str, arrays: np.ndarray, columns: int, labels: Sequence[str] | None, title: str | None
) -> tuple[Figure, list[Axes]]:
    """Make small axes without ticks for each on the last axis, its label or number above."""
    height, width, *_, count = arrays.shape
    if count > MOST_PANELS:
        advice = f"choose some, for example {name}[..., :32]"
        raise refused(name, f"at most {MOST_PANELS} to fit into a picture", count, advice)
    captions = range(count) if labels is None else one_each("labels", labels, count, name)
    columns = min(whole("columns", columns), count)
    rows = -(-count // columns)
    side = min(max(0.85, 7 / columns), 1.6)
    inches = columns * side + 1, rows * (side * min(height / width, HIGHEST) + 0.25) + 0.5
    figure, grid = titled(title, rows, columns, figsize=inches)
    for ax in grid.flat[count:]:
        ax.remove()
    axes = list(grid.flat[:count])
    for ax, caption in zip(axes, captions, strict=True):
        ax.set(xticks=[], yticks=[])
        ax.set_title(str(caption), fontsize=11, pad=3)
    return figure, axes
