"""AlexNet: five convolutions and three dense layers, in two towers for two graphics cards.

Source: Krizhevsky, Sutskever and Hinton, ImageNet Classification with Deep Convolutional Neural
Networks, NIPS 2012, section 3.
"""

import math

from lecture_utils.backend import keras
from lecture_utils.checks import choice
from lecture_utils.models.common import (
    LocalResponseNormalization,
    Shape,
    check_arguments,
    classify,
    max_pool,
    scaled,
)

layers = keras.layers

# The convolutions and what follows their ReLUs; split: each tower sees its half of the maps only.
STAGES = (
    # channels, kernel, stride, padding, split, normalize, pool
    ( 96, 11, 4, "valid", False, True,  True),   # 227 -> 55 -> 27
    (256,  5, 1, "same",  True,  True,  True),   #  27 -> 13
    (384,  3, 1, "same",  False, False, False),  #  13
    (384,  3, 1, "same",  True,  False, False),  #  13
    (256,  3, 1, "same",  True,  False, True),   #  13 -> 6
)  # fmt: skip
DENSE = 4096
# The paper drew first weights from a normal distribution of standard deviation 0.01 and set the
# biases of conv2, conv4, conv5, fc6 and fc7 to 1. A class-size network does not leave chance from
# there.
HIDDEN = {"activation": "relu", "kernel_initializer": "he_normal"}
SMALLEST = 39  # conv1 makes 8 of it, the three poolings 4, 2 and 1


@keras.saving.register_keras_serializable("lecture_utils")
class GroupedConv2D(layers.Conv2D):
    """Convolve each group of channels on its own, as Keras's `Conv2D(..., groups=...)` does.

    The weights and the outputs are those of `Conv2D`. It is here since TensorFlow has no grouped
    convolution for processors: Keras compiles one, and that trains about thirty times slower than
    the plain convolutions of the groups, one after the other.
    """

    @property
    def anatomy(self) -> dict:
        """What `lecture_utils.anatomy` asks for: each weight works once at each position."""
        return {
            "size": self.kernel_size,
            "stride": self.strides,
            "dilation": self.dilation_rate,
            "padding": self.padding,
            "macs": math.prod(self.kernel.shape),
        }

    def convolution_op(self, inputs, kernel):
        """Convolve, without bias and activation: Keras's `Conv2D` adds them."""
        convolve = super().convolution_op
        maps = keras.ops.split(inputs, self.groups, axis=-1)
        kernels = keras.ops.split(kernel, self.groups, axis=-1)
        return keras.ops.concatenate(list(map(convolve, maps, kernels)), axis=-1)


def alexnet(
    groups: int = 2, input_shape: Shape = (227, 227, 3), classes: int = 1000, width: float = 1.0
) -> keras.Model:
    """Build AlexNet.

    The paper prints 224 pixels a side; its 11x11 filters at stride 4 fit 55 times, as its figure
    says, into 227.

    Args:
        groups: 2 for the paper's two towers: conv2, conv4 and conv5 see their own tower's half of
            the maps only, while conv3 sees both. 1 for a single tower, which sees all.
        input_shape: Height, width and channels of the images; at least 39 pixels a side.
        classes: Number of outputs.
        width: Factor on all channel counts, 1 for the network of the paper.

    Returns:
        A model from `input_shape` to the probabilities of the classes: 60,965,224 parameters with
        the defaults, 62,378,344 with `groups=1`.

    Lecture 07 uses it.
    """
    input_shape, classes, width = check_arguments(input_shape, classes, width, SMALLEST)
    groups = choice("groups", groups, (1, 2))
    x = image = keras.Input(input_shape, name="image")
    for number, stage in enumerate(STAGES, start=1):
        channels, kernel, stride, padding, split, normalize, pool = stage
        channels = scaled(channels, width, multiple=groups)
        options = HIDDEN | {"padding": padding, "name": f"conv{number}"}
        if split and groups > 1:
            x = GroupedConv2D(channels, kernel, stride, groups=groups, **options)(x)
        else:
            x = layers.Conv2D(channels, kernel, stride, **options)(x)
        if normalize:
            x = LocalResponseNormalization(name=f"norm{number}")(x)
        if pool:
            x = max_pool(x, size=3, stride=2, name=f"pool{number}")
    x = layers.Flatten(name="flatten")(x)
    for dense in ("fc6", "fc7"):
        x = layers.Dense(scaled(DENSE, width), name=dense, **HIDDEN)(x)
        x = layers.Dropout(0.5, name=f"{dense}_dropout")(x)
    return keras.Model(image, classify(x, classes), name="alexnet")
