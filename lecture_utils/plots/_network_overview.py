"""A network from its input to its outputs, in one row of blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from lecture_utils.plots._network_canvas import SMALL_FONT, Canvas, layer_color, text_size
from lecture_utils.plots._network_graph import (
    Element,
    Fork,
    Item,
    Network,
    Node,
    Side,
    folded_name,
    pooling_mode,
    shape_text,
    shortcuts,
    visible,
    walk,
    window_text,
    without_small,
)
from lecture_utils.plots._network_grid import Grid
from lecture_utils.plots.labels import LABELS
from lecture_utils.plots.style import BLACK, GREY

WIDEST = 13.6
TALLEST, LOWEST = 2.5, 0.24
VECTOR = 0.16  # how wide a vector is drawn
DEPTH = (0.13, 0.09)  # how far a block reaches back, as parts of its height
GAP, CLOSE = 0.3, 0.07
SLIMMEST = 0.5  # part of their width to which blocks are made narrower where there are many
ROW_GAP = 1.1
SIDE_BOX, SIDE_GAP = (0.3, 0.26), 0.14
SHORT_NAME, FEW = 9, 16  # up to so many elements with names so short, names are written


@dataclass
class Scale:
    """How feature maps become blocks."""

    largest: float
    channels: int
    units: int
    tallest: float = TALLEST
    widest: float = 0.5

    @classmethod
    def of(cls, nodes: list[Node], tallest: float = TALLEST, widest: float = 0.5) -> Scale:
        """Fit a scale to layers."""
        return cls(
            max(node.size for node in nodes),
            max((node.shape[-1] for node in nodes if len(node.shape) > 1), default=1),
            max((node.shape[-1] for node in nodes if len(node.shape) == 1), default=1),
            tallest,
            widest,
        )

    def height(self, node: Node) -> float:
        """Inches for rows and columns; a vector is drawn upright, as high as it has units."""
        if len(node.shape) == 1:
            return 0.5 + 0.9 * (node.shape[0] / self.units) ** 0.3
        return LOWEST + (self.tallest - LOWEST) * (node.size / self.largest) ** 0.5

    def depth(self, node: Node) -> tuple[float, float]:
        """Inches to the right and up that a block reaches back."""
        if len(node.shape) == 1:
            return 0.07, 0.05
        return DEPTH[0] * self.height(node), DEPTH[1] * self.height(node)

    def width(self, node: Node) -> float:
        """Inches for channels."""
        if len(node.shape) == 1:
            return VECTOR
        return 0.06 + (self.widest - 0.06) * (node.shape[-1] / self.channels) ** 0.5


def draw_overview(network: Network, parts: list[Element]) -> tuple[Canvas, list[str]]:
    """Draw the elements of a network; return the canvas and the kinds that are on it."""
    canvas = Canvas()
    scale = Scale.of([part.node for part in parts])
    names = len(parts) <= FEW and all(len(part.name) <= SHORT_NAME for part in parts)
    kinds = [kind for part in parts for kind in _kinds(part)]
    ground = 0.0
    for row in _rows(parts, scale):
        if canvas.obstacles:
            ground = canvas.bottom - ROW_GAP - max(scale.height(each.part.node) for each in row)
        _draw_row(canvas, row, ground, scale, names)
        for side in network.sides:
            kinds += _draw_side(canvas, side, row, scale)
    return canvas, kinds


@dataclass
class _Placed:
    """An element, its left edge, the ground that it stands on, and how wide it is."""

    part: Element
    x: float
    y: float
    width: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def _rows(parts: list[Element], scale: Scale) -> Iterator[list[_Placed]]:
    """Yield the elements, their places still open, in as many rows as are needed."""
    widths = [_width(part, scale) for part in parts]
    gaps = [_gap(before, after, scale) for before, after in pairwise(parts)]
    blocks = sum(width for part, width in zip(parts, widths) if part.block)
    slimmer = 1 + (WIDEST - 0.75 * sum(gaps) - sum(widths)) / max(blocks, 0.01)
    slimmer = min(max(slimmer, SLIMMEST), 1.0)
    row: list[_Placed] = []
    used = 0.0
    for part, width in zip(parts, widths):
        width *= slimmer if part.block else 1.0
        if row and used + width > WIDEST:
            yield row
            row, used = [], 0.0
        row.append(_Placed(part, 0.0, 0.0, width))
        used += width + 0.4 * GAP
    yield row


def _draw_row(canvas: Canvas, row: list[_Placed], ground: float, scale: Scale, names: bool) -> None:
    """Draw elements beside each other, with their labels."""
    _place(row, ground, scale)
    for placed in row:
        draw_element(canvas, placed.part, placed.x, placed.y, placed.width, scale)
    for before, after in pairwise(row):
        _draw_arrow(canvas, before, after, scale)
    _write_labels(canvas, row, scale, names)


def _place(row: list[_Placed], ground: float, scale: Scale) -> None:
    """Place elements on the ground.

    They stand apart far enough for what is written below them, if the page is wide enough.
    """
    parts = [placed.part for placed in row]
    room = WIDEST - sum(placed.width for placed in row)
    gaps = [_gap(before, after, scale) for before, after in pairwise(parts)]
    gaps = _scaled(gaps, [], room)
    extra = [0.0] * len(gaps)
    runs = list(_runs(row, _shape_key))
    for before, after in pairwise(runs):
        texts = [text_size(shape_text(parts[run[0]].shape))[0] for run in (before, after)]
        inner = sum(gaps[index] for run in (before, after) for index in run[:-1])
        there = sum(row[index].width for run in (before, after) for index in run)
        extra[before[-1]] = sum(texts) / 2 + 0.12 - (there + inner) / 2 - gaps[before[-1]]
    extra = _scaled([max(inches, 0.0) for inches in extra], gaps, room)
    x = 0.0
    for placed, gap, more in zip(row, [*gaps, 0.0], [*extra, 0.0]):
        placed.x, placed.y = x, ground
        x += placed.width + gap + more


def _scaled(lengths: list[float], fixed: list[float], available: float) -> list[float]:
    """Shrink lengths as far as is needed for all, with the fixed ones, to be there together."""
    factor = (available - sum(fixed)) / max(sum(lengths), 0.01)
    return [min(max(factor, 0.0), 1.0) * length for length in lengths]


def _draw_arrow(canvas: Canvas, before: _Placed, after: _Placed, scale: Scale) -> None:
    """Draw an arrow from an element to the next, if there is room for one."""
    back = scale.depth(before.part.node)[0] + (0.1 if before.part.count > 1 else 0.0)
    start, end = before.x + before.width + back, after.x
    if end - start > 0.12:
        y = before.y + 0.5 * min(scale.height(each.part.node) for each in (before, after))
        canvas.line([(start + 0.02, y), (end - 0.02, y)], z=6)


def _kinds(part: Element) -> list[str]:
    return (["block"] if part.block else []) + [node.kind for node in visible(part.items)]


def _width(part: Element, scale: Scale) -> float:
    if not part.block:
        return scale.width(part.node)
    grid = Grid.of(without_small(part.items), hint=True)
    return max(0.42, 0.15 * grid.columns + 0.1)


def _gap(before: Element, after: Element, scale: Scale) -> float:
    """Inches between two elements: layers that do the same stand close."""
    if not before.block and before.node.signature == after.node.signature:
        return CLOSE
    return GAP + scale.depth(before.node)[0]


# -------------------------------------------------------------------------------------- elements


def draw_element(
    canvas: Canvas, part: Element, x: float, y: float, width: float, scale: Scale
) -> None:
    """Draw a layer's feature maps, or a block with what is in it."""
    height, depth = scale.height(part.node), scale.depth(part.node)
    color = layer_color(part.kind)
    if part.count > 1:
        for step in (0.1, 0.05):
            canvas.block(x + step, y + step, width, height, color, "repeated", depth, z=2)
    canvas.block(x, y, width, height, color, f"{part.kind} {part.name}", depth)
    if part.block:
        _draw_hint(canvas, part, x, y, width, height)


