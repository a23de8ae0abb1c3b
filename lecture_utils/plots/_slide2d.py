"""One step of a two-dimensional correlation as a picture."""

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from lecture_utils.checks import refused
from lecture_utils.convolution import correlate2d
from lecture_utils.plots._common import NUMBER, box, cell_borders, cell_side, number, numbers
from lecture_utils.plots.style import EMPTY, GREY, PADDING, RED, TAP
from lecture_utils.sizes import margins

MOST_CELLS = 9
FRAME = {"facecolor": "none", "edgecolor": RED, "linewidth": 3, "zorder": 3, "clip_on": False}


class Slide2D:
    """All that is needed to draw any step: what slides over what, and what comes out."""

    def __init__(self, image, kernel, stride=1, padding="valid", dilation=1):
        """Compute the outputs and the padding, or raise a ValueError that names the argument."""
        image, self.kernel = numbers(image, "image", [2]), numbers(kernel, "kernel", [2])
        self.outputs = correlate2d(image, self.kernel, stride, padding, dilation)
        self.stride, self.dilation = stride, dilation
        sizes = zip(image.shape, self.kernel.shape, strict=True)
        around = [margins(*size, stride, padding, dilation) for size in sizes]
        self.before = tuple(margin for margin, _ in around)
        self.padded = np.pad(image, around)
        self.inside = np.pad(np.ones(image.shape, dtype=bool), around)
        if max(self.padded.shape) > MOST_CELLS:
            wanted = f"of at most {MOST_CELLS} rows and columns, padding included"
            raise refused("image", wanted, self.padded.shape, "take a part of it")
        # Inches of a cell of the image and of the output, and of the kernel.
        self.side = cell_side(self.padded, self.outputs)
        self.kernel_width = self.kernel.shape[1] * cell_side(self.kernel)

    def place(self, position: int) -> tuple[int, int]:
        """The row and the column of an output."""
        return divmod(position, self.outputs.shape[1])

    def in_words(self, position: int) -> str:
        """The output of a step, `output[1, 2] = 4`."""
        row, column = self.place(position)
        return f"output[{row}, {column}] = {number(self.outputs[row, column])}"

    def draw_image(self, ax: Axes) -> None:
        """Draw the padded image on empty axes."""
        _draw_cells(ax, self.padded, offset=self.before)
        _set_up(ax, self.padded.shape, offset=self.before)
        for place in np.argwhere(~self.inside) - self.before:
            box(ax, *place, **PADDING)

    def draw_kernel(self, ax: Axes) -> None:
        """Draw the kernel with its numbers, on empty axes."""
        for (row, column), weight in np.ndenumerate(self.kernel):
            box(ax, row, column, facecolor=TAP, edgecolor=GREY, clip_on=False)
            ax.text(column, row, number(weight), **NUMBER)
        _limit(ax, self.kernel.shape)
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)

    def draw_output(self, ax: Axes) -> None:
        """Draw the cells of the outputs, which are still to be computed, on empty axes."""
        ax.set_facecolor(EMPTY)
        _set_up(ax, self.outputs.shape)

    def draw_step(self, image_ax: Axes, output_ax: Axes, position: int) -> list[Artist]:
        """Draw one step on these axes; what it returns is to be removed before the next."""
        waiting = np.arange(self.outputs.size).reshape(self.outputs.shape) > position
        return [
            *self.draw_window(image_ax, position),
            *_draw_cells(output_ax, np.ma.masked_array(self.outputs, waiting)),
            box(output_ax, *self.place(position), **FRAME),
        ]

    def draw_window(self, ax: Axes, position: int) -> list[Artist]:
        """Draw the window of one step on the axes of the image."""
        first = np.multiply(self.place(position), self.stride) - self.before
        taps = first + self.dilation * np.argwhere(np.ones(self.kernel.shape))
        size = taps[-1] - taps[0] + 1
        boxes = [box(ax, *tap, facecolor=TAP, alpha=0.75) for tap in taps]
        return [*boxes, box(ax, *first, size, **FRAME)]


def _draw_cells(ax: Axes, values: np.ndarray, offset: tuple = (0, 0)) -> list[Artist]:
    """Draw the cells of a grid that aren't masked; its first is at minus the offset."""
    rows, columns = values.shape
    data = np.ma.getdata(values)
    low, high = float(data.min()), float(data.max())
    high = high if low < high else low + 1
    darkest = low - 1.5 * (high - low)  # so that black letters can be read on all greys
    left, top = -offset[1] - 0.5, -offset[0] - 0.5
    style = {"cmap": "gray", "vmin": darkest, "vmax": high, "interpolation": "nearest"}
    grid = ax.imshow(values, extent=(left, left + columns, top + rows, top), **style)
    texts = [
        ax.text(column - offset[1], row - offset[0], number(data[row, column]), **NUMBER)
        for row, column in np.argwhere(~np.ma.getmaskarray(values))
    ]
    return [grid, *texts]


def _set_up(ax: Axes, shape: tuple[int, int], offset: tuple = (0, 0)) -> None:
    """Give the axes of a grid their limits, ticks and lines."""
    _limit(ax, shape, offset)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(10, integer=True, min_n_ticks=1))
    ax.spines[:].set(visible=True, color=GREY)
    cell_borders(ax, shape, -offset[0] - 0.5, -offset[1] - 0.5)


def _limit(ax: Axes, shape: tuple[int, int], offset: tuple = (0, 0)) -> None:
    """Show all cells, as squares."""
    top, left = -offset[0] - 0.5, -offset[1] - 0.5
    ax.set(aspect="equal", xlim=(left, left + shape[1]), ylim=(top + shape[0], top))
