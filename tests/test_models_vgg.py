import numpy as np
import pytest

from lecture_utils import anatomy
from lecture_utils.backend import keras
from lecture_utils.convolution import conv2d, max_pool2d
from lecture_utils.models import vgg

BUILDERS = {"vgg11": vgg.vgg11, "vgg13": vgg.vgg13, "vgg16": vgg.vgg16, "vgg19": vgg.vgg19}
every_network = pytest.mark.parametrize("name", BUILDERS)

# Table 1 of the paper, columns A, B, D and E: the maps of each 3x3 convolution, M for a pooling.
TABLE = {
    "vgg11": "64 M 128 M 256 256 M 512 512 M 512 512 M",
    "vgg13": "64 64 M 128 128 M 256 256 M 512 512 M 512 512 M",
    "vgg16": "64 64 M 128 128 M 256 256 256 M 512 512 512 M 512 512 512 M",
    "vgg19": "64 64 M 128 128 M 256 256 256 256 M 512 512 512 512 M 512 512 512 512 M",
}


def noise(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def randomize(model):
    """Give a model random weights, biases too, that keep the size of the signal."""
    random = np.random.default_rng(1)
    for weight in model.trainable_variables:
        fan_in = np.prod(weight.shape[:-1]) if len(weight.shape) > 1 else 200
        draws = random.standard_normal(weight.shape, dtype="float32")
        weight.assign(draws * np.float32(np.sqrt(2 / fan_in)))


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("vgg11", 132_863_336),
        ("vgg13", 133_047_848),
        ("vgg16", 138_357_544),
        ("vgg19", 143_667_240),
    ],
)
def test_parameters_as_published(name, parameters):
    model = anatomy.blueprint(BUILDERS[name])
    assert (model.name, model.count_params()) == (name, parameters)


@every_network
def test_the_layers_are_the_papers_table(name):
    rows = anatomy.layer_table(anatomy.blueprint(BUILDERS[name]))
    found = [row for row in rows if row.kind in ("Conv2D", "MaxPooling2D")]
    side, channels = 224, 3
    for row, entry in zip(found, TABLE[name].split(), strict=True):
        if entry == "M":
            side //= 2
            assert (row.kind, row.parameters) == ("MaxPooling2D", 0)
        else:
            assert row.parameters == 9 * channels * int(entry) + int(entry)
            channels = int(entry)
        assert row.output_shape == (None, side, side, channels)
    assert [(row.kind, row.output_shape[1]) for row in rows[-7:]] == [
        ("Flatten", 7 * 7 * 512),
        ("Dense", 4096), ("Dropout", 4096),
        ("Dense", 4096), ("Dropout", 4096),
        ("Dense", 1000), ("Softmax", 1000),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "billions"), [("vgg11", 7.61), ("vgg13", 11.31), ("vgg16", 15.47), ("vgg19", 19.63)]
)
def test_multiply_accumulates(name, billions):
    macs, side, channels = 0, 224, 3
    for entry in TABLE[name].split():
        if entry == "M":
            side //= 2
        else:
            macs += side * side * 9 * channels * int(entry)
            channels = int(entry)
    if name == "vgg16":
        assert round(macs / 1e9, 2) == 15.35  # convolutions alone
    macs += 7 * 7 * 512 * 4096 + 4096 * 4096 + 4096 * 1000
    assert anatomy.count_macs(anatomy.blueprint(BUILDERS[name])) == macs
    assert round(macs / 1e9, 2) == billions


def test_receptive_fields_of_vgg16():
    model = anatomy.blueprint(vgg.vgg16)
    sizes = {
        "block1_pool": 6, "block2_pool": 16, "block3_pool": 44, "block4_pool": 100,
        "block5_conv3": 196, "block5_pool": 212,
    }  # fmt: skip
    for layer, size in sizes.items():
        assert anatomy.receptive_field(model, layer).size == (size, size)
    assert anatomy.receptive_field(model, "block5_pool").jump == (32, 32)


@pytest.mark.parametrize(("convolutions", "window"), [(1, 3), (2, 5), (3, 7), (4, 9)])
def test_a_stack_of_small_filters_sees_what_one_large_filter_sees(convolutions, window):
    image = keras.Input((32, 32, 8))
    model = keras.Model(image, vgg.vgg_block(image, 8, convolutions, "block"))
    last = f"block_conv{convolutions}"
    assert anatomy.receptive_field(model, last).size == (window, window)
    assert model.get_layer(last).output.shape == (None, 32, 32, 8)
    # The paper's saving: 3 · 9 C² weights against 49 C² for three layers.
    assert model.count_params() == convolutions * (9 * 8 * 8 + 8)


