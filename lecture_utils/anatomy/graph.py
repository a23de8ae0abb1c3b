"""The graph of a model: each use of a layer, in the order of computation.

Look layers up with `trace` and `find`: then nested models, layers that are used twice and the names
that `layer_table` prints mean the same to every function.
"""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lecture_utils.backend import keras, without_weights
from lecture_utils.checks import refused


def blueprint(builder: Callable[..., keras.Model], *arguments: Any, **options: Any) -> keras.Model:
    """Build a network's graph without its weights: to count and to draw it, not to run it.

    VGG-19 has 575 MB of weights; its blueprint is there in a fraction of a second and takes none.

    Args:
        builder: Returns a functional model, such as `models.vgg19`.
        *arguments: Given to the builder.
        **options: Given to the builder.

    Returns:
        The builder's model. Layers and shapes are there, values of weights are not.

    Example:
        >>> from lecture_utils import models
        >>> f"{blueprint(models.vgg19).count_params():,}"
        '143,667,240'

    Lecture 07 uses it.
    """
    with without_weights():
        return builder(*arguments, **options)


@dataclass(frozen=True, eq=False)
class Call:
    """One use of a layer, and so one tensor: the layer's output.

    Attributes:
        name: Name of the layer; a layer of a nested model is called `model/layer`.
        layer: The layer, or an operation of `keras.ops`.
        inputs: The calls whose outputs it reads.
        shape: Shape of its output, the batch axis (None) first.
        node: Keras's record of the call; None for an input.
    """

    name: str
    layer: Any
    inputs: tuple["Call", ...]
    shape: tuple[int | None, ...]
    node: Any = None

    @property
    def kind(self) -> str:
        """Name of the layer's class."""
        return type(self.layer).__name__

    @property
    def anatomy(self) -> dict[str, Any] | None:
        """What a layer of your own says about itself, complete; None if it says nothing."""
        if not hasattr(self.layer, "anatomy"):
            return None
        given = self.layer.anatomy
        required, optional = {"size", "macs"}, {"stride": 1, "dilation": 1, "padding": "valid"}
        if not isinstance(given, dict) or not required <= given.keys() <= required | set(optional):
            wanted = "a dictionary with size, macs and, if need be, stride, dilation and padding"
            raise refused(f"the `anatomy` of {self}", wanted, given)
        return optional | given

    def positions(self, axes: int) -> tuple[int, ...]:
        """Return its output's positions on each of the input's axes; a vector has one on each."""
        if len(self.shape) == 2:
            return (1,) * axes
        if len(self.shape) != axes + 2:
            wanted = f"a layer with as many axes between batch and channels as the input, {axes}"
            raise refused(str(self), wanted, self.shape)
        return self.shape[1:-1]

    def compute(self, *inputs: Any, **settings: Any) -> Any:
        """Compute its output, not in training, with a layer that differs in some settings."""
        layer = self.layer
        if isinstance(layer, keras.layers.Conv2D) and layer.kernel_size == (1, 1) != layer.strides:
            # TensorFlow 2.21 writes beyond its memory in the gradient of a 1x1 convolution with a
            # stride, and the kernel dies: so pixels that it would skip go first, which is the same.
            rows, columns = layer.strides
            inputs = [x[:, ::rows, ::columns] for x in inputs]
            settings["strides"] = (1, 1)
        if settings:  # the model's layer stays as it is: a twin shares its weights
            layer = object.__new__(type(layer))
            layer.__dict__.update(self.layer.__dict__ | settings)
        given = dict(zip(map(id, self.node.input_tensors), inputs, strict=True))
        arguments, keywords = self.node.arguments.fill_in(given)
        if isinstance(layer, keras.layers.Layer):  # others know no training
            keywords["training"] = False
        return keras.tree.flatten(layer(*arguments, **keywords))[0]

    def __str__(self) -> str:
        return f"layer {self.name!r} ({self.kind})"


def trace(model: keras.Model) -> list[Call]:
    """List a model's calls, each after those that it reads from.

    Nested models are opened, unless they have an `anatomy` of their own. A layer that is used twice
    has two calls. A ValueError says why a model, or a layer in it, cannot be listed.
    """
    return trace_outputs(model)[0]


