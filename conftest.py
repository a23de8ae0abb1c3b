"""Settings of the test run, and the count of compared cells at its end."""

import gc
import os

import pages
import pytest

os.environ["LECTURE_PROGRESS"] = "off"  # live progress is for people, not for stored pages
os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
# Two processes, and the kernels that they start, would fight for the cores with all threads each:
# TensorFlow's, and those of NumPy's matrix products, which look at OpenMP's number.
if "PYTEST_XDIST_WORKER" in os.environ:
    for threads in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
        os.environ[threads] = "1"
os.environ.pop("MPLBACKEND", None)  # a kernel chooses the one that draws into the page

COUNTS = pytest.StashKey[list[int]]()  # cells that are compared, and cells that are not


def pytest_collection_modifyitems(config, items):
    """Count the cells that nbval compares, and those that it does not; add what it leaves out."""
    cells = [item for item in items if type(item).__name__ == "IPyNbCell"]
    compared = [cell for cell in cells if cell.options["check"] and not cell.options["skip"]]
    config.stash[COUNTS] = [len(compared), len(cells) - len(compared)]
    if hasattr(config, "workeroutput"):  # one of several processes, each of which counts all
        config.workeroutput["cells"] = config.stash[COUNTS]
    # Short tests come last: so both processes have work until the end.
    short = config.rootpath / "tests" / "lecture_utils"
    items[:] = sorted(pages.framed(items), key=lambda item: short in item.path.parents)


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Load the tests without searching them for garbage, then and later: each look takes 0.1 s.

    Searches are rare afterwards, and in the pages' kernels: page 14 took 6 % less.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(100_000, 20, 20)
        gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Take over the count of a process that has ended."""
    node.config.stash[COUNTS] = getattr(node, "workeroutput", {}).get("cells", [0, 0])


def pytest_terminal_summary(terminalreporter, config):
    """Print the counts."""
    compared, others = config.stash.get(COUNTS, [0, 0])
    if compared:
        terminalreporter.write_line(
            f"cells of the pages: {compared} compared, {others} not compared"
        )
