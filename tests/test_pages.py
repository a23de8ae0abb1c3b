"""What nbval cannot check of the pages: their form, and that they run anywhere, and twice."""

import copy
import re
import shutil
import stat
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tools import check
from tools.notebooks import ROOT, notebook_paths, read, tags

PAGES = [pytest.param(path, id=path.stem) for path in notebook_paths()]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_the_form_of_a_lecture(path):
    assert check.problems(path) == []


def test_at_least_95_percent_of_the_cells_are_compared():
    cells = [
        (path.stem, cell.id) for path in notebook_paths() for cell in check.code_cells(read(path))
    ]
    assert set(check.NOT_COMPARED) <= set(cells)
    assert len(check.NOT_COMPARED) <= 0.05 * len(cells)


# That the checks of the form can fail.


def spoiled(tmp_path, change):
    """Write a copy of the first page after a change, and return what is wrong with it."""
    path = notebook_paths()[0]
    notebook = read(path)
    change(notebook)
    nbformat.write(notebook, tmp_path / path.name)
    return " ".join(check.problems(tmp_path / path.name))


def first(notebook, condition):
    return next(cell for cell in notebook.cells if condition(cell))


def has_picture(cell):
    return any("image/png" in output.get("data", {}) for output in cell.get("outputs", []))


def forget_to_record(notebook):
    cell = check.code_cells(notebook)[3]
    cell.outputs, cell.execution_count = [], None


def forget_alternative_text(notebook):
    for output in first(notebook, has_picture).outputs:
        output.metadata = {}


def skip_a_cell(notebook):
    check.code_cells(notebook)[3].metadata["tags"] = ["nbval-skip"]


def miscount_parameters(notebook):
    cell = first(notebook, lambda cell: cell.cell_type == "markdown" and "407,050" in cell.source)
    cell.source = cell.source.replace("407,050", "407,500")


def write_to_stderr(notebook):
    check.code_cells(notebook)[3].outputs.append(
        nbformat.v4.new_output("stream", name="stderr", text="Warning")
    )


def draw_too_large(notebook):
    first(notebook, has_picture).outputs[0].data["image/png"] = "A" * 300_000


def change_the_set_up(notebook):
    first(notebook, lambda cell: "setup" in tags(cell)).source += "\n!pip install keras"


def lengthen_a_cell(notebook):
    check.code_cells(notebook)[3].source += "\npass" * 25


def forget_slides(notebook):
    del notebook.cells[4].metadata["slideshow"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (forget_to_record, "not recorded from top to bottom"),
        (forget_alternative_text, "no alternative text"),
        (skip_a_cell, "NOT_COMPARED gives no reason"),
        (miscount_parameters, "says 407,500, which the page does not compute"),
        (write_to_stderr, "wrote to stderr"),
        (draw_too_large, "has 225 kB"),
        (change_the_set_up, "setup cell is missing or not as stamped"),
        (lengthen_a_cell, "a code cell of 2"),
        (forget_slides, "no slideshow metadata"),
    ],
)
def test_what_is_wrong_with_a_page_is_found(tmp_path, change, problem):
    assert problem in spoiled(tmp_path, change)


# That the pages run: with every exercise solved, offline, in a copy of the course that cannot be
# written, in a folder that is not their own, and twice in one kernel. Training is cut short here:
# whether its results are true is for nbval, which runs the pages as they are.

OFFLINE_AND_SHORT = """
import socket
from lecture_utils.backend import keras

def no_network(*arguments, **options):
    raise OSError("there is no network in this test")

socket.create_connection = socket.getaddrinfo = no_network
whole_fit = keras.Model.fit

def short_fit(self, *arguments, **options):
    return whole_fit(self, *arguments, **{**options, "steps_per_epoch": 3})

keras.Model.fit = short_fit
"""


@pytest.fixture(scope="module")
def read_only_course(tmp_path_factory):
    course = tmp_path_factory.mktemp("clone") / "course"
    for folder in ("lecture_utils", "data"):
        shutil.copytree(
            ROOT / folder, course / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    (course / "elsewhere").mkdir()
    everything = [course, *course.rglob("*")]
    for path in everything:
        path.chmod(stat.S_IREAD | (stat.S_IEXEC if path.is_dir() else 0))
    yield course
    for path in everything:
        path.chmod(stat.S_IRWXU)


def files(folder):
    # Root may write anywhere, so look at what is there as well.
    return {path for path in folder.rglob("*") if "__pycache__" not in path.parts}


def solved(notebook):
    """Return the code cells of a page, its exercises solved."""
    lecture_cells = []
    for cell in check.code_cells(copy.deepcopy(notebook)):
        if "exercise" in tags(cell):
            check_line = re.search(r"^lecture_\d\d\.(\w+)\.check\(.*\)$", cell.source, re.MULTILINE)
            lecture = check_line[0][:10]
            module = __import__(f"lecture_utils.exercises.{lecture}", fromlist=["x"])
            cell.source = f"{getattr(module, check_line[1]).answer}\n\n{check_line[0]}"
        lecture_cells.append(cell)
    return lecture_cells


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_anywhere_and_twice_and_its_solutions_are_right(
    path, read_only_course, monkeypatch
):
    before = files(read_only_course)
    notebook = read(path)
    harness = nbformat.v4.new_code_cell(OFFLINE_AND_SHORT)
    twice = [*solved(notebook), *solved(notebook)]
    for number, cell in enumerate(twice):
        cell.id = f"run-{number}"
    notebook.cells = [harness, *twice]
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(read_only_course / "elsewhere")}},
    )
    client.execute()
    exercises = [cell for cell in twice if "exercise" in tags(cell)]
    for cell in exercises:
        text = "".join(output.get("text", "") for output in cell.outputs)
        assert "✓ Right" in text, f"{cell.source}\n{text}"
    assert len(exercises) >= 8
    assert files(read_only_course) == before


def test_the_readmes_table_lists_every_lecture():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in notebook_paths():
        title = re.match(r"# (\d+)\. (.*)", read(path).cells[0].source)
        assert f"notebooks/{path.name}" in text
        assert title[2] in text


def test_pages_do_not_speak_of_where_they_were_made():
    for path in [*notebook_paths(), *ROOT.glob("*.md"), *(ROOT / "lecture_utils").rglob("*.py")]:
        text = Path(path).read_text(encoding="utf-8")
        assert not re.search(r"/root/|/work/|/tmp/author|/home/\w", text), path
