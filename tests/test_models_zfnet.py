import importlib

import numpy as np
import pytest
from test_models_common import ceil_mode_pool, noise, normalize_responses

from lecture_utils import anatomy
from lecture_utils.backend import keras
from lecture_utils.convolution import conv2d
from lecture_utils.models.zfnet import zfnet

module = importlib.import_module("lecture_utils.models.zfnet")  # `models.zfnet` is the builder

WITH_WEIGHTS = ("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "logits")


def small(**options):
    return zfnet(**{"input_shape": (64, 64, 3), "classes": 5, "width": 0.1} | options)


# ------------------------------------------------------------------------------- as published


def test_parameters_as_published():
    model = anatomy.blueprint(zfnet)
    assert (model.name, model.input_shape) == ("zfnet", (None, 224, 224, 3))
    assert model.count_params() == 62_357_608


def test_the_layers_are_those_of_figure_3():
    rows = anatomy.layer_table(anatomy.blueprint(zfnet))
    assert [(row.name, row.output_shape[1:]) for row in rows] == [
        ("image", (224, 224, 3)), ("conv1_pad", (226, 226, 3)),
        ("conv1", (110, 110, 96)), ("pool1", (55, 55, 96)), ("norm1", (55, 55, 96)),
        ("conv2", (26, 26, 256)), ("pool2", (13, 13, 256)), ("norm2", (13, 13, 256)),
        ("conv3", (13, 13, 384)),
        ("conv4", (13, 13, 384)),
        ("conv5", (13, 13, 256)), ("pool5", (6, 6, 256)),
        ("flatten", (9216,)),
        ("fc6", (4096,)), ("fc6_dropout", (4096,)),
        ("fc7", (4096,)), ("fc7_dropout", (4096,)),
        ("logits", (1000,)), ("probabilities", (1000,)),
    ]  # fmt: skip


def test_kernels_have_the_papers_sizes():
    model = anatomy.blueprint(zfnet)
    assert [tuple(model.get_layer(name).kernel.shape) for name in WITH_WEIGHTS] == [
        (7, 7, 3, 96), (5, 5, 96, 256), (3, 3, 256, 384), (3, 3, 384, 384), (3, 3, 384, 256),
        (9216, 4096), (4096, 4096), (4096, 1000),
    ]  # fmt: skip


def test_multiply_accumulates():
    convolutions = (
        110 * 110 * 7 * 7 * 3 * 96
        + 26 * 26 * 5 * 5 * 96 * 256
        + 13 * 13 * 3 * 3 * (256 * 384 + 384 * 384 + 384 * 256)
    )
    dense = 6 * 6 * 256 * 4096 + 4096 * 4096 + 4096 * 1000
    assert anatomy.count_macs(anatomy.blueprint(zfnet)) == convolutions + dense


def test_receptive_fields():
    model = anatomy.blueprint(zfnet)
    windows = {
        "conv1": (7, 2), "pool1": (11, 4), "conv2": (27, 8), "pool2": (43, 16),
        "conv3": (75, 16), "conv4": (107, 16), "conv5": (139, 16), "pool5": (171, 32),
    }  # fmt: skip
    for name, (size, jump) in windows.items():
        field = anatomy.receptive_field(model, name)
        assert (field.size, field.jump) == ((size, size), (jump, jump))
    assert anatomy.receptive_field(model, "conv1").start == (-1, -1)  # one pixel of border


def test_normalization_and_dropout():
    model = anatomy.blueprint(zfnet)
    for name in ("norm1", "norm2"):
        layer = model.get_layer(name)
        assert (layer.k, layer.n, layer.alpha, layer.beta) == (2, 5, 1e-4, 0.75)
    assert model.get_layer("fc6_dropout").rate == model.get_layer("fc7_dropout").rate == 0.5


# ------------------------------------------------------------------------------------ outputs


def by_hand(weights, images):
    """Compute the logits in NumPy, layer after layer as the caption of figure 3 has them."""

    def convolve(x, layer, **options):
        return np.maximum(conv2d(x, *weights[layer], **options), 0)

    x = convolve(images, "conv1", stride=2, padding=1)
    x = normalize_responses(ceil_mode_pool(x))
    x = convolve(x, "conv2", stride=2)
    x = normalize_responses(ceil_mode_pool(x))
    x = convolve(x, "conv3", padding=1)
    x = convolve(x, "conv4", padding=1)
    x = convolve(x, "conv5", padding=1)
    x = ceil_mode_pool(x).reshape(len(x), -1)
    for layer in ("fc6", "fc7"):
        kernel, bias = weights[layer]
        x = np.maximum(x @ kernel + bias, 0)
    kernel, bias = weights["logits"]
    return x @ kernel + bias


@pytest.mark.parametrize("shape", [(64, 64, 3), (79, 62, 1), (96, 96, 3)])
def test_outputs_are_the_papers_formulas(shape):
    model = small(input_shape=shape)
    random = np.random.default_rng(1)
    for weight in model.trainable_variables:
        fan_in = np.prod(weight.shape[:-1]) if len(weight.shape) > 1 else 50
        weight.assign(random.normal(size=weight.shape, scale=np.sqrt(2 / fan_in)))
    images = noise(2, *shape, scale=30)  # large, so that normalization has something to do
    weights = {name: model.get_layer(name).get_weights() for name in WITH_WEIGHTS}
    expected = by_hand(weights, images)
    logits = keras.Model(model.input, model.get_layer("logits").output)(images)
    np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-4 * np.ptp(expected))


def test_saved_and_loaded_it_gives_equal_outputs(tmp_path):
    model = small()
    images = noise(2, 64, 64, 3)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(images), model(images))


# ---------------------------------------------------------------------------------- arguments


def test_small_odd_and_narrow():
    for shape in ((47, 47, 1), (48, 61, 3), (53, 47, 2)):
        for width in (0.1, 0.33, 0.001):
            model = anatomy.blueprint(zfnet, shape, classes=7, width=width)
            assert model.output_shape == (None, 7)
    for shape in ((46, 47, 3), (47, 46, 3)):
        with pytest.raises(ValueError, match=r"the smallest is \(47, 47, 3\)"):
            zfnet(shape)


def test_with_one_pixel_less_nothing_would_be_left(monkeypatch):
    monkeypatch.setattr(module, "SMALLEST", 1)
    anatomy.blueprint(zfnet, (47, 47, 3))
    with pytest.raises(ValueError):
        anatomy.blueprint(zfnet, (46, 47, 3))


def test_width_scales_every_hidden_layer():
    model = anatomy.blueprint(zfnet, width=0.25)
    outputs = [row.output_shape[-1] for row in anatomy.layer_table(model) if row.parameters]
    assert outputs == [24, 64, 96, 96, 64, 1024, 1024, 1000]


def test_the_initializer_is_that_of_the_hidden_layers():
    model = small(initializer="zeros")
    for name in WITH_WEIGHTS[:-1]:
        assert not model.get_layer(name).get_weights()[0].any()
    assert model.get_layer("logits").get_weights()[0].any()
    model = small(width=0.25)
    for name in WITH_WEIGHTS[1:-1]:
        kernel, bias = model.get_layer(name).get_weights()
        assert kernel.std() == pytest.approx(np.sqrt(2 / np.prod(kernel.shape[:-1])), rel=0.05)
        assert not bias.any()


@pytest.mark.parametrize(
    "options", [{"classes": 0}, {"width": -1}, {"input_shape": (224, 224)}], ids=str
)
def test_bad_arguments_are_named(options):
    with pytest.raises(ValueError, match=f"^{next(iter(options))} must be"):
        zfnet(**options)