def trace_outputs(model: keras.Model) -> tuple[list[Call], list[Call]]:
    """List a model's calls as `trace` does, and those of its outputs."""
    if not isinstance(model, keras.Model) or _graph(model) is None:
        advice = "begin a sequential model with a keras.Input, write others in the functional API"
        raise refused("model", "a keras.Model with a graph of layers", model, advice)
    calls = []
    for tensor in model.inputs:
        layer = tensor._keras_history.operation
        if None in tensor.shape[1:]:
            wanted = "of known sizes, such as keras.Input((224, 224, 3))"
            raise refused(f"the model's input {layer.name!r}", wanted, tensor.shape)
        calls.append(Call(layer.name, layer, (), tensor.shape))
    outputs = _trace_into(calls, model, list(calls), "")
    return calls, outputs


def path_to(call: Call, calls: list[Call]) -> list[Call]:
    """List those of a model's calls that one depends on, and itself, in their order."""
    needed = {call}
    for each in reversed(calls):
        if each in needed:
            needed.update(each.inputs)
    return [each for each in calls if each in needed]


def find(calls: list[Call], layer: str | keras.layers.Layer) -> list[Call]:
    """Find the calls of a layer, given by itself or by the name that `layer_table` prints.

    There is at least one: a ValueError tells those who ask for another layer which names are near.
    """
    found = [call for call in calls if layer is call.layer or str(layer) == call.name]
    if not found:
        name = str(getattr(layer, "name", layer))
        names = list(dict.fromkeys(call.name for call in calls))
        inside = [known for known in names if known.startswith(f"{name}/")]
        near = inside or difflib.get_close_matches(name, names, cutoff=0.4) or names
        advice = f"near names are {', '.join(map(repr, near[:5]))}"
        raise refused("layer", "a layer of the model or its name", layer, advice)
    return found


def _graph(model: Any) -> Any:
    """Return the Keras object that holds a model's nodes, None if there is none."""
    graph = getattr(model, "_functional", model)  # a sequential model wraps a functional one
    return graph if hasattr(graph, "_nodes_by_depth") else None


def _trace_into(calls: list[Call], model: Any, inputs: list[Call], prefix: str) -> list[Call]:
    """Append the calls of a model that is applied to `inputs`; return those of its outputs."""
    produced = dict(zip(map(id, model.inputs), inputs, strict=True))
    # Keras's records of the calls: the deepest is the first to be computed.
    by_depth = sorted(_graph(model)._nodes_by_depth.items(), reverse=True)
    for node in (node for _, nodes in by_depth for node in nodes if not node.is_input):
        sources = [produced[id(tensor)] for tensor in node.input_tensors]
        layer = node.operation
        if _graph(layer) is not None and not hasattr(layer, "anatomy"):
            outputs = _trace_into(calls, layer, sources, f"{prefix}{layer.name}/")
        else:
            outputs = [_call(node, sources, prefix)]
            calls.extend(outputs)
        produced.update(zip(map(id, node.outputs), outputs, strict=True))
    return [produced[id(tensor)] for tensor in model.outputs]


def _call(node: Any, sources: list[Call], prefix: str) -> Call:
    layer, outputs = node.operation, node.outputs
    pairs = list(zip(sources, node.input_tensors, strict=True))
    # A nested model may be applied to another size than the one that it was built for.
    if any(s.shape[1:] != t.shape[1:] for s, t in pairs):
        actual = {id(t): keras.KerasTensor(s.shape, t.dtype) for s, t in pairs}
        arguments, keywords = node.arguments.fill_in(actual)
        outputs = keras.tree.flatten(layer.compute_output_spec(*arguments, **keywords))
    call = Call(f"{prefix}{layer.name}", layer, tuple(sources), outputs[0].shape, node)
    if len(outputs) > 1:
        raise refused(str(call), "a layer with one output", len(outputs))
    if getattr(layer, "data_format", None) == "channels_first":
        wanted = "'channels_last', images of shape (batch, height, width, channels)"
        raise refused(f"the data_format of {call}", wanted, layer.data_format)
    return call
