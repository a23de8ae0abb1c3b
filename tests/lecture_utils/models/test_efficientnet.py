import io
import math

import numpy as np
import pytest

from lecture_utils import datasets
from lecture_utils.anatomy import blueprint, count_macs, layer_table
from lecture_utils.backend import keras
from lecture_utils.models.efficientnet import efficientnet_lite0, inverted_residual_block


@pytest.fixture(scope="module")
def published():
    """The file's arrays by name."""
    with np.load(io.BytesIO(datasets.pretrained_file("efficientnet_lite0.npz"))) as arrays:
        return {name: arrays[name].astype("float32") for name in arrays.files}


@pytest.fixture(scope="module")
def plan():
    return blueprint(efficientnet_lite0, weights=None)


# What the authors' test of their own implementation expects of this graph, in trainable weights.
TRAINABLE = 4_652_008


def test_parameters_are_the_published_ones(plan, published):
    sizes = [math.prod(weight.shape) for weight in plan.trainable_weights]
    assert sum(sizes) == TRAINABLE
    assert plan.count_params() == 4_694_024 == sum(map(np.size, published.values()))


# Table 1 of the paper for EfficientNet-B0: kernel, expansion, resolution, channels and layers of
# each stage. The resolution is that of the stage's input.
TABLE_1 = [
    (3, 1, 112, 16, 1),
    (3, 6, 112, 24, 2),
    (5, 6, 56, 40, 2),
    (3, 6, 28, 80, 3),
    (5, 6, 14, 112, 3),
    (5, 6, 14, 192, 4),
    (3, 6, 7, 320, 1),
]


def test_each_stage_has_the_papers_resolution_and_channels(plan):
    rows = {row.name: row.output_shape for row in layer_table(plan)}
    assert rows["stem_relu"] == (None, 112, 112, 32)
    resolutions = [row[2] for row in TABLE_1[1:]] + [7]
    block = 0
    for (_, _, _, channels, blocks), resolution in zip(TABLE_1, resolutions, strict=True):
        for _ in range(blocks):
            block += 1
            assert rows[f"block{block:02}_project_bn"] == (None, resolution, resolution, channels)
    assert f"block{block + 1:02}_project_bn" not in rows
    assert rows["head_relu"] == (None, 7, 7, 1280)
    assert rows["pool"] == (None, 1280)
    assert rows["logits"] == rows["probabilities"] == (None, 1000)


def test_multiply_accumulates_are_those_of_the_papers_table(plan):
    macs, before = 112**2 * 3**2 * 3 * 32, 32
    resolutions = [row[2] for row in TABLE_1] + [7]
    for stage, (kernel, expansion, resolution, channels, blocks) in enumerate(TABLE_1):
        for _ in range(blocks):
            inside, after = before * expansion, resolutions[stage + 1]
            macs += resolution**2 * before * inside if expansion > 1 else 0
            macs += after**2 * inside * (kernel**2 + channels)
            before, resolution = channels, after
    macs += 7**2 * 320 * 1280 + 1280 * 1000
    assert count_macs(plan) == macs
    # 0.385 billion, as reimplementations count; the authors' 407 million has in it the
    # normalizations and activations of 6.7 million values, three operations each.
    assert round(macs / 1e9, 3) == 0.385
    assert macs + 3 * 6.74e6 == pytest.approx(407e6, rel=0.01)


