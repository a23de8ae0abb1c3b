import itertools
import math
import sys

import numpy as np
import pytest

from lecture_utils import anatomy
from lecture_utils.backend import keras
from lecture_utils.models import resnet

# Table 1 of the paper, conv2_x to conv5_x: the convolutions of a block, and how many blocks.
TABLE_1 = {
    "resnet18": [
        ([(3, 64), (3, 64)], 2),
        ([(3, 128), (3, 128)], 2),
        ([(3, 256), (3, 256)], 2),
        ([(3, 512), (3, 512)], 2),
    ],
    "resnet34": [
        ([(3, 64), (3, 64)], 3),
        ([(3, 128), (3, 128)], 4),
        ([(3, 256), (3, 256)], 6),
        ([(3, 512), (3, 512)], 3),
    ],
    "resnet50": [
        ([(1, 64), (3, 64), (1, 256)], 3),
        ([(1, 128), (3, 128), (1, 512)], 4),
        ([(1, 256), (3, 256), (1, 1024)], 6),
        ([(1, 512), (3, 512), (1, 2048)], 3),
    ],
    "resnet101": [
        ([(1, 64), (3, 64), (1, 256)], 3),
        ([(1, 128), (3, 128), (1, 512)], 4),
        ([(1, 256), (3, 256), (1, 1024)], 23),
        ([(1, 512), (3, 512), (1, 2048)], 3),
    ],
    "resnet152": [
        ([(1, 64), (3, 64), (1, 256)], 3),
        ([(1, 128), (3, 128), (1, 512)], 8),
        ([(1, 256), (3, 256), (1, 1024)], 36),
        ([(1, 512), (3, 512), (1, 2048)], 3),
    ],
}
SIZES = (56, 28, 14, 7)
BILLIONS = {"resnet18": 1.8, "resnet34": 3.6, "resnet50": 3.8, "resnet101": 7.6, "resnet152": 11.3}
NAMES = list(TABLE_1)


def blueprint(name, *arguments, **options):
    return anatomy.blueprint(getattr(resnet, name), *arguments, **options)


def trainable(model):
    return sum(math.prod(weight.shape) for weight in model.trainable_weights)


# ----------------------------------------------------------------------------- what is published


@pytest.mark.parametrize(
    ("name", "arguments", "weights", "with_statistics"),
    [
        ("resnet18", {}, 11_689_512, 11_699_112),
        ("resnet18", {"shortcut": "A"}, 11_515_688, 11_523_496),
        ("resnet34", {}, 21_797_672, 21_814_696),
        ("resnet34", {"shortcut": "A"}, 21_623_848, 21_639_080),
        ("resnet50", {}, 25_557_032, 25_610_152),
        ("resnet101", {}, 44_549_160, 44_654_504),
        ("resnet152", {}, 60_192_808, 60_344_232),
        ("resnet_cifar", {"depth": 20}, 269_722, 271_098),
        ("resnet_cifar", {"depth": 20, "shortcut": "B"}, 272_474, 274_042),
        ("resnet_cifar", {"depth": 32}, 464_154, 466_426),
        ("resnet_cifar", {"depth": 32, "shortcut": "B"}, 466_906, 469_370),
        ("resnet_cifar", {"depth": 44}, 658_586, 661_754),
        ("resnet_cifar", {"depth": 44, "shortcut": "B"}, 661_338, 664_698),
        ("resnet_cifar", {"depth": 56}, 853_018, 857_082),
        ("resnet_cifar", {"depth": 56, "shortcut": "B"}, 855_770, 860_026),
        ("resnet_cifar", {"depth": 110}, 1_727_962, 1_736_058),
        ("resnet_cifar", {"depth": 110, "shortcut": "B"}, 1_730_714, 1_739_002),
    ],
)
def test_parameters_as_published(name, arguments, weights, with_statistics):
    model = blueprint(name, **arguments)
    assert model.name == name
    assert trainable(model) == weights
    assert model.count_params() == with_statistics


