"""What nbval cannot check of the pages: their form, and that they run anywhere, and twice."""

import copy
import importlib
import re
import shutil
import stat

import nbformat
import pytest
from nbclient import NotebookClient

from tools import check
from tools.budgets import READ_ALOUD, python_files
from tools.notebooks import ROOT, notebook_paths, read, tags

PAGES = [pytest.param(path, id=path.stem) for path in notebook_paths()]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_the_form_of_a_lecture(path):
    assert check.problems(path) == []


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
    # For a few steps no graph is worth its making.
    self.run_eagerly = options.get("epochs", 1) < 6
    try:
        return whole_fit(self, *arguments, **{**options, "steps_per_epoch": 1})
    finally:
        self.run_eagerly = False

keras.Model.fit = short_fit
"""


@pytest.fixture(scope="module")
def read_only_course(tmp_path_factory):
    course = tmp_path_factory.mktemp("clone") / "course"
    for folder in ("lecture_utils", "lecture_exercises", "data"):
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
            module = importlib.import_module(f"lecture_exercises.{lecture}")
            cell.source = f"{getattr(module, check_line[1]).source}\n\n{check_line[0]}"
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


def test_nothing_speaks_of_where_it_was_made():
    code = [path for folder in READ_ALOUD for path in python_files(ROOT / folder)]
    for path in [*notebook_paths(), *ROOT.glob("*.md"), *ROOT.glob("*/*.md"), *code]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"/root/|/work/|/tmp/author|/home/\w", text), path
