"""That the tests of the networks turn red: what is changed on purpose in one of them is found."""

import shutil
import subprocess
import sys

import pytest

from tools.notebooks import ROOT

MODELS = "lecture_utils/models"
# What is changed: the file, old text, new text, and the test beside this one that must notice.
CHANGES = {
    "a stride": (
        "alexnet.py",
        "( 96, 11, 4,",
        "( 96, 11, 3,",
        "test_alexnet.py::test_the_layers_and_parameters_are_the_papers",
    ),
    "a padding": (
        "zfnet.py",
        "pad(image, 1,",
        "pad(image, ((0, 1), (0, 1)),",
        "test_zfnet.py::test_outputs_are_the_papers_formulas",
    ),
    "the width of a branch": (
        "googlenet.py",
        "(64, 96, 128, 16, 32, 32)",
        "(64, 96, 128, 16, 31, 33)",
        "test_branches.py::test_parameters_dropout_and_normalization_as_published",
    ),
    "the epsilon of a normalization": (
        "resnet.py",
        "epsilon=1e-5",
        "epsilon=1e-3",
        "test_resnet.py::test_outputs_are_those_of_the_papers_formulas",
    ),
    "the order of an addition and its ReLU": (
        "resnet.py",
        '_add")([x, y])\n    return layers.ReLU(',
        '_add")([x, layers.ReLU()(y)])\n    return layers.ReLU(',
        "test_resnet.py::test_outputs_are_those_of_the_papers_formulas",
    ),
}
every_change = pytest.mark.parametrize("name, old, new, test", CHANGES.values(), ids=CHANGES)


@every_change
def test_the_text_to_change_and_the_test_that_must_notice_are_there(name, old, new, test):
    file, function = test.split("::")
    assert (ROOT / MODELS / name).read_text(encoding="utf-8").count(old) == 1
    assert f"def {function}(" in (ROOT / "tests" / MODELS / file).read_text(encoding="utf-8")


@pytest.mark.slow
@every_change
def test_a_changed_network_turns_red(tmp_path, name, old, new, test):
    for folder in ("lecture_utils", "tests", "tools"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "data").symlink_to(ROOT / "data")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = tmp_path / MODELS / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", f"tests/{MODELS}/{test}"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (result.returncode, "failed" in result.stdout) == (1, True), result.stdout[-3000:]
