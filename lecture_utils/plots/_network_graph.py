"""What a picture of a network shows: its layers, their kinds, and where paths part and meet.

A network is read as a sequence. Where paths part, the sequence has a `Fork`; what lies on each
path until all meet again is a sequence too, and the layer at which they meet follows the fork.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

# What a layer is, by the name of its class: the first pattern that matches.
_KINDS = {
    "InputLayer": "input",
    r".*Conv\dDTranspose|UpSampling\dD": "upsampling",
    r"DepthwiseConv\dD": "depthwise convolution",
    r".*Conv\dD": "convolution",
    r".*Pooling\dD": "pooling",
    r"Dense|EinsumDense": "dense",
    r".*Normalization": "normalization",
    r"Concatenate": "concatenation",
    r"Add|Subtract|Multiply|Average|Maximum|Minimum": "addition",
    r".*ReLU|R?[eE]lu6?|ELU|[sS]oftmax|Activation|Sigmoid|Tanh|Silu|.*Tanh": "activation",
    r".*Dropout\w*|GaussianNoise|Identity|Rescaling|ActivityRegularization": "other",
    r"Flatten|Reshape|ZeroPadding\dD|Cropping\dD|Permute|Random\w+": "other",
}
# Layers that an overview leaves out.
SMALL = ("normalization", "activation", "other")
JOINS = ("concatenation", "addition")
# Layers that work with a kernel.
KERNELS = ("convolution", "depthwise convolution", "upsampling", "dense")
LONGEST_RUN = 4  # so many layers of the same kind in a row are shown one by one

_SYMBOLS = {"Subtract": "−", "Multiply": "×", "Average": "∅", "Maximum": "max", "Minimum": "min"}


@dataclass(eq=False)
class Node:
    """One use of a layer."""

    name: str
    kind: str
    layer: Any
    shape: tuple[int, ...]
    inputs: list[Node]

    @property
    def small(self) -> bool:
        """Whether an overview leaves it out."""
        return self.kind in SMALL or self.hidden

    @property
    def hidden(self) -> bool:
        """Whether it is no layer at all, but holds several inputs or outputs together."""
        return self.kind == "hidden"

    @property
    def type(self) -> str:
        """Name of its layer's class."""
        return type(self.layer).__name__

    @property
    def size(self) -> float:
        """Pixels a side: 1 for a vector."""
        return side(self.shape)

    @property
    def window(self) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
        """Size and stride of its kernel or pooling window, per axis."""
        layer, axes = self.layer, len(self.shape) - 1
        declared = _anatomy(layer)
        size = getattr(layer, "kernel_size", getattr(layer, "pool_size", declared.get("size")))
        if self.kind == "upsampling" and size is None:
            size = layer.size
        if not axes or size is None:
            return None
        stride = getattr(layer, "strides", declared.get("stride", 1))
        return tuple(np.broadcast_to(size, axes)), tuple(np.broadcast_to(stride, axes))

    @property
    def symbol(self) -> str:
        """The sign of what joins maps value by value."""
        return _SYMBOLS.get(self.type, "+")

    @property
    def signature(self) -> tuple:
        """What two layers have in common that do the same."""
        return self.kind, self.type, self.window, self.shape, getattr(self.layer, "groups", 1)


@dataclass(eq=False)
class Fork:
    """Paths that part and meet again in the layer that follows."""

    branches: list[list[Item]]

    @property
    def signature(self) -> tuple:
        """What two forks have in common that do the same."""
        return tuple(signature(branch) for branch in self.branches)


Item: TypeAlias = "Node | Fork"


