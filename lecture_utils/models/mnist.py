"""The two networks that the course begins with: dense, and convolutional.

Source: Chollet, Deep Learning with Python, 2nd edition, 2021, sections 2.1 and 8.1.
"""

import io

import numpy as np

from lecture_utils import datasets
from lecture_utils.backend import keras
from lecture_utils.checks import choice, refused, switch
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


def convnet_mnist(pooling: bool = True, weights: str | None = None) -> keras.Model:
    """Build the first convolutional network of the course.

    Args:
        pooling: Whether a 2x2 max-pooling follows the first and the second convolution.
        weights: "mnist" for the network as lecture 05's schedule trains it, None for random ones.

    Returns:
        A model from `(28, 28, 1)` to the probabilities of ten classes: 104,202 parameters, or
        712,202 without pooling.

    Raises:
        ValueError: If trained weights are asked for without pooling, or their file is damaged.
        FileNotFoundError: If the file of the weights is missing.

    Lecture 05 builds it by hand.
    """
    check_layout()
    weights = choice("weights", weights, (None, "mnist"))
    pooling = switch("pooling", pooling)
    if weights and not pooling:
        raise refused("weights", "None without pooling", weights)
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
    model = keras.Model(image, classes, name="convnet_mnist")
    if weights:
        arrays = trained_weights()
        for layer in model.layers:
            if layer.weights:
                kernel = arrays[f"{layer.name}/kernel"] * arrays[f"{layer.name}/scale"]
                layer.set_weights([kernel, arrays[f"{layer.name}/bias"]])
    return model


def trained_weights() -> dict[str, np.ndarray]:
    """Return the trained convnet's weights by name, such as `conv1/kernel`.

    A kernel holds whole numbers of 8 bits; `conv1/scale` has a factor for each of its filters.
    """
    with np.load(io.BytesIO(datasets.pretrained_file("convnet_mnist.npz"))) as arrays:
        return dict(arrays)
