"""Other right answers to the exercises of lecture 10."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers


def pixelwise__pixel_by_pixel(maps, kernel, bias):
    return [[kernel[0, 0].T @ pixel + bias for pixel in row] for row in maps]


def pixelwise__convolution_of_tensorflow(maps, kernel, bias):
    maps, kernel, bias = (tf.cast(values, "float32") for values in (maps, kernel, bias))
    return (tf.nn.conv2d(maps[tf.newaxis], kernel, 1, "VALID") + bias)[0]


def pixelwise__filter_by_filter(maps, kernel, bias):
    filters = [(maps * kernel[0, 0, :, n]).sum(axis=-1) + bias[n] for n in range(len(bias))]
    return np.stack(filters, axis=-1).astype("float32")


def reduced_macs__counted_by_places(side, channels, reduce, kernel, filters):
    return sum(reduce * (channels + filters * kernel**2) for _ in range(side) for _ in range(side))


def reduced_macs__a_float(side, channels, reduce, kernel, filters):
    return float(side) ** 2 * (1.0 * channels * reduce + kernel**2 * reduce * filters)


def reduced_macs__a_tensor(side, channels, reduce, kernel, filters):
    return tf.constant(side * side * reduce) * (channels + kernel * kernel * filters)


def inception_parameters__from_keras(channels, row):
    a, b, c, d, e, f = row
    total = 0
    for kernel, before, filters in [(1, channels, a + b + d + f), (3, b, c), (5, d, e)]:
        layer = layers.Conv2D(filters, kernel)
        layer.build((None, None, None, before))
        total += layer.count_params()
    return total


def inception_parameters__products_of_vectors(channels, row):
    before = np.array([channels, channels, 9 * row[1], channels, 25 * row[3], channels]) + 1
    return before @ row


def inception_parameters__recursion(channels, row):
    if len(row) == 1:
        return np.float64((channels + 1) * row[0])
    *rest, filters = row
    if len(row) in (3, 5):  # the 3x3 or the 5x5, behind its reduction
        kernel, before = len(row), row[-2]
    else:
        kernel, before = 1, channels
    return (kernel**2 * before + 1) * filters + inception_parameters__recursion(channels, rest)


def _conv(maps, filters, kernel):
    maps = layers.ZeroPadding2D(kernel // 2)(maps)
    return keras.ops.maximum(layers.Conv2D(filters, kernel)(maps), 0.0)


def double_block__padding_layers_and_operations(x, row):
    a, b, c, d, e, f = row
    pooled = _conv(keras.ops.max_pool(x, 3, strides=1, padding="same"), f, 1)
    double = _conv(_conv(_conv(x, d, 1), e, 3), e, 3)
    three = _conv(layers.Dense(b, "relu")(x), c, 3)
    return keras.ops.concatenate([layers.Dense(a, tf.nn.relu)(x), three, double, pooled], axis=-1)


def double_block__sequential_branches(x, row):
    relu = layers.ReLU()

    def branch(*pairs):
        options = {"padding": "SAME", "activation": relu, "groups": 1, "dilation_rate": 1}
        return [layers.Conv2D(n, k, **options) for n, k in pairs]

    a, b, c, d, e, f = row
    pool = layers.MaxPool2D((3, 3), strides=(1, 1), padding="same")
    branches = [pool, *branch((f, 1))], branch((d, 1), (e, 3), (e, 3)), branch((b, 1), (c, 3))
    *others, one = [keras.Sequential(steps)(x) for steps in (*branches, branch((a, 1)))]
    return layers.concatenate([one, *others[::-1]])


class _Block(keras.Model):
    def __init__(self, row):
        super().__init__()
        sizes = zip(row[:5] + row[4:], (1, 1, 3, 1, 3, 3, 1))
        self.convs = [layers.Conv2D(n, k, padding="same") for n, k in sizes]

    def call(self, x):
        one, *three, reduce, first, second, last = self.convs
        padded = keras.ops.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)], constant_values=-1e9)
        ends = []
        for start, chain in (
            (x, [one]),
            (x, three),
            (x, [reduce, first, second]),
            (layers.MaxPooling2D(3, strides=1)(padded), [last]),
        ):
            for conv in chain:
                start = keras.activations.relu(conv(start))
            ends.append(start)
        return keras.ops.concatenate(ends, axis=3)


def double_block__a_model_of_its_own(x, row):
    return _Block(row)(x)


def evidence__a_dense_layer(maps, weights, bias):
    dense = layers.Dense(len(bias))
    dense.build((None, maps.shape[-1]))
    dense.set_weights([weights, bias])
    return dense(maps.astype("float32"))


def evidence__pixel_by_pixel(maps, weights, bias):
    result = np.zeros((*maps.shape[:2], len(bias)), dtype="float32")
    for place in np.ndindex(*maps.shape[:2]):
        result[place] = bias + sum(value * row for value, row in zip(maps[place], weights))
    return result


def evidence__a_list_of_rows(maps, weights, bias):
    return [np.einsum("xc,ck->xk", row, weights) + bias for row in maps]
