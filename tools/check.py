"""Check what pages and packages must be, without running them: `python -m tools.check`.

The form of the pages is checked here, the budgets of lines in `tools.budgets`, the lengths in the
reading guide in `tools.guide`.
"""

from __future__ import annotations

import re
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat

from tools import budgets, guide, stamp, web
from tools.notebooks import notebook_paths, read, tags
from tools.record import KERNEL

LONGEST_CELL = 20  # lines
WORDS_PER_CODE_CELL = (40, 70)
CELLS = (35, 66)
LARGEST_NOTEBOOK = 1_500_000  # bytes
LARGEST_FIGURE = 150_000  # bytes
LEAST_COMPARED = 0.95
SHORTEST_ALT = 30  # characters

# Cells that nbval does not compare, each with the reason; the tests hold the pages to this list.
NOT_COMPARED: dict[tuple[str, str], str] = {}

GROUPED = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,])")


def problems(path: Path) -> list[str]:
    """Return what is wrong with a page, a sentence a problem; an empty list if nothing is."""
    notebook = read(path)
    checks = (
        _recorded, _shape, _metadata, _pictures, stamped, _compared, _opening, _computed_numbers,
        _sections, _guesses, _exercises,
    )  # fmt: skip
    found = [problem for check in checks for problem in check(notebook, path)]
    if path.stat().st_size > LARGEST_NOTEBOOK:
        found.append(f"the file has {path.stat().st_size / 1e6:.1f} MB")
    return found


def code_cells(notebook: nbformat.NotebookNode) -> list:
    """Return the code cells of a notebook."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _recorded(notebook, path):
    cells = code_cells(notebook)
    if [cell.execution_count for cell in cells] != list(range(1, len(cells) + 1)):
        yield "not recorded from top to bottom: run `make record`"
    for cell in cells:
        for output in cell.outputs:
            if output.output_type == "error":
                yield f"cell {cell.id} stopped with {output.ename}"
            if output.get("name") == "stderr":
                yield f"cell {cell.id} wrote to stderr: {output.text[:80]!r}"
            if output.output_type == "execute_result":
                yield f"cell {cell.id} ends with a bare value: print it"


def _shape(notebook, path):
    cells = code_cells(notebook)
    prose = (
        c for c in notebook.cells if c.cell_type == "markdown" and stamp.BADGE_TAG not in tags(c)
    )
    words = sum(len(cell.source.split()) for cell in prose)
    lengths = [len(cell.source.splitlines()) for cell in cells]
    low, high = WORDS_PER_CODE_CELL
    if not low <= words / len(cells) <= high:
        yield f"{words / len(cells):.0f} words a code cell, not {low} to {high}"
    if max(lengths) > LONGEST_CELL:
        yield f"a code cell of {max(lengths)} lines"
    if statistics.median(lengths) > 7:
        yield f"code cells have a median of {statistics.median(lengths)} lines"
    if not CELLS[0] <= len(notebook.cells) <= CELLS[1]:
        yield f"{len(notebook.cells)} cells, not {CELLS[0]} to {CELLS[1]}"


def _metadata(notebook, path):
    if notebook.metadata.get("kernelspec") != KERNEL:
        yield "the kernel is not the plain Python 3 that every environment has"
    for cell in notebook.cells:
        if "slide_type" not in cell.metadata.get("slideshow", {}):
            yield f"cell {cell.id} has no slideshow metadata"


def _pictures(notebook, path):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            picture = output.get("data", {}).get("image/png")
            page = output.get("data", {}).get("text/html", "")
            if picture and len(picture) * 3 / 4 > LARGEST_FIGURE:
                yield f"the picture of cell {cell.id} has {len(picture) * 3 / 4000:.0f} kB"
            if len(page) * 3 / 4 > LARGEST_FIGURE:
                yield f"the player of cell {cell.id} has {len(page) * 3 / 4000:.0f} kB"
            if picture and len(_alt(output)) < SHORTEST_ALT:
                yield f"a picture of cell {cell.id} has no alternative text"
            if "<img" in page and not re.search(r'<img[^>]*\salt="[^"]{30,}"', page):
                yield f"the player of cell {cell.id} has no alternative text"
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and re.search(r"!\[\]\(|<img(?![^>]*alt=)", cell.source):
            yield f"a picture in the text of cell {cell.id} has no alternative text"


def _alt(output):
    return output.metadata.get("image/png", {}).get("alt", "")


def stamped(notebook: nbformat.NotebookNode, path: Path) -> Iterator[str]:
    """Yield what is wrong with a page's set-up cell and its links."""
    address = stamp.repository()
    expected = {
        stamp.SETUP_TAG: stamp.setup_cell(address),
        stamp.BADGE_TAG: stamp.badge(address, path.name),
    }
    for tag, source in expected.items():
        if [cell.source for cell in notebook.cells if tag in tags(cell)] != [source]:
            yield f"the {tag} cell is missing or not as stamped: run `make stamp`"
    for cell in notebook.cells:
        if stamp.SETUP_TAG in tags(cell) and not stamp.FOLDED.items() <= cell.metadata.items():
            yield "the setup cell is not folded: run `make stamp`"
        if re.search(r"!\[[^\]]*\]\(https?:|<(img|script|iframe|link)[^>]*https?:", cell.source):
            yield f"cell {cell.id} shows something that lies elsewhere"


