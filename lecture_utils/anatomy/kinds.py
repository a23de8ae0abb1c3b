"""What each kind of layer reads: the window of its input that one output position depends on."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from lecture_utils.anatomy.graph import Call
from lecture_utils.backend import keras
from lecture_utils.checks import refused
from lecture_utils.sizes import margins, output_size, per_axis

layers = keras.layers

Sizes = tuple[int, ...]  # pixels per axis


class Window(NamedTuple):
    """What a layer reads along one axis of one input.

    Attributes:
        read: Gives for an output position the input positions that its value depends on. Both
            its first and its last position grow with the output position.
        step: Input positions from the window of one output position to that of the next.
    """

    read: Callable[[int], range]
    step: Fraction


def windows(call: Call, source: Call, axes: int) -> list[Window]:
    """Return what a call reads of `source`, one of its inputs: a window for each axis.

    `axes` is their number between batch and channels. A ValueError names a layer that is not
    known, or that reads no window.
    """
    check_known(call)
    before, after = source.positions(axes), call.positions(axes)
    if call.anatomy is not None:
        return _declared(call, before, after)
    found = (rule := RULE_OF[type(call.layer)]) and rule(call.layer, before, after)
    channels = {-1, len(call.shape) - 1}
    if found is None or (call.kind in _BY_AXIS and not channels >= set(np.ravel(call.layer.axis))):
        wanted = "a layer that reads one window of its input for each output position"
        raise refused(str(call), wanted, call.layer, "ask for a layer before it")
    return found


def check_known(call: Call) -> None:
    """Raise a ValueError if a layer is neither of a known kind nor has an `anatomy`."""
    if call.anatomy is None and type(call.layer) not in RULE_OF:
        advice = "use a layer of keras.layers in its place"
        if isinstance(call.layer, layers.Layer):
            advice = "give it an `anatomy`, as the text of lecture_utils.anatomy says"
        raise refused(str(call), "of a kind that is known here", call.layer, advice)


def _sliding(size: int, stride: int = 1, dilation: int = 1, before: int = 0) -> Window:
    """Describe a convolution or pooling with `before` positions of padding in front."""
    reach = (size - 1) * dilation

    def read(i: int) -> range:
        first = i * stride - before
        return range(first, first + reach + 1, dilation)

    return Window(read, Fraction(stride))


def _transposed(size: int, stride: int, before: int) -> Window:
    """Describe the inputs whose windows hold output i, in a convolution from output to input."""

    def read(i: int) -> range:
        first = -((size - 1 - i - before) // stride)  # rounded up
        return range(first, (i + before) // stride + 1)

    return Window(read, Fraction(1, stride))


def _bilinear(factor: int) -> Window:
    def read(i: int) -> range:
        # The middle of output pixel i lies at (i + 1/2) / factor - 1/2 between input pixels.
        first, rest = divmod(2 * i + 1 - factor, 2 * factor)
        return range(first, first + (2 if rest else 1))

    return Window(read, Fraction(1, factor))


def _whole(size: int) -> Window:
    return Window(lambda i: range(size), Fraction(0))


# A rule gives the windows of a layer, one for each axis. It gets the layer and the sizes of one
# input and of the output; a vector counts as a map with a single position. Where a layer's settings
# make of it something other than a window, the rule gives None.


def _slide(before: Sizes, size: Any, stride: Any, padding: Any, dilation: Any = 1) -> list[Window]:
    """Return windows from settings, each one value or one for each axis."""
    padding = "full" if padding == "causal" else padding  # the same zeros in front
    settings = (size, stride, padding, dilation)
    each = (per_axis("settings", value, len(before)) for value in settings)
    return [
        _sliding(size, stride, dilation, margins(pixels, size, stride, padding, dilation)[0])
        for pixels, size, stride, padding, dilation in zip(before, *each, strict=True)
    ]


def _declared(call: Call, before: Sizes, after: Sizes) -> list[Window]:
    names = ("size", "stride", "padding", "dilation")
    try:
        settings = [per_axis(name, call.anatomy[name], len(before)) for name in names]
        expected = tuple(output_size(*axis) for axis in zip(before, *settings, strict=True))
    except ValueError as error:  # of the argument of `output_size` that a setting was given for
        expected = error
    if expected != after:
        wanted = f"a window with {after} positions on {before} pixels, as its output has"
        came = call.layer.anatomy
        raise refused(f"the `anatomy` of {call}", wanted, came, f"its window has {expected}")
    return _slide(before, *settings)


def _convolution(layer: Any, before: Sizes, after: Sizes) -> list[Window]:
    return _slide(before, layer.kernel_size, layer.strides, layer.padding, layer.dilation_rate)


def _pooling(layer: Any, before: Sizes, after: Sizes) -> list[Window]:
    return _slide(before, layer.pool_size, layer.strides, layer.padding)


def _transposed_convolution(layer: Any, before: Sizes, after: Sizes) -> list[Window] | None:
    found = []
    axes = zip(layer.kernel_size, layer.strides, layer.dilation_rate, before, after, strict=True)
    for size, stride, dilation, small, large in axes:
        # A kernel smaller than the stride leaves outputs that depend on nothing. TensorFlow has
        # no dilated kernel for processors, so that there is nothing to check a rule with.
        if size < stride or dilation > 1:
            return None
        cut = max((small - 1) * stride + size - large, 0) // 2 if layer.padding == "same" else 0
        found.append(_transposed(size, stride, cut))
    return found


def _upsampling(layer: Any, before: Sizes, after: Sizes) -> list[Window] | None:
    factors = per_axis("size", layer.size, len(before))
    interpolation = getattr(layer, "interpolation", "nearest")
    if interpolation == "nearest":
        return [_transposed(factor, factor, before=0) for factor in factors]
    return [_bilinear(factor) for factor in factors] if interpolation == "bilinear" else None


def _bordering(layer: Any, before: Sizes, after: Sizes) -> list[Window]:
    """Zeros move a map by the first of each pair (before, after), cropping moves it back."""
    pairs = layer.padding if hasattr(layer, "padding") else np.negative(layer.cropping)
    # With one axis there is a bare pair.
    return [_sliding(1, before=first) for first, _ in np.reshape(pairs, (-1, 2)).tolist()]


def _whole_map(layer: Any, before: Sizes, after: Sizes) -> list[Window]:
    return [_whole(size) for size in before]


def _pointwise(layer: Any, before: Sizes, after: Sizes) -> list[Window] | None:
    return [_sliding(1) for _ in before] if before == after else None


def _reshaping(layer: Any, before: Sizes, after: Sizes) -> list[Window] | None:
    """A single position, like that of a vector, holds all that was there."""
    rule = _whole_map if set(after) == {1} else _pointwise
    return rule(layer, before, after)


def _merging(layer: Any, before: Sizes, after: Sizes) -> list[Window]:
    """An axis of size 1 is spread over the output's axis, as in NumPy."""
    sizes = zip(before, after, strict=True)
    return [_sliding(1) if small == large else _whole(small) for small, large in sizes]


