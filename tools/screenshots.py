"""Take the README's pictures of the built site and slides: `make pictures`.

A row of PICTURES is a picture, docs/pictures/NAME.webp. They are taken anew by hand, when what they
show has changed.
"""

from __future__ import annotations

import io
import sys
from typing import NamedTuple

from PIL import Image

from tools import web
from tools.notebooks import ROOT

FOLDER = ROOT / "docs" / "pictures"
MOST_BYTES = 150_000
QUALITY = 82


class Picture(NamedTuple):
    """A picture to take.

    Attributes:
        name: Of its file.
        address: Of the page, below build/.
        selector: What stands at its top; in slides, whose slide is shown; "" is the beginning.
        size: Of the window, width and height in pixels.
        alone: Whether the picture is of the selected element only.
    """

    name: str
    address: str
    selector: str = ""
    size: tuple[int, int] = (1280, 720)
    alone: bool = False


PICTURES = [
    Picture("site", "site/index.html", "#The-lectures", (1280, 800)),
    Picture("site_lecture", "site/notebooks/13_unet.html", "[id='8.-Cut-it-out']", (1280, 800)),
    Picture("slide", "slides/13_unet.html", "[data-cell='first-picture'] img"),
    Picture("slide_explorer", "slides/03_filters_2d.html", ".lecture-explorer"),
]

# A deck shows the slide that holds the element; a page of the site begins with it.
SHOW = """selector => {
  const element = document.querySelector(selector);
  if (!window.Reveal) return element.scrollIntoView();
  const place = Reveal.getIndices(element.closest("section"));
  Reveal.slide(place.h, place.v, 99);
}"""
READY = """async () => {
  await (window.packed ?? window.MathJax?.startup?.promise);
  await document.fonts.ready;
  const seen = image => image.getBoundingClientRect().top < innerHeight * 2;
  await Promise.all([...document.images].filter(seen).map(image => image.decode()));
}"""


def take(browser, picture: Picture) -> bytes:
    """Return a picture as WebP."""
    width, height = picture.size
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme="light", reduced_motion="reduce"
    )
    page.goto((web.BUILD / picture.address).as_uri())
    page.evaluate(READY)
    if picture.selector:
        page.evaluate(SHOW, picture.selector)
        page.evaluate(READY)
    page.wait_for_timeout(500)  # what was hidden has come
    taken = page.locator(picture.selector).first if picture.alone else page
    image, file = Image.open(io.BytesIO(taken.screenshot())).convert("RGB"), io.BytesIO()
    page.close()
    image.save(file, "WEBP", quality=QUALITY, method=6)
    return file.getvalue()


def main() -> None:
    """Take all pictures, or those whose names are given."""
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = web.launch(playwright)
        for picture in PICTURES:
            if sys.argv[1:] and picture.name not in sys.argv[1:]:
                continue
            data = take(browser, picture)
            if len(data) > MOST_BYTES:
                sys.exit(f"{picture.name} has {len(data) // 1000} kB, not {MOST_BYTES // 1000}.")
            (FOLDER / f"{picture.name}.webp").write_bytes(data)
            print(f"docs/pictures/{picture.name}.webp: {len(data) / 1000:.0f} kB")
        browser.close()


if __name__ == "__main__":
    main()
