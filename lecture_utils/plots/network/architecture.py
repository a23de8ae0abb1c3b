"""The picture of a network, drawn from the model itself."""

import difflib
import re
from typing import Any

from matplotlib.figure import Figure

from lecture_utils.checks import refused
from lecture_utils.plots._common import check_title
from lecture_utils.plots.network._blocks import elements, folded
from lecture_utils.plots.network._canvas import Canvas
from lecture_utils.plots.network._detail import draw_detail
from lecture_utils.plots.network._graph import Node, outputs, part, read, sequence, visible, walk
from lecture_utils.plots.network._overview import draw_overview
from lecture_utils.plots.network._ushape import draw_u, u_steps

FEW_LAYERS = 24  # a network with one block and no more layers than that is drawn layer by layer


def architecture(model: Any, block: str | None = None, title: str | None = None) -> Figure:
    """Draw a network, made from the model itself: its feature maps as blocks, from left to right.

    The height of a block shows rows and columns, its width channels, its colour the kind of layer
    that made the maps; below stands their size, above the window that slides over the maps before.
    A vector is drawn upright. Activations, normalizations, dropout, padding, flattening and the
    like are left out; a layer of a kind that is not known has its name. Layers that lie between the
    parting and the meeting of paths are one pale block with small pictures of them in it; a bow
    over it is a shortcut, with a small rectangle where it has a layer of its own. Equal blocks in a
    row are one, marked "× 5". A network that goes down and up again, with connections across, is
    drawn as a U. What leads to further outputs stands in rows below.

    Args:
        model: A functional or sequential `keras.Model`; one without weights will do, see
            `lecture_utils.anatomy.blueprint`.
        block: Draw a part only, each layer of it: the name of a block, or what the names of layers
            begin with.
        title: What stands above.

    Returns:
        The figure.

    Raises:
        ValueError: If this is no model with a graph of layers, it has no such block, or the drawing
            would be higher than 100 inches; it is never wider than 15.

    Example:
        ```
        architecture(models.googlenet())
        architecture(models.googlenet(), block="inception_3a")
        ```

    Lecture 06 uses it.
    """
    check_title(title)
    nodes = read(model)
    paths = outputs(nodes) if block is None else [part(nodes, _chosen(nodes, block))]
    return _draw(paths, detail=block is not None).finish(title)


def _draw(paths: list[list[Node]], detail: bool) -> Canvas:
    """Draw a network in the way that suits it."""
    items = [sequence(path) for path in paths]
    parts = [folded(elements(each)) for each in items]
    if len(paths) == 1 and not detail:
        if drawing := draw_u(u_steps(items[0])):
            return drawing
        single = [element.count for element in parts[0] if element.block] == [1]
        shown = visible(items[0])
        detail = len(shown) <= 1 or (single and len(shown) <= FEW_LAYERS)
    return (draw_detail(items[0]) if detail else None) or draw_overview(parts)


def _chosen(nodes: list[Node], block: str) -> set[Node]:
    """Return the layers of a block, or those whose names begin like that."""
    parts = [each for path in outputs(nodes) for each in elements(sequence(path))]
    name = str(block) or "no name"
    inside = {node.name for each in parts if each.name == name for node in walk(each.items)}
    # Whole words first: block1 is not block10.
    for begins in (re.escape(name) + r"(?=[_/.\-]|$)", re.escape(name)):
        found = {node for node in nodes if node.name in inside or re.match(begins, node.name)}
        if found:
            return found
    known = dict.fromkeys([part.name for part in parts] + [node.name for node in nodes])
    near = difflib.get_close_matches(name, known, n=5, cutoff=0.4) or list(known)[:5]
    advice = f"names that could be meant are {', '.join(map(repr, near))}"
    raise refused("block", "the name of a block, or what names of layers begin with", block, advice)
