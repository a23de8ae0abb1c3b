"""Pictures of signals."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from lecture_utils.checks import refused
from lecture_utils.plots._common import axes_or_new, numbers
from lecture_utils.plots.style import CYCLE, GREY

SHORT_SIGNAL = 30
LINE_STYLES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D")


def signals(
    signals: Mapping[str, np.ndarray], title: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw signals over each other: short ones as stems, sample by sample, long ones as lines.

    Args:
        signals: One-dimensional arrays by name, `{"clean": clean, "noisy": noisy}`.
        title: What stands above.
        ax: Where to draw, instead of a new figure.

    Returns:
        The axes.

    Raises:
        ValueError: If this is no dictionary, or one of the arrays isn't a signal.

    Lecture 02 uses it.
    """
    if not isinstance(signals, Mapping) or not signals:
        raise refused("signals", 'a dictionary of arrays, as {"noisy": noisy}', signals)
    arrays = {name: numbers(array, f"signals[{name!r}]", [1]) for name, array in signals.items()}
    ax = axes_or_new(ax, 8, 3.2, title)
    short = max(len(array) for array in arrays.values()) <= SHORT_SIGNAL
    for index, (name, array) in enumerate(arrays.items()):
        color = CYCLE[index % len(CYCLE)]
        if short:
            # Side by side: stems at the same sample would hide each other.
            places = np.arange(len(array)) + 0.16 * (index - (len(arrays) - 1) / 2)
            ax.vlines(places, 0, array, color=color, linewidth=2.5)
            marker = MARKERS[index % len(MARKERS)]
            ax.plot(places, array, marker, color=color, markersize=6, label=name)
        else:
            style = LINE_STYLES[index % len(LINE_STYLES)]
            ax.plot(array, style, color=color, linewidth=2, label=name)
    ax.axhline(0, color=GREY, linewidth=0.8, zorder=0)
    ax.xaxis.set_major_locator(MaxNLocator(15, integer=True, min_n_ticks=1))
    if all(array.dtype.kind in "biu" for array in arrays.values()):
        ax.yaxis.set_major_locator(MaxNLocator(8, integer=True, min_n_ticks=1))
    ax.set(xlabel="sample", ylabel="value", title=title)
    # Beside the axes, where it hides no sample.
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return ax
