"""Feature maps as blocks: how large they are on the page, and the pictures in them."""

from lecture_utils.plots.network._blocks import Element
from lecture_utils.plots.network._canvas import Box, Canvas
from lecture_utils.plots.network._graph import Fork, visible, without_small
from lecture_utils.plots.network._grid import Grid

LOWEST = 0.24
VECTOR = 0.16  # how wide a vector is drawn
WIDEST_BLOCK = 6.0
DEPTH = (0.13, 0.09)  # how far a block reaches back, as parts of its height
BOW, SHORT_BOW = 0.42, 0.34  # how high a shortcut rises over its block, with a layer and without
SHORTEST_ARROW = 0.12


def give_size(parts: list[Element], tallest: float, widest: float) -> None:
    """Give elements their boxes, at the origin still: the largest maps and most channels so many.

    Other maps are as high as the root of their side says, and as wide as that of their channels.
    """
    nodes = [part.node for part in parts]
    side = max(node.side for node in nodes)
    channels = max((node.shape[-1] for node in nodes if len(node.shape) > 1), default=1)
    units = max((node.shape[-1] for node in nodes if len(node.shape) == 1), default=1)
    for part, node in zip(parts, nodes):
        if len(node.shape) == 1:  # upright, as high as it has units
            width, height = VECTOR, 0.5 + 0.9 * (node.shape[0] / units) ** 0.3
            part.depth = (0.07, 0.05)
        else:
            width = 0.06 + (widest - 0.06) * (node.shape[-1] / channels) ** 0.5
            height = LOWEST + (tallest - LOWEST) * (node.side / side) ** 0.5
            part.depth = (DEPTH[0] * height, DEPTH[1] * height)
        if part.block:
            columns = Grid(without_small(part.items, part.bows)).columns
            width = min(max(0.42, 0.15 * columns + 0.1), WIDEST_BLOCK)
        part.box = Box(0, 0, width, height)


def top_of(part: Element) -> float:
    """Return where an element ends, with the bow of a shortcut."""
    bows = [BOW if visible(fork.shortcut) else SHORT_BOW for fork in part.bows]
    return part.box.top + max(part.depth[1], *bows, 0)


def draw_element(canvas: Canvas, part: Element) -> None:
    """Draw a layer's feature maps, or a block with what is in it."""
    x, y, width, height = part.box
    for step in (0.1, 0.05)[max(3 - part.count, 0) :]:  # three sheets at most
        behind = Box(x + step, y + step, width, height)
        canvas.block(behind, part.kind, "repeated", part.depth, zorder=2)
    canvas.block(part.box, part.kind, f"{part.kind} {part.name}", part.depth)
    canvas.maps |= len(part.node.shape) > 1
    if part.block:
        _draw_inside(canvas, part)
        for fork in part.bows:
            _draw_shortcut(canvas, part, fork)


def draw_arrow(canvas: Canvas, before: Element, after: Element) -> None:
    """Draw an arrow from an element to the next, if there is room for one."""
    repeated = 0.1 if before.count > 1 else 0.0
    start, end = before.box.right + before.depth[0] + repeated, after.box.x
    if end - start > SHORTEST_ARROW:
        y = before.box.y + 0.5 * min(before.box.height, after.box.height)
        canvas.line([(start + 0.02, y), (end - 0.02, y)], zorder=6)


def _draw_inside(canvas: Canvas, part: Element) -> None:
    """Draw the layers of a block as small rectangles in it."""
    x, y, width, height = part.box
    grid = Grid(without_small(part.items, part.bows))
    step = (width - 0.08) / grid.columns
    tall = min(0.9 * height, height - 0.06) / grid.rows
    top = y + height / 2 + tall * grid.rows / 2
    for node, column, row, rows in grid.cells.values():
        high = tall * rows - min(0.04, 0.25 * tall)
        left, middle = x + 0.04 + step * column + 0.015, top - tall * row
        wide = max(step - 0.03, 0.5 * step)
        canvas.flat(Box(left, middle - high / 2, wide, high), node.kind, "hint")


def _draw_shortcut(canvas: Canvas, part: Element, fork: Fork) -> None:
    """Draw a bow over a block, with a small rectangle where it has a layer of its own."""
    left, right, y, rise = part.box.x - 0.06, part.box.right + 0.02, part.box.top - 0.03, 0.3
    canvas.bow((left, y), right, rise, f"shortcut {part.name}")
    for node in visible(fork.shortcut)[:1]:
        box = Box((left + right) / 2 - 0.07, y + rise - 0.09, 0.14, 0.18)
        canvas.flat(box, node.kind, "hint", zorder=6)
    canvas.circle((right, y - 0.07), 0.08, fork.join.sign, 9, f"addition {part.name}")
