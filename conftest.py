"""Settings of the test run, and the count of compared cells at its end."""

import os

os.environ["LECTURE_PROGRESS"] = "off"  # live progress is for people, not for stored pages
os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
os.environ.pop("MPLBACKEND", None)  # a kernel chooses the one that draws into the page

COMPARED, NOT_COMPARED = "cells_compared", "cells_not_compared"


def pytest_collection_modifyitems(config, items):
    """Count the cells of the pages that nbval compares, and those that it does not."""
    cells = [item for item in items if type(item).__name__ == "IPyNbCell"]
    compared = [cell for cell in cells if cell.options["check"] and not cell.options["skip"]]
    setattr(config, COMPARED, len(compared))
    setattr(config, NOT_COMPARED, len(cells) - len(compared))


def pytest_terminal_summary(terminalreporter, config):
    """Print the counts."""
    if getattr(config, COMPARED, 0):
        terminalreporter.write_line(
            f"cells of the pages: {getattr(config, COMPARED)} compared, "
            f"{getattr(config, NOT_COMPARED)} not compared"
        )
