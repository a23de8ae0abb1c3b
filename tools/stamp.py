"""Write the course's public address into its pages: `python -m tools.stamp [ADDRESS]`.

The address stands in one place, `[tool.lecture_utils] repository` in pyproject.toml. From there it
goes into each notebook's set-up cell and links, into the links of the README, and to the hub. What
other people's machines run the course from, .devcontainer and .binder, is written here too.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlencode

import nbformat

from tools import web
from tools.hub import DEPLOY
from tools.notebooks import ROOT, notebook_paths, read, tags, write

SETUP_TAG = "setup"
BADGE_TAG = "badge"

# The Python of Binder, of the development container and of the hub's image.
PYTHON = "3.12"

# Where a page opens: the place's first page, and its link to a page of a repository on GitHub.
PLACES = {
    "Colab": (
        "https://colab.research.google.com/",
        "https://colab.research.google.com/github/{repository}/blob/main/notebooks/{page}",
    ),
    "Kaggle": (
        "https://www.kaggle.com/code",
        "https://kaggle.com/kernels/welcome"
        "?src=https://github.com/{repository}/blob/main/notebooks/{page}",
    ),
    "Binder": (
        "https://mybinder.org/",
        "https://mybinder.org/v2/gh/{repository}/main?urlpath=lab/tree/notebooks/{page}",
    ),
    "Codespaces": ("https://github.com/codespaces", "https://codespaces.new/{repository}"),
}
PAGE_PLACES = ("Colab", "Kaggle")  # one page is enough for these

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


def link(address: str, page: str, place: str, words: str) -> str:
    """Return the Markdown of a link that opens a page: words, since a page asks nothing outside.

    All places open pages from GitHub alone; without such an address the link leads to the place's
    first page, where a notebook can be uploaded or an address given.
    """
    first_page, target = PLACES[place]
    match = re.fullmatch(r"https://github\.com/([^/]+/[^/]+?)(\.git)?/?", address)
    if match:
        return f"[{words}]({target.format(repository=match[1], page=page)})"
    return f"[{words}]({first_page})"


def badge(address: str, page: str) -> str:
    """Return a notebook's links to where it can be opened alone."""
    words = web.words()["open"]
    return " · ".join(link(address, page, place, words.format(place)) for place in PAGE_PLACES)


def stamp(notebook: nbformat.NotebookNode, name: str, address: str) -> None:
    """Write the address into a notebook's set-up cell, which is folded, and links.

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
            cell.source = badge(address, name)


def stamp_readme(text: str, address: str) -> str:
    """Return the README's text with the address in its links."""
    paths = notebook_paths()
    names = {path.name[:2]: path.name for path in paths} | {"all": paths[0].name}
    words = web.words()["open_number"]
    return readme_badge().sub(
        lambda found: link(address, names[found[1]], found[2], words.format(*found.groups())), text
    )


def readme_badge() -> re.Pattern:
    """Return what finds the README's links: the number of the lecture, or `all`, and the place."""
    before, between, after = map(re.escape, web.words()["open_number"].split("{}"))
    return re.compile(rf"\[{before}(\w+){between}({'|'.join(PLACES)}){after}\]\(\S*\)")


def files(address: str) -> dict[Path, str]:
    """Return the texts of the files from which other machines run the course, by their paths.

    Args:
        address: of the repository; `""` for a course that is not published.
    """
    container = {
        "name": web.words()["course"],
        "image": f"mcr.microsoft.com/devcontainers/python:{PYTHON}",
        "hostRequirements": {"cpus": 2, "memory": "4gb"},
        "postCreateCommand": "python tools/environment.py",
        "customizations": {
            "vscode": {
                "extensions": ["ms-python.python", "ms-toolsai.jupyter"],
                "settings": {"python.defaultInterpreterPath": ".venv/bin/python"},
            },
            "codespaces": {"openFiles": [f"notebooks/{notebook_paths()[0].name}"]},
        },
    }
    values, image = DEPLOY / "values.yaml", DEPLOY / "Dockerfile"
    door = f"default_url: {front_door(address) if address else '/lab'}"
    return {
        ROOT / ".devcontainer" / "devcontainer.json": json.dumps(container, indent=2) + "\n",
        ROOT / ".binder" / "runtime.txt": f"python-{PYTHON}\n",
        ROOT / ".binder" / "requirements.txt": "-r ../requirements.txt\n-c ../constraints.txt\n",
        values: re.sub("default_url: .*", door, values.read_text(encoding="utf-8")),
        image: re.sub(r"python:[\d.]+", f"python:{PYTHON}", image.read_text(encoding="utf-8")),
    }


def front_door(address: str) -> str:
    """Return where a hub sends a student: nbgitpuller fetches the course and opens lecture 1."""
    page = f"lab/tree/course/notebooks/{notebook_paths()[0].name}"
    query = {"repo": address, "branch": "main", "targetpath": "course", "urlpath": page}
    return f"/hub/user-redirect/git-pull?{urlencode(query)}"


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
    for path, text in files(address).items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(notebook_paths())} notebooks and the README carry {address or 'no address'!r}.")


if __name__ == "__main__":
    main()
