"""Tables, costs and receptive fields against hand counts, papers and gradients."""

import contextlib
import doctest
import itertools
import random

import numpy as np
import pytest

from lecture_utils import anatomy, models
from lecture_utils.anatomy import LayerRow, count_depth, count_macs, layer_table, receptive_field
from lecture_utils.backend import keras

layers = keras.layers


def chain(shape, *stack):
    """A functional model of layers one after the other."""
    inputs = keras.Input(shape, name="image")
    x = inputs
    for layer in stack:
        x = layer(x)
    return keras.Model(inputs, x)


def convnet(pooling):
    """The convolutional network of the MNIST lecture, built here a second time."""
    stack = []
    for number, filters in enumerate((32, 64, 128), 1):
        stack.append(layers.Conv2D(filters, 3, activation="relu", name=f"conv{number}"))
        if pooling and number < 3:
            stack.append(layers.MaxPooling2D(2, name=f"pool{number}"))
    stack += [layers.Flatten(name="flatten"), layers.Dense(10, name="scores")]
    return chain((28, 28, 1), *stack)


def vgg16(width=1.0):
    inputs = x = keras.Input((224, 224, 3))
    for block, (count, filters) in enumerate([(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)], 1):
        for number in range(1, count + 1):
            name = f"conv{block}_{number}"
            x = cheap_conv(int(filters * width), 3, padding="same", name=name)(x)
        x = layers.MaxPooling2D(2, name=f"pool{block}")(x)
    return keras.Model(inputs, x)


def cheap_conv(filters, size, **settings):
    """Kernels of zeros are made at once; random ones take seconds for a large network."""
    return layers.Conv2D(filters, size, kernel_initializer="zeros", use_bias=False, **settings)


def resnet50(width=1.0, stride_in="1x1"):
    inputs = keras.Input((224, 224, 3))
    x = layers.ZeroPadding2D(3)(inputs)
    x = cheap_conv(int(64 * width), 7, strides=2, name="stem")(x)
    x = layers.ZeroPadding2D(1)(x)
    x = layers.MaxPooling2D(3, 2)(x)
    for stage, (blocks, filters) in enumerate([(3, 64), (4, 128), (6, 256), (3, 512)], 2):
        filters = int(filters * width)
        for block in range(blocks):
            stride = 2 if stage > 2 and block == 0 else 1
            first, second = (stride, 1) if stride_in == "1x1" else (1, stride)
            y = cheap_conv(filters, 1, strides=first)(x)
            y = layers.BatchNormalization()(y)
            y = layers.ReLU()(y)
            y = layers.ZeroPadding2D(1)(y)
            y = cheap_conv(filters, 3, strides=second)(y)
            y = cheap_conv(4 * filters, 1)(y)
            if block == 0:
                x = cheap_conv(4 * filters, 1, strides=stride)(x)
            x = layers.Add(name=f"stage{stage}_block{block + 1}")([x, y])
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    x = layers.Dense(1000, kernel_initializer="zeros", name="scores")(x)
    return keras.Model(inputs, x)


def alexnet_features(width=1.0):
    def w(filters):
        return int(filters * width)

    return chain(
        (227, 227, 3),
        layers.Conv2D(w(96), 11, strides=4, name="conv1"),
        layers.MaxPooling2D(3, 2, name="pool1"),
        layers.Conv2D(w(256), 5, padding="same", groups=2, name="conv2"),
        layers.MaxPooling2D(3, 2, name="pool2"),
        layers.Conv2D(w(384), 3, padding="same", name="conv3"),
        layers.Conv2D(w(384), 3, padding="same", groups=2, name="conv4"),
        layers.Conv2D(w(256), 3, padding="same", groups=2, name="conv5"),
        layers.MaxPooling2D(3, 2, name="pool5"),
        layers.Flatten(),
        layers.Dense(w(4096), kernel_initializer="zeros"),
        layers.Dense(w(4096), kernel_initializer="zeros"),
        layers.Dense(w(1000), kernel_initializer="zeros"),
    )


# ---------------------------------------------------------------------------------------- table


@pytest.mark.parametrize(("pooling", "parameters"), [(True, 104_202), (False, 712_202)])
def test_table_of_the_lectures_convnet(pooling, parameters):
    table = layer_table(convnet(pooling))
    assert table.parameters == parameters
    assert [row.name for row in table if row.kind == "Conv2D"] == ["conv1", "conv2", "conv3"]
    if pooling:
        assert table[1] == LayerRow(
            name="conv1",
            kind="Conv2D",
            output_shape=(None, 26, 26, 32),
            parameters=3 * 3 * 32 + 32,
            macs=26 * 26 * 3 * 3 * 32,
        )
        assert [row.macs for row in table] == [
            *(0, 26 * 26 * 9 * 32, 0, 11 * 11 * 9 * 32 * 64, 0, 3 * 3 * 9 * 64 * 128),
            *(0, 3 * 3 * 128 * 10),
        ]


