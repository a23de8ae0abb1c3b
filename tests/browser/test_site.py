"""The site as a reader meets it: `make browser` builds it and opens each page in Chromium."""

import runpy

import pytest

from tools import site, stamp, web
from tools.notebooks import notebook_paths

BUILT = sorted(path.relative_to(site.OUTPUT).as_posix() for path in site.OUTPUT.rglob("*.html"))
SOURCES = [page for page in BUILT if page.startswith("_modules/lecture_utils/")]
PAGES = [page for page in BUILT if not page.startswith("_")] + SOURCES
WITH_PLAYERS = [
    page
    for page in PAGES
    if 'class="lecture-player"' in (site.OUTPUT / page).read_text(encoding="utf-8")
]
NAMELESS_FORMULAS = """() => [...document.querySelectorAll(".math")].filter(math =>
    ![...math.querySelectorAll("mjx-assistive-mml math")].some(said => said.textContent.trim())
    || math.querySelector("svg:not([aria-hidden=true] *, [aria-hidden=true])")).length"""
WIDER_THAN_THE_SCREEN = """() => document.documentElement.scrollWidth > innerWidth ?
    [...document.querySelectorAll("main *")].filter(it =>
        it.getBoundingClientRect().right > innerWidth
        && getComputedStyle(it).visibility !== "hidden").map(it => it.outerHTML.slice(0, 100))
    .concat("scrolls") : []"""


def test_every_lecture_and_every_kind_of_page_is_built():
    lectures = {f"notebooks/{path.stem}.html" for path in notebook_paths()}
    assert SOURCES and WITH_PLAYERS
    others = {"index.html", "glossary.html", "bibliography.html", "api/models.html", "search.html"}
    assert lectures | others | {"docs/networks.html", "README.html"} <= set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_whole_light_and_dark_wide_and_narrow(reader, page):
    reader.open(site.OUTPUT / page)
    if page not in SOURCES[1:]:  # one page of source stands for all
        assert reader.violations() == []
        reader.page.evaluate("document.documentElement.dataset.theme = 'dark'")
        assert reader.violations("color-contrast") == []
    assert reader.page.evaluate(NAMELESS_FORMULAS) == 0
    reader.page.set_viewport_size({"width": 360, "height": 720})
    assert reader.page.evaluate(WIDER_THAN_THE_SCREEN) == []
    assert reader.troubles == []


@pytest.mark.parametrize("page", WITH_PLAYERS)
def test_players_play(reader, page):
    reader.open(site.OUTPUT / page)
    players = reader.page.locator(".lecture-player").all()
    for player in players:
        player.locator("span").wait_for()
        count = player.locator("span").inner_text().split()[-1]
        player.get_by_role("button", name="next picture").click()
        assert player.locator("span").inner_text() == f"2 of {count}"
        player.get_by_role("button", name="play").click()
        player.locator("span", has_not_text=f"2 of {count}").wait_for()
    assert reader.troubles == []


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("receptive field", "notebooks/04_padding_stride_pooling.html"),
        ("correlate1d", "api/convolution.html"),
        ("згортка", "glossary.html"),
    ],
)
def test_search_finds_words_from_the_disk(reader, words, place):
    reader.open(site.OUTPUT / "index.html")
    reader.page.locator(".search-button-field:visible").first.click()
    reader.page.keyboard.type(words)
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_url("**/search.html?q=*")
    reader.page.locator(f"#search-results a[href*='{place}']").first.wait_for()
    assert reader.troubles == []


def test_a_reader_can_choose_the_dark_and_open_a_note(reader):
    reader.open(site.OUTPUT / "notebooks" / "02_correlation_1d.html")
    note = reader.page.locator("details.admonition").first
    assert not note.locator("p").last.is_visible()
    note.locator("summary").click()
    assert note.locator("p").last.is_visible()
    reader.page.locator(".theme-switch-button:visible").first.click()
    reader.page.locator(".theme-change-button[data-mode=dark]:visible").click()
    ground = "element => getComputedStyle(element).backgroundColor"
    assert reader.page.locator("main img").first.evaluate(ground) == "rgb(255, 255, 255)"
    assert reader.page.locator("body").evaluate(ground) != "rgb(255, 255, 255)"


def test_a_downloaded_page_is_the_stored_one(reader):
    path = notebook_paths()[1]
    reader.open(site.OUTPUT / "notebooks" / f"{path.stem}.html")
    link = reader.page.locator("a.btn-download-source-button").get_attribute("href")
    file = site.OUTPUT / "notebooks" / link
    assert file.suffix == ".ipynb"
    assert file.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("address", ["", "https://github.com/you/course"])
def test_buttons_for_colab_are_there_where_the_course_has_an_address(address, monkeypatch):
    monkeypatch.setattr(stamp, "repository", lambda: address)
    options = runpy.run_path(str(web.SITE / "conf.py"))["html_theme_options"]
    assert ("colab_url" in options.get("launch_buttons", {})) == bool(address)
