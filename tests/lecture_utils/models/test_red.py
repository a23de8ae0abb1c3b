"""That the tests of the networks turn red: what is changed on purpose in one of them is found."""

import shutil
import subprocess
import sys

import pytest

from tools.notebooks import ROOT

ADDED = """normalize=True)
        y = layers.Add(name=f"{name}_add")([x, y])"""
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
        "test_resnet.py::test_outputs_are_those_of_keras_applications",
    ),
    "the order of an addition and its ReLU": (
        "resnet.py",
        ADDED,
        ADDED.replace("[x, y]", "[x, layers.ReLU()(y)]"),
        "test_resnet.py::test_outputs_are_those_of_keras_applications",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_network_turns_red(tmp_path, what):
    name, old, new, test = CHANGES[what]
    for folder in ("lecture_utils", "tests"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    (tmp_path / "data").symlink_to(ROOT / "data")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = tmp_path / "lecture_utils" / "models" / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", f"tests/lecture_utils/models/{test}"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 1, result.stdout[-3000:]
    assert "failed" in result.stdout
