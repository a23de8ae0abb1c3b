"""Every exercise: its blank, its solution, its listed wrong answers, and the exercise framework."""

import importlib
import re
from pathlib import Path

import numpy as np
import pytest

from lecture_utils.dev.notebooks import notebook_paths, read, tags
from lecture_utils.exercises._exercise import Exercise, Mistake, call, expect_array

LECTURES = [path.name[:2] for path in notebook_paths()]


def exercises(lecture):
    module = importlib.import_module(f"lecture_utils.exercises.lecture_{lecture}")
    return {exercise.path.split(".")[1]: exercise for exercise in module.EXERCISES}


def wrong_answers(lecture):
    path = Path(__file__).parent / "wrong_answers" / f"lecture_{lecture}.py"
    namespace = {}
    exec(compile(path.read_text(encoding="utf-8"), path, "exec"), namespace)
    return namespace["WRONG"]


def page_cells(lecture):
    """The exercise cells of a page: name of the exercise to source."""
    (path,) = [path for path in notebook_paths() if path.name.startswith(lecture)]
    cells = [cell.source for cell in read(path).cells if "exercise" in tags(cell)]
    return {re.search(rf"lecture_{lecture}\.(\w+)\.check", source)[1]: source for source in cells}


def answer(source, name):
    """Run an answer's source as the page would and return what it defines."""
    from lecture_utils.backend import keras

    namespace = {"np": np, "keras": keras, "layers": keras.layers}
    exec(source, namespace)
    return namespace[name]


EVERY = [(lecture, name) for lecture in LECTURES for name in exercises(lecture)]
EVERY_WRONG = [
    pytest.param(lecture, name, source, message, id=f"{lecture}-{name}-{number}")
    for lecture in LECTURES
    for name, answers in wrong_answers(lecture).items()
    for number, (source, message) in enumerate(answers)
]


@pytest.mark.parametrize("lecture", LECTURES)
def test_a_lecture_has_at_least_four_exercises_all_in_its_page_and_all_with_wrong_answers(lecture):
    names = set(exercises(lecture))
    assert len(names) >= 4
    assert set(page_cells(lecture)) == names
    assert set(wrong_answers(lecture)) == names
    assert min(len(answers) for answers in wrong_answers(lecture).values()) >= 3


@pytest.mark.parametrize(("lecture", "name"), EVERY)
def test_the_blank_of_the_page_is_reported_as_unanswered(lecture, name):
    blank = page_cells(lecture)[name].split(f"lecture_{lecture}.{name}.check")[0]
    assert exercises(lecture)[name].verdict(answer(blank, name)).startswith("○ Not answered yet")


@pytest.mark.parametrize(("lecture", "name"), EVERY)
def test_the_solution_is_right_whatever_inputs_are_drawn(lecture, name):
    exercise = exercises(lecture)[name]
    solution = answer(exercise.answer, name)
    for _ in range(5):
        assert exercise.verdict(solution).startswith("✓ Right")
    assert exercise.done


@pytest.mark.parametrize(("lecture", "name"), EVERY)
def test_there_are_hints(lecture, name, capsys):
    exercise = exercises(lecture)[name]
    assert len(exercise.hints) >= 2
    for number in range(len(exercise.hints)):
        exercise.hint()
        assert f"Hint {number + 1} of {len(exercise.hints)}" in capsys.readouterr().out
    exercise.hint()
    assert "solution()" in capsys.readouterr().out


@pytest.mark.parametrize(("lecture", "name", "source", "message"), EVERY_WRONG)
def test_a_wrong_answer_fails_with_its_own_message(lecture, name, source, message):
    for _ in range(3):
        verdict = exercises(lecture)[name].verdict(answer(source, name))
        assert verdict.startswith("✗ Not yet.")
        assert re.search(message, verdict), verdict


@pytest.mark.parametrize(("lecture", "name"), EVERY)
def test_the_messages_of_an_exercises_wrong_answers_differ(lecture, name):
    messages = [message for _, message in wrong_answers(lecture)[name]]
    assert len(set(messages)) == len(messages)


# The framework itself.


def _double(answer, rng):
    x = rng.integers(1, 100, size=3)
    expect_array(call(answer, x), 2 * x, f"for {x}", [(x, "it is the input itself.")])
    return "Well done."


