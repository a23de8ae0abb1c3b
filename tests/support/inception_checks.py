"""What the Inception networks are compared with: papers' tables, keras.applications, NumPy."""

import numpy as np

from lecture_utils.anatomy import blueprint
from lecture_utils.backend import keras
from lecture_utils.convolution import average_pool2d, conv2d, max_pool2d

WIDTH = 1 / 8  # of the networks that are computed in NumPy


def randomize(model):
    """Move biases, and the numbers of a batch normalization, away from 0 and 1."""
    rng = np.random.default_rng(0)
    for weight in model.weights:
        kind = weight.path.rsplit("/", 1)[-1]
        if kind in ("bias", "beta", "moving_mean"):
            weight.assign(rng.normal(0, 0.3, weight.shape))
        elif kind in ("gamma", "moving_variance"):
            weight.assign(rng.uniform(0.3, 2, weight.shape))


def assert_stages(build, table):
    """Compare the outputs of layers with a table: a line has the layer's name and its shape."""
    model = blueprint(build)
    for layer, *shape in map(str.split, table.strip().split("\n")):
        assert model.get_layer(layer).output.shape == (None, *map(int, shape)), layer


# What decides a layer's output beside its weights; the shapes tell the padding.
SETTINGS = (
    "filters", "kernel_size", "strides", "use_bias", "epsilon", "scale", "units", "pool_size"
)  # fmt: skip
GROUPS = [{"Conv2D", "BatchNormalization", "Dense"}, {"ReLU"}, {"Rescaling"}, {"Concatenate"}]
GROUPS += [{"MaxPooling2D"}, {"AveragePooling2D"}, {"GlobalAveragePooling2D"}]
COUNTERPARTS = {"Activation": "ReLU", "CustomScaleLayer": "Rescaling"}


def listed(model, kinds):
    for layer in model.layers:
        kind = COUNTERPARTS.get(type(layer).__name__, type(layer).__name__)
        if kind in kinds:
            values = {key: getattr(layer, key, None) for key in SETTINGS}
            inputs = [tensor.shape for tensor in keras.tree.flatten(layer.input)]
            if kind == "Rescaling":
                inputs = inputs[-1:]  # their layer adds as well, and so has two
            yield kind, values, inputs, layer.output.shape


def assert_same_layers(build, reference):
    """Compare all layers with those of keras.applications, those of each group in their order."""
    ours, theirs = blueprint(build), blueprint(reference, weights=None)
    for kinds in GROUPS:
        assert list(listed(ours, kinds)) == list(listed(theirs, kinds)), kinds


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


def max3(x):
    wide = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=-np.inf)
    return max_pool2d(wide, 3, 1)


def average3(x):
    """3x3, stride 1: the mean of the pixels that are there."""
    total, pixels = (9 * average_pool2d(maps, 3, 1, 1) for maps in (x, np.ones_like(x)))
    return total / pixels


def max3_valid(x):
    return max_pool2d(x, 3, 2)


def assert_equal(model, reference, images, scale=WIDTH):
    """Compare the outputs of the layers that the reference computes, and that it uses all weights.

    The reference is a network as its paper's figure has it, read aloud: layer by layer, in the
    published channels. It takes the model's weights by the layer's name.
    """
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
