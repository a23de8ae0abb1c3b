"""Other right answers to the exercises of lecture 04."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers


def places__counted_one_by_one(size, kernel, stride, padding):
    return len(range(-padding, size + padding - kernel + 1, stride))


def places__recursion(size, kernel, stride, padding):
    if padding:
        return places__recursion(size + 2 * padding, kernel, stride, 0)
    return 0 if size < kernel else 1 + places__recursion(size - stride, kernel, stride, 0)


def places__numpys_floor(size, kernel, stride, padding):
    return np.floor((size - kernel + 2 * padding) / stride) + 1


def same_padding__by_the_remainder(size, kernel, stride):
    total = max(kernel - (size % stride or stride), 0)
    return [total // 2, (total + 1) // 2]


def same_padding__by_trying(size, kernel, stride):
    total = 0
    while len(range(0, size + total - kernel + 1, stride)) < np.ceil(size / stride):
        total += 1
    return np.array([total // 2, total - total // 2])


def same_padding__tensors(size, kernel, stride):
    outputs = tf.math.floordiv(size + stride - 1, stride)
    total = tf.nn.relu((outputs - 1) * stride + kernel - size)
    return total // 2, -(-total // 2)


def max_pool__sliding_windows(image, size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size))
    return windows[::stride, ::stride].max(axis=(2, 3))


def max_pool__keras(image, size, stride):
    maps = image[None, ..., None].astype("float32")
    return layers.MaxPooling2D(size, strides=stride)(maps)[0, ..., 0]


def max_pool__lists(image, size, stride):
    tops, lefts = (range(0, n - size + 1, stride) for n in image.shape)
    return [[max(image[y : y + size, x : x + size].flat) for x in lefts] for y in tops]


def settings__a_set_in_another_order(size, output):
    every = ((k, s, p) for s in (4, 3, 2, 1) for k in range(1, 12, 2) for p in range(k // 2 + 1))
    return {(k, s, p) for k, s, p in every if 0 <= size - k + 2 * p - s * (output - 1) < s}


def settings__an_array(size, output):
    kernel, stride, padding = np.meshgrid([11, 9, 7, 5, 3, 1], [1, 2, 3, 4], range(6))
    fits = (size - kernel + 2 * padding) // stride + 1 == output
    fits &= padding <= (kernel - 1) // 2
    return np.stack([kernel[fits], stride[fits], padding[fits]], axis=1)


def settings__lists_by_counting(size, output):
    found = []
    for kernel in (1, 3, 5, 7, 9, 11):
        for ring in range(kernel // 2 + 1):
            for step in (1, 2, 3, 4):
                if len(range(0, size + 2 * ring - kernel + 1, step)) == output:
                    found.append([kernel, step, ring])
    return found


def field__recursion_from_the_end(layers):
    if not layers:
        return 1, 1
    *before, (kernel, stride, dilation) = layers
    size, jump = field__recursion_from_the_end(before)
    return size + (kernel - 1) * dilation * jump, jump * stride


def field__pixels_walked_back(layers):
    pixels, jump = {0}, np.prod([stride for _, stride, _ in layers])
    for kernel, stride, dilation in layers[::-1]:
        pixels = {p * stride + n * dilation for p in pixels for n in range(kernel)}
    return [max(pixels) + 1, jump]


def field__arrays(layers):
    kernel, stride, dilation = np.array(layers).T
    jumps = np.cumprod([1, *stride])
    return tf.stack([1 + np.sum((kernel - 1) * dilation * jumps[:-1]), jumps[-1]])


def build__poolings_as_operations(size, channels):
    image = x = keras.Input((size, size, 3))
    for filters in (4, channels):
        x = keras.ops.relu(layers.Conv2D(filters, (3, 3), padding="same")(x))
        x = keras.ops.max_pool(x, 2)
    return keras.Model(image, x)


def build__one_padded_convolution(size, channels):
    steps = [layers.ZeroPadding2D(3), layers.Conv2D(channels, 10, 4), layers.Softmax()]
    return keras.Sequential([keras.Input((size, size, 3)), *steps])


def build__dilated_and_normalized(size, channels):
    image = keras.Input((size, size, 3))
    x = layers.Conv2D(16, 4, dilation_rate=3, padding="same", activation="tanh")(image)
    x = layers.BatchNormalization()(x)
    return keras.Model(image, layers.Conv2D(channels, 1, strides=4, activation="sigmoid")(x))


class _Residual(keras.Model):
    def __init__(self, channels):
        super().__init__()
        self.convolve = [layers.Conv2D(channels, 4, 2, padding="same") for _ in range(2)]
        self.shortcut = layers.Conv2D(channels, 1, 4)

    def call(self, x):
        return self.convolve[1](keras.ops.relu(self.convolve[0](x))) + self.shortcut(x)


def build__a_class_with_a_shortcut(size, channels):
    network = _Residual(channels)
    network(np.zeros((1, size, size, 3)))
    return network


def build__one_channel_at_a_time(size, channels):
    image = x = keras.Input((size, size, 3))
    for filters in (channels, channels):
        x = layers.SeparableConv2D(filters, 3, padding="same", activation="relu")(x)
        x = layers.AveragePooling2D(2)(x)
    return keras.Model(image, keras.Sequential([layers.Dense(channels, "relu")])(x))
