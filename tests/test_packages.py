"""The installed packages: what they import is declared, costs little, and runs one way."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from tools.budgets import python_files
from tools.notebooks import ROOT

# A notebook's canvas needs them; without them it says so. traitlets comes with IPython anyway.
OPTIONAL = {"lecture_utils/drawing.py": {"anywidget", "traitlets"}}
TEXT = {"cwd": ROOT, "capture_output": True, "text": True}


def imports(path):
    """Yield each module that a file imports, and the names that it takes from it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module, [alias.name for alias in node.names]


def declared():
    """Return the packages that pyproject.toml names, by the names under which they are imported."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = {re.match(r"[\w-]+", line)[0] for line in settings["project"]["dependencies"]}
    return {
        package
        for package, distributions in packages_distributions().items()
        if names & {distribution.lower().replace("_", "-") for distribution in distributions}
    }


@pytest.mark.parametrize(
    ("package", "below"),
    [("lecture_utils", set()), ("lecture_exercises", {"lecture_utils"})],
)
def test_a_package_imports_what_is_declared_and_nothing_above_it(package, below):
    allowed = sys.stdlib_module_names | declared() | {package} | below
    for path in python_files(ROOT / package):
        optional = OPTIONAL.get(path.relative_to(ROOT).as_posix(), set())
        for module, names in imports(path):
            assert module.partition(".")[0] in allowed | optional, f"{path} imports {module}"
            private = module.startswith("lecture_") and any(name[0] == "_" for name in names)
            assert not private, f"{path} takes {names} from {module}"


def test_importing_the_package_costs_next_to_nothing():
    script = (
        "import sys, time, numpy; start = time.process_time(); import lecture_utils; "
        "import lecture_utils.convolution, lecture_utils.datasets; "
        "print(time.process_time() - start); "
        "print([name for name in ('tensorflow', 'keras', 'matplotlib') if name in sys.modules])"
    )
    command = [sys.executable, "-c", script]
    runs = [subprocess.run(command, **TEXT, check=True) for _ in range(3)]
    assert min(float(run.stdout.splitlines()[0]) for run in runs) < 0.15
    assert {run.stdout.splitlines()[1] for run in runs} == {"[]"}


def test_notebooks_are_read_without_the_grammar_of_addresses():
    assert "rfc3987_syntax.syntax_helpers" not in sys.modules  # though nbval has loaded nbformat


def test_a_users_own_settings_of_tensorflow_are_kept():
    script = "import os, lecture_utils; print(os.environ['TF_ENABLE_ONEDNN_OPTS'])"
    environ = {**os.environ, "TF_ENABLE_ONEDNN_OPTS": "0"}
    result = subprocess.run([sys.executable, "-c", script], **TEXT, env=environ)
    assert result.stdout == "0\n"


@pytest.mark.parametrize(
    ("keras", "sentence"),
    [
        ("__version__ = '2.15.0'", "needs Keras 3.13 or newer, this is 2.15.0: run"),
        ("raise ImportError('no tensorflow')", "needs Keras with TensorFlow, and one of them is"),
    ],
)
def test_an_old_or_missing_keras_gets_a_sentence(tmp_path, keras, sentence):
    (tmp_path / "keras.py").write_text(keras)
    script = f"import sys; sys.path[:0] = [{str(tmp_path)!r}]; import lecture_utils.models"
    result = subprocess.run([sys.executable, "-c", script], **TEXT)
    assert sentence in result.stderr.splitlines()[-1]
