"""Pages become pieces of slides; what a browser makes of them is tested in tests/browser."""

import re

import nbformat
import pytest

from tools.notebooks import notebook_paths, read, tags

pytest.importorskip("mdit_py_plugins", reason="`make slides` installs what the slides need")
from tools import pieces, plan, slides, web

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


def test_the_plan_shares_out_the_minutes_of_each_session():
    title = cell("markdown", TITLE.replace("10 minutes", "Two sessions of 10 minutes"), "slide")
    told = cell("markdown", "Two sessions: sections 1 to 2, then 3 to 3.", "notes")
    parts = [
        cell("markdown", "## 1. Short\n\n" + "word " * 20, "slide"),
        cell("markdown", "## 2. Long\n\n" + "word " * 60, "slide"),
        cell("code", BLANK, tags=["exercise"]),
        cell("markdown", "## 3. Last\n\n" + "word " * 60, "slide"),
        cell("markdown", "## Further reading\n\n" + "- book\n" * 50, "slide"),
    ]
    page = nbformat.v4.new_notebook(cells=[title, told, *parts])
    rows = re.findall("<li.*?</li>", slides.Deck(page).plan())
    assert [int(minutes) for minutes in re.findall(r"(\d+) min<", "".join(rows))] == [1, 9, 10]
    assert "Second session" in rows[2] and "3. Last" in rows[3] and "min" not in rows[4]


@pytest.mark.parametrize("path", notebook_paths(), ids=lambda path: path.stem)
def test_a_plan_has_all_minutes_of_its_page_and_both_sessions_of_it(path):
    page = read(path)
    deck = slides.Deck(page)
    shown = [int(minutes) for minutes in re.findall(r"(\d+) min<", deck.plan())]
    assert sum(shown) == plan.whole(page.cells[0].source, web.words()) >= 60
    said = any("wo sessions" in cell.source for cell in page.cells)
    assert len(deck.sessions()) == 1 + said


def test_a_deck_of_another_language_has_its_words_and_its_direction(tmp_path, monkeypatch):
    persian = {"dir": "rtl", "minutes": r"(\d+) دقیقه", "row_minutes": "{} د", "guess": "حدس"}
    words = {"fa": web.words() | persian}
    (tmp_path / "words.json").write_text(web.json.dumps(words), encoding="utf-8")
    monkeypatch.setattr(web, "SITE", tmp_path)
    monkeypatch.setattr(slides, "copy_library", lambda folder: folder.mkdir(parents=True))
    asked = cell("markdown", "## الف\n\n**حدس:** چند؟", "slide")
    title = cell("markdown", TITLE.replace("minutes", "دقیقه"), "slide")
    nbformat.write(nbformat.v4.new_notebook(cells=[title, asked]), tmp_path / "07_page.ipynb")
    [deck] = slides.build([tmp_path / "07_page.ipynb"], tmp_path / "slides", "fa")
    html = deck.read_text(encoding="utf-8")
    assert '<html lang="fa" dir="rtl">' in html and "<span>10 د</span>" in html
    assert 'data-kind="guess"' in html
    assert '<html lang="fa" dir="rtl">' in (deck.parent / "index.html").read_text(encoding="utf-8")


def test_an_explorer_is_a_piece_whose_script_waits_for_its_place():
    explorer = '<div class="lecture-explorer"><script type="application/json">{}</script></div>'
    drawn = cell("code", "x")
    drawn.outputs = [
        nbformat.v4.new_output("display_data", {"text/html": explorer + "<script>go()</script>"})
    ]
    assert "data-answer" not in section(drawn, cell("markdown", "On."))[-1]
    [found] = pieces.output_pieces(drawn, web.words(), str)
    assert kinds([found]) == ["result explorer"]
    assert "<script>" not in found and '<script type="application/json">' in found
    assert '<script type="text/explorer">go()</script>' in found


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
