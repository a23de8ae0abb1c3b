"""The exercises of the lectures: solutions with their likely mistakes beside them."""

from lecture_exercises.kept import progress as progress
