"""VGG: nothing but 3x3 convolutions and 2x2 poolings, deeper and deeper.

Source: Simonyan and Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition,
ICLR 2015 (arXiv:1409.1556), table 1.
"""

from lecture_utils.backend import keras
from lecture_utils.checks import choice
from lecture_utils.models.common import Initializer, Shape, check_arguments, classify, scaled

layers = keras.layers

# Channels of the five blocks, and how many 3x3 convolutions each depth has in them.
CHANNELS = (64, 128, 256, 512, 512)
CONFIGURATIONS = {
    11: (1, 1, 2, 2, 2),  # A
    13: (2, 2, 2, 2, 2),  # B
    16: (2, 2, 3, 3, 3),  # D
    19: (2, 2, 4, 4, 4),  # E
}
DENSE = 4096
SMALLEST = 32  # five poolings halve it to 1


def vgg(
    depth: int,
    input_shape: Shape = (224, 224, 3),
    classes: int = 1000,
    width: float = 1.0,
    initializer: Initializer = "he_normal",
) -> keras.Model:
    """Build VGG: five blocks of convolutions that keep the size and a pooling that halves it.

    Args:
        depth: Layers of weights: 11, 13, 16 or 19.
        input_shape: Height, width and channels of the images; at least 32 pixels a side.
        classes: Number of outputs.
        width: Factor on all channel counts, 1 for the network of the paper.
        initializer: Of the hidden layers' kernels. The paper drew them from a normal distribution
            of variance 0.01 and did not train the deeper configurations from there: their first
            four convolutions and their dense layers began with the weights of the one with 11.

    Returns:
        A model from `input_shape` to the probabilities of the classes.
    """
    depth = choice("depth", depth, tuple(CONFIGURATIONS))
    input_shape, classes, width = check_arguments(input_shape, classes, width, SMALLEST)
    hidden = {"activation": "relu", "kernel_initializer": initializer}
    x = image = keras.Input(input_shape, name="image")
    stages = zip(CHANNELS, CONFIGURATIONS[depth], strict=True)
    for block, (channels, convolutions) in enumerate(stages, start=1):
        for number in range(1, convolutions + 1):
            options = hidden | {"padding": "same", "name": f"block{block}_conv{number}"}
            x = layers.Conv2D(scaled(channels, width), 3, **options)(x)
        x = layers.MaxPooling2D(2, name=f"block{block}_pool")(x)
    x = layers.Flatten(name="flatten")(x)
    for dense in ("dense1", "dense2"):
        x = layers.Dense(scaled(DENSE, width), name=dense, **hidden)(x)
        x = layers.Dropout(0.5, name=f"{dense}_dropout")(x)
    return keras.Model(image, classify(x, classes), name=f"vgg{depth}")


def vgg11(
    input_shape: Shape = (224, 224, 3), classes: int = 1000, width: float = 1.0, **options
) -> keras.Model:
    """Build configuration A of VGG, 11 layers of weights: 132,863,336 parameters; see `vgg`.

    Lecture 09 uses it.
    """
    return vgg(11, input_shape, classes, width, **options)


def vgg13(
    input_shape: Shape = (224, 224, 3), classes: int = 1000, width: float = 1.0, **options
) -> keras.Model:
    """Build configuration B of VGG, 13 layers of weights: 133,047,848 parameters; see `vgg`.

    Lecture 09 uses it.
    """
    return vgg(13, input_shape, classes, width, **options)


def vgg16(
    input_shape: Shape = (224, 224, 3), classes: int = 1000, width: float = 1.0, **options
) -> keras.Model:
    """Build configuration D of VGG, 16 layers of weights: 138,357,544 parameters; see `vgg`.

    Lecture 09 uses it.
    """
    return vgg(16, input_shape, classes, width, **options)


def vgg19(
    input_shape: Shape = (224, 224, 3), classes: int = 1000, width: float = 1.0, **options
) -> keras.Model:
    """Build configuration E of VGG, 19 layers of weights: 143,667,240 parameters; see `vgg`.

    Lecture 09 uses it.
    """
    return vgg(19, input_shape, classes, width, **options)