def test_table_prints_with_totals():
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1), name="image"),
            layers.Conv2D(16, 3, name="conv"),
            layers.Flatten(name="flat"),
            layers.Dense(1000, name="scores"),
        ]
    )
    expected = """\
Layer   Kind        Output shape      Parameters     MACs
---------------------------------------------------------
image   InputLayer  (None, 8, 8, 1)            0        0
conv    Conv2D      (None, 6, 6, 16)         160    5,184
flat    Flatten     (None, 576)                0        0
scores  Dense       (None, 1000)         577,000  576,000
---------------------------------------------------------
Total                                    577,160  581,184"""
    table = layer_table(model)
    assert str(table) == repr(table) == expected
    assert len(table) == 4 and table[-1].name == "scores" and table.macs == count_macs(model)


def test_shared_weights_count_once_and_work_as_often_as_they_are_used():
    inputs = keras.Input((8, 8, 4))
    shared = layers.Conv2D(4, 3, padding="same", name="shared")
    x = layers.Dropout(0.5, name="dropout")(shared(shared(inputs)))
    model = keras.Model(inputs, layers.BatchNormalization(name="norm")(x))
    table = layer_table(model)
    rows = [row for row in table if row.name == "shared"]
    assert [row.parameters for row in rows] == [4 * 4 * 9 + 4, 0]
    assert [row.macs for row in rows] == 2 * [64 * 4 * 4 * 9]
    assert table.parameters == model.count_params() == 148 + 4 * 4


def test_nested_models_are_opened_at_the_size_that_they_are_used_at():
    part = keras.Sequential(
        [
            keras.Input((None, None, 1)),
            layers.Conv2D(2, 3, name="conv"),
            layers.MaxPooling2D(2, name="pool"),
        ],
        name="part",
    )
    inputs = keras.Input((16, 12, 1), name="image")
    outer = keras.Model(inputs, part(layers.ZeroPadding2D(1, name="pad")(inputs)), name="outer")
    table = layer_table(chain((16, 12, 1), outer, layers.Flatten(name="flat"), layers.Dense(3)))
    assert [row.name for row in table][:5] == [
        *("image", "outer/pad", "outer/part/conv", "outer/part/pool", "flat")
    ]
    assert table[2].output_shape == (None, 16, 12, 2)
    assert table.macs == 16 * 12 * 9 * 2 + 8 * 6 * 2 * 3


# ----------------------------------------------------------------------------------------- MACs

ones = {"use_bias": False, "kernel_initializer": "ones"}


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv1D(5, 3, strides=2, **ones),
        layers.Conv1D(6, 2, dilation_rate=3, groups=2, **ones),
        layers.Conv1DTranspose(3, 4, strides=3, **ones),
        layers.Dense(7, **ones),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_macs_are_the_products_that_are_summed_1d(layer):
    """With ones everywhere and no padding each product adds 1 to the sum of the outputs."""
    model = chain((11, 4), layer)
    assert count_macs(model) == float(keras.ops.sum(model(np.ones((1, 11, 4)))))


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv2D(5, 3, **ones),
        layers.Conv2D(6, (3, 2), strides=(2, 1), groups=2, **ones),
        layers.DepthwiseConv2D(3, depth_multiplier=2, use_bias=False, depthwise_initializer="ones"),
        layers.Conv2DTranspose(3, 2, strides=2, **ones),
        layers.Conv2DTranspose(3, (4, 3), strides=(3, 2), **ones),
        layers.Dense(7, **ones),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_macs_are_the_products_that_are_summed_2d(layer):
    model = chain((9, 7, 4), layer)
    assert count_macs(model) == float(keras.ops.sum(model(np.ones((1, 9, 7, 4)))))


def test_macs_of_a_separable_convolution():
    separable = chain((10, 10, 8), layers.SeparableConv2D(16, 3, strides=2, padding="same"))
    assert count_macs(separable) == 5 * 5 * (9 * 8 + 8 * 16)
    assert count_macs(chain((10, 8), layers.SeparableConv1D(16, 3))) == 8 * (3 * 8 + 8 * 16)


def test_everything_else_costs_nothing():
    stack = [
        *(layers.Rescaling(1 / 255), layers.RandomFlip(), layers.ZeroPadding2D(1)),
        *(layers.BatchNormalization(), layers.ReLU(), layers.Dropout(0.1), layers.MaxPooling2D()),
        *(layers.UpSampling2D(interpolation="bilinear"), layers.Permute((2, 1, 3))),
        *(layers.GlobalAveragePooling2D(), layers.Softmax()),
    ]
    assert count_macs(chain((8, 8, 3), *stack)) == 0


