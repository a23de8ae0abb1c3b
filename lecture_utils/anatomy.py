"""What a model is made of: its layers, their cost, and what part of the input each of them sees.

The functions read the graph of a functional or sequential `keras.Model`: branches, nested models
and shared layers included. They never guess: a layer that they do not know is an error.

A layer of your own joins in with one attribute, `anatomy`, a dictionary. It says which window of
its input one output position depends on, in the terms of a convolution, and what that costs:

    class SubSampling(keras.layers.Layer):
        anatomy = {"size": 2, "stride": 2, "macs": 0}

`size` and `macs` (multiply-accumulates for one output position, all channels together) must be
there. `stride`, `dilation` (otherwise 1) and `padding` ("same", "full" or a number of pixels on
each side, otherwise "valid") may be. Each but `macs` is one value, or one for each axis. A layer
that works on each position alone, such as a normalization across channels, has `size` 1.
"""

import difflib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from lecture_utils.backend import keras, without_weights
from lecture_utils.convolution import output_size

layers = keras.layers


class LayerRow(NamedTuple):
    """One line of a layer table.

    Attributes:
        name: Name of the layer; a layer of a nested model is called `model/layer`.
        kind: Name of its class.
        output_shape: Shape of its output as Keras gives it, the batch axis (None) first.
        parameters: Number of weights that it adds, trained or not. A weight counts where it is
            met first, so a layer that is used again adds 0.
        macs: Multiply-accumulates for one sample.
    """

    name: str
    kind: str
    output_shape: tuple[int | None, ...]
    parameters: int
    macs: int


