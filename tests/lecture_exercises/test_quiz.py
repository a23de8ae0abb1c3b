"""The quiz of lecture 14: its questions may be answered one after the other."""

import pytest

from lecture_exercises import lecture_14

QUIZZES = (lecture_14.quiz_1, lecture_14.quiz_2)
BLANK = dict.fromkeys(range(1, 8), ...)
ANSWERS = BLANK | {1: lambda inputs, units: (inputs + 1) * units, 2: "c", 3: " B "}


def test_questions_left_open_are_named():
    verdict = lecture_14.quiz_1.verdict(ANSWERS | {5: lambda: ...})
    assert verdict == "○ Right so far: 3 of 7. Still open: 4, 5, 6, 7."
    assert not lecture_14.quiz_1.done


@pytest.mark.parametrize("answer", [{}, BLANK, {20: ...}, ..., None])
def test_no_answer_is_blank(answer):
    assert lecture_14.quiz_1.verdict(answer).startswith("○ Not answered yet.")


def test_all_wrong_answers_are_told_though_others_are_open():
    wrong = {1: lambda inputs, units: inputs * units, 3: "e", 4: 7, 20: "a"}
    lines = lecture_14.quiz_1.verdict(ANSWERS | wrong).splitlines()
    assert lines[0] == "✗ Not yet. Right: 1 of 5."
    assert lines[1].startswith("Question 1: For inputs 784, units 10: the biases are missing")
    assert lines[2:] == [
        "Question 3: one of the letters a, b, c, d is expected, not 'e'.",
        "Question 4: A function is expected here, but this is 7.",
        "Question 20: there is no question 20 in this part of the quiz.",
    ]


@pytest.mark.parametrize("answer", ["c", ["c"], 3, lambda: "c", {"c"}])
def test_answers_without_their_numbers_are_told(answer):
    assert "A dictionary is expected, number: answer, not" in lecture_14.quiz_1.verdict(answer)


@pytest.mark.parametrize("answer", [3, ["c"], lambda: "c", "c)", float("nan"), {"c": 1}])
def test_an_answer_that_is_no_letter_is_told(answer):
    verdict = lecture_14.quiz_1.verdict({2: answer})
    assert "Question 2: one of the letters a, b, c, d is expected, not " in verdict


@pytest.mark.parametrize("quiz", QUIZZES)
def test_each_wrong_letter_gets_its_reason(quiz):
    right = {number: answer for number, answer in quiz.solve().items() if isinstance(answer, str)}
    wrong = {f"{number}{letter}" for number in right for letter in {*"abcd"} - {*right[number]}}
    assert set(quiz.letters) == wrong
    for key, reason in quiz.letters.items():
        verdict = quiz.verdict({int(key[:-1]): key[-1]})
        assert verdict == f"✗ Not yet. Right: 0 of 1.\nQuestion {key[:-1]}: {reason}"


def test_every_lecture_has_its_question():
    assert [number for quiz in QUIZZES for number in quiz.solve()] == list(range(1, 15))
