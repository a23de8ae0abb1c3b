"""Inception-ResNet v2: small Inception blocks as corrections, added to what they were given.

Source: Szegedy and others, Inception-v4, Inception-ResNet and the Impact of Residual Connections
on Learning, AAAI 2017 (arXiv:1602.07261).
"""

from functools import partial

from lecture_utils.backend import keras
from lecture_utils.checks import choice, number, switch
from lecture_utils.models.branches import V, average_and_classify, branches, conv_bn_relu, in_a_row
from lecture_utils.models.common import WIDTHS, Shape, Tensor, check_arguments, check_block
from lecture_utils.models.inception import SMALLEST, V3_STEM, reduction_a, v3_a

layers = keras.layers

# What a residual block adds to its input, before a 1x1 convolution gives it the same channels.
INCEPTION_RESNET_BLOCKS = {
    "block35": {
        "1x1": [(32, 1)],
        "3x3": [(32, 1), (32, 3)],
        "double3x3": [(32, 1), (48, 3), (64, 3)],
    },
    "block17": {"1x1": [(192, 1)], "7x7": [(128, 1), (160, (1, 7)), (192, (7, 1))]},
    "block8": {"1x1": [(192, 1)], "3x3": [(192, 1), (224, (1, 3)), (256, (3, 1))]},
}
# A plain block, then residual blocks: their kind, how many, and the factor on what they add.
INCEPTION_RESNET_V2 = {
    "mixed_5b": (v3_a(64) | {"1x1": [(96, 1)]}, ("block35", 10, 0.17)),  # v3's, but for the 1x1
    "mixed_6a": (reduction_a(256, 256, 384), ("block17", 20, 0.1)),
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
    x: Tensor, kind: str, scale: float, name: str, relu: bool = True, width: float = 1.0
) -> Tensor:
    """Add a residual block: x + scale * branches(x), then a ReLU.

    Args:
        x: Maps of shape (batch, height, width, channels).
        kind: "block35", "block17" or "block8", after the size of the maps they were made for.
        scale: Factor on what the branches add. The paper found training to break down without.
        name: Beginning of the layers' names.
        relu: Whether a ReLU follows the sum.
        width: Factor on the channels of the branches.

    Returns:
        Maps of the shape of x.

    Lecture 11 builds it by hand.
    """
    check_block(x, name)
    kind = choice("kind", kind, tuple(INCEPTION_RESNET_BLOCKS))
    scale, width = number("scale", scale), number("width", width, **WIDTHS)
    convolve = partial(conv_bn_relu, gamma=False, width=width)
    residual = branches(x, INCEPTION_RESNET_BLOCKS[kind], f"{name}_mixed", convolve)
    options = {"kernel_initializer": "he_normal", "name": f"{name}_conv"}
    residual = layers.Conv2D(x.shape[-1], 1, **options)(residual)
    residual = layers.Rescaling(scale, name=f"{name}_scale")(residual)
    x = layers.Add(name=f"{name}_add")([x, residual])
    return layers.ReLU(name=f"{name}_relu")(x) if switch("relu", relu) else x


def inception_resnet_v2(
    input_shape: Shape = (299, 299, 3), classes: int = 1000, width: float = 1.0
) -> keras.Model:
    """Build Inception-ResNet v2: forty residual blocks whose residuals are small Inception blocks.

    The authors' published program, whose graph keras.applications has. The paper's figures show
    another stem, 5, 10 and 5 residual blocks, and other channels. Average pooling leaves out the
    padding.

    Args:
        input_shape: Height, width and channels of the images; at least 75 pixels a side.
        classes: Number of outputs.
        width: Factor on all channel counts, 1 for the published network.

    Returns:
        A model from `input_shape` to the probabilities of the classes: 55,813,192 trainable
        parameters with the defaults, 55,873,736 with the means and variances.

    Lecture 11 uses it.
    """
    input_shape, classes, width = check_arguments(input_shape, classes, width, SMALLEST)
    convolve = partial(conv_bn_relu, gamma=False, width=width)
    image = keras.Input(input_shape, name="image")
    x = in_a_row(image, V3_STEM, convolve)
    for mixed, (table, (kind, times, scale)) in INCEPTION_RESNET_V2.items():
        x = branches(x, table, mixed, convolve)
        for block in range(1, times + 1):
            x = inception_resnet_block(x, kind, scale, f"{kind}_{block}", width=width)
    x = inception_resnet_block(x, "block8", 1.0, "block8_10", relu=False, width=width)
    x = convolve(x, 1536, 1, name="conv_7b")
    return average_and_classify(image, x, classes, "inception_resnet_v2")