def _draw_hint(
    canvas: Canvas, part: Element, x: float, y: float, width: float, height: float
) -> None:
    """Draw the layers of a block as small rectangles in it, and its shortcuts as bows over it."""
    items = without_small(part.items)
    grid = Grid.of(items, hint=True)
    step = (width - 0.08) / grid.columns
    tall = min(0.9 * height, height - 0.06) / grid.rows
    top = y + height / 2 + tall * grid.rows / 2
    for cell in grid.cells.values():
        left = x + 0.04 + step * cell.column + 0.015
        middle = top - tall * cell.row
        high = tall * cell.rows - min(0.04, 0.25 * tall)
        color = layer_color(cell.node.kind)
        canvas.rectangle(left, middle - high / 2, step - 0.03, high, color, "hint")
    for fork, join in forks_with_joins(items):
        for number in shortcuts(fork, join):
            _draw_bow(canvas, fork.branches[number], join, x, y + height, width, part.name)


def forks_with_joins(items: list[Item]) -> Iterator[tuple[Fork, Node]]:
    """Yield the forks of a sequence, not those inside of them, each with the layer behind it."""
    for item, join in pairwise(items):
        if isinstance(item, Fork) and isinstance(join, Node):
            yield item, join


def _draw_bow(
    canvas: Canvas, branch: list[Item], join: Node, x: float, y: float, width: float, name: str
) -> None:
    rise = 0.3
    right = x + width + 0.02
    canvas.arc(x - 0.06, right, y - 0.03, rise, BLACK, f"shortcut {name}")
    for node in visible(branch)[:1]:
        color = layer_color(node.kind)
        middle = (x - 0.06 + right) / 2
        canvas.rectangle(middle - 0.07, y - 0.03 + rise - 0.09, 0.14, 0.18, color, "hint", z=6)
    canvas.circle(right, y - 0.1, 0.08, join.symbol, 9, f"addition {name}")


