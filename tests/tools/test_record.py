"""Recording: the same page gives the same bytes."""

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import record
from tools.notebooks import read


@pytest.fixture
def page(tmp_path):
    """Write a notebook of the given cells and return its path."""

    def write(*sources, **metadata):
        cells = [new_code_cell(source, id=f"cell-{n}") for n, source in enumerate(sources)]
        cells[-1].metadata.update(metadata)
        path = tmp_path / "99_page.ipynb"
        nbformat.write(new_notebook(cells=[new_markdown_cell("# 99", id="title"), *cells]), path)
        return path

    return write


PICTURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.title('line')\nplt.show()"
TIMED = """
import time
from lecture_utils.reporting import report
report('seconds since 1970', time.time(), at_least=1, digits=6, timed=True)
print('end')"""


def test_recording_twice_changes_no_byte(page):
    path = page("print('hello')\nprint('again')", TIMED, PICTURE, alt=["A straight line."])
    record.record(path)
    first = path.read_bytes()
    record.record(path)
    assert path.read_bytes() == first
    cells = read(path).cells
    assert [cell.execution_count for cell in cells[1:]] == [1, 2, 3]
    assert cells[1].outputs[0].text == "hello\nagain\n"
    assert cells[3].outputs[0].metadata == {"image/png": {"alt": "A straight line."}}


def test_recording_renews_what_no_clock_measured(page):
    path = page("print('accuracy: 0.98 (at least 0.9: yes)')")
    record.record(path)
    path.write_text(path.read_text().replace("accuracy: 0.98 (at least 0.9: yes)\\n", "0.97"))
    record.record(path)
    assert read(path).cells[1].outputs[0].text == "accuracy: 0.98 (at least 0.9: yes)\n"


def test_a_timed_figure_whose_verdict_changes_is_renewed():
    old = "ratio: 3.1 times (timed, at least 3: yes)\n"
    assert record.without_timings(old) == record.without_timings(old.replace("3.1", "17.25"))
    assert record.without_timings(old) != record.without_timings(old.replace("yes", "NO"))


def test_a_page_that_fails_is_left_as_it_was(page):
    path = page("print(1)", "1 / 0")
    before = path.read_bytes()
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        record.record(path)
    assert path.read_bytes() == before
