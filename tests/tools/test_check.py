"""The form of a page: a fault of each kind is found."""

import nbformat
import pytest

from tools import check
from tools.notebooks import notebook_paths, read, tags


def fourth(page):
    return check.code_cells(page)[3]


def prose(page, text):
    return next(cell for cell in page.cells if text in cell.source)


def picture(page):
    outputs = (output for cell in check.code_cells(page) for output in cell.outputs)
    return next(output for output in outputs if "image/png" in output.get("data", {}))


def setup(page):
    return next(cell for cell in page.cells if "setup" in tags(cell))


WARNING = nbformat.v4.new_output("stream", name="stderr", text="Warning")
FAULTS = {
    "not recorded from top to bottom": lambda page: fourth(page).update(execution_count=None),
    "no alternative text": lambda page: picture(page).update(metadata={}),
    "NOT_COMPARED gives no reason": lambda page: fourth(page).metadata.update(tags=["nbval-skip"]),
    "says 407,500, which the page does not": lambda page: prose(page, "407,050").update(
        source="407,500"
    ),
    "wrote to stderr": lambda page: fourth(page).outputs.append(WARNING),
    "has 225 kB": lambda page: picture(page).data.update({"image/png": "A" * 300_000}),
    "setup cell is missing or not as stamped": lambda page: setup(page).update(source="import x"),
    "setup cell is not folded": lambda page: setup(page).metadata.pop("cellView"),
    "shows something that lies elsewhere": lambda page: prose(page, "407,050").update(
        source="407,050 ![A badge](https://example.org/badge.svg)"
    ),
    "a code cell of 25 lines": lambda page: fourth(page).update(source="pass\n" * 25),
    "has no slideshow metadata": lambda page: page.cells[4].metadata.pop("slideshow"),
    "begins with a heading or is marked `slide`, but not both": lambda page: fourth(
        page
    ).metadata.slideshow.update(slide_type="slide"),
    "asks for 2 guesses": lambda page: prose(page, "**Guess").update(
        source="**Guess:** which? **Guess:** why?"
    ),
    "its heading stands before the answer": lambda page: page.cells.remove(
        prose(page, "407,050 numbers to learn")
    ),
    "the exercises are not **Exercise 1.**": lambda page: prose(page, "**Exercise 1.**").update(
        source="Exercise: the same for any layer."
    ),
    "no section '## Key points'": lambda page: prose(page, "## Key points").update(source=""),
}


@pytest.mark.parametrize("problem", FAULTS)
def test_what_is_wrong_with_a_page_is_found(tmp_path, problem):
    path = notebook_paths()[0]
    page = read(path)
    FAULTS[problem](page)
    nbformat.write(page, tmp_path / path.name)
    assert problem in " ".join(check.problems(tmp_path / path.name))