def _compared(notebook, path):
    skipped = [
        cell.id
        for cell in code_cells(notebook)
        if {"nbval-skip", "nbval-ignore-output"} & set(tags(cell))
        or re.search(r"NBVAL_(IGNORE_OUTPUT|SKIP)", cell.source)
    ]
    for cell in skipped:
        if (path.stem, cell) not in NOT_COMPARED:
            yield f"cell {cell} is not compared, and NOT_COMPARED gives no reason"
    if len(skipped) > (1 - LEAST_COMPARED) * len(code_cells(notebook)):
        yield f"{len(skipped)} cells are not compared"


def _opening(notebook, path):
    first, words = notebook.cells[0].source, web.words()
    if not re.match(rf"# {int(path.name[:2])}\. \w", first):
        yield "the first cell does not begin with the lecture's number and title"
    for key in ("able", "minutes", "builds_on"):
        if not re.search(words[key], first):
            yield f"the first cell does not say {words[key]!r}"
    text = "\n".join(cell.source for cell in notebook.cells)
    for heading in (words["key_points"], words["further_reading"]):
        if f"## {heading}" not in text:
            yield f"there is no section '## {heading}'"


def _computed_numbers(notebook, path):
    """Every large number in the prose is computed on the page, or carries its source.

    A cell that quotes a figure from a paper lists it in its metadata: `"quoted": ["1,281,167"]`.
    """
    shown = "\n".join(
        output.get("text", "") for cell in code_cells(notebook) for output in cell.outputs
    )
    computed = set(re.findall(r"\d+", re.sub(r"(?<=\d)[,_](?=\d{3})", "", shown)))
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for number in GROUPED.findall(cell.source.replace("{,}", ",")):
                quoted = cell.metadata.get("quoted", [])
                if number.replace(",", "") not in computed and number not in quoted:
                    yield f"cell {cell.id} says {number}, which the page does not compute"


def _sections(notebook, path):
    for cell in notebook.cells:
        heading = cell.cell_type == "markdown" and cell.source.startswith(("# ", "## "))
        if heading != (_mark(cell) == "slide"):
            yield f"cell {cell.id} begins with a heading or is marked `slide`, but not both"


def _mark(cell):
    return cell.metadata.get("slideshow", {}).get("slide_type")


def _guesses(notebook, path):
    """A text asks for one guess, and the next text answers it: slides hide an answer until then.

    Where no cell is left for the answer, it stands in the next heading's cell, before the heading.
    """
    guess, asked, shown = re.compile(rf"\*\*({web.words()['guess']})"), 0, False
    for cell in notebook.cells:
        if cell.cell_type == "code":
            shown = shown or bool(asked and cell.outputs and "exercise" not in tags(cell))
        elif _mark(cell) != "notes":
            if shown and cell.source.startswith("## "):
                yield f"cell {cell.id}: its heading stands before the answer to the guess above"
            asked, shown = len(guess.findall(cell.source)), False
            if asked > 1:
                yield f"cell {cell.id} asks for {asked} guesses: ask one, answer it, then the next"


def _exercises(notebook, path):
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    asked = [c for c in code_cells(notebook) if "exercise" in tags(c) and "quiz" not in c.source]
    name = web.words()["exercise"]
    numbers = re.findall(rf"\*\*{name} (\d+)\.\*\* ", text)
    if numbers != [str(number) for number in range(1, len(asked) + 1)]:
        yield f"the exercises are not **{name} 1.** to **{name} {len(asked)}.** in their order"


def main() -> None:
    """Print all problems; exit with 1 if there are any."""
    found = [f"{path.name}: {problem}" for path in notebook_paths() for problem in problems(path)]
    found += budgets.problems() + guide.problems()
    fine = [f"{len(notebook_paths())} pages checked, no problem found.", *budgets.summary()]
    print("\n".join(found or fine))
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
