import numpy as np
import pytest

from lecture_utils import anatomy, models
from lecture_utils.backend import keras


@pytest.mark.parametrize(
    ("build", "parameters"),
    [
        (models.dense_mnist, 784 * 512 + 512 + 512 * 10 + 10),  # 407,050
        (models.convnet_mnist, 104_202),  # as the lecture's table
        (lambda: models.convnet_mnist(pooling=False), 712_202),
    ],
)
def test_parameters_as_published(build, parameters):
    assert build().count_params() == parameters


def test_without_pooling_the_dense_layer_sees_61_952_coefficients_and_a_window_of_7():
    model = models.convnet_mnist(pooling=False)
    assert model.get_layer("flatten").output.shape[-1] == 22 * 22 * 128 == 61_952
    assert anatomy.receptive_field(model, "conv3").size == (7, 7)


def lectures_model(pooling):
    """The network as the source lecture writes it."""
    layers = keras.layers
    image = keras.Input(shape=(28, 28, 1))
    x = layers.Conv2D(filters=32, kernel_size=3, activation="relu")(image)
    if pooling:
        x = layers.MaxPool2D(pool_size=2)(x)
    x = layers.Conv2D(filters=64, kernel_size=3, activation="relu")(x)
    if pooling:
        x = layers.MaxPool2D(pool_size=2)(x)
    x = layers.Conv2D(filters=128, kernel_size=3, activation="relu")(x)
    x = layers.Flatten()(x)
    return keras.Model(image, layers.Dense(10, activation="softmax")(x))


@pytest.mark.parametrize("pooling", [True, False])
def test_same_weights_give_the_lectures_outputs(pooling):
    keras.utils.set_random_seed(0)
    reference, ours = lectures_model(pooling), models.convnet_mnist(pooling=pooling)
    ours.set_weights(reference.get_weights())
    images = np.random.default_rng(0).random((4, 28, 28, 1), dtype="float32")
    np.testing.assert_allclose(ours(images), reference(images), atol=1e-6)


def test_the_dense_network_in_numpy():
    model = models.dense_mnist()
    kernel, bias, last_kernel, last_bias = model.get_weights()
    images = np.random.default_rng(0).random((4, 784), dtype="float32")
    scores = np.maximum(images @ kernel + bias, 0) @ last_kernel + last_bias
    expected = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model(images), expected, atol=1e-6)


def test_trained_weights_are_for_the_network_with_poolings():
    model, again = (models.convnet_mnist(weights="mnist") for _ in range(2))
    for found, other in zip(model.get_weights(), again.get_weights(), strict=True):
        assert np.array_equal(found, other)
    with pytest.raises(ValueError, match="weights must be None without pooling"):
        models.convnet_mnist(pooling=False, weights="mnist")
    with pytest.raises(ValueError, match="weights must be one of"):
        models.convnet_mnist(weights="imagenet")
