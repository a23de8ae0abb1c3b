"""The budgets of lines: a fault of each kind is found."""

import pytest

from tools import budgets

RIGHT_ANSWERS = "tests/lecture_exercises/right_answers/lecture_01.py"
DECORATED = [
    "@decorated(",
    *["    1,"] * 60,
    ")",
    "def long(x):",
    '    """Do.',
    "",
    "    It.",
    '    """',
]


def function(lines):
    return [*DECORATED, *["    x += 1"] * (lines - 1)]


def write(root, files):
    """Write files of so many lines, or of the lines given."""
    for name, lines in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = ["1"] * lines if isinstance(lines, int) else lines
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


LECTURES = {f"lecture_exercises/lecture_{n}.py": 326 for n in range(17)}
FAULTS = {
    "lecture_utils: 8,400 lines, 300 above": {f"lecture_utils/a{n}.py": 300 for n in range(28)},
    "explore with its scripts: 601 lines, 1 above": {
        "lecture_utils/explore/a.py": 200,
        "lecture_utils/explore/a.js": 300,
        "lecture_utils/explore/a.html": 101,
        "lecture_utils/explore/a.css": 45,
        "lecture_utils/explore/a.json": 900,
    },
    "explore's look: 46 lines, 1 above": {"lecture_utils/explore/a.css": 46},
    "scripts beside explore: 291 lines, 1 above": {"lecture_utils/a.js": 291},
    "the machinery of lecture_exercises: 481 lines, 1 above the budget of 480": {
        "lecture_exercises/exercise.py": 300,
        "lecture_exercises/quiz.py": 181,
    },
    "lecture_exercises: 5,542 lines, 2 above": LECTURES,
    "other right answers: 2,070 lines, 10 above": {RIGHT_ANSWERS: 2_070},
    "tests: 12,101 lines, 1 above the budget": {"tests/tools/test_a.py": 12_101},
    "lecture_01.py: 331 lines; a file has": {"lecture_exercises/lecture_01.py": 331},
    "lecture_utils/models/a.py: 331 lines; a file has": {"lecture_utils/models/a.py": 331},
    "plots/a.py: long has 41 lines without its": {"lecture_utils/plots/a.py": function(41)},
}


@pytest.mark.parametrize("problem", FAULTS)
def test_what_is_above_a_budget_is_found(tmp_path, problem):
    write(tmp_path, FAULTS[problem])
    (found,) = budgets.problems(tmp_path)
    assert problem in found


def test_what_is_just_within_the_budgets_is_fine(tmp_path):
    write(tmp_path, {"lecture_utils/a.py": function(40), "lecture_exercises/lecture_01.py": 330})
    write(tmp_path, {RIGHT_ANSWERS: 2_060, "tests/test_a.py": 12_100})
    assert budgets.problems(tmp_path) == []
    assert "tests: 12,100 of 12,100 lines" in budgets.summary(tmp_path)
