"""One step of a one-dimensional correlation as a picture."""

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from lecture_utils.checks import refused
from lecture_utils.convolution import correlate1d
from lecture_utils.plots._common import NUMBER, box, cell_side, number, numbers
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
INDEX = NUMBER | {"color": GREY, "fontsize": 11}


class Slide1D:
    """All that is needed to draw any step: what slides over what, and what comes out."""

    def __init__(self, signal, kernel, padding="valid"):
        """Compute the outputs and the padding, or raise a ValueError that names the argument."""
        signal = numbers(signal, "signal", [1])
        # As floats, since the products of small integers may be too large for their type.
        self.kernel = numbers(kernel, "kernel", [1]).astype(float)
        self.outputs = correlate1d(signal, self.kernel, padding=padding)
        self.before, self.after = margins(len(signal), len(self.kernel), padding=padding)
        self.padded = np.pad(signal, (self.before, self.after))
        if len(self.padded) > MOST_CELLS:
            wanted, advice = f"of at most {MOST_CELLS} samples", "slide over a part, signal[:12]"
            raise refused("signal", f"{wanted}, padding included", len(self.padded), advice)

    @property
    def inches(self) -> tuple[float, float]:
        """The size of a figure that holds the numbers and the sum above them."""
        products = np.outer(self.padded, self.kernel)
        cells = len(self.padded) * cell_side(self.padded, self.outputs, products)
        words = max(len(self._in_words(position)) for position in range(len(self.outputs)))
        return max(cells, 0.11 * words) + 1.7, TOTAL * ROW_INCHES + 0.6

    def draw(self, ax: Axes) -> None:
        """Draw what is the same at every step, on empty axes."""
        samples = len(self.padded) - self.before - self.after
        for column, value in enumerate(self.padded, start=-self.before):
            if 0 <= column < samples:
                ax.text(column, ABOVE, str(column), **INDEX)
            else:
                box(ax, SIGNAL, column, **PADDING)
            _cell(ax, SIGNAL, column, value)
        for index in range(len(self.outputs)):
            waiting = {"facecolor": EMPTY, "edgecolor": GREY, "linestyle": ":"}
            box(ax, OUTPUT, self._middle(index), **waiting)
            ax.text(self._middle(index), BELOW, str(index), **INDEX)
        ax.set(xlim=(-self.before - 0.6, samples + self.after - 0.4), xticks=[])
        ax.set_ylim(BELOW + 0.5, ABOVE - 0.5)
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
                box(ax, SIGNAL, tap, facecolor=TAP, edgecolor=GREY, alpha=0.75),
                *_cell(ax, KERNEL, tap, weight, TAP),
                *_cell(ax, PRODUCTS, tap, value * weight, "white"),
            ]
        for index, output in enumerate(self.outputs[: position + 1]):
            artists += _cell(ax, OUTPUT, self._middle(index), output, DONE)
        left, right, middle = taps[0] - 0.5, taps[-1] + 0.5, self._middle(position)
        top, bottom = PRODUCTS + 0.5, OUTPUT - 0.5
        funnel = [(left, top), (right, top), (middle + 0.5, bottom), (middle - 0.5, bottom)]
        artists += [
            ax.add_patch(Polygon(funnel, facecolor=RED, alpha=0.15)),
            box(ax, SIGNAL, taps[0], (1, len(taps)), **FRAME),
            box(ax, OUTPUT, middle, **FRAME),
        ]
        ax.set_title(self._in_words(position), fontsize=13)
        return artists

    def _taps(self, position: int) -> np.ndarray:
        """Which samples meet the kernel; 0 is the signal's first, the padding before is below."""
        return position - self.before + np.arange(len(self.kernel))

    def _middle(self, position: int) -> float:
        """The column of an output: the middle of its window."""
        return self._taps(position)[[0, -1]].mean()

    def _in_words(self, position: int) -> str:
        """The sum that gives this output, or only its result where the kernel is long."""
        values = self.padded[self._taps(position) + self.before]
        pairs = zip(map(_bracketed, values), map(_bracketed, self.kernel), strict=True)
        terms = ["·".join(pair) for pair in pairs]
        parts = [f"output[{position}]", " + ".join(terms), number(self.outputs[position])]
        return " = ".join(parts if len(terms) <= LONGEST_SUM else parts[::2])


def _cell(ax: Axes, row: float, column: float, value: float, color: str = "none") -> list[Artist]:
    """Draw a cell with its number."""
    cell = box(ax, row, column, facecolor=color, edgecolor=GREY)
    return [cell, ax.text(column, row, number(value), **NUMBER)]


def _bracketed(value: float) -> str:
    return f"({number(value)})" if value < 0 else number(value)