@pytest.mark.slow
@pytest.mark.parametrize(
    ("depth", "options", "weights"),
    [
        (1202, {}, 19_421_274),
        (1202, {"shortcut": "B"}, 19_424_026),
        (1001, {"shortcut": "B", "preactivation": True, "bottleneck": True}, 10_327_706),
    ],
)
def test_a_thousand_layers_have_the_published_parameters(depth, options, weights):
    assert trainable(blueprint("resnet_cifar", depth, **options)) == weights


def test_with_preactivation_and_bottlenecks_164_layers_have_the_published_parameters():
    options = {"shortcut": "B", "preactivation": True, "bottleneck": True}
    assert trainable(blueprint("resnet_cifar", 164, **options)) == 1_703_258


def test_projections_everywhere_cost_what_their_blocks_say():
    stages = zip((64, 128, 256, 512), (3, 3, 5, 2), strict=True)  # blocks of ResNet-34 without one
    more = sum(blocks * (channels**2 + 2 * channels) for channels, blocks in stages)
    assert trainable(blueprint("resnet34", shortcut="C")) == 21_797_672 + more


def main_path(model):
    """Kernel, filters, stride and output size of each convolution but the shortcuts'."""
    for row in anatomy.layer_table(model):
        if row.kind == "Conv2D" and "shortcut" not in row.name:
            layer = model.get_layer(row.name)
            yield (*layer.kernel_size, layer.filters, *layer.strides, *row.output_shape[1:3])


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *((name, {}) for name in NAMES),
        ("resnet18", {"residual": False}),
        ("resnet18", {"preactivation": True}),
        ("resnet50", {"residual": False}),
        ("resnet50", {"preactivation": True}),
    ],
)
def test_convolutions_are_those_of_table_1(name, options):
    expected = [(7, 7, 64, 2, 2, 112, 112)]
    for stage, ((block, blocks), size) in enumerate(zip(TABLE_1[name], SIZES, strict=True)):
        for number in range(blocks * len(block)):
            kernel, filters = block[number % len(block)]
            stride = 2 if stage > 0 and number == 0 else 1
            expected.append((kernel, kernel, filters, stride, stride, size, size))
    model = blueprint(name, **options)
    assert list(main_path(model)) == expected
    assert 1 + len(expected) == int(name.removeprefix("resnet"))
    assert model.get_layer("pool1").output.shape[1:] == (56, 56, 64)
    assert model.get_layer("average_pool").output.shape[1:] == (expected[-1][2],)
    assert model.output.shape == (None, 1000)


@pytest.mark.parametrize("depth", [20, 32])
def test_convolutions_of_the_small_images_networks_are_those_of_section_4_2(depth):
    n = (depth - 2) // 6
    rows = [(3, 3, 16, 1, 1, 32, 32)] * (1 + 2 * n)
    rows += [(3, 3, 32, 2, 2, 16, 16)] + [(3, 3, 32, 1, 1, 16, 16)] * (2 * n - 1)
    rows += [(3, 3, 64, 2, 2, 8, 8)] + [(3, 3, 64, 1, 1, 8, 8)] * (2 * n - 1)
    model = blueprint("resnet_cifar", depth)
    assert list(main_path(model)) == rows
    assert model.output.shape == (None, 10)


@pytest.mark.parametrize("name", NAMES)
def test_multiply_accumulates_as_published(name):
    macs = 112**2 * 7 * 7 * 3 * 64
    before = 64
    for (block, blocks), size in zip(TABLE_1[name], SIZES, strict=True):
        after = block[-1][1]
        if before != after:
            macs += size**2 * before * after  # the projection
        for kernel, filters in block * blocks:
            macs += size**2 * kernel**2 * before * filters
            before = filters
    macs += before * 1000
    assert anatomy.count_macs(blueprint(name)) == macs
    assert macs / 1e9 == pytest.approx(BILLIONS[name], abs=0.07)


