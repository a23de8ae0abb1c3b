"""Other right answers to the exercises of lecture 08."""

from fractions import Fraction

import keras
import numpy as np
import tensorflow as tf


def seen_period__fractions(period, stride):
    share = Fraction(stride, period) % 1
    return float(stride / min(share, 1 - share))


def seen_period__remainders(period, stride):
    rest = stride % period
    return np.float32(period * stride) / min(rest, period - rest)


def seen_period__the_slowest_of_all(period, stride):
    slowness = [abs(1 / period - n / stride) for n in range(-stride, stride * stride)]
    return 1 / tf.reduce_min(tf.constant(slowness, "float64"))


def unpool__a_mask(signal, image):
    def large(x):
        return np.repeat(np.repeat(x, 2, axis=0), 2, axis=1)

    windows = image.reshape(len(signal), 2, -1, 2)
    return np.where(image == large(windows.max(axis=(1, 3))), large(signal), 0)


def unpool__a_gradient(signal, image):
    maps, signals = (tf.constant(x[np.newaxis, ..., np.newaxis]) for x in (image, signal))
    with tf.GradientTape() as tape:
        tape.watch(maps)
        pooled = keras.layers.MaxPooling2D(2)(maps)
    return tape.gradient(pooled, maps, output_gradients=signals)[0, :, :, 0]


def unpool__lists(signal, image):
    result = [[0] * len(row) for row in image.tolist()]
    for r, row in enumerate(signal.tolist()):
        for c, value in enumerate(row):
            places = [(2 * r + i, 2 * c + j) for i in (0, 1) for j in (0, 1)]
            y, x = max(places, key=lambda place: image[place])
            result[y][x] = value
    return result


def transpose__zeros_between(values, kernel, stride):
    spread = np.zeros((len(values) - 1) * stride + 1)
    spread[::stride] = values
    return np.convolve(spread, kernel)


def transpose__a_matrix(values, kernel, stride):
    length = (len(values) - 1) * stride + len(kernel)
    rows = [
        np.pad(kernel, (i, length - i - len(kernel)))
        for i in range(0, length, stride)[: len(values)]
    ]
    return tuple(np.transpose(rows) @ values)


def transpose__by_keras(values, kernel, stride):
    signal = tf.constant(values[np.newaxis, :, np.newaxis], "float32")
    weights = tf.constant(kernel[:, np.newaxis, np.newaxis], "float32")
    length = (len(values) - 1) * stride + len(kernel)
    return tf.nn.conv1d_transpose(signal, weights, (1, length, 1), stride, "VALID")[0, :, 0]


def transpose__recursion(values, kernel, stride):
    if len(values) == 1:
        return values[0] * kernel
    rest = transpose__recursion(values[1:], kernel, stride)
    first = np.pad(values[0] * kernel, (0, max(stride + len(rest) - len(kernel), 0)))
    return first[: stride + len(rest)] + np.pad(rest, (stride, 0))


def most_needed__float32(score, image, size):
    best, least = None, np.inf
    for row in range(image.shape[0] - size + 1):
        for column in range(image.shape[1] - size + 1):
            covered = image.astype("float32")
            covered[row : row + size, column : column + size] = 0
            if (number := score(covered)) < least:
                best, least = [row, column], number
    return best


def most_needed__covers_and_restores(score, image, size):
    falls = {}
    for row, column in np.ndindex(*(np.array(image.shape) - size + 1)):
        part = image[row : row + size, column : column + size]
        kept = part.copy()
        part *= 0
        falls[row, column] = -score(image)
        part[:] = kept
    return max(falls, key=falls.get)


def most_needed__masks_from_the_end(score, image, size):
    places = list(np.ndindex(image.shape[0] - size + 1, image.shape[1] - size + 1))[::-1]

    def left(place):
        mask = np.ones((size, size))
        rest = np.subtract(image.shape, np.add(place, size))
        return score(tf.constant(image * (1 - np.pad(mask, list(zip(place, rest, strict=True))))))

    return tf.constant(min(places, key=left))


def cam__a_product(maps, slopes):
    return (maps @ np.average(slopes, axis=(0, 1))).clip(0)


def cam__keras_float32(maps, slopes):
    weights = keras.layers.GlobalAveragePooling2D()(slopes[np.newaxis])[0]
    return keras.ops.relu(keras.ops.sum(maps.astype("float32") * weights, axis=2))


def cam__loops(maps, slopes):
    total = 0
    for k in range(maps.shape[-1]):
        total = total + maps[:, :, k] * np.sum(slopes[:, :, k]) / slopes[:, :, k].size
    return [[max(value, 0) for value in row] for row in total]


def cam__einsum(maps, slopes):
    return tf.nn.relu(np.einsum("ijk,abk->ij", maps, slopes) / np.prod(slopes.shape[:2]))