@dataclass
class Element:
    """What an overview shows as one thing: a layer, or a block of several.

    Attributes:
        items: The layer, or the block's layers and forks.
        name: The layer's name, or what the names of the block's layers begin with.
        count: How often it stands there in a row, for those that are folded into one.
        last: Name of the last of those.
    """

    items: list[Item]
    name: str
    count: int = 1
    last: str = ""

    @property
    def block(self) -> bool:
        """Whether it is a block of several layers."""
        return len(visible(self.items)) > 1

    @property
    def node(self) -> Node:
        """The layer, the last one of a block."""
        return visible(self.items)[-1]

    @property
    def kind(self) -> str:
        """What it is."""
        return "block" if self.block else self.node.kind

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of its output."""
        return self.node.shape

    @property
    def size(self) -> float:
        """Pixels a side of its output."""
        return self.node.size


@dataclass
class Side:
    """A path that ends in another output than the main one: where it leaves, and what is on it."""

    start: Node
    items: list[Item]


@dataclass
class Network:
    """A network's sequence, and the paths to its other outputs."""

    nodes: list[Node]
    items: list[Item]
    sides: list[Side] = field(default_factory=list)


# ------------------------------------------------------------------------------------- numbers


def side(shape: tuple[int, ...]) -> float:
    """Return the pixels a side of maps of a shape, 1 for a vector."""
    return math.prod(shape[:-1]) ** (1 / (len(shape) - 1)) if len(shape) > 1 else 1.0


def shape_text(shape: tuple[int, ...]) -> str:
    """Write a shape: 55×55×96."""
    return "×".join(map(str, shape))


def window_text(node: Node) -> str:
    """Write a window as papers do: 7×7/2, the stride behind the size."""
    if node.window is None or node.kind == "dense":
        return ""
    size, stride = node.window
    if node.kind == "upsampling":
        return shape_text(size)
    step = stride[0] if len(set(stride)) == 1 else shape_text(stride)
    return shape_text(size) + (f"/{step}" if step != 1 else "")


def pooling_mode(node: Node) -> str:
    """Name what a pooling layer does with its window, as a key of `LABELS`."""
    for word, mode in {"Max": "max", "Average": "mean"}.items():
        if word in node.type:
            return mode
    return "sum"  # LeNet's sub-sampling: the sum, times a trained coefficient


# -------------------------------------------------------------------------------------- reading


def read(model: Any) -> Network:
    """Read the graph of a model."""
    # Loads Keras, which pictures of images do not need.
    from lecture_utils.anatomy.graph import trace

    nodes: dict[Any, Node] = {}
    for call in trace(model):
        inputs = [nodes[source] for source in call.inputs]
        kind = _kind(call.layer, [node.shape for node in inputs], call.shape[1:])
        nodes[call] = Node(call.name, kind, call.layer, call.shape[1:], inputs)
    return network(list(nodes.values()))


def _kind(layer: Any, before: list[tuple], after: tuple) -> str:
    """Return what a layer is, by its class, its `anatomy`, or how many inputs it has."""
    for name in (base.__name__ for base in type(layer).__mro__):
        for pattern, kind in _KINDS.items():
            if re.fullmatch(pattern, name):
                return kind
    if len(before) > 1:
        return "addition" if before[-1] == after else "concatenation"
    declared = _anatomy(layer)
    if declared.get("macs"):
        return "convolution" if len(after) > 1 else "dense"
    return "pooling" if declared.get("stride", 1) != 1 else "other"


def _anatomy(layer: Any) -> dict:
    """Return what a layer says about itself, see `lecture_utils.anatomy`."""
    declared = getattr(layer, "anatomy", None)
    return declared if isinstance(declared, dict) else {}


def network(nodes: list[Node], together: bool = False) -> Network:
    """Find the sequence of a graph.

    Args:
        nodes: In the order of computation.
        together: Take the paths to all outputs as equals: none is the main one.
    """
    starts = [node for node in nodes if not node.inputs]
    if len(starts) > 1:
        start = Node("", "hidden", None, (), [])
        for node in starts:
            node.inputs = [start]
        nodes = [start, *nodes]
    used = {source for node in nodes for source in node.inputs}
    ends = [node for node in nodes if node not in used]
    if together and len(ends) > 1:
        ends = [Node("", "hidden", None, (), ends)]
        nodes = [*nodes, *ends]
    paths = [_ancestors(node) for node in ends]
    main = max(range(len(ends)), key=lambda index: len(paths[index]))
    result = Network(nodes, _from_start([node for node in nodes if node in paths[main]]))
    drawn = set(paths[main])
    for index, path in enumerate(paths):
        if index != main:
            own = [node for node in nodes if node in path and node not in drawn]
            drawn.update(own)
            leaves = next(source for source in own[0].inputs if source not in own)
            result.sides.append(Side(leaves, _from_start([leaves, *own])[1:]))
    return result


