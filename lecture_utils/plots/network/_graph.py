"""A network read as a sequence: its layers, and forks where paths part and meet again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from lecture_utils.plots.network._nodes import Node


@dataclass(eq=False)
class Fork:
    """Paths that part, and meet again in a layer."""

    branches: list[list[Item]]  # in the order in which they are joined
    join: Node | None = None  # the layer; None where paths end apart

    @property
    def shortcut(self) -> list[Item] | None:
        """The branch of an addition without layers, or with one (a projection) beside several."""
        lengths = [len(visible(branch)) for branch in self.branches]
        if self.join and self.join.kind == "addition" and min(lengths) < min(2, max(lengths)):
            return self.branches[lengths.index(min(lengths))]
        return None

    @property
    def rows(self) -> list[list[Item]]:
        """The branches that have a row of their own: all but a shortcut without layers."""
        return [branch for branch in self.branches if branch or branch is not self.shortcut]


Item: TypeAlias = "Node | Fork"


def read(model: Any) -> list[Node]:
    """Return the layers of a model, in the order of computation."""
    # Loads Keras, which pictures of images do not need.
    from lecture_utils.anatomy.graph import trace

    nodes: dict[Any, Node] = {}
    for call in trace(model):
        if 0 in call.shape[1:]:
            raise ValueError(f"{call} must have maps that are not empty, got shape {call.shape}.")
        inputs = [nodes[source] for source in call.inputs]
        nodes[call] = Node(call.name, call.layer, call.shape[1:] or (1,), inputs)
    return list(nodes.values())


def part(nodes: list[Node], ends: set[Node]) -> list[Node]:
    """Return layers, and what lies on paths between them, with the maps that they read as input."""
    before, after = _ancestors(nodes, ends), set(ends)
    copies: dict[Node, Node] = {}
    for node in nodes:
        if node in before and (node in after or any(source in after for source in node.inputs)):
            after.add(node)
            for source in node.inputs:
                copies.setdefault(source, replace(source, kind="input", inputs=[]))
            copies[node] = replace(node, inputs=[copies[source] for source in node.inputs])
    return list(copies.values())


def outputs(nodes: list[Node]) -> list[list[Node]]:
    """Part a graph by its outputs: the longest way to one, then what each other adds to it."""
    used = {source for node in nodes for source in node.inputs}
    ways = sorted((_ancestors(nodes, {node}) for node in nodes if node not in used), key=len)
    parts, drawn = [], set()
    for way in [ways.pop(), *ways]:
        parts.append(part(nodes, way - drawn))
        drawn |= way
    return parts


def _ancestors(nodes: list[Node], ends: set[Node]) -> set[Node]:
    """Return layers and all that they depend on."""
    found = set(ends)
    for node in reversed(nodes):
        if node in found:
            found.update(node.inputs)
    return found


def sequence(nodes: list[Node]) -> list[Item]:
    """Find the sequence of a graph whose layers stand in the order of computation."""
    # One start and one end, so that several inputs and outputs are paths like all others.
    start, end = (Node(name, None, (), [], "other") for name in ("start", "end"))
    inside = set(nodes)
    reads = {node: [s for s in node.inputs if s in inside] or [start] for node in nodes}
    used = {source for sources in reads.values() for source in sources}
    reads[end] = [node for node in nodes if node not in used]
    return _between(start, nodes, end, reads)


def _between(start: Node, inner: list[Node], end: Node, reads: dict) -> list[Item]:
    """Return the sequence of the nodes between two others, all in the order of computation."""
    order = [start, *inner, end]
    items: list[Item] = []
    last = 0
    for index in _bottlenecks(order, reads):
        begin, between, join = order[last], order[last + 1 : index], order[index]
        branches = _branches(begin, between, join, reads)
        if begin is start and join is end:  # what leads there directly is a branch further out
            branches = [each for each in branches if each]
        inside = join if join is not end else None
        if between and len(branches) > 1:
            items.append(Fork([_between(begin, each, join, reads) for each in branches], inside))
        else:
            items += [*between, inside] if inside else between
        last = index
    return items


def _bottlenecks(order: list[Node], reads: dict) -> list[int]:
    """Return the places of the nodes that every path runs through, but for a direct one."""
    place = {node: index for index, node in enumerate(order)}
    found: list[int] = []
    lowest = end = len(order) - 1  # of the places from which a path leads over the one looked at
    for index in range(end, 0, -1):
        if lowest >= index:
            found.insert(0, index)
        sources = [place[source] for source in reads[order[index]] if source in place]
        lowest = min([lowest, *(source for source in sources if (source, index) != (0, end))])
    return found


def _branches(start: Node, inner: list[Node], end: Node, reads: dict) -> list[list[Node]]:
    """Part what lies between two nodes into what is not connected, as the paths arrive."""
    inside = set(inner)
    branches: list[set[Node]] = []
    for source in reads[end]:
        if source is start or source in inside:
            branch = _ancestors(inner, {source}) & inside
            connected = [each for each in branches if each & branch]
            place = branches.index(connected[0]) if connected else len(branches)
            branches = [each for each in branches if each not in connected]
            branches.insert(place, branch.union(*connected))
    return [[node for node in inner if node in branch] for branch in branches]


def walk(items: Iterable[Item]) -> Iterator[Node]:
    """Yield all nodes of a sequence, those in its forks too."""
    for item in items:
        if isinstance(item, Fork):
            for branch in item.branches:
                yield from walk(branch)
        node = item.join if isinstance(item, Fork) else item
        if node:
            yield node


def visible(items: Iterable[Item]) -> list[Node]:
    """Return the nodes of a sequence that an overview shows."""
    return [node for node in walk(items) if not node.small]


def without_small(items: Iterable[Item], bows: Iterable[Fork] = ()) -> list[Item]:
    """Return a sequence without its small layers, and the shortcuts and additions of `bows`."""
    kept: list[Item] = []
    for item in items:
        if isinstance(item, Fork):
            over = item in bows
            branches = [each for each in item.branches if not over or each is not item.shortcut]
            branches = [without_small(branch) for branch in branches]
            join = without_small([item.join]) if item.join and not over else []
            kept += [Fork(branches, *join)] if len(branches) > 1 else [*branches[0], *join]
        elif not item.small:
            kept.append(item)
    return kept


def signature(items: Iterable[Item]) -> tuple:
    """Return what two sequences have in common that do the same, small layers apart."""
    return tuple(
        (*map(signature, item.branches), item.join and item.join.signature)
        if isinstance(item, Fork)
        else item.signature
        for item in without_small(items)
    )
