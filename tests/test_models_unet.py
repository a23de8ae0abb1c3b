import re

import numpy as np
import pytest

from lecture_utils import anatomy
from lecture_utils.backend import keras
from lecture_utils.convolution import conv2d, max_pool2d
from lecture_utils.models import unet, unet_down, unet_up

# Figure 1: what is written at each box, from left to right. Kind, pixels a side, channels.
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


def table_of(model):
    return {row.name: row for row in anatomy.layer_table(model)}


def randomized(model, seed=0):
    """Give every weight a random value, biases too, that keeps the maps in range."""
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        fan_in = np.prod(weight.shape[:-1]) if len(weight.shape) > 1 else 10
        weight.assign(rng.normal(0, np.sqrt(2 / fan_in), weight.shape))
    return model


# ---------------------------------------------------------------------------- as published


def test_sizes_as_in_figure_1(paper):
    rows = table_of(paper)
    assert paper.name == "unet"
    for name, pixels, channels in FIGURE_1:
        assert rows[name].output_shape == (None, pixels, pixels, channels), name
    rest = rows.keys() - {name for name, _, _ in FIGURE_1}
    assert rest == {"image", "down4_dropout", "bottom_dropout"}


@pytest.mark.parametrize(
    ("builder", "parameters"),
    [
        (lambda: unet(), 31_030_658),
        (lambda: unet("same"), 31_030_658),
        (lambda: unet("same", input_shape=(256, 256, 1)), 31_030_658),
        (lambda: unet(input_shape=(572, 572, 3)), 31_031_810),
        (lambda: unet("same", input_shape=(256, 256, 3), classes=1), 31_031_745),
    ],
)
def test_parameters_as_published(builder, parameters):
    assert anatomy.blueprint(builder).count_params() == parameters


def test_it_has_23_convolutions(paper):
    kinds = [row.kind for row in anatomy.layer_table(paper)]
    assert kinds.count("Conv2D") == 18 + 1
    assert kinds.count("Conv2DTranspose") == 4


def test_what_is_cropped(paper):
    crops = {level: paper.get_layer(f"up{level}_crop").cropping for level in (4, 3, 2, 1)}
    assert crops == {
        4: ((4, 4), (4, 4)), 3: ((16, 16), (16, 16)), 2: ((40, 40), (40, 40)),
        1: ((88, 88), (88, 88)),
    }  # fmt: skip


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
    for name, inputs in [
        ("down3_conv2", 9 * 64),
        ("bottom_conv1", 9 * 128),
        ("up3_conv1", 9 * 128),
    ]:
        kernel = model.get_layer(name).kernel.numpy()
        assert kernel.std() == pytest.approx(np.sqrt(2 / inputs), rel=0.03)


# ------------------------------------------------------------------------ against others


def up_convolution(x, kernel, bias):
    """Every pixel becomes 2x2 pixels; the kernel is (2, 2, out, in)."""
    n, h, w, _ = x.shape
    return np.einsum("nhwi,aboi->nhawbo", x, kernel).reshape(n, 2 * h, 2 * w, -1) + bias


