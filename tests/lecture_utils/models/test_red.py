"""That the tests of the networks turn red: what is changed on purpose in one of them is found."""

import shutil
import subprocess
import sys

import pytest

from tools.notebooks import ROOT

# What is changed: file, old text, new text, and the test that must notice.
CHANGES = {
    "a stride": (
        "alexnet.py",
        'Stage( 96,     11,     4,    "valid"',
        'Stage( 96,     11,     3,    "valid"',
        "test_models_alexnet.py::test_the_layers_are_the_papers",
    ),
    "a padding": (
        "zfnet.py",
        'pad(image, 1, name="conv1")',
        'pad(image, ((0, 1), (0, 1)), name="conv1")',
        "test_models_zfnet.py::test_outputs_are_the_papers_formulas",
    ),
    "the width of a branch": (
        "inception.py",
        '"3a": (64, 96, 128, 16, 32, 32)',
        '"3a": (64, 96, 128, 16, 31, 33)',
        "test_models_inception.py::test_parameters_as_published",
    ),
    "the epsilon of a normalization": (
        "resnet.py",
        "epsilon=1e-5",
        "epsilon=1e-3",
        "test_models_resnet.py::test_outputs_are_those_of_keras_applications",
    ),
    "the order of an addition and its ReLU": (
        "resnet.py",
        'y = layers.Add(name=f"{name}_add")([x, y])',
        'y = layers.Add(name=f"{name}_add")([x, layers.ReLU()(y)])',
        "test_models_resnet.py::test_outputs_are_those_of_keras_applications",
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
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", f"tests/{test}", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1, result.stdout[-3000:]
    assert "failed" in result.stdout
