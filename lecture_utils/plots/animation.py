"""A kernel that slides over a signal or an image: moving, and as a strip of stills."""

from collections.abc import Callable
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from lecture_utils.plots._slide1d import Slide1D
from lecture_utils.plots._slide2d import Slide2D
from lecture_utils.plots.labels import LABELS

MILLISECONDS = 1000
MOST_STILLS = 6
MOST_PLACES = 6


def animate_1d(
    signal: np.ndarray,
    kernel: np.ndarray,
    stride: int = 1,
    padding: int | str = "valid",
    dilation: int = 1,
    flip: bool = False,
) -> FuncAnimation:
    """Let a kernel slide over a signal, one output a frame.

    A frame shows the signal, the kernel on it, the products and the outputs so far.

    Args:
        signal: Numbers, shape (samples,), few enough to be read.
        kernel: Numbers, shape (samples,).
        stride: Samples from one window to the next.
        padding: As for `correlate1d`.
        dilation: Samples from one kernel value to the next.
        flip: Turn the kernel around first, which makes it a convolution.

    Returns:
        The animation; show it with `player`.

    Raises:
        ValueError: If the signal is too long, or the kernel doesn't fit.

    Example:
        ```
        player(animate_1d([0, 0, 1, 2, 3], [-1, 1]), alt="A kernel finds where a signal rises.")
        ```
    """
    slide = Slide1D.of(signal, kernel, stride, padding, dilation, flip)
    # Not made by pyplot: a notebook would show the still figure below the player.
    figure = Figure(figsize=slide.inches, layout="constrained")
    ax = figure.subplots()
    slide.draw(ax)
    return _animate(figure, partial(slide.draw_step, ax), list(range(len(slide.outputs))))


def animate_2d(
    image: np.ndarray,
    kernel: np.ndarray,
    stride: int | tuple[int, int] = 1,
    padding: int | str | tuple[int, int] = "valid",
    dilation: int | tuple[int, int] = 1,
    frames: int | None = None,
) -> FuncAnimation:
    """Let a kernel slide over an image, row by row, one output a frame.

    A frame shows the window on the image, the kernel and the outputs so far; the cells of the
    padding are hatched. Numbers are written where the image is small.

    Args:
        image: Numbers, shape (height, width).
        kernel: Numbers, shape (height, width).
        stride: Pixels from one window to the next, for both axes or (rows, columns).
        padding: As for `correlate2d`.
        dilation: Pixels from one kernel value to the next, for both axes or (rows, columns).
        frames: At most so many, spread evenly over the outputs; None for one an output.

    Returns:
        The animation; show it with `player`.

    Raises:
        ValueError: If the image is too large, or the kernel doesn't fit.
    """
    slide = Slide2D.of(image, kernel, stride, padding, dilation)
    positions = _spread(slide.outputs.size, frames or slide.outputs.size, "frames")
    figure = Figure(figsize=_inches(slide), layout="constrained")
    return _animate(figure, _draw_three(figure, slide), positions)


