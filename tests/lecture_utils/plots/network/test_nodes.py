"""What a layer is in a picture, and what is written on it."""

import pytest
from drawings import drawn, functional, picture, words

from lecture_utils import plots
from lecture_utils.backend import keras
from lecture_utils.models.lenet_layers import SubSampling2D
from lecture_utils.plots.network._nodes import Node

layers = keras.layers


@pytest.mark.parametrize(
    ("layer", "kind", "text"),
    [
        (layers.Conv2D(4, (1, 7), strides=2), "convolution", "1×7/2"),
        (layers.Conv2D(4, 5, strides=(1, 2)), "convolution", "5×5/1×2"),
        (layers.Conv2D(4, 3, groups=2, activation="relu"), "convolution", "3×3\n2 groups\nReLU"),
        (layers.DepthwiseConv2D(3), "depthwise convolution", "3×3\ndepthwise"),
        (layers.Conv2DTranspose(4, 2, strides=2), "upsampling", "up 2×2"),
        (layers.UpSampling2D(2), "upsampling", "up 2×2"),
        (layers.AveragePooling2D(3, 1), "pooling", "mean 3×3"),
        (SubSampling2D(), "pooling", "sum 2×2/2"),
        (layers.GlobalMaxPooling2D(), "pooling", "global max"),
        (layers.Dense(4, activation="tanh"), "dense", "dense\ntanh"),
        (layers.Dense(4, activation=layers.ReLU()), "dense", "dense\nReLU"),
        (layers.BatchNormalization(), "normalization", "batch\nnorm."),
        (layers.Activation("relu"), "activation", "ReLU"),
        (layers.Permute((2, 1, 3)), "other", "Permute"),
    ],
)
def test_a_layer_says_what_it_does(layer, kind, text):
    node = Node("name", layer, tuple(layer(keras.Input((16, 16, 4))).shape[1:]), [])
    assert (node.kind, node.text()) == (kind, text)


def test_an_overview_says_it_too():
    assert {"C1\n5×5", "S2\nsum\n2×2/2", "C3\n5×5", "F6"} <= set(words(picture("lenet5")))
    found = {"conv1\n11×11/4", "pool1\nmax\n3×3/2", "conv2\n5×5\n2 groups", "conv3\n3×3"}
    assert found <= set(words(picture("alexnet")))


def test_sequential_and_nested_models_and_signals():
    inner = keras.Sequential([keras.Input((28, 3)), layers.Conv1D(4, 5, name="conv")], name="inner")
    stack = [keras.Input((28, 3)), inner, layers.MaxPooling1D(2), layers.Flatten(), layers.Dense(2)]
    figure = plots.architecture(keras.Sequential(stack))
    assert {"28×3", "24×4", "12×4", "2"} <= set(words(figure))
    assert list(drawn(figure, "convolution")) == ["inner/conv"]


def test_layers_that_nobody_knows_are_drawn_all_the_same():
    class Strange(layers.Layer):
        def compute_output_spec(self, x):
            return keras.KerasTensor(x.shape, x.dtype)

    def build(x):
        y = keras.ops.relu(layers.Conv2D(3, 1, name="conv")(Strange(name="strange")(x)))
        return layers.Conv2D(2, 3, name="last")(x + y)

    figure = plots.architecture(functional((8, 8, 3), build))
    assert set(drawn(figure, "convolution")) == {"conv", "last"}
    assert set(drawn(figure, "named")) == {"strange"}
    assert len(drawn(figure, "addition")) == 1


@pytest.mark.parametrize(
    ("shape", "layer", "text"),
    [
        ((20,), layers.Embedding(9, 4), "Embedding"),
        ((), lambda x: keras.ops.expand_dims(x, -1), "ExpandDims"),
        ((20, 8), layers.LSTM(4), "LSTM"),
        ((20, 8), layers.Bidirectional(layers.GRU(4)), "Bidirectional\nGRU"),
        ((20, 8), lambda x: layers.MultiHeadAttention(2, 4)(x, x), "MultiHeadAttention"),
        ((5, 8, 8, 3), layers.TimeDistributed(layers.Conv2D(2, 3)), "TimeDistributed\nConv2D"),
        ((5, 8, 8, 3), layers.ConvLSTM2D(2, 3, return_sequences=True), "ConvLSTM2D"),
        ((8, 8, 3), layers.Resizing(4, 4), "Resizing"),
        ((8, 8, 3), layers.Lambda(abs, output_shape=(8, 8, 3)), "Lambda"),
        ((8, 8, 3), layers.SpectralNormalization(layers.Conv2D(2, 3)), "SpectralNormalization"),
        ((8, 8, 3), lambda x: keras.ops.mean(x, axis=-1), "Mean"),
    ],
)
def test_a_layer_of_another_kind_is_drawn_with_its_name(shape, layer, text):
    figure = plots.architecture(functional(shape, lambda x: layers.Dense(3)(layer(x))))
    assert len(drawn(figure, "named")) == len(drawn(figure, "dense")) == 1
    assert any(text in word for word in words(figure))


def test_where_all_layers_are_small_they_are_drawn_one_by_one():
    figure = plots.architecture(functional((8, 8, 3), lambda x: layers.ReLU()(x * 2)))
    assert len(drawn(figure, "activation")) == len(drawn(figure, "other")) == 1
