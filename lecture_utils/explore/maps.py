"""Every feature map of the convnet of lecture 05, of a digit that is drawn."""

import base64
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from lecture_utils.checks import array, refused
from lecture_utils.convolution import correlate2d
from lecture_utils.datasets import load_mnist
from lecture_utils.explore.page import Explorer, side_by_side
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
    weights = packed(("conv1", "conv2", "conv3"))
    data = {"weights": weights, "digit": base64.b64encode(digit.tobytes()).decode()}
    # Whole numbers, so that the first maps of the first layer are the same on every machine.
    kernels = np.moveaxis(trained_weights()["conv1/kernel"][:, :, 0, :4].astype(int), -1, 0)
    maps = [correlate2d(digit.astype(int), kernel).clip(min=0) for kernel in kernels]
    return Explorer(alt, "maps", side_by_side(digit, *maps), data, ("../pad", "../convnet"))


def drawn_digit(alt: str) -> Explorer:
    """Let the hand draw a digit, framed as MNIST's were, and read what the trained convnet answers.

    It is for the site and the slides: on a page `draw_digit` asks a model of one's own.
    """
    scripts = ("grid", "../pad", "../drawing", "../convnet")
    data = {"weights": packed(("conv1", "conv2", "conv3", "classes"))}
    return Explorer(alt, "digit", load_mnist()[1][0][0], data, scripts, 300_000)


def packed(layers: Sequence[str]) -> dict[str, dict]:
    """Return the trained convnet's weights as convnet.js reads them: bytes in base64."""
    arrays, found = trained_weights(), {}
    for layer in layers:
        kernel = arrays[f"{layer}/kernel"]
        shape = kernel.shape if kernel.ndim == 4 else (3, 3, len(kernel) // 9, kernel.shape[1])
        parts = {name: arrays[f"{layer}/{name}"].tobytes() for name in ("kernel", "scale", "bias")}
        coded = {name: base64.b64encode(part).decode() for name, part in parts.items()}
        found[layer] = {"shape": shape} | coded
    return found
