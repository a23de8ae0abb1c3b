import numpy as np
import pytest
from oracles import ceil_mode_pool, check_logits, dense_end, noise, normalize_responses

from lecture_utils import anatomy
from lecture_utils.backend import keras
from lecture_utils.convolution import conv2d
from lecture_utils.models.alexnet import GroupedConv2D, alexnet


@pytest.mark.parametrize(("groups", "parameters"), [(2, 60_965_224), (1, 62_378_344)])
def test_the_layers_and_parameters_are_the_papers(groups, parameters):
    model = anatomy.blueprint(alexnet, groups)
    assert (model.name, model.count_params()) == ("alexnet", parameters)
    assert any(isinstance(layer, GroupedConv2D) for layer in model.layers) == (groups == 2)
    assert [(row.name, row.output_shape[1:]) for row in anatomy.layer_table(model)] == [
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


def test_kernels_and_neurons_of_the_towers_are_the_papers():
    model = anatomy.blueprint(alexnet)
    learned = [layer for layer in model.layers if layer.weights]
    assert [tuple(layer.kernel.shape) for layer in learned] == [
        (11, 11, 3, 96), (5, 5, 48, 256), (3, 3, 256, 384), (3, 3, 192, 384), (3, 3, 192, 256),
        (9216, 4096), (4096, 4096), (4096, 1000),
    ]  # fmt: skip
    neurons = [int(np.prod(layer.output.shape[1:])) for layer in learned]
    assert neurons == [290_400, 186_624, 64_896, 64_896, 43_264, 4096, 4096, 1000]
    assert sum(neurons) == 659_272


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


def by_hand(weights, images, groups):
    """Compute the logits in NumPy, layer after layer as the paper's section 3.5 has them."""

    def convolve(x, layer, groups=1, **options):
        kernel, bias = weights[layer]
        maps, kernels = np.split(x, groups, axis=-1), np.split(kernel, groups, axis=-1)
        towers = [conv2d(m, k, **options) for m, k in zip(maps, kernels, strict=True)]
        return np.maximum(np.concatenate(towers, axis=-1) + bias, 0)

    x = convolve(images, "conv1", stride=4)
    x = ceil_mode_pool(normalize_responses(x))
    x = convolve(x, "conv2", groups, padding=2)
    x = ceil_mode_pool(normalize_responses(x))
    x = convolve(x, "conv3", padding=1)
    x = convolve(x, "conv4", groups, padding=1)
    x = convolve(x, "conv5", groups, padding=1)
    return dense_end(ceil_mode_pool(x), weights)


@pytest.mark.parametrize(
    ("groups", "shape"), [(2, (67, 67, 3)), (2, (86, 71, 1)), (1, (72, 72, 3))]
)
def test_outputs_are_the_papers_formulas(groups, shape):
    model = alexnet(groups, shape, classes=5, width=0.1)
    images = noise(2, *shape, scale=30)  # large, so that normalization has something to do
    check_logits(model, images, by_hand, groups)


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
    maps = noise(2, 9, 8, 4)
    results, image = [], keras.Input((9, 8, 4))
    for kind in (keras.layers.Conv2D, GroupedConv2D):
        layer = kind(8, 3, groups=groups, name="conv", **options)
        model = keras.Model(image, layer(image))
        layer.set_weights([noise(*weight.shape) for weight in layer.weights])
        field = anatomy.receptive_field(model, "conv")
        results.append([layer(maps), *field, anatomy.count_macs(model)])
    for expected, found in zip(*results, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_however_narrow_a_tower_has_whole_maps():
    model = anatomy.blueprint(alexnet, groups=2, width=0.33)
    convolutions = [layer for layer in model.layers if layer.name.startswith("conv")]
    assert {layer.filters % 2 for layer in convolutions} == {0}
