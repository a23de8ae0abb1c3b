"""Exercises that answer back: not answered yet, right, or what is wrong and why."""

from __future__ import annotations

import dis
import inspect
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


class Mistake(Exception):
    """Raised by a checker: its message tells the student what is wrong and why that is likely."""


@dataclass
class Exercise:
    """A question with hints, a worked solution and a checker that draws its own inputs.

    Args:
        path: how a page names it, such as `"lecture_02.output_length"`.
        checker: called with the student's answer and a random generator; raises `Mistake` if the
            answer is wrong, and may return a closing remark for a right one.
        hints: from a nudge to nearly the answer.
        answer: the worked solution, as source text that runs in the page.
    """

    path: str
    checker: Callable[[Any, np.random.Generator], str | None]
    hints: tuple[str, ...]
    answer: str
    done: bool = field(default=False, init=False)
    _hints_given: int = field(default=0, init=False)

    def __post_init__(self):
        self.answer = textwrap.dedent(self.answer).strip()

    def check(self, answer: Any) -> None:
        """Tell the student whether the answer is right."""
        print(self.verdict(answer))

    def hint(self) -> None:
        """Print the next hint."""
        if self._hints_given == len(self.hints):
            print(f"That was the last hint. A worked solution: {self.path}.solution()")
            self._hints_given = 0
            return
        self._hints_given += 1
        print(f"Hint {self._hints_given} of {len(self.hints)}: {self.hints[self._hints_given - 1]}")

    def solution(self) -> None:
        """Print a worked solution."""
        print(self.answer)

    def verdict(self, answer: Any) -> str:
        """Return what `check` prints: it begins with ○ (not answered), ✓ (right) or ✗ (wrong)."""
        if _is_blank(answer):
            return (
                "○ Not answered yet. Write your answer in place of the dots, then run this cell "
                f"again. A hint: {self.path}.hint()"
            )
        try:
            remark = self.checker(answer, np.random.default_rng())
        except Mistake as mistake:
            return f"✗ Not yet. {mistake}"
        except Exception as error:
            return f"✗ Not yet. Your answer stopped with {type(error).__name__}: {error}"
        self.done = True
        return f"✓ Right. {remark or ''}".rstrip()


def call(function: Callable, *arguments: Any) -> Any:
    """Call a student's function; a `Mistake` names the inputs if it fails or returns nothing.

    Arrays are handed over as copies, so that a function that changes its input is not blamed for
    a wrong result later.
    """
    shown = ", ".join(show(argument) for argument in arguments)
    case = f"With the input {shown} your function" if arguments else "Your function"
    if not callable(function):
        raise Mistake(f"A function is expected here, but this is {show(function)}.")
    copies = [a.copy() if isinstance(a, np.ndarray) else a for a in arguments]
    try:
        result = function(*copies)
    except Mistake:
        raise
    except Exception as error:
        raise Mistake(f"{case} stopped with {type(error).__name__}: {error}") from None
    if result is None or result is ...:
        raise Mistake(f"{case} returned nothing. Does it end with `return`?")
    return result


def expect_array(result: Any, expected: np.ndarray, case: str, reasons: Iterable = ()) -> None:
    """Raise a `Mistake` unless a result equals the expected array.

    Args:
        result: what the student's function returned.
        expected: the right array.
        case: the inputs, in words, for the message.
        reasons: pairs of a wrong array and the likely reason for it: the message of the first
            one that the result equals is shown.
    """
    expected, given = np.asarray(expected), result
    try:
        if np.asarray(result).dtype.kind in "US":
            raise ValueError("NumPy would read a text such as '28' as a number.")
        result = np.asarray(result, dtype=float)
    except (TypeError, ValueError):
        raise Mistake(f"{case}: numbers are expected, but this came: {show(result)}.") from None
    if result.shape == expected.shape and np.allclose(result, expected, rtol=1e-4, atol=1e-5):
        return
    for wrong, reason in reasons:
        wrong = np.asarray(wrong)
        # Closer than for the right answer: no reason should fit by chance.
        if result.shape == wrong.shape and np.allclose(result, wrong, rtol=1e-5, atol=1e-6):
            raise Mistake(f"{case}: {reason}")
    if result.shape != expected.shape:
        raise Mistake(f"{case}: the shape is {result.shape}, but {expected.shape} is expected.")
    if expected.size > _LONGEST_SHOWN:
        place = tuple(int(i) for i in np.argwhere(~np.isclose(result, expected, 1e-4, 1e-5))[0])
        raise Mistake(
            f"{case}: the shape is right, but at {list(place)} your result is "
            f"{result[place]:.5g}, and {expected[place]:.5g} is expected."
        )
    shown = show(np.asarray(given))
    raise Mistake(f"{case}: your result is {shown}, but {show(expected)} is expected.")


def is_relu(step: Any) -> bool:
    """Whether a step of a model is a ReLU: a layer of Keras or a function of it.

    A layer with weights that has the ReLU inside, as `activation`, is not one.
    """
    activation = step.activation if type(step).__name__ == "Activation" else None
    return "relu" in (type(step).__name__.lower(), getattr(activation, "__name__", None))


def all_differ(expected: float, reasons: Iterable, share: float = 1e-3) -> bool:
    """Whether the right number and those of likely mistakes differ, each from each.

    Inputs are drawn until they do, so that no mistake is taken for the right answer or another
    mistake by chance.

    Args:
        expected: the right number, above zero.
        reasons: pairs of a wrong number, above zero, and the reason for it.
        share: by which part of their size two numbers have to differ.
    """
    numbers = np.sort(np.array([expected, *(wrong for wrong, _ in reasons)], dtype=float))
    return bool(np.all(numbers[1:] > (1 + share) * numbers[:-1]))


_LONGEST_SHOWN = 25  # values of an array; longer ones fill the screen


def show(value: Any) -> str:
    """Write a value for a message: long arrays by their shape, functions by their name."""
    if isinstance(value, np.ndarray) and value.size > _LONGEST_SHOWN:
        return f"an array of shape {value.shape}"
    if isinstance(value, np.ndarray):
        return np.array2string(value, precision=3, separator=", ", suppress_small=True)
    if isinstance(value, np.random.Generator):
        return "a random generator"
    if inspect.isfunction(value):
        return "a function" if value.__name__ == "<lambda>" else f"the function `{value.__name__}`"
    return repr(value)


def print_not_done(exercises: Sequence[Exercise]) -> None:
    """Print which of a lecture's exercises are still to be done."""
    left = [exercise.path.split(".")[-1] for exercise in exercises if not exercise.done]
    if left:
        done = len(exercises) - len(left)
        print(f"Done: {done} of {len(exercises)}. Still to do: {', '.join(left)}.")
    else:
        print(f"All {len(exercises)} exercises of this lecture are done.")


def _is_blank(answer: Any) -> bool:
    """Whether the dots are still there: in a value, in a collection, or as a function's body."""
    if answer is None or answer is ...:
        return True
    if isinstance(answer, dict):
        return _is_blank(list(answer.values()))
    if isinstance(answer, list | tuple):
        return any(item is ... for item in answer)
    code = getattr(answer, "__code__", None)
    return code is not None and all(
        step.opname in _BLANK_STEPS
        and not (step.opname in _CONSTANTS and step.argval not in (None, ...))
        for step in dis.get_instructions(code)
    )


# What the body `...` compiles to in Python 3.11 to 3.13: it does nothing and returns None.
_CONSTANTS = {"LOAD_CONST", "RETURN_CONST"}
_BLANK_STEPS = _CONSTANTS | {"RESUME", "NOP", "RETURN_VALUE"}
