"""Pages become pieces of slides; what a browser makes of them is tested in tests/browser."""

import re

import nbformat
import pytest

from tools.notebooks import notebook_paths, read, tags

pytest.importorskip("mdit_py_plugins", reason="`make slides` installs what the slides need")
from tools import pieces, slides, web

TITLE = "# 7. A page\n\nWhat it is.\n\n**You will be able to**\n\n- count.\n\n10 minutes."
BLANK = "def count(x): ...  # your code\n\n\nlecture_07.count.check(count)"


def cell(kind, source, mark="-", tags=(), printed=""):
    made = getattr(nbformat.v4, f"new_{kind}_cell")(source)
    made.metadata = nbformat.from_dict({"slideshow": {"slide_type": mark}, "tags": list(tags)})
    if printed:
        made.outputs = [nbformat.v4.new_output("stream", text=printed)]
    return made


def section(*cells):
    page = nbformat.v4.new_notebook(cells=[cell("markdown", TITLE, "slide"), *cells])
    return slides.Deck(page).sections[-1].pieces


def kinds(found):
    return [re.search('data-kind="([^"]*)"', piece)[1] for piece in found]


def test_a_question_stands_apart_and_its_answer_is_known():
    asked = cell("markdown", "## Sum\n\nTwo and two. **Guess:** how many?", "slide")
    seen = cell("markdown", "They are 4.\n\nThen on.")
    found = section(asked, cell("code", "print(2 + 2)", printed="4\n"), seen)
    assert kinds(found) == ["text", "guess", "code", "result", "text", "text"]
    assert ["data-answer" in piece for piece in found] == [False] * 4 + [True, False]


def test_an_exercise_is_its_text_and_its_blank_without_output():
    text = cell("markdown", "**Exercise 1.** `count(x)` counts.\n\nNow on. **Guess:** what?")
    blank = cell("code", BLANK, tags=["exercise"], printed="○ Not answered yet.\n")
    found = section(text, blank, cell("code", "x = 1"))
    assert kinds(found)[-5:] == ["exercise", "code exercise", "text", "guess", "code"]
    assert "Not answered" not in "".join(found)


def test_what_is_long_is_cut_or_stands_in_columns():
    def printed(lines):
        return pieces.output_pieces(cell("code", "x", printed=lines), web.words(), str)

    assert [text.count("\n") for text in printed("a\n" * 10 + "\n" + "b\n" * 3)] == [9, 2]
    assert 'class="two"' in printed("narrow\n" * 30)[0]
    [long] = printed(("wide " * 12 + "\n") * 30)
    assert "12 more lines" in long and long.count("wide " * 12) == 18
    code = pieces.code_pieces(cell("code", "x = 1\n\n" + "y = 2\n" * 25), "-", False)
    assert [text.count("=") - text.count('="') for text in code] == [1, 20, 5]


@pytest.mark.parametrize(
    ("page", "deck"),
    [
        ("[a](14_ilsvrc.ipynb#Key-points)", "14_ilsvrc.html#/Key-points"),
        ("[a](#Glossary)", "#/Glossary"),
        ("[a](02_x.ipynb)", "02_x.html"),
        ("[a](https://doi.org/1#p)", "https://doi.org/1#p"),
    ],
)
def test_links_between_pages_lead_to_slides(page, deck):
    assert f'href="{deck}"' in slides.markdown().render(page)


def test_formulas_and_numbers_keep_their_form():
    html = slides.markdown().render("$a<b$ by 5 %")
    assert re.sub("</?(p|span)[^>]*>", "", html) == "\\(a&lt;b\\) by 5\u00a0%\n"


@pytest.mark.parametrize("path", notebook_paths(), ids=lambda path: path.stem)
def test_a_deck_has_all_of_its_page_but_answers_and_set_up(path):
    page = read(path)
    deck = slides.Deck(page)
    html = deck.html((slides.SOURCES / "deck.html").read_text(encoding="utf-8"))
    code = [c for c in page.cells if c.cell_type == "code"]
    outputs = [o for c in code if "exercise" not in tags(c) for o in c.outputs]
    assert html.count("<img") >= sum("image/png" in o.get("data", {}) for o in outputs)
    assert html.count("<img") == len(re.findall(r'<img[^>]*\salt="[^"]{30,}', html))
    assert html.count('<aside class="notes">') == sum(
        c.metadata.slideshow.slide_type == "notes" for c in page.cells
    )
    assert html.count("# your code") <= sum("exercise" in tags(c) for c in code)
    for text in ("Not answered yet", "REPOSITORY", "colab.research", "not_done_yet()"):
        assert text not in html
    assert "minutes" in deck.minutes and str(int(path.name[:2])) == deck.number
