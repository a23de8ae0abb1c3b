"""Inception: blocks of parallel branches, from GoogLeNet to Inception-ResNet v2.

A block is a table of branches, written as the papers' figures show it. A branch is a list of
steps: (96, 3) is a 3x3 convolution with 96 channels, (96, (1, 7)) one that is 1 high and 7 wide,
(96, 3, 2, V) one with stride 2 and without padding, ("max", 3) a pooling.

Source:
    v1: Szegedy et al.: Going Deeper with Convolutions, CVPR 2015 (arXiv:1409.4842).
    v2: Ioffe, Szegedy: Batch Normalization: Accelerating Deep Network Training by Reducing Internal
    Covariate Shift, ICML 2015 (arXiv:1502.03167).
    v3: Szegedy et al.: Rethinking the Inception Architecture for Computer Vision, CVPR 2016
    (arXiv:1512.00567).
    v4 and Inception-ResNet: Szegedy et al.: Inception-v4, Inception-ResNet and the Impact of
    Residual Connections on Learning, AAAI 2017 (arXiv:1602.07261).
"""

from __future__ import annotations

from functools import partial

from lecture_utils.backend import keras
from lecture_utils.models._branches import (
    Convolve,
    Table,
    add_step,
    branches,
    conv_bn_relu,
    conv_relu,
    present,
)
from lecture_utils.models.common import (
    LocalResponseNormalization,
    Shape,
    check_arguments,
    check_choice,
    classify,
    max_pool,
    scaled,
)

layers = keras.layers

V = "valid"


def _classifier(
    name: str, image: keras.KerasTensor, x: keras.KerasTensor, classes: int, dropout: float = 0
) -> keras.Model:
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    if dropout:
        x = layers.Dropout(dropout, name="dropout")(x)
    return keras.Model(image, classify(x, classes), name=name)


# ------------------------------------------------------------------------------- v1, GoogLeNet

# The paper's table 1: 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool proj.
GOOGLENET = {
    3: {
        "3a": (64, 96, 128, 16, 32, 32),
        "3b": (128, 128, 192, 32, 96, 64),
    },
    4: {
        "4a": (192, 96, 208, 16, 48, 64),
        "4b": (160, 112, 224, 24, 64, 64),
        "4c": (128, 128, 256, 24, 64, 64),
        "4d": (112, 144, 288, 32, 64, 64),
        "4e": (256, 160, 320, 32, 128, 128),
    },
    5: {
        "5a": (256, 160, 320, 32, 128, 128),
        "5b": (384, 192, 384, 48, 128, 128),
    },
}
AUXILIARY = {"4a": "auxiliary1", "4d": "auxiliary2"}
# Section 5: how much the loss of each output counts, by its name.
GOOGLENET_LOSS_WEIGHTS = {
    "probabilities": 1.0,
    "auxiliary1_probabilities": 0.3,
    "auxiliary2_probabilities": 0.3,
}
GOOGLENET_SMALLEST = 31  # four poolings leave one pixel
AUXILIARY_SMALLEST = 79  # the heads need maps of 5x5 pixels behind three


def inception_block(
    x: keras.KerasTensor,
    conv_1x1: int,
    reduce_3x3: int | None,
    conv_3x3: int,
    reduce_5x5: int | None,
    conv_5x5: int,
    pool_proj: int | None,
    name: str,
    width: float = 1.0,
) -> keras.KerasTensor:
    """Add GoogLeNet's block: 1x1, 3x3, 5x5 and pooling side by side, all of them at stride 1.

    Args:
        x: maps of shape (batch, height, width, channels).
        conv_1x1: channels of the 1x1 convolution.
        reduce_3x3: channels of the 1x1 convolution before the 3x3, None for none.
        conv_3x3: channels of the 3x3 convolution.
        reduce_5x5: channels of the 1x1 convolution before the 5x5, None for none.
        conv_5x5: channels of the 5x5 convolution.
        pool_proj: channels of the 1x1 convolution behind the pooling, None for none.
        name: of the joined maps, and beginning of the other layers' names.
        width: factor on the channels.

    Returns:
        Maps of shape (batch, height, width, sum of the four branches' channels).

    Source:
        Figure 2 (b) of the paper; with None three times, the naive block of figure 2 (a).
    """
    table = {
        "1x1": [(conv_1x1, 1)],
        "3x3": [(reduce_3x3, 1), (conv_3x3, 3)],
        "5x5": [(reduce_5x5, 1), (conv_5x5, 5)],
        "pool": [("max", 3), (pool_proj, 1)],
    }
    return branches(x, present(table), name, partial(conv_relu, width=width))


