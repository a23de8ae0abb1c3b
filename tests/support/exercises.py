"""All exercises of the course, for the tests that go through them."""

import importlib
import inspect
from pathlib import Path

import numpy as np

from lecture_exercises.exercise import EXERCISES, Exercise
from lecture_utils.backend import keras

FOLDER = Path(__file__).parents[1] / "lecture_exercises"
LECTURES = sorted(path.stem for path in Path("lecture_exercises").resolve().glob("lecture_*.py"))


def exercises(lecture: str) -> dict[str, Exercise]:
    """Return a lecture's exercises by name."""
    return EXERCISES[importlib.import_module(f"lecture_exercises.{lecture}").__name__]


EVERY = [(lecture, name) for lecture in LECTURES for name in exercises(lecture)]


def builds_network(exercise: Exercise) -> bool:
    """Whether an answer is or builds a network, which takes longer to judge."""
    return "keras" in exercise.source or "layers" in inspect.signature(exercise.solve).parameters


def solution(exercise: Exercise):
    """Return what a student would hand in."""
    return exercise.solve() if exercise.value else exercise.solve


def namespace(path: Path) -> dict:
    """Run a file of answers as a page would, with the names that pages have."""
    names = {"np": np, "keras": keras, "layers": keras.layers, "__name__": path.stem}
    exec(compile(path.read_text(encoding="utf-8"), path, "exec"), names)
    return names
