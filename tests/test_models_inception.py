"""The Inception networks' sizes and costs, and their outputs beside those of keras.applications."""

import functools
import math

import numpy as np
import pytest

from lecture_utils import anatomy
from lecture_utils.anatomy import blueprint
from lecture_utils.backend import keras
from lecture_utils.models import inception

NETWORKS = [
    # builder, options, smallest side, trainable parameters, all with means and variances
    (inception.googlenet, {}, 31, 6_998_552, 6_998_552),
    (inception.googlenet, {"auxiliary": True}, 79, 13_378_280, 13_378_280),
    (inception.inception_v2, {}, 7, 11_194_984, 11_214_888),
    (inception.inception_v3, {}, 75, 23_817_352, 23_851_784),
    (inception.inception_v4, {}, 75, 42_679_816, 42_742_984),
    (inception.inception_resnet_v2, {}, 75, 55_813_192, 55_873_736),
]
IDS = ["googlenet", "auxiliary", "v2", "v3", "v4", "resnet_v2"]
each_network = pytest.mark.parametrize(
    ("build", "options", "smallest", "trainable", "total"), NETWORKS, ids=IDS
)


@functools.cache
def published(build, **options):
    """The network with its defaults; the tests share it, and only read it."""
    return blueprint(build, **options)


@each_network
def test_parameters_as_published(build, options, smallest, trainable, total):
    model = published(build, **options)
    assert sum(math.prod(weight.shape) for weight in model.trainable_weights) == trainable
    assert model.count_params() == total
    assert model.name == build.__name__


# ------------------------------------------------------------------------------------- stages

STAGES = {
    # Table 1 of the paper, every row.
    "googlenet": """
        conv1         112 112   64
        pool1          56  56   64
        conv2          56  56  192
        pool2          28  28  192
        inception_3a   28  28  256
        inception_3b   28  28  480
        pool3          14  14  480
        inception_4a   14  14  512
        inception_4b   14  14  512
        inception_4c   14  14  512
        inception_4d   14  14  528
        inception_4e   14  14  832
        pool4           7   7  832
        inception_5a    7   7  832
        inception_5b    7   7 1024
        pool5                 1024
        dropout               1024
        logits                1000
        probabilities         1000
    """,
    # Figure 5 of the paper; with stride 2 (3c, 4e) it prints the size that the block begins with.
    "inception_v2": """
        conv1_relu    112 112   64
        pool1          56  56   64
        conv2_relu     56  56  192
        pool2          28  28  192
        inception_3a   28  28  256
        inception_3b   28  28  320
        inception_3c   14  14  576
        inception_4a   14  14  576
        inception_4b   14  14  576
        inception_4c   14  14  576
        inception_4d   14  14  576
        inception_4e    7   7 1024
        inception_5a    7   7 1024
        inception_5b    7   7 1024
        pool                  1024
        probabilities         1000
    """,
    # The sizes that keras.applications notes beside its blocks (its first block gives 256).
    "inception_v3": """
        conv1_relu    149 149   32
        conv2_relu    147 147   32
        conv3_relu    147 147   64
        pool1          73  73   64
        conv5_relu     71  71  192
        pool2          35  35  192
        mixed0         35  35  256
        mixed1         35  35  288
        mixed2         35  35  288
        mixed3         17  17  768
        mixed4         17  17  768
        mixed7         17  17  768
        mixed8          8   8 1280
        mixed9          8   8 2048
        mixed10         8   8 2048
        pool                  2048
        probabilities         1000
    """,
    # Figure 9, and the sizes at the margin of figure 3.
    "inception_v4": """
        conv1_relu    149 149   32
        conv2_relu    147 147   32
        conv3_relu    147 147   64
        stem1          73  73  160
        stem2          71  71  192
        stem3          35  35  384
        a_1            35  35  384
        a_4            35  35  384
        reduction_a    17  17 1024
        b_1            17  17 1024
        b_7            17  17 1024
        reduction_b     8   8 1536
        c_1             8   8 1536
        c_3             8   8 1536
        pool                  1536
        dropout               1536
        probabilities         1000
    """,
    "inception_resnet_v2": """
        pool2          35  35  192
        mixed_5b       35  35  320
        block35_10_relu 35 35  320
        mixed_6a       17  17 1088
        block17_20_relu 17 17 1088
        mixed_7a        8   8 2080
        block8_9_relu   8   8 2080
        block8_10_add   8   8 2080
        conv_7b_relu    8   8 1536
        pool                  1536
        probabilities         1000
    """,
}