def windows(x, kernel, stride):
    """Yield the pixels under each cell of the kernel; padding is TensorFlow's "same"."""
    sides = x.shape[1:3]
    sizes = [-(-side // stride) for side in sides]
    need = [max((size - 1) * stride + kernel - side, 0) for size, side in zip(sizes, sides)]
    border = [(missing // 2, missing - missing // 2) for missing in need]
    x = np.pad(x, [(0, 0), *border, (0, 0)])
    ends = [(size - 1) * stride + 1 for size in sizes]
    for row, column in np.ndindex(kernel, kernel):
        cell = x[:, row : row + ends[0], column : column + ends[1]]
        yield row, column, cell[:, ::stride, ::stride]


def numpy_network(published, images):
    """The network written flat, from the published arrays and NumPy alone."""

    def convolve(x, name, stride=1):
        kernel = published[f"{name}_conv/kernel"]
        return sum(cell @ kernel[i, j] for i, j, cell in windows(x, len(kernel), stride))

    def depthwise(x, name, stride):
        kernel = published[f"{name}_conv/kernel"]
        return sum(cell * kernel[i, j, :, 0] for i, j, cell in windows(x, len(kernel), stride))

    def normalize(x, name):
        gamma, beta, mean, variance = (
            published[f"{name}_bn/{part}"]
            for part in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        return (x - mean) / np.sqrt(variance + 0.001) * gamma + beta

    def relu6(x):
        return np.clip(x, 0, 6)

    strides = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1]
    added = {3, 5, 7, 8, 10, 11, 13, 14, 15}
    x = relu6(normalize(convolve(images, "stem", 2), "stem"))
    for number, stride in enumerate(strides, start=1):
        name, before = f"block{number:02}", x
        if number > 1:
            x = relu6(normalize(convolve(x, f"{name}_expand"), f"{name}_expand"))
        x = relu6(normalize(depthwise(x, f"{name}_depthwise", stride), f"{name}_depthwise"))
        x = normalize(convolve(x, f"{name}_project"), f"{name}_project")
        if number in added:
            x = before + x
    x = relu6(normalize(convolve(x, "head"), "head")).mean((1, 2))
    return x @ published["logits/kernel"] + published["logits/bias"]


@pytest.mark.parametrize("size", [(64, 64), (45, 70), (1, 33)])
def test_logits_are_those_of_the_network_in_numpy(published, size):
    model = efficientnet_lite0(input_shape=(*size, 3))
    images = np.random.default_rng(0).uniform(-1, 1, (2, *size, 3)).astype("float32")
    logits = keras.Model(model.input, model.get_layer("logits").output)
    expected = numpy_network(published, images)
    assert expected.std() > 0.5
    np.testing.assert_allclose(logits.predict(images, verbose=0), expected, atol=1e-4)


def test_weights_none_are_random_and_of_the_published_spread():
    keras.utils.set_random_seed(0)
    model = efficientnet_lite0(weights=None, input_shape=(32, 32, 3))
    spreads = {
        "stem_conv": math.sqrt(2 / (9 * 32)),
        "block06_depthwise_conv": math.sqrt(2 / 9),
        "block06_project_conv": math.sqrt(2 / 80),
        "head_conv": math.sqrt(2 / 1280),
    }
    for name, spread in spreads.items():
        assert np.std(model.get_layer(name).kernel) == pytest.approx(spread, rel=0.1)


@pytest.mark.parametrize("size", [(1, 1), (33, 18), (224, 320)])
@pytest.mark.parametrize("width", [0.1, 0.33, 1.5])
def test_sizes_and_widths(size, width):
    model = blueprint(
        efficientnet_lite0, weights=None, input_shape=(*size, 1), classes=7, width=width
    )
    assert model.output_shape == (None, 7)
    head = model.get_layer("head_relu").output.shape
    assert head == (None, *(math.ceil(side / 32) for side in size), round(1280 * width))


@pytest.mark.parametrize("other", [{"classes": 10}, {"width": 0.5}, {"input_shape": (32, 32, 1)}])
def test_trained_weights_fit_the_published_network_alone(other):
    with pytest.raises(ValueError, match=r"^weights must be None unless classes=1000, width=1\.0"):
        efficientnet_lite0(**other)


def test_damaged_weights_are_named_and_missing_ones_have_a_place(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"efficientnet_lite0\.npz is missing: copy it"):
        efficientnet_lite0()
    (tmp_path / "pretrained").mkdir()
    (tmp_path / "pretrained" / "efficientnet_lite0.npz").write_bytes(b"half a file")
    with pytest.raises(ValueError, match=r"efficientnet_lite0\.npz is damaged.*get it anew"):
        efficientnet_lite0()


@pytest.mark.parametrize(
    ("options", "shape", "added"),
    [
        ({"channels": 8}, (7, 9, 8), True),
        ({"channels": 5}, (7, 9, 5), False),
        ({"channels": 8, "stride": 2, "kernel": 5}, (4, 5, 8), False),
        ({"channels": 8, "expansion": 1}, (7, 9, 8), True),
    ],
)
def test_block(options, shape, added):
    maps = keras.Input((7, 9, 8))
    block = keras.Model(maps, inverted_residual_block(maps, **options))
    assert block.output_shape == (None, *shape)
    names = [layer.name for layer in block.layers]
    assert ("block_add" in names) == added
    assert ("block_expand_conv" in names) == (options.get("expansion") != 1)
    inside = block.get_layer("block_depthwise_conv").output.shape[-1]
    assert inside == 8 * options.get("expansion", 6)
