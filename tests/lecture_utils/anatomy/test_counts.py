"""Tables, multiply-accumulates and depth against hand counts, sums of ones, and papers."""

import numpy as np
import pytest
from small_models import chain

from lecture_utils import models
from lecture_utils.anatomy import LayerRow, blueprint, count_depth, count_macs, layer_table
from lecture_utils.backend import keras

layers = keras.layers
ONES = {"use_bias": False, "kernel_initializer": "ones"}
DEPTHWISE_ONES = {"use_bias": False, "depthwise_initializer": "ones"}


def test_table_of_the_lectures_convnet():
    table = layer_table(models.convnet_mnist())
    expected = LayerRow("conv1", "Conv2D", (None, 26, 26, 32), 9 * 32 + 32, 26 * 26 * 9 * 32)
    assert table[1] == expected and table.parameters == 104_202
    works = {row.name: row.macs for row in table if row.macs}
    assert list(works)[:3] == ["conv1", "conv2", "conv3"]
    later = [11 * 11 * 9 * 32 * 64, 3 * 3 * 9 * 64 * 128, 3 * 3 * 128 * 10]
    assert list(works.values()) == [expected.macs, *later]


def test_table_prints_with_totals():
    conv, flat = layers.Conv2D(16, 3, name="conv"), layers.Flatten(name="flat")
    image, scores = keras.Input((8, 8, 1), name="image"), layers.Dense(1000, name="scores")
    expected = """\
Layer   Kind        Output shape      Parameters     MACs
---------------------------------------------------------
image   InputLayer  (None, 8, 8, 1)            0        0
conv    Conv2D      (None, 6, 6, 16)         160    5,184
flat    Flatten     (None, 576)                0        0
scores  Dense       (None, 1000)         577,000  576,000
---------------------------------------------------------
Total                                    577,160  581,184"""
    model = keras.Sequential([image, conv, flat, scores])
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
    assert count_depth(model) == 2


def test_several_outputs_are_counted():
    inputs = keras.Input((16, 16, 1))
    x = layers.Conv2D(1, 3)(inputs)
    model = keras.Model(inputs, [layers.Conv2D(1, 3)(x), layers.Conv2D(1, 5)(x)])
    assert count_macs(model) == 14 * 14 * 9 + 12 * 12 * 9 + 10 * 10 * 25


@pytest.mark.parametrize(
    ("shape", "layer"),
    [
        ((11, 4), layers.Conv1D(5, 3, strides=2, **ONES)),
        ((11, 4), layers.Conv1D(6, 2, dilation_rate=3, groups=2, **ONES)),
        ((11, 4), layers.Conv1DTranspose(3, 4, strides=3, **ONES)),
        ((11, 4), layers.Dense(7, **ONES)),
        ((9, 7, 4), layers.Conv2D(6, (3, 2), strides=(2, 1), groups=2, **ONES)),
        ((9, 7, 4), layers.DepthwiseConv2D(3, depth_multiplier=2, **DEPTHWISE_ONES)),
        ((9, 7, 4), layers.Conv2DTranspose(3, (4, 3), strides=(3, 2), **ONES)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_macs_are_the_products_that_are_summed(shape, layer):
    """With ones everywhere and no padding each product adds 1 to the sum of the outputs."""
    model = chain(shape, layer)
    assert count_macs(model) == float(keras.ops.sum(model(np.ones((1, *shape)))))


@pytest.mark.parametrize(
    ("build", "macs"),
    [
        (keras.applications.VGG16, 15.47e9),
        (keras.applications.ResNet50, 3.86e9),  # its paper's table 1: 3.8 billion
        (keras.applications.MobileNet, 569e6),  # Howard et al. 2017, table 4
    ],
)
def test_macs_of_published_networks(build, macs):
    assert count_macs(blueprint(build, weights=None)) == pytest.approx(macs, rel=0.001)


DEPTHS = {"alexnet": 8, "zfnet": 8, "vgg11": 11, "vgg19": 19, "googlenet": 22}
DEPTHS |= {"lenet5": 5}  # C1, C3, C5, F6 and the output: S2 and S4 have no kernel
DEPTHS |= {"unet": 23}  # "23 convolutional layers", section 2 of its paper
DEPTHS |= {f"resnet{depth}": depth for depth in (18, 34, 50, 101, 152)}
BUILT = [(name, {}, depth) for name, depth in DEPTHS.items()]
BUILT += [("lenet5", {"original": False}, 5), ("googlenet", {"auxiliary": True}, 22)]
BUILT += [("resnet_cifar", {"depth": 110}, 110)]


@pytest.mark.parametrize(("name", "options", "depth"), BUILT)
def test_depth_is_the_number_in_the_name(name, options, depth):
    assert count_depth(blueprint(getattr(models, name), **options)) == depth


def test_depth_is_that_of_the_longest_path():
    image = keras.Input((8, 8, 3))
    middle = layers.DepthwiseConv2D(3, padding="same")(layers.Conv2D(4, 1)(image))
    x = layers.Add()([layers.Conv2D(4, 1)(image), layers.Conv2D(4, 1)(middle)])
    x = layers.Dense(2)(layers.GlobalAveragePooling2D()(layers.BatchNormalization()(x)))
    assert count_depth(keras.Model(image, x)) == 4
    assert count_depth(keras.Model(image, layers.ReLU()(image))) == 0
