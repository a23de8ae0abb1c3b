"""The pages that the site adds to the course's own: the front page, glossary, bibliography, API.

Each is written from what the repository has already: the lectures, the README, data/glossary.csv,
the package's files.
"""

from __future__ import annotations

import ast
import base64
import html
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import nbformat
import numpy as np
from nbformat.v4 import new_output
from PIL import Image, ImageOps

from lecture_utils import datasets
from tools import plan, web
from tools.notebooks import ROOT, notebook_paths, read, tags

PACKAGE = ROOT / "lecture_utils"
CARD_TAG, DIGIT_TAG = "card", "digit"
# What Keras calls in a layer, not its reader.
KERAS_CALLS = "anatomy, build, call, compute_output_shape, convolution_op, get_config"
LINK = re.compile(r"\[(?P<title>[^\]]+)\]\((?P<url>https?://[^)\s]+)\)")
README_ROW = re.compile(
    r"^\| *\d+ *\| *\[[^\]]+\]\(notebooks/(?P<stem>\w+)\.ipynb\) *\| *(?P<what>.*?) *\| *"
    r"(?P<seconds>[^|]*?) *\|",
    re.MULTILINE,
)
MOVED = {"papers.nips.cc": "proceedings.neurips.cc"}  # two addresses of the same papers


class Lecture(NamedTuple):
    """What the front page says of a lecture."""

    stem: str
    title: str
    minutes: int
    what: str
    seconds: str


def reading(words: dict[str, str]) -> re.Pattern:
    """Return what finds the heading of further reading in a page's text."""
    return re.compile(rf"^## {re.escape(words['further_reading'])}$", re.MULTILINE)


def lectures(words: dict[str, str]) -> list[Lecture]:
    """Return the lectures in their order; a page without a row in the README lacks two entries."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = {row["stem"]: row for row in README_ROW.finditer(text)}
    found = []
    for path in notebook_paths():
        opening = read(path).cells[0].source
        title = re.match(r"# \d+\. (.+)", opening)[1]
        minutes = plan.whole(opening, words)
        row = rows.get(path.stem, {"what": "", "seconds": ""})
        seconds = row["seconds"].partition(" ")[0]
        found.append(Lecture(path.stem, title, minutes, row["what"], seconds))
    return found


def front_page(words: dict[str, str]) -> str:
    """Return the front page: what the course is, how it is run, its lectures, all other pages."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    opening = readme.partition("\n## ")[0].partition("\n")[2].strip()
    lead, _, readers = opening.partition("\n\n")
    commands = re.search(r"^## .*\n+(.*?)^<details>", readme, re.MULTILINE | re.DOTALL)
    courses = lectures(words)
    buttons = (
        f'<a class="hero-button" href="notebooks/{courses[0].stem}.html">{words["begin"]}</a>\n'
        f'<a class="hero-button hero-second" href="#how-to-run">{words["run"]}</a>'
    )
    buttons += f'\n<a class="hero-button hero-second" href="digit.html">{words["digit"]}</a>'
    cards = "\n".join(card(lecture, words) for lecture in courses)
    return (
        "---\nhtml_theme.sidebar_secondary.remove: true\n---\n\n"
        f"# {words['course']}\n\n:::{{container}} hero\n{lead}\n\n"
        f'<p class="hero-buttons">\n{buttons}\n</p>\n:::\n\n{readers}\n\n'
        f'## {words["lectures"]}\n\n<div class="cards">\n{cards}\n</div>\n\n'
        f"(how-to-run)=\n## {words['how_to_run']}\n\n{commands[1]}\n\n" + contents(words, courses)
    )


def card(lecture: Lecture, words: dict[str, str]) -> str:
    """Return a lecture's card on the front page."""
    times = [
        words[word].format(value)
        for word, value in (("read_minutes", lecture.minutes), ("run_seconds", lecture.seconds))
        if value
    ]
    return (
        f'<a class="card" href="notebooks/{lecture.stem}.html">'
        f'<img src="_static/cards/{lecture.stem}.webp" alt="" loading="lazy">'
        f'<span class="card-number">{int(lecture.stem[:2])}</span>'
        f'<span class="card-title">{html.escape(lecture.title)}</span>'
        f'<span class="card-what">{html.escape(lecture.what.replace("`", ""))}</span>'
        f'<span class="card-times">{" · ".join(times)}</span></a>'
    )


