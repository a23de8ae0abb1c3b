"""What nbval leaves out: that a page runs offline, read-only, elsewhere, twice and solved.

Two items frame the cells of a page, in its own kernel. The first closes the network and the
course's folders, so that the page runs without them. The last runs it once more, over all that the
first run left: in another folder, with every exercise solved. `short.py` cuts short what takes long
then: whether its results are true is for nbval, which has compared them.
"""

import copy
import importlib
import re

import pytest

from tools import check
from tools.notebooks import ROOT, tags

FOLDERS = [ROOT / name for name in ("lecture_utils", "lecture_exercises", "data", "notebooks")]

CLOSED = f"""
def _close():
    import gc, os, sys

    gc.set_threshold(100_000, 20, 20)  # as in conftest.py

    def closed(event, arguments):
        if event in ("socket.connect", "socket.getaddrinfo"):
            raise OSError("there is no network in this test")
        changes = event in ("os.mkdir", "os.remove", "os.rename")
        if event == "open":
            changes = arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if changes and not isinstance(arguments[0], int):
            path = os.path.abspath(os.fsdecode(arguments[0]))
            if path.startswith({tuple(map(str, FOLDERS))}) and "__pycache__" not in path:
                raise PermissionError(f"nothing is written in this test, not even {{path}}")

    sys.addaudithook(closed)

_close()
"""

SHORT = (ROOT / "tests" / "support" / "short.py").read_text(encoding="utf-8")
ELSEWHERE_AND_SHORT = f"import os\nos.chdir({str(ROOT / 'docs')!r})\nexec({SHORT!r}, {{}})"


class Closed(pytest.Item):
    """Closes the network and the course's folders for the kernel of a page."""

    def runtest(self):
        self.parent.files = files()
        run(self.parent.kernel, CLOSED)


class Again(pytest.Item):
    """Runs a page once more."""

    def runtest(self):
        kernel, exercises = self.parent.kernel, 0
        run(kernel, ELSEWHERE_AND_SHORT)
        for cell in solved(self.parent.nb):
            text = run(kernel, cell.source)
            if "exercise" in tags(cell):
                assert "✓ Right" in text, f"{cell.source}\n{text}"
                exercises += 1
        assert exercises >= 4, f"{exercises} exercises"
        written = files().items() ^ self.parent.files.items()
        assert not written, f"files of the course changed: {written}"


def framed(items: list[pytest.Item]) -> list[pytest.Item]:
    """Return the items of a test run, the cells of each page between its two."""
    found = []
    for item in items:
        page = item.parent if type(item).__name__ == "IPyNbCell" else None
        if page and item.cell_num == 0:
            found.append(Closed.from_parent(page, name="closed"))
        found.append(item)
        if page and item.cell_num == len(check.code_cells(page.nb)) - 1:
            found.append(Again.from_parent(page, name="again, elsewhere and solved"))
    return found


def run(kernel, source: str) -> str:
    """Run code in a kernel of nbval; return what it prints."""
    prints = []

    def hear(message):
        prints.append(message["content"].get("text", ""))

    reply = kernel.kc.execute_interactive(
        source, store_history=False, allow_stdin=False, timeout=300, output_hook=hear
    )["content"]
    assert reply["status"] == "ok", "\n".join([source, *reply.get("traceback", [])])
    return "".join(prints)


def files() -> dict:
    """Return the files of the course, and when they were changed.

    Native code can write unheard, and the user may be allowed to: so look at what is there.
    """
    every = (path for folder in FOLDERS for path in folder.rglob("*"))
    return {path: path.stat().st_mtime for path in every if "__pycache__" not in path.parts}


def solved(notebook) -> list:
    """Return the code cells of a page, its exercises solved."""
    lecture_cells = []
    for cell in check.code_cells(copy.deepcopy(notebook)):
        if "exercise" in tags(cell):
            check_line = re.search(
                r"^(lecture_\d\d)\.(\w+)\.check\(.*\)$", cell.source, re.MULTILINE
            )
            module = importlib.import_module(f"lecture_exercises.{check_line[1]}")
            cell.source = f"{getattr(module, check_line[2]).source}\n\n{check_line[0]}"
        lecture_cells.append(cell)
    return lecture_cells
