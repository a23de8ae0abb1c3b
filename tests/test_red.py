"""That pages turn red: what is broken on purpose in the package or on a page is found."""

import shutil
import subprocess
import sys
from contextlib import nullcontext
from types import SimpleNamespace

import nbformat
import pages
import pytest
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, RunningKernel

from lecture_exercises import lecture_02
from tools import check
from tools.notebooks import NOTEBOOKS, ROOT, read, tags

# What is broken: the page that must notice, the file to change (a page itself, where it is none of
# the package), old text, new text.
BREAKS = {
    "nothing": ("02_correlation_1d", "lecture_utils/convolution.py", "", ""),
    "a kernel is flipped": (
        "02_correlation_1d",
        "lecture_utils/convolution.py",
        '"im,m->i", windows, kernel)',
        '"im,m->i", windows, kernel[::-1])',
    ),
    "a size is off by one": (
        "04_padding_stride_pooling",
        "lecture_utils/sizes.py",
        "// stride + 1)",
        "// stride)",
    ),
    "an input is not normalised": (
        "01_dense_mnist",
        "notebooks/01_dense_mnist.ipynb",
        '.astype(\\"float32\\") / 255',
        '.astype(\\"float32\\")',
    ),
}
# So many code cells are enough to notice, and take seconds.
CELLS = 12


@pytest.mark.parametrize("what", BREAKS)
def test_a_broken_course_turns_red(tmp_path, what):
    page, place, old, new = BREAKS[what]
    for folder in ("lecture_utils", "lecture_exercises", "tests", "tools"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    (tmp_path / "data").symlink_to(ROOT / "data")
    (tmp_path / "notebooks").mkdir()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    notebook = read(NOTEBOOKS / f"{page}.ipynb")
    notebook.cells = check.code_cells(notebook)[:CELLS]
    nbformat.write(notebook, tmp_path / "notebooks" / f"{page}.ipynb")
    text = (tmp_path / place).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / place).write_text(text.replace(old, new) if old else text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-qx", "notebooks", "-p", "no:cacheprovider"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == int(what != "nothing"), result.stdout[-3000:]
    assert ("failed" in result.stdout) == (what != "nothing")


# What else a cell may do wrong, and what is said of it.
FAULTS = {
    "": None,
    "open('beside.txt', 'w')": "nothing is written in this test, not even",
    "import os; os.mkdir('../notebooks/beside')": "nothing is written in this test, not even",
    "import urllib.request as web; web.urlopen('http://127.0.0.1:9')": "there is no network",
    "assert 'counted' not in globals()": "AssertionError",  # it does not run twice
    "open('02_correlation_1d.ipynb').close()": "No such file",  # it runs beside the page alone
}


@pytest.fixture(scope="module")
def page():
    """The set-up of a page and its exercises, and its kernel after a first run."""
    kernel = RunningKernel(CURRENT_ENV_KERNEL_NAME, str(NOTEBOOKS), startup_timeout=180)
    code = check.code_cells(read(NOTEBOOKS / "02_correlation_1d.ipynb"))
    page = SimpleNamespace(kernel=kernel)
    page.cells = [*code[:2], *(cell for cell in code if "exercise" in tags(cell))]
    pages.Closed.runtest(SimpleNamespace(parent=page))
    pages.run(kernel, "counted = 1")
    yield page
    kernel.stop()


def run_again(page, source=""):
    cells = [*page.cells, nbformat.v4.new_code_cell(source)]
    page.nb = nbformat.v4.new_notebook(cells=cells)
    pages.Again.runtest(SimpleNamespace(parent=page))


@pytest.mark.parametrize("source", FAULTS)
def test_a_cell_that_runs_only_as_it_stands_is_found(page, source):
    says = pytest.raises(AssertionError, match=FAULTS[source]) if source else nullcontext()
    with says:
        pages.run(page.kernel, f"import os; os.chdir({str(NOTEBOOKS)!r})")
        if "beside" in source:
            pages.run(page.kernel, source)  # in the first run already
        run_again(page, source)


def test_a_solution_that_is_wrong_is_found(page, monkeypatch):
    wrong = lecture_02.output_length.source.replace("return", "return 1 +")
    monkeypatch.setattr(lecture_02, "output_length", SimpleNamespace(source=wrong))
    with pytest.raises(AssertionError, match="Not yet"):
        run_again(page)


def test_a_file_that_is_written_unheard_is_found(page, monkeypatch, tmp_path):
    monkeypatch.setattr(pages, "FOLDERS", [tmp_path])
    page.files = pages.files()
    (tmp_path / "new").touch()
    with pytest.raises(AssertionError, match=r"changed: .*new"):
        run_again(page)
