"""What pictures of networks are drawn with: blocks, arrows and labels that find a free place.

All lengths are inches, and all letters keep their size: the figure becomes as large as what was
drawn on it.
"""

from __future__ import annotations

import re
import textwrap
from functools import lru_cache
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from lecture_utils.checks import refused
from lecture_utils.plots.network._nodes import KINDS
from lecture_utils.plots.style import BLACK, GREY

FONT, SMALL_FONT = 10, 9
MARGIN, LINE_HEIGHT = 0.15, 1.25
WIDER = 1.08  # letters on a screen are wider than their outlines
NARROWEST, HIGHEST = 6.0, 100
LONGEST_TITLE, LONGEST_LEGEND = 110, 8  # letters of a line, kinds in a row
LONG_LINE = re.compile(r"^(.{19}).{2,}(.{20})$", re.MULTILINE)
NOTE = "height of a block: rows and columns, width: channels (not to scale)"

Point = tuple[float, float]


class Box(NamedTuple):
    """A rectangle: its left and lower edge, its width and height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def top(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> Point:
        return self.x + self.width / 2, self.y + self.height / 2


@lru_cache(maxsize=2000)
def text_size(text: str, size: float = FONT, weight: str = "normal") -> tuple[float, float]:
    """Return width and height of a text."""
    lines, font = text.split("\n"), FontProperties(weight=weight)
    paths = [TextPath((0, 0), line, size=size, prop=font) for line in lines if line]
    width = max((path.get_extents().width for path in paths), default=0)
    return WIDER * width / 72, LINE_HEIGHT * size * len(lines) / 72


class Canvas:
    """A figure whose one axes is measured in inches."""

    def __init__(self):
        self.figure = plt.figure(layout="none")
        self.ax = self.figure.add_axes((0, 0, 1, 1))
        self.ax.axis("off")
        self.obstacles: list[Box] = []  # what labels keep off: all but lines
        self.kinds: set[str] = set()  # what the legend explains
        self.maps = False  # whether the sizes of blocks mean something

    def block(self, box: Box, kind: str, gid: str, depth: Point, zorder: float = 3) -> None:
        """Draw feature maps: a block, seen from the front, slightly from the right and above."""
        (x, y, width, height), (dx, dy), color = box, depth, KINDS[kind][0]
        right, top = box.right, box.top
        side = [(right, y), (right + dx, y + dy), (right + dx, top + dy), (right, top)]
        roof = [(x, top), (x + dx, top + dy), (right + dx, top + dy), (right, top)]
        style = {"edgecolor": _mixed(color, 0.45, "black"), "linewidth": 0.8, "zorder": zorder}
        self.ax.add_patch(Polygon(side, facecolor=_mixed(color, 0.75, "black"), **style))
        self.ax.add_patch(Polygon(roof, facecolor=_mixed(color, 0.6, "white"), **style))
        self.flat(box, kind, gid, zorder, linewidth=0.8)
        self.obstacles.append(Box(x, y, width + dx, height + dy))

    def flat(
        self, box: Box, kind: str, gid: str, zorder: float = 4, corner: float = 0, **style
    ) -> None:
        """Draw a rectangle in the colour of a kind, its corners round by so many inches."""
        shape = f"round,pad=0,rounding_size={corner}" if corner else "square,pad=0"
        style = {"linewidth": 0.6, "zorder": zorder, "gid": gid} | style
        patch = FancyBboxPatch((box.x, box.y), box.width, box.height, shape, **style)
        patch.set(facecolor=KINDS[kind][0], edgecolor=_mixed(KINDS[kind][0], 0.45, "black"))
        self.ax.add_patch(patch)
        self.obstacles.append(box)
        self.kinds.add(kind)

    def circle(self, middle: Point, radius: float, sign: str, size: float, gid: str) -> None:
        """Draw a sign in a circle."""
        (x, y), style = middle, {"linewidth": 1.2, "zorder": 6, "gid": gid}
        self.ax.add_patch(Circle(middle, radius, facecolor="white", edgecolor=BLACK, **style))
        self.ax.text(x, y, sign, ha="center", va="center_baseline", fontsize=size, zorder=7)
        self.obstacles.append(Box(x - radius, y - radius, 2 * radius, 2 * radius))

    def line(self, points: list[Point], head: float = 0.08, color: str = BLACK, **style) -> None:
        """Draw an arrow along points, its corners round."""
        points = [point for index, point in enumerate(points) if point != points[index - 1]]
        style = {"linewidth": 1.2, "zorder": 2} | style
        before, tip = np.array(points[-2:])
        along = head * (tip - before) / np.hypot(*(tip - before))
        across = along[::-1] * (-0.5, 0.5)
        path = _rounded([*points[:-1], tip - 0.7 * along], 0.1)
        self.ax.add_patch(PathPatch(path, facecolor="none", edgecolor=color, **style))
        head = [tip, tip - along + across, tip - along - across]
        self.ax.add_patch(Polygon(head, facecolor=color, linewidth=0, zorder=style["zorder"]))

    def bow(self, start: Point, right: float, rise: float, gid: str) -> None:
        """Draw a bow from one place to another at its right."""
        (x, y), head = start, 0.09
        top = y + 1.33 * rise  # of the corners: the bow rises to three quarters of that
        path = Path([start, (x, top), (right, top), (right, y)], [Path.MOVETO] + 3 * [Path.CURVE4])
        style = {"facecolor": "none", "edgecolor": BLACK, "linewidth": 1.8, "zorder": 5}
        self.ax.add_patch(PathPatch(path, gid=gid, **style))
        tip = [(right, y), (right - head / 2, y + head), (right + head / 2, y + head)]
        self.ax.add_patch(Polygon(tip, facecolor=BLACK, linewidth=0, zorder=5))
        self.obstacles.append(Box(x, y, right - x, rise + 0.03))

    def text(
        self, middle: Point, text: str, size: float = FONT, weight: str = "normal", **style
    ) -> None:
        """Write a text around a place."""
        (x, y), (width, height) = middle, text_size(text, size, weight)
        if style.get("rotation"):
            width, height = height, width
        align = "center" if style.get("rotation") or "\n" in text else "center_baseline"
        style = {"ha": "center", "va": align, "zorder": 8, "linespacing": 1.15, **style}
        self.ax.text(x, y, text, fontsize=size, weight=weight, **style)
        self.obstacles.append(Box(x - width / 2, y - height / 2, width, height))

    def label(
        self, place: Point, text: str, up: bool, size: float = FONT, weight: str = "normal", **style
    ) -> float:
        """Write a text above or below a place, as far off as others need; return its far edge."""
        x, y = place
        if not text:
            return y
        text = LONG_LINE.sub(r"\1…\2", text)
        width, height = text_size(text, size, weight)
        direction, left, right = (1 if up else -1), x - width / 2 - 0.05, x + width / 2 + 0.05
        middle = y + direction * (height / 2 + 0.04)
        others = [box for box in self.obstacles if left < box.right and box.x < right]
        while any(box.y - height / 2 < middle < box.top + height / 2 for box in others):
            middle += direction * 0.02
        near, far = middle - direction * height / 2, middle + direction * height / 2
        if abs(near - y) > 0.12:
            self.ax.plot([x, x], [y, near], color=GREY, linewidth=0.7, zorder=1)
        self.text((x, middle), text, size, weight, **style)
        return far

    def finish(self, title: str | None) -> Figure:
        """Give the figure its size, and write title, legend and note around what was drawn."""
        left, right = min(box.x for box in self.obstacles), max(box.right for box in self.obstacles)
        bottom, top = min(box.y for box in self.obstacles), max(box.top for box in self.obstacles)
        bottom, top, middle = bottom - MARGIN, top + MARGIN, (left + right) / 2
        title = textwrap.fill(title or "", LONGEST_TITLE)
        wide = max(right - left, text_size(title, 15)[0], NARROWEST - 2 * MARGIN)
        if title:
            high = 0.26 * title.count("\n")
            self.text((middle, top + 0.15 + high / 2), title, 15)
            top += 0.4 + high
        legend = [kind for kind in KINDS if kind in self.kinds]
        for row in filter(None, (legend[:LONGEST_LEGEND], legend[LONGEST_LEGEND:])):
            widths = [0.5 + text_size(KINDS[kind][1])[0] for kind in row]
            wide, x = max(wide, sum(widths)), middle - sum(widths) / 2
            for kind, width in zip(row, widths):
                self.flat(Box(x + 0.1, bottom - 0.2, 0.2, 0.16), kind, f"legend {kind}")
                self.text((x + 0.36 + (width - 0.5) / 2, bottom - 0.125), KINDS[kind][1])
                x += width
            bottom -= 0.26
        if self.maps:
            self.text((middle, bottom - 0.1), NOTE, SMALL_FONT, color=GREY)
            bottom -= 0.25
        bottom, wide = bottom - 0.08, wide + 2 * MARGIN
        if top - bottom > HIGHEST:
            plt.close(self.figure)
            page = f"drawn at most {HIGHEST} inches high"
            raise refused("model", page, round(top - bottom), "draw a part with block")
        self.figure.set_size_inches(wide, top - bottom)
        self.ax.set(xlim=(middle - wide / 2, middle + wide / 2), ylim=(bottom, top))
        return self.figure


def _mixed(color: str, share: float, other: str) -> tuple[float, ...]:
    """Return a mixture of a share of a colour and the rest of another."""
    return tuple(share * a + (1 - share) * b for a, b in zip(to_rgb(color), to_rgb(other)))


def _rounded(points: list[Point], radius: float) -> Path:
    """Return a path along points whose corners are rounded off."""
    points = np.array(points)
    vertices, codes = [points[0]], [Path.MOVETO]
    for before, corner, after in zip(points, points[1:], points[2:]):
        arms = (before - corner, after - corner)
        vertices += [corner + min(radius / np.hypot(*arm), 0.5) * arm for arm in arms]
        vertices.insert(-1, corner)
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    return Path([*vertices, points[-1]], [*codes, Path.LINETO])
