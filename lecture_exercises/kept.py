"""What a student has done, kept when the kernel restarts: a small file beside the page.

Where none can be written there, it lies in the home folder. With LECTURE_PROGRESS=off, as when
pages are recorded and checked, nothing is kept.
"""

import contextlib
import importlib
import json
import os
from pathlib import Path

NAME = ".lecture_progress.json"
NOT_KEPT = "(Not kept when the kernel restarts: no file can be written here or in the home folder.)"
PLACES = []
for place in (Path.cwd, Path.home):  # asked now: the page's folder, until somebody leaves it
    with contextlib.suppress(OSError, RuntimeError):  # a folder that is gone, a user without a home
        PLACES.append(place() / NAME)


def done(lecture: str) -> set[str]:
    """Return the names of the exercises of a lecture that were ever done."""
    if _is_off():
        return set()
    return {name for path in PLACES for name in _read(path).get(lecture, ())}


def keep(lecture: str, name: str) -> str:
    """Keep that an exercise is done; return what to say if that is not possible."""
    if _is_off() or name in done(lecture):
        return ""
    for path in PLACES:
        every = _read(path)
        every[lecture] = sorted({*every.get(lecture, ()), name})
        new = path.with_suffix(f".{os.getpid()}")
        try:
            new.write_text(json.dumps(every, indent=1), encoding="utf-8")
            new.replace(path)  # whole at any time, whatever happens meanwhile
            return ""
        except OSError:
            continue
    return NOT_KEPT


def progress() -> None:
    """Print how much of every lecture is done.

    Example:
        >>> progress()
        Lecture 01  ✓✓○○○○○○  2 of 8
        ...
    """
    from lecture_exercises.exercise import EXERCISES

    for path in sorted(Path(__file__).parent.glob("lecture_*.py")):
        every = EXERCISES[importlib.import_module(f"lecture_exercises.{path.stem}").__name__]
        kept = done(path.stem)
        signs = "".join("○✓"[e.done or name in kept] for name, e in every.items())
        number = path.stem.removeprefix("lecture_")
        print(f"Lecture {number}  {signs:<9} {signs.count('✓')} of {len(signs)}")


def _is_off() -> bool:
    return os.environ.get("LECTURE_PROGRESS") == "off"


def _read(path: Path) -> dict[str, list[str]]:
    """Read a file; one that is missing or damaged holds nothing."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {lecture: list(names) for lecture, names in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
