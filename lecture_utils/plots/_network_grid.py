"""Where the layers of a block stand: in columns from left to right, parallel paths in rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from lecture_utils.plots._network_graph import Fork, Item, Node, shortcuts


@dataclass(eq=False)
class Cell:
    """A layer's place: its column, its middle in rows from the top, and how many it spans."""

    node: Node
    column: int
    row: float
    rows: float = 1.0


@dataclass
class Edge:
    """A connection, the row in which it runs, and whether it leads over all rows, like a bow."""

    source: Node
    target: Node
    row: float
    around: bool = False


@dataclass
class Grid:
    """The places of a sequence's layers, and what connects them."""

    cells: dict[Node, Cell] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    columns: int = 0
    rows: float = 0.0

    @classmethod
    def of(cls, items: list[Item], hint: bool = False) -> Grid:
        """Lay out a sequence.

        Args:
            items: The sequence.
            hint: Give no place to the layers of a shortcut, nor to an addition.
        """
        grid = cls()
        _Layout(grid, hint).sequence(items, 0, 0.0, [])
        grid.rows = sum(_extent(items, hint))
        grid.columns = 1 + max((cell.column for cell in grid.cells.values()), default=0)
        return grid


def _around(branch: list[Item], number: int, short: list[int], hint: bool) -> bool:
    """Whether a branch has no row of its own."""
    return number in short and (hint or not branch)


def _extent(items: list[Item], hint: bool) -> tuple[float, float]:
    """Count the rows that a sequence needs above and below its axis."""
    extents = [(0.5, 0.5)]
    for item, join in zip(items, [*items[1:], None]):
        if isinstance(item, Fork):
            extents.append(_fork_extent(item, shortcuts(item, join), hint))
    above, below = zip(*extents)
    return max(above), max(below)


def _fork_extent(fork: Fork, short: list[int], hint: bool) -> tuple[float, float]:
    """Count the rows of a fork above and below its axis.

    That is its middle, or, where there is a shortcut, the middle of the path that it leads around.
    """
    extents = [
        (number, *_extent(branch, hint))
        for number, branch in enumerate(fork.branches)
        if not _around(branch, number, short, hint)
    ]
    total = sum(above + below for _, above, below in extents)
    main = [entry for entry in extents if entry[0] not in short]
    if len(main) != 1 or not short:
        return total / 2, total / 2
    number, above, _ = main[0]
    above += sum(sum(entry[1:]) for entry in extents if entry[0] < number)
    return above, total - above


@dataclass
class _Layout:
    grid: Grid
    hint: bool

    def sequence(
        self, items: list[Item], column: int, top: float, before: list[Edge]
    ) -> tuple[int, list[Edge]]:
        """Place a sequence.

        Args:
            items: The sequence.
            column: Where it begins.
            top: Its first row.
            before: The edges that lead to its first layer, their target still open.

        Returns:
            The next free column, and the edges that leave the sequence.
        """
        axis = top + _extent(items, self.hint)[0]
        first, spans = axis - 0.5, 1.0
        for item, join in zip(items, [*items[1:], None]):
            if isinstance(item, Fork):
                short = shortcuts(item, join)
                above, below = _fork_extent(item, short, self.hint)
                first, spans = axis - above, above + below
                column, before = self.fork(item, short, column, first, before)
                continue
            if not (item.hidden or (self.hint and item.kind == "addition")):
                self._place(item, column, axis, (first, spans), before)
                before = [Edge(item, item, axis)]
                column += 1
            first, spans = axis - 0.5, 1.0
        return column, before

    def _place(
        self, node: Node, column: int, axis: float, span: tuple[float, float], before: list[Edge]
    ) -> None:
        """Place a layer, one that joins paths beside all of them, and end the open edges in it."""
        first, spans = span if node.kind == "concatenation" else (axis - 0.5, 1.0)
        self.grid.cells[node] = Cell(node, column, first + spans / 2, spans)
        for edge in before:
            row = edge.row if len(before) > 1 else axis
            self.grid.edges.append(Edge(edge.source, node, row, edge.around))

    def fork(
        self, fork: Fork, short: list[int], column: int, top: float, before: list[Edge]
    ) -> tuple[int, list[Edge]]:
        """Place the branches of a fork, one under the other."""
        last, after, first = column, [], top
        for number, branch in enumerate(fork.branches):
            if _around(branch, number, short, self.hint):
                after += [Edge(edge.source, edge.target, first, True) for edge in before]
                continue
            above, below = _extent(branch, self.hint)
            entering = [Edge(edge.source, edge.target, top + above) for edge in before]
            end, leaving = self.sequence(branch, column, top, entering)
            after += leaving
            last = max(last, end)
            top += above + below
        return last, after
