"""What all explorers share: a page of HTML that holds its data, its script and a first picture."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from string import Template

from lecture_utils.checks import refused

FOLDER = Path(__file__).parent
MOST_BYTES = 150_000


class Explorer:
    """A figure that answers to mouse, finger and keys, without a kernel: plain HTML.

    Where no script runs, as on a page that is not trusted, its first picture is seen. The same
    data give the same text, everywhere.

    Args:
        alt: What the figure is, in words.
        kind: The name of its script, `kind.js`.
        picture: The first picture, as HTML.
        data: What the script reads, as JSON writes it.
        needs: The names of scripts that it begins with, seen from here.
        most: Bytes that it may have.

    Raises:
        ValueError: If it is larger, or has no words.
    """

    def __init__(
        self, alt: str, kind: str, picture: str, data: dict, needs=("grid",), most=MOST_BYTES
    ):
        if not isinstance(alt, str) or not alt.strip():
            raise refused("alt", "words that say what the figure is", alt)
        names = ("kit", *needs, kind)
        scripts = "".join((FOLDER / f"{name}.js").read_text("utf-8") for name in names)
        known = json.loads((FOLDER / "words.json").read_text("utf-8"))["en"]
        used = ("touch", *(key for key in known if f"words.{key}" in scripts))
        words = {key: known[key] for key in used}
        written = {"ensure_ascii": False, "separators": (",", ":"), "default": lambda a: a.tolist()}
        data = json.dumps({"words": words} | data, **written)
        self.alt = alt
        self.html = Template((FOLDER / "page.html").read_text("utf-8")).substitute(
            kind=kind,
            alt=escape(alt),
            data=data.replace("<", "\\u003c"),
            picture=picture,
            touch=escape(known["touch"]),
            style=(FOLDER / "style.css").read_text("utf-8"),
            scripts=scripts,
        )
        if (size := len(self.html.encode())) > most:
            wanted = f"of at most {most // 1000} kB"
            raise refused("the figure", wanted, f"{size // 1000} kB", "give it less data")

    def __repr__(self) -> str:
        """Return what the figure is, in words."""
        return self.alt

    def _repr_html_(self) -> str:
        return self.html