# ---------------------------------------------------------------------------------------- labels


def window_label(node: Node) -> str:
    """Write what a layer does beside its kind, which is seen by its colour."""
    lines = []
    if node.kind == "pooling":
        mode = pooling_mode(node)
        if node.type.startswith("Global"):
            lines = [LABELS["global"], LABELS[mode]]
        else:
            lines = [LABELS[mode], window_text(node)]
    elif node.kind == "upsampling":
        lines = [LABELS["up"], window_text(node)]
    elif node.kind in ("convolution", "depthwise convolution"):
        lines = [window_text(node)]
        groups = getattr(node.layer, "groups", 1)
        if groups > 1:
            lines.append(f"{groups} {LABELS['groups']}")
    return "\n".join(line for line in lines if line)


def _shape_key(part: Element) -> tuple:
    return part.shape, part.block


def _write_labels(canvas: Canvas, row: list[_Placed], scale: Scale, names: bool) -> None:
    """Write sizes below the elements, and above them what they are."""
    for run in _runs(row, _shape_key):
        x = (row[run[0]].middle + row[run[-1]].middle) / 2
        size = shape_text(row[run[0]].part.shape)
        canvas.label(x, row[0].y, size, upwards=False, gid="size")
    for run in _runs(row, lambda part: _caption(part, names)):
        x = (row[run[0]].middle + row[run[-1]].middle) / 2
        part = row[run[0]].part
        y = row[0].y + max(_top(row[index].part, scale) for index in run)
        if part.count > 1:
            times = LABELS["times"].format(count=part.count)
            y = canvas.label(x, y, times, upwards=True, size=12, weight="bold")
        canvas.label(x, y, _caption(part, names), upwards=True, size=SMALL_FONT)


def _caption(part: Element, names: bool) -> str:
    if part.block:
        return folded_name(part)
    text = window_label(part.node)
    if names:
        text = f"{part.name}\n{text}" if text else part.name
    return text


def _top(part: Element, scale: Scale) -> float:
    bow = 0.0
    for fork, join in forks_with_joins(without_small(part.items)):
        for number in shortcuts(fork, join):
            bow = max(bow, 0.42 if visible(fork.branches[number]) else 0.34)
    return scale.height(part.node) + max(scale.depth(part.node)[1], bow)


def _runs(row: list[_Placed], key: Callable[[Element], object]) -> Iterator[list[int]]:
    """Yield the places in a row of elements that share a label."""
    run: list[int] = []
    for index, placed in enumerate(row):
        part = placed.part
        if run:
            before = row[run[-1]].part
            if (
                key(before) != key(part)
                or before.kind != part.kind
                or part.count > 1 < before.count
            ):
                yield run
                run = []
        run.append(index)
    yield run


# ------------------------------------------------------------------------------------ side paths


def _draw_side(canvas: Canvas, side: Side, row: list[_Placed], scale: Scale) -> list[str]:
    """Draw the path to another output: small boxes above the place where it leaves."""
    starts = [placed for placed in row if side.start in set(walk(placed.part.items))]
    if not starts:
        return []
    nodes = visible(side.items)
    last = list(walk(side.items))[-1]
    text = f"{last.name}: {shape_text(last.shape)}"
    x, y = starts[0].middle, starts[0].y + _top(starts[0].part, scale) + 0.35
    step = SIDE_BOX[0] + SIDE_GAP
    width = max(len(nodes) * step + 0.2, text_size(text, SMALL_FONT)[0])
    while not canvas.free(x, y - 0.1, width, SIDE_BOX[1] + 0.5):
        y += 0.05
    below = [box[3] for box in canvas.obstacles if box[0] < x < box[2] and box[3] <= y]
    middle, left = y + SIDE_BOX[1] / 2, x + 0.2
    canvas.line([(x, max(below) + 0.03), (x, middle), (left, middle)], color=GREY, z=1)
    for node in nodes:
        color = layer_color(node.kind)
        canvas.box(left, y, *SIDE_BOX, color, f"{node.kind} {node.name}")
        if node is not nodes[-1]:
            canvas.line([(left + SIDE_BOX[0], middle), (left + step, middle)], head=0.06)
        left += step
    canvas.label(x + width / 2, y + SIDE_BOX[1], text, True, SMALL_FONT)
    return [node.kind for node in nodes]