# The layers of Keras by rule; # stands for 1 and for 2 axes.
_KINDS = {
    _convolution: "Conv#D DepthwiseConv#D SeparableConv#D",
    _transposed_convolution: "Conv#DTranspose",
    _pooling: "MaxPooling#D AveragePooling#D",
    _upsampling: "UpSampling#D",
    _bordering: "ZeroPadding#D Cropping#D",
    _whole_map: "GlobalAveragePooling#D GlobalMaxPooling#D Flatten GroupNormalization",
    _pointwise: (
        "InputLayer Dense Identity Concatenate ActivityRegularization "
        "Activation ReLU LeakyReLU PReLU ELU Softmax Rescaling "
        "BatchNormalization LayerNormalization RMSNormalization UnitNormalization Normalization "
        "Dropout SpatialDropout#D AlphaDropout GaussianDropout GaussianNoise "
        # These change a picture in training only.
        "RandomFlip RandomRotation RandomTranslation RandomZoom RandomContrast RandomBrightness"
    ),
    _reshaping: "Reshape",
    _merging: "Add Subtract Multiply Average Maximum Minimum",
    # These cost nothing, but do not look through a window.
    None: "Permute RepeatVector Resizing CenterCrop RandomCrop",
}
# Exact classes: a subclass may do something else.
RULE_OF = {
    getattr(layers, name.replace("#", axes)): rule
    for rule, names in _KINDS.items()
    for name in names.split()
    for axes in "12"
}

# Pointwise only while their axis is that of the channels.
_BY_AXIS = ["Softmax", "LayerNormalization", "RMSNormalization", "UnitNormalization"]
