"""One step of a one-dimensional correlation as a picture."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle

from lecture_utils.convolution import correlate1d
from lecture_utils.plots._common import cell_font, cell_side, longest, number, numbers, wide
from lecture_utils.plots.style import DONE, EMPTY, GREY, PADDING, RED, TAP
from lecture_utils.sizes import margins

MOST_CELLS = 24
LONGEST_SUM = 4

# The heights of the rows, from top to bottom: the numbers of the samples stand above the signal
# and below the output.
ABOVE, SIGNAL, KERNEL, PRODUCTS, OUTPUT, BELOW = -0.9, 0.0, 1.3, 2.3, 3.7, 4.6
TOTAL = BELOW - ABOVE + 1
ROW_INCHES = 0.34
ROWS = {
    ABOVE: "sample",
    SIGNAL: "signal",
    KERNEL: "× kernel",
    PRODUCTS: "= products",
    OUTPUT: "sum → output",
    BELOW: "sample",
}

FRAME = {"facecolor": "none", "edgecolor": RED, "linewidth": 2.5, "zorder": 3}
CENTERED = {"ha": "center", "va": "center", "zorder": 4}
INDEX = {"color": GREY, "fontsize": 11, **CENTERED}


@dataclass(frozen=True)
class Slide1D:
    """All that is needed to draw any step: what slides over what, and what comes out."""

    padded: np.ndarray
    kernel: np.ndarray
    outputs: np.ndarray
    before: int
    after: int

    @classmethod
    def of(cls, signal: np.ndarray, kernel: np.ndarray, padding: int | str) -> "Slide1D":
        """Compute the outputs and the padding, or raise a ValueError that names the argument."""
        signal, kernel = wide(numbers(signal, "signal", [1])), wide(numbers(kernel, "kernel", [1]))
        outputs = correlate1d(signal, kernel, padding=padding)
        before, after = margins(len(signal), len(kernel), padding=padding)
        padded = np.pad(signal, (before, after))
        if len(padded) > MOST_CELLS:
            raise ValueError(
                f"signal must have at most {MOST_CELLS} samples to be read, padding included, got "
                f"{len(padded)}: slide over a part of it, for example signal[:12]."
            )
        return cls(padded, kernel, outputs, before, after)

    @property
    def inches(self) -> tuple[float, float]:
        """The size of a figure that holds the numbers and the sum above them."""
        cells = len(self.padded) * cell_side(self._characters)
        words = max(len(self._in_words(position)) for position in range(len(self.outputs)))
        return max(cells, 0.11 * words) + 1.7, TOTAL * ROW_INCHES + 0.6

    def draw(self, ax: Axes) -> None:
        """Draw what is the same at every step, on empty axes."""
        samples = len(self.padded) - self.before - self.after
        for column, value in enumerate(self.padded, start=-self.before):
            if 0 <= column < samples:
                ax.text(column, ABOVE, str(column), **INDEX)
            else:
                _cell(ax, column, SIGNAL, **PADDING)
            _cell(ax, column, SIGNAL, facecolor="none")
            self._write(ax, column, SIGNAL, value)
        for index in range(len(self.outputs)):
            _cell(ax, self._middle(index), OUTPUT, facecolor=EMPTY, linestyle=":")
            ax.text(self._middle(index), BELOW, str(index), **INDEX)
        ax.set(
            xlim=(-self.before - 0.6, samples + self.after - 0.4),
            ylim=(BELOW + 0.5, ABOVE - 0.5),
            xticks=[],
        )
        ax.set_yticks(list(ROWS), list(ROWS.values()), fontsize=12)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)

    def draw_step(self, ax: Axes, position: int) -> list[Artist]:
        """Draw one step on these axes; what it returns is to be removed before the next."""
        taps = self._taps(position)
        artists = []
        for tap, weight in zip(taps, self.kernel, strict=True):
            value = self.padded[tap + self.before]
            artists += [
                _cell(ax, tap, SIGNAL, facecolor=TAP, alpha=0.75),
                _cell(ax, tap, KERNEL, facecolor=TAP),
                _cell(ax, tap, PRODUCTS),
                self._write(ax, tap, KERNEL, weight),
                self._write(ax, tap, PRODUCTS, value * weight),
            ]
        for index, output in enumerate(self.outputs[: position + 1]):
            artists += [
                _cell(ax, self._middle(index), OUTPUT, facecolor=DONE),
                self._write(ax, self._middle(index), OUTPUT, output),
            ]
        left, right, middle = taps[0] - 0.5, taps[-1] + 0.5, self._middle(position)
        top, bottom = PRODUCTS + 0.5, OUTPUT - 0.5
        funnel = [(left, top), (right, top), (middle + 0.5, bottom), (middle - 0.5, bottom)]
        artists += [
            ax.add_patch(Polygon(funnel, facecolor=RED, alpha=0.15)),
            ax.add_patch(Rectangle((left, SIGNAL - 0.5), right - left, 1, **FRAME)),
            ax.add_patch(Rectangle((middle - 0.5, OUTPUT - 0.5), 1, 1, **FRAME)),
        ]
        ax.set_title(self._in_words(position), fontsize=13)
        return artists

    def _write(self, ax: Axes, column: float, row: float, value: float) -> Artist:
        font = cell_font(ax, len(self.padded), TOTAL, self._characters)
        return ax.text(column, row, number(value), fontsize=font, **CENTERED)

    @cached_property
    def _characters(self) -> int:
        """How many characters the longest number in the picture takes."""
        products = np.outer(self.padded, self.kernel)
        return max(longest(values) for values in (self.padded, self.outputs, products))

    def _taps(self, position: int) -> np.ndarray:
        """Which samples meet the kernel; 0 is the signal's first, the padding before is below."""
        return position - self.before + np.arange(len(self.kernel))

    def _middle(self, position: int) -> float:
        """The column of an output: the middle of its window."""
        return self._taps(position)[[0, -1]].mean()

    def _in_words(self, position: int) -> str:
        """The sum that gives this output, or only its result where the kernel is long."""
        values = self.padded[self._taps(position) + self.before]
        terms = [
            f"{_bracketed(value)}·{_bracketed(weight)}"
            for value, weight in zip(values, self.kernel, strict=True)
        ]
        parts = [f"output[{position}]", " + ".join(terms), number(self.outputs[position])]
        return " = ".join(parts if len(terms) <= LONGEST_SUM else parts[::2])


def _cell(ax: Axes, column: float, row: float, **style) -> Artist:
    style = {"facecolor": "white", "edgecolor": GREY} | style
    return ax.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, **style))


def _bracketed(value: float) -> str:
    return f"({number(value)})" if value < 0 else number(value)