class LayerTable(tuple[LayerRow, ...]):
    """The rows of `layer_table`; prints as a table."""

    @property
    def parameters(self) -> int:
        """Number of weights of all layers."""
        return sum(row.parameters for row in self)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of all layers, for one sample."""
        return sum(row.macs for row in self)

    def __str__(self) -> str:
        header = ("Layer", "Kind", "Output shape", "Parameters", "MACs")
        body = [(*map(str, row[:3]), f"{row.parameters:,}", f"{row.macs:,}") for row in self]
        total = ("Total", "", "", f"{self.parameters:,}", f"{self.macs:,}")
        widths = [max(map(len, column)) for column in zip(header, *body, total, strict=True)]
        rule = "-" * (sum(widths) + 2 * (len(widths) - 1))

        def line(cells: tuple[str, ...]) -> str:
            texts = [cell.ljust(width) for cell, width in zip(cells[:3], widths[:3], strict=True)]
            numbers = [cell.rjust(width) for cell, width in zip(cells[3:], widths[3:], strict=True)]
            return "  ".join(texts + numbers)

        return "\n".join([line(header), rule, *map(line, body), rule, line(total)])

    __repr__ = __str__


class ReceptiveField(NamedTuple):
    """The window of the input that an output position depends on, one number per axis.

    Attributes:
        size: Pixels from the first to the last.
        jump: Pixels between the windows of two neighbouring positions: a whole number, less than
            one after upsampling, and 0 where every position depends on the whole map.
        start: First pixel. Negative where the window begins in the padding.
    """

    size: tuple[int, ...]
    jump: tuple[int | float, ...]
    start: tuple[int, ...]


def layer_table(model: keras.Model) -> LayerTable:
    """List the layers of a model with their output shapes, parameters and multiply-accumulates.

    Args:
        model: A functional or sequential model whose input shape is known.

    Returns:
        A sequence of `LayerRow`, in the order in which the layers are computed. Nested models are
        opened, and a layer that is used twice has two rows. It prints as a table with totals.

    Raises:
        ValueError: If the model has no graph or unknown sizes, or a layer is not supported.

    Example:
        >>> pixels = keras.Input((4,), name="pixels")
        >>> layer_table(keras.Model(pixels, keras.layers.Dense(3, name="dense")(pixels)))
        Layer   Kind        Output shape  Parameters  MACs
        --------------------------------------------------
        pixels  InputLayer  (None, 4)              0     0
        dense   Dense       (None, 3)             15    12
        --------------------------------------------------
        Total                                     15    12
    """
    rows = []
    counted = set()
    for call in _trace(model):
        macs = _macs(call)  # first: an operation that is not a layer has no weights to ask for
        new = [weight for weight in call.layer.weights if id(weight) not in counted]
        counted.update(map(id, new))
        parameters = sum(math.prod(weight.shape) for weight in new)
        rows.append(LayerRow(call.name, call.kind, call.shape, parameters, macs))
    return LayerTable(rows)


def count_macs(model: keras.Model) -> int:
    """Count the multiply-accumulates that a model needs for one sample.

    Convolutions (grouped, depthwise and separable ones too), transposed convolutions and dense
    layers count. Biases, activations, normalization, pooling and additions do not, as in papers.

    Args:
        model: A functional or sequential model whose input shape is known.

    Returns:
        The number of multiply-accumulates. Many papers call it FLOPs, some count it twice.

    Raises:
        ValueError: If the model has no graph or unknown sizes, or a layer is not supported.
    """
    return sum(_macs(call) for call in _trace(model))


def count_depth(model: keras.Model) -> int:
    """Count the layers with a kernel on the longest path from input to output.

    That is the number in a network's name: 16 for VGG-16, 50 for ResNet-50, 22 for GoogLeNet.
    Convolutions of all kinds and dense layers have a kernel, and layers of your own whose `anatomy`
    has multiply-accumulates. Pooling, normalization, activations and additions have none, and the
    projection on a shortcut is not on the longest path. LeNet-5 has 5; its paper says 7 and counts
    the two sub-sampling layers, whose single coefficient per map is no kernel.

    Args:
        model: A functional or sequential model whose input shape is known.

    Returns:
        The number of layers. A layer that is used twice in a row counts twice.

    Raises:
        ValueError: If the model has no graph or unknown sizes, or a layer is not supported.

    Example:
        >>> from lecture_utils import models
        >>> count_depth(blueprint(models.vgg16))
        16
    """
    depths: dict[_Call, int] = {}
    for call in _trace(model):
        before = max((depths[source] for source in call.inputs), default=0)
        depths[call] = before + (_macs(call) > 0)
    return max(depths.values())


def receptive_field(
    model: keras.Model,
    layer: str | keras.layers.Layer,
    position: int | tuple[int, ...] | None = None,
) -> ReceptiveField:
    """Find the window of input pixels that one output position of a layer depends on.

    Without `position`, maps are taken to go on beyond their edges, as papers do: position 0 sees
    pixels from `start` on, position i sees them from `start + i * jump` on. The windows of an
    upsampled map can differ in size; `size` is the largest then.

    With `position`, edges count: the answer spans exactly the pixels of the image that can change
    this one value, and its `size` is 0 where there is nothing but padding to see.

    A layer behind `Flatten` or global pooling has a single position that sees the whole map.
    The same is true of each position behind a layer that mixes in a mean of the whole map.

    Args:
        model: A functional or sequential model. Axes between batch and channels are measured.
        layer: A layer, or its name; `"model/layer"` for a layer in a nested model.
        position: Indices into the layer's output map, one for each axis or one for all; 0 behind
            `Flatten`.

    Returns:
        Size, jump and start in input pixels, each a tuple with one number per axis.

    Raises:
        ValueError: If a layer on the way to the input is not supported, if the layer is used
            twice with different windows, or if `model`, `layer` or `position` do not fit.

    Example:
        >>> x = image = keras.Input((28, 28, 1))
        >>> x = keras.layers.Conv2D(32, 3, padding="same")(x)
        >>> x = keras.layers.MaxPooling2D(2, name="pool")(x)
        >>> receptive_field(keras.Model(image, x), "pool")
        ReceptiveField(size=(4, 4), jump=(2, 2), start=(-1, -1))

    Source: Araujo, Norris and Sim, Computing Receptive Fields of Convolutional Neural Networks
    (Distill, 2019), does this with recurrences, for layers that do not upsample.
    """
    calls = _trace(model)
    fields = {_field(call, calls, position) for call in _find(calls, layer)}
    if len(fields) > 1:
        raise ValueError(
            f"layer {layer!r} is used {len(fields)} times and sees different windows: "
            f"{', '.join(map(str, fields))}. Ask for a layer that follows it."
        )
    return fields.pop()


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
    """
    with without_weights():
        return builder(*arguments, **options)


# ---------------------------------------------------------------------------------------- graph


