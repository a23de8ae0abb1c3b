"""The courses of docs/teaching.md: their sections exist, and their minutes are the pages' own."""

import re
from functools import cache

import pytest

from tools.notebooks import ROOT, notebook_paths, read

pytest.importorskip("mdit_py_plugins", reason="`make slides` installs what the slides need")
from tools.slides import Deck

GUIDE = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
PLAN = re.compile(r'<a href="#/([^"]+)">.*?(\d+) min', re.DOTALL)


@cache
def minutes(number):
    """A lecture's sections and their minutes, as its deck's first slide has them."""
    (path,) = [path for path in notebook_paths() if path.name.startswith(number)]
    found = dict(PLAN.findall(Deck(read(path)).plan()))
    return {section.replace("-", " ").replace("`", ""): int(m) for section, m in found.items()}


def sum_of(sections, plan):
    """The minutes of sections, named one after the other."""
    if sections == "all":
        return sum(plan.values())
    return sum(plan[name.replace("-", " ").strip()] for name in sections.split(";"))


@pytest.mark.parametrize(
    ("number", "sections", "told"),
    re.findall(r"^\| \d \| (\d\d): (.+?) \| (\d+) \|$", GUIDE, re.MULTILINE),
)
def test_a_session_takes_as_long_as_its_sections(number, sections, told):
    assert abs(sum_of(sections, minutes(number)) - int(told)) <= 3


@pytest.mark.parametrize(
    ("number", "told", "sections"),
    re.findall(r"^\| (\d\d) \| (\d+) \| (.+?) \|$", GUIDE, re.MULTILINE),
)
def test_what_is_not_read_at_home_takes_as_long_as_the_session(number, told, sections):
    plan = minutes(number)
    assert abs(sum(plan.values()) - sum_of(sections, plan) - int(told)) <= 3


def test_a_session_has_at_most_90_minutes():
    for course in GUIDE.split("\n### ")[1:]:
        sums = {}
        for session, told in re.findall(r"^\| (\d) \| .+ \| (\d+) \|$", course, re.MULTILINE):
            key = session if "step" not in course else "all"
            sums[key] = sums.get(key, 0) + int(told)
        assert all(total <= 90 for total in sums.values()), sums
