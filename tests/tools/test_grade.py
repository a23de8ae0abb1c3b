"""Hand-ins of every kind: each is lines in the table, whatever the student did."""

import csv
import html
import time
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
from exercises import exercises

from tools import grade
from tools.notebooks import notebook_paths, read, tags

PAGES = {f"lecture_{path.name[:2]}": path for path in notebook_paths()}
NAMES = list(exercises("lecture_02"))


def answered(lecture, change=lambda name, source: source):
    """A page with all exercises solved, each cell's text changed."""
    page = read(PAGES[lecture])
    for cell in page.cells:
        if "exercise" in tags(cell):
            check = cell.source[cell.source.index(f"{lecture}.") :]
            name = check.split(".")[1]
            solution = exercises(lecture)[name].source
            cell.source = change(name, f"{solution}\n\n\n{check}")
    return page


def hand_in(path, page):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(page, path)
    return path


def judged(path, seconds=60.0, memory=4 * 2**30):
    """The lines of a hand-in: exercise to verdict and message."""
    lines = grade.judge("Someone", path, seconds, memory)
    return {line.exercise.partition(".")[2]: (line.verdict, line.message) for line in lines}


@pytest.mark.slow
@pytest.mark.parametrize("lecture", PAGES)
def test_solved_and_blank_pages_of_every_lecture_are_judged_so(lecture, tmp_path):
    paths = hand_in(tmp_path / "solved.ipynb", answered(lecture)), PAGES[lecture]
    with ThreadPoolExecutor(2) as pool:
        solved, blank = pool.map(judged, paths)
    for found, verdict in ((solved, "right"), (blank, "blank")):
        assert {name: found[name][0] for name in found} == dict.fromkeys(
            exercises(lecture), verdict
        )


TROUBLES = {  # exercise: what becomes of its cell, and what the message says
    "strided_correlation": ("while True: pass\n{}", "a loop without end"),
    "output_length": ("import os\nos._exit(3)\n{}", "exit code 3"),
    "convolve": ("exit()\n{}", "SystemExit"),
    "correlation_matrix": ("def correlation_matrix(:\n{}", "SyntaxError"),
    "smooth_slope": ("", "no answer of this name"),
    "find_template": (
        "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9')\n{}",
        "no network",
    ),
}


def test_a_cell_in_trouble_is_a_line_and_the_others_go_on(tmp_path):
    page = answered("lecture_02", lambda name, source: TROUBLES[name][0].format(source))
    found = judged(hand_in(tmp_path / "page.ipynb", page), seconds=8)
    assert list(found) == NAMES
    for name, (_, words) in TROUBLES.items():
        assert found[name][0] == "not run"
        assert words in found[name][1]


OTHERWISE = {  # exercise: its cell in another form
    "strided_correlation": lambda s: s.replace("strided_correlation(", "mine(", 1).replace(
        "check(strided_correlation)", "check(mine)"
    ),
    "output_length": lambda s: s.partition("\n\n\nlecture_02")[0],  # nothing checks it
    "convolve": lambda s: "def convolve(signal, kernel):\n    return list(signal)\n"
    + "lecture_02.convolve.check(convolve)",
    "correlation_matrix": lambda s: (
        "%time 1\n!ls\n" + s.replace("def ", "import numpy as other\ndef ", 1)
    ),
    "smooth_slope": lambda s: "memory = np.ones(2 ** 33)\n" + s,
    "find_template": lambda s: (
        "print('x' * 10 ** 6)\nopen('left.txt', 'w').write('x')\n" + s
    ),
}  # fmt: skip


def test_answers_of_another_form_are_found_and_only_what_they_need_is_run(tmp_path, monkeypatch):
    page = answered("lecture_02", lambda name, source: OTHERWISE[name](source))
    code = [cell for cell in page.cells if cell.cell_type == "code"]
    own = nbformat.v4.new_code_cell
    # Not needed, so not run; needed, but its training is not repeated; the last answer is blank.
    code[3].source = "raise SystemExit"
    needed = "net = keras.Sequential([keras.layers.Dense(1)])\nnet.fit(*range(9))\nnp.e\nnumpy = np"
    page.cells.insert(4, own(needed))
    page.cells.append(own("def convolve(signal, kernel): ...\nlecture_02.convolve.check(convolve)"))
    page.cells[-2:-2] = [own("numpy and net\n" + exercises("lecture_02")["find_template"].source)]
    # What the student brings with the page counts nothing.
    (tmp_path / "lecture_exercises").mkdir()
    (tmp_path / "lecture_exercises" / "__init__.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    found = judged(hand_in(tmp_path / "page.ipynb", page))
    verdicts = {name: found[name][0] for name in found}
    assert verdicts == dict.fromkeys(NAMES, "right") | {
        "convolve": "wrong",
        "smooth_slope": "not run",
    }
    assert "MemoryError" in found["smooth_slope"][1]
    assert not (tmp_path / "left.txt").exists()


def test_a_class_becomes_a_table_whatever_its_files_are(tmp_path, monkeypatch, capsys):
    course = PAGES["lecture_02"].name
    hand_in(tmp_path / "Олена_12_file" / course, answered("lecture_02"))
    hand_in(tmp_path / "=1+1.ipynb", read(PAGES["lecture_02"]))
    hand_in(tmp_path / "other.ipynb", nbformat.v4.new_notebook())
    (tmp_path / "<b>.pdf").write_bytes(b"%PDF")
    (tmp_path / "Thumbs.db").write_bytes(b"")
    for name in ("Femi", "Gita"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "hw.ipynb").write_text("")
    (tmp_path / "torn.ipynb").write_text('{"cells": [')
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints" / course).write_text("")
    for name in ("grades.csv", "grades.html"):  # the tables of an earlier run
        (tmp_path / name).write_text("student")
    monkeypatch.setattr("sys.argv", ["grade", str(tmp_path)])
    grade.main()
    with (tmp_path / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["student", "exercise", "verdict", "message"]
    verdicts = {(row["student"], row["exercise"]): row["verdict"] for row in rows}
    assert verdicts == (
        {("Олена_12_file", f"lecture_02.{name}"): "right" for name in NAMES}
        | {("'=1+1", f"lecture_02.{name}"): "blank" for name in NAMES}
        | {(name, ""): "not run" for name in ("other", "<b>", "torn", "Femi", "Gita")}
    )
    page = (tmp_path / "grades.html").read_text(encoding="utf-8")
    assert html.escape("<b>") in page and "<b>" not in page
    assert page.count('class="right"') == len(NAMES)
    assert "7 hand-ins" in capsys.readouterr().out


@pytest.mark.parametrize(("folder", "words"), [("", "own folder"), ("nowhere", "no folder")])
def test_a_folder_without_hand_ins_is_refused(folder, words, monkeypatch):
    monkeypatch.setattr("sys.argv", ["grade", folder])
    with pytest.raises(SystemExit, match=words):
        grade.main()


@pytest.mark.slow
def test_thirty_hand_ins_take_at_most_three_minutes(tmp_path, monkeypatch):
    for number in range(30):
        hand_in(tmp_path / f"student {number}" / PAGES["lecture_05"].name, answered("lecture_05"))
    monkeypatch.setattr("sys.argv", ["grade", str(tmp_path)])
    start = time.monotonic()
    grade.main()
    assert time.monotonic() - start < 180
    assert (tmp_path / "grades.csv").read_text(encoding="utf-8-sig").count(",right,") == 150
