"""The look of the course's pictures: readable on a projector and with any kind of colour vision."""

import matplotlib.pyplot as plt

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
GREY = "#6E6E6E"

# The colours of curves, in order. Yellow is left out: nobody sees a yellow line on a white wall.
CYCLE = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY, BLACK)

# The cells of a sliding kernel: under the kernel, already computed, not yet.
TAP, DONE, EMPTY = "#F7D488", "#CDE9DD", "#EAF3FA"

# The cells of the padding are hatched, faintly, since a number stands on them.
PADDING = {"facecolor": "#EDEDED", "edgecolor": "#C4C4C4", "hatch": "///", "linewidth": 0}

# For signed numbers: blue below zero, white at zero, red above.
DIVERGING = "RdBu_r"


def set_style() -> None:
    """Set matplotlib's defaults for the course, once at the top of a notebook.

    Letters of at least 11 points, the colours of Okabe and Ito, grey images whose pixels stay
    squares, and a resolution that keeps a picture small.

    Source: Okabe and Ito, Color Universal Design (2008).

    Lecture 01 uses it.
    """
    plt.rcParams.update(
        {
            "axes.axisbelow": True,
            "axes.labelsize": 13,
            "axes.prop_cycle": plt.cycler(color=CYCLE),
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlesize": 14,
            "figure.constrained_layout.use": True,
            "figure.dpi": 90,
            "figure.figsize": (7, 3.8),
            "figure.titlesize": 15,
            "font.size": 12,
            "image.cmap": "gray",
            "image.interpolation": "nearest",
            "legend.fontsize": 12,
            "lines.linewidth": 2,
            "xtick.labelsize": 11,
            "ytick.labelsize": 11,
        }
    )
