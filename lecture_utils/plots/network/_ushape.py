"""A network that goes down and up again, with connections across: U-Net."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from lecture_utils.plots.network._blocks import Element, elements, folded
from lecture_utils.plots.network._canvas import SMALL_FONT, Canvas
from lecture_utils.plots.network._graph import Fork, Item, visible, walk
from lecture_utils.plots.network._maps import BOW, draw_arrow, draw_element, give_size, top_of
from lecture_utils.plots.network._nodes import KINDS
from lecture_utils.plots.style import GREY

HALF = 0.65  # maps with sides shorter than that, compared with those before, are a level below
TALLEST, WIDEST_MAPS = 1.2, 0.42
SLOT, LEVEL, GAP = 0.67, 0.78, 0.24
WIDEST = 13.6


@dataclass(eq=False)
class Step:
    """One thing on the main path."""

    part: Element
    skip: Step | None = None  # where a connection across ends: the step where it begins
    cropped: bool = False  # whether that connection has a layer that crops
    up: Element | None = None  # where maps are joined: what made those from below, if drawn there
    level: int = 0  # how often the size was halved


def u_steps(items: list[Item]) -> list[Step]:
    """Return the steps of a U, none if the network is no such thing."""
    steps = _steps(items)
    chain = all((step.up or step.part).reads(before.part) for before, step in pairwise(steps))
    if not chain or not any(step.skip for step in steps):
        return []
    for before, step in pairwise(steps):
        side, after = before.part.node.side, step.part.node.side
        step.level = before.level + (after < HALF * side) - (side < HALF * after)
    return steps


def _steps(items: list[Item], start: Step | None = None) -> list[Step]:
    """Return what is on the main path, connections across taken away from it."""
    steps: list[Step] = []
    plain: list[Item] = []
    for item in items:
        across = _across(item)
        if across is None:
            plain.append(item)
            continue
        steps += [Step(part) for part in folded(elements(plain))]
        start, plain = (steps or [start])[-1], []
        cropped = any(node.type.startswith("Cropping") for node in walk(across[0]))
        last = Step(Element([item.join], item.join.name), start, cropped)
        steps += _steps(across[1], start)
        if last.part.kind == "concatenation" and steps[-1].part.kind == "upsampling":
            last.up = steps.pop().part
        steps.append(last)
    return steps + [Step(part) for part in folded(elements(plain))]


def _across(item: Item) -> tuple[list[Item], list[Item]] | None:
    """Return the two branches of a fork that is a connection across what goes down and up."""
    if not isinstance(item, Fork) or item.join is None or len(item.branches) != 2:
        return None
    across, deep = sorted(item.branches, key=lambda branch: len(visible(branch)))
    if visible(across) or not visible(deep):
        return None
    # The path itself goes down: not only what leads to a factor for each channel, beside it.
    path = [item.join if isinstance(item, Fork) else item for item in deep]
    sides = [node.side for node in path if node and not node.small]
    return (across, deep) if min(sides) < HALF * sides[-1] else None


def draw_u(steps: list[Step]) -> Canvas | None:
    """Draw the steps of a U; return None if there are none, or it is too wide."""
    if not steps or _place(steps) > WIDEST:
        return None
    canvas = Canvas()
    for step in steps:
        draw_element(canvas, step.part)
        _draw_halves(canvas, step)
    below, above = _write_labels(canvas, steps)
    for before, after in pairwise(steps):
        x = before.part.box.middle[0]
        if before.level == after.level:
            draw_arrow(canvas, before.part, after.part)
        else:
            down = before.level < after.level
            ends = (below[before], above[after]) if down else (above[before], below[after])
            color = KINDS["pooling" if down else "upsampling"][0]
            canvas.line([(x, y) for y in ends], 0.13, color, linewidth=2.2)
    for step in steps:
        if step.skip:
            _draw_skip(canvas, step)
    return canvas


def _place(steps: list[Step]) -> float:
    """Place the steps, one right of the other, or below or above; return how wide they are."""
    give_size([step.part for step in steps], TALLEST, WIDEST_MAPS)
    bottoms: dict[int, float] = {}
    y = LEVEL
    for level in sorted({step.level for step in steps}):
        here = [step.part for step in steps if step.level == level]
        y -= LEVEL + max(part.box.height for part in here) + BOW * any(part.bows for part in here)
        bottoms[level] = y
    middle = 0.0
    for before, step in pairwise([steps[0], *steps]):
        if before is not step and before.level == step.level:
            one, other = before.part, step.part
            slot = max(SLOT, (one.box.width + other.box.width) / 2 + GAP)
            middle += slot + BOW * bool(one.bows or other.bows)
        box = step.part.box
        step.part.box = box._replace(x=middle - box.width / 2, y=bottoms[step.level])
    return middle


def _draw_halves(canvas: Canvas, step: Step) -> None:
    """Show which part of joined maps came across, and which from below."""
    if not step.skip or step.part.kind != "concatenation":
        return
    box, across = step.part.box, step.skip.part
    width = box.width * across.node.shape[-1] / step.part.node.shape[-1]
    canvas.flat(box._replace(width=width), across.kind, "copied")
    if step.up:
        rest = box._replace(x=box.x + width, width=box.width - width)
        canvas.flat(rest, step.up.kind, f"upsampling {step.up.name}")


def _draw_skip(canvas: Canvas, step: Step) -> None:
    """Draw a connection across."""
    start, end = step.skip.part, step.part
    y = end.box.y + 0.8 * min(start.box.height, end.box.height)
    left, right = start.box.right + start.depth[0] + 0.04, end.box.x
    style = {"linewidth": 1.8, "linestyle": (0, (4, 2)), "gid": f"skip {end.name}"}
    canvas.line([(left, y), (right - 0.03, y)], 0.13, GREY, **style)
    words = "copy and crop" if step.cropped else "copy"
    canvas.label(((left + right) / 2, y), words, up=True, size=SMALL_FONT)


def _write_labels(canvas: Canvas, steps: list[Step]) -> tuple[dict[Step, float], ...]:
    """Write sizes below the steps, and above them what they are; return where both end."""
    below, above = {}, {}
    for step in steps:
        part, (x, _) = step.part, step.part.box.middle
        below[step] = canvas.label((x, part.box.y), part.node.size, False, SMALL_FONT, gid="size")
        times = [f"× {part.count}"] if part.count > 1 else []
        words = " ".join([*times, *(step.up or part).caption().split()])
        above[step] = canvas.label((x, top_of(part)), words, True, SMALL_FONT)
    return below, above
