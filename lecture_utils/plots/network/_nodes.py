"""One layer in a picture: its kind, its colour, and the words that stand on it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from lecture_utils.plots.style import BLUE, GREEN, ORANGE, PURPLE, RED, SKY, YELLOW

# What a picture tells apart, in the order of its legend: the colour, and the words beside it.
KINDS = {
    "input": ("#D0D0D0", "input"),
    "convolution": (SKY, "convolution"),
    "depthwise convolution": (BLUE, "depthwise convolution"),
    "upsampling": (PURPLE, "up-convolution, upsampling"),
    "pooling": (RED, "pooling"),
    "dense": (GREEN, "dense"),
    "normalization": ("#F5E9B8", "normalization"),
    "activation": (YELLOW, "activation"),
    "concatenation": (ORANGE, "concatenation"),
    "addition": ("#F2F2F2", "addition, product"),
    "named": ("#C3AC91", "as its name says"),
    "other": ("#F2F2F2", "other layers"),
    "block": ("#EAF3FA", "block of several layers"),
}
SMALL = ("normalization", "activation", "other")  # an overview leaves them out

# The kind of a layer, by the name of its class: the first pattern that matches.
_CLASSES = {
    "InputLayer": "input",
    r".*Conv\dDTranspose|UpSampling\dD": "upsampling",
    r"DepthwiseConv\dD": "depthwise convolution",
    r".*Conv\dD": "convolution",
    r".*Pooling\dD": "pooling",
    r"Dense|EinsumDense": "dense",
    r".*Normalization": "normalization",
    r"Concatenate": "concatenation",
    r"Add|Subtract|Multiply|Average|Maximum|Minimum": "addition",
    r".*(ReLU|[eE]lu6?|ELU|[sS]oftmax|Softplus|Sigmoid|Tanh|Silu)|Activation": "activation",
    r".*Dropout\w*|GaussianNoise|Identity|Rescaling|ActivityRegularization": "other",
    r"Flatten|Reshape|ZeroPadding\dD|Cropping\dD|Permute|Random\w+": "other",
}
_SIGNS = {"Subtract": "−", "Multiply": "×", "Average": "∅", "Maximum": "max", "Minimum": "min"}
_POOLINGS = {"Max": "max", "Average": "mean"}
_SHORT = {
    "BatchNormalization": "batch\nnorm.",
    "LayerNormalization": "layer\nnorm.",
    "LocalResponseNormalization": "local\nresponse\nnorm.",
    "ZeroPadding2D": "zero\npadding",
    "Cropping2D": "crop",
    "Dropout": "dropout",
    "Flatten": "flatten",
    "Softmax": "softmax",
    "relu": "ReLU",
    "linear": "",
    "NoneType": "",
}


@dataclass(eq=False)
class Node:
    """One use of a layer."""

    name: str  # as `lecture_utils.anatomy.layer_table` prints it
    layer: Any  # or an operation of `keras.ops`
    shape: tuple[int, ...]  # of its output, without the batch
    inputs: list[Node]
    kind: str = ""  # a key of KINDS, found out by itself

    def __post_init__(self):
        declared = getattr(self.layer, "anatomy", None)
        self._declared = declared if isinstance(declared, dict) else {}
        self.type = type(self.layer).__name__
        self.kind = self.kind or self._find_kind()
        self.small = self.kind in SMALL
        self.side = math.prod(self.shape[:-1]) ** (1 / max(len(self.shape) - 1, 1))
        self.size = _times(self.shape)
        self.sign = _SIGNS.get(self.type, "+")
        self.groups = getattr(self.layer, "groups", 1)

    def _find_kind(self) -> str:
        """Return what the layer is, by its class or its `anatomy`; "named" is what nobody knows."""
        for name in (base.__name__ for base in type(self.layer).__mro__ if not self._wrapped):
            for pattern, kind in _CLASSES.items():
                if re.fullmatch(pattern, name):
                    # With one input, a number is added, as an operation of keras.ops.
                    return "other" if kind == "addition" and len(self.inputs) == 1 else kind
        if not self._declared or len(self.inputs) > 1:
            return "named"
        if self._declared.get("macs"):
            return "convolution" if len(self.shape) > 1 else "dense"
        return "pooling" if self._declared.get("stride", 1) != 1 else "other"

    @property
    def _wrapped(self) -> list[str]:
        """The class of the layer within this one, such as TimeDistributed, if there is one."""
        inner = getattr(self.layer, "forward_layer", getattr(self.layer, "layer", None))
        return [] if inner is None else [type(inner).__name__]

    @property
    def window(self) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
        """Size and stride of its kernel or pooling window, per axis."""
        layer, axes, declared = self.layer, len(self.shape) - 1, self._declared
        size = getattr(layer, "kernel_size", getattr(layer, "pool_size", declared.get("size")))
        if self.kind == "upsampling" and size is None:
            size = layer.size
        if not axes or size is None or self.kind == "named":
            return None
        stride = getattr(layer, "strides", declared.get("stride", 1))
        return tuple(np.broadcast_to(size, axes)), tuple(np.broadcast_to(stride, axes))

    @property
    def signature(self) -> tuple:
        """What two layers have in common that do the same."""
        return self.kind, self.type, *self._wrapped, self.window, self.shape, self.groups

    def lines(self) -> list[str]:
        """Write what the layer does beside its kind, which is seen by its colour."""
        # LeNet's sub-sampling is neither: the sum, times a trained coefficient.
        mode = next((word for part, word in _POOLINGS.items() if part in self.type), "sum")
        everywhere = self.type.startswith("Global")
        convolution = [self._slide(), f"{self.groups} groups" if self.groups > 1 else ""]
        words = {
            "convolution": convolution,
            "depthwise convolution": convolution,
            "pooling": ["global", mode] if everywhere else [mode, self._slide()],
            "upsampling": ["up", self._slide()],
            "named": [self.type, *self._wrapped],
        }
        return [word for word in words.get(self.kind, []) if word]

    def text(self) -> str:
        """Write what the layer does, its kind too, as far as the colour doesn't tell."""
        if self.kind in ("input", "concatenation"):
            return self.kind
        if self.small:
            return self._activation() or _SHORT.get(self.type, self.type)
        lines = self.lines()
        if self.kind in ("pooling", "upsampling"):
            lines = [" ".join(lines)]
        lines += {"depthwise convolution": ["depthwise"], "dense": ["dense"]}.get(self.kind, [])
        return "\n".join([*lines, self._activation()]).strip()

    def _slide(self) -> str:
        """Write the window as papers do: 7×7/2, the stride behind the size."""
        if self.window is None:
            return ""
        size, stride = self.window
        step = stride[0] if len(set(stride)) == 1 else _times(stride)
        return _times(size) + ("" if step == 1 or self.kind == "upsampling" else f"/{step}")

    def _activation(self) -> str:
        """Write the activation that is part of the layer, nothing for the linear one."""
        activation = getattr(self.layer, "activation", None)
        name = getattr(activation, "__name__", type(activation).__name__)
        return _SHORT.get(name, name)


def _times(numbers: tuple[int, ...]) -> str:
    return "×".join(map(str, numbers))
