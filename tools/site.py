"""Build the site from the stored pages: `python -m tools.site`, then open build/site/index.html.

Sphinx reads a copy of the pages below build/, as they stand, and conf.py changes what is shown with
the functions of this file. Nothing is run, and nothing is fetched after the set-up.
"""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
from nbformat.v4 import new_output

from tools import site_pages, stamp, web
from tools.notebooks import ROOT, notebook_paths, tags

SOURCE = web.BUILD / "site-source"
STATIC = web.BUILD / "site-static"
OUTPUT = web.BUILD / "site"

# The course's own pages, and what they show or offer to download.
PAGES = ("*.md", "docs/*.md", "data/*.md", "deploy/*/*.md", "lecture_utils/**/*.md")
PAGES += ("notebooks/[0-9][0-9]_*.ipynb",)
BESIDE = ("docs/networks/*.png", "docs/pictures/*", "lecture_utils/**/*.html", "*.cff", "LICENSE")
MATHJAX = ("startup.js", "core.js", "input/tex.js", "output/svg.js", "a11y/assistive-mml.js")
TEXT_LINK = re.compile(r"\[(?P<text>[^\[\]]+)\]\((?P<target>[\w./-]+\.py)\)")
TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)
BOLD_OPENING = re.compile(r"\*\*(?P<title>[^*]+?)[.:]?\*\*\s*")


def copy_pages(source: Path = SOURCE) -> None:
    """Lay the course's pages and the added ones below one folder, as they lie in the course."""
    shutil.rmtree(source, ignore_errors=True)
    for pattern in (*PAGES, *BESIDE):
        for path in ROOT.glob(pattern):
            target = source / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
    words = web.words()
    added = {
        "index": site_pages.front_page(words),
        "digit": site_pages.digit(words),
        "glossary": site_pages.glossary(words),
        "bibliography": site_pages.bibliography(words),
    }
    api = site_pages.api_pages(words, "../lecture_utils/README.md")
    added |= {f"api/{name}": text for name, text in api.items()}
    (source / "api").mkdir()
    for name, text in added.items():
        (source / f"{name}.md").write_text(text, encoding="utf-8")


def copy_assets(static: Path = STATIC) -> None:
    """Lay what the pages load beside Sphinx's own: MathJax, fonts, the pictures of the cards."""
    shutil.rmtree(static, ignore_errors=True)
    modules, mathjax = web.NODE_MODULES, static / "mathjax"
    for name in MATHJAX:
        (mathjax / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(modules / "mathjax" / name, mathjax / name)
    extensions = "input/tex/extensions"
    shutil.copytree(modules / "mathjax" / extensions, mathjax / extensions)
    glyphs = modules / "@mathjax" / "mathjax-newcm-font"
    shutil.copytree(glyphs / "svg", mathjax / "fonts" / glyphs.name / "svg")
    shutil.copy2(glyphs / "svg.js", mathjax / "fonts" / glyphs.name)
    web.copy_fonts(static / "fonts", "wght")
    (static / "cards").mkdir()
    for path in notebook_paths():
        (static / "cards" / f"{path.stem}.webp").write_bytes(site_pages.card_picture(path))


def shown(notebook: nbformat.NotebookNode, words: dict[str, str]) -> nbformat.NotebookNode:
    """Change a page to what the site shows of it.

    The badge and the set-up cell go: the site has buttons, and its reader runs nothing. The
    teacher's notes become boxes that are closed at first. Further reading links the bibliography.
    """
    hidden = {stamp.SETUP_TAG, stamp.BADGE_TAG}
    notebook.cells = [cell for cell in notebook.cells if not hidden & {*tags(cell)}]
    for cell in notebook.cells:
        if cell.metadata.get("slideshow", {}).get("slide_type") == "notes":
            cell.source = box(cell.source)
        if cell.cell_type == "markdown" and site_pages.reading(words).search(cell.source):
            cell.source += f"\n\n{words['all_reading'].format('../bibliography.md')}"
        if site_pages.DIGIT_TAG in tags(cell):
            link = words["digit_link"].format("../digit.html")
            cell.outputs.append(new_output("display_data", {"text/markdown": link}))
    return notebook


def box(text: str) -> str:
    """Return a teacher's note as a closed box, whose title is the bold beginning of the note."""
    opening = BOLD_OPENING.match(text)
    title, rest = (opening["title"], text[opening.end() :]) if opening else ("…", text)
    return f"::::::{{admonition}} {title}\n:collapsible: closed\n\n{rest}\n::::::"


def page_text(text: str, page: Path) -> str:
    """Return the text of one of the course's Markdown pages as the site shows it.

    A column of links to Colab goes, which are buttons of the pages; a link to a file of the package
    leads to its source in the site.

    Args:
        text: of the page.
        page: its path, seen from the course's folder.
    """

    def source(found: re.Match) -> str:
        file = (ROOT / page.parent / found["target"]).resolve()
        if not file.is_relative_to(site_pages.PACKAGE) or not file.exists():
            return found[0]
        module = site_pages.dotted(file).replace(".", "/")
        up = "../" * (len(page.parts) - 1)
        return f'<a href="{up}_modules/{module}.html">{found["text"]}</a>'

    text = TABLE.sub(lambda table: without_badges(table[0]), text)
    return TEXT_LINK.sub(source, text)


def without_badges(table: str) -> str:
    """Return a table without its last column, if that holds links to Colab."""
    if not stamp.readme_badge().search(table):
        return table
    return re.sub(r"[^|\n]*\|[ \t]*$", "", table, flags=re.MULTILINE)


def name_direction(folder: Path, direction: str) -> None:
    """Begin each page with its direction of writing, which neither Sphinx nor the theme names."""
    for path in folder.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("<html ", f'<html dir="{direction}" ', 1), encoding="utf-8")


