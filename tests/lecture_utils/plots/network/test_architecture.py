"""What `architecture` takes: models, blocks by their names, and what it refuses."""

import pytest
from drawings import drawn, functional, network

from lecture_utils import plots
from lecture_utils.backend import keras
from lecture_utils.plots.network._blocks import elements
from lecture_utils.plots.network._graph import read, sequence

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


def test_several_inputs_are_drawn():
    left, right = keras.Input((8, 8, 1), name="left"), keras.Input((8, 8, 1), name="right")
    towers = [layers.Conv2D(4, 3, name=f"conv_{at.name}")(at) for at in (left, right)]
    figure = plots.architecture(keras.Model([left, right], layers.Add()(towers)))
    assert set(drawn(figure, "convolution")) == {"conv_left", "conv_right"}
    assert set(drawn(figure, "input")) == {"left", "right"}


def test_an_unknown_block_is_refused_with_names_that_are_near():
    with pytest.raises(ValueError, match=r"block must be .*'inception_3c': .*'inception_3a'"):
        plots.architecture(network("googlenet"), block="inception_3c")
    for wrong in ("", 3):
        with pytest.raises(ValueError, match=f"block must be .*got {wrong!r}"):
            plots.architecture(network("alexnet"), block=wrong)


def convolutions(x, count, start=4):
    for channels in range(start, start + count):
        x = layers.Conv2D(channels, 3, padding="same")(x)
    return x


def deep_u(x):
    first = convolutions(x, 25)
    return layers.Concatenate()([first, layers.UpSampling2D()(layers.MaxPooling2D()(first))])


def all_kinds(x):
    stack = [
        *(layers.Conv2D(4, 3, padding="same"), layers.DepthwiseConv2D(3, padding="same")),
        *(layers.UpSampling2D(), layers.MaxPooling2D(), layers.Dense(4), layers.Resizing(16, 16)),
    ]
    y = x
    for layer in stack:
        y = layer(y)
    return layers.Dense(2)(layers.Concatenate()([layers.Add()([y, x]), x]))


@pytest.mark.parametrize(
    ("build", "title"),
    [
        (deep_u, None),
        (all_kinds, None),
        (lambda x: layers.Add()([layers.Conv2D(4, 1)(convolutions(x, 120)), x]), None),
        (lambda x: layers.Add(name="name_" * 30)([convolutions(x, 2), layers.Dense(5)(x)]), None),
        (lambda x: convolutions(x, 2), "word " * 60),
    ],
)
def test_a_drawing_is_never_wider_than_15_inches(build, title):
    figure = plots.architecture(functional((16, 16, 4), build), title=title)
    assert figure.get_size_inches()[0] <= 15
    (ax,) = figure.axes
    boxes = [text.get_window_extent() for text in ax.texts]
    assert min(box.x0 for box in boxes) >= 0
    assert max(box.x1 for box in boxes) <= figure.bbox.width


def test_what_fills_no_page_is_refused():
    model = functional((4,), lambda x: [layers.Dense(units)(x) for units in range(1, 60)])
    with pytest.raises(ValueError, match=r"model must be drawn at most 100 inches high.*block"):
        plots.architecture(model)
    with pytest.raises(ValueError, match=r"'image' \(InputLayer\) must have maps .*\(None, 0, 3\)"):
        plots.architecture(functional((0, 3), lambda x: layers.Dense(2)(x)))


def test_arrows_lead_only_where_a_layer_reads_the_one_before():
    def build(x):  # the second reads the first twice, by two ways that are connected
        a = layers.Conv2D(16, 1, name="a")(x)
        b = layers.Conv2D(32, 3, padding="same", name="b")(x)
        c = layers.Concatenate(name="c")([a, b])
        return layers.Conv2D(2, 1, name="d")(layers.Concatenate(name="e")([c, a]))

    items = sequence(read(functional((16, 16, 4), build)))
    parts = {part.name: part for part in elements(items)}
    assert parts["d"].reads(parts["e"])
    assert not parts["b"].reads(parts["a"])
