"""What pictures of networks are drawn with: blocks, arrows and labels that find a free place.

All lengths are inches, and all letters keep their size: the figure becomes as large as what was
drawn on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import matplotlib.pyplot as plt
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from lecture_utils.plots.labels import LABELS
from lecture_utils.plots.style import BLACK, GREY, LAYER_COLORS

FONT, SMALL_FONT = 10, 9
MARGIN, LINE_HEIGHT = 0.15, 1.25
WIDER = 1.08  # letters on a screen are wider than their outlines
NARROWEST = 6.0


@lru_cache(maxsize=2000)
def text_size(text: str, size: float = FONT, weight: str = "normal") -> tuple[float, float]:
    """Return width and height of a text in inches."""
    lines = text.split("\n")
    font = FontProperties(weight=weight)
    width = max(
        TextPath((0, 0), line, size=size, prop=font).get_extents().width if line.strip() else 0
        for line in lines
    )
    return WIDER * width / 72, LINE_HEIGHT * size * len(lines) / 72


def shade(color: str, factor: float) -> tuple[float, ...]:
    """Return a colour made darker (below 1) or lighter (above 1)."""
    rgb = to_rgb(color)
    if factor <= 1:
        return tuple(factor * part for part in rgb)
    return tuple(1 - (1 - part) * (2 - factor) for part in rgb)


def ink(color: str) -> str:
    """Return black or white, whatever can be read on a colour."""
    red, green, blue = to_rgb(color)
    return BLACK if 0.3 * red + 0.6 * green + 0.1 * blue > 0.4 else "white"


def layer_color(kind: str) -> str:
    """Return the colour of a kind of layer."""
    return LAYER_COLORS.get(kind, LAYER_COLORS["other"])


class Canvas:
    """A figure whose one axes is measured in inches."""

    def __init__(self):
        self.figure = plt.figure(layout="none")
        self.ax = self.figure.add_axes((0, 0, 1, 1))
        self.ax.axis("off")
        self.obstacles: list[tuple[float, float, float, float]] = []
        self.left = self.bottom = float("inf")
        self.right = self.top = float("-inf")

    # ------------------------------------------------------------------------------------ space

    def occupy(self, x: float, y: float, width: float, height: float) -> None:
        """Keep labels off a rectangle."""
        self.obstacles.append((x, y, x + width, y + height))
        self.left, self.right = min(self.left, x), max(self.right, x + width)
        self.bottom, self.top = min(self.bottom, y), max(self.top, y + height)

    def free(self, x: float, y: float, width: float, height: float) -> bool:
        """Whether nothing is there."""
        return all(
            x >= right or x + width <= left or y >= top or y + height <= bottom
            for left, bottom, right, top in self.obstacles
        )

    # ----------------------------------------------------------------------------------- shapes

    def block(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        color: str,
        gid: str,
        depth: tuple[float, float],
        z: float = 3,
    ) -> None:
        """Draw feature maps: a block, seen from the front, slightly from the right and above."""
        dx, dy = depth
        right, top = x + width, y + height
        side = [(right, y), (right + dx, y + dy), (right + dx, top + dy), (right, top)]
        roof = [(x, top), (x + dx, top + dy), (right + dx, top + dy), (right, top)]
        style = {"edgecolor": shade(color, 0.45), "linewidth": 0.8, "zorder": z}
        self.ax.add_patch(Polygon(side, facecolor=shade(color, 0.75), **style))
        self.ax.add_patch(Polygon(roof, facecolor=shade(color, 1.4), **style))
        front = Rectangle((x, y), width, height, facecolor=color, gid=gid, **style)
        self.ax.add_patch(front)
        self.occupy(x, y, width + dx, height + dy)

    def rectangle(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        color: str,
        gid: str = "",
        z: float = 4,
    ) -> None:
        """Draw a flat rectangle."""
        style = {"edgecolor": shade(color, 0.45), "linewidth": 0.6, "zorder": z, "gid": gid}
        self.ax.add_patch(Rectangle((x, y), width, height, facecolor=color, **style))
        self.occupy(x, y, width, height)

    def box(self, x: float, y: float, width: float, height: float, color: str, gid: str) -> None:
        """Draw a box with round corners."""
        style = f"round,pad=0,rounding_size={min(0.08, height / 3, width / 3)}"
        patch = FancyBboxPatch(
            (x, y), width, height, style, facecolor=color, edgecolor=shade(color, 0.45), zorder=4,
            linewidth=0.8, gid=gid,
        )  # fmt: skip
        self.ax.add_patch(patch)
        self.occupy(x, y, width, height)

    def circle(self, x: float, y: float, radius: float, symbol: str, size: float, gid: str) -> None:
        """Draw a sign in a circle."""
        patch = Circle(
            (x, y), radius, facecolor="white", edgecolor=BLACK, lw=1.2, zorder=6, gid=gid
        )
        self.ax.add_patch(patch)
        self.ax.text(x, y, symbol, ha="center", va="center_baseline", fontsize=size, zorder=7)
        self.occupy(x - radius, y - radius, 2 * radius, 2 * radius)

    # ------------------------------------------------------------------------------------ lines

    def line(
        self,
        points: list[tuple[float, float]],
        color: str = BLACK,
        width: float = 1.2,
        head: float = 0.08,
        z: float = 2,
        gid: str = "",
        dashed: bool = False,
    ) -> None:
        """Draw an arrow along points, its corners round."""
        points = [point for index, point in enumerate(points) if point != points[index - 1]]
        (x0, y0), (x1, y1) = points[-2:]
        length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 1e-9)
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        end = (x1 - 0.7 * head * ux, y1 - 0.7 * head * uy)
        path = _rounded([*points[:-1], end], 0.1)
        style = {"edgecolor": color, "linewidth": width, "zorder": z}
        dashes = (0, (4, 2)) if dashed else "-"
        self.ax.add_patch(PathPatch(path, facecolor="none", gid=gid, linestyle=dashes, **style))
        if head:
            back = (x1 - head * ux, y1 - head * uy)
            wings = [
                (back[0] - 0.5 * s * head * uy, back[1] + 0.5 * s * head * ux) for s in (1, -1)
            ]
            self.ax.add_patch(Polygon([(x1, y1), *wings], facecolor=color, linewidth=0, zorder=z))

    def arc(self, x0: float, x1: float, y: float, rise: float, color: str, gid: str) -> None:
        """Draw a bow from one place to another at its right."""
        corners = [(x0, y), (x0, y + 1.33 * rise), (x1, y + 1.33 * rise), (x1, y)]
        codes = [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
        self.ax.add_patch(
            PathPatch(
                Path(corners, codes), facecolor="none", edgecolor=color, lw=1.8, zorder=5, gid=gid
            )
        )
        head = 0.09
        tip = [(x1, y), (x1 - head / 2, y + head), (x1 + head / 2, y + head)]
        self.ax.add_patch(Polygon(tip, facecolor=color, linewidth=0, zorder=5))
        self.occupy(x0, y, x1 - x0, rise + 0.03)

    # ------------------------------------------------------------------------------------- text

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = FONT,
        weight: str = "normal",
        color: str = BLACK,
        rotation: float = 0,
        gid: str = "",
    ) -> None:
        """Write a text around a place."""
        width, height = text_size(text, size, weight)
        if rotation:
            width, height = height, width
        align = "center" if rotation or "\n" in text else "center_baseline"
        self.ax.text(
            x, y, text, ha="center", va=align, fontsize=size, weight=weight, color=color,
            rotation=rotation, zorder=8, linespacing=1.15, gid=gid,
        )  # fmt: skip
        self.occupy(x - width / 2, y - height / 2, width, height)

    def label(
        self,
        x: float,
        y: float,
        text: str,
        upwards: bool,
        size: float = FONT,
        weight: str = "normal",
        gid: str = "",
    ) -> float:
        """Write a text above or below a place, as far away as the other labels make it go.

        Returns:
            Where the text ends: its upper edge if it is above, its lower edge if it is below.
        """
        if not text:
            return y
        width, height = text_size(text, size, weight)
        direction = 1 if upwards else -1
        middle = y + direction * (height / 2 + 0.04)
        pad = 0.05
        while not self.free(x - width / 2 - pad, middle - height / 2, width + 2 * pad, height):
            middle += direction * 0.02
        near, far = middle - direction * height / 2, middle + direction * height / 2
        if abs(near - y) > 0.12:
            self.ax.plot([x, x], [y, near], color=GREY, linewidth=0.7, zorder=1)
        self.text(x, middle, text, size, weight, gid=gid)
        return far

    # -------------------------------------------------------------------------------------- end

    def finish(self, title: str | None, kinds: Iterable[str], note: str | None) -> Figure:
        """Give the figure its size, and write title, legend and note around what was drawn."""
        wide = max(NARROWEST, self.right - self.left + 2 * MARGIN)
        shift = (wide - (self.right - self.left)) / 2
        left = self.left - shift
        top, bottom = self.top + MARGIN, self.bottom - MARGIN
        if title:
            self.text(left + wide / 2, top + 0.15, title, 15)
            top += 0.4
        bottom = self._legend(list(dict.fromkeys(kinds)), left, wide, bottom)
        if note:
            self.text(left + wide / 2, bottom - 0.1, note, SMALL_FONT, color=GREY)
            bottom -= 0.25
        bottom -= 0.08
        self.figure.set_size_inches(wide, top - bottom)
        self.ax.set(xlim=(left, left + wide), ylim=(bottom, top))
        return self.figure

    def _legend(self, kinds: list[str], left: float, wide: float, y: float) -> float:
        """Write what the colours mean, in as many lines as it takes; return where they end."""
        kinds = [kind for kind in LAYER_COLORS if kind in kinds]
        entries = [(kind, 0.5 + text_size(LABELS[kind])[0]) for kind in kinds]
        lines, used = [[]], 0.0
        for entry in entries:
            if used + entry[1] > wide - 2 * MARGIN:
                lines.append([])
                used = 0.0
            lines[-1].append(entry)
            used += entry[1]
        for entries in lines:
            x = left + (wide - sum(width for _, width in entries)) / 2
            for kind, width in entries:
                self.rectangle(x + 0.1, y - 0.2, 0.2, 0.16, LAYER_COLORS[kind], f"legend {kind}")
                middle = x + 0.36 + text_size(LABELS[kind])[0] / 2
                self.text(middle, y - 0.125, LABELS[kind])
                x += width
            y -= 0.26
        return y


def _rounded(points: list[tuple[float, float]], radius: float) -> Path:
    """Return a path along points whose corners are rounded off."""
    vertices, codes = [points[0]], [Path.MOVETO]
    for before, corner, after in zip(points, points[1:], points[2:]):
        for other, code in ((before, Path.LINETO), (after, Path.CURVE3)):
            gap = ((other[0] - corner[0]) ** 2 + (other[1] - corner[1]) ** 2) ** 0.5
            part = min(radius / gap, 0.5) if gap else 0.0
            near = tuple(c + part * (o - c) for c, o in zip(corner, other))
            if code == Path.CURVE3:
                vertices.append(corner)
                codes.append(Path.CURVE3)
            vertices.append(near)
            codes.append(code)
    return Path([*vertices, points[-1]], [*codes, Path.LINETO])
