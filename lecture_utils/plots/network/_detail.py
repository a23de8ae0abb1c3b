"""The layers of a block one by one, parallel paths in rows."""

from lecture_utils.plots.network._blocks import block_name
from lecture_utils.plots.network._canvas import SMALL_FONT, Box, Canvas, text_size
from lecture_utils.plots.network._graph import Item, walk, without_small
from lecture_utils.plots.network._grid import Cell, Edge, Grid
from lecture_utils.plots.network._nodes import SMALL, Node
from lecture_utils.plots.style import BLACK

WIDEST = 13.8
GAP = 0.34
BELOW, ABOVE = 0.24, 0.26  # room for the labels of a box
CIRCLE, JOIN = 0.17, 0.34
PAD = 0.12
TURN = 0.13  # how far from a column lines turn
UNNAMED = (*SMALL, "addition", "concatenation")


def draw_detail(items: list[Item]) -> Canvas | None:
    """Draw each layer, without small ones if need be; return None if it is too wide anyway."""
    for sequence in (items, without_small(items)):
        drawing = _Drawing(sequence)
        if drawing.columns[-1] <= WIDEST:
            return drawing.draw()
    return None


class _Drawing:
    """A grid, the left edges of its columns, one more than there are, and the height of a row."""

    def __init__(self, items: list[Item]):
        self.grid = Grid(items)
        cells = self.grid.cells.values()
        inner = [node for node in walk(items) if node.kind != "input"]
        self.prefix = block_name(inner) if len(inner) > 1 else ""
        widths = [0.0] * self.grid.columns
        for cell in cells:
            labels = [text_size(text, SMALL_FONT)[0] for text in self._labels(cell.node)]
            room = max(_size(cell.node)[0], *(width + 0.14 - GAP for width in labels))
            widths[cell.column] = max(widths[cell.column], room)
        self.columns = [0.0]
        for width in widths:
            self.columns.append(self.columns[-1] + width + GAP)
        self.row = max(_size(cell.node)[1] for cell in cells) + BELOW + ABOVE

    def draw(self) -> Canvas:
        canvas = Canvas()
        for cell in self.grid.cells.values():
            self._draw_cell(canvas, cell)
        for edge in self.grid.edges:
            self._draw_edge(canvas, edge)
        return canvas

    def _labels(self, node: Node) -> tuple[str, str]:
        """Return what stands below and above a layer: its size, and its name without the prefix."""
        size = "" if node.kind in ("normalization", "activation") else node.size
        prefix = "" if node.kind == "input" else self.prefix
        name = node.name.removeprefix(prefix).lstrip("_/.-") or node.name
        return size, "" if node.kind in UNNAMED else name

    def _box(self, node: Node) -> Box:
        """Return the place of a layer."""
        cell = self.grid.cells[node]
        room = self.columns[cell.column + 1] - self.columns[cell.column] - GAP
        width, height = _size(node)
        if node.kind == "concatenation":
            height = cell.rows * self.row - BELOW - ABOVE
        left = self.columns[cell.column] + (room - width) / 2
        return Box(left, -self.row * cell.row - height / 2, width, height)

    def _draw_cell(self, canvas: Canvas, cell: Cell) -> None:
        """Draw a layer with its labels: a box with words, or a sign in a circle."""
        node, box = cell.node, self._box(cell.node)
        (x, _), (below, above) = box.middle, self._labels(node)
        canvas.label((x, box.y), below, up=False, size=SMALL_FONT, gid="size")
        canvas.label((x, box.top), above, up=True, size=SMALL_FONT)
        gid = f"{node.kind} {node.name}"
        if node.kind == "addition":
            canvas.circle(box.middle, CIRCLE, node.sign, 14, gid)
            return
        corner = min(0.08, box.height / 3, box.width / 3)
        canvas.flat(box, node.kind, gid, corner=corner, linewidth=0.8)
        upright = 90 if node.kind == "concatenation" else 0
        color = "white" if node.kind == "depthwise convolution" else BLACK  # its blue is dark
        canvas.text(box.middle, node.text(), color=color, rotation=upright)

    def _draw_edge(self, canvas: Canvas, edge: Edge) -> None:
        """Draw a connection: it leaves its column, runs along its row, and turns to its target."""
        source, target = self._box(edge.source), self._box(edge.target)
        (_, middle), (x, into), y = source.middle, target.middle, -self.row * edge.row
        turn = self.columns[self.grid.cells[edge.source].column + 1] - GAP + TURN
        turn_in = self.columns[self.grid.cells[edge.target].column] - TURN
        start = [(source.right, middle), (turn, middle)]
        if edge.around:
            top = y + 0.12
            bends = [(turn, top), (x, top), (x, target.top)]
            canvas.line([*start, *bends], gid=f"shortcut {edge.target.name}", linewidth=1.8)
            canvas.obstacles.append(Box(source.right, top, target.x - source.right, 0.03))
            return
        if edge.target.kind == "addition" and edge.row != self.grid.cells[edge.target].row:
            bends = [(x, y), (x, target.top if y > into else target.y)]
        elif edge.target.kind == "concatenation":
            bends = [(target.x, y)]
        else:
            bends = [(turn_in, y), (turn_in, into), (target.x, into)]
        canvas.line([*start, (turn, y), *bends], gid=f"edge {edge.source.name} {edge.target.name}")


def _size(node: Node) -> tuple[float, float]:
    """Return width and height of a layer's box, or of a sign's circle."""
    if node.kind == "addition":
        return 2 * CIRCLE, 2 * CIRCLE
    width, height = text_size(node.text())
    width = JOIN if node.kind == "concatenation" else max(width + 2 * PAD, 0.5)
    return width, max(height + 0.1, 0.5)
