import math
from functools import partial

import numpy as np
import pytest
from inception_checks import (
    WIDTH,
    assert_equal,
    assert_same_layers,
    assert_stages,
    average3,
    join,
    max3,
    max3_valid,
)
from oracles import ceil_mode_pool, noise

from lecture_utils.anatomy import blueprint, count_macs
from lecture_utils.backend import keras
from lecture_utils.convolution import max_pool2d
from lecture_utils.models.branches import branches, conv_bn_relu
from lecture_utils.models.inception import (
    INCEPTION_V2,
    inception_v2,
    inception_v3,
    inception_v4,
    v2_table,
)

STAGES = {
    # Figure 5 of the paper; with stride 2 (3c, 4e) it prints the size that the block begins with.
    inception_v2: """
        conv1_relu    112 112   64
        pool1          56  56   64
        conv2_relu     56  56  192
        pool2          28  28  192
        inception_3a   28  28  256
        inception_3b   28  28  320
        inception_3c   14  14  576
        inception_4a   14  14  576
        inception_4e    7   7 1024
        inception_5b    7   7 1024
        pool                  1024
        probabilities         1000
    """,
    # Figure 9, and the sizes at the margin of figure 3.
    inception_v4: """
        conv1_relu    149 149   32
        conv2_relu    147 147   32
        conv3_relu    147 147   64
        stem1          73  73  160
        stem2          71  71  192
        stem3          35  35  384
        a_1            35  35  384
        reduction_a    17  17 1024
        b_7            17  17 1024
        reduction_b     8   8 1536
        c_3             8   8 1536
        pool                  1536
        dropout               1536
        probabilities         1000
    """,
}


@pytest.mark.parametrize("build", STAGES)
def test_stages_have_the_sizes_of_the_papers_table(build):
    assert_stages(build, STAGES[build])


def test_v3_takes_5_713_million_multiply_accumulates():
    assert round(count_macs(blueprint(inception_v3)) / 1e9, 3) == 5.713


def test_v3_has_the_layers_of_keras_applications():
    assert_same_layers(inception_v3, keras.applications.InceptionV3)


def v2_three(n, x, name, reduce3, three, reduce_double, double, stride):
    x3 = n.conv(x, f"{name}_3x3_reduce", reduce3, 1)
    xd = n.conv(x, f"{name}_double3x3_reduce", reduce_double, 1)
    xd = n.conv(xd, f"{name}_double3x3_1", double, 3)
    return join(
        n.conv(x3, f"{name}_3x3", three, 3, stride),
        n.conv(xd, f"{name}_double3x3_2", double, 3, stride),
    )


def v2_halve(n, x, name, *channels):
    return join(v2_three(n, x, name, *channels, 2), ceil_mode_pool(x))


def v2_in_numpy(n, x):
    def block(x, name, one, reduce3, three, reduce_double, double, pool, proj):
        return join(
            n.conv(x, f"{name}_1x1", one, 1),
            v2_three(n, x, name, reduce3, three, reduce_double, double, 1),
            n.conv(pool(x), f"{name}_pool_proj", proj, 1),
        )

    x = ceil_mode_pool(n.conv(x, "conv1", 64, 7, 2))
    x = n.conv(n.conv(x, "conv2_reduce", 64, 1), "conv2", 192, 3)
    x = ceil_mode_pool(x)
    x = block(x, "inception_3a", 64, 64, 64, 64, 96, average3, 32)
    x = block(x, "inception_3b", 64, 64, 96, 64, 96, average3, 64)
    x = v2_halve(n, x, "inception_3c", 128, 160, 64, 96)
    x = block(x, "inception_4a", 224, 64, 96, 96, 128, average3, 128)
    x = block(x, "inception_4b", 192, 96, 128, 96, 128, average3, 128)
    x = block(x, "inception_4c", 160, 128, 160, 128, 160, average3, 96)
    x = block(x, "inception_4d", 96, 128, 192, 160, 192, average3, 96)
    x = v2_halve(n, x, "inception_4e", 128, 192, 192, 256)
    x = block(x, "inception_5a", 352, 192, 320, 160, 224, average3, 128)
    x = block(x, "inception_5b", 352, 192, 320, 192, 224, max3, 128)
    x = x.mean(axis=(1, 2))
    return {"pool": x, "logits": n.dense(x, "logits")}


def v4_stem(n, x):
    x = n.conv(x, "conv1", 32, 3, 2, valid=True)
    x = n.conv(x, "conv2", 32, 3, valid=True)
    x = n.conv(x, "conv3", 64, 3)
    x = join(max3_valid(x), n.conv(x, "stem1_3x3", 96, 3, 2, valid=True))
    left = n.conv(x, "stem2_3x3_reduce", 64, 1)
    left = n.conv(left, "stem2_3x3", 96, 3, valid=True)
    right = n.conv(x, "stem2_7x7_reduce", 64, 1)
    right = n.conv(right, "stem2_7x7_1", 64, (1, 7))
    right = n.conv(right, "stem2_7x7_2", 64, (7, 1))
    right = n.conv(right, "stem2_7x7_3", 96, 3, valid=True)
    x = join(left, right)
    return join(n.conv(x, "stem3_3x3", 192, 3, 2, valid=True), max3_valid(x))


