"""What `make bench` measures of a page, and what it compares."""

import nbformat
import numpy as np
from scipy.signal import correlate2d

from tools import bench

FIT = """import time
keras.Model.fit(None)
time.sleep(0.3)
print("done")"""


def test_a_page_is_measured_after_its_imports(tmp_path, monkeypatch):
    # A module in place of Keras, whose fits take 0.2 s: what is measured is known.
    (tmp_path / "keras.py").write_text(
        "import time\n\nclass Model:\n    def fit(self):\n        time.sleep(0.2)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    cells = [nbformat.v4.new_code_cell(text) for text in ("import keras", FIT)]
    cells[0].id = "imports"
    page = tmp_path / "01_made.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), page)
    (_, whole, fits, longest, memory), printed = bench.measure(page)
    assert 0.2 <= fits <= longest - 0.3
    assert longest <= whole
    assert 0.02 < memory < 1
    assert printed == "done\n"


def test_the_four_loops_compute_what_the_others_do():
    rng = np.random.default_rng(0)
    image, kernel = rng.random((9, 12)), rng.random((3, 5))
    assert np.allclose(bench.four_loops(image, kernel), correlate2d(image, kernel, "valid"))