def test_a_block_alone_is_convolutions_relus_and_a_pooling():
    images = noise(2, 9, 12, 3)
    image = keras.Input(images.shape[1:])
    model = keras.Model(image, vgg.vgg_block(image, 5, 2, "block"))
    randomize(model)
    first, first_bias, second, second_bias = model.get_weights()
    x = np.maximum(conv2d(images, first, first_bias, padding="same"), 0)
    x = np.maximum(conv2d(x, second, second_bias, padding="same"), 0)
    np.testing.assert_allclose(model(images), max_pool2d(x, 2), rtol=1e-5, atol=1e-5)
    assert [layer.name for layer in model.layers[1:]] == [
        "block_conv1",
        "block_conv2",
        "block_pool",
    ]


def compare_with_applications(name, input_shape, classes):
    """Compare all logits, for the same random weights, with those of keras.applications."""
    application = getattr(keras.applications, name.upper())
    theirs = application(
        weights=None, input_shape=input_shape, classes=classes, classifier_activation=None
    )
    randomize(theirs)
    ours = BUILDERS[name](input_shape, classes, initializer="zeros")
    ours.set_weights(theirs.get_weights())
    images = noise(2, *input_shape)
    expected = np.asarray(theirs(images))
    assert np.ptp(expected) > 1  # not all the same
    logits = keras.Model(ours.input, ours.get_layer("logits").output)
    np.testing.assert_allclose(logits(images), expected, atol=1e-4)
    probabilities = np.exp(expected - expected.max(axis=1, keepdims=True))
    np.testing.assert_allclose(
        ours(images), probabilities / probabilities.sum(axis=1, keepdims=True), atol=1e-4
    )


@pytest.mark.parametrize("name", ["vgg16", "vgg19"])
def test_same_weights_give_the_outputs_of_keras_applications(name):
    compare_with_applications(name, (43, 64, 3), 10)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vgg16", "vgg19"])
def test_as_published_too(name):
    compare_with_applications(name, (224, 224, 3), 1000)


@every_network
def test_small_odd_and_narrow(name):
    build = BUILDERS[name]
    for shape in ((32, 32, 1), (33, 47, 3)):
        for width in (0.1, 0.33, 0.001):
            model = anatomy.blueprint(build, shape, classes=7, width=width)
            assert model.output_shape == (None, 7)
            assert model.get_layer("block5_pool").output.shape[1:3] == (1, 1)
    assert model.get_layer("block5_pool").output.shape[-1] == 1
    for shape in ((31, 32, 3), (32, 31, 3)):
        with pytest.raises(ValueError, match=r"the smallest is \(32, 32, 3\)"):
            build(shape)


@every_network
def test_bad_arguments_are_named(name):
    for options in ({"classes": 0}, {"width": -1}, {"input_shape": (224, 224)}):
        with pytest.raises(ValueError, match=f"^{next(iter(options))} must be"):
            BUILDERS[name](**options)


def test_width_scales_every_hidden_layer():
    model = anatomy.blueprint(vgg.vgg11, (32, 32, 3), width=0.25)
    outputs = [row.output_shape[-1] for row in anatomy.layer_table(model) if row.parameters]
    assert outputs == [16, 32, 64, 64, 128, 128, 128, 128, 1024, 1024, 1000]


def test_the_initializer_is_that_of_the_hidden_layers():
    model = vgg.vgg11((32, 32, 1), 10, width=0.1, initializer="zeros")
    kernels = {
        weight.path: np.abs(weight).max() for weight in model.weights if "kernel" in weight.path
    }
    assert [path for path, largest in kernels.items() if largest > 0] == ["logits/kernel"]
    model = vgg.vgg11((32, 32, 1), 10, width=0.1)
    for layer in ("block5_conv2", "dense2"):
        kernel = np.asarray(model.get_layer(layer).kernel)
        assert kernel.std() == pytest.approx(np.sqrt(2 / np.prod(kernel.shape[:-1])), rel=0.05)


def test_half_of_the_dense_layers_outputs_drop_out():
    model = anatomy.blueprint(vgg.vgg16, (32, 32, 3))
    rates = [layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
    assert rates == [0.5, 0.5]
