import numpy as np
import pytest
from oracles import ceil_mode_pool, check_logits, dense_end, noise, normalize_responses

from lecture_utils import anatomy
from lecture_utils.convolution import conv2d
from lecture_utils.models.zfnet import zfnet


def test_the_layers_and_parameters_are_those_of_figure_3():
    model = anatomy.blueprint(zfnet)
    assert (model.name, model.count_params()) == ("zfnet", 62_357_608)
    assert [(row.name, row.output_shape[1:]) for row in anatomy.layer_table(model)] == [
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
    assert [tuple(layer.kernel.shape) for layer in model.layers if layer.weights] == [
        (7, 7, 3, 96), (5, 5, 96, 256), (3, 3, 256, 384), (3, 3, 384, 384), (3, 3, 384, 256),
        (9216, 4096), (4096, 4096), (4096, 1000),
    ]  # fmt: skip


def test_multiply_accumulates_and_border():
    convolutions = (
        110 * 110 * 7 * 7 * 3 * 96
        + 26 * 26 * 5 * 5 * 96 * 256
        + 13 * 13 * 3 * 3 * (256 * 384 + 384 * 384 + 384 * 256)
    )
    dense = 6 * 6 * 256 * 4096 + 4096 * 4096 + 4096 * 1000
    assert anatomy.count_macs(anatomy.blueprint(zfnet)) == convolutions + dense
    field = anatomy.receptive_field(anatomy.blueprint(zfnet), "conv1")
    assert field.start == (-1, -1)  # one pixel of border


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
    return dense_end(ceil_mode_pool(x), weights)


@pytest.mark.parametrize("shape", [(64, 64, 3), (79, 62, 1), (96, 96, 3)])
def test_outputs_are_the_papers_formulas(shape):
    images = noise(2, *shape, scale=30)  # large, so that normalization has something to do
    check_logits(zfnet(shape, classes=5, width=0.1), images, by_hand)