@pytest.mark.parametrize(
    ("build", "macs"),
    [
        # The dense layers of VGG-16 are left out: 0.12 of its 15.47 billion.
        pytest.param(vgg16, 15.35e9, id="VGG-16"),
        pytest.param(resnet50, 3.86e9, id="ResNet-50"),  # its paper's table 1: 3.8 billion
        pytest.param(alexnet_features, 724e6, id="AlexNet"),
        pytest.param(
            lambda: keras.applications.MobileNet(weights=None), 569e6, id="MobileNet"
        ),  # Howard et al. 2017, table 4
    ],
)
def test_macs_of_published_networks(build, macs):
    assert count_macs(build()) == pytest.approx(macs, rel=0.001)


# ------------------------------------------------------------------------------------------ depth


@pytest.mark.parametrize(
    ("build", "depth"),
    [
        (models.lenet5, 5),  # C1, C3, C5, F6 and the output: S2 and S4 have no kernel
        (lambda: models.lenet5(original=False), 5),
        (models.alexnet, 8),
        (models.zfnet, 8),
        (models.vgg11, 11),
        (models.vgg19, 19),
        (models.googlenet, 22),
        (lambda: models.googlenet(auxiliary=True), 22),
        (models.resnet18, 18),
        (models.resnet34, 34),
        (models.resnet50, 50),
        (models.resnet101, 101),
        (models.resnet152, 152),
        (lambda: models.resnet_cifar(110), 110),
        (models.unet, 23),  # "23 convolutional layers", section 2 of its paper
    ],
)
def test_depth_is_the_number_in_the_name(build, depth):
    assert count_depth(anatomy.blueprint(build)) == depth


def test_depth_is_that_of_the_longest_path():
    image = keras.Input((8, 8, 3))
    long = layers.Conv2D(4, 1)(
        layers.DepthwiseConv2D(3, padding="same")(layers.Conv2D(4, 1)(image))
    )
    x = layers.Add()([layers.Conv2D(4, 1)(image), long])
    x = layers.Dense(2)(layers.GlobalAveragePooling2D()(layers.BatchNormalization()(x)))
    assert count_depth(keras.Model(image, x)) == 4
    assert count_depth(keras.Model(image, layers.ReLU()(image))) == 0


def test_depth_counts_a_layer_as_often_as_it_is_used():
    shared = layers.Conv2D(3, 3, padding="same")
    image = keras.Input((8, 8, 3))
    assert count_depth(keras.Model(image, shared(shared(image)))) == 2


# ------------------------------------------------------------------- receptive fields of papers


def recurrence(*stack):
    """Size, jump and start after (kernel, stride, padding in front), ... : Araujo et al. 2019."""
    size, jump, start = 1, 1, 0
    for kernel, stride, padding in stack:
        size += (kernel - 1) * jump
        start -= padding * jump
        jump *= stride
    return (size, size), (jump, jump), (start, start)


def test_fields_of_the_lectures_convnet():
    plain = convnet(pooling=False)
    assert receptive_field(plain, "conv3") == ((7, 7), (1, 1), (0, 0))
    pooled = convnet(pooling=True)
    assert receptive_field(pooled, "conv3") == recurrence(
        *[(3, 1, 0), (2, 2, 0), (3, 1, 0), (2, 2, 0), (3, 1, 0)]
    )
    # Three windows of 18 pixels, 4 apart: the last two rows and columns are seen by nothing.
    for name in ("flatten", "scores"):
        assert receptive_field(pooled, name) == ((26, 26), (0, 0), (0, 0))
        assert receptive_field(pooled, name, position=(0, 0)).size == (26, 26)


def test_fields_of_vgg16():
    model = vgg16(width=1 / 64)
    assert receptive_field(model, "conv5_3").size == (196, 196)
    # Araujo et al. 2019: size 212, stride 32, padding 90.
    assert receptive_field(model, "pool5") == ((212, 212), (32, 32), (-90, -90))


@pytest.mark.parametrize(("stride_in", "size"), [("1x1", 483), ("3x3", 427)])
def test_fields_of_resnet50(stride_in, size):
    first, second = (2, 1) if stride_in == "1x1" else (1, 2)
    stack = [(7, 2, 3), (3, 2, 1)]
    for blocks in (3, 4, 6, 3):
        stride = (1, 1) if blocks == 3 and len(stack) == 2 else (first, second)
        stack += [(1, stride[0], 0), (3, stride[1], 1)] + [(3, 1, 1)] * (blocks - 1)
    assert recurrence(*stack)[0] == (size, size)

    model = resnet50(width=1 / 64, stride_in=stride_in)
    assert receptive_field(model, "stage5_block3") == recurrence(*stack)
    assert receptive_field(model, "scores").jump == (0, 0)