def v4_a(n, x, name):
    three = n.conv(x, f"{name}_3x3_reduce", 64, 1)
    three = n.conv(three, f"{name}_3x3", 96, 3)
    double = n.conv(x, f"{name}_double3x3_reduce", 64, 1)
    double = n.conv(double, f"{name}_double3x3_1", 96, 3)
    double = n.conv(double, f"{name}_double3x3_2", 96, 3)
    proj = n.conv(average3(x), f"{name}_pool_proj", 96, 1)
    return join(n.conv(x, f"{name}_1x1", 96, 1), three, double, proj)


def v4_reduction_a(n, x):
    three = n.conv(x, "reduction_a_3x3", 384, 3, 2, valid=True)
    double = n.conv(x, "reduction_a_double3x3_reduce", 192, 1)
    double = n.conv(double, "reduction_a_double3x3_1", 224, 3)
    double = n.conv(double, "reduction_a_double3x3_2", 256, 3, 2, valid=True)
    return join(three, double, max3_valid(x))


def v4_b(n, x, name):
    seven = n.conv(x, f"{name}_7x7_reduce", 192, 1)
    seven = n.conv(seven, f"{name}_7x7_1", 224, (1, 7))
    seven = n.conv(seven, f"{name}_7x7_2", 256, (7, 1))
    double = n.conv(x, f"{name}_double7x7_reduce", 192, 1)
    double = n.conv(double, f"{name}_double7x7_1", 192, (7, 1))
    double = n.conv(double, f"{name}_double7x7_2", 224, (1, 7))
    double = n.conv(double, f"{name}_double7x7_3", 224, (7, 1))
    double = n.conv(double, f"{name}_double7x7_4", 256, (1, 7))
    proj = n.conv(average3(x), f"{name}_pool_proj", 128, 1)
    return join(n.conv(x, f"{name}_1x1", 384, 1), seven, double, proj)


def v4_reduction_b(n, x):
    three = n.conv(x, "reduction_b_3x3_reduce", 192, 1)
    three = n.conv(three, "reduction_b_3x3", 192, 3, 2, valid=True)
    seven = n.conv(x, "reduction_b_7x7_reduce", 256, 1)
    seven = n.conv(seven, "reduction_b_7x7_1", 256, (1, 7))
    seven = n.conv(seven, "reduction_b_7x7_2", 320, (7, 1))
    seven = n.conv(seven, "reduction_b_7x7_3", 320, 3, 2, valid=True)
    return join(three, seven, max3_valid(x))


def v4_c(n, x, name):
    three = n.conv(x, f"{name}_3x3_reduce", 384, 1)
    double = n.conv(x, f"{name}_double3x3_reduce", 384, 1)
    double = n.conv(double, f"{name}_double3x3_1", 448, (3, 1))
    double = n.conv(double, f"{name}_double3x3_2", 512, (1, 3))
    return join(
        n.conv(x, f"{name}_1x1", 256, 1),
        n.conv(three, f"{name}_3x3_1x3", 256, (1, 3)),
        n.conv(three, f"{name}_3x3_3x1", 256, (3, 1)),
        n.conv(double, f"{name}_double3x3_3_1x3", 256, (1, 3)),
        n.conv(double, f"{name}_double3x3_3_3x1", 256, (3, 1)),
        n.conv(average3(x), f"{name}_pool_proj", 256, 1),
    )


def v4_in_numpy(n, x):
    x = v4_stem(n, x)
    for name in ("a_1", "a_2", "a_3", "a_4"):
        x = v4_a(n, x, name)
    x = v4_reduction_a(n, x)
    for name in ("b_1", "b_2", "b_3", "b_4", "b_5", "b_6", "b_7"):
        x = v4_b(n, x, name)
    x = v4_reduction_b(n, x)
    for name in ("c_1", "c_2", "c_3"):
        x = v4_c(n, x, name)
    x = x.mean(axis=(1, 2))
    return {"pool": x, "logits": n.dense(x, "logits")}


@pytest.mark.parametrize(
    ("build", "reference", "size"),
    [(inception_v2, v2_in_numpy, (64, 96)), (inception_v4, v4_in_numpy, (75, 109))],
)
def test_the_network_is_that_of_the_paper_computed_in_numpy(build, reference, size):
    keras.utils.set_random_seed(0)
    model = build(input_shape=(*size, 3), classes=5, width=WIDTH)
    assert_equal(model, reference, noise(2, *size, 3))


def v2_block(x, row):
    return branches(x, v2_table(INCEPTION_V2[row]), "block", partial(conv_bn_relu, width=WIDTH))


@pytest.mark.parametrize("size", [(9, 9), (8, 11)])
def test_on_odd_sides_v2_pools_around_the_pixels_that_its_convolutions_are_around(size):
    """Caffe's pooling has one position less there, so that its network has no odd sides."""

    def reference(n, x):
        borders = [(1, 1) if side % 2 else (0, 2) for side in x.shape[1:3]]
        wide = np.pad(x, ((0, 0), *borders, (0, 0)))
        pooled = max_pool2d(wide, 3, 2)
        return {"block": join(v2_three(n, x, "block", 128, 160, 64, 96, 2), pooled)}

    x = keras.Input((*size, 16))
    assert_equal(keras.Model(x, v2_block(x, "3c")), reference, np.abs(noise(2, *size, 16)))


@pytest.mark.parametrize("size", range(7, 24))
def test_v2_halves_maps_of_every_size(size):
    block = v2_block(keras.Input((size, size + 1, 8)), "3c")
    assert block.shape == (None, math.ceil(size / 2), math.ceil((size + 1) / 2), 20 + 12 + 8)
