"""GoogLeNet: nine blocks that look through windows of several sizes at once, the first Inception.

Source: Szegedy and others, Going Deeper with Convolutions, CVPR 2015 (arXiv:1409.4842).
"""

from functools import partial

from lecture_utils.backend import keras
from lecture_utils.checks import number, switch
from lecture_utils.models.branches import branches, conv_relu
from lecture_utils.models.common import (
    WIDTHS,
    LocalResponseNormalization,
    Shape,
    Tensor,
    check_arguments,
    check_block,
    classify,
    max_pool,
    scaled,
)

layers = keras.layers

# The paper's table 1: 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool proj.
GOOGLENET = {
    3: {"3a": (64, 96, 128, 16, 32, 32), "3b": (128, 128, 192, 32, 96, 64)},
    4: {
        "4a": (192, 96, 208, 16, 48, 64),
        "4b": (160, 112, 224, 24, 64, 64),
        "4c": (128, 128, 256, 24, 64, 64),
        "4d": (112, 144, 288, 32, 64, 64),
        "4e": (256, 160, 320, 32, 128, 128),
    },
    5: {"5a": (256, 160, 320, 32, 128, 128), "5b": (384, 192, 384, 48, 128, 128)},
}
AUXILIARY = {"4a": "auxiliary1", "4d": "auxiliary2"}  # the heads, by the block that they follow
SMALLEST = 31  # four poolings leave one pixel
SMALLEST_AUXILIARY = 79  # the heads need maps of 5x5 pixels behind three
# The paper gives no numbers. Those of the BVLC network, whose alpha of 1e-4 Caffe divides by n:
NORMALIZATION = {"k": 1, "n": 5, "alpha": 2e-5, "beta": 0.75}


def inception_block(
    x: Tensor,
    conv_1x1: int,
    reduce_3x3: int | None,
    conv_3x3: int,
    reduce_5x5: int | None,
    conv_5x5: int,
    pool_proj: int | None,
    name: str,
    width: float = 1.0,
) -> Tensor:
    """Add GoogLeNet's block: 1x1, 3x3, 5x5 and pooling side by side, all of them at stride 1.

    With None three times it is the naive block of the paper's figure 2 (a), otherwise figure 2 (b).

    Args:
        x: Maps of shape (batch, height, width, channels).
        conv_1x1: Channels of the 1x1 convolution.
        reduce_3x3: Channels of the 1x1 convolution before the 3x3, None for none.
        conv_3x3: Channels of the 3x3 convolution.
        reduce_5x5: Channels of the 1x1 convolution before the 5x5, None for none.
        conv_5x5: Channels of the 5x5 convolution.
        pool_proj: Channels of the 1x1 convolution behind the pooling, None for none.
        name: Of the joined maps, and beginning of the other layers' names.
        width: Factor on the channels.

    Returns:
        Maps of shape (batch, height, width, sum of the four branches' channels).

    Lecture 10 builds it by hand.
    """
    optional = {"reduce_3x3": reduce_3x3, "reduce_5x5": reduce_5x5, "pool_proj": pool_proj}
    given = {argument: count for argument, count in optional.items() if count is not None}
    check_block(x, name, conv_1x1=conv_1x1, conv_3x3=conv_3x3, conv_5x5=conv_5x5, **given)
    width = number("width", width, **WIDTHS)
    table = {
        "1x1": [(conv_1x1, 1)],
        "3x3": [(reduce_3x3, 1), (conv_3x3, 3)],
        "5x5": [(reduce_5x5, 1), (conv_5x5, 5)],
        "pool": [("max", 3), (pool_proj, 1)],
    }
    return branches(x, table, name, partial(conv_relu, width=width))


def googlenet(
    auxiliary: bool = False,
    input_shape: Shape = (224, 224, 3),
    classes: int = 1000,
    width: float = 1.0,
) -> keras.Model:
    """Build GoogLeNet: 22 layers with weights.

    Table 1 and figure 3 of the paper. The poolings reach over the edge ("ceil mode"), as in Caffe.
    In training the losses of the auxiliary classifiers count 0.3 each:
    `model.compile(optimizer, [loss] * 3, loss_weights=[1, 0.3, 0.3])`, `model.fit(x, [y] * 3)`.

    Args:
        auxiliary: Whether to add the two classifiers in the middle that the paper trains with.
        input_shape: Height, width and channels of the images; at least 31 pixels a side, 79 with
            the auxiliary classifiers.
        classes: Number of outputs.
        width: Factor on all channel counts, 1 for the network of the paper.

    Returns:
        A model from `input_shape` to the probabilities of the classes: 6,998,552 parameters with
        the defaults. With `auxiliary`, the model has three outputs, `probabilities`,
        `auxiliary1_probabilities` and `auxiliary2_probabilities`, and 13,378,280 parameters.

    Lecture 10 uses it.
    """
    smallest = SMALLEST_AUXILIARY if switch("auxiliary", auxiliary) else SMALLEST
    input_shape, classes, width = check_arguments(input_shape, classes, width, smallest)
    convolve = partial(conv_relu, width=width)
    image = keras.Input(input_shape, name="image")
    x = convolve(image, 64, 7, 2, name="conv1")
    x = max_pool(x, 3, 2, "pool1")
    x = LocalResponseNormalization(**NORMALIZATION, name="norm1")(x)
    x = convolve(x, 64, 1, name="conv2_reduce")
    x = convolve(x, 192, 3, name="conv2")
    x = LocalResponseNormalization(**NORMALIZATION, name="norm2")(x)
    heads = []
    for stage, blocks in GOOGLENET.items():
        x = max_pool(x, 3, 2, f"pool{stage - 1}")
        for block, channels in blocks.items():
            x = inception_block(x, *channels, name=f"inception_{block}", width=width)
            if auxiliary and block in AUXILIARY:
                heads.append(_auxiliary_head(x, classes, width, AUXILIARY[block]))
    x = layers.GlobalAveragePooling2D(name="pool5")(x)
    x = layers.Dropout(0.4, name="dropout")(x)
    outputs = [classify(x, classes), *heads]
    return keras.Model(image, outputs if auxiliary else outputs[0], name="googlenet")


def _auxiliary_head(x: Tensor, classes: int, width: float, name: str) -> Tensor:
    """Add a classifier on maps in the middle, through which the lower half learns: section 5."""
    x = layers.AveragePooling2D(5, 3, name=f"{name}_pool")(x)
    x = conv_relu(x, 128, 1, name=f"{name}_conv", width=width)
    x = layers.Flatten(name=f"{name}_flatten")(x)
    options = {"activation": "relu", "kernel_initializer": "he_normal"}
    x = layers.Dense(scaled(1024, width), name=f"{name}_dense", **options)(x)
    x = layers.Dropout(0.7, name=f"{name}_dropout")(x)
    x = layers.Dense(classes, name=f"{name}_logits")(x)
    return layers.Softmax(name=f"{name}_probabilities")(x)
