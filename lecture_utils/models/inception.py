"""Inception v2, v3 and v4: batch normalization, and large kernels taken apart into small ones.

Source:
    v2: Ioffe and Szegedy, Batch Normalization: Accelerating Deep Network Training by Reducing
    Internal Covariate Shift, ICML 2015 (arXiv:1502.03167).
    v3: Szegedy and others, Rethinking the Inception Architecture for Computer Vision, CVPR 2016
    (arXiv:1512.00567).
    v4: Szegedy and others, Inception-v4, Inception-ResNet and the Impact of Residual Connections
    on Learning, AAAI 2017 (arXiv:1602.07261).
"""

from functools import partial

from lecture_utils.backend import keras
from lecture_utils.models.branches import (
    Table,
    V,
    average_and_classify,
    branches,
    conv_bn_relu,
    in_a_row,
)
from lecture_utils.models.common import Shape, check_arguments, max_pool

# ---------------------------------------------------------------------------- v2, BN-Inception

# The paper's figure 5: 1x1, 3x3 reduce, 3x3, double 3x3 reduce, double 3x3, pool, its proj, stride.
INCEPTION_V2 = {
    "3a": (64, 64, 64, 64, 96, "average", 32, 1),
    "3b": (64, 64, 96, 64, 96, "average", 64, 1),
    "3c": (None, 128, 160, 64, 96, "max", None, 2),
    "4a": (224, 64, 96, 96, 128, "average", 128, 1),
    "4b": (192, 96, 128, 96, 128, "average", 128, 1),
    "4c": (160, 128, 160, 128, 160, "average", 96, 1),
    "4d": (96, 128, 192, 160, 192, "average", 96, 1),
    "4e": (None, 128, 192, 192, 256, "max", None, 2),
    "5a": (352, 192, 320, 160, 224, "average", 128, 1),
    "5b": (352, 192, 320, 192, 224, "max", 128, 1),
}
SMALLEST_V2 = 7  # the first convolution and a pooling leave the second one 2 pixels


def inception_v2(
    input_shape: Shape = (224, 224, 3), classes: int = 1000, width: float = 1.0
) -> keras.Model:
    """Build Inception v2, the network that batch normalization came with ("BN-Inception").

    Figure 5 of the paper. Its text says 13.6 million parameters, which its figure does not have;
    Caffe's network has 128 channels behind the poolings of 4c and 4d, TF-slim's a separable first
    convolution. Average pooling leaves out the padding, as TensorFlow does.

    Args:
        input_shape: Height, width and channels of the images; at least 7 pixels a side.
        classes: Number of outputs.
        width: Factor on all channel counts, 1 for the network of the paper.

    Returns:
        A model from `input_shape` to the probabilities of the classes: 11,194,984 trainable
        parameters with the defaults, 11,214,888 with the means and variances.

    Lecture 11 uses it.
    """
    input_shape, classes, width = check_arguments(input_shape, classes, width, SMALLEST_V2)
    convolve = partial(conv_bn_relu, width=width)
    image = keras.Input(input_shape, name="image")
    x = convolve(image, 64, 7, 2, name="conv1")
    x = max_pool(x, 3, 2, "pool1")
    x = convolve(x, 64, 1, name="conv2_reduce")
    x = convolve(x, 192, 3, name="conv2")
    x = max_pool(x, 3, 2, "pool2")
    for block, row in INCEPTION_V2.items():
        x = branches(x, v2_table(row), f"inception_{block}", convolve)
    return average_and_classify(image, x, classes, "inception_v2")


def v2_table(row: tuple) -> Table:
    """Write a row of figure 5 as a table: two 3x3 convolutions for GoogLeNet's 5x5."""
    conv_1x1, reduce_3x3, conv_3x3, reduce_double, conv_double, pool, pool_proj, stride = row
    return {
        "1x1": [(conv_1x1, 1)],
        "3x3": [(reduce_3x3, 1), (conv_3x3, 3, stride)],
        "double3x3": [(reduce_double, 1), (conv_double, 3), (conv_double, 3, stride)],
        "pool": [(pool, 3, stride), (pool_proj, 1)],
    }


