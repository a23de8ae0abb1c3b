"""An exercise: its solution as real Python, inputs to try it on, and the likely mistakes."""

import copy
import inspect
import random
import re
import textwrap
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lecture_exercises import kept
from lecture_exercises.networks import difference, results
from lecture_utils.backend import keras

EXERCISES: dict[str, dict[str, "Exercise"]] = {}  # module of a lecture: name: exercise
COPIED = (np.ndarray, list, dict)  # arguments that a student's function may change


class Mistake(Exception):
    """What is wrong, and why that is likely: a checker of an exercise's own raises it."""


class Failure(str):
    """How a function failed: a result that another function may share."""


@dataclass(kw_only=True)
class Exercise:
    """A question that answers back; it decorates its solution."""

    hints: Sequence[str]  # from a nudge to nearly the answer
    # Draws inputs: tuples of arguments. A function of a `keras.Input` is taken for a network.
    cases: Callable[[np.random.Generator], Iterable[tuple]] | None = None
    # What to say: the mistake, as an edit (old, new) of the solution, some edits, or a function. It
    # is named if it gives the student's result in every case.
    mistakes: Mapping[str, tuple | list | Callable] | None = None
    remark: str = ""  # said of a right answer
    read: Callable[[Any], Any] = lambda result: result  # makes of a result what is compared
    # Says what is wrong with a result in a case (result, *arguments), if no mistake explains it.
    tell: Callable[..., str | None] = lambda result, *case: None
    # Where no result can be compared: gets the answer and a generator, raises `Mistake`.
    checker: Callable[[Any, np.random.Generator], None] | None = None
    value: bool = False  # the answer is what the solution returns, not a function
    done: bool = False
    hints_given: int = 0

    def __call__(self, solve: Callable) -> "Exercise":
        """Take the solution."""
        self.solve, self.name, module = solve, solve.__name__, solve.__module__
        self.path = f"{module.split('.')[-1]}.{self.name}"
        EXERCISES.setdefault(module, {})[self.name] = self
        return self

    @cached_property
    def code(self) -> str:
        """The solution's text, a function."""
        text = textwrap.dedent(inspect.getsource(self.solve))
        return "def " + text.split("\ndef ", 1)[-1].strip()

    @property
    def source(self) -> str:
        """The solution's text as a student would write it: a value without its function."""
        if not self.value:
            return self.code
        return f"{self.name} = {textwrap.dedent('    ' + self.code.split('    return ', 1)[1])}"

    def check(self, answer: Any) -> None:
        """Print whether the student's answer is right."""
        print(self.verdict(answer))
        problem = kept.keep(*self.path.split(".")) if self.done else ""
        if problem:
            print(problem)

    def hint(self) -> None:
        """Print the next hint."""
        number = self.hints_given = self.hints_given % (len(self.hints) + 1) + 1
        if number > len(self.hints):
            print(f"That was the last hint. A worked solution: {self.path}.solution()")
        else:
            print(f"Hint {number} of {len(self.hints)}: {self.hints[number - 1]}")

    def solution(self) -> None:
        """Print a worked solution."""
        print(self.source)

    def verdict(self, answer: Any, seed: int = 0) -> str:
        """Return what `check` prints: ○ for no answer yet, ✓ for a right and ✗ for a wrong one."""
        self.done, state = False, random.getstate()  # Keras draws the seeds of layers from it
        if is_blank(answer):
            todo = "Write your answer in place of the dots, then run this cell again."
            return f"○ Not answered yet. {todo} A hint: {self.path}.hint()"
        try:
            function = callable(answer) and not isinstance(answer, keras.layers.Layer)
            if not (self.value or function):
                raise Mistake(f"A function is expected here, but this is {show(answer)}.")
            with warnings.catch_warnings(action="ignore"):
                (self.checker or self.compare)(answer, np.random.default_rng(seed))
        except Mistake as mistake:
            return f"✗ Not yet. {mistake}"
        finally:
            random.setstate(state)
            results.cache_clear()
        self.done = True
        return f"✓ Right. {self.remark}".rstrip()

    def compare(self, answer: Any, rng: np.random.Generator) -> None:
        """Raise a `Mistake` unless a function gives in every case what the solution gives."""
        cases = list(self.cases(rng))
        given, right = ([self.result(f, case) for case in cases] for f in (answer, self.solve))
        wrong = next((i for i, g in enumerate(given) if not same(g, right[i])), None)
        if wrong is None:
            return
        names = inspect.signature(self.solve).parameters
        told = ", ".join(f"{name} {show(a)}" for name, a in zip(names, cases[wrong], strict=True))
        for reason, mistake in self.variants():  # noqa: B007 (used behind the loop)
            if all(same(g, self.result(mistake, c)) for g, c in zip(given, cases, strict=True)):
                break
        else:
            failed = isinstance(given[wrong], Failure) and given[wrong]
            reason = failed or self.tell(given[wrong], *cases[wrong])
            reason = reason or apart(given[wrong], right[wrong])
        raise Mistake(f"For {told}: {reason}" if told else reason[0].upper() + reason[1:])

    def variants(self) -> Iterator[tuple[str, Callable]]:
        """Yield what to say of each mistake, and a function that makes it."""
        for reason, change in (self.mistakes or {}).items():
            text, scope = self.code, dict(vars(inspect.getmodule(self.solve)))
            if callable(change):
                yield reason, change
                continue
            for old, new in [change] if isinstance(change, tuple) else change:
                assert old in text, f"{self.path}: no {old!r} in the solution"
                text = text.replace(old, new)
            exec(text, scope)
            yield reason, scope[self.name]

    def result(self, function: Callable, case: tuple) -> Any:
        """Return what a function gives in a case, in a form to be compared, or its failure."""
        try:
            result = function(*(copy.deepcopy(a) if type(a) in COPIED else a for a in case))
        except Exception as error:
            return Failure(f"your function stopped with {type(error).__name__}: {error}"[:300])
        if result is None or result is ...:
            return Failure("your function returned nothing. Does it end with `return`?")
        images = [a for a in case if isinstance(a, keras.KerasTensor)]
        try:
            if images and not isinstance(result, keras.KerasTensor):
                raise TypeError
            return keras.Model(images, result) if images else plain(self.read(result))
        except Exception as error:
            reason = "a tensor of Keras, made of the input, is expected" if images else error
            return Failure(f"{show(result)} is not what is asked for: {reason}")