def test_receptive_field_of_resnet50_is_that_of_the_stride_in_the_first_convolution():
    model = blueprint("resnet50")
    assert anatomy.receptive_field(model, "conv5_3_out").size == (483, 483)


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
@pytest.mark.parametrize("preactivation", [False, True])
def test_plain_networks_have_the_same_weights_but_no_projections(name, preactivation):
    def shapes(**options):
        model = blueprint(name, preactivation=preactivation, **options)
        return {weight.path: weight.shape for weight in model.weights}

    plain = shapes(residual=False)
    assert plain == shapes(shortcut="A")
    assert plain == {k: v for k, v in shapes(shortcut="B").items() if "shortcut" not in k}


@pytest.mark.parametrize("preactivation", [False, True])
def test_plain_networks_add_nothing(preactivation):
    model = blueprint("resnet_cifar", 20, residual=False, preactivation=preactivation)
    assert not [layer for layer in model.layers if len(layer._inbound_nodes[0].input_tensors) > 1]


@pytest.mark.parametrize("preactivation", [False, True])
def test_settings_as_published(preactivation):
    model = blueprint("resnet50", shortcut="C", preactivation=preactivation)
    kinds = {"Conv2D": 0, "BatchNormalization": 0}
    for layer in model.layers:
        kind = type(layer).__name__
        if kind in kinds:
            kinds[kind] += 1
        if kind == "BatchNormalization":
            assert (layer.epsilon, layer.momentum) == (1e-5, 0.9)
        if kind == "Conv2D":
            assert not layer.use_bias
            assert isinstance(layer.kernel_initializer, keras.initializers.HeNormal)
    # A normalization after each convolution, or before each but the first and 16 projections.
    convolutions = 49 + 16
    normalizations = 49 + 1 - 1 if preactivation else convolutions
    assert kinds == {"Conv2D": convolutions, "BatchNormalization": normalizations}


def test_layers_are_named_as_in_the_table():
    names = [layer.name for layer in blueprint("resnet50").layers]
    assert names[:7] == [
        "image", "conv1_pad", "conv1", "conv1_bn", "conv1_relu", "pool1_pad", "pool1",
    ]  # fmt: skip
    block = [name for name in names if name.startswith("conv3_1_")]
    assert sorted(block) == sorted([
        "conv3_1_1x1a", "conv3_1_1x1a_bn", "conv3_1_1x1a_relu",
        "conv3_1_3x3b", "conv3_1_3x3b_bn", "conv3_1_3x3b_relu",
        "conv3_1_1x1c", "conv3_1_1x1c_bn",
        "conv3_1_shortcut", "conv3_1_shortcut_bn", "conv3_1_add", "conv3_1_out",
    ])  # fmt: skip
    assert names[-4:] == ["conv5_3_out", "average_pool", "logits", "probabilities"]


# -------------------------------------------------------------------------------------- outputs


def run(model, images):
    """Call a network directly: for a few images, `predict` takes longer to begin than to do it."""
    return keras.ops.convert_to_numpy(model(images))


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


def logits(model, images):
    """What a classifier computes before the softmax."""
    return run(keras.Model(model.input, model.get_layer("logits").output), images)


def check_equal(ours, theirs):
    assert 1e-2 < np.std(theirs, axis=0).mean() < 100, "the images must tell apart"
    np.testing.assert_allclose(ours, theirs, atol=1e-4 * np.abs(theirs).max())


def our_name(theirs):
    """The name of a layer of `keras.applications`'s ResNets in ours."""
    if theirs == "predictions":
        return "logits"
    if theirs in ("conv1_conv", "conv1_bn"):
        return theirs.removesuffix("_conv")
    stage, block, number, kind = theirs.split("_")  # such as conv2_block1_0_conv
    layer = {"0": "shortcut", "1": "1x1a", "2": "3x3b", "3": "1x1c"}[number]
    return f"{stage}_{block.removeprefix('block')}_{layer}" + ("_bn" if kind == "bn" else "")


