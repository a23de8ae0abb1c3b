"""A network from its input to its output, in a row of blocks, or in several."""

from collections.abc import Callable, Iterator
from itertools import groupby, pairwise, starmap

from lecture_utils.plots.network._blocks import Element
from lecture_utils.plots.network._canvas import SMALL_FONT, Canvas, text_size
from lecture_utils.plots.network._maps import draw_arrow, draw_element, give_size, top_of

WIDEST = 13.6
TALLEST, WIDEST_MAPS = 2.5, 0.5
GAP, CLOSE = 0.3, 0.07
SLIMMEST = 0.5  # part of their width to which blocks are made narrower where there are many
ROW_GAP = 1.1
SHORT_NAME, FEW = 9, 16  # up to so many elements with names so short, names are written


def draw_overview(paths: list[list[Element]]) -> Canvas:
    """Draw the elements on the main path, then, below, those that each further output adds."""
    canvas, ground = Canvas(), 0.0
    give_size([part for path in paths for part in path], TALLEST, WIDEST_MAPS)
    for path in paths:
        short = len(path) <= FEW and all(len(part.name) <= SHORT_NAME for part in path)
        ends = [] if path is paths[0] else [path[0], path[-1]]
        for row in _rows(path):
            if canvas.obstacles:
                ground = min(box.y for box in canvas.obstacles) - ROW_GAP
                ground -= max(part.box.height for part in row)
            _place(row, ground)
            for part in row:
                draw_element(canvas, part)
            for before, after in pairwise(row):
                if after.reads(before):
                    draw_arrow(canvas, before, after)
            _write_labels(canvas, row, path if short else ends)
    return canvas


def _rows(path: list[Element]) -> Iterator[list[Element]]:
    """Yield the elements in as many rows as are needed, their blocks narrower if that helps."""
    total = sum(part.box.width for part in path) + 0.75 * sum(starmap(_gap, pairwise(path)))
    blocks = sum(part.box.width for part in path if part.block)
    slimmer = min(max(1 + (WIDEST - total) / max(blocks, 0.01), SLIMMEST), 1.0)
    row: list[Element] = []
    used = 0.0
    for part in path:
        if part.block:
            part.box = part.box._replace(width=slimmer * part.box.width)
        if row and used + part.box.width > WIDEST:
            yield row
            row, used = [], 0.0
        row.append(part)
        used += part.box.width + 0.4 * GAP
    yield row


def _gap(one: Element, other: Element) -> float:
    """Return the inches between two elements: layers that do the same stand close."""
    same = not one.block and one.node.signature == other.node.signature
    return CLOSE if same else GAP + one.depth[0]


def _place(row: list[Element], ground: float) -> None:
    """Place elements on the ground, with room for what is written below if the page has it."""
    widths = [part.box.width for part in row]
    room = WIDEST - sum(widths)
    gaps = _shrunk([*starmap(_gap, pairwise(row))], room)
    extra = [0.0] * len(gaps)
    for before, after in pairwise(_runs(range(len(row)), lambda index: _size_key(row[index]))):
        texts = [text_size(row[run[0]].node.size)[0] for run in (before, after)]
        there = sum(widths[index] for index in before + after)
        there += sum(gaps[index] for index in before[:-1] + after[:-1])
        extra[before[-1]] = max((sum(texts) - there) / 2 + 0.12 - gaps[before[-1]], 0.0)
    extra = _shrunk(extra, room - sum(gaps))
    x = 0.0
    for part, gap, more in zip(row, [*gaps, 0.0], [*extra, 0.0]):
        part.box = part.box._replace(x=x, y=ground)
        x += part.box.width + gap + more


def _shrunk(lengths: list[float], room: float) -> list[float]:
    """Shrink lengths as far as is needed for all to fit into the room."""
    factor = min(max(room / max(sum(lengths), 0.01), 0.0), 1.0)
    return [factor * length for length in lengths]


def _write_labels(canvas: Canvas, row: list[Element], named: list[Element]) -> None:
    """Write sizes below the elements, and above them what they are, once for equal ones."""
    for run in _runs(row, _size_key):
        canvas.label((_middle(run), run[0].box.y), run[0].node.size, up=False, gid="size")

    def key(part: Element) -> tuple:
        return part.kind, part.caption(part in named), part.count > 1 and part.name

    for run in _runs(row, key):
        middle, y = _middle(run), max(map(top_of, run))
        if run[0].count > 1:
            times = f"× {run[0].count}"
            y = canvas.label((middle, y), times, up=True, size=12, weight="bold")
        caption = run[0].caption(run[0] in named)
        canvas.label((middle, y), caption, up=True, size=SMALL_FONT)


def _size_key(part: Element) -> tuple:
    return part.kind, part.node.shape


def _middle(run: list[Element]) -> float:
    return (run[0].box.middle[0] + run[-1].box.middle[0]) / 2


def _runs(things: list, key: Callable) -> list[list]:
    """Return the runs of things in a row that share a label."""
    return [list(run) for _, run in groupby(things, key)]
