"""Where the layers of a block stand: in columns from left to right, parallel paths in rows."""

from typing import NamedTuple

from lecture_utils.plots.network._graph import Fork, Item
from lecture_utils.plots.network._nodes import Node


class Cell(NamedTuple):
    """A layer's place: its column, its middle in rows from the top, and how many it spans."""

    node: Node
    column: int
    row: float
    rows: float


class Edge(NamedTuple):
    """A connection, the row in which it runs, and whether it leads over all rows, like a bow."""

    source: Node
    target: Node
    row: float
    around: bool = False


class Grid:
    """The places of a sequence's layers, what connects them, and how many columns and rows."""

    def __init__(self, items: list[Item]):
        self.cells: dict[Node, Cell] = {}
        self.edges: list[Edge] = []
        self.columns = max(self._sequence(items, 0, 0.0, [])[0], 1)
        self.rows = sum(_extent(items))

    def _sequence(
        self, items: list[Item], column: int, top: float, before: list[Edge]
    ) -> tuple[int, list[Edge]]:
        """Place a sequence below a row; return the next free column, and what edges leave it."""
        axis = top + _extent(items)[0]
        for item in items:
            node, first, rows = item, axis - 0.5, 1.0
            if isinstance(item, Fork):
                node, (above, below) = item.join, _fork_extent(item)
                column, before = self._fork(item, column, axis - above, before)
                if node is None:
                    continue
                if node.kind == "concatenation":  # it stands beside all paths that it joins
                    first, rows = axis - above, above + below
            self.cells[node] = Cell(node, column, first + rows / 2, rows)
            for edge in before:
                row = edge.row if len(before) > 1 else axis
                self.edges.append(edge._replace(target=node, row=row))
            before = [Edge(node, node, axis)]  # its target is still open
            column += 1
        return column, before

    def _fork(
        self, fork: Fork, column: int, top: float, before: list[Edge]
    ) -> tuple[int, list[Edge]]:
        """Place the branches of a fork, one under the other."""
        last, after = column, []
        if len(fork.rows) < len(fork.branches):
            after = [edge._replace(row=top, around=True) for edge in before]
        for branch in fork.rows:
            above, below = _extent(branch)
            entering = [edge._replace(row=top + above) for edge in before]
            end, leaving = self._sequence(branch, column, top, entering)
            after += leaving
            last = max(last, end)
            top += above + below
        return last, after


def _extent(items: list[Item]) -> tuple[float, float]:
    """Count the rows that a sequence needs above and below its axis."""
    extents = [_fork_extent(item) for item in items if isinstance(item, Fork)]
    above, below = zip((0.5, 0.5), *extents)
    return max(above), max(below)


def _fork_extent(fork: Fork) -> tuple[float, float]:
    """Count the rows of a fork above and below its axis: its middle, or that of its one path."""
    extents = [_extent(branch) for branch in fork.rows]
    total = sum(map(sum, extents))
    above = total / 2
    main = [number for number, branch in enumerate(fork.rows) if branch is not fork.shortcut]
    if len(main) == 1:  # the others are its shortcut
        above = sum(map(sum, extents[: main[0]])) + extents[main[0]][0]
    return above, total - above