def transfer(theirs, ours):
    """Move the weights of `keras.applications`: it has biases, and a different epsilon."""
    moved = 0
    for layer in theirs.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            gamma, beta, mean, variance = layer.get_weights()
            convolution = theirs.get_layer(layer.name.removesuffix("_bn") + "_conv")
            mean = mean - keras.ops.convert_to_numpy(convolution.bias)
            variance = variance + 1.001e-5 - 1e-5
            ours.get_layer(our_name(layer.name)).set_weights([gamma, beta, mean, variance])
            moved += 4
        elif isinstance(layer, keras.layers.Conv2D):
            ours.get_layer(our_name(layer.name)).set_weights([layer.kernel])
            moved += 1
        elif layer.weights:
            ours.get_layer(our_name(layer.name)).set_weights(layer.get_weights())
            moved += 2
    assert moved == len(ours.weights)


@pytest.mark.parametrize(
    "depth",
    [50, pytest.param(101, marks=pytest.mark.slow), pytest.param(152, marks=pytest.mark.slow)],
)
def test_outputs_are_those_of_keras_applications(depth):
    keras.utils.set_random_seed(depth)
    shape = (61, 64, 3)
    images = np.random.default_rng(0).random((4, *shape), dtype="float32")
    build = getattr(keras.applications, f"ResNet{depth}")
    theirs = build(weights=None, input_shape=shape, classes=10, classifier_activation=None)
    randomize(theirs, images)
    ours = getattr(resnet, f"resnet{depth}")(shape, classes=10)
    transfer(theirs, ours)
    check_equal(logits(ours, images), run(theirs, images))


class Reference:
    """The networks of both papers in NumPy, with the weights of one of ours."""

    def __init__(self, model, shortcut, residual, preactivation):
        self.weights = {layer.name: layer.get_weights() for layer in model.layers}
        self.shortcut, self.residual, self.preactivation = shortcut, residual, preactivation

    def convolution(self, x, name, stride=1):
        (kernel,) = self.weights[name]
        side = kernel.shape[0]
        windows = self.windows(x, side, stride)
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

    def unit(self, x, name, layers, stride):
        """y = F(x), + x; then the ReLU."""
        y = self.normalization(
            self.convolution(x, f"{name}_{layers[0]}", stride), f"{name}_{layers[0]}"
        )
        for layer in layers[1:]:
            y = self.convolution(np.maximum(y, 0), f"{name}_{layer}")
            y = self.normalization(y, f"{name}_{layer}")
        if self.residual and self.projects(x, y):
            x = self.convolution(x, f"{name}_shortcut", stride)
            y = y + self.normalization(x, f"{name}_shortcut")
        elif self.residual:
            y = y + self.padded(x, y, stride)
        return np.maximum(y, 0)

    def preactivated_unit(self, x, name, layers, stride, first):
        """Each convolution is preceded by normalization and ReLU, which the first unit is given."""
        active = x if first else self.activation(x, name)
        y = self.convolution(active, f"{name}_{layers[0]}", stride)
        for before, layer in itertools.pairwise(layers):
            y = self.convolution(self.activation(y, f"{name}_{before}"), f"{name}_{layer}")
        if self.residual and self.projects(x, y):
            return y + self.convolution(active, f"{name}_shortcut", stride)
        return y + self.padded(x, y, stride) if self.residual else y

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
                if self.preactivation:
                    x = self.preactivated_unit(x, name, layers, stride, name == "conv2_1")
                else:
                    x = self.unit(x, name, layers, stride)
        if self.preactivation:
            x = self.activation(x, "last")
        kernel, bias = self.weights["logits"]
        return x.mean((1, 2)) @ kernel + bias


BASIC, BOTTLENECK = ["3x3a", "3x3b"], ["1x1a", "3x3b", "1x1c"]


