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


def test_the_convnets_table_is_the_lectures():
    shapes = [row.output_shape for row in anatomy.layer_table(models.convnet_mnist())]
    assert [shape[-3:] for shape in shapes if len(shape) >= 3][-5:] == [
        (26, 26, 32), (13, 13, 32), (11, 11, 64), (5, 5, 64), (3, 3, 128),
    ]  # fmt: skip


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
    np.testing.assert_allclose(
        ours.predict(images, verbose=0), reference.predict(images, verbose=0), atol=1e-6
    )


@pytest.mark.parametrize("build", [models.dense_mnist, models.convnet_mnist])
def test_saved_and_loaded_it_gives_equal_outputs(build, tmp_path):
    model = build()
    images = np.random.default_rng(0).random((4, *model.input_shape[1:]), dtype="float32")
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        again.predict(images, verbose=0), model.predict(images, verbose=0)
    )
