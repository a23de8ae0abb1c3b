"""What the site shows of the pages, and the pages that it adds."""

import base64
import io
import re

import nbformat
import pytest
from PIL import Image

from tools import screenshots, site, site_pages, stamp, web
from tools.notebooks import notebook_paths, read

WORDS = web.words()


def test_a_page_is_shown_without_its_set_up_and_with_closed_notes():
    page = site.shown(read(notebook_paths()[1]), WORDS)
    text = "\n".join(cell.source for cell in page.cells)
    assert "REPOSITORY =" not in text and "Open in Colab" not in text
    assert "::::::{admonition} For the teacher\n:collapsible: closed\n\nAbout" in text
    assert "[bibliography](../bibliography.md)" in text
    exercise = next(cell for cell in page.cells if "exercise" in cell.metadata.get("tags", []))
    assert "# your code" in exercise.source


def test_a_link_to_the_package_leads_to_its_source_and_badges_go(tmp_path):
    text = "[`a`](convolution.py) [`b`](no_such.py) [c](README.md)\n"
    shown = site.page_text(text, site_pages.PACKAGE.relative_to(site.ROOT) / "README.md")
    assert shown == text.replace(
        "[`a`](convolution.py)", '<a href="../_modules/lecture_utils/convolution.html">`a`</a>'
    )
    row = f"| 02 | {stamp.link('', '02.ipynb', 'Kaggle', 'Open 02 in Kaggle')} |\n"
    assert site.page_text(row, site.Path("README.md")) == "| 02 |\n"


def test_a_work_stands_once_in_the_bibliography_with_all_lectures_that_name_it():
    page = site_pages.bibliography(WORDS)
    [lecun] = [line for line in page.splitlines() if "10.1109/5.726791" in line]
    for number in ("[1](notebooks/01_", "[5](notebooks/05_", "[6](notebooks/06_"):
        assert number in lecun
    assert page.count("paper/2012/hash/c399862d") == 1  # under two addresses
    source = "## Further reading\n\n- A: [B](https://b), 1; C: [D](https://d), 2\n- E; F: G\n"
    source += "- [Glossary](14_ilsvrc.ipynb#Glossary)\n"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(source)])
    works = ["A: [B](https://b), 1", "C: [D](https://d), 2", "E; F: G"]
    assert list(site_pages.named_works(notebook, WORDS)) == works


def test_added_pages_have_every_lecture_term_and_function():
    front, glossary = site_pages.front_page(WORDS), site_pages.glossary(WORDS)
    for path in notebook_paths():
        assert f'href="notebooks/{path.stem}.html"' in front
        assert f"\nnotebooks/{path.stem}\n" in front
    assert "\nmax pooling\n" in glossary and '<bdi lang="fa">' in glossary
    api = site_pages.api_pages(WORDS, "guide.md")
    assert ".. autofunction:: lecture_utils.models.vgg.vgg16\n" in api["models"]
    assert "from lecture_utils.plots import architecture\n" in api["plots"]
    assert "_windows" not in api["convolution"]


def test_a_page_chooses_the_picture_of_its_card(tmp_path):
    cells = []
    for colour, tags in (("red", ["card"]), ("blue", [])):
        file = io.BytesIO()
        Image.new("RGB", (160, 90), colour).save(file, "PNG")
        data = {"image/png": base64.b64encode(file.getvalue()).decode()}
        cells.append(nbformat.v4.new_code_cell("x", metadata={"tags": tags}))
        cells[-1].outputs = [nbformat.v4.new_output("display_data", data)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "01_page.ipynb")
    card = Image.open(io.BytesIO(site_pages.card_picture(tmp_path / "01_page.ipynb")))
    red, _, blue = card.getpixel((240, 135))
    assert red > 200 and blue < 50


def test_the_pictures_of_the_readme_are_those_that_are_taken():
    readme = (site.ROOT / "README.md").read_text(encoding="utf-8")
    shown = dict(re.findall(r"!\[([^\]]{30,})\]\(docs/pictures/(\w+)\.webp\)", readme))
    assert sorted(shown.values()) == sorted(picture.name for picture in screenshots.PICTURES)
    assert {file.stem for file in screenshots.FOLDER.iterdir()} == {*shown.values()}
    for file in screenshots.FOLDER.iterdir():
        assert file.stat().st_size <= screenshots.MOST_BYTES


def test_a_page_names_its_direction_of_writing(tmp_path):
    (tmp_path / "page.html").write_text('<!DOCTYPE html>\n<html lang="fa">\n', encoding="utf-8")
    site.name_direction(tmp_path, "rtl")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page == '<!DOCTYPE html>\n<html dir="rtl" lang="fa">\n'


def test_a_link_that_leads_nowhere_is_found(tmp_path):
    (tmp_path / "there.html").write_text('<h1 id="top">There</h1><a href="#no"></a>')
    (tmp_path / "page.html").write_text(
        '<a href="there.html#top"></a><a href="there.html#gone"></a><img src="gone.png">'
        '<a href="https://arxiv.org"></a>'
    )
    assert list(site.broken_links(tmp_path)) == [
        "page.html: gone.png does not exist",
        "page.html: there.html#gone names no place on that page",
        "there.html: #no names no place on that page",
    ]


def test_the_set_up_is_done_once_and_says_what_is_missing(tmp_path, monkeypatch):
    ran = []
    monkeypatch.setattr(web, "NODE_MODULES", tmp_path)
    monkeypatch.setattr(web.sys, "prefix", str(tmp_path / "venv"))
    monkeypatch.setattr(web, "run", lambda command, failure: ran.append(command[1:4]))
    monkeypatch.setattr(web, "hold_others_off", lambda: None)
    (tmp_path / "venv").mkdir()
    monkeypatch.setattr(web.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="npm is missing"):
        web.set_up()
    monkeypatch.setattr(web.shutil, "which", lambda name: "npm")
    web.set_up()
    web.set_up()
    assert ran == [["-P", "-m", "pip"], ["ci", "--ignore-scripts", "--no-audit"]]


def test_all_languages_have_all_words():
    languages = web.json.loads((web.SITE / "words.json").read_text(encoding="utf-8"))
    for language, words in languages.items():
        assert {*words, "language"} == {*WORDS}, language