@pytest.mark.parametrize(
    ("name", "stages", "layers", "shortcut", "residual", "preactivation"),
    [
        ("resnet18", [2, 2, 2, 2], BASIC, "A", True, False),
        ("resnet18", [2, 2, 2, 2], BASIC, "B", True, False),
        ("resnet18", [2, 2, 2, 2], BASIC, "C", True, False),
        ("resnet18", [2, 2, 2, 2], BASIC, "B", False, False),
        ("resnet18", [2, 2, 2, 2], BASIC, "A", True, True),
        ("resnet18", [2, 2, 2, 2], BASIC, "B", True, True),
        ("resnet18", [2, 2, 2, 2], BASIC, "C", True, True),
        ("resnet18", [2, 2, 2, 2], BASIC, "B", False, True),
        ("resnet34", [3, 4, 6, 3], BASIC, "B", True, False),
        (14, [2, 2, 2], BASIC, "A", True, False),
        (14, [2, 2, 2], BASIC, "B", True, True),
        (20, [2, 2, 2], BOTTLENECK, "A", True, False),
        (20, [2, 2, 2], BOTTLENECK, "B", True, True),
    ],
)
def test_outputs_are_those_of_the_papers_formulas(
    name, stages, layers, shortcut, residual, preactivation
):
    keras.utils.set_random_seed(0)
    large = isinstance(name, str)
    options = {"shortcut": shortcut, "residual": residual, "preactivation": preactivation}
    options |= {"classes": 7, "width": 0.15, "input_shape": (45, 38, 2) if large else (13, 10, 2)}
    if large:
        model = getattr(resnet, name)(**options)
    else:
        model = resnet.resnet_cifar(name, bottleneck=layers == BOTTLENECK, **options)
    images = np.random.default_rng(0).random((4, *model.input_shape[1:]), dtype="float32")
    randomize(model, images)
    reference = Reference(model, shortcut, residual, preactivation)
    check_equal(logits(model, images), reference.logits(images, stages, layers, large))


@pytest.mark.parametrize("size", [(6, 8), (5, 7)])
def test_shortcut_without_parameters_takes_every_other_pixel_and_adds_zeros(size):
    x = keras.Input((*size, 3))
    model = keras.Model(x, resnet.residual_block(x, 5, stride=2, shortcut="A", preactivation=True))
    model.get_layer("block_3x3b").kernel.assign(np.zeros((3, 3, 5, 5)))
    maps = np.random.default_rng(0).normal(size=(2, *size, 3)).astype("float32")
    expected = np.pad(maps[:, ::2, ::2], [(0, 0), (0, 0), (0, 0), (0, 2)])
    np.testing.assert_array_equal(run(model, maps), expected)


def test_with_preactivation_the_identity_reaches_the_end():
    """Where no block adds anything, its input arrives at the last normalization, untouched."""
    model = resnet.resnet_cifar(20, input_shape=(9, 8, 3), preactivation=True)
    ends = keras.Model(
        model.input, [model.get_layer("conv1_relu").output, model.get_layer("conv4_3_add").output]
    )
    images = np.random.default_rng(0).random((2, 9, 8, 3), dtype="float32")
    randomize(model, images)
    for layer in model.layers:
        if layer.name.endswith("3x3b"):
            layer.kernel.assign(np.zeros(layer.kernel.shape))
    first, last = map(keras.ops.convert_to_numpy, ends(images))
    assert first.any()
    np.testing.assert_array_equal(last, np.pad(first[:, ::4, ::4], [(0, 0)] * 3 + [(0, 48)]))


@pytest.mark.parametrize("block", [resnet.residual_block, resnet.bottleneck_block])
def test_only_without_preactivation_a_block_ends_with_a_relu(block):
    x = keras.Input((4, 4, 8))
    channels = 8 if block is resnet.residual_block else 2
    maps = np.random.default_rng(0).normal(size=(2, 4, 4, 8)).astype("float32")
    for preactivation in (True, False):
        model = keras.Model(x, block(x, channels, preactivation=preactivation))
        last = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)][-1]
        last.kernel.assign(np.zeros(last.kernel.shape))
        expected = maps if preactivation else np.maximum(maps, 0)
        np.testing.assert_array_equal(run(model, maps), expected)


