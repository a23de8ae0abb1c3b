"""Other right answers to the exercises of lecture 06."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers


def tuning_width__a_share_of_180(angles, responses):
    return 180 * np.mean(2 * responses >= responses.max())


def tuning_width__walking_down_both_sides(angles, responses):
    peak, count, width = int(np.argmax(responses)), len(angles), 1
    for side in (1, -1):
        place = peak + side
        while responses[place % count] / responses[peak] >= 0.5:
            place, width = place + side, width + 1
    return width * np.diff(angles)[0]


def tuning_width__a_tensor_in_float32(angles, responses):
    share = tf.cast(responses, "float32") / np.float32(responses.max())
    return tf.reduce_sum(tf.where(share >= 0.5, np.float32(angles[1] - angles[0]), 0))


def tuning_width__a_loop(angles, responses):
    return sum(180 / len(angles) for r in responses.tolist() if not r < max(responses) / 2)


def sub_sampling__reshaped(maps, coefficients, biases):
    height, width, channels = maps.shape
    windows = maps.reshape(height // 2, 2, width // 2, 2, channels)
    return np.einsum("yixjc,c->yxc", windows, coefficients) + biases


def sub_sampling__pooling_by_keras(maps, coefficients, biases):
    mean = layers.AveragePooling2D(2)(maps[None].astype("float32"))[0]
    return mean * np.float32(4 * coefficients) + np.float32(biases)


def sub_sampling__lists(maps, coefficients, biases):
    return [
        [
            [a * maps[y : y + 2, x : x + 2, n].sum() + b for n, (a, b) in enumerate(pairs)]
            for x in range(0, maps.shape[1], 2)
        ]
        for pairs in [list(zip(coefficients, biases))]
        for y in range(0, maps.shape[0], 2)
    ]


def sub_sampling__a_convolution_of_each_channel(maps, coefficients, biases):
    kernel = np.ones((2, 2, 1, 1)) * np.reshape(coefficients, (-1, 1))
    return tf.nn.depthwise_conv2d(maps[None] * 1.0, kernel, (1, 2, 2, 1), "VALID")[0] + biases


def partial_parameters__map_by_map(connections, kernel):
    return sum(kernel**2 * len(seen) + 1 for seen in connections)


def partial_parameters__recursion(connections, kernel):
    if not connections:
        return 0
    first, *others = connections
    return len(first) * kernel**2 + 1 + partial_parameters__recursion(others, kernel)


def partial_parameters__a_table(connections, kernel):
    table = tf.constant([[n in seen for n in range(99)] for seen in connections])
    return tf.math.count_nonzero(table) * kernel**2 + table.shape[0]


def read_or_reject__norms(vector, centers, limit):
    distances = np.linalg.norm(centers - vector, axis=1)
    best = np.argmin(distances)
    return best if distances[best] <= np.sqrt(limit) else -1


def read_or_reject__products(vector, centers, limit):
    penalties = np.sum(centers**2, axis=1) - 2 * centers @ vector + vector @ vector
    return np.where(np.all(penalties > limit), -1, np.argsort(penalties)[0])


def read_or_reject__a_loop(vector, centers, limit):
    best, smallest = -1, limit
    for number, center in enumerate(centers):
        penalty = sum((c - v) ** 2 for c, v in zip(center, vector))
        if penalty < smallest or (best == -1 and penalty == limit):
            best, smallest = number, penalty
    return best


def read_or_reject__tensors(vector, centers, limit):
    penalties = tf.reduce_sum(tf.square(centers - vector), axis=1)
    return tf.where(tf.reduce_min(penalties) <= limit, tf.argmin(penalties), -1)


def modern_lenet__nested_with_activations_as_layers():
    def stage(maps):
        return keras.Sequential([layers.Conv2D(maps, 5), layers.ReLU(), layers.MaxPooling2D()])

    dense = [
        step for n in (120, 84) for step in (layers.Dense(n), layers.Activation(keras.ops.relu))
    ]
    first = [keras.Input((28, 28, 1)), stage(6), stage(16), layers.Reshape((-1,))]
    return keras.Sequential([*first, *dense, layers.Dense(10), layers.Softmax()])


def modern_lenet__operations():
    pool, x = layers.MaxPool2D((2, 2), strides=2, padding="valid"), keras.Input((28, 28, 1))
    image = x
    for maps in (6, 16):
        x = pool(layers.Conv2D(maps, (5, 5), (1, 1), activation=tf.nn.relu, dilation_rate=1)(x))
    x = keras.ops.reshape(x, (-1, 256))
    for units in (120, 84):
        x = keras.ops.maximum(layers.Dense(units)(x), 0)
    return keras.Model(image, keras.ops.softmax(layers.Dense(10)(x)))


def modern_lenet__relu_behind_the_pooling_and_dense_as_convolution():
    x = image = keras.Input((28, 28, 1))
    for maps in (6, 16):
        x = keras.ops.relu(keras.ops.max_pool(layers.Conv2D(maps, 5)(x), 2))
    x = layers.Conv2D(120, 4, activation=layers.ReLU())(x)
    x = layers.Dense(84, activation="relu")(layers.Flatten()(x))
    return keras.Model(image, layers.Dense(10, "softmax")(x))


class _LeNet(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = [layers.Dense(*n) for n in ((10, "softmax"), (84, "relu"), (120, "relu"))]
        self.convolve = [layers.Conv2D(maps, 5, activation="relu") for maps in (6, 16)]
        self.pool = layers.MaxPooling2D(2)

    def call(self, x):
        for layer in self.convolve:
            x = self.pool(layer(x))
        x = keras.ops.reshape(x, (-1, 256))
        for layer in self.dense[::-1]:
            x = layer(x)
        return x


def modern_lenet__a_class_whose_layers_are_made_in_another_order():
    network = _LeNet()
    network(np.zeros((1, 28, 28, 1)))
    return network
