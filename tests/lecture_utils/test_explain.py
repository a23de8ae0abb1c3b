"""Looking inside networks, against formulas written out in NumPy and against hand-made networks."""

import numpy as np
import pytest
import tensorflow as tf
from small_models import chain

from lecture_utils import explain, models
from lecture_utils.backend import keras
from lecture_utils.convolution import conv2d, max_pool2d
from lecture_utils.models.common import LocalResponseNormalization

layers = keras.layers
SHAPE = (9, 9, 2)


def conv(name, filters=4, size=3, activation="relu"):
    settings = {"activation": activation, "bias_initializer": "normal", "name": name}
    return layers.Conv2D(filters, size, **settings)


@pytest.fixture
def image():
    return np.random.default_rng(0).normal(size=SHAPE).astype("float32")


def spread(signal, kernel, shape):
    """The transpose: each value paints its kernel, scaled, where it had looked."""
    size = kernel.shape[0]
    pixels = np.zeros(shape)
    for y, x, channel in np.ndindex(signal.shape):
        pixels[y : y + size, x : x + size] += signal[y, x, channel] * kernel[..., channel]
    return pixels


def unpool(signal, x, size, stride):
    """Put each value back to where the largest of its window of `x` was."""
    pixels = np.zeros_like(x)
    for row, column, channel in np.ndindex(signal.shape):
        top, left = row * stride, column * stride
        window = x[top : top + size, left : left + size, channel]
        i, j = np.unravel_index(window.argmax(), window.shape)
        pixels[top + i, left + j, channel] += signal[row, column, channel]
    return pixels


@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 2)])
def test_the_deconvnet_is_the_papers(image, size, stride):
    keras.utils.set_random_seed(0)
    model = chain(SHAPE, conv("conv1"), layers.MaxPooling2D(size, stride), conv("conv2", 3, 2))
    kernel1, bias1, kernel2, bias2 = model.get_weights()
    maps1 = np.maximum(conv2d(image[np.newaxis], kernel1, bias1)[0], 0)
    pooled = max_pool2d(maps1[np.newaxis], size, stride)[0]
    maps2 = np.maximum(conv2d(pooled[np.newaxis], kernel2, bias2)[0], 0)
    channel = int(maps2.max(axis=(0, 1)).argmax())
    position = np.unravel_index(maps2[..., channel].argmax(), maps2.shape[:2])

    signal = np.zeros_like(maps2)
    signal[(*position, channel)] = maps2[(*position, channel)]
    below = spread(np.maximum(signal, 0), kernel2, pooled.shape)
    unpooled = unpool(below, maps1, size, stride)
    expected = spread(np.maximum(unpooled, 0), kernel1, image.shape)

    projected = explain.DeconvNet(model).project(image, "conv2", channel)
    assert np.abs(expected).max() > 0
    np.testing.assert_allclose(projected, expected, atol=1e-5)
    again = explain.DeconvNet(model).project(image, "conv2", channel, position)
    np.testing.assert_array_equal(again, projected)


def test_without_relu_the_deconvnet_is_the_gradient_times_the_value(image):
    model = chain(SHAPE, conv("conv1", activation=None), conv("conv2", activation=None))
    pixels = tf.convert_to_tensor(image[np.newaxis])
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        value = model(pixels)[0, 2, 1, 0]
    expected = value * tape.gradient(value, pixels)[0]
    projected = explain.DeconvNet(model).project(image, "conv2", 0, (2, 1))
    np.testing.assert_allclose(projected, expected, atol=1e-5)


def test_the_deconvnet_leaves_the_network_as_it_was(image):
    model = chain(SHAPE, conv("conv1"))
    before = model(image[np.newaxis]).numpy()
    explain.DeconvNet(model).project(image, "conv1", 0)
    np.testing.assert_array_equal(model(image[np.newaxis]), before)


def test_separate_activations_and_normalizations_are_walked_through(image):
    together = chain(SHAPE, conv("conv1"))
    apart = chain(SHAPE, conv("conv1", activation=None), layers.Identity(), layers.ReLU(name="end"))
    apart.set_weights(together.get_weights())
    expected = explain.DeconvNet(together).project(image, "conv1", 1)
    projected = explain.DeconvNet(apart).project(image, "end", 1)
    np.testing.assert_allclose(projected, expected, atol=1e-6)


def test_a_normalization_across_channels_is_passed_by(image):
    keras.utils.set_random_seed(2)
    last = {"filters": 3, "activation": None}
    plain = chain(SHAPE, conv("conv1"), conv("conv2", **last))
    between = LocalResponseNormalization(alpha=1.0)
    normalized = chain(SHAPE, conv("conv1"), between, conv("conv2", **last))
    weights = [np.abs(weight) for weight in plain.get_weights()]  # so that both values are positive
    for model in (plain, normalized):
        model.set_weights(weights)
    image = np.abs(image)
    values = [float(model(image[np.newaxis])[0, 1, 1, 0]) for model in (plain, normalized)]
    patterns = [
        explain.DeconvNet(model).project(image, "conv2", 0, (1, 1)) / abs(value)
        for model, value in zip((plain, normalized), values, strict=True)
    ]
    assert abs(values[0] - values[1]) > 0.01
    np.testing.assert_allclose(*patterns, atol=1e-5)