@pytest.mark.parametrize("name", STAGES)
def test_stages_have_the_sizes_of_the_papers_table(name):
    model = published(getattr(inception, name))
    for line in STAGES[name].split("\n")[1:-1]:
        layer, *shape = line.split()
        assert model.get_layer(layer).output.shape == (None, *map(int, shape)), layer


@pytest.mark.parametrize(
    ("name", "blocks"),
    [
        ("inception_v4", {"a_": 4, "b_": 7, "c_": 3}),
        ("inception_resnet_v2", {"block35_": 10, "block17_": 20, "block8_": 10}),
    ],
)
def test_as_many_blocks_as_the_paper_or_the_published_program_has(name, blocks):
    names = [layer.name for layer in published(getattr(inception, name)).layers]
    for start, count in blocks.items():
        numbers = {own.split("_")[1] for own in names if own.startswith(start)}
        assert numbers == set(map(str, range(1, count + 1)))


def test_googlenet_normalizes_behind_the_first_pooling_and_before_the_second():
    # Pooling and this normalization nearly commute: outputs hardly tell their order.
    layer = published(inception.googlenet).get_layer
    assert layer("norm1").input is layer("pool1").output
    assert layer("conv2_reduce").input is layer("norm1").output
    assert layer("norm2").input is layer("conv2").output


# -------------------------------------------------------------------------------------- costs

# Table 1 of the paper, the column "ops", in millions.
GOOGLENET_OPS = {
    "conv1": 34, "conv2": 360, "inception_3a": 128, "inception_3b": 304, "inception_4a": 73,
    "inception_4b": 88, "inception_4c": 100, "inception_4d": 119, "inception_4e": 170,
    "inception_5a": 54, "inception_5b": 71, "logits": 1,
}  # fmt: skip


def test_googlenets_multiply_accumulates_are_the_papers_but_in_two_rows():
    table = anatomy.layer_table(published(inception.googlenet))
    millions = {
        stage: sum(row.macs for row in table if row.name.startswith(stage)) / 1e6
        for stage in GOOGLENET_OPS
    }
    differ = {stage for stage, ops in GOOGLENET_OPS.items() if not abs(millions[stage] - ops) < 0.7}
    assert differ == {"conv1", "inception_5a"}
    # A plain 7x7 convolution costs more than the paper says. What it says fits a separable one:
    # 8 depthwise kernels a colour, then 1x1.
    assert round(millions["conv1"], 3) == 118.014
    assert round(112 * 112 * (7 * 7 * 3 * 8 + 3 * 8 * 64) / 1e6) == 34
    # 54 would fit 48 channels before the 5x5 convolution, as 5b has, and not 32 as the table says.
    assert round(millions["inception_5a"], 3) == 51.079
    more = 7 * 7 * (48 - 32) * (832 + 5 * 5 * 128)
    assert round(millions["inception_5a"] + more / 1e6) == 54


def test_inception_v3_takes_5_713_million_multiply_accumulates():
    macs = anatomy.count_macs(published(inception.inception_v3))
    assert round(macs / 1e9, 3) == 5.713


def test_a_1x1_convolution_first_makes_the_5x5_ten_times_cheaper():
    def macs(*channels):
        image = keras.Input((28, 28, 192))
        block = keras.Model(image, inception.inception_block(image, *channels, name="block"))
        table = anatomy.layer_table(block)
        return sum(row.macs for row in table if row.name.startswith("block_5x5"))

    assert macs(64, None, 128, None, 32, None) == 28 * 28 * 32 * 5 * 5 * 192 == 120_422_400
    assert macs(64, 96, 128, 16, 32, 32) == 28 * 28 * (16 * 192 + 32 * 5 * 5 * 16) == 12_443_648


def test_the_naive_block_keeps_all_channels_of_its_input():
    image = keras.Input((28, 28, 256))
    block = inception.inception_block(image, 128, None, 192, None, 96, None, name="naive")
    assert block.shape == (None, 28, 28, 128 + 192 + 96 + 256)
    names = [layer.name for layer in keras.Model(image, block).layers]
    assert sorted(names[1:]) == ["naive", "naive_1x1", "naive_3x3", "naive_5x5", "naive_pool"]


# ------------------------------------------------------------------------- keras.applications


def randomize(model, seed=0):
    """Move biases, and the numbers of a batch normalization, away from 0 and 1."""
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        kind = weight.path.rsplit("/", 1)[-1]
        if kind in ("bias", "beta", "moving_mean"):
            weight.assign(rng.normal(0, 0.3, weight.shape))
        elif kind in ("gamma", "moving_variance"):
            weight.assign(rng.uniform(0.3, 2, weight.shape))


