"""What a model costs: its table of layers, multiply-accumulates and depth."""

import math
from typing import NamedTuple

from lecture_utils.anatomy.graph import Call, trace
from lecture_utils.anatomy.kinds import check_known
from lecture_utils.backend import keras
from lecture_utils.checks import whole

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
        cells = [("Layer", "Kind", "Output shape", "Parameters", "MACs")]
        cells += [(*map(str, row[:3]), f"{row.parameters:,}", f"{row.macs:,}") for row in self]
        cells += [("Total", "", "", f"{self.parameters:,}", f"{self.macs:,}")]
        columns = []
        for side, column in zip("<<<>>", zip(*cells, strict=True), strict=True):
            width = max(map(len, column))
            columns.append([f"{cell:{side}{width}}" for cell in column])
        header, *body, total = map("  ".join, zip(*columns, strict=True))
        rule = "-" * len(header)
        return "\n".join([header, rule, *body, rule, total])

    __repr__ = __str__


def layer_table(model: keras.Model) -> LayerTable:
    """List the layers of a model with their output shapes, parameters and multiply-accumulates.

    Args:
        model: A functional or sequential model whose input shape is known.

    Returns:
        A sequence of `LayerRow`, in the order in which the layers are computed. Nested models are
        opened, and a layer that is used twice has two rows. It prints as a table with totals.

    Example:
        >>> pixels = keras.Input((4,), name="pixels")
        >>> layer_table(keras.Model(pixels, keras.layers.Dense(3, name="dense")(pixels)))
        Layer   Kind        Output shape  Parameters  MACs
        --------------------------------------------------
        pixels  InputLayer  (None, 4)              0     0
        dense   Dense       (None, 3)             15    12
        --------------------------------------------------
        Total                                     15    12

    Lecture 04 uses it.
    """
    rows = []
    counted = set()
    for call in trace(model):
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
        model: As `layer_table` takes it.

    Returns:
        The number of multiply-accumulates. Many papers call it FLOPs, some count it twice.

    Lecture 10 builds it by hand.
    """
    return sum(map(_macs, trace(model)))


def count_depth(model: keras.Model) -> int:
    """Count the layers with a kernel on the longest path from input to output.

    That is the number in a network's name: 16 for VGG-16, 50 for ResNet-50, 22 for GoogLeNet.
    Convolutions of all kinds and dense layers have a kernel, and layers of your own whose `anatomy`
    has multiply-accumulates. Pooling, normalization, activations and additions have none, and the
    projection on a shortcut is not on the longest path. LeNet-5 has 5; its paper says 7 and counts
    the two sub-sampling layers, whose single coefficient per map is no kernel.

    Args:
        model: As `layer_table` takes it.

    Returns:
        The number of layers. A layer that is used twice in a row counts twice.

    Lecture 09 uses it.
    """
    depths: dict[Call, int] = {}
    for call in trace(model):
        before = max((depths[source] for source in call.inputs), default=0)
        depths[call] = before + (_macs(call) > 0)
    return max(depths.values())


def _macs(call: Call) -> int:
    """Return the multiply-accumulates of one call: each kernel weight works at each position.

    The kernel of a transposed convolution works at each position of the input.
    """
    check_known(call)
    if call.anatomy is not None:
        declared = whole(f"the `macs` of {call}", call.anatomy["macs"], least=0)
        return math.prod(call.shape[1:-1]) * declared
    transposed = isinstance(call.layer, layers.Conv1DTranspose | layers.Conv2DTranspose)
    at = call.inputs[0] if transposed else call
    # A separable convolution has the last two, all others that cost something the first.
    names = ("kernel", "depthwise_kernel", "pointwise_kernel")
    kernels = [getattr(call.layer, name).shape for name in names if hasattr(call.layer, name)]
    return math.prod(at.shape[1:-1]) * sum(map(math.prod, kernels))
