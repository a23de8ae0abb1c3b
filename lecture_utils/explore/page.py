"""What all explorers share: a page of HTML that holds its data, its script and a first picture."""

import json
from pathlib import Path

import numpy as np

from lecture_utils.bitmap import bitmap
from lecture_utils.html import MOST, page

FOLDER = Path(__file__).parent


class Explorer:
    """A figure that answers to mouse, finger and keys, without a kernel: plain HTML.

    Where no script runs, as on a page that is not trusted, its first picture is seen. The same
    data give the same text, everywhere.

    Args:
        alt: What the figure is, in words.
        kind: The name of its script, seen from here, whose `start` reads the data.
        picture: The first picture, as `bitmap` takes it.
        data: What the script reads, as JSON writes it.
        needs: The names of scripts that it begins with, seen from here.
        most: Bytes that it may have.

    Raises:
        ValueError: If it is larger, or has no words.
    """

    def __init__(
        self, alt: str, kind: str, picture: np.ndarray, data: dict, needs=("grid",), most=MOST
    ):
        words, columns = json.loads(read("words.json"))["en"], picture.shape[1]
        written = {"ensure_ascii": False, "separators": (",", ":"), "default": np.ndarray.tolist}
        parts = {
            "kind": Path(kind).name,
            "data": json.dumps({"words": words} | data, **written).replace("<", "\\u003c"),
            "picture": bitmap(picture),
            "width": columns * max(1, min(24, 480 // columns)),
            "rendering": "pixelated" if columns < 100 else "auto",
            "touch": words["touch"],
            "style": read("style.css"),
            "scripts": "".join(read(f"{name}.js") for name in ("kit", *needs, kind)),
        }
        self.alt, file = alt, FOLDER / "page.html"
        self.html = page(file, "figure", alt, "give it less data", most, **parts)

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        return self.html


def read(name: str) -> str:
    """Return the text of a file beside this one."""
    return (FOLDER / name).read_text("utf-8")
