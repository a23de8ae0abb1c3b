"""ZFNet: AlexNet with smaller filters and a smaller stride in the first two layers, one tower.

Source: Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, ECCV 2014
(arXiv:1311.2901), figure 3.
"""

from lecture_utils.backend import keras
from lecture_utils.models.common import (
    LocalResponseNormalization,
    Shape,
    check_arguments,
    classify,
    max_pool,
    pad,
    scaled,
)

layers = keras.layers

STAGES = (
    # channels, kernel, stride, padding, pool, normalize
    ( 96, 7, 2, "valid", True,  True),   # 224, with its border 226 -> 110 -> 55
    (256, 5, 2, "valid", True,  True),   #  55 -> 26 -> 13
    (384, 3, 1, "same",  False, False),  #  13
    (384, 3, 1, "same",  False, False),  #  13
    (256, 3, 1, "same",  True,  False),  #  13 -> 6
)  # fmt: skip
DENSE = 4096
# The paper began with all weights at 0.01, as it says, from where equal filters stay equal.
HIDDEN = {"activation": "relu", "kernel_initializer": "he_normal"}
SMALLEST = 47  # convolutions and poolings make 22, 11, 4, 2 and 1 of it


def zfnet(
    input_shape: Shape = (224, 224, 3), classes: int = 1000, width: float = 1.0
) -> keras.Model:
    """Build the network of Zeiler and Fergus.

    The paper gives the sizes of the maps, and the paddings follow from them: conv1 has one pixel
    on each side, conv2 none, and the last window of a pooling may reach over the edge. Copies of
    the network that are used for detection pad more and have larger maps.

    Args:
        input_shape: Height, width and channels of the images; at least 47 pixels a side.
        classes: Number of outputs.
        width: Factor on all channel counts, 1 for the network of the paper.

    Returns:
        A model from `input_shape` to the probabilities of the classes: 62,357,608 parameters with
        the defaults. The paper normalizes across maps after the first two poolings and does not
        give the constants: here they are AlexNet's.

    Lecture 08 uses it.
    """
    input_shape, classes, width = check_arguments(input_shape, classes, width, SMALLEST)
    image = keras.Input(input_shape, name="image")
    x = pad(image, 1, name="conv1")
    for number, stage in enumerate(STAGES, start=1):
        channels, kernel, stride, padding, pool, normalize = stage
        options = HIDDEN | {"padding": padding, "name": f"conv{number}"}
        x = layers.Conv2D(scaled(channels, width), kernel, stride, **options)(x)
        if pool:
            x = max_pool(x, size=3, stride=2, name=f"pool{number}")
        if normalize:
            x = LocalResponseNormalization(name=f"norm{number}")(x)
    x = layers.Flatten(name="flatten")(x)
    for dense in ("fc6", "fc7"):
        x = layers.Dense(scaled(DENSE, width), name=dense, **HIDDEN)(x)
        x = layers.Dropout(0.5, name=f"{dense}_dropout")(x)
    return keras.Model(image, classify(x, classes), name="zfnet")
