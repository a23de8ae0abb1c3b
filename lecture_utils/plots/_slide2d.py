"""One step of a two-dimensional correlation as a picture."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from lecture_utils.convolution import correlate2d
from lecture_utils.plots._common import (
    cell_borders,
    cell_side,
    font_size,
    longest,
    number,
    numbers,
    wide,
)
from lecture_utils.plots.style import EMPTY, GREY, PADDING, RED, TAP
from lecture_utils.sizes import margins, per_axis

MOST_CELLS = 9


@dataclass(frozen=True)
class Slide2D:
    """All that is needed to draw any step: what slides over what, and what comes out."""

    padded: np.ndarray
    kernel: np.ndarray
    outputs: np.ndarray
    before: tuple[int, int]
    after: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]

    @classmethod
    def of(cls, image, kernel, stride=1, padding="valid", dilation=1) -> "Slide2D":
        """Compute the outputs and the padding, or raise a ValueError that names the argument."""
        image, kernel = wide(numbers(image, "image", [2])), wide(numbers(kernel, "kernel", [2]))
        outputs = correlate2d(image, kernel, stride, padding, dilation)
        settings = {"stride": stride, "padding": padding, "dilation": dilation}
        pairs = [per_axis(name, value, 2) for name, value in settings.items()]
        axes = zip(image.shape, kernel.shape, *pairs, strict=True)
        around = [margins(*axis) for axis in axes]
        padded = np.pad(image, around)
        if max(padded.shape) > MOST_CELLS:
            raise ValueError(
                f"image must have at most {MOST_CELLS} rows and columns to be read, padding "
                f"included, got {padded.shape}: take a part of it."
            )
        before, after = zip(*around, strict=True)
        return cls(padded, kernel, outputs, before, after, pairs[0], pairs[2])

    @property
    def side(self) -> float:
        """Inches of a cell."""
        return cell_side(self._characters)

    @property
    def kernel_side(self) -> float:
        """Inches of a cell of the kernel, whose numbers are always written."""
        return cell_side(longest(self.kernel))

    def place(self, position: int) -> tuple[int, int]:
        """The row and the column of an output."""
        row, column = np.unravel_index(position, self.outputs.shape)
        return int(row), int(column)

    def in_words(self, position: int) -> str:
        """The output of a step, `output[1, 2] = 4`."""
        row, column = self.place(position)
        return f"output[{row}, {column}] = {number(self.outputs[row, column])}"

    def draw_image(self, ax: Axes) -> None:
        """Draw the padded image on empty axes."""
        (rows, columns), (top, left) = self.padded.shape, self.before
        inside = np.zeros(self.padded.shape, dtype=bool)
        inside[top : rows - self.after[0], left : columns - self.after[1]] = True
        self._draw_cells(ax, self.padded, offset=self.before)
        _set_up(ax, self.padded.shape, offset=self.before)
        for row, column in np.argwhere(~inside):
            _box(ax, row - top, column - left, **PADDING)

    def draw_kernel(self, ax: Axes) -> None:
        """Draw the kernel with its numbers, on empty axes."""
        font = font_size(self.kernel_side, self.kernel_side, longest(self.kernel))
        for (row, column), weight in np.ndenumerate(self.kernel):
            _box(ax, row, column, facecolor=TAP, edgecolor=GREY, clip_on=False)
            _text(ax, row, column, weight, font)
        _limit(ax, self.kernel.shape, (0, 0))
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)

    def draw_output(self, ax: Axes) -> None:
        """Draw the cells of the outputs, which are still to be computed, on empty axes."""
        ax.set_facecolor(EMPTY)
        _set_up(ax, self.outputs.shape, offset=(0, 0))

    def draw_step(self, image_ax: Axes, output_ax: Axes, position: int) -> list[Artist]:
        """Draw one step on these axes; what it returns is to be removed before the next."""
        waiting = np.arange(self.outputs.size).reshape(self.outputs.shape) > position
        return [
            *self.draw_window(image_ax, position),
            *self._draw_cells(output_ax, np.ma.masked_array(self.outputs, waiting), offset=(0, 0)),
            _frame(output_ax, *self.place(position), 1, 1),
        ]

    def draw_window(self, ax: Axes, position: int) -> list[Artist]:
        """Draw the window of one step on the axes of the image."""
        settings = zip(self.place(position), self.stride, self.before, strict=True)
        row, column = (index * step - margin for index, step, margin in settings)
        taps = [
            (row + i * self.dilation[0], column + j * self.dilation[1])
            for i, j in np.ndindex(*self.kernel.shape)
        ]
        height, width = np.subtract(taps[-1], taps[0]) + 1
        boxes = [_box(ax, *tap, facecolor=TAP, alpha=0.75) for tap in taps]
        return [*boxes, _frame(ax, row, column, height, width)]

    @cached_property
    def _characters(self) -> int:
        return max(longest(self.padded), longest(self.outputs))

    def _draw_cells(self, ax: Axes, values: np.ndarray, offset: tuple[int, int]) -> list[Artist]:
        """Draw the cells of a grid that aren't masked; its first is at minus the offset."""
        rows, columns = values.shape
        data = np.ma.getdata(values)
        low, high = float(data.min()), float(data.max())
        if low == high:
            high = low + 1
        # Pale greys, so that black letters can be read on all of them.
        darkest = low - 1.5 * (high - low)
        left, top = -offset[1] - 0.5, -offset[0] - 0.5
        style = {"cmap": "gray", "vmin": darkest, "vmax": high, "interpolation": "nearest"}
        grid = ax.imshow(values, extent=(left, left + columns, top + rows, top), **style)
        font = font_size(self.side, self.side, self._characters)
        texts = [
            _text(ax, row - offset[0], column - offset[1], data[row, column], font)
            for row, column in np.argwhere(~np.ma.getmaskarray(values))
        ]
        return [grid, *texts]


def _set_up(ax: Axes, shape: tuple[int, int], offset: tuple[int, int]) -> None:
    """Give the axes of a grid their limits, ticks and lines."""
    _limit(ax, shape, offset)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(10, integer=True, min_n_ticks=1))
    ax.spines[:].set(visible=True, color=GREY)
    cell_borders(ax, shape, -offset[0] - 0.5, -offset[1] - 0.5)


def _limit(ax: Axes, shape: tuple[int, int], offset: tuple[int, int]) -> None:
    """Show all cells, as squares."""
    top, left = -offset[0] - 0.5, -offset[1] - 0.5
    ax.set(aspect="equal", xlim=(left, left + shape[1]), ylim=(top + shape[0], top))


def _box(ax: Axes, row: float, column: float, **style) -> Artist:
    return ax.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, **style))


def _frame(ax: Axes, row: float, column: float, height: int, width: int) -> Artist:
    style = {"facecolor": "none", "edgecolor": RED, "linewidth": 3, "zorder": 3, "clip_on": False}
    return ax.add_patch(Rectangle((column - 0.5, row - 0.5), width, height, **style))


def _text(ax: Axes, row: float, column: float, value: float, font: float) -> Artist:
    style = {"ha": "center", "va": "center", "fontsize": font, "zorder": 4}
    return ax.text(column, row, number(value), **style)