# ------------------------------------------------------------------------------------------ v3

# The first convolutions, of v4 too.
FIRST = {"conv1": (32, 3, 2, V), "conv2": (32, 3, 1, V), "conv3": (64, 3)}
# From 299x299 pixels to 35x35; Inception-ResNet v2 begins with it, too.
V3_STEM = FIRST | {
    "pool1": ("max", 3, 2, V),
    "conv4": (80, 1),
    "conv5": (192, 3, 1, V),
    "pool2": ("max", 3, 2, V),
}
SMALLEST = 75  # the stem and two reductions leave one pixel; so they do in v4


def v3_a(pool_proj: int) -> Table:
    """Return figure 5 of the paper, with a 5x5 for its 3x3, as in the published program."""
    return {
        "1x1": [(64, 1)],
        "5x5": [(48, 1), (64, 5)],
        "double3x3": [(64, 1), (96, 3), (96, 3)],
        "pool": [("average", 3), (pool_proj, 1)],
    }


def reduction_a(reduce: int, first: int, second: int) -> Table:
    """Return figure 7 of v4's paper, whose table 1 calls these channels k, l and m; n is 384."""
    return {
        "3x3": [(384, 3, 2, V)],
        "double3x3": [(reduce, 1), (first, 3), (second, 3, 2, V)],
        "pool": [("max", 3, 2, V)],
    }


def _v3_b(channels: int) -> Table:
    """Return figure 6 of the paper: 7x7 kernels taken apart into 1x7 and 7x1."""
    return {
        "1x1": [(192, 1)],
        "7x7": [(channels, 1), (channels, (1, 7)), (192, (7, 1))],
        "double7x7": [
            (channels, 1), (channels, (7, 1)), (channels, (1, 7)), (channels, (7, 1)), (192, (1, 7))
        ],
        "pool": [("average", 3), (192, 1)],
    }  # fmt: skip


def _fork(channels: int) -> Table:
    """Return a row and a column of three, side by side."""
    return {"1x3": [(channels, (1, 3))], "3x1": [(channels, (3, 1))]}


# Figure 7 of the paper: the last kernels side by side.
_V3_C = {
    "1x1": [(320, 1)],
    "3x3": [(384, 1), _fork(384)],
    "double3x3": [(448, 1), (384, 3), _fork(384)],
    "pool": [("average", 3), (192, 1)],
}
INCEPTION_V3 = {
    "mixed0": v3_a(32),
    "mixed1": v3_a(64),
    "mixed2": v3_a(64),
    "mixed3": reduction_a(64, 96, 96),
    "mixed4": _v3_b(128),
    "mixed5": _v3_b(160),
    "mixed6": _v3_b(160),
    "mixed7": _v3_b(192),
    "mixed8": {
        "3x3": [(192, 1), (320, 3, 2, V)],
        "7x7": [(192, 1), (192, (1, 7)), (192, (7, 1)), (192, 3, 2, V)],
        "pool": [("max", 3, 2, V)],
    },
    "mixed9": _V3_C,
    "mixed10": _V3_C,
}


def inception_v3(
    input_shape: Shape = (299, 299, 3), classes: int = 1000, width: float = 1.0
) -> keras.Model:
    """Build Inception v3: large kernels taken apart into small and one-sided ones.

    The authors' published program, whose graph keras.applications has; the paper's table 1 differs
    from it in the stem and in the number of blocks. Average pooling leaves out the padding.

    Args:
        input_shape: Height, width and channels of the images; at least 75 pixels a side.
        classes: Number of outputs.
        width: Factor on all channel counts, 1 for the published network.

    Returns:
        A model from `input_shape` to the probabilities of the classes: 23,817,352 trainable
        parameters with the defaults, 23,851,784 with the means and variances.

    Lecture 11 uses it.
    """
    input_shape, classes, width = check_arguments(input_shape, classes, width, SMALLEST)
    image = keras.Input(input_shape, name="image")
    convolve = partial(conv_bn_relu, gamma=False, width=width)
    x = in_a_row(image, V3_STEM | INCEPTION_V3, convolve)
    return average_and_classify(image, x, classes, "inception_v3")