APPLICATIONS = [
    (inception.inception_v3, keras.applications.InceptionV3),
    (inception.inception_resnet_v2, keras.applications.InceptionResNetV2),
]


def weighted(model):
    return [layer for layer in model.layers if layer.weights]


def settings(layer):
    """What decides the layer's output beside its weights; the shapes tell the padding."""
    keys = ("filters", "kernel_size", "strides", "use_bias", "epsilon", "scale", "units")
    values = {key: getattr(layer, key) for key in keys if hasattr(layer, key)}
    return type(layer).__name__, values, layer.input.shape, layer.output.shape


@pytest.mark.parametrize(("build", "reference"), APPLICATIONS)
def test_layers_with_weights_are_those_of_keras_applications_one_by_one(build, reference):
    theirs, ours = blueprint(reference, weights=None), published(build)
    assert list(map(settings, weighted(ours))) == list(map(settings, weighted(theirs)))


def unweighted(model, *kinds):
    """What decides the outputs of the layers of some kinds; the shapes tell the padding."""
    keys = ("pool_size", "strides", "scale")
    return [
        (*(getattr(layer, key, None) for key in keys), layer.output.shape)
        for layer in model.layers
        if type(layer).__name__ in kinds
    ]


@pytest.mark.parametrize(("build", "reference"), APPLICATIONS)
def test_other_layers_are_those_of_keras_applications_too(build, reference):
    theirs, ours = blueprint(reference, weights=None), published(build)
    for kind, counterpart in [
        ("MaxPooling2D", "MaxPooling2D"),
        ("AveragePooling2D", "AveragePooling2D"),
        ("Concatenate", "Concatenate"),
        ("ReLU", "Activation"),
        ("Rescaling", "CustomScaleLayer"),
    ]:
        assert unweighted(ours, kind) == unweighted(theirs, counterpart), kind


# Moving weights takes one line: the layers have the order of keras.applications.
def assert_equal_outputs(build, reference, size):
    keras.utils.set_random_seed(0)
    theirs = reference(weights=None, input_shape=(size, size, 3), classes=10)
    randomize(theirs)
    ours = build(input_shape=(size, size, 3), classes=10)
    ours.set_weights(theirs.get_weights())
    both = (
        keras.Model(
            theirs.input, [theirs.get_layer("avg_pool").output, theirs.output], name="theirs"
        ),
        keras.Model(ours.input, [ours.get_layer("pool").output, ours.output], name="ours"),
    )
    images = np.random.default_rng(1).uniform(-1, 1, (2, size, size, 3)).astype("float32")
    expected, found = [model(images, training=False) for model in both]
    for their, our in zip(expected, found, strict=True):
        assert np.std(their) > 1e-3
        np.testing.assert_allclose(our, their, atol=1e-4, rtol=1e-4)


def test_inception_v3_with_moved_weights_gives_the_outputs_of_keras_applications():
    assert_equal_outputs(*APPLICATIONS[0], size=75)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("build", "reference", "size"),
    [(*APPLICATIONS[0], 299), (*APPLICATIONS[1], 75), (*APPLICATIONS[1], 139)],
)
def test_with_moved_weights_the_outputs_are_those_of_keras_applications(build, reference, size):
    assert_equal_outputs(build, reference, size)


# ------------------------------------------------------------------------------ other sizes


@each_network
def test_smallest_input_works_and_one_pixel_less_is_refused(
    build, options, smallest, trainable, total, monkeypatch
):
    def small(height, width):
        return blueprint(build, input_shape=(height, width, 3), width=0.1, classes=10, **options)

    assert small(smallest, smallest).output_names[0] == "probabilities"
    for size in ((smallest - 1, smallest), (smallest, smallest - 1)):
        with pytest.raises(ValueError, match=rf"smallest is \({smallest}, {smallest}, 3\)"):
            small(*size)
    # The message is true: without the check, Keras finds nothing left to pool or to convolve.
    monkeypatch.setattr(inception, "check_arguments", lambda *arguments: None)
    with pytest.raises(ValueError, match=r"(?i)computed output size would be (zero or )?negative"):
        small(smallest - 1, smallest)


@each_network
def test_odd_sizes_other_shapes_and_odd_widths_build(build, options, smallest, trainable, total):
    for more, wide in ((1, 0.33), (2, 0.07)):
        size = (smallest + more, smallest + 3 * more, 1)
        model = blueprint(build, input_shape=size, width=wide, classes=3, **options)
        output = model.output if isinstance(model.output, list) else [model.output]
        assert {tensor.shape for tensor in output} == {(None, 3)}


