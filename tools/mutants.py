"""Change the code in one place after another, and tell which changes no test notices.

`make mutants MODULES=lecture_utils/convolution.py SHARE=0.2` tries a fifth of the module's places,
drawn by SEED. The changes are Cosmic Ray's: of a number, an operator, a comparison, a condition, a
loop left out, a decorator removed; a place is changed once in each of these ways. Not counted are
type hints, texts, what is raised, the `strict` of zip, which only guards, and the changes that
`tests/equal_mutants.txt` lists, since nobody could see them. No file is changed: a child of this
process, which has loaded TensorFlow once, imports the changed source. Run `make test` before.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from importlib.machinery import SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import NamedTuple

import coverage
import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

LEAST = 0.9  # of the mutants that the tests have to notice
MEMORY = 12 << 30  # bytes that a child may take: a wrong size is not to stop the machine
EQUAL = Path("tests/equal_mutants.txt")
OPTIONS = ["-x", "-q", "-o", "addopts=", "--import-mode=importlib", "-m", "not slow"]
OPTIONS += [word for name in ("nbval", "xdist", "cacheprovider") for word in ("-p", f"no:{name}")]
# What tests some modules, if the file of the module's name has noticed nothing.
ALSO = {
    "lecture_exercises/": [f"tests/lecture_exercises/test_{n}.py" for n in ("exercise", "kept")],
    "lecture_utils/anatomy/counts": ["tests/lecture_utils/anatomy/test_kinds.py"],
    "lecture_utils/anatomy/graph": ["tests/lecture_utils/anatomy/test_fields.py"],
    "lecture_utils/models/inception": ["tests/lecture_utils/models/test_branches.py"],
}


class Mutant(NamedTuple):
    """A module's source, changed in one line, and the lines of the statement around."""

    line: int
    old: str
    new: str
    source: str
    around: range


def modules() -> list[Path]:
    """Return what is tried if nothing is named: what computes, and the exercises' machinery."""
    utils, exercises = Path("lecture_utils"), Path("lecture_exercises")
    paths = [utils / f"{name}.py" for name in ("convolution", "explain", "reporting", "seeds")]
    paths += [*utils.glob("anatomy/*.py"), *utils.glob("models/*.py"), *exercises.glob("*.py")]
    return sorted(path for path in paths if not path.name.startswith(("__init__", "lecture_")))


def mutants(path: Path, share: float, seed: int) -> Iterator[Mutant]:
    """Draw a share of a module's places, and for each place and way to change it a mutant."""
    source = path.read_text(encoding="utf-8")
    tree, nodes, ways = ast.parse(source), list(ast_nodes(get_ast(source))), {}
    for operator in map(get_operator, operator_names()):
        if not operator.arguments():  # the others ask for names that are to be exchanged
            spots = [spot for node in nodes for spot in operator().mutation_positions(node)]
            for number, (start, _) in enumerate(spots):
                ways.setdefault((start, operator.__module__), []).append((operator, number))
    draw, places = random.Random(f"{path} {seed}"), sorted(set(ways) - not_counted(tree, ways))
    listed = EQUAL.read_text(encoding="utf-8").splitlines() if EQUAL.exists() else []
    equal = {line.rpartition("  # ")[0] for line in listed}
    for place in draw.sample(places, round(share * len(places))):
        operator, number = draw.choice(ways[place])
        mutant = compared(source, mutate_code(source, operator(), number), tree, place[0][0])
        if mutant and f"{path.as_posix()}: {mutant.new}" not in equal:
            yield mutant


def not_counted(tree: ast.Module, places: dict) -> set:
    """Return the places in type hints, in what is raised, and at zip's strict."""
    ignored = []
    for node in ast.walk(tree):
        ignored += [getattr(node, "annotation", None), getattr(node, "returns", None)]
        if isinstance(node, ast.Raise) or (isinstance(node, ast.keyword) and node.arg == "strict"):
            ignored.append(node)
    spans = [
        ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset))
        for node in filter(None, ignored)
    ]
    return {place for place in places if any(start <= place[0] < end for start, end in spans)}


def compared(source: str, changed: str, tree: ast.Module, line: int) -> Mutant | None:
    """Return a changed source as a mutant; None if Python refuses it, warns, or sees no change."""
    try:
        with warnings.catch_warnings(action="error"):
            compile(changed, "mutant", "exec")
    except SyntaxError:
        return None
    if ast.dump(ast.parse(changed)) == ast.dump(tree):  # as 3e38 and 3e+38 are one number
        return None
    old, new = source.splitlines(), changed.splitlines()
    text = new[line - 1].strip() if len(new) == len(old) else f"without {old[line - 1].strip()}"
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    spans = [range(node.lineno, node.end_lineno + 1) for node in statements]
    around = min((span for span in spans if line in span), key=len, default=range(0))
    return Mutant(line, old[line - 1].strip(), text, changed, around)


class Changed(SourceFileLoader):
    """Finds a module, and loads it from a source that is not the one on the disk."""

    def __init__(self, name: str, path: str, source: str):
        super().__init__(name, path)
        self.source = source

    def find_spec(self, name: str, *_):
        """Find the module: the first of `sys.meta_path` is asked for all."""
        return spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def path_stats(self, path: str) -> dict:
        """Refuse what was compiled before."""
        raise OSError(path)

    def get_data(self, path: str) -> bytes:
        """Return the changed source."""
        return self.source.encode()


