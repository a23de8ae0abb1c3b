"""Run the pages as Colab does: `python -m tools.colab [notebook ...]`.

Each page lies alone in an empty folder, stamped with the address of a clone of this repository, in
an environment that has Colab's versions (tests/colab.txt) and not the course's package.

`python -m tools.colab --suite` runs all tests with these versions, where the course is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools import stamp
from tools.environment import answers
from tools.notebooks import ROOT, notebook_paths, read, write

VERSIONS = ROOT / "tests" / "colab.txt"


def colab_python(folder: str, *wanted: Path) -> Path:
    """Return the interpreter of an environment with Colab's versions, made at the first call."""
    environment = ROOT / folder
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    colabs_own = shutil.which("python3.13")
    base = colabs_own if colabs_own and answers([colabs_own], (3, 13)) else sys.executable
    if not (environment / "ready").exists():
        subprocess.run([base, "-m", "venv", "--clear", environment], check=True)
        files = [part for path in (VERSIONS, *wanted) for part in ("-r", path)]
        command = [python, "-m", "pip", "install", "--quiet", *files]
        subprocess.run(command, check=True, cwd=ROOT)
        (environment / "ready").touch()
    return python


def versions(python: Path) -> str:
    """Return what is installed in an environment."""
    command = [python, "-m", "pip", "freeze", "--all"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def run_alone(path: Path, python: Path, address: str) -> list[str]:
    """Run a page alone in a folder; return what is wrong with it."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / path.name
        notebook = read(path)
        stamp.stamp(notebook, path.name, address)
        write(notebook, page)
        command = [python, "-m", "jupyter", "execute", "--inplace", "--timeout=900", page.name]
        environ = {**os.environ, "LECTURE_PROGRESS": "off", "JUPYTER_PREFER_ENV_PATH": "1"}
        environ["PATH"] = f"{python.parent}{os.pathsep}{environ['PATH']}"
        result = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True)
        if result.returncode:
            return [result.stderr[-2000:]]
        texts = (
            output.get("text", "")
            for cell in read(page).cells
            for output in cell.get("outputs", [])
        )
        return [line for text in texts for line in text.splitlines() if line.endswith(": NO)")]


def main() -> None:
    """Run all pages; exit with 1 if one fails, or if one has changed what is installed."""
    if sys.argv[1:] == ["--suite"]:
        python = colab_python(".venv-colab-suite", ROOT / "requirements.txt")
        command = [python, "-m", "pytest", "-n", "2", "--dist", "loadfile"]
        sys.exit(subprocess.run([*command, "--no-loadscope-reorder"], cwd=ROOT).returncode)
    python = colab_python(".venv-colab")
    before = versions(python)
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "course"
        subprocess.run(["git", "clone", "--quiet", "--depth=1", ROOT.as_uri(), clone], check=True)
        for path in [Path(name).resolve() for name in sys.argv[1:]] or notebook_paths():
            start = time.monotonic()
            wrong = run_alone(path, python, clone.as_uri())
            failed |= bool(wrong)
            print(f"{path.name}: {time.monotonic() - start:.0f} s", *wrong, sep="\n  ", flush=True)
    if versions(python) != before:
        sys.exit("A page has changed what is installed.")
    sys.exit(failed)


if __name__ == "__main__":
    main()