def _ancestors(node: Node) -> set[Node]:
    """Return a node and all that it depends on."""
    found, todo = {node}, [node]
    while todo:
        new = [source for source in todo.pop().inputs if source not in found]
        found.update(new)
        todo += new
    return found


def _from_start(nodes: list[Node]) -> list[Item]:
    """Return the sequence of nodes that lie between the first and the last of them."""
    if len(nodes) == 1:
        return nodes
    return [nodes[0], *_between(nodes[0], nodes[1:-1], nodes[-1], whole=True), nodes[-1]]


def _between(start: Node, inner: list[Node], end: Node, whole: bool = False) -> list[Item]:
    """Return the sequence of the nodes between two others, all in the order of computation.

    Args:
        start: Where the paths begin.
        inner: What lies between.
        end: Where they meet.
        whole: Whether these are all paths: one from start to end with nothing on it counts then.
    """
    order = [start, *inner, end]
    items: list[Item] = []
    last = 0
    for index in _bottlenecks(order, whole):
        between = order[last + 1 : index]
        if between:
            items += _fork(order[last], between, order[index])
        items.append(order[index])
        last = index
    return items[:-1]


def _bottlenecks(order: list[Node], whole: bool) -> Iterator[int]:
    """Yield the places of the nodes, the first apart, that every path runs through."""
    direct = (0, len(order) - 1)
    place = {node: index for index, node in enumerate(order)}
    reach = [0] * len(order)
    for index, node in enumerate(order):
        for source in node.inputs:
            if source in place and (whole or (place[source], index) != direct):
                reach[place[source]] = index
    furthest = reach[0]
    for index in range(1, len(order)):
        if furthest <= index:
            yield index
        furthest = max(furthest, reach[index])


def _fork(start: Node, inner: list[Node], end: Node) -> list[Item]:
    """Return the fork of all that lies between two nodes; plain nodes if it can't be parted."""
    part = _parts(inner)
    branches: dict[int | str, list[Node]] = {}
    for number, source in enumerate(end.inputs):  # papers draw paths in the order in which they end
        if source is start:
            branches[f"shortcut {number}"] = []
        elif source in part:
            branches.setdefault(part[source], [])
    for node in inner:
        if part[node] in branches:
            branches[part[node]].append(node)
    if len(branches) == 1:
        return list(inner)
    return [Fork([_between(start, nodes, end) for nodes in branches.values()])]


def _parts(nodes: list[Node]) -> dict[Node, int]:
    """Number the parts of a graph that are not connected with each other."""
    part = {node: index for index, node in enumerate(nodes)}
    for node in nodes:
        joined = {part[source] for source in node.inputs if source in part} | {part[node]}
        if len(joined) > 1:
            lowest = min(joined)
            part |= {other: lowest for other, number in part.items() if number in joined}
    return part


# ------------------------------------------------------------------------------------ sequences


def walk(items: Iterable[Item]) -> Iterator[Node]:
    """Yield all nodes of a sequence, those in its forks too."""
    for item in items:
        if isinstance(item, Fork):
            for branch in item.branches:
                yield from walk(branch)
        else:
            yield item


def visible(items: Iterable[Item]) -> list[Node]:
    """Return the nodes of a sequence that an overview shows."""
    return [node for node in walk(items) if not node.small]


def signature(items: Iterable[Item]) -> tuple:
    """Return what two sequences have in common that do the same, small layers apart."""
    return tuple(item.signature for item in items if isinstance(item, Fork) or not item.small)


