"""A figure on a built page of the site or in a built deck, brought to where it can be touched."""

from tools import site, web

PACKED = "document.documentElement.classList.contains('packed')"
TURN = """kind => {
  const slide = document.querySelector(`[data-kind=${kind}]`).closest("section");
  const place = Reveal.getIndices(slide);
  Reveal.slide(place.h, place.v, 99);
}"""


def open_built(reader, place, stem, kind):
    """Open a lecture on the site or its slides; return the explorer of a kind on it."""
    if place == "site":
        reader.open(site.OUTPUT / "notebooks" / f"{stem}.html")
    else:
        reader.open(web.BUILD / "slides" / f"{stem}.html")
        reader.page.wait_for_function(PACKED)
        reader.page.evaluate(TURN, kind)
    root = reader.page.locator(f".lecture-explorer[data-kind={kind}]")
    root.scroll_into_view_if_needed()
    return root


def middle(canvas, row, column, rows, columns):
    """Where the middle of a cell is, seen from the canvas's corner."""
    box = canvas.bounding_box()
    return {"x": (column + 0.5) / columns * box["width"], "y": (row + 0.5) / rows * box["height"]}
