"""The reading guide: each file stands there with its length."""

from tools import guide


def test_the_guide_has_every_file_with_its_length():
    assert guide.problems() == []


def test_what_is_wrong_in_a_guide_is_found_and_renewed(tmp_path):
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "images.py").write_text("1\n2\n3\n")
    (tmp_path / "sizes.py").write_text("1\n")
    (tmp_path / "new.py").write_text("1\n")
    page = tmp_path / "README.md"
    page.write_text(
        "# Guide\n\n| [`images.py`](plots/images.py) | 2 | photos |\n"
        "| [`sizes.py`](sizes.py) | 1 | sizes |\n| [`gone.py`](gone.py) | 7 | gone |\n"
    )
    assert guide.problems(page) == [
        "the reading guide, line 3: plots/images.py has 3 lines, not 2: run `make guide`",
        "the reading guide, line 5: gone.py does not exist",
        "the reading guide (lecture_utils/README.md) has no row for new.py",
    ]
    text = page.read_text()
    assert guide.renewed(text, tmp_path) == text.replace("| 2 |", "| 3 |")
