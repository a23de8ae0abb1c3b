"""Pictures for the lectures, one file a subject. Each function returns what it drew.

Call `set_style` once, and `plt.show()` after each picture.
"""

from lecture_utils.plots.animation import (
    animate_1d,
    animate_2d,
    filmstrip_1d,
    filmstrip_2d,
    sliding_window_2d,
    window_positions,
)
from lecture_utils.plots.features import feature_maps, kernels, response_map
from lecture_utils.plots.images import confusion_matrix, image_grid, probability_bars, show_image
from lecture_utils.plots.labels import LABELS
from lecture_utils.plots.player import player, shrink_png
from lecture_utils.plots.signals import signals, sliding_kernel
from lecture_utils.plots.style import set_style
from lecture_utils.plots.training import training_curves

__all__ = [
    "LABELS",
    "animate_1d",
    "animate_2d",
    "confusion_matrix",
    "feature_maps",
    "filmstrip_1d",
    "filmstrip_2d",
    "image_grid",
    "kernels",
    "player",
    "probability_bars",
    "response_map",
    "set_style",
    "show_image",
    "shrink_png",
    "signals",
    "sliding_kernel",
    "sliding_window_2d",
    "training_curves",
    "window_positions",
]
