"""Write the length of each file into the package's reading guide: `python -m tools.guide`.

The guide is lecture_utils/README.md. A row of its tables links a file, and the next column has the
file's lines.
"""

from __future__ import annotations

import re
from pathlib import Path

from tools.budgets import length, python_files
from tools.notebooks import ROOT

GUIDE = ROOT / "lecture_utils" / "README.md"
ROW = re.compile(r"(?P<link>\[`[^`]*`\]\((?P<file>[\w/]+\.py)\) *\| *)(?P<lines>\d+)")


def problems(guide: Path = GUIDE) -> list[str]:
    """Return what the guide says wrongly, a sentence each; an empty list if nothing."""
    found, seen = [], set()
    for number, line in enumerate(guide.read_text(encoding="utf-8").splitlines(), start=1):
        for row in ROW.finditer(line):
            seen.add(guide.parent / row["file"])
            place = f"the reading guide, line {number}: {row['file']}"
            if not (guide.parent / row["file"]).exists():
                found.append(f"{place} does not exist")
            elif (lines := length(guide.parent / row["file"])) != int(row["lines"]):
                found.append(f"{place} has {lines} lines, not {row['lines']}: run `make guide`")
    for path in python_files(guide.parent):
        if path.name != "__init__.py" and path not in seen:
            name = path.relative_to(guide.parent).as_posix()
            found.append(f"the reading guide (lecture_utils/README.md) has no row for {name}")
    return found


def renewed(text: str, folder: Path) -> str:
    """Return the guide's text with the lengths that the files in its folder have now."""

    def row(found: re.Match) -> str:
        path = folder / found["file"]
        return found["link"] + (str(length(path)) if path.exists() else found["lines"])

    return ROW.sub(row, text)


def main() -> None:
    """Renew the lengths in the guide."""
    text = renewed(GUIDE.read_text(encoding="utf-8"), GUIDE.parent)
    GUIDE.write_text(text, encoding="utf-8", newline="\n")
    print("\n".join(problems()) or f"{GUIDE.relative_to(ROOT)} has the lengths of all files.")


if __name__ == "__main__":
    main()
