"""VGG: nothing but 3x3 convolutions and 2x2 poolings, deeper and deeper.

Source:
    Simonyan, Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition,
    ICLR 2015 (arXiv:1409.1556), table 1.
"""

from __future__ import annotations

from lecture_utils.backend import keras
from lecture_utils.models.common import Shape, check_arguments, classify, scaled

layers = keras.layers

# Channels of the five blocks, and how many 3x3 convolutions each configuration has in them.
CHANNELS = (64, 128, 256, 512, 512)
CONFIGURATIONS = {
    "vgg11": (1, 1, 2, 2, 2),  # A
    "vgg13": (2, 2, 2, 2, 2),  # B
    "vgg16": (2, 2, 3, 3, 3),  # D
    "vgg19": (2, 2, 4, 4, 4),  # E
}
DENSE = 4096
SMALLEST = 32  # five poolings halve it to 1


def vgg_block(
    x: keras.KerasTensor, channels: int, convolutions: int, name: str, initializer="he_normal"
) -> keras.KerasTensor:
    """Add 3x3 convolutions that keep the size, then a pooling that halves it.

    Args:
        x: maps of shape (batch, height, width, channels).
        channels: of each convolution.
        convolutions: how many.
        name: beginning of the layers' names.
        initializer: of the kernels.

    Returns:
        Maps of shape (batch, height // 2, width // 2, channels).
    """
    for number in range(1, convolutions + 1):
        x = layers.Conv2D(
            channels,
            3,
            padding="same",
            activation="relu",
            kernel_initializer=initializer,
            name=f"{name}_conv{number}",
        )(x)
    return layers.MaxPooling2D(2, name=f"{name}_pool")(x)


def _vgg(name: str, input_shape: Shape, classes: int, width: float, initializer) -> keras.Model:
    check_arguments(input_shape, classes, width, SMALLEST)
    x = image = keras.Input(input_shape, name="image")
    stages = zip(CHANNELS, CONFIGURATIONS[name], strict=True)
    for number, (channels, convolutions) in enumerate(stages, start=1):
        x = vgg_block(x, scaled(channels, width), convolutions, f"block{number}", initializer)
    x = layers.Flatten(name="flatten")(x)
    for dense in ("dense1", "dense2"):
        x = layers.Dense(
            scaled(DENSE, width), activation="relu", kernel_initializer=initializer, name=dense
        )(x)
        x = layers.Dropout(0.5, name=f"{dense}_dropout")(x)
    return keras.Model(image, classify(x, classes), name=name)


def vgg11(
    input_shape: Shape = (224, 224, 3),
    classes: int = 1000,
    width: float = 1.0,
    initializer="he_normal",
) -> keras.Model:
    """Build VGG with 11 layers of weights, the paper's configuration A.

    Args:
        input_shape: height, width and channels of the images; at least 32 pixels a side.
        classes: number of outputs.
        width: factor on all channel counts, 1 for the network of the paper.
        initializer: of the hidden layers' kernels. The paper drew them from a normal distribution
            of variance 0.01 and did not train the deeper configurations from there: their first
            four convolutions and their dense layers began with the weights of this one.

    Returns:
        A model from `input_shape` to the probabilities of the classes: 132,863,336 parameters
        with the defaults.

    Raises:
        ValueError: if an argument will not do; the message says what would.
    """
    return _vgg("vgg11", input_shape, classes, width, initializer)


def vgg13(
    input_shape: Shape = (224, 224, 3),
    classes: int = 1000,
    width: float = 1.0,
    initializer="he_normal",
) -> keras.Model:
    """Build VGG with 13 layers of weights, configuration B: 133,047,848 parameters.

    Arguments, result and errors are those of `vgg11`.
    """
    return _vgg("vgg13", input_shape, classes, width, initializer)


def vgg16(
    input_shape: Shape = (224, 224, 3),
    classes: int = 1000,
    width: float = 1.0,
    initializer="he_normal",
) -> keras.Model:
    """Build VGG with 16 layers of weights, configuration D: 138,357,544 parameters.

    Arguments, result and errors are those of `vgg11`.
    """
    return _vgg("vgg16", input_shape, classes, width, initializer)


def vgg19(
    input_shape: Shape = (224, 224, 3),
    classes: int = 1000,
    width: float = 1.0,
    initializer="he_normal",
) -> keras.Model:
    """Build VGG with 19 layers of weights, configuration E: 143,667,240 parameters.

    Arguments, result and errors are those of `vgg11`.
    """
    return _vgg("vgg19", input_shape, classes, width, initializer)
