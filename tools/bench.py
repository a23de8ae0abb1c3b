"""Measure the lectures: seconds of Run All after the imports, as DESIGN's budgets count them.

`python -m tools.bench [notebook ...]` runs each in a kernel of its own, without storing anything,
and prints a table. Let nothing else run beside it: training takes all cores.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from nbclient import NotebookClient

from tools.notebooks import notebook_paths, read

# Seconds on two cores without an accelerator.
BUDGETS = {
    **{"01": 60, "02": 10, "03": 30, "04": 30, "05": 150},
    **{"06": 120, "07": 120, "08": 120, "09": 120, "10": 120, "11": 120},
    **{"12": 150, "13": 150, "14": 30, "15": 120, "16": 120},
}


def measure(path: Path) -> tuple[float, float]:
    """Return the seconds until the imports are done, and from there to the end."""
    notebook = read(path)
    client = NotebookClient(
        notebook, timeout=900, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    )
    start = time.perf_counter()
    imported = None
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
            if cell.id == "imports":
                imported = time.perf_counter()
    return imported - start, time.perf_counter() - imported


def main() -> None:
    """Print a row a lecture."""
    os.environ["LECTURE_PROGRESS"] = "off"
    print(f"{'lecture':<28}{'imports':>9}{'run all':>9}{'budget':>9}")
    for path in [Path(name).resolve() for name in sys.argv[1:]] or notebook_paths():
        imports, rest = measure(path)
        budget = BUDGETS[path.name[:2]]
        print(f"{path.stem:<28}{imports:>7.0f} s{rest:>7.0f} s{budget:>7} s", flush=True)


if __name__ == "__main__":
    main()
