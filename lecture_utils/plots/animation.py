"""A kernel that slides over a signal or an image: moving, and as a strip of stills."""

from collections.abc import Callable
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from lecture_utils.checks import whole
from lecture_utils.plots._common import titled
from lecture_utils.plots._slide1d import Slide1D
from lecture_utils.plots._slide2d import Slide2D

MOST_STILLS = 6


def animate_1d(
    signal: np.ndarray, kernel: np.ndarray, padding: int | str = "valid"
) -> FuncAnimation:
    """Let a kernel slide over a signal, one output a frame.

    A frame shows the signal, the kernel on it, the products and the outputs so far.

    Args:
        signal: Numbers, shape (samples,), few enough to be read.
        kernel: Numbers, shape (samples,).
        padding: As for `correlate1d`.

    Returns:
        The animation; show it with `player`.

    Raises:
        ValueError: If the signal is too long, or the kernel doesn't fit.

    Lecture 02 uses it.
    """
    slide = Slide1D(signal, kernel, padding)
    # Not made by pyplot: a notebook would show the still figure below the player.
    figure = Figure(figsize=slide.inches, layout="constrained")
    ax = figure.subplots()
    slide.draw(ax)
    return _animate(figure, partial(slide.draw_step, ax), len(slide.outputs))


def animate_2d(
    image: np.ndarray,
    kernel: np.ndarray,
    stride: int = 1,
    padding: int | str = "valid",
    dilation: int = 1,
) -> FuncAnimation:
    """Let a kernel slide over an image, row by row, one output a frame.

    A frame shows the window on the image, the kernel and the outputs so far; the cells of the
    padding are hatched.

    Args:
        image: Numbers, shape (height, width), few enough to be read.
        kernel: Numbers, shape (height, width).
        stride: Pixels from one window to the next.
        padding: As for `correlate2d`.
        dilation: Pixels from one kernel value to the next.

    Returns:
        The animation; show it with `player`.

    Raises:
        ValueError: If the image is too large, or the kernel doesn't fit.

    Lecture 03 uses it.
    """
    slide = Slide2D(image, kernel, stride, padding, dilation)
    (rows, columns), (output_rows, output_columns) = slide.padded.shape, slide.outputs.shape
    widths = [columns * slide.side, slide.kernel_width, output_columns * slide.side]
    inches = sum(widths) + 2.2, max(rows, output_rows) * slide.side + 1.6
    figure = Figure(figsize=inches, layout="constrained")
    figure.get_layout_engine().set(w_pad=0.1)
    image_ax, kernel_ax, output_ax = figure.subplots(1, 3, width_ratios=widths)
    slide.draw_image(image_ax)
    slide.draw_kernel(kernel_ax)
    slide.draw_output(output_ax)
    for ax, name in ((image_ax, "image"), (kernel_ax, "kernel"), (output_ax, "output")):
        ax.set_title(name, fontsize=13)
    plt.setp([image_ax, output_ax], xlabel="column", ylabel="row")

    def draw_step(position):
        figure.supxlabel(slide.in_words(position), fontsize=13)
        return slide.draw_step(image_ax, output_ax, position)

    return _animate(figure, draw_step, slide.outputs.size)


def filmstrip_1d(signal: np.ndarray, kernel: np.ndarray, padding: int | str = "valid") -> Figure:
    """Draw four frames as one still picture, the first and the last too; see `animate_1d`.

    Returns:
        The figure, with one axes for each frame.

    Lecture 02 uses it.
    """
    slide = Slide1D(signal, kernel, padding)
    positions = _spread(len(slide.outputs), 4)
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
    return figure


def filmstrip_2d(
    image: np.ndarray,
    kernel: np.ndarray,
    stride: int = 1,
    padding: int | str = "valid",
    dilation: int = 1,
    count: int = 4,
    title: str | None = None,
) -> Figure:
    """Draw frames side by side, the first and the last too; see `animate_2d`.

    There are up to `count` frames, six at most; the `title` stands above.

    Returns:
        The figure: the kernel, then for each frame the image above the outputs so far.

    Lecture 03 uses it.
    """
    count = whole("count", count, most=MOST_STILLS, advice="animate_2d shows more")
    slide = Slide2D(image, kernel, stride, padding, dilation)
    positions = _spread(slide.outputs.size, count)
    (rows, columns), (output_rows, output_columns) = slide.padded.shape, slide.outputs.shape
    words = max(len(slide.in_words(position)) for position in positions)
    width = max(max(columns, output_columns) * slide.side, 0.1 * words)
    widths, heights = [slide.kernel_width] + [width] * len(positions), [rows, output_rows]
    inches = sum(widths) + 0.15 * len(positions) + 0.6, sum(heights) * slide.side + 1.2
    ratios = {"width_ratios": widths, "height_ratios": heights}
    figure, grid = titled(title, 2, len(widths), figsize=inches, **ratios)
    grid[1, 0].remove()
    slide.draw_kernel(grid[0, 0])
    grid[0, 0].set_title("kernel", fontsize=12)
    for (above, below), position in zip(grid.T[1:], positions, strict=True):
        slide.draw_image(above)
        slide.draw_output(below)
        slide.draw_step(above, below, position)
        above.set_title(slide.in_words(position), fontsize=12)
        plt.setp([above, below], xticks=[], yticks=[])
    grid[0, 1].set_ylabel("image")
    grid[1, 1].set_ylabel("output")
    return figure


def window_positions(image: np.ndarray, kernel: np.ndarray, title: str | None = None) -> Figure:
    """Draw every place of the kernel, one small image each, arranged as the outputs are.

    Args:
        image: Numbers, shape (height, width).
        kernel: Numbers, shape (height, width); only its size is seen.
        title: What stands above.

    Returns:
        The figure, with one axes for each output.

    Raises:
        ValueError: If the image is too large, or the kernel doesn't fit.

    Lecture 04 uses it.
    """
    slide = Slide2D(image, kernel)
    rows, columns = slide.outputs.shape
    height, width = (min(side * slide.side, 2) + 0.1 for side in slide.padded.shape)
    inches = columns * width, rows * (height + 0.25) + 0.4 * (title is not None)
    figure, grid = titled(title, rows, columns, figsize=inches)
    for position, ax in enumerate(grid.flat):
        slide.draw_image(ax)
        slide.draw_window(ax, position)
        row, column = slide.place(position)
        ax.set_title(f"output[{row}, {column}]", fontsize=12, pad=4)
        ax.set(xticks=[], yticks=[])
    return figure


def _spread(total: int, count: int) -> list[int]:
    """At most `count` of the first `total` numbers, evenly, the first and the last among them."""
    return np.unique(np.linspace(0, total - 1, min(count, total)).round().astype(int)).tolist()


def _animate(figure: Figure, draw_step: Callable[[int], list[Artist]], count: int) -> FuncAnimation:
    """Animate steps; each is drawn on the figure after the artists of the last were removed."""
    shown = draw_step(0)
    # Laid out once: later frames don't jump, and take less time.
    figure.draw_without_rendering()
    figure.set_layout_engine("none")

    def draw(position):
        while shown:
            shown.pop().remove()
        shown.extend(draw_step(position))

    return FuncAnimation(figure, draw, frames=count)
