"""Looking inside networks, against formulas written out in NumPy and against hand-made networks."""

import itertools
import tracemalloc
from functools import partial

import numpy as np
import pytest
import tensorflow as tf
from small_models import Careful, chain

from lecture_utils import explain, models
from lecture_utils.anatomy import layer_table
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

    before = model(image[np.newaxis]).numpy()
    projected = explain.DeconvNet(model).project(image, "conv2", channel)
    np.testing.assert_array_equal(model(image[np.newaxis]), before)
    assert np.abs(expected).max() > 0
    np.testing.assert_allclose(projected, expected, atol=1e-5)
    again = explain.DeconvNet(model).project(image, "conv2", channel, position)
    np.testing.assert_array_equal(again, projected)


def test_a_normalization_across_channels_is_passed_by(image):
    keras.utils.set_random_seed(2)
    last = {"filters": 3, "activation": None}
    image, values, patterns = np.abs(image), [], []
    for between in (layers.Identity(), LocalResponseNormalization(alpha=1.0)):
        model = chain(SHAPE, conv("conv1"), between, conv("conv2", **last))
        if not values:
            weights = [np.abs(weight) for weight in model.get_weights()]  # so that values are, too
        model.set_weights(weights)
        values.append(float(model(image[np.newaxis])[0, 1, 1, 0]))
        projected = explain.DeconvNet(model).project(image, "conv2", 0, (1, 1))
        patterns.append(projected / values[-1])
    assert abs(values[0] - values[1]) > 0.01
    np.testing.assert_allclose(*patterns, atol=1e-5)


def parts(activation="relu"):
    """Layers with maps and layers behind them, always with the same weights."""
    keras.utils.set_random_seed(3)
    maps = [conv("conv1", activation=activation), layers.MaxPooling2D(2), conv("conv2", size=2)]
    dense = layers.Dense(3, kernel_initializer=keras.initializers.RandomUniform(0, 1))
    return maps, [layers.GlobalAveragePooling2D(), dense]


def named(name, *stack):
    return keras.Sequential([keras.Input(SHAPE), *stack], name=name)


FORMS = {  # of the same network, and what stands before the names of its layers
    "sequential": ("", lambda maps, head: named("all", *maps, *head)),
    "nested": ("a/", lambda maps, head: named("all", named("a", *maps), *head)),
    "twice": ("a/b/", lambda maps, head: chain(SHAPE, named("a", named("b", *maps)), *head)),
    "used before": ("", lambda maps, head: chain(SHAPE, *maps) and named("all", *maps, *head)),
}


@pytest.mark.parametrize("form", FORMS)
def test_models_of_all_forms_are_explained(image, form):
    (prefix, build), asked = FORMS[form], []
    chained = chain(SHAPE, *itertools.chain(*parts()))
    for model, name in ((build(*parts()), f"{prefix}conv2"), (chained, "conv2")):
        assert name in [row.name for row in layer_table(model)]
        projected = explain.DeconvNet(model).project(image, name, 1)
        heat = explain.grad_cam(model, image), explain.grad_cam(model, image, 1, name)
        best = explain.maximize_activation(model, name, 1, steps=3)
        asked.append((projected, *heat, best, explain.occlusion_map(model, image, 1, 3, 3)))
    for ours, expected in zip(*asked, strict=True):
        np.testing.assert_allclose(ours, expected, atol=1e-6)
        assert np.abs(ours).max() > 0


def test_behind_a_layer_that_is_used_twice(image):
    relu, again = layers.ReLU(name="relu"), layers.ReLU()
    stack = [conv("conv1", activation=None), relu, conv("conv2", activation=None)]
    head = [layers.Flatten(), layers.Dense(2, name="scores")]
    twice, once = (chain(SHAPE, *stack, last, *head) for last in (relu, again))
    heats = [explain.grad_cam(model, image, 1) for model in (twice, once)]
    projected = [explain.DeconvNet(model).project(image, "scores", 1) for model in (twice, once)]
    for ours, expected in (heats, projected):
        np.testing.assert_allclose(ours, expected, atol=1e-6)
    with pytest.raises(ValueError, match="layer must be used once, got 'relu'"):
        explain.grad_cam(twice, image, layer="relu")


