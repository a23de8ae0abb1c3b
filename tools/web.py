"""The set-up that site and slides share: Sphinx beside the course, MathJax and fonts from npm.

It is done once, and again where a pin has changed; nothing is fetched after it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tomllib
from pathlib import Path

from tools.environment import AGAIN, hold_others_off, run
from tools.notebooks import ROOT

SITE = ROOT / "docs" / "site"
NODE_MODULES = SITE / "node_modules"
BUILD = ROOT / "build"
FONTS = ("noto-sans", "noto-sans-mono", "noto-sans-arabic", "noto-sans-armenian")

NO_NPM = (
    "npm is missing, which brings MathJax and the fonts: install Node.js 20 or newer "
    "(on Debian, Ubuntu: apt install npm) and " + AGAIN
)
NO_CHROMIUM = "There is no Chromium: install it (on Debian, Ubuntu: apt install chromium)."
FAILED = "%s could not be installed; the lines above say why. Connect to a network and " + AGAIN


def set_up() -> None:
    """Install what the pins name, unless these very pins were installed before."""
    packages = [SITE / "requirements.txt", ROOT / "constraints.txt"]
    lock = [SITE / "package-lock.json"]
    if _is_done(Path(sys.prefix), packages) and _is_done(NODE_MODULES, lock):
        return
    hold_others_off()
    if not _is_done(Path(sys.prefix), packages):
        _install_python_packages(*packages)
        _note(Path(sys.prefix), packages)
    if not _is_done(NODE_MODULES, lock):
        _install_npm_packages()
        _note(NODE_MODULES, lock)


def words(language: str | None = None) -> dict[str, str]:
    """Return the words of a language: those that are added to the pages, and those found in them.

    They stand in docs/site/words.json: language, key, words. `dir` is the direction of writing.
    What is found in pages, such as `minutes`, is written as a regular expression.

    Args:
        language: None is the language of the pages, which stands in pyproject.toml.
    """
    if language is None:
        settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        language = settings["tool"]["lecture_utils"].get("language", "en")
    known = json.loads((SITE / "words.json").read_text(encoding="utf-8"))
    return known[language] | {"language": language}


def launch(playwright):
    """Start the system's Chromium; raise FileNotFoundError, which says so, if it has none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        raise FileNotFoundError(NO_CHROMIUM)
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    arguments = ["--no-sandbox"] if as_root else []
    return playwright.chromium.launch(executable_path=chromium, args=arguments)


def anchor(heading: str) -> str:
    """Return a heading's anchor as JupyterLab has it: `14_ilsvrc.ipynb#Key-points`."""
    return heading.strip().replace(" ", "-")


def copy_fonts(folder: Path, axis: str) -> None:
    """Put the fonts into a folder, with fonts.css: those that vary in weight, `wght`, or `wdth`."""
    (folder / "files").mkdir(parents=True)
    styles = []
    for font in FONTS:
        package = NODE_MODULES / "@fontsource-variable" / font
        styles += [style.read_text(encoding="utf-8") for style in package.glob(f"{axis}*.css")]
        for file in (package / "files").glob(f"*-{axis}-*.woff2"):
            shutil.copy2(file, folder / "files")
    (folder / "fonts.css").write_text("\n".join(styles), encoding="utf-8")


def _install_python_packages(requirements: Path, constraints: Path) -> None:
    print("Installing Sphinx into .venv: 70 MB, once.", flush=True)
    command = [sys.executable, "-P", "-m", "pip", "install", "--quiet", "--no-input"]
    command += ["--disable-pip-version-check", "--retries", "2"]
    run([*command, "-r", str(requirements), "-c", str(constraints)], FAILED % "Sphinx")


def _install_npm_packages() -> None:
    npm = shutil.which("npm")
    if npm is None:
        sys.exit(NO_NPM)
    print("Fetching MathJax, reveal.js and fonts into docs/site: 110 MB, once.", flush=True)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
    run([*command, "--prefix", str(SITE)], FAILED % "MathJax and the fonts")


def _note(folder: Path, pins: list[Path]) -> None:
    """Note in a folder which pins were installed there."""
    (folder / "installed-pins").write_text(_texts(pins), encoding="utf-8")


def _is_done(folder: Path, pins: list[Path]) -> bool:
    """Whether these pins are what was installed in a folder last."""
    note = folder / "installed-pins"
    return note.exists() and note.read_text(encoding="utf-8") == _texts(pins)


def _texts(pins: list[Path]) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in pins)