# ------------------------------------------------------------------------------------------ v4

INCEPTION_V4 = {
    # Figure 3, the stem: from here on it has branches, too.
    "stem1": {"pool": [("max", 3, 2, V)], "3x3": [(96, 3, 2, V)]},
    "stem2": {
        "3x3": [(64, 1), (96, 3, 1, V)],
        "7x7": [(64, 1), (64, (1, 7)), (64, (7, 1)), (96, 3, 1, V)],
    },
    "stem3": {"3x3": [(192, 3, 2, V)], "pool": [("max", 3, 2, V)]},
    # Figure 4.
    "a": {
        "1x1": [(96, 1)],
        "3x3": [(64, 1), (96, 3)],
        "double3x3": [(64, 1), (96, 3), (96, 3)],
        "pool": [("average", 3), (96, 1)],
    },
    # Figure 7.
    "reduction_a": reduction_a(192, 224, 256),
    # Figure 5.
    "b": {
        "1x1": [(384, 1)],
        "7x7": [(192, 1), (224, (1, 7)), (256, (7, 1))],
        "double7x7": [(192, 1), (192, (7, 1)), (224, (1, 7)), (224, (7, 1)), (256, (1, 7))],
        "pool": [("average", 3), (128, 1)],
    },
    # Figure 8.
    "reduction_b": {
        "3x3": [(192, 1), (192, 3, 2, V)],
        "7x7": [(256, 1), (256, (1, 7)), (320, (7, 1)), (320, 3, 2, V)],
        "pool": [("max", 3, 2, V)],
    },
    # Figure 6.
    "c": {
        "1x1": [(256, 1)],
        "3x3": [(384, 1), _fork(256)],
        "double3x3": [(384, 1), (448, (3, 1)), (512, (1, 3)), _fork(256)],
        "pool": [("average", 3), (256, 1)],
    },
}
# Figure 9: how many of each, one after the other.
V4_BLOCKS = {
    "stem1": 1, "stem2": 1, "stem3": 1, "a": 4, "reduction_a": 1, "b": 7, "reduction_b": 1, "c": 3
}  # fmt: skip


def inception_v4(
    input_shape: Shape = (299, 299, 3), classes: int = 1000, width: float = 1.0
) -> keras.Model:
    """Build Inception v4: more and wider blocks of few kinds, without residual connections.

    Figures 3 to 9 of the paper. In which order a branch has its 1x7 and 7x1 (1x3 and 3x1) kernels
    is as in TF-slim, the authors' program: the order changes no count. The batch normalization has
    a factor, which TF-slim leaves out. Average pooling leaves out the padding.

    Args:
        input_shape: Height, width and channels of the images; at least 75 pixels a side.
        classes: Number of outputs.
        width: Factor on all channel counts, 1 for the network of the paper.

    Returns:
        A model from `input_shape` to the probabilities of the classes: 42,679,816 trainable
        parameters with the defaults, 42,742,984 with the means and variances.

    Lecture 11 uses it.
    """
    input_shape, classes, width = check_arguments(input_shape, classes, width, SMALLEST)
    convolve = partial(conv_bn_relu, width=width)
    image = keras.Input(input_shape, name="image")
    x = in_a_row(image, FIRST, convolve)
    for kind, times in V4_BLOCKS.items():
        for number in range(1, times + 1):
            name = f"{kind}_{number}" if times > 1 else kind
            x = branches(x, INCEPTION_V4[kind], name, convolve)
    return average_and_classify(image, x, classes, "inception_v4", dropout=0.2)
