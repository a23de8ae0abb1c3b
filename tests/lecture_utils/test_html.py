import pytest

from lecture_utils.html import page


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("<p title='$alt'>$count × $what</p>", "utf-8")
    return path


def test_places_are_filled_in_and_words_escaped(file):
    found = page(file, "picture", "1 < 2", "draw less", count=3, what="<b>")
    assert found == "<p title='1 &lt; 2'>3 × <b></p>"


@pytest.mark.parametrize("alt", ["", "  ", None, 7])
def test_a_page_without_words_is_refused(file, alt):
    with pytest.raises(ValueError, match=r"alt must be words that say what the picture shows, got"):
        page(file, "picture", alt, "draw less", count=3, what="")


def test_a_page_that_is_too_large_is_refused(file):
    length = len("<p title='x'>3 × </p>") + 1  # × has two bytes
    assert page(file, "picture", "x", "draw less", most=length + 2_000, count=3, what="×" * 1_000)
    told = "picture must be of at most 2 kB, got '2 kB': draw less"
    with pytest.raises(ValueError, match=told):
        page(file, "picture", "x", "draw less", most=length + 1_999, count=3, what="×" * 1_000)
