import importlib

import numpy as np
import pytest
from test_models_common import ceil_mode_pool, noise, normalize_responses

from lecture_utils import anatomy
from lecture_utils.backend import keras
from lecture_utils.convolution import conv2d
from lecture_utils.models.alexnet import GroupedConv2D, alexnet

module = importlib.import_module("lecture_utils.models.alexnet")  # `models.alexnet` is the builder

SPLIT = ("conv2", "conv4", "conv5")
WITH_WEIGHTS = ("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "logits")
ACTIVATIONS = {"relu": lambda x: np.maximum(x, 0), "tanh": np.tanh}


def randomize(model):
    """Give a model random weights, biases too, that keep the size of the signal."""
    random = np.random.default_rng(1)
    for weight in model.trainable_variables:
        fan_in = np.prod(weight.shape[:-1]) if len(weight.shape) > 1 else 50
        weight.assign(random.normal(size=weight.shape, scale=np.sqrt(2 / fan_in)))


def logits_of(model, images):
    return np.asarray(keras.Model(model.input, model.get_layer("logits").output)(images))


def small(**options):
    return alexnet(**{"input_shape": (67, 67, 3), "classes": 5, "width": 0.1} | options)


# ------------------------------------------------------------------------------- as published


@pytest.mark.parametrize(("groups", "parameters"), [(2, 60_965_224), (1, 62_378_344)])
def test_parameters_as_published(groups, parameters):
    model = anatomy.blueprint(alexnet, groups)
    assert (model.name, model.count_params()) == ("alexnet", parameters)


def test_the_defaults_are_the_papers():
    model = anatomy.blueprint(alexnet)
    assert model.input_shape == (None, 227, 227, 3)
    assert model.count_params() == 60_965_224


@pytest.mark.parametrize("groups", [1, 2])
def test_the_layers_are_the_papers(groups):
    rows = anatomy.layer_table(anatomy.blueprint(alexnet, groups))
    assert [(row.name, row.output_shape[1:]) for row in rows] == [
        ("image", (227, 227, 3)),
        ("conv1", (55, 55, 96)), ("norm1", (55, 55, 96)), ("pool1", (27, 27, 96)),
        ("conv2", (27, 27, 256)), ("norm2", (27, 27, 256)), ("pool2", (13, 13, 256)),
        ("conv3", (13, 13, 384)),
        ("conv4", (13, 13, 384)),
        ("conv5", (13, 13, 256)), ("pool5", (6, 6, 256)),
        ("flatten", (9216,)),
        ("fc6", (4096,)), ("fc6_dropout", (4096,)),
        ("fc7", (4096,)), ("fc7_dropout", (4096,)),
        ("logits", (1000,)), ("probabilities", (1000,)),
    ]  # fmt: skip


def test_kernels_have_the_papers_sizes():
    model = anatomy.blueprint(alexnet)
    assert [tuple(model.get_layer(name).kernel.shape) for name in WITH_WEIGHTS] == [
        (11, 11, 3, 96), (5, 5, 48, 256), (3, 3, 256, 384), (3, 3, 192, 384), (3, 3, 192, 256),
        (9216, 4096), (4096, 4096), (4096, 1000),
    ]  # fmt: skip


def test_neurons():
    rows = anatomy.layer_table(anatomy.blueprint(alexnet))
    neurons = {row.name: np.prod(row.output_shape[1:]) for row in rows if row.parameters}
    assert neurons == {
        "conv1": 290_400, "conv2": 186_624, "conv3": 64_896, "conv4": 64_896, "conv5": 43_264,
        "fc6": 4096, "fc7": 4096, "logits": 1000,
    }  # fmt: skip
    assert sum(neurons.values()) == 659_272


@pytest.mark.parametrize(
    ("groups", "in_conv2", "in_conv4", "in_conv5"), [(2, 48, 192, 192), (1, 96, 384, 384)]
)
def test_multiply_accumulates(groups, in_conv2, in_conv4, in_conv5):
    convolutions = (
        55 * 55 * 11 * 11 * 3 * 96
        + 27 * 27 * 5 * 5 * in_conv2 * 256
        + 13 * 13 * 3 * 3 * (256 * 384 + in_conv4 * 384 + in_conv5 * 256)
    )
    dense = 6 * 6 * 256 * 4096 + 4096 * 4096 + 4096 * 1000
    macs = anatomy.count_macs(anatomy.blueprint(alexnet, groups))
    assert macs == convolutions + dense
    assert groups == 1 or round(macs / 1e6) == 724  # millions, as often quoted


@pytest.mark.parametrize("groups", [1, 2])
def test_receptive_fields(groups):
    model = anatomy.blueprint(alexnet, groups)
    # In Araujo, Norris and Sim, Computing Receptive Fields (Distill, 2019): 195 with stride 32.
    windows = {
        "conv1": (11, 4), "pool1": (19, 8), "conv2": (51, 8), "pool2": (67, 16),
        "conv3": (99, 16), "conv4": (131, 16), "conv5": (163, 16), "pool5": (195, 32),
    }  # fmt: skip
    for name, (size, jump) in windows.items():
        field = anatomy.receptive_field(model, name)
        assert (field.size, field.jump) == ((size, size), (jump, jump))


def test_the_printed_size_of_224_gives_the_same_parameters():
    model = anatomy.blueprint(alexnet, input_shape=(224, 224, 3))
    assert model.get_layer("conv1").output.shape[1] == 54  # (224 − 11) / 4 + 1 = 54.25
    assert model.count_params() == 60_965_224


def test_normalization_and_dropout_are_the_papers():
    model = anatomy.blueprint(alexnet)
    for name in ("norm1", "norm2"):
        layer = model.get_layer(name)
        assert (layer.k, layer.n, layer.alpha, layer.beta) == (2, 5, 1e-4, 0.75)
    assert model.get_layer("fc6_dropout").rate == model.get_layer("fc7_dropout").rate == 0.5


# ------------------------------------------------------------------------------------ outputs


def by_hand(weights, images, groups, activation):
    """Compute the logits in NumPy, layer after layer as the paper's section 3.5 has them."""

    def convolve(x, layer, groups=1, **options):
        kernel, bias = weights[layer]
        maps, kernels = np.split(x, groups, axis=-1), np.split(kernel, groups, axis=-1)
        towers = [conv2d(m, k, **options) for m, k in zip(maps, kernels, strict=True)]
        return activation(np.concatenate(towers, axis=-1) + bias)

    x = convolve(images, "conv1", stride=4)
    x = ceil_mode_pool(normalize_responses(x))
    x = convolve(x, "conv2", groups, padding=2)
    x = ceil_mode_pool(normalize_responses(x))
    x = convolve(x, "conv3", padding=1)
    x = convolve(x, "conv4", groups, padding=1)
    x = convolve(x, "conv5", groups, padding=1)
    x = ceil_mode_pool(x).reshape(len(x), -1)
    for layer in ("fc6", "fc7"):
        kernel, bias = weights[layer]
        x = activation(x @ kernel + bias)
    kernel, bias = weights["logits"]
    return x @ kernel + bias


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(
    ("groups", "shape"), [(2, (67, 67, 3)), (2, (86, 71, 1)), (1, (72, 72, 3))]
)
def test_outputs_are_the_papers_formulas(groups, shape, activation):
    model = small(groups=groups, input_shape=shape, activation=activation)
    randomize(model)
    images = noise(2, *shape, scale=30)  # large, so that normalization has something to do
    weights = {name: model.get_layer(name).get_weights() for name in WITH_WEIGHTS}
    expected = by_hand(weights, images, groups, ACTIVATIONS[activation])
    np.testing.assert_allclose(
        logits_of(model, images), expected, rtol=1e-4, atol=1e-4 * np.ptp(expected)
    )


def test_two_towers_are_a_full_convolution_with_block_diagonal_kernels():
    towers, single = small(groups=2), small(groups=1)
    randomize(towers)
    for name in WITH_WEIGHTS:
        kernel, bias = towers.get_layer(name).get_weights()
        if name in SPLIT:
            first, second = np.split(kernel, 2, axis=-1)
            apart = np.zeros_like(first)
            kernel = np.block([[[[first, apart], [apart, second]]]])  # on the two last axes
        single.get_layer(name).set_weights([kernel, bias])
    images = noise(3, 67, 67, 3)
    np.testing.assert_allclose(logits_of(single, images), logits_of(towers, images), atol=1e-4)


def test_a_tower_sees_the_other_only_through_conv3():
    model = small()
    randomize(model)
    kernel, bias = model.get_layer("conv1").get_weights()
    half = kernel.shape[-1] // 2
    images = noise(1, 67, 67, 3)

    def run():
        outputs = [model.get_layer(name).output for name in ("conv2", "conv3")]
        return map(np.asarray, keras.Model(model.input, outputs)(images))

    conv2, conv3 = run()
    changed = kernel.copy()
    changed[..., half + 2 :] *= 2  # beyond the two maps that the first tower's norm1 looks at
    model.get_layer("conv1").set_weights([changed, bias])
    conv2_after, conv3_after = run()
    middle = conv2.shape[-1] // 2
    np.testing.assert_array_equal(conv2_after[..., :middle], conv2[..., :middle])
    assert (conv2_after != conv2).any()
    assert (conv3_after[..., 0] != conv3[..., 0]).any()


# ------------------------------------------------------------------------- grouped convolution


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize(
    "options",
    [
        {"padding": "same", "activation": "relu"},
        {"strides": 2, "use_bias": False},
        {"dilation_rate": 2, "activation": "tanh"},
    ],
)
def test_grouped_convolution_is_keras_own(groups, options):
    tf = pytest.importorskip("tensorflow")
    maps = tf.constant(noise(2, 9, 8, 4))
    theirs = keras.layers.Conv2D(8, 3, groups=groups, **options)
    ours = GroupedConv2D(8, 3, groups=groups, **options)
    results = []
    for layer in (theirs, ours):
        layer.build(maps.shape)
        layer.set_weights([noise(*weight.shape) for weight in layer.weights])
        with tf.GradientTape() as tape:
            tape.watch(maps)
            outputs = layer(maps)
            loss = tf.reduce_sum(tf.sin(outputs))
        gradients = tape.gradient(loss, [maps, *layer.trainable_variables])
        results.append([outputs, *gradients])
        assert layer.compute_output_shape(maps.shape) == outputs.shape
    for expected, found in zip(*results, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_anatomy_of_a_grouped_convolution_is_that_of_keras_own():
    image = keras.Input((20, 17, 4))
    options = {"groups": 2, "padding": "same", "name": "conv"}
    models = [
        keras.Model(image, kind(6, (5, 3), **options)(image))
        for kind in (keras.layers.Conv2D, GroupedConv2D)
    ]
    theirs, ours = map(anatomy.receptive_field, models, ("conv", "conv"))
    assert ours == theirs == ((5, 3), (1, 1), (-2, -1))
    assert anatomy.count_macs(models[0]) == anatomy.count_macs(models[1]) == 340 * 15 * 2 * 6


def test_the_towers_train():
    model = small()
    model.compile("sgd", "sparse_categorical_crossentropy")
    before = model.get_layer("conv2").get_weights()
    model.fit(noise(8, 67, 67, 3), np.arange(8) % 5, batch_size=4, epochs=2, verbose=0)
    for old, new in zip(before, model.get_layer("conv2").get_weights(), strict=True):
        assert np.isfinite(new).all()
        assert (old != new).any()


def test_saved_and_loaded_it_gives_equal_outputs(tmp_path):
    model = small()
    images = noise(2, 67, 67, 3)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert isinstance(again.get_layer("conv2"), GroupedConv2D)  # Keras's own trains far slower
    np.testing.assert_array_equal(again(images), model(images))


# ---------------------------------------------------------------------------------- arguments


@pytest.mark.parametrize("groups", [1, 2])
def test_small_odd_and_narrow(groups):
    for shape in ((39, 39, 1), (40, 57, 3), (43, 39, 2)):
        for width in (0.1, 0.33, 0.001):
            model = anatomy.blueprint(alexnet, groups, shape, classes=7, width=width)
            assert model.output_shape == (None, 7)
            for name in WITH_WEIGHTS[:5]:
                assert model.get_layer(name).filters % groups == 0
    for shape in ((38, 39, 3), (39, 38, 3)):
        with pytest.raises(ValueError, match=r"the smallest is \(39, 39, 3\)"):
            alexnet(groups, shape)


def test_with_one_pixel_less_nothing_would_be_left(monkeypatch):
    monkeypatch.setattr(module, "SMALLEST", 1)
    anatomy.blueprint(alexnet, input_shape=(39, 39, 3))
    with pytest.raises(ValueError):
        anatomy.blueprint(alexnet, input_shape=(38, 39, 3))


def test_width_scales_every_hidden_layer():
    for groups in (1, 2):
        model = anatomy.blueprint(alexnet, groups, width=0.25)
        outputs = [row.output_shape[-1] for row in anatomy.layer_table(model) if row.parameters]
        assert outputs == [24, 64, 96, 96, 64, 1024, 1024, 1000]


def test_activation_and_initializer_are_those_of_the_hidden_layers():
    model = small(activation="tanh", initializer="zeros")
    for name in WITH_WEIGHTS[:-1]:
        assert model.get_layer(name).activation is keras.activations.tanh
        assert not model.get_layer(name).get_weights()[0].any()
    assert model.get_layer("logits").activation is keras.activations.linear
    assert model.get_layer("logits").get_weights()[0].any()


def test_the_first_weights_keep_the_size_of_the_signal():
    model = small(width=0.25)
    for name in WITH_WEIGHTS[1:-1]:
        kernel, bias = model.get_layer(name).get_weights()
        assert kernel.std() == pytest.approx(np.sqrt(2 / np.prod(kernel.shape[:-1])), rel=0.05)
        assert not bias.any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"groups": 3}, r"^groups must be one of 1, 2, got 3$"),
        ({"classes": 0}, r"^classes must be"),
        ({"width": -1}, r"^width must be"),
        ({"input_shape": (227, 227)}, r"^input_shape must be"),
    ],
)
def test_bad_arguments_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        alexnet(**options)
