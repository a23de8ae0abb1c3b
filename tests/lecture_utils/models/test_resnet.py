import itertools
import math
import sys
from functools import cache, partial

import numpy as np
import pytest
from oracles import logits_of

from lecture_utils import anatomy, models
from lecture_utils.backend import keras
from lecture_utils.models import resnet

# Table 1 of the paper, conv2_x to conv5_x: kernel:channels of a block's convolutions, and how
# many blocks. Then billions of multiply-accumulates, as printed there.
BASIC = "3:64 3:64 x{}, 3:128 3:128 x{}, 3:256 3:256 x{}, 3:512 3:512 x{}"
BOTTLENECK = (
    "1:64 3:64 1:256 x{}, 1:128 3:128 1:512 x{}, 1:256 3:256 1:1024 x{}, 1:512 3:512 1:2048 x{}"
)
TABLE_1 = {
    18: (BASIC.format(2, 2, 2, 2), 1.8),
    34: (BASIC.format(3, 4, 6, 3), 3.6),
    50: (BOTTLENECK.format(3, 4, 6, 3), 3.8),
    101: (BOTTLENECK.format(3, 4, 23, 3), 7.6),
    152: (BOTTLENECK.format(3, 8, 36, 3), 11.3),
}


def stages_of(depth):
    """List kernel, channels, stride and output size of the convolutions of each stage."""
    for stage, entry in enumerate(TABLE_1[depth][0].split(", ")):
        *block, times = entry.split()
        rows = [tuple(map(int, text.split(":"))) for text in block] * int(times[1:])
        yield [
            (*row, 2 if stage and not number else 1, 56 >> stage) for number, row in enumerate(rows)
        ]


@cache
def blueprint(depth, **options):
    return anatomy.blueprint(getattr(models, f"resnet{depth}"), **options)


def cifar(depth, **options):
    return anatomy.blueprint(resnet.resnet_cifar, depth, **options)


def trainable(model):
    return sum(math.prod(weight.shape) for weight in model.trainable_weights)


# ----------------------------------------------------------------------------- what is published

THOUSAND = {"shortcut": "B", "preactivation": True, "bottleneck": True}  # of the second paper


@pytest.mark.parametrize(
    ("build", "depth", "options", "weights"),
    [
        (blueprint, 18, {}, 11_689_512),
        (blueprint, 18, {"shortcut": "A"}, 11_515_688),
        (partial(anatomy.blueprint, resnet.resnet), 18, {}, 11_689_512),
        (blueprint, 34, {}, 21_797_672),
        (blueprint, 34, {"shortcut": "A"}, 21_623_848),
        (blueprint, 50, {}, 25_557_032),
        (blueprint, 101, {}, 44_549_160),
        (blueprint, 152, {}, 60_192_808),
        (cifar, 20, {}, 269_722),
        (cifar, 20, {"shortcut": "B"}, 272_474),
        (cifar, 32, {}, 464_154),
        (cifar, 44, {}, 658_586),
        (cifar, 56, {}, 853_018),
        (cifar, 110, {}, 1_727_962),
        (cifar, 110, {"shortcut": "B"}, 1_730_714),
        (cifar, 164, THOUSAND, 1_703_258),
        pytest.param(cifar, 1001, THOUSAND, 10_327_706, marks=pytest.mark.slow),
        pytest.param(cifar, 1202, {}, 19_421_274, marks=pytest.mark.slow),
    ],
)
def test_parameters_as_published(build, depth, options, weights):
    model = build(depth, **options)
    assert trainable(model) == weights
    normalized = [layer for layer in model.layers if "BatchNormalization" in type(layer).__name__]
    statistics = 2 * sum(layer.gamma.shape[0] for layer in normalized)
    assert model.count_params() == weights + statistics


def main_path(model):
    """Kernel, channels, stride and output size of each convolution but the shortcuts'."""
    for row in anatomy.layer_table(model):
        if row.kind == "Conv2D" and "shortcut" not in row.name:
            layer = model.get_layer(row.name)
            assert len({*layer.kernel_size}) == len({*layer.strides}) == 1
            yield layer.kernel_size[0], layer.filters, layer.strides[0], row.output_shape[1]


@pytest.mark.parametrize(
    ("depth", "options"),
    [
        *((depth, {}) for depth in TABLE_1),
        *((depth, {"residual": False}) for depth in (18, 50)),
        *((depth, {"preactivation": True}) for depth in (18, 50)),
    ],
)
def test_convolutions_are_those_of_table_1(depth, options):
    expected = [(7, 64, 2, 112), *itertools.chain(*stages_of(depth))]
    model = blueprint(depth, **options)
    assert list(main_path(model)) == expected
    assert 1 + len(expected) == depth
    assert model.name == f"resnet{depth}"
    assert model.get_layer("pool1").output.shape[1:] == (56, 56, 64)
    assert model.output.shape == (None, 1000)


