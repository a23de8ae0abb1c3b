"""The slides as a teacher meets them: every deck gone through with the keyboard in Chromium."""

import nbformat
import pytest

from tools.notebooks import notebook_paths, read

pytest.importorskip("mdit_py_plugins", reason="`make slides` installs what the slides need")
from tools.slides import SLIDES, build

PACKED = "document.documentElement.classList.contains('packed')"

# What is wrong with the slide that is shown, a sentence each.
FAULTS = """() => {
  const slide = Reveal.getCurrentSlide(), found = [];
  const skipped = "aside, style, script, mjx-assistive-mml";
  for (const element of slide.querySelectorAll("*")) {
    if (element.closest(skipped) || element.closest("svg") !== null) continue;
    const box = element.getBoundingClientRect();
    if (box.bottom > 720.5 || box.right > 1280.5 || box.left < -0.5) {
      found.push(`${element.tagName} reaches ${box.right.toFixed()}, ${box.bottom.toFixed()}`);
    }
    const letters = parseFloat(getComputedStyle(element).fontSize);
    const text = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (text && letters < 20) found.push(`letters of ${letters} px: ${element.textContent}`);
    if (element.tagName === "IMG" && !element.alt) found.push("a picture without words");
  }
  const pieces = [...slide.querySelectorAll(".piece")];
  const guess = pieces.findIndex(piece => piece.dataset.kind === "guess");
  const told = pieces.filter((piece, i) => /result|figure/.test(piece.dataset.kind)
    || piece.dataset.answer).filter(piece => guess >= 0 && pieces.indexOf(piece) > guess);
  const visible = told.filter(piece => getComputedStyle(piece).visibility === "visible"
    && !piece.classList.contains("visible"));
  if (visible.length) found.push(`a result before its guess: ${visible[0].dataset.cell}`);
  if (pieces.length && pieces[0].dataset.answer) {
    found.push(`an answer without its result: ${pieces[0].dataset.cell}`);
  }
  const figures = pieces.filter(piece => piece.dataset.kind === "figure");
  if (figures.length === 1 && pieces.length === 1) {
    const box = figures[0].firstChild.getBoundingClientRect();
    const grown = box.width / figures[0].dataset.width;
    if (box.width < 1150 && box.bottom < 640 && grown < 2.1) found.push("a figure could be larger");
  }
  return found;
}"""

STEP = f"""() => [
  Reveal.getSlides().indexOf(Reveal.getCurrentSlide()) + 1, Reveal.getTotalSlides(),
  Reveal.isLastSlide() && !Reveal.availableFragments().next, ({FAULTS})(),
]"""


@pytest.fixture
def deck(reader):
    """Open a deck and wait until it is packed; what goes wrong on it fails the test."""

    def open_deck(name, query=""):
        reader.page.goto((SLIDES / f"{name}.html").as_uri() + query)
        reader.page.wait_for_function(PACKED)
        return reader.page

    yield open_deck
    assert reader.troubles == []


def go_to(page, selector):
    """Show the slide that holds an element."""
    page.evaluate(
        """selector => {
          const at = Reveal.getIndices(document.querySelector(selector).closest("section"));
          Reveal.slide(at.h, at.v);
        }""",
        selector,
    )


@pytest.mark.parametrize("path", notebook_paths(), ids=lambda path: path.stem)
def test_every_slide_of_a_deck_is_whole_and_readable(deck, path):
    page = deck(path.stem)
    seen, found = [], []
    for _ in range(500):  # slides and answers, at most
        place, total, last, faults = page.evaluate(STEP)
        if seen[-1:] != [place]:
            seen.append(place)
            found += [f"slide {place}: {fault}" for fault in faults]
        if last:
            break
        page.keyboard.press("ArrowRight")
    assert found == []
    assert seen == list(range(1, total + 1))
    notes = [c for c in read(path).cells if c.metadata["slideshow"]["slide_type"] == "notes"]
    assert page.locator(".slides section section > aside.notes").count() == len(notes)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("o")
    assert page.evaluate("Reveal.isOverview()")


