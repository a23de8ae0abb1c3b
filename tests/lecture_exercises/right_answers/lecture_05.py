"""Other right answers to the exercises of lecture 05."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from PIL import Image


def conv_parameters__counted_by_keras(kernel, inputs, filters):
    layer = layers.Conv2D(filters, kernel)
    layer.build((None, kernel, kernel, inputs))
    return layer.count_params()


def conv_parameters__a_sum_in_a_loop(kernel, inputs, filters):
    return sum(kernel**2 * inputs + 1 for _ in range(filters))


def conv_parameters__a_tensor(kernel, inputs, filters):
    return tf.reduce_prod([kernel, kernel, inputs, filters]) + filters


def strided_convnet__relu_by_tensorflow_and_dense_by_convolution():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            *(layers.Conv2D(n, 3, strides=s, activation=tf.nn.relu) for n, s in ((32, 2), (64, 2))),
            layers.Conv2D(128, 3, activation=layers.ReLU()),
            layers.Conv2D(10, 4, activation="softmax"),
            layers.Flatten(),
        ]
    )


def strided_convnet__softmax_and_relu_as_functions():
    x = image = keras.Input((28, 28, 1))
    for filters, stride in ((32, (2, 2)), (64, (2, 2)), (128, 1)):
        x = keras.ops.maximum(layers.Conv2D(filters, (3, 3), stride, dilation_rate=1)(x), 0)
    x = layers.Dense(10)(keras.ops.reshape(x, (-1, 2048)))
    return keras.Model(image, keras.ops.softmax(x))


class _Strided(keras.Model):
    def __init__(self):
        super().__init__()
        self.last = layers.Dense(10, "softmax")
        self.steps = [
            layers.Conv2D(n, 3, s, activation="relu") for n, s in ((128, 1), (64, 2), (32, 2))
        ]

    def call(self, x):
        for step in reversed(self.steps):
            x = step(x)
        return self.last(keras.ops.reshape(x, (-1, 2048)))


def strided_convnet__a_class_whose_layers_are_made_in_another_order():
    network = _Strided()
    network(np.zeros((1, 28, 28, 1)))
    return network


def equivariance_error__sums_of_squares(f, g, x):
    there, back = g(f(x)), f(g(x))
    return (((there - back) ** 2).sum() / (there**2).sum()) ** 0.5


def equivariance_error__in_float32(f, g, x):
    one, two = (np.float32(f(g(x))), np.float32(g(f(x))))
    return np.linalg.norm((one - two).ravel()) / np.linalg.norm(two.ravel())


def equivariance_error__a_tensor(f, g, x):
    return tf.norm(f(g(x)) - g(f(x))) / tf.norm(g(f(x)))


def learning_rate__the_smaller_of_two_lines(step, steps, warmup, peak):
    return peak * min(step / warmup, (steps - step) / (steps - warmup))


def learning_rate__interpolated(step, steps, warmup, peak):
    return np.interp(step, [0, warmup, steps], [0, peak, 0])


def learning_rate__a_tensor_as_in_a_schedule(step, steps, warmup, peak):
    down = (steps - step) / (steps - warmup)
    return tf.where(step < warmup, peak * step / warmup, peak * down)


def _prepared(ink, resample):
    inked = np.argwhere(ink > 0)
    (top, left), (bottom, right) = inked.min(axis=0), inked.max(axis=0) + 1
    scale = 20 / max(bottom - top, right - left)
    sides = [max(1, round(side * scale)) for side in (right - left, bottom - top)]
    box = Image.fromarray(ink[top:bottom, left:right]).resize(sides, resample)
    box = np.clip(np.array(box, dtype=float), 0, None)
    return box / box.max()


def like_mnist__placed_by_roll_and_bilinear(ink):
    box = _prepared(ink, Image.Resampling.BILINEAR)
    image = np.zeros((28, 28))
    image[: box.shape[0], : box.shape[1]] = box
    rows, columns = np.indices(image.shape)
    moves = [int(np.round(14 - (n * image).sum() / image.sum())) for n in (rows, columns)]
    return np.roll(image, moves, axis=(0, 1))


def like_mnist__padded_and_bicubic(ink):
    box = _prepared(ink, Image.Resampling.BICUBIC)
    before = [
        round(14 - (np.arange(n) @ box.sum(axis=1 - i)) / box.sum())
        for i, n in enumerate(box.shape)
    ]
    return np.pad(box, [(b, 28 - b - n) for b, n in zip(before, box.shape)])


def like_mnist__a_tensor_and_lanczos(ink):
    return tf.constant(
        like_mnist__placed_by_roll_and_bilinear(
            _prepared(ink, Image.Resampling.LANCZOS).astype("float32")
        )
    )