def test_fields_of_alexnet():
    model = alexnet_features(width=1 / 16)
    names = ("conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool5")
    sizes = [receptive_field(model, name).size[0] for name in names]
    assert sizes == [11, 19, 51, 67, 99, 131, 163, 195]


def test_field_of_mobilenet():
    """Depthwise convolutions, uneven zero padding, a reshape at the end."""
    model = keras.applications.MobileNet(weights=None, alpha=0.25)
    # Araujo et al. 2019: size 315, stride 32, padding 126.
    assert receptive_field(model, "conv_pw_13_relu") == ((315, 315), (32, 32), (-126, -126))
    assert receptive_field(model, model.layers[-1]).jump == (0, 0)


def test_fields_of_upsampled_maps():
    """Two doubled pixels are two halves of one pixel, or the halves of two."""
    up = chain((16, 16, 1), layers.UpSampling2D(2), layers.Conv2D(1, 2, name="conv"))
    assert receptive_field(up, "conv") == ((2, 2), (0.5, 0.5), (0, 0))
    assert receptive_field(up, "conv", position=0).size == (1, 1)
    assert receptive_field(up, "conv", position=1).size == (2, 2)
    transposed = chain((16, 16, 1), layers.Conv2DTranspose(1, 4, strides=2, name="up"))
    assert receptive_field(transposed, "up") == ((2, 2), (0.5, 0.5), (-1, -1))
    back = chain((16, 1), layers.MaxPooling1D(2), layers.UpSampling1D(2, name="up"))
    assert receptive_field(back, "up") == ((2,), (1,), (0,))
    three = receptive_field(chain((16, 1), layers.UpSampling1D(3, name="up")), "up")
    assert three.jump == (pytest.approx(1 / 3),)


def test_axes_are_kept_apart():
    model = chain(
        (30, 40, 1),
        layers.Conv2D(1, (1, 5), strides=(1, 3), name="conv"),
        layers.ZeroPadding2D(((0, 0), (2, 0))),
        layers.MaxPooling2D((3, 2), strides=(2, 1), name="pool"),
    )
    assert receptive_field(model, "pool") == ((3, 8), (2, 3), (0, -6))
    assert receptive_field(model, "pool", position=(1, 2)) == ((3, 8), (2, 3), (2, 0))


def test_a_mean_of_the_whole_map_lets_each_position_see_it():
    inputs = keras.Input((12, 12, 4))
    x = layers.Conv2D(4, 3, padding="same", name="before")(inputs)
    gate = layers.GlobalAveragePooling2D()(x)
    gate = layers.Dense(4, activation="sigmoid")(gate)
    gate = layers.Reshape((1, 1, 4))(gate)
    x = layers.Multiply(name="gated")([x, gate])
    model = keras.Model(inputs, layers.GroupNormalization(2, name="norm")(x))
    assert receptive_field(model, "before").size == (3, 3)
    for name in ("gated", "norm"):
        assert receptive_field(model, name) == ((14, 14), (0, 0), (-1, -1))
        assert receptive_field(model, name, position=(11, 0)) == ((12, 12), (0, 0), (0, 0))


def test_layers_are_found_in_nested_and_shared_models():
    part = keras.Sequential(
        [keras.Input((None, None, 1)), layers.Conv2D(1, 3, name="conv"), layers.MaxPooling2D(2)],
        name="part",
    )
    inner = part.layers[0]
    once = chain((20, 20, 1), part, layers.Conv2D(1, 3, name="last"))
    assert receptive_field(once, "part/conv") == ((3, 3), (1, 1), (0, 0))
    assert receptive_field(once, inner) == receptive_field(once, "part/conv")
    assert receptive_field(once, "last") == ((8, 8), (2, 2), (0, 0))

    twice = chain((20, 20, 1), part, part, layers.Activation("relu", name="last"))
    assert receptive_field(twice, "last") == ((10, 10), (4, 4), (0, 0))
    with pytest.raises(ValueError, match="'part/conv' is used 2 times"):
        receptive_field(twice, "part/conv")

    left, right = keras.Input((9, 9, 1), name="left"), keras.Input((9, 9, 1), name="right")
    shared = layers.Conv2D(1, 5, name="shared")
    pair = keras.Model([left, right], layers.Add(name="sum")([shared(left), shared(right)]))
    assert receptive_field(pair, "shared").size == (5, 5)
    with pytest.raises(ValueError, match=r"'sum' .* several inputs, .*'left'.*'right'|'right'"):
        receptive_field(pair, "sum")


