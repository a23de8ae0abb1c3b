"""The machinery of the exercises, on a small one."""

import random
import re

import numpy as np
import pytest

from lecture_exercises.exercise import Exercise, Mistake, is_blank, print_not_done, same, show
from lecture_utils.backend import keras


def lengths(rng):
    for count in (3, 40):
        yield rng.normal(size=count), 2


@pytest.fixture
def double():
    @Exercise(
        cases=lengths,
        hints=("Add.", "x + x"),
        remark="Well done.",
        mistakes={
            "it is the input itself.": ("factor * x", "x"),
            "it is four times the input.": [("return", "x = 2 * x\n    return")],
            "it stops.": lambda x, factor: x.missing,
        },
    )
    def doubled(x, factor):
        return factor * x

    return doubled


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
    assert "test_exercise.doubled.hint()" in verdict
    assert not double.done


@pytest.mark.parametrize(
    "answer", [lambda x: x, lambda x: 1, lambda: "...", np.zeros(3), [], 0, ""]
)
def test_answers_are_no_blanks(answer):
    assert not is_blank(answer)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda x, factor: x, r"^✗ Not yet. For x \[.*\], factor 2: it is the input itself"),
        (lambda x, factor: 4 * x, "it is four times the input"),
        (lambda x, factor: x.missing, ": it stops"),
        (lambda x, factor: 2.001 * x, r"at \[0\] your result is .*, but .* is expected"),
        (lambda x, factor: x[:2], r"the shape is \(2,\), but \(3,\) is expected"),
        (lambda x, factor: print(end=""), "returned nothing. Does it end with `return`"),
        (lambda x, factor: x / "2", "your function stopped with "),
        (lambda x, factor: "six", "your result is 'six'"),
        (lambda x, factor: keras.Sequential(), "your result is a Sequential, but "),
        (lambda x, factor: [str(2 * value) for value in x], "your result is"),
        (lambda x, factor: (2 * x).astype(int), "your result is"),
        (lambda x, factor: x * np.nan, "your result is nan"),
        (lambda x, factor: np.ma.masked_array(2 * x, x > 0), "it has a mask"),
        (lambda x, factor: [2 * x, [1, [2]]], "is expected"),
        (
            lambda x, factor: np.array([None] * len(x)),
            "is not what is asked for: numbers are expected",
        ),
        (lambda x: 2 * x, "stopped with TypeError"),
        (lambda x, factor: 2 * x if len(x) == 3 else x, r"For x of shape \(40,\), factor 2: at"),
        (7, "A function is expected here, but this is 7"),
        (keras.Sequential(), "A function is expected here, but this is a Sequential"),
    ],
)
def test_wrong_answers_are_told_what_is_wrong(double, wrong, message):
    verdict = double.verdict(wrong)
    assert re.search(message, verdict), verdict
    assert not double.done


@pytest.mark.parametrize(
    "right",
    [
        lambda x, factor: [2 * value for value in x],
        lambda x, factor: tuple(np.float32(2 * value) for value in x),
        lambda x, factor: 2 * x.astype("float32"),
        lambda x, factor: keras.ops.convert_to_tensor(x) * 2,
    ],
)
def test_right_answers_of_any_form_are_right(double, right, capsys):
    double.check(right)
    assert capsys.readouterr().out == "✓ Right. Well done.\n"
    assert double.done
    double.check(lambda x, factor: x)
    assert not double.done  # the answer that counts is the last one


def test_whole_numbers_are_compared_exactly_and_shown_in_full(double):
    double.cases = lambda rng: [(123_456_789, 1)]
    verdict = double.verdict(lambda x, factor: x + 1)
    assert "your result is 123456790, but 123456789 is expected" in verdict


def test_figures_are_shown_with_as_many_digits_as_tell_them_apart(double):
    double.cases = lambda rng: [(0.391, 2)]
    assert "is 0.78, but 0.782 is expected" in double.verdict(lambda x, factor: 0.78)
    double.cases = lambda rng: [(123_456, 2)]
    assert "is 333333.3, but 246912 is" in double.verdict(lambda x, factor: 1e6 / 3)
    assert "is 246912.01, but 246912 is" in double.verdict(lambda x, factor: factor * x + 0.01)


def test_the_place_that_is_told_is_wrong_not_merely_of_another_type_or_rounded(double):
    double.cases = lambda rng: [(np.array([0.0, 0.1, 0.3]), 2)]
    for noise in (0, 1e-12):
        verdict = double.verdict(lambda x, factor, noise=noise: [noise, np.float32(0.2), 0.5])
        assert "at [2] your result is 0.5, but 0.6 is expected" in verdict


