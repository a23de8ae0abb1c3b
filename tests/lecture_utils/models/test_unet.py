import re

import numpy as np
import pytest
from oracles import noise, randomize, weights_of
from small_models import keeps_pixels

from lecture_utils import anatomy
from lecture_utils.backend import keras
from lecture_utils.convolution import conv2d, max_pool2d
from lecture_utils.models import unet

# Figure 1: what is written at each box, from left to right. Name, pixels a side, channels.
FIGURE_1 = [
    ("down1_conv1", 570, 64), ("down1_conv2", 568, 64), ("down1_pool", 284, 64),
    ("down2_conv1", 282, 128), ("down2_conv2", 280, 128), ("down2_pool", 140, 128),
    ("down3_conv1", 138, 256), ("down3_conv2", 136, 256), ("down3_pool", 68, 256),
    ("down4_conv1", 66, 512), ("down4_conv2", 64, 512), ("down4_pool", 32, 512),
    ("bottom_conv1", 30, 1024), ("bottom_conv2", 28, 1024),
    ("up4_upconv", 56, 512), ("up4_crop", 56, 512), ("up4_concat", 56, 1024),
    ("up4_conv1", 54, 512), ("up4_conv2", 52, 512),
    ("up3_upconv", 104, 256), ("up3_crop", 104, 256), ("up3_concat", 104, 512),
    ("up3_conv1", 102, 256), ("up3_conv2", 100, 256),
    ("up2_upconv", 200, 128), ("up2_crop", 200, 128), ("up2_concat", 200, 256),
    ("up2_conv1", 198, 128), ("up2_conv2", 196, 128),
    ("up1_upconv", 392, 64), ("up1_crop", 392, 64), ("up1_concat", 392, 128),
    ("up1_conv1", 390, 64), ("up1_conv2", 388, 64),
    ("logits", 388, 2), ("probabilities", 388, 2),
]  # fmt: skip


@pytest.fixture(scope="module")
def paper():
    return anatomy.blueprint(unet)


@pytest.mark.parametrize("width", [1.0, 0.33, 0.001])
def test_sizes_as_in_figure_1(width):
    model = anatomy.blueprint(unet, width=width)
    rows = {row.name: row.output_shape[1:] for row in anatomy.layer_table(model)}
    for name, pixels, channels in FIGURE_1[:14] if width < 1 else FIGURE_1:
        assert rows[name] == (pixels, pixels, max(1, round(channels * width))), name
    assert rows["probabilities"] == (388, 388, 2)
    rest = rows.keys() - {name for name, _, _ in FIGURE_1}
    assert rest == {"image", "down4_dropout", "bottom_dropout"}


@pytest.mark.parametrize(
    ("builder", "parameters"),
    [
        (lambda: unet(), 31_030_658),
        (lambda: unet("same"), 31_030_658),
        (lambda: unet(input_shape=(572, 572, 3)), 31_031_810),
        (lambda: unet("same", input_shape=(256, 256, 3), classes=1), 31_031_745),
    ],
)
def test_parameters_as_published(builder, parameters):
    assert anatomy.blueprint(builder).count_params() == parameters


