"""Other right answers to the exercises of lecture 12."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers


def shortcut_a__into_zeros(maps, channels, stride):
    count, rows, columns, before = maps.shape
    result = np.zeros((count, -(-rows // stride), -(-columns // stride), channels))
    result[..., :before] = maps[:, ::stride, ::stride]
    return result


def shortcut_a__pooling_by_keras(maps, channels, stride):
    kept = layers.AveragePooling2D(1, strides=stride)(maps.astype("float32"))
    return keras.ops.pad(kept, [(0, 0)] * 3 + [(0, channels - maps.shape[-1])])


def shortcut_a__lists(maps, channels, stride):
    zeros = [0.0] * (channels - maps.shape[-1])
    return [
        [[list(pixel) + zeros for pixel in row[::stride]] for row in image[::stride]]
        for image in maps
    ]


def bottleneck_weights__factored(wide, narrow):
    return narrow * (2 * wide + 9 * narrow)


def bottleneck_weights__a_loop(wide, narrow):
    layers = ((1, wide, narrow), (3, narrow, narrow), (1, narrow, wide))
    return np.sum([k**2 * a * b for k, a, b in layers])


def bottleneck_weights__counted_by_keras(wide, narrow):
    steps = [layers.Conv2D(n, k, use_bias=False) for n, k in ((narrow, 1), (narrow, 3), (wide, 1))]
    return keras.Sequential([keras.Input((8, 8, wide)), *steps]).count_params()


def preactivated__sequential_branch_and_plus(x, channels):
    def half():
        conv = layers.Conv2D(channels, (3, 3), padding="same", use_bias=False, dilation_rate=1)
        return [layers.BatchNormalization(), layers.Activation(tf.nn.relu), conv]

    return keras.Sequential(half() + half())(x) + x


def preactivated__padding_layers_and_operations(x, channels):
    y = x
    for _ in range(2):
        y = keras.ops.maximum(layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(y), 0)
        y = layers.Conv2D(channels, 3, use_bias=False)(layers.ZeroPadding2D()(y))
    return keras.ops.add(y, x)


class _Half(layers.Layer):
    def __init__(self, channels):
        super().__init__()
        self.conv = layers.Conv2D(channels, 3, padding="same", use_bias=False)
        self.norm = layers.BatchNormalization()

    def call(self, x, training=None):
        return self.conv(keras.activations.relu(self.norm(x, training=training)))


def preactivated__a_layer_of_its_own(x, channels):
    return layers.Add()([_Half(channels)(_Half(channels)(x)), x])


def cifar_parameters__a_formula(depth):
    n = (depth - 2) // 6
    kernels = 27 * 16 + 9 * (n * 2 * (16**2 + 32**2 + 64**2) - (32**2 + 64**2) // 2)
    return kernels + 2 * 16 + 2 * 2 * n * (16 + 32 + 64) + 650


def cifar_parameters__arrays(depth):
    after = np.repeat([16, 32, 64], (depth - 2) // 3)
    before = np.append(16, after[:-1])
    return 464 + np.sum(9 * before * after + 2 * after) + 65 * 10


def cifar_parameters__recursion(depth):
    if depth > 8:
        return cifar_parameters__recursion(depth - 6) + 18 * (16**2 + 32**2 + 64**2) + 4 * 112
    return 432 + 32 + 9 * (2 * 256 + 16 * 32 + 32**2 + 32 * 64 + 64**2) + 4 * 112 + 650


def stochastic_depth__a_factor(x, branch, survival, training, rng):
    return x + branch(x) * (float(rng.uniform() < survival) if training else survival)


def stochastic_depth__binomial(x, branch, survival, training, rng):
    share = rng.binomial(1, survival) if training else survival
    return (np.float32(x) + np.float32(share * branch(x))).tolist()


def stochastic_depth__choice_and_tensor(x, branch, survival, training, rng):
    if training and not rng.choice([True, False], p=[survival, 1 - survival]):
        return tf.constant(x)
    return tf.add(x, branch(x) * (1 if training else survival))
