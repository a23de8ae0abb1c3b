"""Calls: their order, their names and sizes, and what is said of models that cannot be listed."""

import doctest
import importlib

import numpy as np
import pytest
from small_models import Careful, chain, own

from lecture_utils import models
from lecture_utils.anatomy import blueprint, count_macs, graph, layer_table, receptive_field
from lecture_utils.backend import keras

layers = keras.layers


def refused(model, layer, message):
    """Check that every function names what it does not know."""
    for ask in (layer_table, count_macs, lambda model: receptive_field(model, layer)):
        with pytest.raises(ValueError, match=message):
            ask(model)


def test_nested_models_are_opened_at_the_size_that_they_are_used_at():
    conv, pool = layers.Conv2D(2, 3, name="conv"), layers.MaxPooling2D(2, name="pool")
    part = keras.Sequential([keras.Input((None, None, 1)), conv, pool], name="part")
    inputs = keras.Input((16, 12, 1), name="image")
    outer = keras.Model(inputs, part(layers.ZeroPadding2D(1, name="pad")(inputs)), name="outer")
    model = chain((16, 12, 1), outer, layers.Flatten(name="flat"), layers.Dense(3, name="scores"))
    calls = graph.trace(model)
    assert {call.name: call.shape[1:] for call in calls} == {
        "image": (16, 12, 1),
        "outer/pad": (18, 14, 1),
        "outer/part/conv": (16, 12, 2),
        "outer/part/pool": (8, 6, 2),
        "flat": (96,),
        "scores": (3,),
    }
    assert all(set(call.inputs) <= set(calls[:number]) for number, call in enumerate(calls))
    assert count_macs(model) == 16 * 12 * 9 * 2 + 8 * 6 * 2 * 3


def test_a_nested_model_with_an_anatomy_of_its_own_is_one_layer():
    part = keras.Sequential([keras.Input((None, None, 1)), layers.Conv2D(2, 3)], name="part")
    part.anatomy = {"size": 3, "macs": 7}
    model = chain((9, 9, 1), part, layers.MaxPooling2D(2, name="pool"))
    assert [row.name for row in layer_table(model)] == ["image", "part", "pool"]
    assert layer_table(model)[1][2:] == ((None, 7, 7, 2), 3 * 3 * 2 + 2, 7 * 7 * 7)
    assert receptive_field(model, "pool") == ((4, 4), (2, 2), (0, 0))
    part.anatomy = {"size": 3}
    refused(model, "pool", r"`anatomy` of layer 'part' \(Sequential\) must be a dictionary")


def test_a_layer_that_is_used_twice_has_two_calls():
    shared = layers.Conv2D(1, 3, padding="same", name="shared")
    calls = graph.trace(chain((8, 8, 1), shared, layers.ReLU(name="relu"), shared))
    first, second = graph.find(calls, "shared")
    assert graph.find(calls, shared) == [first, second]
    assert first.inputs == (calls[0],) and second.inputs[0].name == "relu"


def test_calls_compute_what_the_model_does():
    inputs = keras.Input((8, 8, 2))
    both = keras.Model(inputs, [layers.Conv2D(2, 3)(inputs), layers.ReLU()(inputs)], name="both")
    maps, rest = both(inputs, training=True)
    attention = layers.MultiHeadAttention(1, 2)(query=maps, value=maps, key=maps)
    dropped = layers.Dropout(0.5)(keras.ops.concatenate([attention, maps], axis=-1), training=True)
    model = keras.Model(inputs, [dropped, keras.ops.mean(rest, axis=(1, 2))])
    calls, outputs = graph.trace_outputs(model)
    image = np.random.default_rng(0).normal(size=(1, 8, 8, 2)).astype("float32")
    values = {calls[0]: keras.ops.convert_to_tensor(image)}
    for call in calls[1:]:
        values[call] = call.compute(*(values[source] for source in call.inputs))
    for output, expected in zip(outputs, model(image, training=False), strict=True):
        np.testing.assert_array_equal(values[output], expected)
    kinds = [call.kind for call in graph.path_to(outputs[1], calls)]
    assert kinds == ["InputLayer", "ReLU", "Mean"]


def test_a_layer_is_computed_otherwise_and_stays_as_it_is_and_a_1x1_has_no_stride():
    conv = Careful(2, 1, (2, 3), activation="relu")
    call, image = graph.trace(chain((4, 6, 1), conv))[1], np.float32(np.arange(24) - 9)
    image = keras.ops.reshape(image, (1, 4, 6, 1))
    linear = np.asarray(image)[:, ::2, ::3] @ conv.kernel.numpy()[0, 0]
    for settings, expected in ({"activation": None}, linear), ({}, np.maximum(linear, 0)):
        np.testing.assert_allclose(call.compute(image, **settings), expected, rtol=1e-6)


