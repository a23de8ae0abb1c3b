"""Pictures of networks, drawn from the models themselves."""

from __future__ import annotations

import difflib
import re
from typing import Any

from matplotlib.figure import Figure

from lecture_utils.plots import _network_graph as graph
from lecture_utils.plots._network_detail import draw_detail
from lecture_utils.plots._network_graph import Network, Node
from lecture_utils.plots._network_overview import draw_overview
from lecture_utils.plots._network_u import draw_u, levels
from lecture_utils.plots.labels import LABELS

FEW_LAYERS = 24  # a network with one block and no more layers than that is drawn layer by layer


def architecture(
    model: Any, block: str | tuple[str, str] | None = None, title: str | None = None
) -> Figure:
    """Draw a network, made from the model itself: its feature maps as blocks, from left to right.

    The height of a block shows rows and columns, its width channels, its colour the kind of layer
    that made the maps; below stands their size, above the window that slides over the maps before.
    A vector is drawn upright. Activations, normalizations and the like are left out. Layers that
    lie between the parting and the meeting of paths are one pale block with small pictures of them
    in it; a bow over it is a shortcut, with a small rectangle where it has a layer of its own.
    Equal blocks in a row are one, marked "× 5". A network that goes down and up again, with
    connections across, is drawn as a U.

    Args:
        model: A functional or sequential `keras.Model`; one without weights will do, see
            `lecture_utils.anatomy.blueprint`.
        block: Draw a part only, each layer of it: the name of a block, what the names of layers
            begin with, or the names of the first and the last layer.
        title: What stands above.

    Returns:
        The figure.

    Raises:
        ValueError: If this is no model with a graph of layers, or it has no such block.

    Example:
        ```
        architecture(models.googlenet())
        architecture(models.googlenet(), block="inception_3a")
        ```
    """
    network = graph.read(model)
    if block is not None:
        network = _part(network, block)
    canvas, kinds, note = _draw(network, detail=block is not None)
    return canvas.finish(title, kinds, LABELS["scale"] if note else None)


def _draw(network: Network, detail: bool) -> tuple:
    """Draw a network in the way that suits it: canvas, kinds, and whether sizes mean something."""
    steps = levels(network.items)
    if steps and not detail and not network.sides:
        return *draw_u(steps), True
    parts = graph.elements(network.items)
    layers = graph.visible(network.items)
    blocks = [part for part in parts if part.block]
    single = len(blocks) == 1 and blocks[0].count == 1 and not network.sides
    if detail or (single and len(layers) <= FEW_LAYERS):
        drawn = draw_detail(network.items)
        if drawn:
            return *drawn, False
    return *draw_overview(network, parts), any(len(part.shape) > 1 for part in parts)


# ---------------------------------------------------------------------------------------- blocks


def _part(network: Network, block: str | tuple[str, str]) -> Network:
    """Return a part of a network as a network, with the maps that it reads as its input."""
    if isinstance(block, str):
        chosen = _by_name(network, block)
    elif isinstance(block, (tuple, list)) and len(block) == 2:
        chosen = _between(network, *block)
    else:
        raise ValueError(
            "block: the name of a block, the beginning of names, or two names (first, last) are "
            f"needed, not {block!r}."
        )
    copies: dict[Node, Node] = {}
    for node in network.nodes:
        if node not in chosen:
            continue
        for source in node.inputs:
            if source not in copies and not source.hidden:
                copies[source] = Node(source.name, "input", source.layer, source.shape, [])
        inputs = [copies[source] for source in node.inputs if source in copies]
        copies[node] = Node(node.name, node.kind, node.layer, node.shape, inputs)
    return graph.network(list(copies.values()), together=True)


def _by_name(network: Network, name: str) -> set[Node]:
    """Return the layers of a block, or those whose names begin like that."""
    parts = graph.elements(network.items, fold=False)
    block = {
        node
        for part in parts
        if part.block and part.name == name
        for node in graph.walk(part.items)
    }
    found = {node for node in network.nodes if _begins(node.name, name)}
    if any(node.name == name for node in found):  # conv with conv_bn, but not conv2
        found = {node for node in found if re.match(r"[_/.\-]|$", node.name[len(name) :])}
    found |= block
    if not name or not found:
        known = [part.name for part in parts] + [node.name for node in network.nodes]
        raise _unknown(name, known)
    return _enclosed(network, found, found)


def _begins(name: str, beginning: str) -> bool:
    """Whether a name begins so, whole numbers: block10 does not begin with block1."""
    rest = name[len(beginning) :]
    return name.startswith(beginning) and not (rest[:1].isdigit() and beginning[-1:].isdigit())


def _between(network: Network, first: str, last: str) -> set[Node]:
    """Return the layers on all paths from one layer or block to another."""
    chosen = _enclosed(network, _by_name(network, first), _by_name(network, last))
    if not chosen:
        raise ValueError(f"block: no path leads from {first!r} to {last!r}; is it the other way?")
    return chosen


def _enclosed(network: Network, first: set[Node], last: set[Node]) -> set[Node]:
    """Return the layers that depend on one of the first, and that one of the last depends on."""
    after: set[Node] = set()
    for node in network.nodes:
        if node in first or any(source in after for source in node.inputs):
            after.add(node)
    before = set(last)
    for node in reversed(network.nodes):
        if node in before:
            before.update(node.inputs)
    return after & before


def _unknown(name: str, known: list[str]) -> ValueError:
    known = list(dict.fromkeys(text for text in known if text))
    near = difflib.get_close_matches(name, known, n=5, cutoff=0.4) or known[:5]
    return ValueError(
        f"block: {name!r} is neither a block nor the beginning of a layer's name; names that could "
        f"be meant: {', '.join(map(repr, near))}."
    )
