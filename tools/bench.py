"""Measure the lectures and the package: `python -m tools.bench [notebook ...]`.

Each page runs in a kernel of its own, without storing anything: its seconds of Run All after the
imports, as DESIGN's budgets count them, those of its fits, and its largest memory. Without names
all pages run, then the package is compared with others, in ratios of one run, since seconds are a
machine's own. All of it goes to docs/speed.md. Let nothing else run beside it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import numpy as np
from nbclient import NotebookClient

from tools.notebooks import ROOT, notebook_paths, read

# Seconds on two cores without an accelerator.
BUDGETS = {
    **{"01": 60, "02": 10, "03": 30, "04": 30, "05": 150},
    **{"06": 120, "07": 120, "08": 120, "09": 120, "10": 120, "11": 120},
    **{"12": 150, "13": 150, "14": 30, "15": 120, "16": 120},
}
RESULTS = ROOT / "docs" / "speed.md"
HEADS = ("lecture", "imports, s", "run all, s", "budget, s", "fits, s", "longest cell, s", "GB")
WATCH = """
import time
import keras
_whole_fit, _spent = keras.Model.fit, []  # names that no page has

def _timed_fit(*given, **options):
    start = time.perf_counter()
    try:
        return _whole_fit(*given, **options)
    finally:
        _spent.append(time.perf_counter() - start)

keras.Model.fit = _timed_fit
"""
TELL = """
import pathlib, re, psutil
status = pathlib.Path("/proc/self/status")  # where it is, it has the largest memory until now
peak = re.search(r"VmHWM:\\s+(\\d+)", status.read_text()) if status.exists() else None
print(sum(_spent), int(peak[1]) / 1e6 if peak else psutil.Process().memory_info().rss / 1e9)
"""


def measure(path: Path) -> tuple[list[float], str]:
    """Run a page.

    Returns:
        Seconds until the imports are done, from there to the end, of all fits and of the longest
        cell, and gigabytes; and what the page printed.
    """
    notebook = read(path)
    before = [cell.id for cell in notebook.cells].index("imports") + 1
    notebook.cells.insert(before, nbformat.v4.new_code_cell(WATCH))
    notebook.cells.append(nbformat.v4.new_code_cell(TELL))
    client = NotebookClient(
        notebook, timeout=900, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    )
    times = [time.perf_counter()]
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
            times.append(time.perf_counter())
    told = notebook.cells.pop()
    fits, memory = map(float, told.outputs[0].text.split())
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    whole, longest = times[-2] - times[before], max(np.diff(times[before:-1]))
    printed = "".join(output.get("text", "") for output in outputs)
    return [times[before] - times[0], whole, fits, longest, memory], printed


def seconds(run: Callable[[], object], times: int = 5) -> float:
    """Return the shortest of some times that something takes."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return min(found)


def four_loops(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Correlate as lecture 03 first does."""
    high, wide = (a - b + 1 for a, b in zip(image.shape, kernel.shape, strict=True))
    found = np.zeros((high, wide))
    for y in range(high):
        for x in range(wide):
            for i in range(kernel.shape[0]):
                for j in range(kernel.shape[1]):
                    found[y, x] += image[y + i, x + j] * kernel[i, j]
    return found


def ratios() -> Iterator[tuple[str, float]]:
    """Yield what is compared with what, and how many times as long the first takes."""
    from scipy.signal import correlate2d as scipys

    from lecture_utils.backend import keras
    from lecture_utils.convolution import conv2d, correlate2d
    from lecture_utils.datasets import load_mnist

    rng = np.random.default_rng(0)
    image, kernel = rng.random((128, 128)), rng.random((5, 5))
    ours = seconds(lambda: correlate2d(image, kernel))
    one = "128x128 pixels, a kernel of 5x5"
    yield f"four loops / correlate2d, {one}", seconds(lambda: four_loops(image, kernel), 2) / ours
    yield f"SciPy's / correlate2d, {one}", seconds(lambda: scipys(image, kernel, "valid")) / ours
    images, kernels = rng.random((32, 28, 28, 8), "float32"), rng.random((3, 3, 8, 16), "float32")
    layer = keras.layers.Conv2D(16, 3, use_bias=False)
    layer.build(images.shape)
    keras_time = seconds(lambda: np.asarray(layer(images)), 20)
    many = "32 images of 28x28x8, 16 kernels of 3x3"
    yield f"conv2d / Keras's layer, {many}", seconds(lambda: conv2d(images, kernels)) / keras_time
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mnist.npz"
        (x_train, y_train), (x_test, y_test) = load_mnist()
        np.savez_compressed(file, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
        theirs = seconds(lambda: [array[:] for array in np.load(file).values()], 3)
    yield "load_mnist / an .npz of Keras's form", seconds(load_mnist, 3) / theirs
    parts = ("keras", "lecture_utils.plots, lecture_utils.models")
    theirs, ours = (seconds(lambda part=part: imported(part), 3) for part in parts)
    yield "import of plots and models / of Keras alone", ours / theirs


def imported(what: str) -> None:
    """Import something in a new process."""
    command = [sys.executable, "-c", f"import {what}"]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)


def stored(rows: dict[str, str], compared: list[str]) -> None:
    """Keep what is measured, beside what the other rows say, in docs/speed.md."""
    head, *rest = RESULTS.read_text(encoding="utf-8").partition("| lecture")
    lines = "".join(rest).splitlines()
    known = {line.split(" ")[1]: line for line in lines if re.match(r"\| \d\d_", line)}
    table = ["| " + " | ".join(HEADS) + " |", "| --- |" + " ---: |" * (len(HEADS) - 1)]
    table += [row for _, row in sorted({**known, **rows}.items())]
    was = lines[lines.index("| compared | times as long |") :] if "" in lines else []
    below = ["| compared | times as long |", "| --- | ---: |", *compared] if compared else was
    text = head + "\n".join([*table, "", *below])
    RESULTS.write_text(text.rstrip() + "\n", encoding="utf-8", newline="\n")


def main() -> None:
    """Print a row a lecture, and without names the ratios; keep both."""
    os.environ["LECTURE_PROGRESS"] = "off"
    print(*HEADS, sep=" | ", flush=True)
    rows, share = {}, None
    for path in [Path(name).resolve() for name in sys.argv[1:]] or notebook_paths():
        (imports, whole, fits, longest, memory), printed = measure(path)
        share = re.search(r"share of the recipe's time: ([\d.]+)", printed) or share
        row = f"{imports:.0f} | {whole:.0f} | {BUDGETS[path.name[:2]]} | {fits:.0f}"
        rows[path.stem] = f"| {path.stem} | {row} | {longest:.0f} | {memory:.1f} |"
        print(rows[path.stem], flush=True)
        stored(rows, [])
    if not sys.argv[1:]:
        found = [*ratios(), ("lecture 05: the recipe / its schedule", 1 / float(share[1]))]
        compared = [
            f"| {what} | {ratio:{',.0f' if ratio > 9 else '.2g'}} |" for what, ratio in found
        ]
        print(*compared, sep="\n")
        stored(rows, compared)


if __name__ == "__main__":
    main()