@each_network
def test_width_scales_every_layer_but_the_last(build, options, smallest, trainable, total):
    full, half = published(build, **options), blueprint(build, width=0.5, **options)
    for ours, theirs in zip(weighted(half), weighted(full), strict=True):
        factor = 1 if "logits" in ours.name else 0.5
        assert ours.output.shape[-1] == theirs.output.shape[-1] * factor


@pytest.mark.parametrize("size", range(7, 24))
def test_inception_v2_halves_maps_of_every_size(size):
    x = keras.Input((size, size + 1, 8))
    row = inception.INCEPTION_V2["3c"]
    block = inception.inception_v2_block(x, *row, name="block", width=0.1)
    assert block.shape == (None, math.ceil(size / 2), math.ceil((size + 1) / 2), 16 + 10 + 8)


# --------------------------------------------------------------------------------- arguments


@each_network
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"input_shape": (224, 224)}, "input_shape must be"),
        ({"classes": 0}, "classes must be"),
        ({"width": 0}, "width must be"),
    ],
)
def test_bad_arguments_say_what_would_do(
    build, options, smallest, trainable, total, wrong, message
):
    with pytest.raises(ValueError, match=message):
        build(**options, **wrong)


def test_bad_choices_say_what_would_do():
    x = keras.Input((35, 35, 8))
    v2 = (64, 64, 64, 64, 96)
    for build, message in [
        (lambda: inception.googlenet(auxiliary="yes"), "auxiliary must be one of False, True"),
        (lambda: inception.googlenet((224, 224, 3)), "auxiliary must be one of False, True"),
        (lambda: inception.inception_v2_block(x, *v2, "mean", 32, 1, "b"), "pool must be one of"),
        (lambda: inception.inception_v2_block(x, *v2, "average", 32, 2, "b"), "pool must be .*max"),
        (lambda: inception.inception_v3_block(x, "mixed11", "b"), "kind must be one of 'mixed0'"),
        (lambda: inception.inception_v4_block(x, "d", "b"), "kind must be one of 'stem1'"),
        (lambda: inception.inception_resnet_block(x, "c", 1, "b"), "kind must be .*'block35'"),
    ]:
        with pytest.raises(ValueError, match=message):
            build()


# -------------------------------------------------------------------------------- three losses


def test_the_loss_weights_name_the_outputs_and_count_the_auxiliary_losses_by_0_3():
    keras.utils.set_random_seed(0)
    model = inception.googlenet(auxiliary=True, input_shape=(79, 79, 3), classes=3, width=0.1)
    weights = inception.GOOGLENET_LOSS_WEIGHTS
    assert model.output_names == list(weights)
    losses = dict.fromkeys(weights, "sparse_categorical_crossentropy")
    model.compile("sgd", losses, loss_weights=weights, run_eagerly=True)
    images = np.random.default_rng(0).random((4, 79, 79, 3), dtype="float32")
    labels = np.array([0, 1, 2, 0])
    each = [-np.log(p.numpy()[range(4), labels]).mean() for p in model(images, training=False)]
    loss = model.evaluate(images, dict.fromkeys(weights, labels), verbose=0, return_dict=True)
    np.testing.assert_allclose(loss["loss"], each[0] + 0.3 * (each[1] + each[2]), rtol=1e-5)


def test_dropout_as_published():
    def rates(build, **options):
        model = published(build, **options)
        kinds = [layer for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
        return {layer.name: layer.rate for layer in kinds}

    assert rates(inception.googlenet, auxiliary=True) == {
        "dropout": 0.4,
        "auxiliary1_dropout": 0.7,
        "auxiliary2_dropout": 0.7,
    }
    assert rates(inception.inception_v4) == {"dropout": 0.2}
    for build in (inception.inception_v2, inception.inception_v3, inception.inception_resnet_v2):
        assert rates(build) == {}


@pytest.mark.parametrize(("build", "options"), [row[:2] for row in NETWORKS], ids=IDS)
def test_batch_normalization_of_the_course(build, options):
    model = published(build, **options)
    kinds = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    learns_a_factor = build in (inception.inception_v2, inception.inception_v4)
    assert bool(kinds) == (build is not inception.googlenet)
    for layer in kinds:
        assert (layer.momentum, layer.epsilon) == (0.9, 1e-3)
        assert (layer.scale, layer.center) == (learns_a_factor, True)