def auxiliary_head(
    x: keras.KerasTensor, classes: int, name: str, width: float = 1.0
) -> keras.KerasTensor:
    """Add a classifier on maps in the middle of GoogLeNet, through which its lower half learns.

    Args:
        x: maps of shape (batch, height, width, channels), at least 5x5 pixels.
        classes: number of outputs.
        name: beginning of the layers' names; the output is called `{name}_probabilities`.
        width: factor on the channels.

    Returns:
        The probabilities of the classes.

    Source:
        Section 5 of the paper.
    """
    x = layers.AveragePooling2D(5, 3, name=f"{name}_pool")(x)
    x = conv_relu(x, 128, 1, name=f"{name}_conv", width=width)
    x = layers.Flatten(name=f"{name}_flatten")(x)
    x = layers.Dense(
        scaled(1024, width),
        activation="relu",
        kernel_initializer="he_normal",
        name=f"{name}_dense",
    )(x)
    x = layers.Dropout(0.7, name=f"{name}_dropout")(x)
    x = layers.Dense(classes, name=f"{name}_logits")(x)
    return layers.Softmax(name=f"{name}_probabilities")(x)


def _normalize(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    # The numbers of the BVLC network, whose alpha of 1e-4 Caffe divides by n.
    return LocalResponseNormalization(k=1, n=5, alpha=2e-5, beta=0.75, name=name)(x)


def googlenet(
    auxiliary: bool = False,
    input_shape: Shape = (224, 224, 3),
    classes: int = 1000,
    width: float = 1.0,
) -> keras.Model:
    """Build GoogLeNet, the first Inception network: 22 layers with weights.

    Args:
        auxiliary: whether to add the two classifiers that the paper trains with.
        input_shape: height, width and channels of the images; at least 31 pixels a side, 79 with
            the auxiliary classifiers.
        classes: number of outputs.
        width: factor on all channel counts, 1 for the network of the paper.

    Returns:
        A model from `input_shape` to the probabilities of the classes: 6,998,552 parameters with
        the defaults. With `auxiliary`, the model has three outputs, `probabilities`,
        `auxiliary1_probabilities` and `auxiliary2_probabilities`, and 13,378,280 parameters.

    Raises:
        ValueError: if an argument will not do; the message says what would.

    Example:
        Three outputs need three losses and three targets, `y` each time:

            model.compile(
                optimizer,
                loss=dict.fromkeys(GOOGLENET_LOSS_WEIGHTS, "sparse_categorical_crossentropy"),
                loss_weights=GOOGLENET_LOSS_WEIGHTS,
            )
            model.fit(x, dict.fromkeys(GOOGLENET_LOSS_WEIGHTS, y))

    Source:
        Table 1 and figure 3 of the paper. The paper gives no constants of the local response
        normalization; they are those of the Caffe replication, as are the poolings that reach
        over the edge ("ceil mode").
    """
    check_choice("auxiliary", auxiliary, (False, True))
    smallest = AUXILIARY_SMALLEST if auxiliary else GOOGLENET_SMALLEST
    check_arguments(input_shape, classes, width, smallest)
    image = keras.Input(input_shape, name="image")
    x = conv_relu(image, 64, 7, 2, name="conv1", width=width)
    x = max_pool(x, 3, 2, "pool1")
    x = _normalize(x, "norm1")
    x = conv_relu(x, 64, 1, name="conv2_reduce", width=width)
    x = conv_relu(x, 192, 3, name="conv2", width=width)
    x = _normalize(x, "norm2")
    heads = []
    for stage, blocks in GOOGLENET.items():
        x = max_pool(x, 3, 2, f"pool{stage - 1}")
        for block, channels in blocks.items():
            x = inception_block(x, *channels, name=f"inception_{block}", width=width)
            if auxiliary and block in AUXILIARY:
                heads.append(auxiliary_head(x, classes, AUXILIARY[block], width))
    x = layers.GlobalAveragePooling2D(name="pool5")(x)
    x = layers.Dropout(0.4, name="dropout")(x)
    outputs = [classify(x, classes), *heads]
    return keras.Model(image, outputs if auxiliary else outputs[0], name="googlenet")


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
INCEPTION_V2_SMALLEST = 7  # the first convolution and a pooling leave the second one 2 pixels


def inception_v2_block(
    x: keras.KerasTensor,
    conv_1x1: int | None,
    reduce_3x3: int,
    conv_3x3: int,
    reduce_double: int,
    conv_double: int,
    pool: str,
    pool_proj: int | None,
    stride: int,
    name: str,
    width: float = 1.0,
) -> keras.KerasTensor:
    """Add BN-Inception's block: two 3x3 convolutions take the place of GoogLeNet's 5x5.

    Args:
        x: maps of shape (batch, height, width, channels), not negative.
        conv_1x1: channels of the 1x1 convolution, None for none.
        reduce_3x3: channels of the 1x1 convolution before the 3x3.
        conv_3x3: channels of the 3x3 convolution.
        reduce_double: channels of the 1x1 convolution before the two 3x3.
        conv_double: channels of the two 3x3 convolutions.
        pool: "average" or "max", at stride 2 "max". The mean leaves out the padding; Caffe's does
            not.
        pool_proj: channels of the 1x1 convolution behind the pooling, None for none.
        stride: 1, or 2 to halve the maps.
        name: of the joined maps, and beginning of the other layers' names.
        width: factor on the channels.

    Returns:
        The branches' maps joined.

    Raises:
        ValueError: if the pooling is of another kind.
    """
    check_choice("pool", pool, ("average", "max") if stride == 1 else ("max",))
    table = {
        "1x1": [(conv_1x1, 1, stride)],
        "3x3": [(reduce_3x3, 1), (conv_3x3, 3, stride)],
        "double3x3": [(reduce_double, 1), (conv_double, 3), (conv_double, 3, stride)],
        "pool": [(pool, 3, stride), (pool_proj, 1)],
    }
    return branches(x, present(table), name, partial(conv_bn_relu, width=width))


def inception_v2(
    input_shape: Shape = (224, 224, 3), classes: int = 1000, width: float = 1.0
) -> keras.Model:
    """Build Inception v2, the network that batch normalization came with ("BN-Inception").

    Args:
        input_shape: height, width and channels of the images; at least 7 pixels a side.
        classes: number of outputs.
        width: factor on all channel counts, 1 for the network of the paper.

    Returns:
        A model from `input_shape` to the probabilities of the classes: 11,194,984 trainable
        parameters with the defaults, 11,214,888 with the means and variances.

    Raises:
        ValueError: if an argument will not do; the message says what would.

    Source:
        Figure 5 of the paper. Its text says 13.6 million parameters, which its figure does not
        have; Caffe's network has 128 channels behind the poolings of 4c and 4d, TF-slim's a
        separable first convolution. Average pooling leaves out the padding, as TensorFlow does.
    """
    check_arguments(input_shape, classes, width, INCEPTION_V2_SMALLEST)
    convolve = partial(conv_bn_relu, width=width)
    image = keras.Input(input_shape, name="image")
    x = convolve(image, 64, 7, 2, name="conv1")
    x = max_pool(x, 3, 2, "pool1")
    x = convolve(x, 64, 1, name="conv2_reduce")
    x = convolve(x, 192, 3, name="conv2")
    x = max_pool(x, 3, 2, "pool2")
    for block, row in INCEPTION_V2.items():
        x = inception_v2_block(x, *row, name=f"inception_{block}", width=width)
    return _classifier("inception_v2", image, x, classes)


# ------------------------------------------------------------------------------------------ v3


def _v3_a(pool_proj: int) -> Table:
    """Return figure 5 of the paper, with a 5x5 for its 3x3, as in the published program."""
    return {
        "1x1": [(64, 1)],
        "5x5": [(48, 1), (64, 5)],
        "double3x3": [(64, 1), (96, 3), (96, 3)],
        "pool": [("average", 3), (pool_proj, 1)],
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
    return {"1x3": [(channels, (1, 3))], "3x1": [(channels, (3, 1))]}


# Figure 7 of the paper: the last kernels side by side.
_V3_C = {
    "1x1": [(320, 1)],
    "3x3": [(384, 1), _fork(384)],
    "double3x3": [(448, 1), (384, 3), _fork(384)],
    "pool": [("average", 3), (192, 1)],
}
INCEPTION_V3 = {
    "mixed0": _v3_a(32),
    "mixed1": _v3_a(64),
    "mixed2": _v3_a(64),
    "mixed3": {
        "3x3": [(384, 3, 2, V)],
        "double3x3": [(64, 1), (96, 3), (96, 3, 2, V)],
        "pool": [("max", 3, 2, V)],
    },
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
# From 299x299 pixels to 35x35; Inception-ResNet v2 begins with it, too.
V3_STEM = {
    "conv1": (32, 3, 2, V),
    "conv2": (32, 3, 1, V),
    "conv3": (64, 3),
    "pool1": ("max", 3, 2, V),
    "conv4": (80, 1),
    "conv5": (192, 3, 1, V),
    "pool2": ("max", 3, 2, V),
}
V3_SMALLEST = 75  # the stem and two reductions leave one pixel; so they do in v4


def _stem(x: keras.KerasTensor, steps: dict, convolve: Convolve) -> keras.KerasTensor:
    for name, step in steps.items():
        x = add_step(x, step, name, convolve)
    return x


def _v3_convolution(width: float) -> Convolve:
    return partial(conv_bn_relu, gamma=False, width=width)


def inception_v3_block(
    x: keras.KerasTensor, kind: str, name: str, width: float = 1.0
) -> keras.KerasTensor:
    """Add one of Inception v3's blocks.

    Args:
        x: maps of shape (batch, height, width, channels).
        kind: which one, by the name that it has in keras.applications: "mixed0" to "mixed2" with
            5x5 and two 3x3 kernels, "mixed4" to "mixed7" with 1x7 and 7x1, "mixed9" and "mixed10"
            with 1x3 and 3x1 side by side; "mixed3" and "mixed8" halve the maps.
        name: of the joined maps, and beginning of the other layers' names.
        width: factor on the channels.

    Returns:
        The branches' maps joined.

    Raises:
        ValueError: if there is no such block.
    """
    check_choice("kind", kind, tuple(INCEPTION_V3))
    return branches(x, INCEPTION_V3[kind], name, _v3_convolution(width))


def inception_v3(
    input_shape: Shape = (299, 299, 3), classes: int = 1000, width: float = 1.0
) -> keras.Model:
    """Build Inception v3: large kernels taken apart into small and one-sided ones.

    Args:
        input_shape: height, width and channels of the images; at least 75 pixels a side.
        classes: number of outputs.
        width: factor on all channel counts, 1 for the published network.

    Returns:
        A model from `input_shape` to the probabilities of the classes: 23,817,352 trainable
        parameters with the defaults, 23,851,784 with the means and variances.

    Raises:
        ValueError: if an argument will not do; the message says what would.

    Source:
        The authors' published program, whose graph keras.applications has; the paper's table 1
        differs from it in the stem and in the number of blocks. Average pooling leaves out the
        padding.
    """
    check_arguments(input_shape, classes, width, V3_SMALLEST)
    image = keras.Input(input_shape, name="image")
    x = _stem(image, V3_STEM, _v3_convolution(width))
    for kind in INCEPTION_V3:
        x = inception_v3_block(x, kind, kind, width)
    return _classifier("inception_v3", image, x, classes)


# ------------------------------------------------------------------------------------------ v4

V4_STEM = {"conv1": (32, 3, 2, V), "conv2": (32, 3, 1, V), "conv3": (64, 3)}
INCEPTION_V4 = {
    # Figure 3, the stem: from here on it has branches, too.
    "stem1": {
        "pool": [("max", 3, 2, V)],
        "3x3": [(96, 3, 2, V)],
    },
    "stem2": {
        "3x3": [(64, 1), (96, 3, 1, V)],
        "7x7": [(64, 1), (64, (1, 7)), (64, (7, 1)), (96, 3, 1, V)],
    },
    "stem3": {
        "3x3": [(192, 3, 2, V)],
        "pool": [("max", 3, 2, V)],
    },
    # Figure 4.
    "a": {
        "1x1": [(96, 1)],
        "3x3": [(64, 1), (96, 3)],
        "double3x3": [(64, 1), (96, 3), (96, 3)],
        "pool": [("average", 3), (96, 1)],
    },
    # Figure 7, with k, l, m, n = 192, 224, 256, 384 from table 1.
    "reduction_a": {
        "3x3": [(384, 3, 2, V)],
        "double3x3": [(192, 1), (224, 3), (256, 3, 2, V)],
        "pool": [("max", 3, 2, V)],
    },
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


def inception_v4_block(
    x: keras.KerasTensor, kind: str, name: str, width: float = 1.0
) -> keras.KerasTensor:
    """Add one of Inception v4's blocks.

    Args:
        x: maps of shape (batch, height, width, channels).
        kind: "stem1", "stem2", "stem3", "a", "reduction_a", "b", "reduction_b" or "c".
        name: of the joined maps, and beginning of the other layers' names.
        width: factor on the channels.

    Returns:
        The branches' maps joined.

    Raises:
        ValueError: if there is no such block.
    """
    check_choice("kind", kind, tuple(INCEPTION_V4))
    return branches(x, INCEPTION_V4[kind], name, partial(conv_bn_relu, width=width))


def inception_v4(
    input_shape: Shape = (299, 299, 3), classes: int = 1000, width: float = 1.0
) -> keras.Model:
    """Build Inception v4: more and wider blocks of few kinds, without residual connections.

    Args:
        input_shape: height, width and channels of the images; at least 75 pixels a side.
        classes: number of outputs.
        width: factor on all channel counts, 1 for the network of the paper.

    Returns:
        A model from `input_shape` to the probabilities of the classes: 42,679,816 trainable
        parameters with the defaults, 42,742,984 with the means and variances.

    Raises:
        ValueError: if an argument will not do; the message says what would.

    Source:
        Figures 3 to 9 of the paper. In which order a branch has its 1x7 and 7x1 (1x3 and 3x1)
        kernels is as in TF-slim, the authors' program: the order changes no count. The batch
        normalization has a factor, which TF-slim leaves out. Average pooling leaves out the
        padding.
    """
    check_arguments(input_shape, classes, width, V3_SMALLEST)
    image = keras.Input(input_shape, name="image")
    x = _stem(image, V4_STEM, partial(conv_bn_relu, width=width))
    for kind, times in V4_BLOCKS.items():
        for number in range(1, times + 1):
            x = inception_v4_block(x, kind, f"{kind}_{number}" if times > 1 else kind, width)
    return _classifier("inception_v4", image, x, classes, dropout=0.2)


# ------------------------------------------------------------------------- Inception-ResNet v2

# What a residual block adds to its input, before a 1x1 convolution gives it the same channels.
INCEPTION_RESNET_BLOCKS = {
    "block35": {
        "1x1": [(32, 1)],
        "3x3": [(32, 1), (32, 3)],
        "double3x3": [(32, 1), (48, 3), (64, 3)],
    },
    "block17": {
        "1x1": [(192, 1)],
        "7x7": [(128, 1), (160, (1, 7)), (192, (7, 1))],
    },
    "block8": {
        "1x1": [(192, 1)],
        "3x3": [(192, 1), (224, (1, 3)), (256, (3, 1))],
    },
}
# A plain block, then residual blocks: their kind, how many, and the factor on what they add.
INCEPTION_RESNET_V2 = {
    "mixed_5b": (
        {
            "1x1": [(96, 1)],
            "5x5": [(48, 1), (64, 5)],
            "double3x3": [(64, 1), (96, 3), (96, 3)],
            "pool": [("average", 3), (64, 1)],
        },
        ("block35", 10, 0.17),
    ),
    "mixed_6a": (
        {
            "3x3": [(384, 3, 2, V)],
            "double3x3": [(256, 1), (256, 3), (384, 3, 2, V)],
            "pool": [("max", 3, 2, V)],
        },
        ("block17", 20, 0.1),
    ),
    "mixed_7a": (
        {
            "3x3a": [(256, 1), (384, 3, 2, V)],
            "3x3b": [(256, 1), (288, 3, 2, V)],
            "double3x3": [(256, 1), (288, 3), (320, 3, 2, V)],
            "pool": [("max", 3, 2, V)],
        },
        ("block8", 9, 0.2),
    ),
}


def inception_resnet_block(
    x: keras.KerasTensor,
    kind: str,
    scale: float,
    name: str,
    relu: bool = True,
    width: float = 1.0,
) -> keras.KerasTensor:
    """Add a residual block: x + scale * branches(x), then a ReLU.

    Args:
        x: maps of shape (batch, height, width, channels).
        kind: "block35", "block17" or "block8", after the size of the maps they were made for.
        scale: factor on what the branches add. The paper found training to break down without.
        name: beginning of the layers' names.
        relu: whether a ReLU follows the sum.
        width: factor on the channels of the branches.

    Returns:
        Maps of the shape of x.

    Raises:
        ValueError: if there is no such block.
    """
    check_choice("kind", kind, tuple(INCEPTION_RESNET_BLOCKS))
    table = INCEPTION_RESNET_BLOCKS[kind]
    residual = branches(x, table, f"{name}_mixed", _v3_convolution(width))
    residual = layers.Conv2D(x.shape[-1], 1, kernel_initializer="he_normal", name=f"{name}_conv")(
        residual
    )
    residual = layers.Rescaling(scale, name=f"{name}_scale")(residual)
    x = layers.Add(name=f"{name}_add")([x, residual])
    return layers.ReLU(name=f"{name}_relu")(x) if relu else x


def inception_resnet_v2(
    input_shape: Shape = (299, 299, 3), classes: int = 1000, width: float = 1.0
) -> keras.Model:
    """Build Inception-ResNet v2: forty residual blocks whose residuals are small Inception blocks.

    Args:
        input_shape: height, width and channels of the images; at least 75 pixels a side.
        classes: number of outputs.
        width: factor on all channel counts, 1 for the published network.

    Returns:
        A model from `input_shape` to the probabilities of the classes: 55,813,192 trainable
        parameters with the defaults, 55,873,736 with the means and variances.

    Raises:
        ValueError: if an argument will not do; the message says what would.

    Source:
        The authors' published program, whose graph keras.applications has. The paper's figures
        show another stem, 5, 10 and 5 residual blocks, and other channels. Average pooling leaves
        out the padding.
    """
    check_arguments(input_shape, classes, width, V3_SMALLEST)
    convolve = _v3_convolution(width)
    image = keras.Input(input_shape, name="image")
    x = _stem(image, V3_STEM, convolve)
    for mixed, (table, (kind, times, scale)) in INCEPTION_RESNET_V2.items():
        x = branches(x, table, mixed, convolve)
        for number in range(1, times + 1):
            x = inception_resnet_block(x, kind, scale, f"{kind}_{number}", width=width)
    x = inception_resnet_block(x, "block8", 1.0, "block8_10", relu=False, width=width)
    x = convolve(x, 1536, 1, name="conv_7b")
    return _classifier("inception_resnet_v2", image, x, classes)
