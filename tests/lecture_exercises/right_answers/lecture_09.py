"""Other right answers to the exercises of lecture 09."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from PIL import Image


def stack_weights__by_recursion(kernel, channels):
    return 0 if kernel == 1 else 9 * channels**2 + stack_weights__by_recursion(kernel - 2, channels)


def stack_weights__counted_by_keras(kernel, channels):
    stack = [layers.Conv2D(channels, 3, use_bias=False) for _ in range(kernel // 2)]
    return keras.Sequential([keras.Input((kernel, kernel, channels)), *stack]).count_params()


def stack_weights__a_tensor(kernel, channels):
    return tf.reduce_sum(9 * channels * channels * tf.ones(kernel // 2, "int32"))


def vgg_parameters__array_of_layers(kernels):
    rows = [(int(k), f) for block, f in zip(kernels, (64, 128, 256, 512, 512)) for k in block]
    sizes, filters = np.array(rows).T
    before = np.append(3, filters[:-1])
    dense = [(25088, 4096), (4096, 4096), (4096, 1000)]
    return sum((sizes**2 * before + 1) * filters) + sum((a + 1) * b for a, b in dense)


def vgg_parameters__kernels_and_biases_apart(kernels):
    filters = [64, 128, 256, 512, 512]
    before, weights, biases = 3, 25088 * 4096 + 4096**2 + 4096000, 9192
    for n, block in enumerate(kernels):
        for k in map(int, block):
            weights += k * k * before * filters[n]
            biases += filters[n]
            before = filters[n]
    return weights + biases


def vgg_parameters__a_float(kernels):
    return float(vgg_parameters__array_of_layers(kernels))


def he_std__by_a_power(kernel, inputs):
    return (2 / (kernel**2 * inputs)) ** 0.5


def he_std__of_the_initializer(kernel, inputs):
    scale = keras.initializers.HeNormal().scale
    return np.float32(np.sqrt(scale) / kernel / np.sqrt(inputs))


def he_std__a_tensor(kernel, inputs):
    return keras.ops.sqrt(2.0 / keras.ops.prod([1.0 * kernel, kernel, inputs]))


def jitter__random_and_tensorflow(image, lowest, highest, size, rng):
    side = lowest + int(rng.random() * (highest - lowest + 1))
    picture = tf.image.resize(image[..., np.newaxis], (side, side))[..., 0]
    left, top = (int(rng.random() * (side - size + 1)) for _ in range(2))
    return picture[top : top + size, left : left + size]


def jitter__choice_and_crop(image, lowest, highest, size, rng):
    side = rng.choice(np.arange(lowest, highest + 1))
    left, top = rng.choice(side - size + 1), rng.choice(side - size + 1)
    picture = Image.fromarray(image).resize((side, side), resample=2)
    return np.array(picture.crop((left, top, left + size, top + size)))


def jitter__endpoint_and_lists(image, lowest, highest, size, rng):
    side = rng.integers(lowest, highest, endpoint=True)
    rows = np.asarray(Image.fromarray(image).resize([side, side], Image.BILINEAR)).tolist()
    top, left = rng.integers(side - size, size=2, endpoint=True)
    return [row[left : left + size] for row in rows[top : top + size]]


def build__sequential_with_padding_layers(kernels, filters):
    network = keras.Sequential([keras.Input((32, 32, 1))])
    for block, count in zip(kernels, filters):
        for kernel in map(int, block):
            network.add(layers.ZeroPadding2D(kernel // 2))
            network.add(layers.Conv2D(count, kernel, strides=1))
            network.add(layers.Activation(tf.nn.relu))
        network.add(layers.MaxPool2D())
    network.add(layers.Reshape((-1,)))
    for _ in range(2):
        network.add(layers.Dense(64, activation=layers.ReLU()))
    network.add(layers.Dense(10))
    network.add(layers.Softmax())
    return network


def build__operations(kernels, filters):
    x = image = keras.Input((32, 32, 1))
    for block, count in zip(kernels, filters):
        for kernel in block:
            x = keras.ops.relu(layers.Conv2D(count, (int(kernel),) * 2, padding="same")(x))
        x = keras.ops.max_pool(x, 2)
    x = keras.ops.reshape(x, (-1, int(np.prod(x.shape[1:]))))
    x = keras.ops.maximum(layers.Dense(64)(x), 0)
    x = keras.ops.maximum(layers.Dense(64)(x), 0)
    return keras.Model(image, keras.ops.softmax(layers.Dense(10)(x)))


class _Network(keras.Model):
    def __init__(self, kernels, filters):
        super().__init__()
        self.head = [layers.Dense(n, a) for n, a in ((64, "relu"), (64, "relu"), (10, "softmax"))]
        self.blocks = [
            [layers.Conv2D(n, int(k), padding="same", activation="relu") for k in block]
            for block, n in zip(kernels, filters)
        ]
        self.pool = layers.MaxPooling2D()

    def call(self, x):
        for block in self.blocks:
            for layer in block:
                x = layer(x)
            x = self.pool(x)
        x = keras.ops.reshape(x, (-1, int(np.prod(x.shape[1:]))))
        for layer in self.head:
            x = layer(x)
        return x


def build__a_class_with_the_head_first(kernels, filters):
    network = _Network(kernels, filters)
    network(np.zeros((1, 32, 32, 1)))
    return network
