"""Turn the stored pages into slides, build/slides/NN_name.html: `python -m tools.slides`.

A page becomes sections of pieces: a paragraph, a list's item, some lines of code, an output. How
many of them fit on a slide only a browser knows, so docs/slides/pack.js packs them there.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from string import Template

import nbformat
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from tools import plan, site_pages, web
from tools.notebooks import ROOT, notebook_paths, read, tags
from tools.pieces import code_pieces, is_explorer, output_pieces, piece

SOURCES = ROOT / "docs" / "slides"
SLIDES = web.BUILD / "slides"
LIBRARY = {
    "reveal.js/dist/reveal.js": "reveal.js",
    "reveal.js/dist/reveal.css": "reveal.css",
    "reveal.js/dist/plugin/notes.js": "notes.js",
    "mathjax-3/es5/tex-svg.js": "mathjax.js",
}
LEFT_OUT = {"setup", "badge"}  # tags; with the imports, and the list of exercises not done yet

Cell = nbformat.NotebookNode


@dataclass
class Section:
    """A heading, the pieces below it, and where they may be found."""

    heading: str  # HTML, "" for the opening
    id: str = ""
    pieces: list[str] = field(default_factory=list)
    effort: float = 0  # as tools.plan counts it

    def html(self) -> str:
        """Return the section as pack.js wants it."""
        heading = f"<h2>{self.heading}</h2>" if self.heading else ""
        inside = "\n".join(self.pieces)
        return f'<section class="source" data-id="{escape(self.id)}">{heading}\n{inside}</section>'


def markdown() -> MarkdownIt:
    """Return a renderer of Markdown that hands formulas on to MathJax."""
    renderer = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    renderer.use(dollarmath_plugin, renderer=_formula, allow_labels=False, double_inline=True)
    renderer.add_render_rule("link_open", _link)
    renderer.add_render_rule("text", _words)
    return renderer


def _formula(content: str, options: dict) -> str:
    return escape(rf"\[{content}\]" if options["display_mode"] else rf"\({content}\)")


def _words(renderer, tokens, index, options, env) -> str:
    """Keep a number and its % on one line."""
    return escape(re.sub(r"(?<=\d) (?=%)", "\u00a0", tokens[index].content), quote=False)


def _link(renderer, tokens, index, options, env) -> str:
    """Let links between pages lead to the decks' slides."""
    target = str(tokens[index].attrGet("href"))
    found = re.fullmatch(
        r"(?P<page>[\w-]+)?(?:\.ipynb)?#(?P<place>.+)|(?P<whole>\w+)\.ipynb", target
    )
    if found:
        page = found["page"] or found["whole"]
        place = f"#/{found['place']}" if found["place"] else ""
        tokens[index].attrSet("href", (f"{page}.html" if page else "") + place)
    return renderer.renderToken(tokens, index, options, env)


def blocks(renderer: MarkdownIt, source: str) -> list[tuple[str, str, str]]:
    """Return what a text consists of: the kind of each block, its source and its HTML.

    Kinds are those of markdown-it, `paragraph_open`, and `h1`, `h2`, ... for headings. A list
    gives a block for each of its items.
    """
    tokens, lines, found = renderer.parse(source), source.splitlines(), []
    for group in _split(tokens):
        start, end = next(token.map for token in group[::-1] if token.map and token.level < 2)
        kind = group[0].tag if group[0].type == "heading_open" else group[0].type
        html = renderer.renderer.render(group, renderer.options, {})
        if kind[0] == "h" and kind[1:].isdigit():
            html = re.sub(r"</?h\d>\n?", "", html)
        found.append((kind, "\n".join(lines[start:end]).strip(), html))
    return found


def _split(tokens: list[Token]) -> list[list[Token]]:
    """Cut tokens into blocks, and lists into lists of one item."""
    groups, start = [], 0
    for index, token in enumerate(tokens):
        if token.level == 0 and token.nesting < 1 and not token.type.endswith("list_close"):
            groups.append(tokens[start : index + 1])
            start = index + 1
        elif token.type == "list_item_open" and token.level == 1:
            start = index
        elif token.type == "list_item_close" and token.level == 1:
            kind = "ol" if tokens[start].info else "ul"
            number = {"start": tokens[start].info} if tokens[start].info else {}
            opened = Token("list_open", kind, 1, attrs=number, block=True)
            closed = Token("list_close", kind, -1, block=True)
            groups.append([opened, *tokens[start : index + 1], closed])
        elif token.type.endswith("list_close") and token.level == 0:
            start = index + 1
    return groups


