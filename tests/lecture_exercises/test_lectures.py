"""Every exercise: its blank, solution, mistakes, hints, other right answers and mutants."""

import copy
import itertools
import re

import numpy as np
import pytest
from exercises import EVERY, FOLDER, LECTURES, builds_network, exercises, namespace, solution
from mutants import mutants, whole

from lecture_exercises.exercise import same
from lecture_utils.backend import keras
from tools.notebooks import notebook_paths, read, tags


def page(lecture):
    return read(next(path for path in notebook_paths() if path.name[:2] == lecture[-2:])).cells


def page_cells(lecture):
    """The exercise cells of a page: name of the exercise to source."""
    cells = [cell.source for cell in page(lecture) if "exercise" in tags(cell)]
    return {re.search(rf"{lecture}\.(\w+)\.check", source)[1]: source for source in cells}


def seeds(exercise):
    """Fewer where a verdict takes long."""
    return range(2 if builds_network(exercise) else 4 if exercise.checker else 20)


def answers(lecture):
    """The other right answers of a lecture: exercise and what is unusual to the answer."""
    return {
        tuple(name.split("__")): answer
        for name, answer in namespace(FOLDER / "right_answers" / f"{lecture}.py").items()
        if "__" in name.strip("_")
    }


def equal_mutants(lecture):
    return namespace(FOLDER / "equal_mutants" / f"{lecture}.py")["EQUAL"]


@pytest.mark.parametrize("lecture", LECTURES)
def test_a_lecture_has_at_least_four_exercises_all_of_them_on_its_page(lecture):
    assert len(exercises(lecture)) >= 4
    assert set(page_cells(lecture)) == set(exercises(lecture))


@pytest.mark.parametrize(("lecture", "name"), EVERY)
def test_the_blank_of_the_page_is_reported_as_unanswered(lecture, name):
    source = page_cells(lecture)[name].split(f"{lecture}.{name}.check")[0]
    blank = {}
    exec(source, blank)
    assert exercises(lecture)[name].verdict(blank[name]).startswith("○ Not answered yet")


@pytest.mark.parametrize(("lecture", "name"), EVERY)
def test_the_solution_is_right_whatever_inputs_are_drawn(lecture, name):
    exercise = exercises(lecture)[name]
    for seed in seeds(exercise):
        assert exercise.verdict(solution(exercise), seed).startswith("✓ Right")
        assert exercise.done


@pytest.mark.parametrize(("lecture", "name"), EVERY)
def test_each_mistake_is_told_by_its_own_message_whatever_inputs_are_drawn(lecture, name):
    exercise = exercises(lecture)[name]
    mistakes = dict(exercise.variants())
    for seed in seeds(exercise):
        if exercise.checker or not exercise.cases:
            for reason, mistake in mistakes.items():
                verdict = exercise.verdict(mistake() if exercise.value else mistake, seed)
                assert verdict.startswith("✗ Not yet.")
                assert reason.lower() in verdict.lower()
        else:  # as `compare` finds them, but all at once
            cases = list(exercise.cases(np.random.default_rng(seed)))
            every = {"": exercise.solve} | mistakes
            given = {r: [exercise.result(f, case) for case in cases] for r, f in every.items()}
            for reason, mine in given.items():
                fits = (r for r, its in given.items() if all(map(same, mine, its)))
                assert next(fits) == reason


@pytest.mark.parametrize(("lecture", "name"), EVERY)
def test_a_mistake_is_said(lecture, name):
    exercise = exercises(lecture)[name]
    for reason, mistake in itertools.islice(exercise.variants(), 2):
        verdict = exercise.verdict(mistake() if exercise.value else mistake)
        assert verdict.startswith("✗ Not yet.")
        assert reason.lower() in verdict.lower()
        assert not exercise.done


@pytest.mark.parametrize(("lecture", "name"), EVERY)
def test_there_are_hints(lecture, name, capsys):
    exercise = exercises(lecture)[name]
    assert len(exercise.hints) >= 2
    for number in range(1, len(exercise.hints) + 1):
        exercise.hint()
        assert f"Hint {number} of {len(exercise.hints)}" in capsys.readouterr().out
    exercise.hint()
    assert f"{lecture}.{name}.solution()" in capsys.readouterr().out


@pytest.mark.parametrize(("lecture", "name"), EVERY)
def test_what_solution_prints_is_right_when_it_is_run(lecture, name):
    exercise = exercises(lecture)[name]
    pasted = {"np": np, "keras": keras}
    exec(next(cell.source for cell in page(lecture) if cell.id == "imports"), pasted)
    exec(exercise.source, pasted)
    assert exercise.verdict(pasted[name]).startswith("✓ Right")


@pytest.mark.parametrize(("lecture", "name"), EVERY)
def test_right_answers_of_another_form_are_right(lecture, name):
    exercise = exercises(lecture)[name]
    others = {form: answer for (of, form), answer in answers(lecture).items() if of == name}
    assert len(others) >= 3
    for form, answer in others.items():
        for seed in range(1 if builds_network(exercise) or exercise.checker else 5):
            assert exercise.verdict(answer, seed).startswith("✓ Right"), form


@pytest.mark.parametrize(("lecture", "name"), EVERY)
def test_mutants_of_the_solution_are_refused_or_known_to_be_equal(lecture, name):
    exercise, accepted = copy.copy(exercises(lecture)[name]), set()
    exercise.mistakes = {}  # to be refused is enough here
    for change, source in mutants(exercise):
        names = dict(exercise.solve.__globals__) | {"_whole": whole}
        try:
            exec(source, names)
        except Exception:
            continue  # it cannot even be run
        verdict = exercise.verdict(names[name])
        assert verdict[0] in "○✓✗", change
        if verdict.startswith("✓"):
            accepted.add(change)
    assert accepted == {change for of, change in equal_mutants(lecture) if of == name}
