"""The pieces that slides are packed of: code, printed texts, pictures, players, explorers."""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Callable
from html import escape

import nbformat
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

LONGEST = 20  # lines of code or of a printed text in one piece
NARROW = 46  # characters a line, of a text that is printed in two columns
EXPLORER = 'class="lecture-explorer'
WAITING = "text/explorer"  # a script that pack.js starts, once its figure has its place
CONTROLS = 76  # pixels, the height of a player's buttons

PICTURE = re.compile(r'<img[^>]*src="data:image/png;base64,([^"]+)"')


def piece(kind: str, html: str, **data: object) -> str:
    """Return a piece of a kind, with what pack.js must know of it."""
    known = "".join(f' data-{key}="{escape(str(data[key]))}"' for key in data if data[key] != "")
    return f'<div class="piece {kind}" data-kind="{kind}"{known}>{html}</div>'


def columns(lines: list[str]) -> int:
    """Return the characters of the longest line."""
    return max(map(len, lines), default=0)


def code_pieces(cell: nbformat.NotebookNode, mark: str, exercise: bool) -> list[str]:
    """Return a cell's code, cut at its empty lines, and between lines where it is long."""
    source = cell.source.strip("\n")
    if exercise:
        source = source.replace("\n\n\n", "\n\n")
    html = highlight(source, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)).split("\n")
    pieces, kind = [], "code exercise" if exercise else "code"
    for start, end in [(0, len(html))] if exercise else chunks(source.splitlines()):
        inside = "\n".join(html[start:end]).rstrip("\n")
        pieces.append(
            piece(kind, f"<pre><code>{inside}</code></pre>", cell=cell.id, mark=mark,
                  columns=columns(source.splitlines()))
        )  # fmt: skip
        mark = "-"
    return pieces


def chunks(lines: list[str]) -> list[tuple[int, int]]:
    """Return where to cut lines: before a line that follows an empty one, and before the longest.

    An empty line belongs to the lines before it.
    """
    cuts = [0]
    for number in range(1, len(lines)):
        after_empty = not lines[number - 1].strip() and lines[number].strip()
        if (after_empty and lines[number][0] != " ") or number - cuts[-1] == LONGEST:
            cuts.append(number)
    return list(zip(cuts, [*cuts[1:], len(lines)]))


def output_pieces(
    cell: nbformat.NotebookNode, words: dict[str, str], markdown: Callable[[str], str]
) -> list[str]:
    """Return what a cell printed and drew."""
    pieces = []
    for output in cell.outputs:
        data = output.get("data", {})
        if output.output_type == "stream":
            pieces += _printed(output.text, cell.id, words)
        elif "image/png" in data:
            alt = output.metadata.get("image/png", {}).get("alt", "")
            pieces.append(_picture(data["image/png"], alt, cell.id))
        elif "text/html" in data:
            pieces.append(_page(data["text/html"], cell.id))
        elif "text/markdown" in data:
            pieces.append(piece("result", markdown(data["text/markdown"]), cell=cell.id))
        elif "text/plain" in data:
            pieces += _printed(data["text/plain"], cell.id, words)
    return pieces


def is_explorer(output: nbformat.NotebookNode) -> bool:
    """Whether an output is a figure that answers to the hand."""
    return EXPLORER in output.get("data", {}).get("text/html", "")


def _printed(text: str, cell: str, words: dict[str, str]) -> list[str]:
    lines = text.rstrip("\n").splitlines()
    if len(lines) > LONGEST and columns(lines) <= NARROW:
        html = f'<pre class="two">{escape(text.rstrip())}</pre>'
        return [piece("result", html, cell=cell, columns=2 * columns(lines) + 4)]
    starts = [0, *(n + 1 for n, line in enumerate(lines) if not line.strip())]
    pieces = []
    for start, end in zip(starts, [*starts[1:], len(lines)]):
        part = lines[start:end]
        if part and not part[-1].strip():
            part = part[:-1]
        html = escape("\n".join(part))
        if len(part) > LONGEST + 2:
            left = words["lines_left_out"].replace("{}", str(len(part) - LONGEST + 2))
            cut = [escape("\n".join(part[: LONGEST - 6])), escape("\n".join(part[-4:]))]
            html = f'<span class="cut">⋮ {escape(left)}</span>'.join([cut[0] + "\n", "\n" + cut[1]])
        pieces.append(piece("result", f"<pre>{html}</pre>", cell=cell, columns=columns(lines)))
    return pieces


def size(png: str) -> tuple[int, int]:
    """Return the width and height of a picture in base64."""
    return struct.unpack(">II", base64.b64decode(png[:64])[16:24])


def _picture(png: str, alt: str, cell: str) -> str:
    width, height = size(png)
    html = f'<img src="data:image/png;base64,{png.strip()}" alt="{escape(alt)}">'
    return piece("figure", html, cell=cell, width=width, height=height)


def _page(html: str, cell: str) -> str:
    """Return a stored HTML output; the sizes of letters in it are the slide's matter."""
    found = PICTURE.search(html)
    if found and "lecture-player" in html:
        width, height = size(found[1])
        return piece("figure player", html, cell=cell, width=width, height=height, extra=CONTROLS)
    if EXPLORER in html:
        waiting = html.replace("<script>", f'<script type="{WAITING}">')
        return piece("result explorer", waiting, cell=cell)
    return piece("result page", re.sub(r"font-size:\s*[^;\"]+;?", "", html), cell=cell)
