"""Lecture 1 in JupyterLab, as `make lab` starts it: read, run, and an exercise answered."""

import re

from lecture_exercises import lecture_01
from tools.notebooks import notebook_paths, read, tags

PAGE = notebook_paths()[0]
RUN_ALL = "() => jupyterapp.commands.execute('notebook:run-all-cells')"
CELLS = "() => jupyterapp.shell.currentWidget.content.model.toJSON().cells"
ANSWER = """async ([id, source]) => {
    const notebook = jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = notebook.widgets.findIndex(cell => cell.model.id === id);
    notebook.activeCell.model.sharedModel.setSource(source);
    await jupyterapp.commands.execute('notebook:run-cell');
    return notebook.activeCell.model.toJSON().outputs.map(output => output.text).join("");
}"""


def test_lecture_1_runs_and_answers(lab, reader):
    page = reader.page
    page.set_default_timeout(180_000)
    page.goto(lab.address)
    page.get_by_role("heading", name=re.compile("A first network")).wait_for()
    # The set-up is folded, the link to Colab needs no picture.
    assert page.get_by_text("import subprocess").count() == 0
    page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext?.isReady")
    page.evaluate(RUN_ALL)

    stored, cells = read(PAGE).cells, page.evaluate(CELLS)
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert kinds(cells) == kinds(stored)
    shown = page.locator(".jp-RenderedImage img").first
    shown.scroll_into_view_if_needed()
    assert shown.evaluate("picture => picture.naturalWidth") > 100

    cell = next(cell for cell in stored if "exercise" in tags(cell))
    check = re.search(r"^lecture_01\.(\w+)\.check\(.*\)$", cell.source, re.MULTILINE)
    exercise = getattr(lecture_01, check[1])
    right = page.evaluate(ANSWER, [cell.id, f"{exercise.source}\n\n{check[0]}"])
    assert right.startswith("✓ Right")
    wrong = page.evaluate(ANSWER, [cell.id, f"def {check[1]}(*given):\n    return 7\n\n{check[0]}"])
    assert wrong.startswith("✗") and len(wrong) > 40
    assert reader.troubles == []


def kinds(cells):
    """What each cell shows: text, pictures, errors."""
    return [
        [
            (output["output_type"], sorted(output.get("data", ())), output.get("name"))
            for output in cell.get("outputs", [])
        ]
        for cell in cells
    ]
