"""Write the course's public address into its pages: `python -m tools.stamp [ADDRESS]`.

The address stands in one place, `[tool.lecture_utils] repository` in pyproject.toml. From there it
goes into each notebook's set-up cell and link to Colab, and into the links of the README.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from pathlib import Path

import nbformat

from tools import web
from tools.notebooks import ROOT, notebook_paths, read, tags, write

SETUP_TAG = "setup"
BADGE_TAG = "badge"

# The set-up is folded in JupyterLab and in Colab, so that a page begins with its subject.
FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}

SETUP = """\
# @title Set-up: finds the course; where it is missing, as in Colab, fetches it. Installs nothing.
import subprocess
import sys
from pathlib import Path

REPOSITORY = "{address}"
places = [Path.cwd(), *Path.cwd().parents, Path("{folder}").resolve()]
course = next((place for place in places if (place / "lecture_utils").is_dir()), None)
if course is None and REPOSITORY:
    course = places[-1]
    if subprocess.run(["git", "clone", "--depth=1", REPOSITORY, course]).returncode:
        sys.exit(f"The course could not be fetched from {{REPOSITORY}}: is there a network?")
if course is not None and str(course) not in sys.path:
    sys.path.insert(0, str(course))

try:
    from lecture_utils.backend import keras  # Keras, without TensorFlow's start-up lines
except ModuleNotFoundError:
    sys.exit("The course is not here: open this page inside it, or `make stamp` its address.")"""


def repository() -> str:
    """Return the course's public address, or `""` if it has none yet."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return settings["tool"]["lecture_utils"]["repository"]


def setup_cell(address: str) -> str:
    """Return the source of every notebook's set-up cell."""
    folder = Path(address).name.removesuffix(".git") or "course"
    return SETUP.format(address=address, folder=folder)


def badge(address: str, notebook: str, words: str) -> str:
    """Return the Markdown of a notebook's link to Colab: words, since a page asks nothing outside.

    Colab opens pages from GitHub alone; without such an address the link leads to Colab's first
    page, where a notebook can be uploaded.
    """
    match = re.fullmatch(r"https://github\.com/([^/]+/[^/]+?)(\.git)?/?", address)
    target = "https://colab.research.google.com/"
    if match:
        target += f"github/{match[1]}/blob/main/notebooks/{notebook}"
    return f"[{words}]({target})"


def stamp(notebook: nbformat.NotebookNode, name: str, address: str) -> None:
    """Write the address into a notebook's set-up cell, which is folded, and link to Colab.

    Args:
        notebook: is changed.
        name: of its file.
        address: of the repository; `""` for a course that is not published.
    """
    for cell in notebook.cells:
        if SETUP_TAG in tags(cell):
            cell.source = setup_cell(address)
            cell.metadata.update(FOLDED)
        elif BADGE_TAG in tags(cell):
            cell.source = badge(address, name, web.words()["open"])


def stamp_readme(text: str, address: str) -> str:
    """Return the README's text with the address in its links to Colab."""
    names = {path.name[:2]: path.name for path in notebook_paths()}
    words = web.words()["open_number"]
    return readme_badge().sub(
        lambda found: badge(address, names[found[1]], words.format(found[1])), text
    )


def readme_badge() -> re.Pattern:
    """Return what finds the README's links to Colab, and the number of the lecture in each."""
    before, after = map(re.escape, web.words()["open_number"].split("{}"))
    return re.compile(rf"\[{before}(\w+){after}\]\(\S*\)")


def main() -> None:
    """Stamp all pages with the address given, or anew with the one in pyproject.toml."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", nargs="?", help="such as https://github.com/you/course")
    address = parser.parse_args().address
    if address is not None:
        address = address.rstrip("/")
        if not re.match(r"(https?|file|ssh)://|git@", address):
            sys.exit(
                f"The address is {address!r}; it should look like https://github.com/you/course"
            )
        settings = ROOT / "pyproject.toml"
        text = settings.read_text(encoding="utf-8")
        text = re.sub(r'^repository = ".*"$', f'repository = "{address}"', text, flags=re.MULTILINE)
        settings.write_text(text, encoding="utf-8")
    address = repository()
    for path in notebook_paths():
        notebook = read(path)
        stamp(notebook, path.name, address)
        write(notebook, path)
    readme = ROOT / "README.md"
    readme.write_text(stamp_readme(readme.read_text(encoding="utf-8"), address), encoding="utf-8")
    print(f"{len(notebook_paths())} notebooks and the README carry {address or 'no address'!r}.")


if __name__ == "__main__":
    main()