def test_a_layer_needs_one_output():
    image = keras.Input((8, 8, 1), name="image")
    maps, state = layers.ConvLSTM1D(2, 3, return_state=True, name="two")(image)[:2]
    message = r"'two' \(\w+\) must be a layer with one output, got "
    refused(keras.Model(image, [maps, state]), "two", message + "3")

    class Halves(layers.Layer):
        anatomy = {"size": 1, "macs": 0}  # noqa: RUF012

        def call(self, x):
            return keras.ops.split(x, 2, axis=-1)

    model = keras.Model(image, Halves(name="two")(layers.Conv2D(4, 1)(image)))
    refused(model, "two", message + "2")


def test_a_model_needs_a_graph():
    subclassed = type("Subclassed", (keras.Model,), {"call": lambda self, x: x})()
    for model in (keras.Sequential([layers.Dense(3)]), subclassed, "vgg16"):
        refused(model, "x", r"model must be a keras\.Model with a graph")


def test_sizes_must_be_known_and_channels_last():
    open_ended = chain((None, None, 1), layers.Conv2D(1, 3, name="conv"))
    refused(open_ended, "conv", r"'image' must be of known sizes.*got")
    pool = layers.MaxPooling2D(data_format="channels_first", name="pool")
    refused(chain((1, 8, 8), pool), "pool", r"'pool' .*got 'channels_first'")


class Unknown(layers.Conv2D):
    """Its class is not one of Keras's, so that it could do anything."""


@pytest.mark.parametrize(
    "layer",
    [
        Unknown(1, 3),
        layers.Lambda(lambda x: x[:, ::-1], output_shape=lambda shape: shape),
        layers.TimeDistributed(layers.Conv1D(1, 3)),
        layers.ConvLSTM1D(2, 3),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_unknown_layers_are_named(layer):
    layer.name = "strange"
    model = chain((9, 9, 1), layers.Conv2D(2, 1, name="first"), layer)
    refused(model, "strange", rf"'strange' \({type(layer).__name__}\) must be .*`anatomy`")
    assert receptive_field(model, "first").size == (1, 1)  # nothing strange on the way


def test_operations_without_a_layer_are_named():
    inputs = keras.Input((8, 8, 1))
    model = keras.Model(inputs, layers.ReLU(name="relu")(inputs + inputs))
    refused(model, "relu", r"\(Add\) .* use a layer of keras\.layers")


@pytest.mark.parametrize(
    "anatomy",
    [{"size": 2, "stride": 2}, {"macs": 0}, {"size": 2, "strides": 2, "macs": 0}, (2, 2), None],
)
def test_a_declaration_must_be_complete(anatomy):
    refused(own(anatomy), "own", r"`anatomy` of layer 'own' \(Own\) must be a dictionary")


def test_a_wrong_name_is_answered_with_near_ones():
    model = models.convnet_mnist()
    nested = chain((28, 28, 1), keras.Model(model.inputs, model.outputs, name="net"))
    for each, layer, near in ((model, "conv_2", "'conv2'"), (nested, "net", "'net/conv1'")):
        with pytest.raises(ValueError, match=f"layer must be .* got {layer!r}.*{near}"):
            receptive_field(each, layer)
    with pytest.raises(ValueError, match="layer must be a layer of the model"):
        receptive_field(model, layers.Dense(3))


def test_a_blueprint_counts_without_weights():
    plan = blueprint(models.convnet_mnist, pooling=False)
    whole = models.convnet_mnist(pooling=False)
    assert str(layer_table(plan)) == str(layer_table(whole))
    assert all(weight._value is None for weight in plan.weights)
    assert all(weight._value is not None for weight in whole.weights)


def test_nothing_gives_a_blueprint_its_weights_later():
    # Keras fills what it has deferred whenever it leaves the scope in which it works out the shape
    # of a layer of one's own.
    plan = blueprint(models.dense_mnist)
    with pytest.raises(ZeroDivisionError):
        blueprint(lambda: models.dense_mnist() and 1 / 0)
    with keras.StatelessScope():
        inside = layers.Dense(2)
        inside.build((None, 3))
    assert all(weight._value is None for weight in plan.weights)
    assert all(weight._value is not None for weight in inside.weights)


@pytest.mark.parametrize("module", ["counts", "fields", "graph"])
def test_examples_in_the_text(module):
    tried = doctest.testmod(importlib.import_module(f"lecture_utils.anatomy.{module}"))
    assert tried.attempted > 0 and tried.failed == 0
