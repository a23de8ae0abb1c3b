"""What can be said of the pages without running them; `support/pages.py` says more of their run."""

import re

import pytest

from tools import check
from tools.budgets import READ_ALOUD, python_files
from tools.notebooks import ROOT, notebook_paths, read

PAGES = [pytest.param(path, id=path.stem) for path in notebook_paths()]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_the_form_of_a_lecture(path):
    assert check.problems(path) == []


def test_the_readmes_table_lists_every_lecture():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in notebook_paths():
        title = re.match(r"# (\d+)\. (.*)", read(path).cells[0].source)
        assert f"notebooks/{path.name}" in text
        assert title[2] in text


def test_nothing_speaks_of_where_it_was_made():
    code = [path for folder in READ_ALOUD for path in python_files(ROOT / folder)]
    for path in [*notebook_paths(), *ROOT.glob("*.md"), *ROOT.glob("*/*.md"), *code]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"/root/|/work/|/tmp/author|/home/\w", text), path