@pytest.mark.parametrize(
    ("one", "two", "equal"),
    [
        (3.0, 3, True), (3.0001, 3, False), (True, 1, False), ("28", 28, False), (1e-9, 0.0, False),
        (1 / 3, 0.3333333, True), (1 / 3, 0.33333, False), ([1, 2], [1.0, 2.0], True),
        ([np.nan, 1.0], [np.nan, 1.0], True), ([np.nan, 1.0], [np.nan, 2.0], False),
        (5.0, np.inf, False),
    ],
)  # fmt: skip
def test_what_counts_as_equal(one, two, equal):
    one, two = np.asarray(one), np.asarray(two)
    assert same(one, two) == same([one, "a"], [two, "a"]) == equal
    assert not same([one, one], [one]) and not same([one], [one, one])


def test_a_huge_result_is_refused_by_its_shape_before_it_is_turned_into_numbers(double):
    huge = np.broadcast_to(np.int8(1), (100_000, 100_000))  # 80 GB as floats
    assert "the shape is (100000, 100000)" in double.verdict(lambda x, factor: huge)


def test_a_check_leaves_the_arguments_and_the_random_generators_alone(double):
    x = np.ones(3)
    double.cases = lambda rng: [(x, 2)]
    random.seed(1)
    state = random.getstate()

    def changes_its_input(x, factor):
        x *= random.choice([factor])
        return x

    assert double.verdict(changes_its_input).startswith("✓")
    assert random.getstate() == state
    assert x.tolist() == [1, 1, 1]
    numbers = [1, 2]
    double.result(lambda x, factor: x.clear() or factor, (numbers, 2))
    assert numbers == [1, 2]


def test_an_edit_whose_old_text_is_gone_is_an_error(double):
    double.mistakes = {"never.": ("gone", "")}
    with pytest.raises(AssertionError, match=r"doubled: no 'gone' in the solution"):
        double.verdict(lambda x, factor: x)


def test_what_is_compared_can_be_read_from_a_result_and_more_be_told_of_it(double):
    double.read = sorted
    double.tell = lambda result, x, factor: "the sum is wrong." if sum(result) > 99 else None
    assert double.verdict(lambda x, factor: 2 * x[::-1]).startswith("✓")
    assert "the sum is wrong." in double.verdict(lambda x, factor: x + 100)
    assert "5 is not what is asked for" in double.verdict(lambda x, factor: 5)


def test_a_function_of_a_tensor_returns_a_tensor(double):
    double.cases = lambda rng: [(keras.Input((4,)), 2)]
    assert double.verdict(lambda x, factor: x * factor).startswith("✓")
    for other in (keras.Model, lambda x, y: [y, y], lambda x, y: {"maps": y}):
        verdict = double.verdict(lambda x, factor, other=other: other(x, x * factor))
        assert "is not what is asked for" in verdict
    verdict = double.verdict(lambda x, factor: 5)
    assert "5 is not what is asked for: a tensor of Keras, made of the input, is" in verdict


def test_a_mistake_in_a_value_is_an_edit_too():
    @Exercise(hints=[], checker=print, value=True, mistakes={"five.": ("4", "5")})
    def four():
        return 4

    assert [(reason, mistake()) for reason, mistake in four.variants()] == [("five.", 5)]


def test_a_checker_of_its_own_raises_mistakes():
    def checker(answer, rng):
        if answer != 4:
            raise Mistake(f"{answer} is not four.")

    @Exercise(hints=["Two and two."], checker=checker, value=True)
    def four():
        return 4

    assert four.verdict(5) == "✗ Not yet. 5 is not four."
    assert four.verdict(4) == "✓ Right."
    assert four.source == "four = 4"


def test_hints_come_one_by_one_and_the_solution_is_its_source(double, capsys):
    for expected in ("Hint 1 of 2: Add.", "Hint 2 of 2: x + x", "That was the last", "Hint 1 of 2"):
        double.hint()
        assert capsys.readouterr().out.startswith(expected)
    double.solution()
    assert capsys.readouterr().out == "def doubled(x, factor):\n    return factor * x\n"


def test_what_is_left_to_do_is_listed(double, capsys):
    module = double.solve.__module__
    print_not_done(module)
    assert "Still to do: " in capsys.readouterr().out
    for exercise in __import__("lecture_exercises.exercise").exercise.EXERCISES[module].values():
        exercise.done = True
    print_not_done(module)
    assert re.match(r"All \d+ exercises of this lecture are done\.", capsys.readouterr().out)


def test_a_message_shows_functions_and_networks_without_their_addresses():
    assert show(lambda x: x) == "a function"
    assert show(blank_pass) == "the function `blank_pass`"
    assert show(keras.layers.ReLU()) == "a ReLU"
    assert show(keras.Input((4, 4, 1))) == "of shape (4, 4, 1)"
    assert show(list(range(1000))) == "of length 1000"
    assert "0x" not in show(np.random.default_rng(0))
