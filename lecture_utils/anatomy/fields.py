"""Which pixels of the input an output position depends on."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from lecture_utils.anatomy.graph import Call, find, path_to, trace
from lecture_utils.anatomy.kinds import Window, windows
from lecture_utils.backend import keras
from lecture_utils.checks import refused, whole
from lecture_utils.sizes import per_axis


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
        position: Index into the layer's output map, one for each axis or one for all.

    Returns:
        Size, jump and start in input pixels, each a tuple with one number per axis.

    Raises:
        ValueError: If a layer on the way to the input is not known, if the layer is used twice
            with different windows, or if `model`, `layer` or `position` do not fit.

    Example:
        >>> x = image = keras.Input((28, 28, 1))
        >>> x = keras.layers.Conv2D(32, 3, padding="same")(x)
        >>> x = keras.layers.MaxPooling2D(2, name="pool")(x)
        >>> receptive_field(keras.Model(image, x), "pool")
        ReceptiveField(size=(4, 4), jump=(2, 2), start=(-1, -1))

    Source: Araujo, Norris and Sim, Computing Receptive Fields of Convolutional Neural Networks
    (Distill, 2019), does this with recurrences, for layers that do not upsample.

    Lecture 04 builds it by hand.
    """
    calls = trace(model)
    fields = {_field(call, calls, position) for call in find(calls, layer)}
    if len(fields) > 1:
        advice = f"it is used {len(fields)} times and sees {fields}"
        raise refused("layer", "one that sees one window", layer, advice)
    return fields.pop()


def seen_by_each(
    model: keras.Model, layers: Sequence[str]
) -> dict[str, list[list[tuple[int, int]]]]:
    """List what each position of some layers sees, axis by axis, edges respected.

    Args:
        model: As `receptive_field` takes it, of a fixed input size.
        layers: Names of layers that are used once.

    Returns:
        For each layer and each axis a list: first pixel and size of what a position sees.

    Lecture 04 shows it.
    """
    calls, axes = trace(model), len(model.input_shape) - 2
    masks: dict[Call, list[np.ndarray]] = {}  # which position sees which pixel, axis by axis
    found = {}
    for name in layers:
        call = find(calls, name)[0]
        for each in path_to(call, calls):
            if each not in masks:
                masks[each] = [_seen(each, axis, masks, axes) for axis in range(axes)]
        found[name] = [[_span(np.flatnonzero(row)) for row in mask] for mask in masks[call]]
    return found


def _span(pixels: np.ndarray) -> tuple[int, int]:
    """Return the first of some pixels, and how many lie from there to the last; 0 for none."""
    return (int(pixels.min()), int(np.ptp(pixels)) + 1) if pixels.size else (0, 0)


def _seen(call: Call, axis: int, masks: dict[Call, list[np.ndarray]], axes: int) -> np.ndarray:
    """Return which pixels a call's positions see along an axis, from what its inputs see."""
    count, seen = call.positions(axes)[axis], []
    for source in call.inputs:
        mask = masks[source][axis]
        table = _table(windows(call, source, axes)[axis], count, len(mask))
        seen.append(table @ mask > 0)
    return np.logical_or.reduce(seen) if seen else np.eye(count)


# A call, one of the calls that it reads, and its windows there.
_Edge: TypeAlias = tuple[Call, Call, list[Window]]


def _field(call: Call, calls: list[Call], position: int | tuple[int, ...] | None) -> ReceptiveField:
    image, edges = _edges(call, calls)
    axes = range(len(image.shape) - 2)
    size, jump, start = zip(*(_axis_field(call, image, edges, axis) for axis in axes), strict=True)
    if position is not None:
        size, start = _pixels(call, image, edges, position)
    return ReceptiveField(size, jump, start)


