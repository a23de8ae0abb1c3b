"""What `architecture` takes: models, blocks by their names, and what it refuses."""

import re

import pytest
from drawings import drawn, functional, network

from lecture_utils import models, plots
from lecture_utils.backend import keras

layers = keras.layers


def test_a_block_has_the_name_that_stands_above_it():
    def build(x):
        for number in (1, 2, 3):
            y = layers.Conv2D(8, number, padding="same", name=f"one{number}")(x)
            y = layers.Conv2D(8, 1, name=f"two{number}")(layers.ReLU()(y))
            x = layers.Add(name=f"sum{number}")([x, y])
        return x

    model = functional((16, 16, 8), build)
    assert list(drawn(plots.architecture(model), "block")) == ["sum1", "sum2", "sum3"]
    figure = plots.architecture(model, block="sum2")
    assert list(drawn(figure, "convolution")) == ["one2", "two2"]
    assert list(drawn(figure, "input")) == ["sum1"]


def test_what_is_no_model_is_refused():
    for wrong in (None, "vgg16", models.vgg16, keras.Sequential([layers.Dense(1)])):
        with pytest.raises(ValueError, match=r"model must be a keras\.Model with a graph"):
            plots.architecture(wrong)


def test_several_inputs_are_drawn():
    left, right = keras.Input((8, 8, 1), name="left"), keras.Input((8, 8, 1), name="right")
    towers = [layers.Conv2D(4, 3, name=f"conv_{at.name}")(at) for at in (left, right)]
    figure = plots.architecture(keras.Model([left, right], layers.Add()(towers)))
    assert set(drawn(figure, "convolution")) == {"conv_left", "conv_right"}
    assert set(drawn(figure, "input")) == {"left", "right"}


def test_an_unknown_block_is_refused_with_names_that_are_near():
    with pytest.raises(ValueError, match=r"block must be .*'inception_3c': .*'inception_3a'"):
        plots.architecture(network("googlenet"), block="inception_3c")
    for wrong in ("", 3, ("conv1", "pool2")):
        with pytest.raises(ValueError, match=f"block must be .*got {re.escape(repr(wrong))}"):
            plots.architecture(network("alexnet"), block=wrong)