@pytest.mark.parametrize("relu", [keras.ops.relu, layers.ReLU(), layers.Activation(tf.nn.relu)])
def test_a_relu_is_known_by_what_it_does(image, relu):
    expected = explain.DeconvNet(chain(SHAPE, *parts()[0])).project(image, "conv2", 1)
    maps = parts(activation=None)[0]
    for model in (chain(SHAPE, *parts(relu)[0]), chain(SHAPE, maps[0], relu, *maps[1:])):
        found = explain.DeconvNet(model).project(image, "conv2", 1)
        np.testing.assert_allclose(found, expected, atol=1e-6)


class Between(layers.Conv2D):
    """Its activation is not what it does last."""

    def call(self, x):
        return -super().call(x)


WORDS = ["tanh", "sigmoid", "softplus", "gelu", "silu", "elu", "leaky_relu", "softmax"]
NOT_INVERTED = [conv("bad", activation=each) for each in (*WORDS, tf.nn.relu6, layers.ReLU(6))]
NOT_INVERTED += [kind(name="bad") for kind in (layers.LeakyReLU, layers.LayerNormalization)]
NOT_INVERTED += [layers.ReLU(6, name="bad"), layers.Lambda(lambda x: x**2, name="bad")]
NOT_INVERTED += [Between(4, 3, activation="relu", name="bad")]
NOT_INVERTED += [layers.Lambda(keras.ops.softplus, name="bad")]  # near a ReLU


@pytest.mark.parametrize("layer", NOT_INVERTED)
def test_what_the_deconvnet_cannot_invert_it_names(image, layer):
    deconvnet = explain.DeconvNet(chain(SHAPE, conv("conv1"), layer, conv("conv2")))
    with pytest.raises(ValueError, match=r"layer 'bad' \(\w+\) must be linear, a plain ReLU"):
        deconvnet.project(image, "conv2", 0)
    assert deconvnet.project(image, "conv1", 0).any()


LINEAR = [layers.AveragePooling2D(2), layers.UpSampling2D(2), layers.Lambda(lambda x: 2 * x - 1)]
LINEAR += [layers.BatchNormalization(epsilon=1), layers.Conv2DTranspose(2, 2), layers.Dropout(0.5)]
LINEAR += [layers.DepthwiseConv2D(2), layers.Permute((2, 1, 3)), layers.ZeroPadding2D(1)]
LINEAR += [layers.Conv2D(2, 3, 2, bias_initializer="normal")]


@pytest.mark.parametrize("layer", LINEAR, ids=lambda layer: type(layer).__name__)
def test_linear_layers_are_transposed(image, layer):
    model = chain(SHAPE, layer, layers.Flatten(), layers.Dense(2, name="end"))
    projected = explain.DeconvNet(model).project(image, "end", 1, ())
    # A linear function is its value at 0 and the slope times x, and the slope is the gradient.
    zero, value = model(np.stack([0 * image, image])).numpy()[:, 1]
    np.testing.assert_allclose((projected * image).sum(), value * (value - zero), rtol=1e-3)
    pixels = tf.Variable(image[np.newaxis])
    with tf.GradientTape() as tape:
        score = model(pixels)[0, 1]
    expected = value * tape.gradient(score, pixels)[0]
    np.testing.assert_allclose(projected, expected, rtol=1e-3, atol=1e-4)


def test_no_gradient_is_taken_through_the_stride_of_a_1x1_convolution(image):
    strided = Careful(3, 1, (2, 3), activation="relu", name="strided")
    pool = layers.GlobalAveragePooling2D()
    model = chain(SHAPE, layers.Identity(name="before"), strided, pool, layers.Dense(1))
    kernel, dense = strided.kernel.numpy()[0, 0], model.layers[-1].kernel.numpy()[:, 0]
    maps = np.maximum(image[::2, ::3] @ kernel, 0)
    slopes = ((maps > 0) * dense) @ kernel.T
    heat = np.maximum(image @ slopes.sum(axis=(0, 1)), 0)
    found = explain.grad_cam(model, image, layer="before")
    np.testing.assert_allclose(found, heat / max(heat.max(), 1e-9), atol=1e-5)
    place = np.unravel_index(maps[..., 1].argmax(), maps.shape[:2])
    expected = np.zeros(SHAPE)
    expected[place[0] * 2, place[1] * 3] = maps[..., 1].max() * kernel[:, 1]
    projected = explain.DeconvNet(model).project(image, "strided", 1)
    np.testing.assert_allclose(projected, expected, atol=1e-5)
    assert explain.maximize_activation(model, "strided", 0, steps=2).shape == SHAPE