@pytest.mark.parametrize("depth", TABLE_1)
def test_multiply_accumulates_as_published(depth):
    macs, before = 112**2 * 7 * 7 * 3 * 64, 64
    for rows in stages_of(depth):
        size, after = rows[-1][-1], rows[-1][1]
        macs += size**2 * before * after * (before != after)  # the projection
        for kernel, channels, *_ in rows:
            macs += size**2 * kernel**2 * before * channels
            before = channels
    macs += before * 1000
    assert anatomy.count_macs(blueprint(depth)) == macs
    assert macs / 1e9 == pytest.approx(TABLE_1[depth][1], abs=0.07)


def test_layers_are_named_as_in_the_table_and_set_as_in_the_paper():
    model = blueprint(50)
    names = [layer.name for layer in model.layers]
    assert names[:7] == [
        "image", "conv1_pad", "conv1", "conv1_bn", "conv1_relu", "pool1_pad", "pool1",
    ]  # fmt: skip
    assert names[-5:-1] == ["conv5_3_add", "conv5_3_out", "average_pool", "logits"]
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            assert (layer.epsilon, layer.momentum) == (1e-5, 0.9)
        if isinstance(layer, keras.layers.Conv2D):
            assert isinstance(layer.kernel_initializer, keras.initializers.HeNormal)


def randomize(model, images):
    """Give a network random weights and, so that its outputs stay moderate, fitting statistics."""
    random = np.random.default_rng(0)
    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            # Small variances, so that an epsilon that is not the paper's shows.
            layer.kernel.assign(layer.kernel * 0.05)
        if getattr(layer, "bias", None) is not None:
            layer.bias.assign(random.normal(0, 0.03, layer.bias.shape))
    for layer in norms:
        layer.gamma.assign(random.uniform(0.5, 1.5, layer.gamma.shape))
        layer.beta.assign(random.normal(0, 0.3, layer.beta.shape))
        layer.momentum = 0  # a call in training then sets the statistics to those of the images
    model(images, training=True)
    for layer in norms:
        variance = keras.ops.convert_to_numpy(layer.moving_variance)
        layer.moving_variance.assign(variance * random.uniform(0.7, 1.5, variance.shape) + 1e-4)
        shift = random.normal(0, 0.3, variance.shape) * np.sqrt(variance)
        layer.moving_mean.assign(layer.moving_mean + shift)


def check_equal(ours, theirs):
    assert 1e-2 < np.std(theirs, axis=0).mean() < 100, "the images must tell apart"
    np.testing.assert_allclose(ours, theirs, atol=1e-4 * np.abs(theirs).max())