def without_small(items: Iterable[Item]) -> list[Item]:
    """Return a sequence without its small layers."""
    kept: list[Item] = []
    for item in items:
        if isinstance(item, Fork):
            kept.append(Fork([without_small(branch) for branch in item.branches]))
        elif not item.small:
            kept.append(item)
    return kept


def shortcuts(fork: Fork, join: Node | None) -> list[int]:
    """Return which branches of a fork lead around the others.

    In an addition that is a branch without layers of its own, or with a single one (a projection)
    beside branches with several.
    """
    lengths = [len(visible(branch)) for branch in fork.branches]
    if join is None or join.kind != "addition":
        return []
    shortest = min(lengths)
    if shortest > 1 or max(lengths) <= shortest:
        return []
    return [lengths.index(shortest)]


# ------------------------------------------------------------------------------------- elements


def elements(items: Sequence[Item], fold: bool = True) -> list[Element]:
    """Part a sequence into what an overview shows: layers, and blocks of several layers.

    Args:
        items: The sequence.
        fold: Make one of those in a row that do the same.
    """
    parts = _absorbed(_blocks(items))
    return _folded(parts) if fold else parts


def _blocks(items: Sequence[Item]) -> list[Element]:
    parts: list[Element] = []
    fork: Fork | None = None
    for item in items:
        if isinstance(item, Fork):
            fork = item
        elif fork is not None:
            if item.hidden or visible([fork, item]) in ([], [item]):
                parts += [Element([node], node.name) for node in visible([fork, item])]
            else:
                parts.append(Element([fork, item], block_name([fork, item])))
            fork = None
        elif not item.small:
            parts.append(Element([item], item.name))
    return parts


def block_name(items: Sequence[Item]) -> str:
    """Return what the names of the layers begin with, whole words, or the last layer's name."""
    names = [node.name for node in walk(items) if not node.hidden]
    common = names[0]
    for name in names[1:]:
        while common and not (name + "_").startswith(common + "_"):
            common = re.sub(r"[_/.\-]?[^_/.\-]*$", "", common)
    return common or names[-1]


def _absorbed(parts: list[Element]) -> list[Element]:
    """Make blocks of layers in a row whose names begin like those of the other blocks.

    So the blocks of a network that have no shortcut are blocks, too.
    """
    names = {part.name for part in parts if part.block}
    patterns = {re.sub(r"\d+[a-z]?", r"\\d+[a-z]?", re.escape(name)) for name in names}
    patterns = {pattern for pattern in patterns if r"\d" in pattern}
    if not patterns:
        return parts
    begins = re.compile(rf"({'|'.join(sorted(patterns))})(?=[_/.\-]|$)")
    result: list[Element] = []
    for part in parts:
        match = begins.match(part.name)
        name = match[0] if match else ""
        if name and result and result[-1].name == name:
            result[-1] = Element([*result[-1].items, *part.items], name)
        elif name:
            result.append(Element(part.items, name))
        else:
            result.append(part)
    return result


def _folded(parts: list[Element]) -> list[Element]:
    """Make one of blocks in a row that do the same, and of long rows of the same layer."""
    result: list[Element] = []
    for run in _runs(parts):
        if run[0].block or len(run) > LONGEST_RUN:
            first, last = run[0], run[-1]
            result.append(Element(first.items, first.name, len(run), last.name))
        else:
            result += run
    return result


def _runs(parts: list[Element]) -> Iterator[list[Element]]:
    run: list[Element] = []
    for part in parts:
        if run and signature(run[0].items) != signature(part.items):
            yield run
            run = []
        run.append(part)
    if run:
        yield run


def folded_name(element: Element) -> str:
    """Write the name of an element, for a folded one those of the first and last: block2…36."""
    if element.count == 1:
        return element.name
    common = 0
    for first, last in zip(element.name, element.last):
        if first != last:
            break
        common += 1
    while common and element.last[common - 1].isdigit():
        common -= 1
    return f"{element.name}…{element.last[common:]}"
