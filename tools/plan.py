"""About how long each section of a lecture takes, for the plan of its slides.

A page says how many minutes it takes as a whole. They are shared out by what a section holds: words
to read, code to try, pictures to look at, exercises.
"""

from __future__ import annotations

import re

import nbformat

from tools.notebooks import tags

# Minutes; only how they compare with each other matters.
A_WORD = 1 / 110
A_LINE = 1 / 8  # of code
AN_OUTPUT = 0.5
A_HAND = 2  # to try what answers to the hand, a player or an explorer
AN_EXERCISE = 5


def whole(opening: str, words: dict[str, str]) -> int:
    """Return the minutes that a page's opening names, of both sessions; 0 if it names none."""
    twice = re.search(words["minutes_twice"], opening)
    once = re.search(words["minutes"], opening)
    return 2 * int(twice[1]) if twice else int(once[1]) if once else 0


def second_session(page: nbformat.NotebookNode, words: dict[str, str]) -> str:
    """Return the heading, or its number, at which a second session begins; "" if none does."""
    for cell in page.cells:
        sentence = re.search(words["two_sessions"], cell.source)
        found = sentence and re.search(words["second_begins"], cell.source[sentence.start() :])
        if found:
            return found[1] or found[2]
    return ""


def reading(text: str) -> float:
    """Return how long a text is to read."""
    return len(text.split()) * A_WORD


def trying(cell: nbformat.NotebookNode) -> float:
    """Return how long a code cell is to read, to try and to look at."""
    if "exercise" in tags(cell):
        return AN_EXERCISE
    lines = sum(bool(line.strip()) for line in cell.source.splitlines())
    pages = [output.get("data", {}).get("text/html", "") for output in cell.get("outputs", [])]
    hands = sum("<script" in page for page in pages)
    return lines * A_LINE + len(pages) * AN_OUTPUT + hands * A_HAND


def shares(parts: list[float], minutes: int) -> list[int]:
    """Share whole minutes out among parts by their size, one at least to each that has a size."""
    scale = minutes / (sum(parts) or 1)
    above = [max(part * scale - 1, 0) for part in parts]
    scale = (minutes - sum(part > 0 for part in parts)) / (sum(above) or 1)
    exact = [(part > 0) + more * scale for part, more in zip(parts, above)]
    shared = [int(share) for share in exact]
    by_rest = sorted(range(len(parts)), key=lambda i: shared[i] - exact[i])
    for i in by_rest[: minutes - sum(shared)]:
        shared[i] += 1
    return shared
