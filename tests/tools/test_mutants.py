"""`make mutants` tells the changes that tests notice from those that they do not."""

import os
import subprocess
import sys

import pytest

from tools.notebooks import ROOT

pytest.importorskip("cosmic_ray", reason="`make slow` and `make mutants` install it")

MODULE = """
def area(width: int | float, height):
    if width < 0 and height < 0:
        raise ValueError(f"{width + height} is too small")
    return width * height


def border(width):
    return width + width
"""
TESTS = """
from made.shapes import area, border

def test_shapes():
    assert (area(3, 5), area(-3, 5), area(0, 0)) == (15, -15, 0)
    assert border(3)
"""


@pytest.mark.slow
def test_what_no_test_notices_survives_and_fails_unless_it_is_listed_as_equal(tmp_path):
    for name, text in {"made/shapes.py": MODULE, "tests/made/test_shapes.py": TESTS}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    for status in (1, 0):
        command = [sys.executable, "-m", "tools.mutants", "made/shapes.py"]
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        told = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True)
        assert told.returncode == status, told.stderr
        assert "- return width * height" not in told.stdout  # its mutants are noticed
        assert ("- return width + width" in told.stdout) == bool(status)
        survivors = [line[6:] for line in told.stdout.splitlines() if line[:6] == "    + "]
        reasons = [f"made/shapes.py: {line}  # a reason\n" for line in survivors]
        (tmp_path / "tests/equal_mutants.txt").write_text("".join(reasons), encoding="utf-8")