def middle(x, like):
    rows, columns = (x.shape[axis] - like.shape[axis] for axis in (1, 2))
    return x[:, rows // 2 : x.shape[1] - rows // 2, columns // 2 : x.shape[2] - columns // 2]


@pytest.mark.parametrize(("padding", "shape"), [("valid", (44, 48, 2)), ("same", (12, 16, 2))])
def test_against_numpy(padding, shape):
    model = randomized(unet(padding, input_shape=shape, width=0.05, depth=2, classes=3))
    weights = {layer.name: layer.get_weights() for layer in model.layers}
    images = np.random.default_rng(1).normal(size=(2, *shape)).astype("float32")

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
    np.testing.assert_allclose(model.predict(images, verbose=0), expected, atol=1e-4)


@pytest.mark.parametrize(
    ("depth", "small", "offset", "large"),
    # All poolings must fall on the same pixels: an offset of 2 pixels and multiples of 16.
    [(4, 188, 2, 192), (4, 188, 18, 208), (2, 44, 2, 48)],
)
def test_both_paddings_agree_where_no_padding_is_seen(depth, small, offset, large):
    cut = randomized(unet(input_shape=(small, small, 1), width=0.03, depth=depth))
    whole = unet("same", input_shape=(large, large, 1), width=0.03, depth=depth)
    whole.set_weights(cut.get_weights())
    image = np.random.default_rng(2).normal(size=(1, large, large, 1)).astype("float32")
    inside = slice(offset, offset + small)
    valid = cut.predict(image[:, inside, inside], verbose=0)
    border = (small - valid.shape[1]) // 2
    inside = slice(offset + border, offset + border + valid.shape[1])
    same = whole.predict(image, verbose=0)
    assert valid.std() > 0.01
    np.testing.assert_allclose(valid, same[:, inside, inside], atol=1e-5)


def window(position, depth):
    """Walk back from one output pixel of the unpadded network, along one axis."""
    side = smallest_by_trial(depth) + 2**depth
    skips = []  # pixels that each level has to hand over
    for _ in range(depth):
        skips.append(side - 4)
        side = (side - 4) // 2
    ups = []  # pixels of each map behind an up-convolution, the deepest first
    side -= 4
    for _ in range(depth):
        ups.append(2 * side)
        side = 2 * side - 4
    low = high = position
    seen = []
    for skip, up in zip(skips, reversed(ups), strict=True):
        high += 4  # two convolutions
        crop = (skip - up) // 2
        seen.append((low + crop, high + crop))
        low, high = low // 2, high // 2
    high += 4
    for first, last in reversed(seen):
        low, high = min(2 * low, first), max(2 * high + 1, last) + 4
    return low, high


def smallest_by_trial(depth):
    for side in range(1, 1000):
        size, fits = side, True
        for _ in range(depth):
            size -= 4
            fits, size = fits and size > 0 and size % 2 == 0, size // 2
        size -= 4
        fits = fits and size > 0
        for _ in range(depth):
            size = 2 * size - 4
            fits = fits and size > 0
        if fits:
            return side
    raise AssertionError


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_what_an_output_pixel_sees(depth):
    side = smallest_by_trial(depth) + 2**depth
    model = anatomy.blueprint(unet, input_shape=(side, side, 1), width=0.02, depth=depth)
    pixels = model.output_shape[1]
    spans = [window(position, depth) for position in range(pixels)]
    for position in range(0, pixels, 3):
        field = anatomy.receptive_field(model, "probabilities", position)
        low, high = spans[position]
        assert (field.start[0], field.size[0]) == (low, high - low + 1)
    largest = max(high - low + 1 for low, high in spans)
    field = anatomy.receptive_field(model, "probabilities")
    assert (field.size, field.jump) == ((largest, largest), (1, 1))
    assert spans[0][0] == 0
    assert spans[-1][1] == side - 1


def test_what_an_output_pixel_sees_by_trial():
    """With positive weights a line of light that an output sees can only make it brighter."""
    model = unet(input_shape=(48, 44, 1), width=0.02, depth=2, classes=1)
    for weight in model.weights:
        weight.assign(np.full(weight.shape, 0.1))
    logits = keras.Model(model.input, model.get_layer("logits").output)
    lines = np.zeros((49, 48, 44, 1), dtype="float32")
    lines[np.arange(48), np.arange(48)] = 1  # the last picture stays dark
    brighter = logits.predict(lines, verbose=0)
    for position in range(logits.output_shape[1]):
        seen = np.flatnonzero(brighter[:-1, position, 0, 0] > brighter[-1, position, 0, 0])
        assert (seen[0], seen[-1]) == window(position, 2)


# ------------------------------------------------------------------------- sizes, arguments


@pytest.mark.parametrize(
    ("padding", "depth", "sides"),
    [
        ("valid", 1, range(1, 24)),
        ("valid", 2, range(42, 50)),
        ("valid", 4, [*range(186, 190), *range(203, 206), 571, 572]),
        ("same", 1, range(1, 10)),
        ("same", 2, range(1, 10)),
        ("same", 4, [*range(14, 18), *range(30, 34)]),
    ],
)
def test_sides_are_refused_that_do_not_work(padding, depth, sides, monkeypatch):
    def builds(shape):
        try:
            anatomy.blueprint(unet, padding, input_shape=shape, width=0.001, depth=depth)
        except ValueError:
            return False
        return True

    good = 12 * 2**depth + (0 if padding == "same" else smallest_by_trial(depth))
    shapes = [(side, good, 1) for side in sides] + [(good, side, 1) for side in sides]
    accepted = [builds(shape) for shape in shapes]
    # Without the checks Keras fails where a map vanishes or two that are joined do not fit.
    monkeypatch.setitem(unet.__globals__, "_smallest", lambda padding, depth: 1)
    monkeypatch.setitem(unet.__globals__, "_check_sides", lambda *arguments: None)
    assert accepted == [builds(shape) for shape in shapes]
    assert 0 < sum(accepted) < len(accepted)


@pytest.mark.parametrize(
    ("padding", "shape", "message"),
    [
        ("valid", (570, 572, 1), r"height 570 \(use 556 or 572\)$"),
        ("valid", (572, 600, 1), r"width 600 \(use 588 or 604\)$"),
        ("valid", (256, 257, 1), r"height 256 \(use 252 or 268\) or width 257 \(use 252 or 268\)$"),
        ("same", (572, 576, 1), r"height 572 \(use 560 or 576\)$"),
        ("same", (16, 17, 1), r"width 17 \(use 16 or 32\)$"),
    ],
)
def test_the_nearest_sides_are_named(padding, shape, message):
    with pytest.raises(ValueError, match=message) as error:
        unet(padding, input_shape=shape)
    assert str(shape) in str(error.value)
    for side in map(int, re.findall(r"(?:use|or) (\d+)", str(error.value))):
        anatomy.blueprint(unet, padding, input_shape=(side, side, 1), width=0.01)


@pytest.mark.parametrize(
    ("padding", "depth", "smallest", "pixels"),
    [
        ("valid", 1, 18, 2), ("valid", 2, 44, 4), ("valid", 4, 188, 4),
        ("same", 1, 2, 2), ("same", 4, 16, 16),
    ],
)  # fmt: skip
def test_the_smallest_input(padding, depth, smallest, pixels):
    options = {"padding": padding, "depth": depth, "width": 0.05}
    model = unet(input_shape=(smallest, smallest, 3), **options)
    output = model.predict(np.ones((2, smallest, smallest, 3)), verbose=0)
    assert output.shape == (2, pixels, pixels, 2)
    np.testing.assert_allclose(output.sum(axis=-1), 1, atol=1e-5)
    for shape in [(smallest - 1, smallest, 3), (smallest, smallest - 1, 3)]:
        with pytest.raises(ValueError, match=rf"smallest is \({smallest}, {smallest}, 3\)"):
            unet(input_shape=shape, **options)


@pytest.mark.parametrize("width", [0.001, 0.1, 0.33])
def test_widths(width):
    rows = table_of(anatomy.blueprint(unet, width=width))
    for name, pixels, channels in FIGURE_1[:14]:
        assert rows[name].output_shape[1:] == (pixels, pixels, max(1, round(channels * width)))
    assert rows["probabilities"].output_shape == (None, 388, 388, 2)


def test_not_square():
    model = unet(input_shape=(60, 44, 1), width=0.05, depth=2)
    assert model.predict(np.ones((1, 60, 44, 1)), verbose=0).shape == (1, 20, 4, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"padding": "full"}, "padding must be one of 'valid', 'same', got 'full'"),
        ({"depth": 0}, "depth must be a whole number above 0, got 0"),
        ({"depth": True}, "depth must be a whole number above 0, got True"),
        ({"depth": 2.0}, "depth must be a whole number above 0, got 2.0"),
        ({"classes": 0}, "classes must be"),
        ({"width": -1}, "width must be"),
        ({"input_shape": (572, 572)}, "input_shape must be"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        unet(**arguments)


# ------------------------------------------------------------------------------- in use


def test_it_learns_where_a_bright_square_is(tmp_path):
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(3)
    masks = np.zeros((8, 24, 24), dtype="uint8")
    for mask in masks:
        row, column = rng.integers(0, 12, 2)
        mask[row : row + 12, column : column + 12] = 1
    images = (masks[..., None] + rng.normal(0, 0.2, (8, 24, 24, 1))).astype("float32")
    model = unet("same", input_shape=(24, 24, 1), width=0.125, depth=2)
    model.compile(
        keras.optimizers.Adam(3e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    before = model.evaluate(images, masks, verbose=0)[0]
    start = [weight.numpy() for weight in model.weights]
    model.fit(images, masks, epochs=1, batch_size=8, verbose=0)
    for old, weight in zip(start, model.trainable_weights, strict=True):
        assert (old != weight.numpy()).any(), weight.path
    assert model.evaluate(images, masks, verbose=0)[0] < before
    model.fit(images, masks, epochs=20, batch_size=8, verbose=0)
    assert model.evaluate(images, masks, verbose=0)[1] > 0.95

    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        again.predict(images, verbose=0), model.predict(images, verbose=0)
    )


def test_each_axis_has_its_own_crop():
    x, skip = keras.Input((10, 10, 2)), keras.Input((28, 24, 2))
    model = keras.Model([x, skip], unet_up(x, skip, 4, "valid", "up"))
    assert model.get_layer("up_crop").cropping == ((4, 4), (2, 2))
    assert model.output_shape == (None, 16, 16, 4)


def test_blocks_alone():
    x = keras.Input((20, 24, 3))
    pooled, skip = unet_down(x, 8, "valid", "a")
    assert (pooled.shape, skip.shape) == ((None, 8, 10, 8), (None, 16, 20, 8))
    up = unet_up(pooled, skip, 4, "same", "b")
    assert up.shape == (None, 16, 20, 4)
    assert keras.Model(x, up).count_params() > 0
