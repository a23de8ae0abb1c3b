"""What tests of several networks compare with: the papers' layers in NumPy."""

import math

import numpy as np

from lecture_utils.backend import keras


def noise(*shape, scale=1.0, seed=0):
    return np.random.default_rng(seed).normal(size=shape, scale=scale).astype("float32")


def ceil_mode_pool(maps, size=3, stride=2):
    """Pool as Caffe does: windows begin inside, and what reaches over the edge is cut off."""
    height, width = (math.ceil((side - size) / stride) + 1 for side in maps.shape[1:3])
    pooled = np.empty((len(maps), height, width, maps.shape[-1]), maps.dtype)
    for y in range(height):
        for x in range(width):
            window = maps[:, y * stride :, x * stride :][:, :size, :size]
            pooled[:, y, x] = window.max(axis=(1, 2))
    return pooled


def normalize_responses(maps, k=2, n=5, alpha=1e-4, beta=0.75):
    """Compute AlexNet's formula: n maps are summed, of an even n one more before i than behind."""
    channels = maps.shape[-1]
    normalized = np.empty_like(maps)
    for i in range(channels):
        total = 0
        for j in range(max(0, i - n // 2), min(channels - 1, i + (n - 1) // 2) + 1):
            total = total + maps[..., j] ** 2
        normalized[..., i] = maps[..., i] / (k + alpha * total) ** beta
    return normalized


def randomize(model):
    """Give a model random weights, biases too, that keep the size of the signal."""
    random = np.random.default_rng(1)
    for weight in model.trainable_variables:
        fan_in = np.prod(weight.shape[:-1]) if len(weight.shape) > 1 else 50
        draws = random.standard_normal(weight.shape, dtype="float32")
        weight.assign(draws * np.float32(np.sqrt(2 / fan_in)))
    return model


def logits_of(model, images):
    """Compute what a classifier's softmax is given."""
    return np.asarray(keras.Model(model.input, model.get_layer("logits").output)(images))


def weights_of(model):
    """Return the weights of each layer that has some, by its name."""
    return {layer.name: layer.get_weights() for layer in model.layers if layer.weights}


def dense_end(maps, weights):
    """Compute logits from a classifier's last maps: two dense layers with ReLUs, one without."""
    x = maps.reshape(len(maps), -1)
    for layer in ("fc6", "fc7"):
        kernel, bias = weights[layer]
        x = np.maximum(x @ kernel + bias, 0)
    kernel, bias = weights["logits"]
    return x @ kernel + bias


def check_logits(model, images, by_hand, *arguments):
    """Compare a model, given random weights, with a function of its weights and the images."""
    expected = by_hand(weights_of(randomize(model)), images, *arguments)
    close = {"rtol": 1e-4, "atol": 1e-4 * np.ptp(expected)}
    np.testing.assert_allclose(logits_of(model, images), expected, **close)