class Reference:
    """The networks of both papers in NumPy, with the weights of one of ours."""

    def __init__(self, model, shortcut, residual, preactivation):
        self.weights = {layer.name: layer.get_weights() for layer in model.layers}
        self.shortcut, self.residual, self.preactivation = shortcut, residual, preactivation

    def convolution(self, x, name, stride=1):
        (kernel,) = self.weights[name]
        windows = self.windows(x, kernel.shape[0], stride)
        return np.einsum("nhwcij,ijco->nhwo", windows, kernel, optimize=True)

    def windows(self, x, side, stride):
        border = (side // 2, side // 2)
        x = np.pad(x, [(0, 0), border, border, (0, 0)])
        view = np.lib.stride_tricks.sliding_window_view(x, (side, side), axis=(1, 2))
        return view[:, ::stride, ::stride]

    def normalization(self, x, name):
        gamma, beta, mean, variance = self.weights[f"{name}_bn"]
        return gamma * (x - mean) / np.sqrt(variance + 1e-5) + beta

    def activation(self, x, name):
        return np.maximum(self.normalization(x, name), 0)

    def unit(self, x, name, layers, stride, first):
        """y = F(x), + x, then the ReLU; preactivated, each convolution has both before it."""
        active = self.activation(x, name) if self.preactivation and not first else x
        y = self.convolution(active, f"{name}_{layers[0]}", stride)
        for before, layer in itertools.pairwise(layers):
            y = self.convolution(self.activation(y, f"{name}_{before}"), f"{name}_{layer}")
        if not self.preactivation:
            y = self.normalization(y, f"{name}_{layers[-1]}")
        if self.residual and self.projects(x, y):
            x = self.convolution(active, f"{name}_shortcut", stride)
            y = y + (x if self.preactivation else self.normalization(x, f"{name}_shortcut"))
        elif self.residual:
            y = y + self.padded(x, y, stride)
        return y if self.preactivation else np.maximum(y, 0)

    def projects(self, x, y):
        return {"A": False, "B": x.shape != y.shape, "C": True}[self.shortcut]

    def padded(self, x, y, stride):
        x = x[:, ::stride, ::stride]
        return np.concatenate([x, np.zeros_like(y)[..., x.shape[-1] :]], axis=-1)

    def logits(self, images, stages, layers, large):
        x = self.activation(self.convolution(images, "conv1", 2 if large else 1), "conv1")
        if large:
            x = self.windows(x, 3, 2).max((-2, -1))
        for stage, blocks in enumerate(stages, start=2):
            for number in range(1, blocks + 1):
                name, stride = f"conv{stage}_{number}", 2 if stage > 2 and number == 1 else 1
                x = self.unit(x, name, layers, stride, first=name == "conv2_1")
        if self.preactivation:
            x = self.activation(x, "last")
        kernel, bias = self.weights["logits"]
        return x.mean((1, 2)) @ kernel + bias


TWO, THREE = ["3x3a", "3x3b"], ["1x1a", "3x3b", "1x1c"]


@pytest.mark.parametrize(
    ("depth", "stages", "layers", "shortcut", "residual", "preactivation"),
    [
        *((18, [2, 2, 2, 2], TWO, shortcut, True, False) for shortcut in "ABC"),
        *((18, [2, 2, 2, 2], TWO, shortcut, True, True) for shortcut in "ABC"),
        *((18, [2, 2, 2, 2], TWO, "B", False, preactivation) for preactivation in (False, True)),
        (34, [3, 4, 6, 3], TWO, "B", True, False),
        (14, [2, 2, 2], TWO, "A", True, False),
        (14, [2, 2, 2], TWO, "B", True, True),
        (20, [2, 2, 2], THREE, "A", True, False),
        (20, [2, 2, 2], THREE, "B", True, True),
    ],
)
def test_outputs_are_those_of_the_papers_formulas(
    depth, stages, layers, shortcut, residual, preactivation
):
    keras.utils.set_random_seed(0)
    large = depth in TABLE_1
    options = {"shortcut": shortcut, "residual": residual, "preactivation": preactivation}
    options |= {"classes": 7, "width": 0.15, "input_shape": (45, 38, 2) if large else (13, 10, 2)}
    if large:
        model = resnet.resnet(depth, **options)
    else:
        model = resnet.resnet_cifar(depth, bottleneck=layers == THREE, **options)
    images = np.random.default_rng(0).random((4, *model.input_shape[1:]), dtype="float32")
    randomize(model, images)
    reference = Reference(model, shortcut, residual, preactivation)
    check_equal(logits_of(model, images), reference.logits(images, stages, layers, large))


def test_deeper_than_pythons_limit_of_recursion():
    limit = sys.getrecursionlimit()
    depth = 6 * (limit // 18 + 1) + 2  # plain: three layers for each of six convolutions
    assert len(cifar(depth, width=0.1, residual=False).layers) > limit
    assert sys.getrecursionlimit() == limit


@pytest.mark.parametrize("shortcut", ["A", "B", "C"])
@pytest.mark.parametrize(("size", "width"), [((1, 1), 0.01), ((1, 50), 0.1), ((33, 2), 1.7)])
def test_any_size_and_width(shortcut, size, width):
    options = {"input_shape": (*size, 3), "classes": 5, "width": width, "shortcut": shortcut}
    for model in (blueprint(18, **options), cifar(11, **THOUSAND | options)):
        assert model.output.shape == (None, 5)


@pytest.mark.parametrize(
    ("build", "arguments", "message"),
    [
        (resnet.resnet_cifar, (21,), r"depth must be 6n \+ 2 .* got 21: the nearest are 20 and 26"),
        (resnet.resnet_cifar, (2,), "got 2: the nearest are 8 and 14"),
        (partial(resnet.resnet_cifar, bottleneck=True), (163,), r"9n \+ 2 .* are 155 and 164"),
        (partial(resnet.resnet_cifar, residual=False), (20, "D"), "shortcut must be one of"),
        (resnet.resnet, (20,), r"^depth must be one of 18, 34, 50, 101, 152, got 20\.$"),
    ],
)
def test_other_depths_and_shortcuts_are_refused(build, arguments, message):
    with pytest.raises(ValueError, match=message):
        build(*arguments)
