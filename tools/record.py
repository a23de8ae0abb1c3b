"""Run the notebooks and store what they print and draw: `python -m tools.record`."""

from __future__ import annotations

import argparse
import os
import re
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from tools.notebooks import notebook_paths, read, write

# A figure that a clock measured: the line of `reporting.report(..., timed=True)`.
TIMED = re.compile(r"^(.*: )[-+.\d]+(.* \(timed, .*)$", re.MULTILINE)

LANGUAGE = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}


def record(path: Path) -> None:
    """Run a notebook from top to bottom in a new kernel and store its outputs.

    The same page gives the same bytes: nothing is stored that differs from run to run. Only a
    timed figure does, and one whose claim and verdict are as before keeps its old digits.

    Args:
        path: the notebook's file.

    Raises:
        nbclient.exceptions.CellExecutionError: if a cell fails; the file is then left as it was.
    """
    notebook = read(path)
    before = {cell.id: cell.get("outputs", []) for cell in notebook.cells}
    client = NotebookClient(
        notebook,
        timeout=900,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            _keep_timed_digits(cell, before[cell.id])
            _describe_pictures(cell)
    notebook.metadata.kernelspec = KERNEL
    notebook.metadata.language_info = LANGUAGE
    write(notebook, path)


def _keep_timed_digits(cell: nbformat.NotebookNode, before: list) -> None:
    """Keep the stored text where only timed figures differ from it."""
    for new, old in zip(cell.outputs, before, strict=False):
        if (
            new.output_type == old.output_type == "stream"
            and new.name == old.name
            and without_timings(new.text) == without_timings(old.text)
        ):
            new.text = old.text


def without_timings(text: str) -> str:
    """Replace the digits of timed figures, so that two runs can be compared."""
    return TIMED.sub(r"\1…\2", text)


def _describe_pictures(cell: nbformat.NotebookNode) -> None:
    """Give each picture the alternative text that stands in the cell's metadata.

    It stands there, and not in the code, so that a translator finds it and a student need not
    read it. JupyterLab, Colab and nbconvert take it from the output's metadata.
    """
    texts = list(cell.metadata.get("alt", []))
    for output in cell.outputs:
        if "image/png" in output.get("data", {}):
            alt = texts.pop(0) if texts else ""
            output.metadata = {"image/png": {"alt": alt}} if alt else {}


def main() -> None:
    """Record the notebooks named on the command line, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebooks", nargs="*", type=Path, help="all of them if none is named")
    os.environ["LECTURE_PROGRESS"] = "off"
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    os.environ.pop("MPLBACKEND", None)
    for path in parser.parse_args().notebooks or notebook_paths():
        start = time.monotonic()
        record(path.resolve())
        print(f"recorded {path.name} in {time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