def test_models_with_several_outputs():
    inputs = keras.Input((16, 16, 1))
    x = layers.Conv2D(1, 3, name="trunk")(inputs)
    model = keras.Model(
        inputs, [layers.Conv2D(1, 3, name="left")(x), layers.Conv2D(1, 5, name="right")(x)]
    )
    assert receptive_field(model, "left").size == (5, 5)
    assert receptive_field(model, "right").size == (7, 7)
    assert count_macs(model) == 14 * 14 * 9 + 12 * 12 * 9 + 10 * 10 * 25


# -------------------------------------------------------------- receptive fields and gradients


@pytest.fixture
def double():
    """Let new layers compute in float64, in which small gradients stay above zero."""
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_dtype_policy("float32")


def pixels_that_matter(model, positions):
    """Size and first pixel of where each output position has a gradient; size 0 for nowhere."""
    import tensorflow as tf

    shape = (len(positions), *model.input_shape[1:])  # one image for each position
    images = tf.constant(np.random.default_rng(0).uniform(0.5, 1.0, shape))
    with tf.GradientTape() as tape:
        tape.watch(images)
        outputs = model(images, training=False)
        values = tf.gather_nd(outputs, [(n, *p, 0) for n, p in enumerate(positions)])
    for gradient in tape.gradient(values, images).numpy():
        found = np.nonzero(gradient[..., 0])
        if found[0].size:
            size = tuple(int(np.ptp(axis)) + 1 for axis in found)
            yield size, tuple(int(axis.min()) for axis in found)
        else:
            yield (0,) * len(found), (0,) * len(found)


def compare(model, differentiable, positions):
    """Each position's field must be where its gradient is."""
    expected = pixels_that_matter(differentiable, positions)
    for position, (size, start) in zip(positions, expected, strict=True):
        field = receptive_field(model, "asked", position=position)
        assert (position, field.size, field.start) == (position, size, start)


ALONE = {
    "conv": lambda: layers.Conv2D(1, (3, 2), kernel_initializer="ones"),
    "conv, same": lambda: layers.Conv2D(1, (3, 4), padding="same", kernel_initializer="ones"),
    "strided": lambda: layers.Conv2D(1, (5, 2), (2, 3), "same", kernel_initializer="ones"),
    "dilated": lambda: layers.Conv2D(
        1, (2, 3), padding="same", dilation_rate=(3, 2), kernel_initializer="ones"
    ),
    "depthwise": lambda: layers.DepthwiseConv2D(3, 2, "same", depthwise_initializer="ones"),
    "separable": lambda: layers.SeparableConv2D(
        1, 4, 3, depthwise_initializer="ones", pointwise_initializer="ones"
    ),
    "average pool": lambda: layers.AveragePooling2D((2, 3), padding="same"),
    "transposed": lambda: layers.Conv2DTranspose(1, (4, 3), (2, 3), kernel_initializer="ones"),
    "transposed, same": lambda: layers.Conv2DTranspose(
        1, (4, 5), (3, 2), "same", kernel_initializer="ones"
    ),
    "transposed, longer": lambda: layers.Conv2DTranspose(
        1, 3, 2, "same", output_padding=0, kernel_initializer="ones"
    ),
    "nearest": lambda: layers.UpSampling2D((2, 3)),
    "bilinear": lambda: layers.UpSampling2D((2, 3), interpolation="bilinear"),
    "zero padding": lambda: layers.ZeroPadding2D(((0, 2), (3, 1))),
    "cropping": lambda: layers.Cropping2D(((0, 2), (3, 1))),
}


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("build", ALONE.values(), ids=ALONE)
def test_the_field_of_each_position_of_a_single_layer(build):
    model = chain((11, 8, 1), build(), layers.Identity(name="asked"))
    positions = list(itertools.product(*map(range, model.output_shape[1:-1])))
    compare(model, model, positions)