def print_not_done(module: str) -> None:
    """Print which exercises of a lecture's module are still to be done."""
    every, before = EXERCISES[module], kept.done(module.split(".")[-1])
    left = [name for name, exercise in every.items() if not exercise.done | (name in before)]
    done = f"Done: {len(every) - len(left)} of {len(every)}. Still to do: {', '.join(left)}."
    print(done if left else f"All {len(every)} exercises of this lecture are done.")


def is_blank(answer: Any) -> bool:
    """Whether the dots are still there: as a value, in a collection, or as a function's body."""
    if isinstance(answer, dict | list | tuple):
        return any(a is ... for a in (answer.values() if isinstance(answer, dict) else answer))
    code, blank = getattr(answer, "__code__", None), (lambda: ...).__code__
    if code is None:
        return answer is None or answer is ...
    body_is_blank = code.co_code[::2] == blank.co_code[::2]  # the instructions without arguments
    return body_is_blank and {*code.co_consts} <= {None, ..., answer.__doc__}


def plain(result: Any) -> Any:
    """Turn numbers in any form into arrays, and lists of what cannot be one array part by part."""
    if isinstance(result, np.ma.MaskedArray):
        raise TypeError("it has a mask")
    if isinstance(result, list | tuple):
        parts = [plain(part) for part in result]
        numbers = all(isinstance(p, np.ndarray) and p.shape == parts[0].shape for p in parts)
        return np.array(parts) if numbers else parts
    if isinstance(result, keras.Model | str | dict):
        return result
    array = np.asarray(result)
    if array.dtype == object:
        raise TypeError("numbers are expected")
    return array


def same(one: Any, two: Any) -> bool:
    """Whether two results are equal: whole numbers exactly, others to about six digits."""
    if isinstance(one, keras.Model) and isinstance(two, keras.Model):
        return difference(one, two) is None
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(same, one, two))
    if not (isinstance(one, np.ndarray) and isinstance(two, np.ndarray)):
        return type(one) is type(two) and one == two
    return one.shape == two.shape and bool(close(one, two).all())


def close(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Whether arrays of one shape are equal, place by place."""
    if (one.dtype.kind in "iuf") != (two.dtype.kind in "iuf"):
        return np.zeros(two.shape, dtype=bool)
    if two.dtype.kind != "f":
        return one == two
    limit = 2e-6 * np.abs(two).max(initial=0, where=np.isfinite(two))
    return np.isclose(one, two, 5e-6, limit, equal_nan=True)


def apart(given: Any, right: Any) -> str:
    """Say in what a result differs from the right one, with the digits that it takes."""
    if isinstance(given, keras.Model) and isinstance(right, keras.Model):
        return difference(given, right)
    if isinstance(given, np.ndarray) and isinstance(right, np.ndarray):
        if given.shape != right.shape:
            return f"the shape is {given.shape}, but {right.shape} is expected."
        place = tuple(np.argwhere(~close(given, right))[0].tolist())
        where = f"at {list(place)} " if place else ""
        given, right = given[place].item(), right[place].item()
        write = show if show(given) != show(right) else repr
        return f"{where}your result is {write(given)}, but {write(right)} is expected."
    return f"your result is {show(given)}, but {show(right)} is expected."


def show(value: Any) -> str:
    """Write a value for a message: long arrays by their shape, functions by their name."""
    if isinstance(value, float):
        return f"{value:.7g}"
    if isinstance(value, np.ndarray | keras.KerasTensor) or keras.ops.is_tensor(value):
        if isinstance(value, keras.KerasTensor) or np.ndim(value) > 2 or np.size(value) > 25:
            return f"of shape {tuple(value.shape)[isinstance(value, keras.KerasTensor) :]}"
        return np.array2string(np.asarray(value), precision=3, separator=", ", suppress_small=True)
    if inspect.isfunction(value):
        return "a function" if value.__name__ == "<lambda>" else f"the function `{value.__name__}`"
    if isinstance(value, keras.layers.Layer):
        return f"a {type(value).__name__}"
    shown = re.sub(r" at 0x\w+", "", repr(value))
    return f"of length {len(value)}" if len(shown) > 200 and np.iterable(value) else shown[:200]
