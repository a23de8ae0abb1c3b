"""What all explorers share: a page of HTML that holds its data, its script and a first picture."""

import json
from html import escape
from pathlib import Path
from string import Template

import numpy as np

from lecture_utils.bitmap import bitmap
from lecture_utils.checks import refused

FOLDER = Path(__file__).parent


class Explorer:
    """A figure that answers to mouse, finger and keys, without a kernel: plain HTML.

    Where no script runs, as on a page that is not trusted, its first picture is seen. The same
    data give the same text, everywhere.

    Args:
        alt: What the figure is, in words.
        kind: The name of its script, `kind.js`.
        picture: The first picture, as `bitmap` takes it.
        data: What the script reads, as JSON writes it.
        needs: The names of scripts that it begins with, seen from here.
        most: Bytes that it may have.

    Raises:
        ValueError: If it is larger, or has no words.
    """

    def __init__(
        self, alt: str, kind: str, picture: np.ndarray, data: dict, needs=("grid",), most=150_000
    ):
        if not isinstance(alt, str) or not alt.strip():
            raise refused("alt", "words that say what the figure is", alt)
        scripts = "".join(_read(f"{name}.js") for name in ("kit", *needs, kind))
        words, columns = json.loads(_read("words.json"))["en"], picture.shape[1]
        written = {"ensure_ascii": False, "separators": (",", ":"), "default": lambda a: a.tolist()}
        self.alt = alt
        self.html = Template(_read("page.html")).substitute(
            kind=kind,
            alt=escape(alt),
            data=json.dumps({"words": words} | data, **written).replace("<", "\\u003c"),
            picture=bitmap(picture),
            width=columns * max(1, min(24, 480 // columns)),
            rendering="pixelated" if columns < 100 else "auto",
            touch=escape(words["touch"]),
            style=_read("style.css"),
            scripts=scripts,
        )
        if (size := len(self.html.encode())) > most:
            wanted = f"of at most {most // 1000} kB"
            raise refused("the figure", wanted, f"{size // 1000} kB", "give it less data")

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        return self.html


def side_by_side(*images: np.ndarray) -> np.ndarray:
    """Return images in a row on white, each black where it is smallest and white where largest."""
    high, shown = max(map(len, images)), []
    for image in images:
        shade = (image - image.min()) / (np.ptp(image) or 1)
        shown.append(np.pad(shade, ((0, high - len(image)), (0, 2)), constant_values=1))
    return np.hstack(shown)[:, :-2]


def _read(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")
