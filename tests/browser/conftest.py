"""A browser for the tests of what `make site` and `make slides` built: `make browser`.

A page is opened from the disk, as a reader may. What it asks for from outside is refused and noted,
and so are its errors.
"""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tools import web
from tools.notebooks import ROOT

AXE = web.NODE_MODULES / "axe-core" / "axe.min.js"
INSIDE = re.compile(r"^(file|data|blob|about):|^https?://(localhost|127\.0\.0\.1)[:/]")
DRAWN = """() => Promise.race([window.MathJax?.startup?.promise, new Promise((_, fail) =>
    setTimeout(() => fail(Error("the formulas are not drawn after a minute")), 60000))])"""


def pytest_collection_modifyitems(items):
    """Mark what stands in this folder: a plain run of the tests leaves it out."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser():
    """Chromium, as the system has it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = web.launch(playwright)
        yield browser
        browser.close()


@dataclass
class Reader:
    """A page in the browser, and what went wrong on it."""

    page: object
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self):
        """Listen to the page, and keep it from asking for anything outside."""
        note = self.troubles.append
        self.page.on("pageerror", lambda error: note(f"error: {error}"))
        self.page.on("console", lambda said: said.type == "error" and note(f"says: {said.text}"))
        self.page.on("requestfailed", lambda request: note(f"not loaded: {request.url[:200]}"))
        self.page.route(lambda url: not INSIDE.match(url), self._refuse)

    def _refuse(self, route):
        self.troubles.append(f"asks outside for {route.request.url[:200]}")
        route.abort()

    def open(self, address):
        """Open a file, or an address, and wait until its formulas are drawn."""
        place = address.resolve().as_uri() if isinstance(address, Path) else address
        self.page.goto(place)
        self.page.evaluate(DRAWN)
        return self

    def violations(self, *rules):
        """Return what axe finds serious or critical: the rule, and the first element."""
        if not self.page.evaluate("typeof axe !== 'undefined'"):
            self.page.add_script_tag(path=AXE)
        options = {"resultTypes": ["violations"], "iframes": False, "preload": False}
        options |= {"runOnly": list(rules)} if rules else {}
        found = self.page.evaluate("options => axe.run(options)", options)
        return [
            f"{violation['id']} ({len(violation['nodes'])}): {violation['nodes'][0]['html'][:200]}"
            for violation in found["violations"]
            if violation["impact"] in ("serious", "critical")
        ]


@pytest.fixture
def reader(browser):
    """A page of 1280 by 720 pixels in a context of its own."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 720}, color_scheme="light", reduced_motion="reduce"
    )
    yield Reader(context.new_page())
    context.close()


@pytest.fixture
def alone(reader, tmp_path):
    """Show a figure on a page that has nothing else; return its element."""

    def show(figure):
        head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>-</title><main>'
        (tmp_path / "page.html").write_text(head + figure.html, encoding="utf-8")
        reader.page.goto((tmp_path / "page.html").as_uri())
        return reader.page.locator(".lecture-explorer")

    yield show
    assert reader.troubles == []


@dataclass
class Lab:
    """JupyterLab over a copy of the course, which a reader may change."""

    course: Path
    address: str  # of the first lecture

    def make(self, what):
        """Return a command of `make lab`, as it is run here."""
        told = subprocess.run(["make", "-n", "lab"], cwd=ROOT, capture_output=True, text=True)
        line = next(line for line in told.stdout.splitlines() if f"jupyter {what}" in line)
        return [sys.executable, *shlex.split(line)[1:]]

    def environment(self):
        """Return the variables under which Jupyter keeps settings and trust with the copy."""
        names = ("JUPYTER_CONFIG_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTER_DATA_DIR")
        own = dict.fromkeys(names, str(self.course / "settings"))
        return os.environ | own | {"JUPYTERLAB_WORKSPACES_DIR": str(self.course / "workspaces")}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab, as `make lab` starts it, of a user who has just fetched the course."""
    lab = Lab(tmp_path_factory.mktemp("lab") / "course", "")
    for folder in ("notebooks", "lecture_utils", "lecture_exercises", "data"):
        shutil.copytree(ROOT / folder, lab.course / folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*lab.make("lab"), f"--ServerApp.port={port}", "--IdentityProvider.token="]
    lab.address = f"http://127.0.0.1:{port}" + re.search(r"default_url=(\S+)", " ".join(command))[1]
    command += ["--no-browser", "--expose-app-in-browser", f"--ServerApp.root_dir={lab.course}"]
    with (lab.course / "log.txt").open("w") as log:
        server = subprocess.Popen(
            command, cwd=lab.course, env=lab.environment(), stdout=log, stderr=log
        )
    try:
        for _ in range(120):
            time.sleep(0.5)
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api").close()
                break
            except OSError:
                assert server.poll() is None, (lab.course / "log.txt").read_text()
        yield lab
    finally:
        server.terminate()
        server.wait(timeout=30)
