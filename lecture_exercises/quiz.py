"""A quiz: its answers stand in a dictionary, by number, and may be given one after the other."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lecture_exercises.exercise import Exercise, Mistake, is_blank, show


@dataclass(kw_only=True)
class Quiz(Exercise):
    """Each answer is a letter, or a function of numbers; `mistakes` are edits of the functions."""

    numbers: dict[int, list[tuple]]  # question: what its function is tried with
    letters: dict[str, str]  # question and wrong letter: what is wrong with it
    value: bool = True

    def verdict(self, answer: Any, seed: int = 0) -> str:
        """Return what `check` prints: ○ also if no answer is wrong, but questions are open."""
        if isinstance(answer, dict):
            answer = {n: given for n, given in answer.items() if not is_blank(given)} or ...
        verdict, every = super().verdict(answer, seed), self.solve()
        if not self.done or len(answer) == len(every):
            return verdict
        self.done, left = False, ", ".join(str(n) for n in every if n not in answer)
        return f"○ Right so far: {len(answer)} of {len(every)}. Still open: {left}."

    def compare(self, answer: Any, rng: np.random.Generator) -> None:
        """Raise a `Mistake` that says of each wrong answer why it is wrong."""
        if not isinstance(answer, dict):
            raise Mistake(f"A dictionary is expected, number: answer, not {show(answer)}.")
        told = [f"\nQuestion {n}: {why}" for n, one in answer.items() if (why := self.why(n, one))]
        if told:
            raise Mistake(f"Right: {len(answer) - len(told)} of {len(answer)}.{''.join(told)}")

    def why(self, number: int, answer: Any) -> str | None:
        """Say why the answer to a question is wrong, if it is."""
        right, letter = self.solve().get(number), str(answer).strip().lower()
        if right is None:
            return f"there is no question {number!r} in this part of the quiz."
        if callable(right):
            made = {reason: answers()[number] for reason, answers in self.variants()}
            question = Exercise(hints=(), cases=lambda _: self.numbers[number], mistakes=made)
            question.solve = right
            return question.verdict(answer).partition("✗ Not yet. ")[2]
        other = f"one of the letters a, b, c, d is expected, not {show(answer)}."
        return None if letter == right else self.letters.get(f"{number}{letter}", other)