def _edges(call: Call, calls: list[Call]) -> tuple[Call, list[_Edge]]:
    """Return the input that a call depends on, and the edges from the call back to it."""
    order = path_to(call, calls)[::-1]
    image, *others = (reader for reader in order if not reader.inputs)
    if others:
        names = [each.name for each in (image, *others)]
        advice = "ask for a layer before they meet"
        raise refused(str(call), "a layer that depends on a single input", names, advice)
    axes = len(image.shape) - 2
    if axes < 1:
        wanted = "one with axes between batch and channels, as in (None, 28, 28, 1)"
        raise refused(f"the input of {call}", wanted, image.shape)
    return image, [
        (reader, source, windows(reader, source, axes))
        for reader in order
        for source in reader.inputs
    ]


def _walk_back(edges: list[_Edge], call: Call, value: Any, read: Callable, join: Callable) -> dict:
    """Carry a value from a call back to all that it depends on, along edges in that order.

    `read` gives the value of an edge's source, from the value of its call, the edge's windows and
    the source; `join` makes one of two values, where several calls read the same source.
    """
    values = {call: value}
    for reader, source, found in edges:
        seen = read(values[reader], found, source)
        values[source] = join(values[source], seen) if source in values else seen
    return values


def _axis_field(call: Call, image: Call, edges: list[_Edge], axis: int) -> tuple:
    """Return size, jump and start along one axis."""

    def moves(steps: set[Fraction], found: list[Window], source: Call) -> set[Fraction]:
        return {step * found[axis].step for step in steps}

    def reads(span: tuple[int, int], found: list[Window], source: Call) -> tuple[int, int]:
        first, last = map(found[axis].read, span)
        return first[0], last[-1]

    def hull(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
        return min(a[0], b[0]), max(a[1], b[1])

    steps = _walk_back(edges, call, {Fraction(1)}, moves, set.union)
    if 0 in steps[image]:
        jump = Fraction(0)
        asked = [(0, call.positions(len(image.shape) - 2)[axis] - 1)]
    elif len(steps[image]) == 1:
        (jump,) = steps[image]
        # Windows repeat after as many positions as make a whole number of steps in every map.
        period = math.lcm(*(step.denominator for each in steps.values() for step in each))
        asked = [(i, i) for i in range(period)]
    else:
        found = [float(step) for step in sorted(steps[image])]
        raise refused(str(call), "a layer whose branches move by the same number of pixels", found)
    spans = [_walk_back(edges, call, span, reads, hull)[image] for span in asked]
    size = max(last - first + 1 for first, last in spans)
    return size, int(jump) if jump.denominator == 1 else float(jump), spans[0][0]


def _table(window: Window, outputs: int, pixels: int) -> np.ndarray:
    """Return which pixels the outputs read along one axis: 1 where an output reads a pixel."""
    table = np.zeros((outputs, pixels))
    for i, row in enumerate(table):
        row[[j for j in window.read(i) if 0 <= j < pixels]] = 1
    return table


def _pixels(call: Call, image: Call, edges: list[_Edge], position: Any) -> tuple:
    """Return size and first pixel of what a single position depends on, edges respected."""
    axes = len(image.shape) - 2
    sizes = call.positions(axes)
    pairs = zip(per_axis("position", position, axes), sizes, strict=True)
    advice = f"{call} has {sizes} of them"
    indices = [whole("position", index, 0, size - 1, advice=advice) for index, size in pairs]

    def reads(mask: np.ndarray, found: list[Window], source: Call) -> np.ndarray:
        for axis, pixels in enumerate(source.positions(axes)):
            table = _table(found[axis], mask.shape[axis], pixels)
            mask = np.moveaxis(np.tensordot(table, mask, axes=(0, axis)), 0, axis) > 0
        return mask

    chosen = np.zeros(sizes)
    chosen[tuple(indices)] = 1
    pixels = np.nonzero(_walk_back(edges, call, chosen, reads, np.logical_or)[image])
    start, size = zip(*map(_span, pixels), strict=True)
    return size, start