def test_saved_and_loaded_it_gives_equal_outputs(tmp_path):
    model = resnet.resnet_cifar(8, input_shape=(9, 7, 3), width=0.3)
    images = np.random.default_rng(0).random((3, 9, 7, 3), dtype="float32")
    randomize(model, images)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(run(again, images), run(model, images))


# ------------------------------------------------------------------------------------ arguments


def test_deeper_than_pythons_limit_of_recursion():
    limit = sys.getrecursionlimit()
    depth = 6 * (limit // 18 + 1) + 2  # plain: three layers for each of six convolutions
    assert len(blueprint("resnet_cifar", depth, width=0.1, residual=False).layers) > limit
    assert sys.getrecursionlimit() == limit


@pytest.mark.parametrize("shortcut", ["A", "B", "C"])
@pytest.mark.parametrize(
    ("size", "width"), [((1, 1), 0.01), ((1, 50), 0.1), ((33, 2), 0.33), ((97, 64), 1.7)]
)
def test_any_size_and_width(shortcut, size, width):
    options = {"input_shape": (*size, 3), "classes": 5, "width": width, "shortcut": shortcut}
    for model in (
        blueprint("resnet18", **options),
        blueprint("resnet_cifar", 8, **options),
        blueprint("resnet_cifar", 11, bottleneck=True, preactivation=True, **options),
    ):
        assert model.output.shape == (None, 5)


def test_one_pixel_is_enough():
    for model in (resnet.resnet18((1, 1, 3), 5, 0.1), resnet.resnet_cifar(8, "A", (1, 1, 3))):
        assert np.isfinite(run(model, np.ones((2, 1, 1, 3)))).all()


@pytest.mark.parametrize(
    ("depth", "options", "message"),
    [
        (21, {}, "depth must be 6n \\+ 2 .* got 21: the nearest are 20 and 26"),
        (25, {}, "got 25: the nearest are 20 and 26"),
        (2, {}, "got 2: the nearest are 8 and 14"),
        (-7, {}, "got -7: the nearest are 8 and 14"),
        (109, {"bottleneck": True}, "9n \\+ 2 .* got 109: the nearest are 101 and 110"),
        (163, {"bottleneck": True}, "9n \\+ 2 .* got 163: the nearest are 155 and 164"),
        (20.0, {}, "depth must be a whole number, such as 20, got 20.0"),
        ("20", {"bottleneck": True}, "depth must be a whole number, such as 29, got '20'"),
        (True, {}, "depth must be a whole number, such as 20, got True"),
    ],
)
def test_bad_depths(depth, options, message):
    with pytest.raises(ValueError, match=message):
        resnet.resnet_cifar(depth, **options)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"shortcut": "D"}, "shortcut must be one of 'A', 'B', 'C', got 'D'"),
        ({"shortcut": "D", "residual": False}, "shortcut must be one of 'A', 'B', 'C', got 'D'"),
        ({"input_shape": (0, 32, 3)}, "input_shape must be .* got \\(0, 32, 3\\)"),
        ({"classes": 0}, "classes must be a whole number above 0, got 0"),
        ({"width": 0}, "width must be a number above 0.* got 0"),
    ],
)
def test_bad_arguments(arguments, message):
    for build, first in ((resnet.resnet18, {}), (resnet.resnet_cifar, {"depth": 20})):
        with pytest.raises(ValueError, match=message):
            build(**first, **arguments)


def test_a_shortcut_without_parameters_cannot_lose_channels():
    x = keras.Input((8, 8, 16))
    with pytest.raises(ValueError, match=r"channels must be at least 16, .* got 8"):
        resnet.residual_block(x, 8, shortcut="A")
