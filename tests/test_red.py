"""That nbval turns red: what is broken on purpose in the package or on a page is found."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest

from tools import check
from tools.notebooks import NOTEBOOKS, ROOT, read

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
    for folder in ("lecture_utils", "lecture_exercises", "tests"):
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
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "notebooks", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={**os.environ, "LECTURE_PROGRESS": "off"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == int(what != "nothing"), result.stdout[-3000:]
    assert ("failed" in result.stdout) == (what != "nothing")
