"""Judge one hand-in, in a process of its own: `python -m tools.grading page.ipynb [exercise …]`.

Of a student's page it runs the answers and what they need: definitions, imports, data. A training
among them is not repeated. It prints a line of JSON for each step, which `tools.grade` reads: the
lecture and its exercises, then each exercise before it begins, and its verdict.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import socket
import symtable
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import nbformat

VERDICTS = {"✓": "right", "✗": "wrong", "○": "blank"}
# What a page has of its set-up cell, which is not run: the course is here.
SET_UP = "import subprocess, sys\nfrom pathlib import Path\nfrom lecture_utils.backend import keras"
BINDS_WHOLE = (ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
MAGIC = re.compile(r"^\s*[%!?].*$|^.*\?$", re.MULTILINE)


@dataclass
class Statement:
    """A statement of a page's top level: what it binds, what it changes and what it uses."""

    node: ast.stmt
    cell: int
    binds: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)

    def __post_init__(self):
        """Read the names from Python's own table of symbols, which knows what is local."""
        module = symtable.symtable(ast.unparse(self.node), "page", "exec")
        for symbol in module.get_symbols():
            if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace():
                self.binds.add(symbol.get_name())
            if symbol.is_referenced():
                self.uses.add(symbol.get_name())
        inner = list(module.get_children())
        for table in inner:
            inner += table.get_children()
            self.uses |= {s.get_name() for s in table.get_symbols() if s.is_global()}
        self.changes = {_base(node) for node in ast.walk(self.node) if _may_change(node)} - {None}

    @property
    def is_whole(self) -> bool:
        """Whether its names have nothing left of what they were before."""
        return isinstance(self.node, BINDS_WHOLE) and not self.binds & self.changes


def _may_change(node: ast.AST) -> bool:
    """Whether a node may change an object that a name stands for: x[0] = 1, x.append(1)."""
    stored = isinstance(getattr(node, "ctx", None), ast.Store)
    called = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    return (stored and isinstance(node, ast.Subscript | ast.Attribute)) or called


def _base(node: ast.AST) -> str | None:
    """Return the name that x[0].y or x.append(1) begins with."""
    if isinstance(node, ast.Expr):
        node = node.value.func
        if isinstance(node, ast.Name):
            return None
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