class _Addresses(HTMLParser):
    """Collects a page's links, the files that it loads, and its anchors."""

    def __init__(self) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take up what an element links and how it is called."""
        for name, value in attrs:
            if name in ("href", "src") and value and not value.startswith("data:"):
                self.links.add(value)
            elif name in ("id", "name") and value:
                self.anchors.add(value)


def broken_links(folder: Path) -> Iterator[str]:
    """Yield the links within a built site that lead nowhere; Sphinx checks those that it makes."""
    pages = {}
    for path in sorted({*folder.rglob("*.html")} - {*folder.glob("_static/**/*")}):
        pages[path] = _Addresses()
        pages[path].feed(path.read_text(encoding="utf-8"))
    for path, page in pages.items():
        for link in sorted(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            place = f"{path.relative_to(folder).as_posix()}: {link}"
            if not target.exists():
                yield f"{place} does not exist"
            elif target in pages and unquote(parts.fragment) not in pages[target].anchors | {""}:
                yield f"{place} names no place on that page"


def build() -> list[str]:
    """Build the site; return what is wrong with it."""
    from sphinx.cmd.build import main as sphinx

    copy_pages()
    copy_assets()
    shutil.rmtree(OUTPUT, ignore_errors=True)
    arguments = ["-W", "--keep-going", "-q", "-E", "-j", "auto", "-b", "html", "-c", str(web.SITE)]
    arguments += ["-d", str(web.BUILD / "site-doctrees"), str(SOURCE), str(OUTPUT)]
    if sphinx(arguments):
        return ["Sphinx warns: see above."]
    name_direction(OUTPUT, web.words()["dir"])
    return list(broken_links(OUTPUT))


def main() -> None:
    """Build the site and say where it is; exit with 1 if something is wrong with it."""
    web.set_up()
    start = time.monotonic()
    found = build()
    if found:
        sys.exit("\n".join(found))
    size = sum(path.stat().st_size for path in OUTPUT.rglob("*") if path.is_file()) / 1e6
    pages = len(list(OUTPUT.rglob("*.html")))
    place = (OUTPUT / "index.html").relative_to(ROOT)
    print(f"{place}: {pages} pages, {size:.0f} MB, built in {time.monotonic() - start:.0f} s.")


if __name__ == "__main__":
    main()