@dataclass(frozen=True, eq=False)
class _Call:
    """One use of a layer, and so one tensor: the layer's output."""

    name: str
    layer: Any
    inputs: tuple["_Call", ...]
    shape: tuple[int | None, ...]

    @property
    def kind(self) -> str:
        return type(self.layer).__name__

    def __str__(self) -> str:
        return f"layer {self.name!r} ({self.kind})"


def _trace(model: keras.Model) -> list[_Call]:
    """List a model's calls, each after those that it reads from."""
    if not isinstance(model, keras.Model) or _graph(model) is None:
        raise ValueError(
            f"model must be a keras.Model with a graph of layers, got {model!r}: give a sequential "
            "model an input shape (`keras.Input` as its first entry), write another one with the "
            "functional API."
        )
    calls = []
    for tensor in model.inputs:
        layer = tensor._keras_history.operation
        if None in tensor.shape[1:]:
            raise ValueError(
                f"the input {layer.name!r} of model {model.name!r} has unknown sizes, shape "
                f"{tensor.shape}: build the model for one size, like keras.Input((224, 224, 3))."
            )
        calls.append(_Call(layer.name, layer, (), tensor.shape))
    _trace_graph(model, list(calls), "", calls)
    return calls


def _graph(model: Any) -> Any:
    """Return the Keras object that holds a model's nodes, None if there is none."""
    graph = getattr(model, "_functional", model)  # a sequential model wraps a functional one
    return graph if hasattr(graph, "_nodes_by_depth") else None


def _trace_graph(
    model: keras.Model, inputs: list[_Call], prefix: str, calls: list[_Call]
) -> list[_Call]:
    """Append the calls of a model that is applied to `inputs`; return those of its outputs."""
    produced = dict(zip(map(id, model.inputs), inputs, strict=True))
    for node in _nodes(model):
        sources = [produced[id(tensor)] for tensor in node.input_tensors]
        layer = node.operation
        if _graph(layer) is not None and not hasattr(layer, "anatomy"):
            outputs = _trace_graph(layer, sources, f"{prefix}{layer.name}/", calls)
        else:
            outputs = [_call(node, sources, prefix)]
            calls.extend(outputs)
        produced.update(zip(map(id, node.outputs), outputs, strict=True))
    return [produced[id(tensor)] for tensor in model.outputs]


def _nodes(model: keras.Model) -> Iterator[Any]:
    """Yield Keras's records of the calls in a model, in the order of computation."""
    by_depth = _graph(model)._nodes_by_depth
    for depth in sorted(by_depth, reverse=True):
        yield from (node for node in by_depth[depth] if not node.is_input)


def _call(node: Any, sources: list[_Call], prefix: str) -> _Call:
    layer = node.operation
    outputs = node.outputs
    # A nested model may be applied to another size than the one that it was built for.
    if any(s.shape[1:] != t.shape[1:] for s, t in zip(sources, node.input_tensors, strict=True)):
        actual = {
            id(tensor): keras.KerasTensor(source.shape, tensor.dtype)
            for source, tensor in zip(sources, node.input_tensors, strict=True)
        }
        arguments, keywords = node.arguments.fill_in(actual)
        outputs = keras.tree.flatten(layer.compute_output_spec(*arguments, **keywords))
    call = _Call(f"{prefix}{layer.name}", layer, tuple(sources), outputs[0].shape)
    if len(outputs) > 1:
        raise ValueError(f"{call} has {len(outputs)} outputs: a layer with one is supported.")
    if getattr(layer, "data_format", None) == "channels_first":
        raise ValueError(
            f"{call} has data_format 'channels_first': 'channels_last' is supported, images of "
            "shape (batch, height, width, channels)."
        )
    return call


def _find(calls: list[_Call], layer: str | keras.layers.Layer) -> list[_Call]:
    found = [call for call in calls if layer is call.layer or layer == call.name]
    if not found:
        name = str(getattr(layer, "name", layer))
        names = list(dict.fromkeys(call.name for call in calls))
        inside = [known for known in names if known.startswith(f"{name}/")]
        near = inside or difflib.get_close_matches(name, names, cutoff=0.4) or names
        raise ValueError(
            f"layer must be a layer of the model or its name, got {layer!r}. Names of the model "
            f"that could be meant: {', '.join(map(repr, near[:5]))}."
        )
    return found


def _unknown(call: _Call) -> ValueError:
    advice = (
        "one of your own is understood when it has an attribute `anatomy`, which the text of "
        "lecture_utils.anatomy describes."
        if isinstance(call.layer, layers.Layer)
        else "it is an operation of keras.ops, use a layer of keras.layers in its place."
    )
    return ValueError(f"{call} is of a kind that is not supported: {advice}")


