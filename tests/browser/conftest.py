"""A browser for the tests of what `make site` and `make slides` built: `make browser`.

A page is opened from the disk, as a reader may. What it asks for from outside is refused and noted,
and so are its errors.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tools import web

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