GIVEN = {
    "project": {"layer": "conv1", "channel": 1, "position": (2, 3)},
    "occlusion_map": {"label": 1, "size": 3, "stride": 3, "fill": 0.5},
    "grad_cam": {"label": 1, "layer": "conv1"},
    "maximize_activation": {"layer": "conv1", "channel": 1, "steps": 1, "rate": 0.1}
    | {"decay": 0.1, "seed": 0},
}
ODD = {
    "channel": [-1, 4, 1.0],
    "decay": [-0.1, 1.1],
    "fill": [1e300, [0.0, 0.0, 0.0]],
    "image": [np.zeros((1, *SHAPE)), np.zeros((8, 9, 2))],
    "label": [-1, 3],
    "layer": ["conv9", layers.Dense(3)],
    "position": [(0,), (7, 0), (-1, 0), (0.0, 1.0), 3, "ab", ()],
    "rate": [0],
    "seed": [-1],
    "size": [0, 10],
    "steps": [-1, 10_001],
    "stride": [0],
}


def ask(name, model, **given):
    function = explain.DeconvNet(model).project if name == "project" else None
    return (function or partial(getattr(explain, name), model))(**given)


@pytest.mark.parametrize("name", GIVEN)
def test_arguments_are_not_believed(image, name):
    stack, inputs = [*itertools.chain(*parts())], [keras.Input(SHAPE), keras.Input(SHAPE)]
    model, x = chain(SHAPE, *stack), layers.Add()(inputs)
    given = GIVEN[name] | ({} if name == "maximize_activation" else {"image": image})
    assert np.isfinite(ask(name, model, **given)).all()
    for argument in given.keys() & ODD.keys():
        for value in ODD[argument]:
            with pytest.raises(ValueError, match=f"{argument} must be"):
                ask(name, model, **given | {argument: value})
    for layer in stack:
        x = layer(x)
    for odd in (keras.Model(inputs, x), "model"):
        with pytest.raises(ValueError, match="model must be"):
            ask(name, odd, **given)


def test_pictures_as_people_have_them(image):
    model, photo = chain(SHAPE, *itertools.chain(*parts())), np.uint8(99 * np.abs(image) % 256)
    for form in (photo, photo.tolist(), tf.constant(photo)):
        for name in ("project", "occlusion_map", "grad_cam"):
            found, expected = (
                ask(name, model, image=each, **GIVEN[name]) for each in (form, photo.astype(float))
            )
            np.testing.assert_array_equal(found, expected)


