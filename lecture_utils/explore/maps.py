"""Every feature map of the convnet of lecture 05, of a digit that is drawn."""

from base64 import b64encode

import numpy as np
from numpy.typing import ArrayLike

from lecture_utils.bitmap import side_by_side
from lecture_utils.checks import array, refused
from lecture_utils.convolution import correlate2d
from lecture_utils.explore.page import Explorer
from lecture_utils.models.mnist import trained_weights


def feature_maps(digit: ArrayLike, alt: str) -> Explorer:
    """Let the hand draw a digit, and see every map of a layer of the trained convnet change.

    Args:
        digit: What is drawn at first: `uint8`, shape (28, 28), as `load_mnist` has it.
        alt: What the figure is, in words.

    Returns:
        The figure, to be displayed. Its network is `models.convnet_mnist(weights="mnist")`.

    Raises:
        ValueError: If the digit will not do.

    Lecture 05 uses it.
    """
    digit = array("digit", digit, ("height", "width"), kinds="iu")
    if digit.shape != (28, 28) or digit.dtype != np.uint8:
        raise refused("digit", "a uint8 array (28, 28)", digit)
    stored = trained_weights()
    weights = {name: b64encode(part).decode() for name, part in stored.items() if "conv" in name}
    data = {"weights": weights, "digit": b64encode(digit.tobytes()).decode()}
    # Whole numbers, so that the first maps of the first layer are the same on every machine.
    kernels = np.moveaxis(stored["conv1/kernel"][:, :, 0, :4].astype(int), -1, 0)
    maps = [correlate2d(digit.astype(int), kernel).clip(min=0) for kernel in kernels]
    return Explorer(alt, "maps", side_by_side(digit, *maps), data, ("../pad", "../convnet"))
