"""Hold the packages to their budgets of lines, since small is a feature: part of `make lint`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.notebooks import ROOT

LONGEST_FILE = 330  # lines
LONGEST_FUNCTION = 40  # lines, its docstring not counted
SCRIPTS = (".py", ".js", ".html")
READ_ALOUD = ("lecture_utils", "lecture_exercises", "tools")  # no long files or functions here


def budgets(root: Path) -> list[tuple[str, list[Path], int]]:
    """Return what has a budget, its files, and the lines that they may have together."""
    exercises, tests = python_files(root / "lecture_exercises"), python_files(root / "tests")
    right_answers = python_files(root / "tests" / "lecture_exercises" / "right_answers")
    return [
        ("lecture_utils", python_files(root / "lecture_utils"), 8_100),
        ("explore with its scripts", files(root / "lecture_utils" / "explore", *SCRIPTS), 600),
        ("explore's look", files(root / "lecture_utils" / "explore", ".css"), 45),
        ("scripts beside explore", files(root / "lecture_utils", ".js"), 290),
        (
            "the machinery of lecture_exercises",
            [path for path in exercises if not path.name.startswith("lecture_")],
            480,
        ),
        ("lecture_exercises", exercises, 5_540),
        ("other right answers", right_answers, 2_060),
        ("tests", sorted({*tests} - {*right_answers}), 12_100),
    ]


def python_files(folder: Path) -> list[Path]:
    """Return the Python files in a folder and below it."""
    return sorted(folder.rglob("*.py"))


def files(folder: Path, *endings: str) -> list[Path]:
    """Return the files in a folder, not below it, whose names have one of some endings."""
    return [path for path in sorted(folder.glob("*")) if path.suffix in endings]


def length(path: Path) -> int:
    """Return the number of lines of a file."""
    return len(path.read_text(encoding="utf-8").splitlines())


def summary(root: Path = ROOT) -> list[str]:
    """Return a line for each budget: what it holds, and how much of it is used."""
    return [
        f"{what}: {sum(map(length, paths)):,} of {most:,} lines"
        for what, paths, most in budgets(root)
    ]


def problems(root: Path = ROOT) -> list[str]:
    """Return which budgets are exceeded, a sentence each; an empty list if none is."""
    found = []
    for what, paths, most in budgets(root):
        lines = sum(map(length, paths))
        if lines > most:
            found.append(f"{what}: {lines:,} lines, {lines - most:,} above the budget of {most:,}")
    for path in (path for folder in READ_ALOUD for path in python_files(root / folder)):
        name = path.relative_to(root).as_posix()
        if length(path) > LONGEST_FILE:
            found.append(f"{name}: {length(path)} lines; a file has at most {LONGEST_FILE}")
        for function, lines in function_lengths(path.read_text(encoding="utf-8")):
            if lines > LONGEST_FUNCTION:
                found.append(
                    f"{name}: {function} has {lines} lines without its docstring; "
                    f"a function has at most {LONGEST_FUNCTION}"
                )
    return found


def function_lengths(source: str) -> Iterator[tuple[str, int]]:
    """Yield each function's name and lines, from its `def` on and without its docstring."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = node.end_lineno - node.lineno + 1
            if ast.get_docstring(node) is not None:
                lines -= node.body[0].end_lineno - node.body[0].lineno + 1
            yield node.name, lines