@pytest.fixture
def double():
    return Exercise(
        "lecture_00.double", _double, ("Add.", "x + x"), "def double(x):\n    return 2 * x"
    )


def blank_ellipsis(x): ...


def blank_pass(x, y=1):
    """What to do."""
    pass


@pytest.mark.parametrize(
    "blank",
    [..., None, [1, ...], (..., 2), {"a": 1, "b": ...}, blank_ellipsis, blank_pass, lambda x: ...],
)
def test_blanks_are_recognised(double, blank):
    verdict = double.verdict(blank)
    assert verdict.startswith("○ Not answered yet.")
    assert "lecture_00.double.hint()" in verdict
    assert not double.done


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda x: x, "it is the input itself"),
        (lambda x: 3 * x, r"your result is \[.*\], but \[.*\] is expected"),
        (lambda x: x[:2], r"the shape is \(2,\), but \(3,\) is expected"),
        (lambda x: print(end=""), "returned nothing. Does it end with `return`"),
        (lambda x: x / "2", r"With the input \[.*\] your function stopped with .*"),
        (lambda x: "six", "numbers are expected, but this came: 'six'"),
        (lambda x: [str(2 * value) for value in x], "numbers are expected, but this came: "),
        (7, "A function is expected here, but this is 7"),
        (lambda: 7, "stopped with TypeError"),
    ],
)
def test_wrong_answers_are_told_what_is_wrong(double, wrong, message):
    verdict = double.verdict(wrong)
    assert verdict.startswith("✗ Not yet.")
    assert re.search(message, verdict), verdict


def test_a_message_shows_functions_and_generators_without_their_addresses():
    def branch(x):
        return x

    for value, shown in [
        (branch, "the function `branch`"),
        (lambda x: x, "a function"),
        (np.random.default_rng(0), "a random generator"),
    ]:
        with pytest.raises(Mistake, match=f"With the input {shown} your function returned nothing"):
            call(lambda argument: None, value)


def test_a_function_without_arguments_is_told_that_it_failed():
    with pytest.raises(Mistake, match=r"^Your function stopped with ZeroDivisionError"):
        call(lambda: 1 / 0)


def test_a_long_array_is_told_where_it_differs_first():
    expected = np.arange(40.0).reshape(4, 10)
    result = expected.copy()
    result[2, 3] = result[3, 0] = -1
    with pytest.raises(Mistake, match=r"at \[2, 3\] your result is -1, and 23 is expected"):
        expect_array(result, expected, "for a long array")


def test_a_function_that_just_returns_its_input_is_no_blank(double):
    def same(x):
        return x

    assert "it is the input itself" in double.verdict(same)


def test_right_is_told_with_the_remark(double, capsys):
    double.check(lambda x: x + x)
    assert capsys.readouterr().out == "✓ Right. Well done.\n"


def test_a_function_that_changes_its_input_does_not_confuse_the_check(double):
    def in_place(x):
        x *= 2
        return x

    assert double.verdict(in_place).startswith("✓")


def test_a_checker_that_fails_on_strange_input_blames_the_answer_politely():
    def checker(answer, rng):
        raise Mistake("That is odd.") if answer == 1 else KeyError("x")

    exercise = Exercise("lecture_00.x", checker, ("a", "b"), "x = 2")
    assert exercise.verdict(1) == "✗ Not yet. That is odd."
    assert exercise.verdict(2).startswith("✗ Not yet. Your answer stopped with KeyError")


def test_not_done_yet(double, capsys):
    from lecture_utils.exercises._exercise import print_not_done

    print_not_done((double,))
    assert capsys.readouterr().out == "Done: 0 of 1. Still to do: double.\n"
    double.verdict(lambda x: 2 * x)
    print_not_done((double,))
    assert "All 1 exercises" in capsys.readouterr().out


def test_a_relu_is_known_in_all_its_forms():
    from lecture_utils.backend import keras
    from lecture_utils.exercises._exercise import is_relu

    layers, image = keras.layers, keras.Input((8, 8, 1))
    relus = [layers.ReLU()(image), layers.Activation("relu")(image), keras.ops.relu(image)]
    others = [layers.Activation("tanh")(image), layers.Conv2D(1, 3, activation="relu")(image)]
    assert [is_relu(maps._keras_history.operation) for maps in relus] == [True] * 3
    assert [is_relu(maps._keras_history.operation) for maps in others] == [False] * 2
    assert not is_relu(None)
