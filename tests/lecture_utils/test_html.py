import pytest

from lecture_utils.html import page

REFUSED = [
    ("<", 7, "figure must be of at most 0 kB, got '0 kB': draw less"),  # × has two bytes
    (" ", 8, "alt must be words that say what the figure shows, got ' '"),
]


def test_a_page_is_filled_in_and_held_to_its_words_and_size(tmp_path):
    (tmp_path / "page.html").write_text("$alt: $what", "utf-8")
    given = tmp_path / "page.html", "figure"
    for most in (8, 1_000):
        assert page(*given, "<", "draw less", most=most, what="×") == "&lt;: ×"
    for alt, most, message in REFUSED:
        with pytest.raises(ValueError, match=message):
            page(*given, alt, "draw less", most=most, what="×")
