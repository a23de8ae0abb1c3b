"""A page of HTML for the output of a cell: a file that is filled in, with words for all."""

from html import escape
from pathlib import Path
from string import Template

from lecture_utils.checks import refused

MOST = 150_000  # bytes, as many as a picture may have


def page(file: Path, name: str, alt: str, advice: str, most: int = MOST, **parts: object) -> str:
    """Return a page: a template file, with `alt` and what stands in its other places.

    Errors call it by its name; the advice is for one of more than so many bytes.

    Raises:
        ValueError: If there are no words, or the page is too large.
    """
    if not isinstance(alt, str) or not alt.strip():
        raise refused("alt", f"words that say what the {name} shows", alt)
    text = Template(file.read_text("utf-8")).substitute(parts, alt=escape(alt))
    if (size := len(text.encode())) > most:
        raise refused(name, f"of at most {most // 1000} kB", f"{size // 1000} kB", advice)
    return text