def test_the_speaker_view_shows_the_notes(deck):
    page = deck("02_correlation_1d")
    go_to(page, "aside.notes")
    with page.context.expect_page() as opened:
        page.keyboard.press("s")
    view = opened.value
    view.locator(".speaker-controls-notes").get_by_text("For the teacher.").wait_for()


def test_a_player_plays_and_keeps_its_keys(deck):
    page = deck("02_correlation_1d")
    go_to(page, ".lecture-player")
    player = page.locator("section.present section.present .lecture-player")
    player.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    assert player.get_by_role("slider").input_value() == "2"
    player.get_by_role("button", name="play").click()
    player.get_by_text("4 of 10").wait_for()
    page.keyboard.press("Space")
    player.get_by_role("button", name="play").wait_for()
    assert player.is_visible()


EXPLORER = """<div class="lecture-explorer"><script type="application/json">{}</script>
<figure><figcaption>row</figcaption><canvas tabindex="0" width="300" height="99"></canvas></figure>
<label>size<input type="range" max="9" value="0"></label></div>
<script>window.woken = (window.woken ?? 0) + 1;
document.querySelector(".lecture-explorer").dataset.width =
  document.querySelector(".lecture-explorer").clientWidth;</script>"""


@pytest.fixture
def explorer_deck(deck, tmp_path):
    """Open the deck of a page with two explorers of the same kind."""
    page = nbformat.v4.new_notebook()
    for number in range(2):
        text = nbformat.v4.new_markdown_cell("# 7. A page\n\n7 minutes.\n\nA text.")
        code = nbformat.v4.new_code_cell("explorer()")
        code.outputs = [nbformat.v4.new_output("display_data", {"text/html": EXPLORER})]
        page.cells += [text if number == 0 else nbformat.v4.new_markdown_cell("## On"), code]
    nbformat.write(page, tmp_path / "07_page.ipynb")
    [built] = build([tmp_path / "07_page.ipynb"], tmp_path)
    return deck(built.with_suffix(""))


def test_an_explorer_wakes_once_as_wide_as_its_slide_and_keeps_its_keys(explorer_deck):
    page = explorer_deck
    go_to(page, ".lecture-explorer")
    explorer = page.locator("section.present section.present .lecture-explorer")
    assert page.evaluate("window.woken") == 1
    assert explorer.get_attribute("data-width") == "1184"
    assert explorer.locator("canvas").bounding_box()["width"] == 300
    explorer.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    assert explorer.get_by_role("slider").input_value() == "1"
    assert page.evaluate(FAULTS) == []
    place = page.evaluate("Reveal.getSlidePastCount()")
    page.keyboard.press("PageDown")  # of a clicker
    assert page.evaluate("Reveal.getSlidePastCount()") == place + 1


def test_links_in_the_plan_and_between_decks_reach_their_slides(deck, reader):
    reader.page.goto((SLIDES / "index.html").as_uri())
    assert reader.page.get_by_role("listitem").count() == len(notebook_paths())
    reader.page.get_by_role("link", name="ZFNet").click()
    reader.page.wait_for_function(PACKED)
    reader.page.get_by_role("link", name="The deconvnet").click()
    heading = reader.page.locator("section.present section.present h2")
    heading.get_by_text("The deconvnet").wait_for()
    deck("14_ilsvrc", "#/Glossary")
    assert heading.inner_text() == "Glossary"


def test_a_deck_prints_a_page_a_slide(deck, tmp_path):
    slides = deck("02_correlation_1d").evaluate("Reveal.getTotalSlides()")
    page = deck("02_correlation_1d", "?print-pdf")
    page.wait_for_selector(".pdf-page")
    page.pdf(path=tmp_path / "deck.pdf", prefer_css_page_size=True, print_background=True)
    pages = (tmp_path / "deck.pdf").read_bytes().count(b"/Type /Page\n")
    assert pages == slides


def test_a_deck_can_be_read_by_everybody(reader):
    reader.open(SLIDES / "02_correlation_1d.html").page.wait_for_function(PACKED)
    assert reader.violations() == []
    go_to(reader.page, ".piece.exercise")
    assert reader.violations() == []