class Draw:
    """Draws small graphs in which nothing cancels: all weights and pixels are positive."""

    def __init__(self, seed, axes, pooling):
        self.random = random.Random(seed)
        self.axes = axes
        self.pooling = pooling

    def kind(self, name, ending=""):
        return getattr(layers, f"{name}{self.axes}D{ending}")

    def whole(self, low, high):
        return tuple(self.random.randint(low, high) for _ in range(self.axes))

    def pairs(self, pairs):
        """As zero padding and cropping take them: without the outer bracket on one axis."""
        return pairs if self.axes == 2 else pairs[0]

    def padding(self):
        return self.random.choice(["valid", "same"])

    def convolution(self):
        kind = self.random.choice(["Conv", "DepthwiseConv", "SeparableConv"])
        settings = {"kernel_size": self.whole(1, 4), "padding": self.padding()}
        if kind == "Conv" and self.random.random() < 0.6:
            settings["dilation_rate"] = self.whole(1, 3)
            if self.axes == 1 and self.random.random() < 0.5:
                settings["padding"] = "causal"
        ones = ["kernel"] if kind == "Conv" else ["depthwise"]
        if kind != "DepthwiseConv":
            settings["filters"] = 1
        if kind == "SeparableConv":
            ones.append("pointwise")
        return self.kind(kind)(**settings, **{f"{name}_initializer": "ones" for name in ones})

    def down(self, stride, padding):
        size = self.whole(1, 4)
        if self.random.random() < 0.5:
            return self.kind(self.pooling)(size, strides=stride, padding=padding)
        settings = {"strides": stride, "padding": padding, "kernel_initializer": "ones"}
        return self.kind("Conv")(1, size, **settings)

    def up(self, factor, padding):
        if self.random.random() < 0.4:
            size = tuple(f + self.random.randint(0, 2) for f in factor)
            settings = {"strides": factor, "padding": padding, "kernel_initializer": "ones"}
            return self.kind("Conv", "Transpose")(1, size, **settings)
        if self.axes == 1:
            return layers.UpSampling1D(*factor)
        kind = self.random.choice(["nearest", "bilinear"])
        return layers.UpSampling2D(factor, interpolation=kind)

    def layer(self, x):
        kind = self.random.choice(["convolution", "down", "up", "ZeroPadding", "Cropping", "norm"])
        if kind == "convolution":
            return self.convolution()(x)
        if kind in ("down", "up"):
            return getattr(self, kind)(self.whole(1, 3), self.padding())(x)
        if kind == "norm":
            return layers.BatchNormalization()(x)
        pairs = tuple(zip(self.whole(0, 3), self.whole(0, 3), strict=True))
        return self.kind(kind)(self.pairs(pairs))(x)

    def fit(self, x, sizes):
        """Crop or pad with zeros to given sizes, more on one side than on the other."""
        for kind, sign in [("ZeroPadding", 1), ("Cropping", -1)]:
            pairs = []
            for want, have in zip(sizes, x.shape[1:-1], strict=True):
                total = max(sign * (want - have), 0)
                first = self.random.randint(0, total)
                pairs.append((first, total - first))
            x = self.kind(kind)(self.pairs(pairs))(x)
        return x

    def branches(self, x):
        move = self.random.choice([None, self.down, self.up])
        step = self.whole(2, 3)
        maps = []
        for _ in range(self.random.randint(2, 3)):
            y = move(step, "same")(x) if move else x
            if self.random.random() < 0.7:
                y = self.convolution()(y)
            maps.append(self.fit(y, maps[0].shape[1:-1]) if maps else y)
        kind = self.random.choice(["Add", "Average", "Multiply", "Concatenate"])
        if kind == "Multiply":  # a factor of zero would hide the other one
            maps = [layers.Rescaling(1.0, offset=1.0)(y) for y in maps]
        merged = getattr(layers, kind)()(maps)
        return layers.Dense(1, kernel_initializer="ones")(merged)

    def nested(self, x):
        """A model made for any size, used twice."""
        inputs = keras.Input((*(None,) * self.axes, 1))
        part = keras.Model(inputs, self.convolution()(self.down(self.whole(1, 2), "same")(inputs)))
        return part(part(x))

    def model(self, sizes, steps):
        inputs = x = keras.Input((*sizes, 1))
        for _ in range(steps):
            step = self.random.choices([self.layer, self.branches, self.nested], [6, 3, 1])[0]
            with contextlib.suppress(ValueError):  # Keras: the map is too small for this step
                x = step(x)
        return keras.Model(inputs, layers.Identity(name="asked")(x))


