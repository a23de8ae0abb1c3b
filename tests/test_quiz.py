"""The quiz of lecture 14: its questions may be answered one after the other."""

import pytest

from lecture_utils.exercises import lecture_14

ANSWERS = {1: lambda inputs, units: (inputs + 1) * units, 2: "c", 3: "b"}
BLANK = dict.fromkeys(range(1, 8), ...)


@pytest.fixture
def quiz(monkeypatch):
    monkeypatch.setattr(lecture_14.quiz_1, "done", False)
    return lecture_14.quiz_1


def test_questions_left_open_are_named(quiz):
    verdict = quiz.verdict({**BLANK, **ANSWERS})
    assert verdict == "○ Right so far: 3 of 7. Still open: 4, 5, 6, 7."
    assert not quiz.done


def test_a_wrong_answer_is_told_though_others_are_open(quiz):
    verdict = quiz.verdict({**BLANK, **ANSWERS, 2: "a"})
    assert verdict.startswith("✗ Not yet. Right: 2 of 3.\nQuestion 2: a convolution flips")


def test_missing_questions_are_open_and_unknown_ones_named(quiz):
    assert quiz.verdict({}).startswith("○ Not answered yet.")
    assert quiz.verdict({3: " B "}).startswith("○ Right so far: 1 of 7.")
    assert "no question 20" in quiz.verdict({20: "a"})


def test_every_lecture_has_its_question():
    numbers = [*lecture_14.quiz_1.questions, *lecture_14.quiz_2.questions]
    assert numbers == list(range(1, 15))