def _exercise_name(cell: Cell) -> str:
    """Return the name of a cell's exercise, "" if it has none."""
    found = re.search(r"lecture_\d+\.(\w+)\.check", cell.source)
    return found[1] if found and "exercise" in tags(cell) else ""


def _shows_a_result(cell: Cell) -> bool:
    """Whether the text behind a cell tells what was seen in it; an explorer fills its own slide."""
    seen = cell.cell_type == "code" and bool(cell.outputs) and not _exercise_name(cell)
    return seen and not any(map(is_explorer, cell.outputs))


def _is_left_out(cell: Cell) -> bool:
    return (
        bool(LEFT_OUT & set(tags(cell)))
        or cell.metadata.get("slideshow", {}).get("slide_type") == "skip"
        or cell.id == "imports"
        or cell.source.rstrip().endswith("not_done_yet()")
    )


class Deck:
    """The slides of one page: title, plan and sections."""

    def __init__(self, page: nbformat.NotebookNode, language: str | None = None):
        self.words, self.renderer = web.words(language), markdown()
        self.sections, self.opened = [Section("")], False
        cells = [cell for cell in page.cells if not _is_left_out(cell)]
        self._open(cells[0])
        self.whole = plan.whole(cells[0].source, self.words)
        self.second = plan.second_session(page, self.words)
        for index, cell in enumerate(cells[1:], start=1):
            kind = cell.metadata.get("slideshow", {}).get("slide_type", "-")
            if kind == "notes":
                self.add(f'<aside class="notes">{self.renderer.render(cell.source)}</aside>')
            elif cell.cell_type == "markdown":
                self._text(cell, kind, cells[index - 1], self._names(cells[index + 1 :]))
            elif cell.cell_type == "code" and not self._is_placed(cell):
                self._code(cell, kind)

    def add(self, *pieces: str) -> None:
        """Add pieces to the last section."""
        self.sections[-1].pieces.extend(pieces)

    def _open(self, cell: Cell) -> None:
        """Read the title cell: the title, what it is about, and the minutes at its end."""
        (_, _, title), *rest, (_, _, self.minutes) = blocks(self.renderer, cell.source)
        self.number, self.title = re.fullmatch(r"(?:(\d+)\. )?(.*)", title, re.DOTALL).groups("")
        for kind, source, html in rest:
            name = "lead" if kind == "paragraph_open" and not source.startswith("**") else "text"
            self.add(piece(name, html, cell=cell.id, item="item" if kind == "list_open" else ""))
            self.sections[-1].effort += plan.reading(source)

    def _names(self, following: list[Cell]) -> dict[str, Cell]:
        """Return the exercises that come directly after a text, by name."""
        names = {}
        for cell in following:
            if _exercise_name(cell):
                names[_exercise_name(cell)] = cell
            elif cell.cell_type != "code" or names:
                break
        return names

    def _text(self, cell: Cell, mark: str, before: Cell, exercises: dict[str, Cell]) -> None:
        """Add a text cell, and each exercise's blank behind the text that poses it."""
        result = _shows_a_result(before)
        asked = False
        for kind, source, html in self._questions_apart(blocks(self.renderer, cell.source)):
            if kind == "h2":
                self.sections.append(Section(html, web.anchor(source.lstrip("# "))))
                mark, result, asked = "-", False, False
                continue
            self.sections[-1].effort += plan.reading(source)
            posed = [name for name in exercises if f"`{name}" in source]
            asked = (asked and kind == "list_open") or bool(posed) or self._says("exercise", source)
            name = "exercise" if asked else "guess" if self._says("guess", source) else "text"
            item = "item" if kind == "list_open" else ""
            colon = "yes" if source.endswith(":") else ""
            self.add(
                piece(name, html, cell=cell.id, mark=mark, item=item, colon=colon,
                      answer="yes" if result else "")
            )  # fmt: skip
            for name in posed:
                self._code(exercises.pop(name), "-")
            mark, result = "-", False

    def _questions_apart(self, found: list[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
        """Cut a paragraph before the sentence that asks for a guess."""
        for kind, source, html in found:
            asks = re.search(rf"\*\*({self.words['guess']})", source)
            before = source[: asks.start()] if asks else ""
            whole = not re.search(r"[.:?!)]\s+$", before) or before.count("(") > before.count(")")
            if kind != "paragraph_open" or self._says("exercise", source) or whole:
                yield kind, source, html
                continue
            for part in (before, source[len(before) :]):
                yield kind, part.strip(), self.renderer.render(part)

    def _says(self, key: str, source: str) -> bool:
        """Whether something bold in a text begins with one of some words, such as "Guess"."""
        return re.search(rf"\*\*({self.words[key]})", source) is not None

    def _is_placed(self, cell: Cell) -> bool:
        """Whether an exercise's blank already stands behind its text."""
        here = f'data-cell="{escape(cell.id)}"'
        return bool(_exercise_name(cell)) and any(here in p for p in self.sections[-1].pieces)

    def _code(self, cell: Cell, mark: str) -> None:
        exercise = "exercise" in tags(cell)
        self.sections[-1].effort += plan.trying(cell)
        self.add(*code_pieces(cell, mark, exercise))
        cell = site_pages.with_digit(cell, self.words)
        if not exercise:
            self.add(*output_pieces(cell, self.words, self.renderer.render))

    def sessions(self) -> list[list[Section]]:
        """Return the sections that have a heading, of the first session and of the second."""
        headed = [section for section in self.sections if section.heading]
        begins = web.anchor(f"{self.second}. " if self.second.isdigit() else self.second)
        starts = [i for i, section in enumerate(headed) if section.id.startswith(begins)]
        cut = starts[0] if begins and starts else 0
        return [headed[:cut], headed[cut:]] if cut else [headed]

    def plan(self) -> str:
        """Return the list of sections: each a link to its first slide, and about how long it takes.

        Sessions are equally long; what lies before the first heading belongs to it, and further
        reading takes none of the time.
        """
        sessions, rows = self.sessions(), []
        for number, headed in enumerate(sessions):
            read_later = web.anchor(self.words["further_reading"])
            efforts = [0 if section.id == read_later else section.effort for section in headed]
            if number == 0 and efforts:
                efforts[0] += self.sections[0].effort
            elif number:
                rows.append(f'<li class="session">{escape(self.words["second_session"])}</li>')
            for section, minutes in zip(headed, plan.shares(efforts, self.whole // len(sessions))):
                time = self.words["row_minutes"].format(minutes) if minutes else ""
                link = f'<a href="#/{escape(section.id)}">{section.heading}</a>'
                rows.append(f"<li>{link}<span>{escape(time)}</span></li>")
        return f'<ol class="plan">{"".join(rows)}</ol>'

    def _label(self) -> str:
        return self.words["plan_minutes"].format(self.whole) if self.whole else self.words["plan"]

    def html(self, template: str) -> str:
        """Return the whole deck."""
        words = {key: escape(text) for key, text in self.words.items()}
        return Template(template).substitute(
            words,
            number=self.number,
            title=self.title,
            name=escape(re.sub("<[^>]*>", "", self.title)),
            plan_list=self.plan(),
            plan_label=escape(self._label()),
            minutes=self.minutes,
            sections="\n".join(section.html() for section in self.sections),
            all_words=json.dumps(self.words, ensure_ascii=False).replace("<", "\\u003c"),
        )


def copy_library(folder: Path) -> None:
    """Put what all decks share beside them: reveal.js, MathJax, fonts, the decks' own files."""
    shutil.rmtree(folder, ignore_errors=True)
    web.copy_fonts(folder, "wdth")
    for source, target in LIBRARY.items():
        shutil.copy(web.NODE_MODULES / source, folder / target)
    for name in ("deck.css", "pack.js"):
        shutil.copy(SOURCES / name, folder / name)


def build(paths: list[Path], folder: Path = SLIDES, language: str | None = None) -> list[Path]:
    """Write a deck for each page, and the list of all decks; return the decks' paths."""
    words, rows, decks = web.words(language), [], []
    template = (SOURCES / "deck.html").read_text(encoding="utf-8")
    copy_library(folder / "lib")
    for path in paths:
        deck = Deck(read(path), language)
        decks.append(folder / f"{path.stem}.html")
        decks[-1].write_text(deck.html(template), encoding="utf-8")
        rows.append(
            f'<li><a href="{path.stem}.html"><b>{deck.number}</b><span>{deck.title}</span></a></li>'
        )
    index = Template((SOURCES / "index.html").read_text(encoding="utf-8"))
    text = index.substitute({key: escape(text) for key, text in words.items()}, decks="".join(rows))
    (folder / "index.html").write_text(text, encoding="utf-8")
    return decks


def main() -> None:
    """Build all decks."""
    web.set_up()
    start = time.perf_counter()
    decks = build(notebook_paths())
    megabytes = sum(file.stat().st_size for file in SLIDES.rglob("*") if file.is_file()) / 1e6
    seconds = time.perf_counter() - start
    print(
        f"{len(decks)} decks, {megabytes:.0f} MB, in {seconds:.1f} s: "
        f"open {(SLIDES / 'index.html').relative_to(ROOT)}"
    )


if __name__ == "__main__":
    main()
