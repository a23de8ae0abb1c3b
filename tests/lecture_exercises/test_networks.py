"""Networks of the same computation are the same in any form, others are not."""

import re

import numpy as np
import pytest
import tensorflow as tf

from lecture_exercises.networks import difference, lend, run
from lecture_utils.backend import keras

layers, ops = keras.layers, keras.ops
SHAPE = (8, 6, 3)


def model(*steps):
    """A functional model of layers and functions, one after the other."""
    x = image = keras.Input(SHAPE)
    for step in steps:
        x = step(x)
    return keras.Model(image, x)


def conv(**options):
    return layers.Conv2D(**{"filters": 4, "kernel_size": 3, "padding": "same"} | options)


def head():
    return layers.Flatten(), layers.Dense(5, activation="softmax")


def reference(**options):
    norm, relu = layers.BatchNormalization(), layers.ReLU()
    return model(conv(**options), norm, relu, layers.MaxPooling2D(2), *head())


class Reversed(keras.Model):
    """Its parts are made in the order in which they are not called, and it works without Input."""

    def __init__(self):
        super().__init__()
        self.steps = [*reversed(head()), layers.BatchNormalization(), conv()]

    def call(self, x, training=None):
        dense, flat, norm, convolution = self.steps
        x = ops.maximum(norm(convolution(x), training=training), 0)
        return dense(flat(ops.max_pool(x, 2)))


def subclassed():
    network = Reversed()
    network(np.zeros((1, *SHAPE)))
    return network


RELU = [
    layers.Activation(tf.nn.relu),
    ops.relu,
    keras.activations.relu,
    layers.ReLU(),
    layers.Activation("relu"),
]
RELU += [lambda x: ops.maximum(x, 0), lambda x: ops.where(x > 0, x, 0.0)]
norm, pool = layers.BatchNormalization, layers.MaxPooling2D


@pytest.mark.parametrize(
    "other",
    [
        *(lambda relu=relu: model(conv(), norm(), relu, pool(2), *head()) for relu in RELU),
        lambda: keras.Sequential([keras.Input(SHAPE), *reference().layers[1:]]),
        lambda: model(keras.Sequential([conv(), norm()]), layers.ReLU(), pool(2), *head()),
        lambda: model(layers.ZeroPadding2D(1), conv(padding="valid"), *reference().layers[2:]),
        lambda: model(*reference().layers[1:4], pool(2), layers.Reshape((-1,)), head()[1]),
        lambda: model(conv(), norm(epsilon=1e-5), *reference().layers[3:]),
        subclassed,
    ],
)
def test_a_network_of_another_form_is_the_same(other):
    assert difference(other(), reference()) is None


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ([layers.Dense(4)], [conv(kernel_size=1)]),
        ([layers.DepthwiseConv2D(3)], [conv(filters=3, groups=3, padding="valid")]),
        ([layers.GlobalAveragePooling2D()], [lambda x: ops.mean(x, axis=(1, 2))]),
        ([conv(), layers.Activation("relu")], [conv(activation="relu")]),
    ],
)
def test_a_layer_that_computes_the_same_is_the_same(one, two):
    assert difference(model(*one), model(*two)) is None
    assert difference(model(*one, lambda x: x + 0.001), model(*two))  # seen in faint images


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([conv(), norm(), layers.ReLU(6.0), pool(2), *head()], "something else"),
        ([conv(), norm(), layers.LeakyReLU(0.01), pool(2), *head()], "something else"),
        ([conv(), norm(), layers.PReLU(), pool(2), *head()], "something else"),
        ([conv(), layers.ReLU(), norm(), pool(2), *head()], "something else"),
        ([conv(), norm(axis=1), layers.ReLU(), pool(2), *head()], "something else"),
        ([conv(use_bias=False), norm(), layers.ReLU(), pool(2), *head()], "something else"),
        ([conv(dilation_rate=2), norm(), layers.ReLU(), pool(2), *head()], "something else"),
        ([conv(), norm(), layers.ReLU(), layers.AveragePooling2D(2), *head()], "something else"),
        ([conv(), norm(), layers.ReLU(), pool(2), pool(2), *head()], "something else"),
        ([conv(), norm(), layers.ReLU(), pool(2), head()[0], layers.Dense(5)], "something else"),
        ([*reference().layers[1:], lambda x: 1.005 * x], "^with the same weights"),
        ([layers.Dropout(0.01), *reference().layers[1:]], "in training, "),
        ([*reference().layers[1:], layers.GaussianDropout(0.001)], "in training, "),
        ([layers.GaussianNoise(0.5), *reference().layers[1:]], "in training, "),
        ([layers.RandomFlip(), *reference().layers[1:]], "in training, "),
        ([*reference().layers[1:-1], layers.Dense(6, "softmax")], r"shape \(6,\), but \(5,\) is"),
    ],
)  # fmt: skip
def test_a_network_that_computes_something_else_is_told(steps, told):
    assert re.search(told, difference(model(*steps), reference()))


def test_one_layer_used_twice_has_too_few_parameters():
    shared = conv(filters=3)
    twice, two = model(shared, shared), model(conv(filters=3), conv(filters=3))
    assert "your network has 84 parameters, but 168 are expected" in difference(twice, two)


def test_a_network_for_other_images_is_told():
    image = keras.Input((8, 6, 1))
    other = keras.Model(image, layers.Dense(5)(layers.Flatten()(conv()(image))))
    assert "images of shape (8, 6, 3) stop your network" in difference(other, reference())
    assert difference(reference(), other) and difference(other, other) is None


def test_a_network_that_does_not_know_its_input_is_told():
    assert "Begin it with `keras.Input" in difference(keras.Sequential([conv()]), reference())


def test_a_network_keeps_its_weights_and_its_moving_statistics():
    network = reference()
    before = network.get_weights()
    run(network, SHAPE, training=True)
    assert all(np.array_equal(a, b) for a, b in zip(before, network.get_weights(), strict=True))


def test_layers_with_weights_are_seen_with_what_comes_into_them():
    seen = []
    run(reference(), SHAPE, watch=lambda layer, given: seen.append((type(layer), given.shape)))
    assert seen[1:] == [
        (layers.Conv2D, (8, *SHAPE)),
        (norm, (8, 8, 6, 4)),
        (layers.Dense, (8, 48)),
    ]


def test_images_may_be_given():
    seen = []
    images = np.ones((3, *SHAPE))
    run(reference(), SHAPE, images=images, watch=lambda layer, given: seen.append(given))
    assert np.array_equal(seen[0], images)


@pytest.mark.parametrize(
    ("name", "least", "most", "spread"),
    [
        *(("kernel", -1, 1, 0.1), ("bias", -1, 1, 0.1), ("gamma", -60, 60, 10)),
        *(("moving_mean", -6, 6, 1), ("moving_variance", 50, 250, 66)),
    ],
)
def test_weights_are_lent_with_the_spread_of_their_kind(name, least, most, spread):
    weight = keras.Variable(np.zeros((100, 100) if name == "kernel" else 4096), name=name)
    lent = np.asarray(lend(weight, np.full(5, 0.3)))
    assert least <= lent.min() < lent.max() <= most
    assert lent.std() == pytest.approx(spread, rel=0.05)


def test_a_network_is_run_as_it_predicts_unless_training_is_asked_for():
    network = model(layers.Dropout(0.5), conv())
    assert np.array_equal(run(network, SHAPE), run(network, SHAPE, training=False))
