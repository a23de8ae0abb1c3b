"""Check a class's hand-ins: `make grade FOLDER=…` writes grades.csv and grades.html there.

A hand-in is a page of the course, whatever its name and folder. Each is judged by `tools.grading`
in a process of its own, without network, with limits of time and memory. What goes wrong with one,
a loop without end, a crash, a file that is no page, is a line in the table.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path
from string import Template
from typing import NamedTuple

from tools.notebooks import ROOT, notebook_paths

COLUMNS = ("student", "exercise", "verdict", "message")
TABLE, REPORT = "grades.csv", "grades.html"
NO_HAND_INS = (TABLE, REPORT, "Thumbs.db", "desktop.ini")
SIGNS = {"right": "✓", "wrong": "✗", "blank": "○", "not run": "–"}
SECONDS_TO_START = 120  # until TensorFlow is loaded, on a machine that is busy
TEMPLATE = Path(__file__).with_name("grades.html")


class Line(NamedTuple):
    """A line of the table."""

    student: str
    exercise: str  # "lecture_05.like_mnist"; "" where no page could be read
    verdict: str  # one of SIGNS
    message: str


def hand_ins(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the students' names and files.

    The name is the file's, or its folder's where the file is called as the course's page is, or as
    another's in another folder.
    """
    pages, paths = {path.stem for path in notebook_paths()}, []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith((".", "__")) for part in inside.parts)
        if not (path.is_dir() or hidden or str(inside) in NO_HAND_INS or path.name in NO_HAND_INS):
            paths.append(path)
    often = Counter(path.stem for path in paths)
    for path in paths:
        as_another = any(path.stem.startswith(stem) for stem in pages) or often[path.stem] > 1
        yield (path.parent.name if as_another and path.parent != folder else path.stem), path


class Process:
    """A process that judges a page; its verdicts are read with a limit of time."""

    def __init__(self, path: Path, memory: int, only: list[str], folder: str):
        threads = dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS"), "1")
        own = {"PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg", "LECTURE_PROGRESS": "off"}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tools.grading", str(path.resolve()), str(memory), *only],
            cwd=folder, env=os.environ | threads | own, text=True, encoding="utf-8",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put("")

    def next(self, seconds: float) -> dict[str, str]:
        """Return what it says next, or under "problem" why it says nothing."""
        try:
            line = self.lines.get(timeout=seconds)
        except queue.Empty:
            return {"problem": f"Stopped after {seconds:.0f} seconds: a loop without end?"}
        if line:
            return json.loads(line)
        return {"problem": f"Python ended while this ran (exit code {self.process.wait()})."}

    def end(self) -> None:
        """End it, and what it has started."""
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()


def judge(student: str, path: Path, seconds: float, memory: int) -> list[Line]:
    """Return the lines of a hand-in; an exercise that ends its process is not tried again."""
    if path.suffix != ".ipynb":
        return [Line(student, "", "not run", f"{path.name} is no notebook: hand in the .ipynb.")]
    lines, left = [], []
    while True:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            process = Process(path, memory, left, folder)
            try:
                told = process.next(SECONDS_TO_START)
                if "problem" in told:
                    message = f"{path.name}: {told['problem']}"
                    return [*lines, Line(student, "", "not run", message)]
                lecture, left = told["lecture"], list(told["exercises"])
                while left:
                    told = process.next(seconds)
                    exercise, message = left.pop(0), told.get("message", told.get("problem"))
                    verdict = told.get("verdict", "not run")
                    lines.append(Line(student, f"{lecture}.{exercise}", verdict, message))
                    if "problem" in told:
                        break
            finally:
                process.end()
        if not left:
            return lines


def write_table(lines: list[Line], path: Path) -> None:
    """Write the table so that a spreadsheet shows every alphabet and computes nothing."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for line in lines:
            texts = (" ".join(text.split()) for text in line)
            writer.writerow(
                f"'{text}" if text.startswith(tuple("=+-@")) else text for text in texts
            )


def write_report(lines: list[Line], path: Path) -> None:
    """Write a page: for each lecture a row a student, a column an exercise, then all messages."""
    exercises = sorted({line.exercise for line in lines})
    parts = []
    for lecture in sorted({exercise.partition(".")[0] for exercise in exercises}):
        own = [line for line in lines if line.exercise.partition(".")[0] == lecture]
        names = list(dict.fromkeys(line.exercise for line in own))
        head = "".join(f"<th>{escape(name.partition('.')[2] or '')}</th>" for name in names)
        rows = []
        for student in dict.fromkeys(line.student for line in own):
            cells = [_cell(student, name, own) for name in names]
            rows.append(f"<tr><th>{escape(student)}</th>{''.join(cells)}</tr>")
        title = escape(lecture.replace("_", " ").capitalize() or "Files that could not be read")
        parts.append(f"<h2>{title}</h2><table><tr><td></td>{head}</tr>{''.join(rows)}</table>")
    page = Template(TEMPLATE.read_text(encoding="utf-8"))
    legend = ", ".join(f"{sign} {verdict}" for verdict, sign in SIGNS.items())
    path.write_text(page.substitute(legend=legend, tables="".join(parts)), encoding="utf-8")


def _cell(student: str, exercise: str, lines: list[Line]) -> str:
    """Return a cell: the sign, and the message where one opens it."""
    found = [line for line in lines if (line.student, line.exercise) == (student, exercise)]
    parts = [
        f'<details class="{line.verdict.replace(" ", "-")}"><summary aria-label="{line.verdict}">'
        f"{SIGNS[line.verdict]}</summary>{escape(line.message)}</details>"
        for line in found
    ]
    return f"<td>{''.join(parts)}</td>"


def main() -> None:
    """Judge all hand-ins of a folder, as many at a time as there are cores."""
    parser = argparse.ArgumentParser(prog="make grade", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=60, help="for an exercise")
    parser.add_argument("--gigabytes", type=float, default=4, help="of memory for a hand-in")
    given = parser.parse_args()
    if not given.folder.is_dir() or ROOT.is_relative_to(given.folder.resolve()):
        what = "the course's own folder" if given.folder.is_dir() else "no folder"
        sys.exit(f"{given.folder} is {what}: make grade FOLDER=… names that of the hand-ins.")
    found, start = list(hand_ins(given.folder)), time.monotonic()
    if not found:
        sys.exit(f"{given.folder} holds no files.")
    lines: list[Line] = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [
            pool.submit(judge, *each, given.seconds, int(given.gigabytes * 2**30))
            for each in found
        ]  # fmt: skip
        for (student, _), job in zip(found, jobs, strict=True):
            lines += job.result()
            own = Counter(line.verdict for line in job.result())
            print(f"{student}: {', '.join(f'{own[v]} {v}' for v in SIGNS if own[v])}", flush=True)
    write_table(lines, given.folder / TABLE)
    write_report(lines, given.folder / REPORT)
    seconds = time.monotonic() - start
    print(f"{len(found)} hand-ins in {seconds:.0f} s: {given.folder / REPORT}, {TABLE} beside it")


if __name__ == "__main__":
    main()