class Stopwatch:
    """A plugin of pytest: measures how long each test takes, and which lines it reaches."""

    def __init__(self, path: Path):
        self.path, self.seconds = str(path.resolve()), {}
        self.coverage = coverage.Coverage(data_file=None, include=[self.path])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        """Measure a test."""
        self.coverage.switch_context(item.nodeid)
        start = time.perf_counter()
        result = yield
        self.seconds[item.nodeid] = time.perf_counter() - start
        return result

    def tests(self) -> dict[str, tuple[float, list[int]]]:
        """Return for each test what was measured."""
        reached = self.coverage.get_data().contexts_by_lineno(self.path).items()
        return {
            test: (seconds, [line for line, tests in reached if test in tests])
            for test, seconds in self.seconds.items()
        }


class Timetable:
    """A plugin of pytest: runs first what reaches some lines, and stops what does not end."""

    def __init__(self, tests: dict[str, tuple[float, list[int]]], lines: range):
        self.tests, self.lines = tests, {*lines}

    def measured(self, item) -> tuple[float, list[int]]:
        """Return what was measured of a test; many seconds before that."""
        return self.tests.get(item.nodeid, (100, []))

    def pytest_collection_modifyitems(self, items):
        """Sort the tests: those that reach the lines come first, and of them the fastest."""
        items.sort(key=lambda item: self.measured(item)[0])
        items.sort(key=lambda item: self.lines.isdisjoint(self.measured(item)[1]))

    def pytest_runtest_protocol(self, item):
        """Give a test ten seconds, and five times what it took."""
        signal.alarm(round(10 + 5 * self.measured(item)[0]))


def in_a_child(work: Callable[[], object]) -> tuple[int, object]:
    """Let a child of this process do something; return the signal that ended it, and its answer."""
    import resource  # which Windows lacks

    with tempfile.NamedTemporaryFile("w+", encoding="utf-8") as answer:
        child = os.fork()
        if not child:
            os.setsid()
            signal.alarm(120)  # to collect the tests, which imports the module
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            with Path(os.devnull).open("w") as sink:
                os.dup2(sink.fileno(), 1), os.dup2(sink.fileno(), 2)
            json.dump(work(), answer)
            answer.flush()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        with contextlib.suppress(ProcessLookupError):  # what a test has started and left
            os.killpg(child, signal.SIGKILL)
        text = Path(answer.name).read_text(encoding="utf-8")
    return status & 127, json.loads(text) if text else None


def load() -> None:
    """Load what takes seconds; TensorFlow has not to compute, since no child would survive it."""
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="2", TF_ENABLE_ONEDNN_OPTS="1")
    os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")
    import hypothesis
    import keras  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import scipy.signal  # noqa: F401

    phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]  # any failure is enough
    hypothesis.settings.register_profile("any", database=None, derandomize=True, phases=phases)
    hypothesis.settings.load_profile("any")


def run(path: Path, source: str, *plugins: object) -> int:
    """Run the tests of a module that is loaded from a source; return pytest's exit status."""
    name = path.with_suffix("").as_posix().replace("/", ".")
    sys.meta_path.insert(0, Changed(name, str(path.resolve()), source))
    tests = [f"tests/{path.parent.as_posix()}/test_{path.name}"]
    for start, others in ALSO.items():
        tests += others if path.as_posix().startswith(start) else []
    return int(pytest.main([*OPTIONS, *tests], plugins))


def measure(path: Path) -> dict[str, tuple[float, list[int]]]:
    """Run the tests of an unchanged module, and return how long they take and what they reach."""

    def work():
        watch = Stopwatch(path)
        with watch.coverage.collect():
            status = run(path, path.read_text(encoding="utf-8"), watch, Timetable({}, range(0)))
        return status, watch.tests()

    _, answer = in_a_child(work)
    if not answer or answer[0]:
        raise SystemExit(f"The tests of {path} have to pass before it is changed.")
    return answer[1]


def try_module(path: Path, share: float, seed: int) -> tuple[int, list[Mutant]]:
    """Print how many of a module's mutants are killed; return their number, and who survives."""
    tests = measure(path)
    endings = {
        mutant: in_a_child(lambda m=mutant: run(path, m.source, Timetable(tests, m.around)))
        for mutant in mutants(path, share, seed)
    }
    alive = [mutant for mutant, ending in endings.items() if ending == (0, 0)]
    late = sum(ended_by == signal.SIGALRM for ended_by, _ in endings.values())
    killed = f"{len(endings) - len(alive)} of {len(endings)} mutants killed"
    print(f"{path}: {killed}, {late} of them by the clock", flush=True)
    for mutant in alive:
        print(f"  {path}:{mutant.line}\n    - {mutant.old}\n    + {mutant.new}", flush=True)
    return len(endings), alive


def main() -> None:
    """Print for each module how many mutants are killed, and each survivor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", type=Path, default=modules())
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not hasattr(os, "fork"):
        raise SystemExit("Mutants need Linux or macOS: Windows has no fork.")
    load()
    tried = [try_module(path, options.share, options.seed) for path in options.modules]
    count, alive = sum(number for number, _ in tried), sum(len(each) for _, each in tried)
    share = 1 - alive / max(count, 1)
    print(f"{share:.1%} of {count} mutants killed; {LEAST:.0%} are asked for")
    raise SystemExit(share < LEAST)


if __name__ == "__main__":
    main()
