"""A network that goes down and up again, with connections across: U-Net."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from lecture_utils.plots._network_canvas import SMALL_FONT, Canvas, layer_color
from lecture_utils.plots._network_graph import (
    Element,
    Fork,
    Item,
    Node,
    elements,
    shape_text,
    side,
    visible,
    walk,
)
from lecture_utils.plots._network_overview import DEPTH, Scale, draw_element, window_label
from lecture_utils.plots.labels import LABELS
from lecture_utils.plots.style import GREY

HALF = 0.65  # maps with sides shorter than that, compared with those before, are a level below
TALLEST, WIDEST_BLOCK = 1.2, 0.42
SLOT, LEVEL = 0.67, 0.78


@dataclass(eq=False)
class Step:
    """One thing on the main path.

    Attributes:
        part: The layer or block.
        up: Where maps are joined, the layer that made the maps from below, if it is shown there.
        level: How often the size was halved, 0 at the top.
        skip: For the layer where a connection across ends, the step where it begins.
        cropped: Whether that connection has a layer that crops.
    """

    part: Element
    level: int = 0
    skip: Step | None = None
    cropped: bool = False
    up: Element | None = None


def levels(items: list[Item]) -> list[Step]:
    """Return the steps of a U, none if the network is no such thing."""
    steps = _steps(items)
    if not any(step.skip for step in steps):
        return []
    level, size = 0, steps[0].part.size
    for step in steps:
        if step.part.size < HALF * size:
            level += 1
        elif size < HALF * step.part.size:
            level -= 1
        step.level, size = level, step.part.size
    return steps


def _steps(items: list[Item]) -> list[Step]:
    """Return what is on the main path, connections across taken away from it."""
    steps: list[Step] = []
    plain: list[Item] = []
    skip: tuple[Step, bool] | None = None
    for item in items:
        if skip and isinstance(item, Node):
            steps.append(Step(Element([item], item.name), 0, *skip))
            if item.kind == "concatenation" and steps[-2].part.kind == "upsampling":
                steps[-1].up = steps.pop(-2).part
            skip = None
            continue
        across = _across(item)
        if across is None:
            plain.append(item)
            continue
        steps += [Step(part) for part in elements(plain)]
        plain = []
        skip = (steps[-1], any(node.type.startswith("Cropping") for node in walk(across[0])))
        steps += _steps(across[1])
    return steps + [Step(part) for part in elements(plain)]


def _across(item: Item) -> tuple[list[Item], list[Item]] | None:
    """Return the two branches of a fork that is a connection across what goes down and up."""
    if not isinstance(item, Fork) or len(item.branches) != 2:
        return None
    across, deep = sorted(item.branches, key=lambda branch: len(visible(branch)))
    if visible(across) or not visible(deep):
        return None
    sizes = [side(node.shape) for node in visible(deep)]
    return (across, deep) if min(sizes) < HALF * sizes[-1] else None


# --------------------------------------------------------------------------------------- drawing


@dataclass
class _Place:
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width


def draw_u(steps: list[Step]) -> tuple[Canvas, list[str]]:
    """Draw the steps of a U; return the canvas and the kinds that are on it."""
    canvas = Canvas()
    scale = Scale.of([step.part.node for step in steps], TALLEST, WIDEST_BLOCK)
    places = _places(steps, scale)
    for step, place in zip(steps, places.values()):
        draw_element(canvas, step.part, place.x, place.y, place.width, scale)
        _draw_halves(canvas, step, place)
    _write_labels(canvas, steps, places)
    for before, after in pairwise(steps):
        _draw_arrow(canvas, before, after, places, scale)
    kinds = []
    for step in steps:
        kinds += [part.node.kind for part in (step.part, step.up) if part]
        if step.skip:
            _draw_skip(canvas, step, places, scale)
    return canvas, kinds


def _places(steps: list[Step], scale: Scale) -> dict[Step, _Place]:
    """Place the steps: one to the right of the other, and below or above where the size changes."""
    heights = _level_bottoms(steps, scale)
    places: dict[Step, _Place] = {}
    middle = 0.0
    for before, step in zip([None, *steps], steps):
        if before is not None and before.level == step.level:
            middle += SLOT
        width = max(scale.width(step.part.node), 0.5 if step.part.block else 0)
        height = scale.height(step.part.node)
        places[step] = _Place(middle - width / 2, heights[step.level], width, height)
    return places


def _level_bottoms(steps: list[Step], scale: Scale) -> dict[int, float]:
    bottoms: dict[int, float] = {}
    y = 0.0
    for level in sorted({step.level for step in steps}):
        tallest = max(scale.height(step.part.node) for step in steps if step.level == level)
        y -= tallest
        bottoms[level] = y
        y -= LEVEL
    return bottoms


def _draw_halves(canvas: Canvas, step: Step, place: _Place) -> None:
    """Show which part of joined maps came across, and which from below."""
    if not step.skip or step.part.kind != "concatenation":
        return
    part = place.width * step.skip.part.shape[-1] / step.part.shape[-1]
    across = layer_color(step.skip.part.kind)
    canvas.rectangle(place.x, place.y, part, place.height, across, "copied")
    if step.up:
        color = layer_color(step.up.kind)
        rest = (place.x + part, place.y, place.width - part, place.height)
        canvas.rectangle(*rest, color, f"upsampling {step.up.name}")


def _draw_arrow(
    canvas: Canvas, before: Step, after: Step, places: dict[Step, _Place], scale: Scale
) -> None:
    start, end = places[before], places[after]
    if before.level == after.level:
        y = start.y + 0.5 * min(start.height, end.height)
        back = scale.depth(before.part.node)[0]
        canvas.line([(start.right + back + 0.02, y), (end.x - 0.02, y)], z=6)
        return
    x, roof = (start.x + start.right) / 2, scale.depth(after.part.node)[1]
    if after.level > before.level:
        ends, color = (start.y - 0.03, end.y + end.height + roof + 0.03), layer_color("pooling")
    else:
        ends, color = (start.y + start.height + roof, end.y - 0.05), layer_color("upsampling")
    low, high = sorted(ends)
    taken = [
        (box[1], box[3])
        for box in canvas.obstacles
        if box[0] < x < box[2] and low < (box[1] + box[3]) / 2 < high
    ]
    middle = (low + high) / 2
    low = max([top for _, top in taken if top < middle + 0.1] + [low])
    high = min([bottom for bottom, _ in taken if bottom > middle - 0.1] + [high])
    points = [(x, high), (x, low)] if after.level > before.level else [(x, low), (x, high)]
    canvas.line(points, color=color, width=2.2, head=0.13)


def _draw_skip(canvas: Canvas, step: Step, places: dict[Step, _Place], scale: Scale) -> None:
    start, end = places[step.skip], places[step]
    y = end.y + 0.8 * min(start.height, end.height)
    left = start.right + scale.depth(step.skip.part.node)[0] + 0.04
    canvas.line(
        [(left, y), (end.x - 0.03, y)], GREY, 1.8, 0.13, gid=f"skip {step.part.name}", dashed=True
    )
    word = LABELS["copy and crop" if step.cropped else "copy"]
    canvas.label((left + end.x) / 2, y, word, True, SMALL_FONT)


def _write_labels(canvas: Canvas, steps: list[Step], places: dict[Step, _Place]) -> None:
    for step in steps:
        place = places[step]
        middle = place.x + place.width / 2
        size = shape_text(step.part.shape)
        canvas.label(middle, place.y, size, False, SMALL_FONT, gid="size")
    for step in steps:
        place = places[step]
        text = window_label((step.up or step.part).node).replace("\n", " ")
        if not step.part.block and text:
            top = place.y + place.height * (1 + DEPTH[1])
            canvas.label(place.x + place.width / 2, top, text, True, SMALL_FONT)