def draw(seed, axes, sizes, steps):
    """The same graph twice, to examine and to differentiate.

    The gradient of a maximum reaches a single pixel, so that the second has averages.
    """
    maxima = Draw(seed, axes, "MaxPooling").model(sizes, steps)
    averages = Draw(seed, axes, "AveragePooling").model(sizes, steps)
    assert maxima.output_shape == averages.output_shape
    return maxima, averages


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("axes", [1, 2])
def test_the_field_of_a_position_is_where_its_gradient_is(axes, seed):
    rng = random.Random(seed)
    sizes = [rng.randint(9, 20) for _ in range(axes)]
    model, differentiable = draw(seed, axes, sizes, steps=4)
    outputs = model.output_shape[1:-1]
    positions = [tuple(rng.choice([0, n // 2, n - 1]) for n in outputs) for _ in range(4)]
    positions += [tuple(rng.randrange(n) for n in outputs) for _ in range(4)]
    compare(model, differentiable, positions)
    assert layer_table(model).parameters == model.count_params()


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("seed", range(6))
def test_size_jump_and_start_are_those_of_gradients_far_from_the_edges(seed):
    model, differentiable = draw(1000 + seed, 1, [2000], steps=2)
    size, jump, start = (numbers[0] for numbers in receptive_field(model, "asked"))
    # After two upsamplings by 2 or 3 the windows repeat every 36 positions or more often.
    middle = model.output_shape[1] // 2 // 36 * 36
    seen = list(pixels_that_matter(differentiable, [(middle + i,) for i in range(36)]))
    assert max(size for (size,), _ in seen) == size
    assert seen[0][1][0] == pytest.approx(start + middle * jump)


# ------------------------------------------------------------------ layers of your own, mistakes


class SubSampling(layers.Layer):
    """As in LeNet: a mean times a coefficient for each map, plus a bias."""

    anatomy = {"size": 2, "stride": 2, "macs": 0}  # noqa: RUF012

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],))

    def call(self, x):
        return self.scale * keras.ops.average_pool(x, 2, 2)


class Blur(layers.Layer):
    """A convolution that pads by hand, with a window that depends on its arguments."""

    def __init__(self, size, padding, **settings):
        super().__init__(**settings)
        self.size, self.padding = size, padding

    @property
    def anatomy(self):
        return {"size": self.size, "padding": self.padding, "macs": self.size**2}

    def call(self, x):
        pad = self.padding
        x = keras.ops.pad(x, [(0, 0), (pad, pad), (pad, pad), (0, 0)])
        return keras.ops.average_pool(x, self.size, 1)


def own(anatomy):
    """A pooling layer that declares `anatomy`."""
    kind = type("Own", (layers.MaxPooling2D,), {"anatomy": anatomy})
    return chain((8, 8, 1), kind(2, name="own"))


def test_layers_of_your_own_declare_their_window():
    model = chain((20, 20, 1), SubSampling(), Blur(5, 1, name="blur"), SubSampling(name="last"))
    assert receptive_field(model, "last") == recurrence((2, 2, 0), (5, 1, 1), (2, 2, 0))
    assert receptive_field(model, "blur", position=(0, 7)) == ((8, 8), (2, 2), (0, 12))
    assert count_macs(model) == 8 * 8 * 25
    assert layer_table(model).parameters == 2
    norm = own({"size": 1, "stride": (2, 2), "padding": "same", "macs": 3})
    assert receptive_field(norm, "own") == ((1, 1), (2, 2), (0, 0))


@pytest.mark.parametrize(
    "anatomy",
    [{"size": 2, "stride": 2}, {"macs": 0}, {"size": 2, "strides": 2, "macs": 0}, (2, 2), None],
)
def test_a_declaration_must_be_complete(anatomy):
    model = own(anatomy)
    for ask in (layer_table, count_macs, lambda model: receptive_field(model, "own")):
        with pytest.raises(ValueError, match=r"'own' \(Own\) must have an `anatomy` dictionary"):
            ask(model)


def test_a_declaration_must_fit_the_output():
    with pytest.raises(ValueError, match=r"'own' \(Own\) declares .* \(7, 7\) .* \(4, 4\)"):
        receptive_field(own({"size": 2, "macs": 0}), "own")


class Unknown(layers.Conv2D):
    """Its class is not one of Keras's, so that it could do anything."""


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        (Unknown(1, 3), "Unknown"),
        (layers.Lambda(lambda x: x[:, ::-1], output_shape=lambda shape: shape), "Lambda"),
        (layers.TimeDistributed(layers.Conv1D(1, 3)), "TimeDistributed"),
        (layers.ConvLSTM1D(2, 3), "ConvLSTM1D"),
    ],
    ids=["subclass", "function", "wrapper", "recurrent"],
)
def test_unknown_layers_are_named(layer, name):
    layer.name = "strange"
    model = chain((9, 9, 1), layers.Conv2D(2, 1, name="first"), layer)
    for ask in (layer_table, count_macs, lambda model: receptive_field(model, "strange")):
        with pytest.raises(ValueError, match=rf"'strange' \({name}\) .* not supported"):
            ask(model)
    assert receptive_field(model, "first").size == (1, 1)  # nothing strange on the way


def test_operations_without_a_layer_are_named():
    inputs = keras.Input((8, 8, 1))
    model = keras.Model(inputs, layers.ReLU(name="relu")(inputs + inputs))
    for ask in (layer_table, count_macs, lambda model: receptive_field(model, "relu")):
        with pytest.raises(ValueError, match=r"\(Add\) .* use a layer of keras\.layers"):
            ask(model)