def contents(words: dict[str, str], courses: list[Lecture]) -> str:
    """Return the tables of contents, which are seen in the sidebar."""
    documents = sorted(path.stem for path in (ROOT / "docs").glob("*.md"))
    others = sorted(path.stem for path in ROOT.glob("*.md") if path.stem != "README")
    parts = {
        "lectures": [f"notebooks/{lecture.stem}" for lecture in courses],
        "reference": ["digit", "glossary", "bibliography", *(f"docs/{stem}" for stem in documents)],
        "package": ["api/index", "lecture_utils/README", "lecture_utils/plots/network/README"],
        "about": [f"{words['about']} <README>", *others, "data/README", "deploy/jupyterhub/README"],
    }
    return "\n".join(
        "```{toctree}\n:hidden:\n:caption: " + "\n".join([words[part], "", *pages]) + "\n```\n"
        for part, pages in parts.items()
    )


def card_picture(path: Path, size: tuple[int, int] = (480, 270)) -> bytes:
    """Return the picture for a lecture's card as WebP.

    It is that of the cell with the tag `card`, or else the richest of the page's landscape ones.
    """
    cells = read(path).cells
    pictures = [
        Image.open(io.BytesIO(base64.b64decode(output["data"]["image/png"]))).convert("RGB")
        for cell in [cell for cell in cells if CARD_TAG in tags(cell)] or cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    landscape = [each for each in pictures if 1.2 < each.width / each.height < 2.4] or pictures
    sheets = [_sheet(each, size) for each in landscape] or [Image.new("RGB", size, "white")]
    file = io.BytesIO()
    max(sheets, key=_richness).save(file, "WEBP", quality=80)
    return file.getvalue()


def _sheet(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return a picture in the middle of a white sheet."""
    sheet = Image.new("RGB", size, "white")
    small = ImageOps.contain(picture, size)
    sheet.paste(small, ((size[0] - small.width) // 2, (size[1] - small.height) // 2))
    return sheet


def _richness(sheet: Image.Image) -> float:
    """Return how much is seen on a card: how much of it is inked, how colourful, how detailed."""
    small = np.asarray(sheet.reduce(3)) / 255
    inked, colour = small.min(axis=2) < 0.95, np.ptp(small, axis=2)
    detail = sum(np.abs(np.diff(small.mean(axis=2), axis=axis)).mean() for axis in (0, 1))
    return inked.mean() * (0.1 + colour.mean()) * (0.05 + detail)


def digit(words: dict[str, str]) -> str:
    """Return the page to draw a digit on, which the trained convnet reads in the browser."""
    figure = canvas(words)
    stem = next(path.stem for path in notebook_paths() if path.name.startswith("05"))
    intro = words["digit_intro"].format(f"notebooks/{stem}.ipynb")
    return f"# {words['digit']}\n\n{intro}\n\n```````{{raw}} html\n{figure}\n```````\n"


def with_digit(cell: nbformat.NotebookNode, words: dict[str, str]) -> nbformat.NotebookNode:
    """Return a cell, with that canvas for its output if it shows one of a notebook."""
    if DIGIT_TAG not in tags(cell):
        return cell
    outputs = [new_output("display_data", {"text/html": canvas(words)})]
    return nbformat.from_dict(cell | {"outputs": outputs})


def canvas(words: dict[str, str]) -> str:
    """Return a canvas that asks the trained convnet in the browser, as HTML."""
    from tools.digit import drawn_digit  # it loads Keras

    return drawn_digit(words["digit_alt"]).html


def glossary(words: dict[str, str]) -> str:
    """Return the glossary: each term with its words in other languages, and a link to a lecture."""
    stems = {path.name[:2]: path.stem for path in notebook_paths()}
    rows = datasets.glossary()
    languages = [name for name in rows[0] if name not in ("term", "lecture", "definition")]
    parts = [f"# {words['glossary']}\n\n{words['glossary_intro']}\n\n````{{glossary}}"]
    for row in rows:
        others = " · ".join(
            f'<bdi lang="{language}">{row[language]}</bdi>' for language in languages
        )
        numbers = [part.strip() for part in re.split(r"[,;]", row["lecture"])]
        places = ", ".join(
            f"[{words['lecture']} {int(number)}](notebooks/{stems[number]}.ipynb)"
            for number in numbers
            if number in stems
        )
        parts.append(f"{row['term']}\n  {row['definition']} {places}\n\n  {others}\n")
    return "\n".join([*parts, "````\n"])


def bibliography(words: dict[str, str]) -> str:
    """Return the bibliography: each work that a page names once, with the lectures that do."""
    works: dict[str, tuple[str, list[str]]] = {}
    for path in notebook_paths():
        for work in named_works(read(path), words):
            link = LINK.search(work)
            key = link["url"] if link else work.partition(words["which"])[0]
            for old, new in MOVED.items():
                key = key.replace(old, new)
            longest, stems = works.get(key, ("", []))
            works[key] = (max(longest, work, key=len), [*stems, path.stem])
    place = web.anchor(words["further_reading"])
    lines = [f"# {words['bibliography']}\n\n{words['bibliography_intro']}\n"]
    for work, stems in sorted(works.values(), key=lambda entry: entry[0].casefold()):
        places = ", ".join(f"[{int(stem[:2])}](notebooks/{stem}.ipynb#{place})" for stem in stems)
        named = words["named_in"] if len(stems) == 1 else words["named_in_several"]
        lines.append(f"- {work.rstrip('.')}. {named.format(places)}")
    return "\n".join(lines) + "\n"


def named_works(notebook: nbformat.NotebookNode, words: dict[str, str]) -> Iterator[str]:
    """Yield the works of a page's further reading, each with its authors, link and year."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    named = "".join(reading(words).split(text)[1:])
    for item in re.findall(r"^[-*] (.+)$", named, re.MULTILINE):
        parts = item.split("; ") if len(LINK.findall(item)) > 1 else [item]
        yield from (part for part in parts if ".ipynb" not in part)


def api_pages(words: dict[str, str], guide: str) -> dict[str, str]:
    """Return the pages on the package by their place: an index, and one for each module.

    Args:
        words: of the pages' language.
        guide: where the reading guide is, seen from these pages.
    """
    modules = sorted(
        path.parent if path.name == "__init__.py" else path
        for path in [*PACKAGE.glob("*.py"), *PACKAGE.glob("*/__init__.py")]
        if path.parent != PACKAGE or path.name != "__init__.py"
    )
    rows = "\n".join(
        f"| [`{path.stem}`]({path.stem}.md) | {_first_line(path)} |" for path in modules
    )
    toctree = "\n".join(path.stem for path in modules)
    index = (
        f"# {words['api']}\n\n{words['api_intro'].format(guide)}\n\n"
        f"| {words['module']} | {words['holds']} |\n|---|---|\n{rows}\n\n"
        f"```{{toctree}}\n:hidden:\n{toctree}\n```\n"
    )
    return {"index": index} | {path.stem: module_page(path) for path in modules}


def module_page(path: Path) -> str:
    """Return the page on a module: its docstring and all that it offers, file by file."""
    name = dotted(path)
    parts = [f"# {name}\n", directive("automodule", name)]
    if path.is_file():
        return "\n".join([*parts, *members(path)])
    files = sorted(
        (file for file in path.rglob("*.py") if file.name != "__init__.py"),
        key=lambda file: (file.parent, file.name.startswith("_"), file.name),
    )
    for file in files:
        offered = ", ".join(exported(path / "__init__.py", dotted(file)))
        parts.append(f"## {file.relative_to(path.parent).as_posix()}\n")
        parts.append(directive("automodule", dotted(file)))
        if offered:
            parts.append(f"```python\nfrom {name} import {offered}\n```\n")
        parts += members(file)
    return "\n".join(parts)


def directive(kind: str, name: str) -> str:
    """Return one of autodoc's directives on a page of Markdown."""
    options = ""
    if kind == "autoclass":
        options = f"   :members:\n   :exclude-members: {KERAS_CALLS}\n"
    return f"```{{eval-rst}}\n.. {kind}:: {name}\n{options}```\n"


def dotted(path: Path) -> str:
    """Return the name by which a file or folder of the package is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def exported(path: Path, module: str) -> list[str]:
    """Return the names that a package's `__init__.py` takes from one of its modules."""
    return [
        alias.name
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if module in (node.module, f"{node.module}.{alias.name}")
    ]


def members(path: Path) -> list[str]:
    """Return the directives for the public functions and classes of a file."""
    kinds = {ast.FunctionDef: "autofunction", ast.ClassDef: "autoclass"}
    return [
        directive(kinds[type(node)], f"{dotted(path)}.{node.name}")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if type(node) in kinds and not node.name.startswith("_") and ast.get_docstring(node)
    ]


def _first_line(path: Path) -> str:
    file = path / "__init__.py" if path.is_dir() else path
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return " ".join(docstring.partition("\n\n")[0].split()).replace("|", "\\|")
