"""The two networks that the course begins with: dense, and convolutional.

Source: Chollet, Deep Learning with Python, 2nd edition, 2021, sections 2.1 and 8.1.
"""

from lecture_utils.backend import keras
from lecture_utils.checks import switch
from lecture_utils.models.common import check_layout

layers = keras.layers


def dense_mnist() -> keras.Model:
    """Build the first network of the course: two dense layers.

    Returns:
        A model from `(784,)` to the probabilities of ten classes: 407,050 parameters.

    Lecture 01 builds it by hand.
    """
    image = keras.Input((28 * 28,), name="image")
    x = layers.Dense(512, activation="relu", name="hidden")(image)
    classes = layers.Dense(10, activation="softmax", name="classes")(x)
    return keras.Model(image, classes, name="dense_mnist")


def convnet_mnist(pooling: bool = True) -> keras.Model:
    """Build the first convolutional network of the course.

    Args:
        pooling: Whether a 2x2 max-pooling follows the first and the second convolution.

    Returns:
        A model from `(28, 28, 1)` to the probabilities of ten classes: 104,202 parameters, or
        712,202 without pooling.

    Lecture 05 builds it by hand.
    """
    check_layout()
    pooling = switch("pooling", pooling)
    image = keras.Input((28, 28, 1), name="image")
    x = layers.Conv2D(32, 3, activation="relu", name="conv1")(image)
    if pooling:
        x = layers.MaxPooling2D(2, name="pool1")(x)
    x = layers.Conv2D(64, 3, activation="relu", name="conv2")(x)
    if pooling:
        x = layers.MaxPooling2D(2, name="pool2")(x)
    x = layers.Conv2D(128, 3, activation="relu", name="conv3")(x)
    x = layers.Flatten(name="flatten")(x)
    classes = layers.Dense(10, activation="softmax", name="classes")(x)
    return keras.Model(image, classes, name="convnet_mnist")
