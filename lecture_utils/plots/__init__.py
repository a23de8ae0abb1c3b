"""Pictures for the lectures, one file a subject. Each function returns what it drew.

Call `set_style` once, and `plt.show()` after each picture.
"""
# ruff: noqa: F401 (what is imported here is what the package offers)

from lecture_utils.plots.animation import (
    animate_1d,
    animate_2d,
    filmstrip_1d,
    filmstrip_2d,
    window_positions,
)
from lecture_utils.plots.compare import compare
from lecture_utils.plots.features import feature_maps, kernels, response_map
from lecture_utils.plots.images import image_grid, show_image
from lecture_utils.plots.network import architecture
from lecture_utils.plots.player import player
from lecture_utils.plots.predictions import confusion_matrix, probability_bars
from lecture_utils.plots.signals import signals
from lecture_utils.plots.style import set_style
from lecture_utils.plots.training import training_curves
