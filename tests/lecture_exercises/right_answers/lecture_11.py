"""Other right answers to the exercises of lecture 11."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers


def batch_norm__channel_by_channel(maps, gamma, beta, epsilon):
    result = np.empty(maps.shape, dtype="float32")
    for c in range(maps.shape[-1]):
        centred = maps[..., c] - np.mean(maps[..., c])
        result[..., c] = gamma[c] * centred / (np.mean(centred**2) + epsilon) ** 0.5 + beta[c]
    return result


def batch_norm__moments_of_tensorflow(maps, gamma, beta, epsilon):
    mean, variance = tf.nn.moments(tf.constant(maps), axes=[0, 1, 2])
    return tf.nn.batch_normalization(maps, mean, variance, beta, gamma, epsilon)


def batch_norm__rows_of_pixels(maps, gamma, beta, epsilon):
    rows = maps.reshape(-1, maps.shape[-1])
    scale = gamma / np.sqrt(
        np.cov(rows, rowvar=False, ddof=0).reshape(len(gamma), -1).diagonal() + epsilon
    )
    return (rows * scale + (beta - rows.mean(axis=0) * scale)).reshape(maps.shape)


def moving_average__powers(values, start, momentum):
    n = len(values)
    weights = (1 - momentum) * momentum ** np.arange(n - 1, -1, -1)
    return momentum**n * start + weights @ values


def moving_average__recursion(values, start, momentum):
    if len(values) == 0:
        return start
    rest = moving_average__recursion(values[:-1], start, momentum)
    return rest + (1 - momentum) * (values[-1] - rest)


def moving_average__keras_layer(values, start, momentum):
    norm = layers.BatchNormalization(momentum=momentum, scale=False, center=False)
    norm.build((None, 1))
    norm.moving_mean.assign([start])
    for value in values:
        norm(np.array([[value]], dtype="float32"), training=True)
    return keras.ops.convert_to_numpy(norm.moving_mean)[0]


def fold__a_list_of_float32(kernel, bias, gamma, beta, mean, variance, epsilon):
    scale = np.float32(gamma * (variance + epsilon) ** -0.5)
    return [np.float32(kernel) * scale, np.float32(beta - mean * scale + bias * scale)]


def fold__filter_by_filter(kernel, bias, gamma, beta, mean, variance, epsilon):
    kernel, bias = kernel.copy(), bias.copy()
    for n in range(len(bias)):
        deviation = np.sqrt(variance[n] + epsilon)
        kernel[..., n] *= gamma[n] / deviation
        bias[n] = gamma[n] * (bias[n] - mean[n]) / deviation + beta[n]
    return kernel, bias


def fold__tensors(kernel, bias, gamma, beta, mean, variance, epsilon):
    scale = gamma * tf.math.rsqrt(variance + epsilon)
    return tf.einsum("ijkl,l->ijkl", kernel, scale), tf.add(tf.multiply(bias - mean, scale), beta)


def factorized__sequential(x, reduce, filters, n):
    steps = []
    for count, size in ((reduce, (1, 1)), (reduce, (1, n)), (filters, (n, 1))):
        steps += [
            layers.Conv2D(count, size, strides=(1, 1), padding="SAME", use_bias=False),
            layers.BatchNormalization(axis=-1),
            layers.Activation(tf.nn.relu),
        ]
    return keras.Sequential(steps)(x)


def factorized__padding_layers_and_operations(x, reduce, filters, n):
    half = n // 2
    x = layers.Dense(reduce, use_bias=False)(x)
    x = keras.ops.relu(layers.BatchNormalization()(x))
    x = layers.Conv2D(reduce, (1, n), use_bias=False)(layers.ZeroPadding2D((0, half))(x))
    x = keras.ops.maximum(layers.BatchNormalization(momentum=0.9)(x), 0)
    x = layers.Conv2D(filters, (n, 1), use_bias=False)(layers.ZeroPadding2D((half, 0))(x))
    return layers.Activation("relu")(layers.BatchNormalization(epsilon=1e-5)(x))


class _Branch(layers.Layer):
    def __init__(self, reduce, filters, n):
        super().__init__()
        self.norms = [layers.BatchNormalization() for _ in range(3)]
        sizes = ((filters, (n, 1)), (reduce, (1, n)), (reduce, 1))
        self.convs = [layers.Conv2D(f, k, padding="same", use_bias=False) for f, k in sizes]

    def call(self, x, training=None):
        for conv, norm in zip(reversed(self.convs), self.norms):
            x = keras.ops.relu(norm(conv(x), training=training))
        return x


def factorized__a_layer_made_in_another_order(x, reduce, filters, n):
    return _Branch(reduce, filters, n)(x)


def smooth__row_by_row(labels, classes, alpha):
    rows = []
    for label in labels:
        row = [alpha / classes] * classes
        row[label] += 1 - alpha
        rows.append(row)
    return rows


def smooth__filled(labels, classes, alpha):
    targets = np.full((len(labels), classes), alpha / classes, dtype="float32")
    targets[np.arange(len(labels)), labels] += 1 - alpha
    return targets


def smooth__one_hot_of_tensorflow(labels, classes, alpha):
    return tf.one_hot(labels, classes) * (1 - alpha) + alpha / classes
