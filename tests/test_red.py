"""That nbval turns red: what is broken on purpose in the package or on a page is found."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest

from tools import check
from tools.notebooks import NOTEBOOKS, ROOT, read

PACKAGE = "lecture_utils/convolution.py"

# What is broken: the page that must notice, the file or page to change, old text, new text.
BREAKS = {
    "nothing is broken": ("02_correlation_1d", PACKAGE, "", ""),
    "a flipped kernel": (
        "02_correlation_1d",
        PACKAGE,
        'np.einsum("im,m->i", windows, kernel)',
        'np.einsum("im,m->i", windows, kernel[::-1])',
    ),
    "a size off by one stride": (
        "04_padding_stride_pooling",
        PACKAGE,
        "int((size - span + before + after) // stride + 1)",
        "int((size - span + before + after) // stride)",
    ),
    "an input that is not normalised": (
        "01_dense_mnist",
        "page",
        '.astype("float32") / 255',
        '.astype("float32")',
    ),
}
# So many code cells are enough to notice, and take seconds.
CELLS = 12


@pytest.mark.parametrize("what", BREAKS)
def test_a_broken_course_turns_red(tmp_path, what):
    page, place, old, new = BREAKS[what]
    for folder in ("lecture_utils", "tests"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    (tmp_path / "data").symlink_to(ROOT / "data")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    notebook = read(NOTEBOOKS / f"{page}.ipynb")
    notebook.cells = check.code_cells(notebook)[:CELLS]
    if place == "page":
        cells = [cell for cell in notebook.cells if old in cell.source]
        assert cells
        for cell in cells:
            cell.source = cell.source.replace(old, new)
    else:
        text = (tmp_path / place).read_text(encoding="utf-8")
        assert old in text
        (tmp_path / place).write_text(text.replace(old, new) if old else text, encoding="utf-8")
    (tmp_path / "notebooks").mkdir()
    nbformat.write(notebook, tmp_path / "notebooks" / f"{page}.ipynb")
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "notebooks", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={**os.environ, "LECTURE_PROGRESS": "off"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == int(what != "nothing is broken"), result.stdout[-3000:]
    assert ("failed" in result.stdout) == (what != "nothing is broken")
