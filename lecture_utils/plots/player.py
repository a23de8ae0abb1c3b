"""An animation as a player in the notebook: one picture, three buttons and a slider."""

from __future__ import annotations

import base64
import io
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.animation import AbstractMovieWriter, Animation
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from lecture_utils.checks import refused
from lecture_utils.html import page

if TYPE_CHECKING:
    from IPython.display import HTML

MOST_FRAMES = 64
COLORS = 63
TRANSPARENT = COLORS

# Its script looks for players that are not ready yet, so that none needs a name of its own, and
# stops one that is no longer on the page. Jupyter would take the arrow keys and Enter for itself:
# data-lm-suppress-shortcuts, on the very element that has the focus, tells it not to.
PAGE = Path(__file__).with_name("player.html")


def player(animation: Animation, alt: str) -> HTML:
    """Show an animation with buttons: it stands still until someone plays it, and then loops.

    It plays a picture a second, and faster if that would take longer than 15 seconds. The arrow
    keys move the slider. The same animation gives the same text, whenever and wherever it is made
    with the same versions of matplotlib and Pillow. Where no script runs, the first frame is seen.

    Args:
        animation: From `animate_1d`, `animate_2d` or matplotlib, of few and simple frames.
        alt: What the animation shows, in words, for those who don't see it.

    Returns:
        The player, to stand at the end of a cell.

    Raises:
        ValueError: If there are no words, or the player is larger than a picture may be.

    Example:
        >>> player(animate_1d([0, 0, 1, 2], [-1, 1]), alt="A kernel finds where a signal rises.")

    Lecture 02 uses it.
    """
    from IPython.display import HTML

    if not isinstance(animation, Animation):
        raise refused("animation", "one of animate_1d, animate_2d or matplotlib", animation)
    count = sum(1 for _ in islice(animation.new_frame_seq(), MOST_FRAMES + 1))
    if not 0 < count <= MOST_FRAMES:
        came = f"{'more' if count else 0}: use a smaller input or a larger stride"
        raise ValueError(f"animation must have 1 to {MOST_FRAMES} frames, got {came}.")
    writer = _Frames()
    animation.save("nothing is written", writer=writer)
    frames, palette = _with_palette(np.stack(writer.frames))
    # The first frame is whole, each other one holds only the pixels that change, and the page puts
    # them on top of each other: all together they take a fifth of the bytes.
    changes = np.where(frames[1:] == frames[:-1], TRANSPARENT, frames[1:])
    first, *changes = (_data_url(picture, palette) for picture in [frames[0], *changes])
    parts = {"first": first, "changes": " ".join(changes), "count": count}
    advice = "use a smaller input, fewer frames or a lower dpi"
    return HTML(page(PAGE, "animation", alt, advice, **parts))


class _Frames(AbstractMovieWriter):
    """A writer of animations that keeps the pixels of each frame, shape (height, width, 3)."""

    def setup(self, fig, outfile, dpi=None):
        self.fig, self.frames = fig, []

    def grab_frame(self, **_):
        # Not by savefig, which would draw each frame twice.
        shown, canvas = self.fig.canvas, FigureCanvasAgg(self.fig)
        canvas.draw()
        self.fig.set_canvas(shown)
        drawn = Image.fromarray(np.asarray(canvas.buffer_rgba()))
        white = Image.new("RGBA", drawn.size, "white")
        self.frames.append(np.asarray(Image.alpha_composite(white, drawn).convert("RGB")))

    def finish(self):
        pass


def _with_palette(frames: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Return for each pixel of all frames the number of its colour, and these colours in a row."""
    below_each_other = Image.fromarray(frames.reshape(-1, *frames.shape[2:]))
    few = below_each_other.quantize(COLORS, dither=Image.Dither.NONE)
    colors = few.getpalette()[: 3 * COLORS]
    black = [0] * (3 * (COLORS + 1) - len(colors))  # where there are fewer, and for no change
    return np.asarray(few).reshape(frames.shape[:3]), colors + black


def _data_url(pixels: np.ndarray, palette: list[int]) -> str:
    picture = Image.fromarray(pixels.astype(np.uint8))
    picture.putpalette(palette)
    png = io.BytesIO()
    picture.save(png, "PNG", optimize=True, transparency=TRANSPARENT)
    return "data:image/png;base64," + base64.b64encode(png.getvalue()).decode()
