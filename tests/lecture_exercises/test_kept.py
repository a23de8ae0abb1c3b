"""What a student has done is known after a restart of the kernel."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import lecture_exercises
from lecture_exercises import kept, lecture_02

RIGHT = lecture_02.output_length.solve


@pytest.fixture
def places(tmp_path, monkeypatch):
    """The page's folder and the home folder, both empty."""
    monkeypatch.setenv("LECTURE_PROGRESS", "on")
    found = [tmp_path / "page" / kept.NAME, tmp_path / "home" / kept.NAME]
    for path in found:
        path.parent.mkdir()
    monkeypatch.setattr(kept, "PLACES", found)
    monkeypatch.setattr(lecture_02.output_length, "done", False)
    return found


def not_done_after_a_restart(capsys):
    lecture_02.output_length.done = False
    capsys.readouterr()
    lecture_02.not_done_yet()
    return capsys.readouterr().out


def test_a_right_answer_is_known_after_a_restart_and_stays_known(places, capsys):
    lecture_02.output_length.check(len)
    assert not places[0].exists()
    lecture_02.output_length.check(RIGHT)
    assert "output_length" not in not_done_after_a_restart(capsys)
    lecture_02.output_length.check(len)  # tried again, otherwise
    assert "Done: 1 of 6" in not_done_after_a_restart(capsys)
    lecture_exercises.progress()
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "Lecture 02  ○✓○○○○    1 of 6"
    assert len(lines) == 16
    assert [path.name for path in places[0].parent.iterdir()] == [kept.NAME]


def test_the_pages_folder_is_asked_first_and_then_the_home_folder():
    assert [path.parent for path in kept.PLACES] == [Path.cwd(), Path.home()]


@pytest.mark.parametrize("damaged", ["", "[1]", '{"lecture_02": 3}', "{"])
def test_the_home_folder_and_damaged_files(places, capsys, damaged):
    places[0].mkdir()  # no file can be written beside the page
    places[1].write_text(damaged)
    lecture_02.output_length.check(RIGHT)
    assert json.loads(places[1].read_text()) == {"lecture_02": ["output_length"]}
    assert "Done: 1 of 6" in not_done_after_a_restart(capsys)


def test_it_says_where_nothing_can_be_kept(places, capsys):
    for path in places:
        path.mkdir()
    lecture_02.output_length.check(RIGHT)
    assert "Not kept when the kernel restarts" in capsys.readouterr().out


def test_nothing_is_kept_while_pages_are_checked(places, monkeypatch):
    monkeypatch.setenv("LECTURE_PROGRESS", "off")
    lecture_02.output_length.check(RIGHT)
    assert not places[0].exists()


def test_a_user_without_a_home_can_do_exercises(tmp_path):
    code = "import pathlib; pathlib.Path.home = lambda: (_ for _ in ()).throw(RuntimeError())\n"
    code += "from lecture_exercises import kept; print(len(kept.PLACES))"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )  # fmt: skip
    assert told.stdout == "1\n"