def test_branches_channels_and_names_are_checked(image):
    x = entrance = keras.Input((9, 9, 2))
    left, right = layers.Conv2D(2, 3, name="left")(x), layers.Conv2D(2, 3, name="right")(x)
    model = keras.Model(entrance, layers.Add(name="sum")([left, right]))
    with pytest.raises(ValueError, match=r"a chain .* up to layer 'sum' .*meet at layer 'sum'"):
        explain.DeconvNet(model).project(image, "sum", 0)
    with pytest.raises(ValueError, match=r"channel must be .* from 0 to 1, got 2: layer 'left'"):
        explain.DeconvNet(model).project(image, "left", 2)
    with pytest.raises(ValueError, match=r"layer must be a layer of the model .*got 'middle'"):
        explain.DeconvNet(model).project(image, "middle", 0)


def classifier(weights):
    """A network whose logits are sums of the pixels of one channel, weighted."""
    image = keras.Input((8, 8, 1), name="image")
    x = layers.Flatten()(image)
    x = layers.Dense(2, use_bias=False, name="logits")(x)
    model = keras.Model(image, layers.Softmax(name="probabilities")(x))
    model.get_layer("logits").set_weights([np.stack([weights.ravel(), 0 * weights.ravel()], 1)])
    return model


def test_occlusion_finds_the_only_pixels_that_count():
    weights = np.zeros((8, 8), "float32")
    weights[2:4, 4:6] = 1
    image = np.ones((8, 8, 1), "float32")
    seen = explain.occlusion_map(classifier(weights), image, label=0, size=2, stride=2)
    covered = 1 / (1 + np.exp(-0.0))
    whole = 1 / (1 + np.exp(-4.0))
    expected = np.full((4, 4), whole)
    expected[1, 2] = covered
    np.testing.assert_allclose(seen, expected, atol=1e-6)
    assert (image == 1).all()
    filled = explain.occlusion_map(classifier(weights), image, 0, size=2, stride=2, fill=1.0)
    np.testing.assert_allclose(filled, whole, atol=1e-6)
    oblong = keras.Sequential([keras.Input((8, 6, 1)), layers.Flatten(), layers.Dense(3)])
    assert explain.occlusion_map(oblong, image[:, :6], 0, size=3, stride=1).shape == (6, 4)
    with pytest.raises(ValueError, match=r"size must be .* from 1 to 8, got 9"):
        explain.occlusion_map(classifier(weights), image, 0, size=9)


def test_behind_a_global_average_grad_cam_is_the_class_activation_map():
    keras.utils.set_random_seed(1)
    image = keras.Input((12, 12, 1), name="image")
    maps = layers.Conv2D(5, 3, activation="relu", name="conv")(image)
    x = layers.GlobalAveragePooling2D()(maps)
    x = layers.Dense(3, name="logits")(x)
    model = keras.Model(image, layers.Softmax(name="probabilities")(x))
    pixels = np.random.default_rng(0).normal(size=(12, 12, 1)).astype("float32")
    # Zhou et al. 2016: with a global average before the dense layer the map is a weighted sum.
    features = keras.Model(image, maps)(pixels[np.newaxis])[0].numpy()
    dense = model.get_layer("logits").get_weights()[0]
    for label in range(3):
        expected = np.maximum(features @ dense[:, label], 0)
        heat = explain.grad_cam(model, pixels, label)
        np.testing.assert_allclose(heat, expected / expected.max(), atol=1e-5)
    best = int(np.argmax(model(pixels[np.newaxis])))
    np.testing.assert_array_equal(
        explain.grad_cam(model, pixels), explain.grad_cam(model, pixels, best)
    )
    np.testing.assert_array_equal(
        explain.grad_cam(model, pixels, 0, layer="conv"), explain.grad_cam(model, pixels, 0)
    )
    model.trainable = False  # a network that is only looked at
    assert explain.grad_cam(model, pixels, 0).max() == 1


def test_what_a_linear_unit_likes_best_is_its_own_weights():
    weights = np.random.default_rng(0).normal(size=(8, 8)).astype("float32")
    best = explain.maximize_activation(classifier(weights), "logits", 0, steps=200)
    assert np.corrcoef(best.ravel(), weights.ravel())[0, 1] > 0.999
    assert best.shape == (8, 8, 1)
    again = explain.maximize_activation(classifier(weights), "logits", 0, steps=200)
    np.testing.assert_array_equal(best, again)


def test_an_image_excites_a_map_more_than_noise_does():
    model = models.vgg11(input_shape=(32, 32, 1), classes=10, width=0.1)
    inside = keras.Model(model.input, model.get_layer("block2_conv1").output)

    def excitement(image):
        return float(np.mean(inside(image[np.newaxis])[..., 3]))

    climbed = explain.maximize_activation(model, "block2_conv1", 3, steps=30)
    start = explain.maximize_activation(model, "block2_conv1", 3, steps=0)
    assert excitement(climbed) > 3 * excitement(start)
    with pytest.raises(ValueError, match="channel must be .* 0 to 12"):
        explain.maximize_activation(model, "block2_conv1", 13)