def filmstrip_1d(
    signal: np.ndarray,
    kernel: np.ndarray,
    stride: int = 1,
    padding: int | str = "valid",
    dilation: int = 1,
    flip: bool = False,
    count: int = 4,
    title: str | None = None,
) -> Figure:
    """Draw frames of `animate_1d` as one still picture, the first and the last among them.

    Args:
        signal: Numbers, shape (samples,), few enough to be read.
        kernel: Numbers, shape (samples,).
        stride: Samples from one window to the next.
        padding: As for `correlate1d`.
        dilation: Samples from one kernel value to the next.
        flip: Turn the kernel around first, which makes it a convolution.
        count: How many frames.
        title: What stands above.

    Returns:
        The figure, with one axes for each frame.

    Raises:
        ValueError: If the signal is too long, or the kernel doesn't fit.
    """
    slide = Slide1D.of(signal, kernel, stride, padding, dilation, flip)
    positions = _film(len(slide.outputs), count)
    width, height = slide.inches
    columns = 2 if width < 6.5 and len(positions) > 1 else 1
    rows = -(-len(positions) // columns)
    figure = plt.figure(figsize=(columns * width, rows * height), layout="constrained")
    for index, position in enumerate(positions):
        ax = figure.add_subplot(rows, columns, index + 1)
        slide.draw(ax)
        slide.draw_step(ax, position)
        if index % columns:
            ax.set_yticks([])
    if title is not None:
        figure.suptitle(title)
    return figure


def filmstrip_2d(
    image: np.ndarray,
    kernel: np.ndarray,
    stride: int | tuple[int, int] = 1,
    padding: int | str | tuple[int, int] = "valid",
    dilation: int | tuple[int, int] = 1,
    count: int = 4,
    title: str | None = None,
) -> Figure:
    """Draw frames of `animate_2d` side by side, the first and the last among them.

    Args:
        image: Numbers, shape (height, width).
        kernel: Numbers, shape (height, width).
        stride: Pixels from one window to the next, for both axes or (rows, columns).
        padding: As for `correlate2d`.
        dilation: Pixels from one kernel value to the next, for both axes or (rows, columns).
        count: How many frames.
        title: What stands above.

    Returns:
        The figure: the kernel, then for each frame the image above the outputs so far.

    Raises:
        ValueError: If the image is too large, or the kernel doesn't fit.
    """
    slide = Slide2D.of(image, kernel, stride, padding, dilation)
    positions = _film(slide.outputs.size, count)
    (rows, columns), (output_rows, output_columns) = slide.padded.shape, slide.outputs.shape
    kernel_width = slide.kernel.shape[1] * slide.kernel_side
    words = max(len(slide.in_words(position)) for position in positions)
    width = max(max(columns, output_columns) * slide.side, 0.1 * words)
    figure, grid = plt.subplots(
        2,
        len(positions) + 1,
        figsize=(
            kernel_width + len(positions) * (width + 0.15) + 0.6,
            (rows + output_rows) * slide.side + 1.2,
        ),
        width_ratios=[kernel_width, *[width] * len(positions)],
        height_ratios=[rows, output_rows],
        layout="constrained",
    )
    grid[1, 0].remove()
    slide.draw_kernel(grid[0, 0])
    grid[0, 0].set_title(LABELS["kernel"], fontsize=12)
    for (above, below), position in zip(grid.T[1:], positions, strict=True):
        slide.draw_image(above)
        slide.draw_output(below)
        slide.draw_step(above, below, position)
        above.set_title(slide.in_words(position), fontsize=12)
        for ax in (above, below):
            ax.set(xticks=[], yticks=[])
    grid[0, 1].set_ylabel(LABELS["image"])
    grid[1, 1].set_ylabel(LABELS["output"])
    if title is not None:
        figure.suptitle(title)
    return figure


def window_positions(
    image: np.ndarray,
    kernel: np.ndarray,
    stride: int | tuple[int, int] = 1,
    padding: int | str | tuple[int, int] = "valid",
    dilation: int | tuple[int, int] = 1,
    title: str | None = None,
) -> Figure:
    """Draw every place of the kernel, one small image each, arranged as the outputs are.

    Args:
        image: Numbers, shape (height, width).
        kernel: Numbers, shape (height, width); only its size is seen.
        stride: Pixels from one window to the next, for both axes or (rows, columns).
        padding: As for `correlate2d`.
        dilation: Pixels from one kernel value to the next, for both axes or (rows, columns).
        title: What stands above.

    Returns:
        The figure, with one axes for each output.

    Raises:
        ValueError: If there are too many places, or none.

    Example:
        ```
        window_positions(np.zeros((5, 5)), np.ones((3, 3)), title="Nine places")
        ```
    """
    slide = Slide2D.of(image, kernel, stride, padding, dilation)
    rows, columns = slide.outputs.shape
    if max(rows, columns) > MOST_PLACES:
        raise ValueError(
            f"image: at most {MOST_PLACES} rows and columns of places fit into a picture, here "
            f"are {rows} and {columns}; use a smaller image or a larger stride."
        )
    height, width = (min(side * slide.side, 2) + 0.1 for side in slide.padded.shape)
    figure, grid = plt.subplots(
        rows,
        columns,
        figsize=(columns * width, rows * (height + 0.25) + 0.4 * (title is not None)),
        squeeze=False,
        layout="constrained",
    )
    for position, ax in enumerate(grid.flat):
        slide.draw_image(ax)
        slide.draw_window(ax, position)
        row, column = slide.place(position)
        ax.set_title(f"{LABELS['output']}[{row}, {column}]", fontsize=12, pad=4)
        ax.set(xticks=[], yticks=[])
    if title is not None:
        figure.suptitle(title)
    return figure


def _film(total: int, count: int) -> list[int]:
    if count > MOST_STILLS:
        raise ValueError(
            f"count: at most {MOST_STILLS} stills can be read side by side, not {count}; "
            "use the animation for more."
        )
    return _spread(total, count, "count")


def _spread(total: int, count: int, name: str) -> list[int]:
    """At most `count` of the first `total` numbers, evenly, the first and the last among them."""
    if count < 1:
        raise ValueError(f"{name}: at least 1 is needed, not {count}.")
    return np.unique(np.linspace(0, total - 1, min(count, total)).round().astype(int)).tolist()


def _animate(figure: Figure, draw_step: Callable, positions: list[int]) -> FuncAnimation:
    """Animate steps; each is drawn on the figure after the artists of the last were removed."""
    shown = draw_step(positions[0])
    # Laid out once: later frames don't jump, and take less time.
    figure.draw_without_rendering()
    figure.set_layout_engine("none")

    def draw(position):
        while shown:
            shown.pop().remove()
        shown.extend(draw_step(position))

    return FuncAnimation(figure, draw, frames=positions, interval=MILLISECONDS)


def _inches(slide: Slide2D) -> tuple[float, float]:
    (rows, columns), (output_rows, output_columns) = slide.padded.shape, slide.outputs.shape
    kernel_width = slide.kernel.shape[1] * slide.kernel_side
    width = (columns + output_columns) * slide.side + kernel_width
    return width + 2.2, max(rows, output_rows) * slide.side + 1.6


def _draw_three(figure: Figure, slide: Slide2D) -> Callable[[int], list[Artist]]:
    """Draw image, kernel and output side by side; return what draws a step on them."""
    figure.get_layout_engine().set(w_pad=0.1)
    widths = [
        slide.padded.shape[1] * slide.side,
        slide.kernel.shape[1] * slide.kernel_side,
        slide.outputs.shape[1] * slide.side,
    ]
    image, kernel, output = figure.subplots(1, 3, width_ratios=widths)
    slide.draw_image(image)
    slide.draw_kernel(kernel)
    slide.draw_output(output)
    for ax, name in ((image, "image"), (kernel, "kernel"), (output, "output")):
        ax.set_title(LABELS[name], fontsize=13)
    for ax in (image, output):
        ax.set(xlabel=LABELS["column"], ylabel=LABELS["row"])

    def draw_step(position):
        figure.supxlabel(slide.in_words(position), fontsize=13)
        return slide.draw_step(image, output, position)

    return draw_step