# ------------------------------------------------------------------------------------- windows


class _Window(NamedTuple):
    """What a layer reads along one axis of one input.

    Attributes:
        read: Gives for an output position the input positions that its value depends on. Both
            its first and its last position grow with the output position.
        step: Input positions from the window of one output position to that of the next.
    """

    read: Callable[[int], range]
    step: Fraction


def _sliding(size: int, stride: int = 1, dilation: int = 1, before: int = 0) -> _Window:
    """Describe a convolution or pooling with `before` positions of padding in front."""
    reach = (size - 1) * dilation

    def read(i: int) -> range:
        first = i * stride - before
        return range(first, first + reach + 1, dilation)

    return _Window(read, Fraction(stride))


def _transposed(size: int, stride: int, before: int) -> _Window:
    """Describe the inputs whose windows hold output i, in a convolution from output to input."""

    def read(i: int) -> range:
        first = -((size - 1 - i - before) // stride)  # rounded up
        return range(first, (i + before) // stride + 1)

    return _Window(read, Fraction(1, stride))


def _nearest(factor: int) -> _Window:
    return _Window(lambda i: range(i // factor, i // factor + 1), Fraction(1, factor))


def _bilinear(factor: int) -> _Window:
    def read(i: int) -> range:
        # The middle of output pixel i lies at (i + 1/2) / factor - 1/2 between input pixels.
        first, rest = divmod(2 * i + 1 - factor, 2 * factor)
        return range(first, first + (2 if rest else 1))

    return _Window(read, Fraction(1, factor))


def _whole(size: int) -> _Window:
    return _Window(lambda i: range(size), Fraction(0))


# A rule gives the windows of a layer, one per axis. It gets the layer and the sizes (pixels per
# axis) of one input and of the output. A vector counts as a map with a single position. Where
# a layer's settings make of it something other than a window, the rule gives None.

_Sizes = tuple[int, ...]


def _per_axis(value: Any, axes: int) -> tuple:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * axes


def _same_padding(size: int, stride: int, dilation: int, large: int, small: int) -> int:
    """Count the pixels that `same` adds in front; an odd one more is added behind."""
    return max((small - 1) * stride + (size - 1) * dilation + 1 - large, 0) // 2


_WINDOW = ("size", "stride", "padding", "dilation")


def _sliding_windows(window: dict, before: _Sizes, after: _Sizes) -> list[_Window]:
    settings = [_per_axis(window[key], len(before)) for key in _WINDOW]
    windows = []
    for size, stride, padding, dilation, large, small in zip(*settings, before, after, strict=True):
        if padding == "same":
            padding = _same_padding(size, stride, dilation, large, small)
        elif padding in ("causal", "full"):
            padding = (size - 1) * dilation
        elif padding == "valid":
            padding = 0
        windows.append(_sliding(size, stride, dilation, padding))
    return windows


def _convolution(layer: Any, before: _Sizes, after: _Sizes) -> list[_Window]:
    window = {
        "size": layer.kernel_size,
        "stride": layer.strides,
        "dilation": layer.dilation_rate,
        "padding": layer.padding,
    }
    return _sliding_windows(window, before, after)


def _pooling(layer: Any, before: _Sizes, after: _Sizes) -> list[_Window]:
    window = {
        "size": layer.pool_size,
        "stride": layer.strides,
        "dilation": 1,
        "padding": layer.padding,
    }
    return _sliding_windows(window, before, after)


def _transposed_convolution(layer: Any, before: _Sizes, after: _Sizes) -> list[_Window] | None:
    windows = []
    for size, stride, dilation, small, large in zip(
        layer.kernel_size, layer.strides, layer.dilation_rate, before, after, strict=True
    ):
        # A kernel smaller than the stride leaves outputs that depend on nothing. TensorFlow has
        # no dilated kernel for processors, so that there is nothing to check a rule with.
        if size < stride or dilation > 1:
            return None
        same = layer.padding == "same"
        padding = _same_padding(size, stride, dilation, large, small) if same else 0
        windows.append(_transposed(size, stride, padding))
    return windows


def _upsampling(layer: Any, before: _Sizes, after: _Sizes) -> list[_Window] | None:
    kinds = {"nearest": _nearest, "bilinear": _bilinear}
    kind = kinds.get(getattr(layer, "interpolation", "nearest"))
    return kind and [kind(factor) for factor in _per_axis(layer.size, len(before))]


def _shift(pairs: Any, sign: int) -> list[_Window]:
    """Move a map by the first number of each (before, after) pair, a bare pair on one axis."""
    return [_sliding(1, before=sign * first) for first, _ in np.reshape(pairs, (-1, 2)).tolist()]


def _zero_padding(layer: Any, before: _Sizes, after: _Sizes) -> list[_Window]:
    return _shift(layer.padding, 1)


def _cropping(layer: Any, before: _Sizes, after: _Sizes) -> list[_Window]:
    return _shift(layer.cropping, -1)


def _whole_map(layer: Any, before: _Sizes, after: _Sizes) -> list[_Window]:
    return [_whole(size) for size in before]


def _pointwise(layer: Any, before: _Sizes, after: _Sizes) -> list[_Window] | None:
    return [_sliding(1) for _ in before] if before == after else None


def _reshaping(layer: Any, before: _Sizes, after: _Sizes) -> list[_Window] | None:
    """A single position, like that of a vector, holds all that was there."""
    rule = _whole_map if set(after) == {1} else _pointwise
    return rule(layer, before, after)


def _merging(layer: Any, before: _Sizes, after: _Sizes) -> list[_Window]:
    """An axis of size 1 is spread over the output's axis, as in NumPy."""
    return [
        _sliding(1) if small == large else _whole(small)
        for small, large in zip(before, after, strict=True)
    ]


def _rearranging(layer: Any, before: _Sizes, after: _Sizes) -> None:
    """Stand for layers that cost nothing, but do not look through a window."""


_RULES = {
    _convolution: [
        *(layers.Conv1D, layers.DepthwiseConv1D, layers.SeparableConv1D),
        *(layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D),
    ],
    _transposed_convolution: [layers.Conv1DTranspose, layers.Conv2DTranspose],
    _pooling: [
        *(layers.MaxPooling1D, layers.AveragePooling1D),
        *(layers.MaxPooling2D, layers.AveragePooling2D),
    ],
    _upsampling: [layers.UpSampling1D, layers.UpSampling2D],
    _zero_padding: [layers.ZeroPadding1D, layers.ZeroPadding2D],
    _cropping: [layers.Cropping1D, layers.Cropping2D],
    _whole_map: [
        *(layers.GlobalAveragePooling1D, layers.GlobalMaxPooling1D),
        *(layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D),
        *(layers.Flatten, layers.GroupNormalization),
    ],
    _pointwise: [
        *(layers.InputLayer, layers.Dense, layers.Identity, layers.Concatenate),
        *(layers.Activation, layers.ReLU, layers.LeakyReLU, layers.PReLU, layers.ELU),
        *(layers.Softmax, layers.ActivityRegularization),
        *(layers.BatchNormalization, layers.LayerNormalization, layers.RMSNormalization),
        *(layers.UnitNormalization, layers.Normalization, layers.Rescaling),
        *(layers.Dropout, layers.SpatialDropout1D, layers.SpatialDropout2D, layers.AlphaDropout),
        *(layers.GaussianDropout, layers.GaussianNoise),
        # These change a picture in training only.
        *(layers.RandomFlip, layers.RandomRotation, layers.RandomTranslation, layers.RandomZoom),
        *(layers.RandomContrast, layers.RandomBrightness),
    ],
    _reshaping: [layers.Reshape],
    _merging: [
        *(layers.Add, layers.Subtract, layers.Multiply),
        *(layers.Average, layers.Maximum, layers.Minimum),
    ],
    _rearranging: [
        *(layers.Permute, layers.RepeatVector),
        *(layers.Resizing, layers.CenterCrop, layers.RandomCrop),
    ],
}
# Exact classes: a subclass may do something else.
_RULE_OF = {kind: rule for rule, kinds in _RULES.items() for kind in kinds}

# Pointwise only while they work along channels.
_WITH_AXIS = {
    *(layers.Concatenate, layers.Softmax),
    *(layers.LayerNormalization, layers.RMSNormalization, layers.UnitNormalization),
}


def _windows(call: _Call, source: _Call, axes: int) -> list[_Window]:
    """Return what `call` reads of `source`, a window for each of the input's axes."""
    before, after = _sizes(source, axes), _sizes(call, axes)
    if hasattr(call.layer, "anatomy"):
        return _declared_windows(call, before, after)
    kind = type(call.layer)
    if kind not in _RULE_OF:
        raise _unknown(call)
    windows = _RULE_OF[kind](call.layer, before, after)
    along_channels = kind not in _WITH_AXIS or all(
        axis in (-1, len(call.shape) - 1) for axis in np.ravel(call.layer.axis)
    )
    if windows is None or not along_channels:
        raise ValueError(
            f"{call} has settings that are not supported: with them an output position does not "
            "depend on one window of the input. Ask for a layer before it."
        )
    return windows


def _sizes(call: _Call, axes: int) -> _Sizes:
    """Return the pixels per axis of a call's output, (1, 1) for a vector."""
    if len(call.shape) == 2:
        return (1,) * axes
    if len(call.shape) != axes + 2:
        raise ValueError(
            f"{call} is not supported: its output of shape {call.shape} has "
            f"{len(call.shape) - 2} axes between batch and channels, the input has {axes}."
        )
    return call.shape[1:-1]


def _declaration(call: _Call) -> dict:
    """Return the `anatomy` of a layer, complete."""
    required, optional = {"size", "macs"}, {"stride": 1, "dilation": 1, "padding": "valid"}
    given = call.layer.anatomy
    if not isinstance(given, dict) or not required <= given.keys() <= required | optional.keys():
        raise ValueError(
            f"{call} must have an `anatomy` dictionary with size, macs and, where needed, "
            f"stride, dilation and padding, got {given!r}."
        )
    return optional | given


def _declared_windows(call: _Call, before: _Sizes, after: _Sizes) -> list[_Window]:
    window = _declaration(call)
    settings = [_per_axis(window[key], len(before)) for key in _WINDOW]
    expected = tuple(output_size(*sizes) for sizes in zip(before, *settings, strict=True))
    if expected != after:
        raise ValueError(
            f"{call} declares a window that has {expected} positions on its input of {before} "
            f"pixels, but its output has {after}: correct its `anatomy`, {call.layer.anatomy!r}."
        )
    return _sliding_windows(window, before, after)


# --------------------------------------------------------------------------------------- fields


class _Edge(NamedTuple):
    """A call, one of the calls that it reads, and its windows there."""

    call: _Call
    source: _Call
    windows: list[_Window]


def _field(
    call: _Call, calls: list[_Call], position: int | tuple[int, ...] | None
) -> ReceptiveField:
    image, edges = _edges(call, calls)
    axes = range(len(image.shape) - 2)
    size, jump, start = zip(*(_axis_field(call, image, edges, axis) for axis in axes), strict=True)
    if position is not None:
        size, start = _pixels(call, image, edges, position)
    return ReceptiveField(size, jump, start)


def _edges(call: _Call, calls: list[_Call]) -> tuple[_Call, list[_Edge]]:
    """Return the input that a call depends on, and the edges from the call back to it."""
    order = []
    reached = {call}
    for reader in reversed(calls):
        if reader in reached:
            order.append(reader)
            reached.update(reader.inputs)
    images = [reader for reader in order if not reader.inputs]
    names = ", ".join(f"{image.name!r} of shape {image.shape}" for image in images)
    if len(images) > 1:
        raise ValueError(f"{call} depends on several inputs, {names}: a window needs a single one.")
    axes = len(images[0].shape) - 2
    if axes < 1:
        raise ValueError(
            f"{call} depends on the input {names}: a window needs axes between batch and "
            "channels, as in (None, 28, 28, 1)."
        )
    return images[0], [
        _Edge(reader, source, _windows(reader, source, axes))
        for reader in order
        for source in reader.inputs
    ]


def _walk_back(edges: list[_Edge], call: _Call, value: Any, read: Callable, join: Callable) -> dict:
    """Carry a value from a call back to all that it depends on.

    Args:
        edges: From the call to the input; each edge after those that lead to it.
        call: Where to begin.
        value: The call's value.
        read: Gives the value of an edge's source, from the edge and the value of its call.
        join: Makes one of two values, where several calls read the same source.

    Returns:
        The value of each call.
    """
    values = {call: value}
    for edge in edges:
        seen = read(edge, values[edge.call])
        old = values.get(edge.source)
        values[edge.source] = seen if old is None else join(old, seen)
    return values


def _axis_field(
    call: _Call, image: _Call, edges: list[_Edge], axis: int
) -> tuple[int, int | float, int]:
    """Return size, jump and start along one axis."""

    def moves(edge: _Edge, steps: set[Fraction]) -> set[Fraction]:
        return {step * edge.windows[axis].step for step in steps}

    def reads(edge: _Edge, span: tuple[int, int]) -> tuple[int, int]:
        read = edge.windows[axis].read
        return read(span[0])[0], read(span[1])[-1]

    def hull(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
        return min(a[0], b[0]), max(a[1], b[1])

    steps = _walk_back(edges, call, {Fraction(1)}, moves, set.union)
    if 0 in steps[image]:
        jump = Fraction(0)
        positions = [(0, _sizes(call, len(image.shape) - 2)[axis] - 1)]
    elif len(steps[image]) == 1:
        (jump,) = steps[image]
        # Windows repeat after as many positions as make a whole number of steps in every map.
        period = math.lcm(*(step.denominator for each in steps.values() for step in each))
        positions = [(i, i) for i in range(period)]
    else:
        raise ValueError(
            f"{call} joins branches that move by different steps, "
            f"{', '.join(map(str, sorted(steps[image])))} pixels: it has no single window."
        )
    spans = [_walk_back(edges, call, span, reads, hull)[image] for span in positions]
    size = max(last - first + 1 for first, last in spans)
    return size, int(jump) if jump.denominator == 1 else float(jump), spans[0][0]


def _pixels(
    call: _Call, image: _Call, edges: list[_Edge], position: int | tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return size and first pixel of what a single position depends on, edges respected."""
    axes = len(image.shape) - 2
    sizes = _sizes(call, axes)
    indices = _per_axis(position, axes)
    if len(indices) != axes or not all(i in range(n) for i, n in zip(indices, sizes, strict=True)):
        raise ValueError(
            f"position must have an index into each axis of {call}, whose map has {sizes} "
            f"positions, got {position!r}."
        )

    def reads(edge: _Edge, mask: np.ndarray) -> np.ndarray:
        inputs = _sizes(edge.source, axes)
        for axis, (window, large) in enumerate(zip(edge.windows, inputs, strict=True)):
            table = _dependence(window, mask.shape[axis], large)
            mask = np.moveaxis(np.tensordot(table, mask, axes=(0, axis)), 0, axis) > 0
        return mask

    chosen = np.zeros(sizes)
    chosen[tuple(map(int, indices))] = 1
    pixels = np.nonzero(_walk_back(edges, call, chosen, reads, np.logical_or)[image])
    if not pixels[0].size:
        return (0,) * axes, (0,) * axes
    start = tuple(int(axis.min()) for axis in pixels)
    size = tuple(int(np.ptp(axis)) + 1 for axis in pixels)
    return size, start


def _dependence(window: _Window, outputs: int, inputs: int) -> np.ndarray:
    """Return a table (outputs, inputs), 1 where an output position reads an input position."""
    table = np.zeros((outputs, inputs))
    for i in range(outputs):
        table[i, [j for j in window.read(i) if 0 <= j < inputs]] = 1
    return table


# ----------------------------------------------------------------------------------------- cost

_KERNELS = {
    **dict.fromkeys(_RULES[_convolution] + _RULES[_transposed_convolution], ("kernel",)),
    **dict.fromkeys(
        [layers.SeparableConv1D, layers.SeparableConv2D], ("depthwise_kernel", "pointwise_kernel")
    ),
    layers.Dense: ("kernel",),
}


def _macs(call: _Call) -> int:
    """Return the multiply-accumulates of one call: each kernel weight works at each position.

    The kernel of a transposed convolution works at each position of the input.
    """
    kind = type(call.layer)
    if hasattr(call.layer, "anatomy"):
        return math.prod(call.shape[1:-1]) * _declaration(call)["macs"]
    if kind not in _RULE_OF:
        raise _unknown(call)
    if kind not in _KERNELS:
        return 0
    at = call.inputs[0] if kind in _RULES[_transposed_convolution] else call
    weights = sum(math.prod(getattr(call.layer, kernel).shape) for kernel in _KERNELS[kind])
    return math.prod(at.shape[1:-1]) * weights