class Page:
    """A student's page, run as far as its answers need it."""

    def __init__(self, cells: list[str], exercises: dict[str, Any]):
        self.exercises, self.scope = exercises, {"__name__": "__main__"}
        exec(SET_UP, self.scope)
        self.statements: list[Statement] = []
        self.unreadable: dict[int, str] = {}
        self.ran: dict[int, BaseException | None] = {}
        for number, source in enumerate(cells):
            try:
                tree = ast.parse(MAGIC.sub("pass", source) if MAGIC.search(source) else source)
                self.statements += [Statement(node, number) for node in tree.body]
            except (SyntaxError, ValueError, RecursionError) as error:
                self.unreadable[number] = f"{type(error).__name__}: {error}".replace(
                    "<unknown>, ", ""
                )
        self.cells = cells

    def verdict(self, name: str) -> tuple[str, str]:
        """Return the verdict on an exercise and its message; of several answers the best counts."""
        order = ("right", "wrong", "blank", "not run")
        found = list(self.attempts(name))
        if not found:
            return "not run", "The page has no answer of this name, and no cell that checks it."
        return min(found, key=lambda attempt: order.index(attempt[0]))

    def attempts(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield the verdict on each cell that checks an exercise, or on the last answer."""
        for number, problem in self.unreadable.items():
            if f".{name}.check" in self.cells[number]:
                yield "not run", f"The cell cannot be read: {problem}"
        checks = [i for i, s in enumerate(self.statements) if self._checked(s) == name]
        for index in checks:
            yield self._judge(name, index, self.statements[index].node.value)
        if not checks:
            places = [i for i, s in enumerate(self.statements) if name in s.binds]
            for index in places[-1:]:
                yield self._judge(name, index + 1, None)

    def _checked(self, statement: Statement) -> str | None:
        """Return the exercise that a statement checks: lecture_05.like_mnist.check(answer)."""
        match statement.node:
            case ast.Expr(ast.Call(ast.Attribute(ast.Attribute(attr=name), "check"), [_], [])) if (
                name in self.exercises
            ):
                return name
        return None

    def _judge(self, name: str, place: int, call: ast.Call | None) -> tuple[str, str]:
        """Run what an answer needs, then ask the course's own checker."""
        try:
            if call is None:
                self.run_needed({name}, place)
                answer = self.scope[name]
            else:
                cell = self.statements[place].cell
                own = [i for i in range(place) if self.statements[i].cell == cell]
                own = [i for i in own if not self._checked(self.statements[i])]
                expression = ast.Expression(call.args[0])
                used = {n.id for n in ast.walk(expression) if isinstance(n, ast.Name)}
                used |= set().union(*(self.statements[i].uses for i in own))
                self.run_needed(used, min(own, default=place))
                for index in own:
                    self.run(index)
                answer = eval(compile(expression, name, "eval"), self.scope)
            told = self.exercises[name].verdict(answer)
        except BaseException as error:
            return "not run", f"The cell stopped with {type(error).__name__}: {error}"[:500]
        return VERDICTS[told[0]], re.sub(r"^. (Right\.|Not yet\.)?\s*", "", told)

    def run(self, index: int) -> None:
        """Run a statement once; raise its error each time."""
        if index not in self.ran:
            module = ast.Module([self.statements[index].node], [])
            try:
                exec(compile(module, "page", "exec"), self.scope)
                self.ran[index] = None
            except BaseException as error:
                self.ran[index] = error
        if self.ran[index] is not None:
            raise self.ran[index]

    def run_needed(self, names: set[str], place: int) -> None:
        """Run what binds or changes some names before a place; what fails there is passed over."""
        from lecture_utils.backend import keras

        train, keras.Model.fit = keras.Model.fit, lambda *_, **__: keras.callbacks.History()
        try:
            for index in sorted(self.needed(names, place)):
                try:
                    self.run(index)
                except BaseException:
                    continue  # the answer tells whether it was important
        finally:
            keras.Model.fit = train

    def needed(self, names: set[str], place: int) -> set[int]:
        """Return the statements before a place that some names hang on, directly or not."""
        found: set[int] = set()
        seen: set[tuple[str, int]] = set()
        todo = [(name, place) for name in names]
        while todo:
            name, before = todo.pop()
            if (name, before) in seen:
                continue
            seen.add((name, before))
            for index in range(before - 1, -1, -1):
                statement = self.statements[index]
                if self._checked(statement) or name not in statement.binds | statement.changes:
                    continue
                imported = isinstance(statement.node, ast.Import | ast.ImportFrom)
                if name in statement.binds or not self._is_module(name):
                    found.add(index)
                    todo += [(used, index) for used in statement.uses]
                    # A function meets what its names stand for when it is called.
                    todo += [(used, place) for used in statement.uses if not imported]
                if name in statement.binds and statement.is_whole:
                    break
        return found

    def _is_module(self, name: str) -> bool:
        """Whether a name is imported: plots.show_image(image) does not change `plots`."""
        return any(
            name in s.binds and isinstance(s.node, ast.Import | ast.ImportFrom)
            for s in self.statements
        )


def code_cells(path: Path) -> list[str]:
    """Return the code of a page, without its set-up.

    Raises:
        ValueError: If the file is no notebook.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            page = nbformat.read(path, as_version=4)
        cells = [cell for cell in page.cells if cell.cell_type == "code"]
        return [c.source for c in cells if "setup" not in c.metadata.get("tags", [])]
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".partition("\n")[0][:200]
        raise ValueError(f"The file is empty, torn or no notebook ({reason})") from None


def lecture_of(cells: list[str]) -> str:
    """Return the lecture whose exercises a page checks: "lecture_05".

    Raises:
        ValueError: If there is none.
    """
    named = Counter(re.findall(r"\b(lecture_\d\d)\b", "\n".join(cells)))
    known = {path.stem for path in Path(__file__).parents[1].glob("lecture_exercises/lecture_*.py")}
    for lecture, _ in named.most_common():
        if lecture in known:
            return lecture
    raise ValueError("This page checks no exercise of the course.")


def shut_off(memory: int) -> TextIO:
    """Close the network and the outputs, limit the memory; return where verdicts are written."""
    verdicts = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)

    def no_network(*arguments, **options):
        raise OSError("there is no network while exercises are checked")

    socket.create_connection = socket.getaddrinfo = socket.socket.connect = no_network
    try:
        import resource
    except ImportError:  # Windows
        return verdicts
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    return verdicts


def main() -> None:
    """Judge the exercises of a page: those that are named, or all."""
    path, memory, *only = sys.argv[1:]
    verdicts = shut_off(int(memory))

    def tell(**message):
        print(json.dumps(message), file=verdicts, flush=True)

    try:
        cells = code_cells(Path(path))
        lecture = lecture_of(cells)
    except ValueError as error:
        return tell(problem=str(error))
    module = importlib.import_module(f"lecture_exercises.{lecture}")
    exercises = importlib.import_module("lecture_exercises.exercise").EXERCISES[module.__name__]
    tell(lecture=lecture, exercises=only or list(exercises))
    page = Page(cells, exercises)
    for name in only or exercises:
        verdict, message = page.verdict(name)
        tell(exercise=name, verdict=verdict, message=message)


if __name__ == "__main__":
    main()
