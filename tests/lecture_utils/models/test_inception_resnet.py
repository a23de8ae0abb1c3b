import numpy as np
import pytest
from inception_checks import WIDTH, assert_equal, assert_same_layers, join
from oracles import noise

from lecture_utils.backend import keras
from lecture_utils.models.inception_resnet import inception_resnet_block, inception_resnet_v2


def test_its_layers_are_those_of_keras_applications():
    assert_same_layers(inception_resnet_v2, keras.applications.InceptionResNetV2)


@pytest.mark.parametrize("scale", [0.17, 1.0])
@pytest.mark.parametrize("relu", [True, False])
def test_a_residual_block_adds_a_share_of_its_branches_and_then_takes_the_relu(scale, relu):
    def conv(n, x, name, *settings):
        return n.conv(x, f"block_mixed_{name}", *settings, gamma=False)

    def reference(n, x):
        seven = conv(n, x, "7x7_reduce", 128, 1)
        seven = conv(n, seven, "7x7_1", 160, (1, 7))
        seven = conv(n, seven, "7x7_2", 192, (7, 1))
        mixed = join(conv(n, x, "1x1", 192, 1), seven)
        kernel, bias = n.weights("block_conv")
        total = x + scale * (mixed @ kernel[0, 0] + bias)
        return {"block_relu": np.maximum(total, 0)} if relu else {"block_add": total}

    x = keras.Input((9, 8, 12))
    block = inception_resnet_block(x, "block17", scale, "block", relu=relu, width=WIDTH)
    assert_equal(keras.Model(x, block), reference, noise(2, 9, 8, 12))
