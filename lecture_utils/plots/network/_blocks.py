"""What an overview shows as one thing: a layer, or a block of several layers."""

from __future__ import annotations

import re
from itertools import groupby

from lecture_utils.plots.network._canvas import Box
from lecture_utils.plots.network._graph import Fork, Item, signature, visible, walk

LONGEST_RUN = 4  # so many layers of the same kind in a row are shown one by one


class Element:
    """A layer, or a block of several layers and forks."""

    box: Box  # where its front stands in the picture
    depth: tuple[float, float]  # how far it reaches back there, to the right and up

    def __init__(self, items: list[Item], name: str, count: int = 1, last: Element | None = None):
        self.items = items
        self.name = name  # of the layer, or what the names of the block's layers begin with
        self.count, self.last = count, last or self  # how many are folded into one, and the last
        self.node = visible(items)[-1]
        self.block = len(visible(items)) > 1
        self.kind = "block" if self.block else self.node.kind
        forks = [item for item in items if isinstance(item, Fork) and item.shortcut is not None]
        self.bows = forks if visible(forks) == visible(items) else []  # over all, or not at all

    def caption(self, named: bool = False) -> str:
        """Write what it does, for a block its name: block2…36 for a folded one."""
        if not self.block:
            return "\n".join([self.name] * named + self.node.lines())
        rest = self.last.name.removeprefix(self.name.rstrip("0123456789"))
        return f"{self.name}…{rest}" if self.count > 1 else self.name

    def reads(self, other: Element) -> bool:
        """Tell whether a layer in it reads what another ends with, through small layers or not."""
        sources = {source for node in walk(self.items) for source in node.inputs}
        while sources and other.last.node not in sources:
            sources = {source for node in sources if node.small for source in node.inputs}
        return bool(sources)


def elements(items: list[Item]) -> list[Element]:
    """Part a sequence into layers and blocks: a fork whose paths meet again is a block."""
    parts: list[Element] = []
    for item in items:
        nodes = visible([item])
        if isinstance(item, Fork) and item.join and nodes not in ([], [item.join]):
            parts.append(Element([item], block_name([item])))
        else:
            parts += [Element([node], node.name) for node in nodes]
    return _absorbed(parts)


def folded(parts: list[Element]) -> list[Element]:
    """Make one of blocks in a row that do the same, and of long rows of the same layer."""
    result: list[Element] = []
    for _, group in groupby(parts, lambda part: signature(part.items)):
        run = list(group)
        if run[0].block or len(run) > LONGEST_RUN:
            result.append(Element(run[0].items, run[0].name, len(run), run[-1]))
        else:
            result += run
    return result


def block_name(items: list[Item]) -> str:
    """Return what the names of layers begin with, whole words, or the last layer's name."""
    names = [node.name for node in walk(items)]
    common = names[0]
    for name in names[1:]:
        while common and not (name + "_").startswith(common + "_"):
            common = re.sub(r"[_/.\-]?[^_/.\-]*$", "", common)
    return common or names[-1]


def _absorbed(parts: list[Element]) -> list[Element]:
    """Make blocks, too, of layers in a row whose names begin like those of the other blocks."""
    names = {part.name for part in parts if part.block}
    patterns = {re.sub(r"\d+[a-z]?", r"\\d+[a-z]?", re.escape(name)) for name in names}
    patterns = {pattern for pattern in patterns if r"\d" in pattern}
    begins = re.compile(rf"(?:{'|'.join(sorted(patterns))})(?=[_/.\-]|$)|")  # or with nothing
    result: list[Element] = []
    for name, group in groupby(parts, lambda part: begins.match(part.name)[0]):
        if name:
            result.append(Element([item for part in group for item in part.items], name))
        else:
            result += group
    return result
