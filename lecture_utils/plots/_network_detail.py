"""The layers of a block one by one, parallel paths in rows."""

from __future__ import annotations

from dataclasses import dataclass

from lecture_utils.plots._network_canvas import (
    FONT,
    SMALL_FONT,
    Canvas,
    ink,
    layer_color,
    text_size,
)
from lecture_utils.plots._network_graph import (
    KERNELS,
    Item,
    Node,
    block_name,
    pooling_mode,
    shape_text,
    walk,
    window_text,
    without_small,
)
from lecture_utils.plots._network_grid import Cell, Edge, Grid
from lecture_utils.plots.labels import LABELS

WIDEST = 13.8
GAP = 0.34
BELOW, ABOVE = 0.24, 0.26  # room for the labels of a box
JOIN = 0.34
CIRCLE = 0.17
PAD = 0.12


def draw_detail(items: list[Item]) -> tuple[Canvas, list[str]] | None:
    """Draw each layer of a sequence; leave out small ones if they make the picture too wide.

    Returns:
        The canvas and the kinds that are on it; None if the picture would be too wide anyway.
    """
    for sequence in (items, without_small(items)):
        drawing = _Drawing.of(sequence)
        if drawing.columns[-1] <= WIDEST:
            return drawing.draw(), [cell.node.kind for cell in drawing.grid.cells.values()]
    return None


@dataclass
class _Drawing:
    """A grid, the left edges of its columns, one more than there are, and the height of a row."""

    grid: Grid
    columns: list[float]
    row: float
    prefix: str

    @classmethod
    def of(cls, items: list[Item]) -> _Drawing:
        grid = Grid.of(items)
        inner = [node for node in walk(items) if node.kind != "input"]
        prefix = block_name(inner) if len(inner) > 1 else ""
        widths = [0.0] * grid.columns
        for cell in grid.cells.values():
            labels = [text_size(text, SMALL_FONT)[0] for text in _labels(cell.node, prefix)]
            room = max(_width(cell.node), *(width + 0.14 - GAP for width in labels))
            widths[cell.column] = max(widths[cell.column], room)
        columns = [0.0]
        for width in widths:
            columns.append(columns[-1] + width + GAP)
        row = max(_height(cell.node) for cell in grid.cells.values()) + BELOW + ABOVE
        return cls(grid, columns, row, prefix)

    def draw(self) -> Canvas:
        canvas = Canvas()
        for cell in self.grid.cells.values():
            self._draw_cell(canvas, cell)
        for edge in self.grid.edges:
            self._draw_edge(canvas, edge)
        return canvas

    def _place(self, cell: Cell) -> tuple[float, float, float, float]:
        """Return left edge, bottom, width and height of a layer's box."""
        room = self.columns[cell.column + 1] - self.columns[cell.column] - GAP
        width, height = _width(cell.node), _height(cell.node)
        if cell.node.kind == "concatenation":
            height = cell.rows * self.row - BELOW - ABOVE
        left = self.columns[cell.column] + (room - width) / 2
        return left, -self.row * cell.row - height / 2, width, height

    def _draw_cell(self, canvas: Canvas, cell: Cell) -> None:
        node = cell.node
        x, y, width, height = self._place(cell)
        middle = (x + width / 2, y + height / 2)
        below, above = _labels(node, self.prefix)
        canvas.label(middle[0], y, below, False, SMALL_FONT, gid="size")
        canvas.label(middle[0], y + height, above, True, SMALL_FONT)
        if node.kind == "addition":
            canvas.circle(*middle, CIRCLE, node.symbol, 14, f"addition {node.name}")
            return
        color = layer_color(node.kind)
        canvas.box(x, y, width, height, color, f"{node.kind} {node.name}")
        upright = 90 if node.kind == "concatenation" else 0
        canvas.text(*middle, _text(node), FONT, color=ink(color), rotation=upright)

    def _draw_edge(self, canvas: Canvas, edge: Edge) -> None:
        source, target = (self.grid.cells[node] for node in (edge.source, edge.target))
        x0, y0, width, height = self._place(source)
        x1, y1, wide, high = self._place(target)
        start, end, y = x0 + width, x1, -self.row * edge.row
        turn = self.columns[source.column + 1] - GAP + 0.13
        turn_in = self.columns[target.column] - 0.13
        middle, into = y0 + height / 2, y1 + high / 2
        if edge.around:
            top = y + 0.12
            canvas.line(
                [(start, middle), (turn, middle), (turn, top),
                 (x1 + wide / 2, top), (x1 + wide / 2, y1 + high)],
                gid=f"shortcut {edge.target.name}", width=1.8,
            )  # fmt: skip
            canvas.occupy(start, top, x1 - start, 0.03)
            return
        bends = [(start, middle), (turn, middle), (turn, y)]
        if target.node.kind == "addition" and edge.row != target.row:
            bends += [(x1 + wide / 2, y), (x1 + wide / 2, y1 + high if y > into else y1)]
        elif target.node.kind == "concatenation":
            bends += [(end, y)]
        else:
            bends += [(turn_in, y), (turn_in, into), (end, into)]
        canvas.line(bends, gid=f"edge {edge.source.name} {edge.target.name}")


def _labels(node: Node, prefix: str) -> tuple[str, str]:
    """Return what stands below and above a layer: its size, and its name without the prefix."""
    size = "" if node.kind in ("normalization", "activation") else shape_text(node.shape)
    if node.kind == "input":
        return size, node.name
    if node.kind not in (*KERNELS, "pooling"):
        return size, ""
    return size, node.name.removeprefix(prefix).lstrip("_/.-") or node.name


def _text(node: Node) -> str:
    """Write what a layer does, in a line or two."""
    if node.kind in ("input", "concatenation"):
        return LABELS[node.kind]
    if node.kind in ("normalization", "activation", "other"):
        if node.type == "Activation":
            return _activation(node)
        return LABELS.get(node.type, node.type)
    word = {"pooling": pooling_mode(node), "upsampling": "up"}.get(node.kind)
    window = window_text(node)
    if node.type.startswith("Global"):
        window = LABELS["global"]
    lines = [" ".join(part for part in (LABELS[word] if word else "", window) if part)]
    if node.kind == "depthwise convolution":
        lines[0] = f"{window}\n{LABELS['depthwise']}"
    if node.kind == "dense":
        lines = [LABELS["dense"]]
    groups = getattr(node.layer, "groups", 1)
    if groups > 1 and node.kind == "convolution":
        lines.append(f"{groups} {LABELS['groups']}")
    return "\n".join([*lines, *([_activation(node)] if _activation(node) else [])])


def _activation(node: Node) -> str:
    """Write the activation that is part of a layer, nothing for the linear one."""
    function = getattr(node.layer, "activation", None)
    name = getattr(function, "__name__", "linear")
    if name == "linear":
        return ""
    return {"relu": LABELS["ReLU"], "softmax": LABELS["Softmax"]}.get(name, name)


def _width(node: Node) -> float:
    if node.kind == "addition":
        return 2 * CIRCLE
    if node.kind == "concatenation":
        return JOIN
    return max(text_size(_text(node))[0] + 2 * PAD, 0.5)


def _height(node: Node) -> float:
    if node.kind == "addition":
        return 2 * CIRCLE
    return max(0.5, text_size(_text(node))[1] + 0.1)
