"""The Inception networks against the papers' tables once more, computed in plain NumPy.

Each function below is a network or a block as its paper's figure has it, read aloud: layer by layer
in the published channels. It takes the weights from the course's model, by the layer's name, and
checks that their shape is the published one, an eighth as wide.
"""

import numpy as np
import pytest

from lecture_utils.backend import keras
from lecture_utils.convolution import average_pool2d, conv2d, max_pool2d
from lecture_utils.models import inception

WIDTH = 1 / 8


class Numpy:
    """The layers of a model, computed in NumPy with the model's weights."""

    def __init__(self, model, scale=WIDTH):
        self.model, self.scale, self.used = model, scale, set()

    def weights(self, name):
        self.used.add(name)
        return [np.asarray(weight, "float64") for weight in self.model.get_layer(name).weights]

    def kernel(self, x, name, channels, size):
        height, width = size if isinstance(size, tuple) else (size, size)
        kernel, *bias = self.weights(name)
        assert kernel.shape == (height, width, x.shape[-1], channels * self.scale), name
        return kernel, *bias

    def relu_conv(self, x, name, channels, size, stride=1):
        kernel, bias = self.kernel(x, name, channels, size)
        return np.maximum(conv2d(x, kernel, bias, stride, size // 2), 0)

    def conv(self, x, name, channels, size, stride=1, valid=False, gamma=True):
        (kernel,) = self.kernel(x, name, channels, size)
        height, width = kernel.shape[:2]
        x = conv2d(x, kernel, None, stride, 0 if valid else (height // 2, width // 2))
        *factor, beta, mean, variance = self.weights(f"{name}_bn")
        assert len(factor) == gamma, name
        normalized = (x - mean) / np.sqrt(variance + 0.001)
        return np.maximum(normalized * (factor[0] if gamma else 1) + beta, 0)

    def dense(self, x, name):
        kernel, bias = self.weights(name)
        return x @ kernel + bias


def join(*maps):
    return np.concatenate(maps, axis=-1)


def caffe_max_pool(x):
    """3x3, stride 2: as many windows as it takes to reach the edge, cut off there."""
    rows, columns = (range(0, max(size - 3, 0) + 2, 2) for size in x.shape[1:3])
    windows = [[x[:, i : i + 3, j : j + 3].max(axis=(1, 2)) for j in columns] for i in rows]
    return np.moveaxis(np.array(windows), 2, 0)


def max3(x):
    wide = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=-np.inf)
    return max_pool2d(wide, 3, 1)


def average3(x):
    """3x3, stride 1: the mean of the pixels that are there."""
    total, pixels = (9 * average_pool2d(maps, 3, 1, 1) for maps in (x, np.ones_like(x)))
    return total / pixels


def max3_valid(x):
    return max_pool2d(x, 3, 2)


def response_norm(x):
    """Caffe: local_size 5, alpha 0.0001, beta 0.75; k is 1."""
    channels = range(x.shape[-1])
    near = [(x[..., max(c - 2, 0) : c + 3] ** 2).sum(axis=-1) for c in channels]
    return x / (1 + 0.0001 / 5 * np.stack(near, axis=-1)) ** 0.75


# ----------------------------------------------------------------------------------- networks


def googlenet(n, x):
    def block(x, name, one, reduce3, three, reduce5, five, proj):
        return join(
            n.relu_conv(x, f"{name}_1x1", one, 1),
            n.relu_conv(n.relu_conv(x, f"{name}_3x3_reduce", reduce3, 1), f"{name}_3x3", three, 3),
            n.relu_conv(n.relu_conv(x, f"{name}_5x5_reduce", reduce5, 1), f"{name}_5x5", five, 5),
            n.relu_conv(max3(x), f"{name}_pool_proj", proj, 1),
        )

    def head(x, name):
        x = average_pool2d(x, 5, 3)
        x = n.relu_conv(x, f"{name}_conv", 128, 1)
        x = np.maximum(n.dense(x.reshape(len(x), -1), f"{name}_dense"), 0)
        assert x.shape[-1] == 1024 * WIDTH
        return n.dense(x, f"{name}_logits")

    x = n.relu_conv(x, "conv1", 64, 7, 2)
    x = response_norm(caffe_max_pool(x))
    x = n.relu_conv(x, "conv2_reduce", 64, 1)
    x = response_norm(n.relu_conv(x, "conv2", 192, 3))
    x = caffe_max_pool(x)
    x = block(x, "inception_3a", 64, 96, 128, 16, 32, 32)
    x = block(x, "inception_3b", 128, 128, 192, 32, 96, 64)
    x = caffe_max_pool(x)
    x = block(x, "inception_4a", 192, 96, 208, 16, 48, 64)
    first = head(x, "auxiliary1")
    x = block(x, "inception_4b", 160, 112, 224, 24, 64, 64)
    x = block(x, "inception_4c", 128, 128, 256, 24, 64, 64)
    x = block(x, "inception_4d", 112, 144, 288, 32, 64, 64)
    second = head(x, "auxiliary2")
    x = block(x, "inception_4e", 256, 160, 320, 32, 128, 128)
    x = caffe_max_pool(x)
    x = block(x, "inception_5a", 256, 160, 320, 32, 128, 128)
    x = block(x, "inception_5b", 384, 192, 384, 48, 128, 128)
    x = x.mean(axis=(1, 2))
    return {
        "pool5": x,
        "logits": n.dense(x, "logits"),
        "auxiliary1_logits": first,
        "auxiliary2_logits": second,
    }


def v2_three(n, x, name, reduce3, three, reduce_double, double, stride):
    x3 = n.conv(x, f"{name}_3x3_reduce", reduce3, 1)
    xd = n.conv(x, f"{name}_double3x3_reduce", reduce_double, 1)
    xd = n.conv(xd, f"{name}_double3x3_1", double, 3)
    return join(
        n.conv(x3, f"{name}_3x3", three, 3, stride),
        n.conv(xd, f"{name}_double3x3_2", double, 3, stride),
    )


def v2_halve(n, x, name, *channels):
    return join(v2_three(n, x, name, *channels, 2), caffe_max_pool(x))


def inception_v2(n, x):
    def block(x, name, one, reduce3, three, reduce_double, double, pool, proj):
        return join(
            n.conv(x, f"{name}_1x1", one, 1),
            v2_three(n, x, name, reduce3, three, reduce_double, double, 1),
            n.conv(pool(x), f"{name}_pool_proj", proj, 1),
        )

    x = caffe_max_pool(n.conv(x, "conv1", 64, 7, 2))
    x = n.conv(n.conv(x, "conv2_reduce", 64, 1), "conv2", 192, 3)
    x = caffe_max_pool(x)
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


def inception_v4(n, x):
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


# -------------------------------------------------------------------------------------- tests


def randomize(model):
    """Move biases, and the numbers of a batch normalization, away from 0 and 1."""
    rng = np.random.default_rng(0)
    for weight in model.weights:
        kind = weight.path.rsplit("/", 1)[-1]
        if kind in ("bias", "beta", "moving_mean"):
            weight.assign(rng.normal(0, 0.3, weight.shape))
        elif kind in ("gamma", "moving_variance"):
            weight.assign(rng.uniform(0.3, 2, weight.shape))


def assert_equal(model, reference, images, scale=WIDTH):
    """Compare the outputs of the layers that the reference computes."""
    randomize(model)
    numpy = Numpy(model, scale)
    expected = reference(numpy, images.astype("float64"))
    layers = {name: model.get_layer(name).output for name in expected}
    found = keras.Model(model.input, layers)(images, training=False)
    for name, theirs in expected.items():
        assert np.std(theirs) > 1e-3, name
        error = np.abs(found[name] - theirs).max()
        assert error < 1e-5 * np.abs(theirs).max(), name
    assert numpy.used == {layer.name for layer in model.layers if layer.weights}


def images(height, width, channels=3):
    return np.random.default_rng(1).uniform(-1, 1, (2, height, width, channels)).astype("float32")


@pytest.mark.parametrize(
    ("build", "reference", "options", "size"),
    [
        (inception.googlenet, googlenet, {"auxiliary": True}, (96, 83)),
        (inception.inception_v2, inception_v2, {}, (64, 96)),
        (inception.inception_v4, inception_v4, {}, (75, 109)),
    ],
    ids=["googlenet", "v2", "v4"],
)
def test_the_network_is_that_of_the_paper_computed_in_numpy(build, reference, options, size):
    keras.utils.set_random_seed(0)
    model = build(input_shape=(*size, 3), classes=5, width=WIDTH, **options)
    assert_equal(model, reference, images(*size))


def test_googlenet_alone_is_the_first_output_of_the_one_with_auxiliary_heads():
    sizes = {"input_shape": (80, 80, 3), "classes": 5, "width": WIDTH}
    both, alone = inception.googlenet(True, **sizes), inception.googlenet(**sizes)
    for layer in alone.layers:
        layer.set_weights(both.get_layer(layer.name).get_weights())
    x = images(80, 80)
    np.testing.assert_array_equal(alone(x, training=False), both(x, training=False)[0])


@pytest.mark.parametrize("size", [(9, 9), (8, 11)])
def test_on_odd_sides_inception_v2_pools_around_the_pixels_that_its_convolutions_are_around(size):
    """Caffe's pooling has one position less there, so that its network has no odd sides."""

    def reference(n, x):
        borders = [(1, 1) if side % 2 else (0, 2) for side in x.shape[1:3]]
        wide = np.pad(x, ((0, 0), *borders, (0, 0)))
        pooled = max_pool2d(wide, 3, 2)
        return {"block": join(v2_three(n, x, "block", 128, 160, 64, 96, 2), pooled)}

    x = keras.Input((*size, 16))
    block = inception.inception_v2_block(
        x, None, 128, 160, 64, 96, "max", None, 2, "block", width=WIDTH
    )
    assert_equal(keras.Model(x, block), reference, np.abs(images(*size, 16)))


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
    block = inception.inception_resnet_block(x, "block17", scale, "block", relu=relu, width=WIDTH)
    assert_equal(keras.Model(x, block), reference, images(9, 8, 12))


def test_inception_block_as_a_lecture_calls_it():
    def reference(n, x):
        three = n.relu_conv(x, "block_3x3", 6, 3)
        five = n.relu_conv(x, "block_5x5", 2, 5)
        return {"block": join(n.relu_conv(x, "block_1x1", 4, 1), three, five, max3(x))}

    x = keras.Input((7, 6, 3))
    block = inception.inception_block(x, 4, None, 6, None, 2, None, "block")
    assert_equal(keras.Model(x, block), reference, images(7, 6), scale=1)