def test_multiply_accumulates_from_the_figure(paper):
    total, channels = 0, {"image": 1}
    before = "image"
    for name, pixels, maps in FIGURE_1:
        channels[name] = maps
        if "_conv" in name:
            total += pixels**2 * 9 * channels[before] * maps
        if "upconv" in name:
            total += (pixels // 2) ** 2 * 4 * channels[before] * maps
        if name == "logits":
            total += pixels**2 * channels[before] * maps
        if "crop" not in name:
            before = name
    assert anatomy.count_macs(paper) == total


def test_dropout_ends_the_contracting_path(paper):
    dropouts = [layer for layer in paper.layers if isinstance(layer, keras.layers.Dropout)]
    assert [(layer.name, layer.rate) for layer in dropouts] == [
        ("down4_dropout", 0.5),
        ("bottom_dropout", 0.5),
    ]
    read = {layer.name: keras.tree.flatten(layer.input) for layer in paper.layers}
    for reader, source in [
        ("down4_pool", "down4_dropout"),
        ("up4_crop", "down4_dropout"),
        ("up4_upconv", "bottom_dropout"),
    ]:
        assert read[reader][0]._keras_history.operation.name == source


def test_first_weights_have_the_variance_of_the_paper():
    model = unet("same", input_shape=(32, 32, 1), width=0.25)
    for name, maps in [("down3_conv2", 64), ("bottom_conv1", 128), ("up3_conv1", 128)]:
        kernel = model.get_layer(name).kernel.numpy()
        assert kernel.std() == pytest.approx(np.sqrt(2 / (9 * maps)), rel=0.03)


def up_convolution(x, kernel, bias):
    """Every pixel becomes 2x2 pixels; the kernel is (2, 2, out, in)."""
    n, h, w, _ = x.shape
    return np.einsum("nhwi,aboi->nhawbo", x, kernel).reshape(n, 2 * h, 2 * w, -1) + bias


def middle(x, like):
    rows, columns = (x.shape[axis] - like.shape[axis] for axis in (1, 2))
    return x[:, rows // 2 : x.shape[1] - rows // 2, columns // 2 : x.shape[2] - columns // 2]


@pytest.mark.parametrize(("padding", "shape"), [("valid", (44, 48, 2)), ("same", (12, 16, 2))])
def test_against_numpy(padding, shape):
    model = randomize(unet(padding, input_shape=shape, width=0.05, depth=2, classes=3))
    weights, images = weights_of(model), noise(2, *shape)

    def convolutions(x, level):
        for number in (1, 2):
            kernel, bias = weights[f"{level}_conv{number}"]
            x = np.maximum(conv2d(x, kernel, padding=padding) + bias, 0)
        return x

    first = convolutions(images, "down1")
    second = convolutions(max_pool2d(first), "down2")
    x = convolutions(max_pool2d(second), "bottom")
    for skip, level in [(second, "up2"), (first, "up1")]:
        x = up_convolution(x, *weights[f"{level}_upconv"])
        x = convolutions(np.concatenate([middle(skip, x), x], axis=-1), level)
    kernel, bias = weights["logits"]
    logits = x @ kernel[0, 0] + bias
    expected = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(model(images), expected, atol=1e-4)


@pytest.mark.parametrize(("depth", "shape"), [(1, (22, 18, 1)), (2, (48, 44, 1))])
def test_what_an_output_pixel_sees(depth, shape):
    """With positive weights a line of light that an output sees can only make it brighter."""
    model = unet(input_shape=shape, width=0.02, depth=depth, classes=1)
    for weight in model.weights:
        weight.assign(np.full(weight.shape, 0.1))
    logits = keras.Model(model.input, model.get_layer("logits").output)
    lines = np.zeros((shape[0] + 1, *shape), dtype="float32")
    lines[np.arange(shape[0]), np.arange(shape[0])] = 1  # the last picture stays dark
    brighter = logits.predict(lines, verbose=0)
    for position in range(logits.output_shape[1]):
        seen = np.flatnonzero(brighter[:-1, position, 0, 0] > brighter[-1, position, 0, 0])
        field = anatomy.receptive_field(model, "logits", position=(position, 0))
        assert (seen[0], len(seen)) == (field.start[0], field.size[0])


@pytest.mark.parametrize(
    ("padding", "depth", "good", "sides"),
    [
        ("valid", 1, 18, range(1, 24)),
        ("valid", 2, 44, range(42, 50)),
        ("valid", 4, 188, [*range(186, 190), *range(203, 206), 571, 572]),
        ("same", 1, 2, range(1, 10)),
        ("same", 2, 4, range(1, 10)),
        ("same", 4, 16, [*range(14, 18), *range(30, 34)]),
    ],
)
def test_sides_are_refused_that_do_not_work(padding, depth, good, sides, monkeypatch):
    def builds(shape):
        options = {"input_shape": shape, "width": 0.001, "depth": depth}
        return keeps_pixels(lambda: anatomy.blueprint(unet, padding, **options))

    for shape in [(good - 1, good, 3), (good, good - 1, 3)]:
        with pytest.raises(ValueError, match=rf"the smallest is \({good}, {good}, 3\)"):
            unet(padding, shape, depth=depth)
    shapes = [(side, good, 1) for side in sides] + [(good, side, 1) for side in sides]
    accepted = [builds(shape) for shape in shapes]
    # Without the checks a map vanishes, or two that are joined do not fit.
    monkeypatch.setitem(unet.__globals__, "_smallest", lambda padding, depth: 1)
    monkeypatch.setitem(unet.__globals__, "_check_sides", lambda *arguments: None)
    assert accepted == [builds(shape) for shape in shapes]
    assert 0 < sum(accepted) < len(accepted)


@pytest.mark.parametrize(
    ("padding", "shape", "message"),
    [
        ("valid", (570, 572, 1), r"height 570 \(use 556 or 572\)\.$"),
        ("valid", (256, 257, 1), r"height 256 \(use 252 or 268\) and width 257 \(use 252 or 268\)"),
        ("same", (16, 17, 1), r"width 17 \(use 16 or 32\)\.$"),
    ],
)
def test_the_nearest_sides_are_named(padding, shape, message):
    with pytest.raises(ValueError, match=message) as error:
        unet(padding, input_shape=shape)
    assert f"got {shape}" in str(error.value)
    for side in map(int, re.findall(r"(?:use|or) (\d+)", str(error.value))):
        anatomy.blueprint(unet, padding, input_shape=(side, side, 1), width=0.01)