@pytest.mark.parametrize(
    "layer",
    [
        layers.Softmax(axis=1),
        layers.LayerNormalization(axis=[1, 2, 3]),
        layers.Permute((2, 1, 3)),
        layers.Reshape((4, 16, 1)),
        layers.Resizing(4, 4),
        layers.UpSampling2D(2, interpolation="bicubic"),
        layers.Conv2DTranspose(1, 1, strides=2),
        layers.Conv2DTranspose(1, 3, dilation_rate=2),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_layers_that_look_through_no_window_are_named(layer):
    layer.name = "odd"
    with pytest.raises(ValueError, match=rf"'odd' \({type(layer).__name__}\) .* not supported"):
        receptive_field(chain((8, 8, 1), layer), "odd")


def test_channels_are_merged_and_normalized_but_not_rows():
    inputs = keras.Input((8, 8, 2))
    shrunk = layers.Conv2D(2, 3, padding="same")(inputs)
    merged = layers.Concatenate(axis=3)([inputs, shrunk])
    normed = layers.LayerNormalization(name="norm")(merged)
    stacked = layers.Concatenate(axis=1, name="stacked")([inputs, shrunk])
    model = keras.Model(inputs, [normed, stacked])
    assert receptive_field(model, "norm") == ((3, 3), (1, 1), (-1, -1))
    with pytest.raises(ValueError, match="'stacked'"):
        receptive_field(model, "stacked")


def test_branches_must_move_together():
    inputs = keras.Input((4, 4, 1))
    strided = layers.Conv2D(1, 1, strides=2)(inputs)
    model = keras.Model(inputs, layers.Add(name="sum")([strided, layers.Conv2D(1, 3)(inputs)]))
    with pytest.raises(ValueError, match=r"'sum' .* different steps, 1, 2 pixels"):
        receptive_field(model, "sum")


class Subclassed(keras.Model):
    def call(self, x):
        return x


@pytest.mark.parametrize(
    "model",
    [keras.Sequential([layers.Dense(3)]), Subclassed(), "vgg16"],
    ids=["unbuilt", "subclass", "string"],
)
def test_a_model_needs_a_graph(model):
    for ask in (layer_table, count_macs, lambda model: receptive_field(model, "x")):
        with pytest.raises(ValueError, match=r"model must be a keras\.Model with a graph"):
            ask(model)


def test_sizes_must_be_known():
    model = chain((None, None, 1), layers.Conv2D(1, 3, name="conv"))
    for ask in (layer_table, count_macs, lambda model: receptive_field(model, "conv")):
        with pytest.raises(ValueError, match=r"'image' .* unknown sizes"):
            ask(model)
    vector = chain((784,), layers.Dense(10, name="scores"))
    with pytest.raises(ValueError, match=r"'scores' .* axes between batch and channels"):
        receptive_field(vector, "scores")


def test_channels_must_come_last():
    model = chain((1, 8, 8), layers.MaxPooling2D(data_format="channels_first", name="pool"))
    for ask in (layer_table, count_macs, lambda model: receptive_field(model, "pool")):
        with pytest.raises(ValueError, match=r"'pool' .*channels_first"):
            ask(model)


def test_a_wrong_name_is_answered_with_near_ones():
    model = convnet(pooling=True)
    with pytest.raises(ValueError, match=r"got 'conv_2'.*'conv2'"):
        receptive_field(model, "conv_2")
    with pytest.raises(ValueError, match="layer must be a layer of the model"):
        receptive_field(model, layers.Dense(3))
    nested = chain((28, 28, 1), keras.Model(model.inputs, model.outputs, name="net"))
    with pytest.raises(ValueError, match="'net/conv1'"):
        receptive_field(nested, "net")


@pytest.mark.parametrize("position", [(5, 0), (0, -1), (0,), (0, 0, 0), (0.5, 0), "ab", 5])
def test_a_position_must_lie_on_the_map(position):
    with pytest.raises(ValueError, match=r"position .* \(5, 5\) positions"):
        receptive_field(convnet(pooling=True), "pool2", position=position)


def test_examples_in_the_text():
    assert doctest.testmod(anatomy).failed == 0


def test_a_blueprint_counts_without_weights():
    blueprint = anatomy.blueprint(models.convnet_mnist, pooling=False)
    whole = models.convnet_mnist(pooling=False)
    assert str(anatomy.layer_table(blueprint)) == str(anatomy.layer_table(whole))
    assert all(weight._value is None for weight in blueprint.weights)
    assert all(weight._value is not None for weight in whole.weights)


def test_nothing_gives_a_blueprint_its_weights_later():
    # Keras fills what it has deferred whenever it leaves the scope in which it works out the shape
    # of a layer of one's own.
    blueprint = anatomy.blueprint(models.dense_mnist)
    with pytest.raises(ZeroDivisionError):
        anatomy.blueprint(lambda: models.dense_mnist() and 1 / 0)
    with keras.StatelessScope():
        inside = layers.Dense(2)
        inside.build((None, 3))
    assert all(weight._value is None for weight in blueprint.weights)
    assert all(weight._value is not None for weight in inside.weights)