def test_an_occlusion_map_is_computed_in_batches():
    model = keras.Sequential([keras.Input((224, 224, 3)), layers.GlobalAveragePooling2D()])
    tracemalloc.start()
    seen = explain.occlusion_map(model, np.ones((224, 224, 3)), label=2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_allclose(seen, np.full((55, 55), 1 - 64 / 224**2), rtol=1e-6)
    assert peak < 300e6


LAST = [[layers.Dense(3, activation="softmax")], [layers.Dense(3), layers.Activation("softmax")]]
LAST += [[layers.Dense(3), keras.ops.softmax], [layers.Dense(1, activation="sigmoid")]]


@pytest.mark.parametrize("last", LAST)
def test_grad_cam_is_the_class_activation_map_of_the_scores(image, last):
    """Zhou et al. 2016: before a global average and a dense layer it is a weighted sum of maps."""
    pool = layers.GlobalAveragePooling2D(keepdims=True)  # Grad-CAM's layer is the one before
    model = chain(SHAPE, *parts()[0], pool, layers.Flatten(), *last)
    maps = keras.Model(model.input, model.get_layer("conv2").output)
    features, kernel = maps(image[np.newaxis])[0].numpy(), 20 * last[0].kernel.numpy()
    last[0].kernel.assign(kernel)  # so that a softmax is 0 or 1, without a slope
    before = model(image[np.newaxis]).numpy()
    model.trainable = False  # a network that is only looked at
    for label in range(kernel.shape[1]):
        expected = np.maximum(features @ kernel[:, label], 0)
        heat = explain.grad_cam(model, image, label)
        np.testing.assert_allclose(heat, expected / max(expected.max(), 1e-12), atol=1e-5)
    best = explain.grad_cam(model, image, int(before.argmax()))
    np.testing.assert_array_equal(explain.grad_cam(model, image), best)
    np.testing.assert_array_equal(explain.grad_cam(model, image, layer="conv2"), best)
    np.testing.assert_array_equal(model(image[np.newaxis]), before)


def test_branches_are_refused(image):
    x = keras.Input(SHAPE)
    model = keras.Model(x, layers.Add(name="sum")([layers.Conv2D(2, 3)(x) for _ in range(2)]))
    with pytest.raises(ValueError, match=r"a chain up to layer 'sum' .*'sum' \(Add\) joins"):
        explain.DeconvNet(model).project(image, "sum", 0)


def test_grad_cam_needs_maps():
    with pytest.raises(ValueError, match="model must be one with a layer of maps"):
        explain.grad_cam(chain((4,), layers.Dense(2)), np.ones(4))


def classifier(weights):
    """A network whose logits are sums of the pixels of one channel, weighted."""
    logits = layers.Dense(2, use_bias=False, name="logits")
    model = chain((8, 8, 1), layers.Flatten(), logits, layers.Softmax())
    logits.set_weights([np.stack([weights.ravel(), 0 * weights.ravel()], 1)])
    return model


def test_occlusion_finds_the_only_pixels_that_count():
    weights, image = np.zeros((8, 8), "float32"), np.ones((8, 8, 1), "float32")
    weights[2:4, 4:6] = 1
    seen = explain.occlusion_map(classifier(weights), image, label=0, size=2, stride=2)
    expected = np.full((4, 4), 1 / (1 + np.exp(-4)))
    filled = explain.occlusion_map(classifier(weights), image, 0, size=2, stride=2, fill=1.0)
    np.testing.assert_allclose(filled, expected, atol=1e-6)
    expected[1, 2] = 0.5  # where the patch covers them
    np.testing.assert_allclose(seen, expected, atol=1e-6)
    assert (image == 1).all()
    oblong = keras.Sequential([keras.Input((8, 6, 1)), layers.Flatten(), layers.Dense(3)])
    assert explain.occlusion_map(oblong, image[:, :6], 0, size=3, stride=1).shape == (6, 4)


def test_what_a_linear_unit_likes_best_is_its_own_weights():
    weights = np.random.default_rng(0).normal(size=(8, 8)).astype("float32")
    models = classifier(weights), classifier(weights)
    best, again = (explain.maximize_activation(each, "logits", 0) for each in models)
    # Each of a hundred steps fades the noise by 1 %, and adds the slope, 0.1 long.
    noise, left = np.random.default_rng(0).normal(0, 0.1, (8, 8)), 0.99**100
    expected = left * noise + (1 - left) * 10 * weights / np.sqrt(np.mean(weights**2))
    np.testing.assert_allclose(best[..., 0], expected, atol=1e-4)
    assert best.shape == (8, 8, 1)
    np.testing.assert_array_equal(best, again)


def test_an_image_excites_a_map_more_than_noise_does():
    model = models.vgg11(input_shape=(32, 32, 1), classes=10, width=0.1)
    inside = keras.Model(model.input, model.get_layer("block2_conv1").output)
    two = [explain.maximize_activation(model, "block2_conv1", 3, steps=n) for n in (0, 30)]
    noise, climbed = inside(np.stack(two)).numpy()[..., 3].mean(axis=(1, 2))
    assert climbed > 3 * noise
