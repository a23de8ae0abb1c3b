"""An animation as a player in the notebook."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.animation import Animation
from PIL import Image

from lecture_utils.plots.labels import LABELS

if TYPE_CHECKING:
    from IPython.display import HTML

MOST_FRAMES = 64
MOST_BYTES = 150_000
COLORS = 63
TRANSPARENT = COLORS

# matplotlib takes the signs on its buttons from a web page, which a class without a network
# doesn't reach.
WEB_PAGE = re.compile(r"<link[^>]*font-awesome[^>]*>\s*")
SIGNS = {
    "minus": "−",
    "fast-backward": "⇤",
    "step-backward": "←",
    "play fa-flip-horizontal": "◀",
    "pause": "❚❚",
    "play": "▶",
    "step-forward": "→",
    "fast-forward": "⇥",
    "plus": "+",
}
BUTTONS = (
    "Decrease speed",
    "First frame",
    "Previous frame",
    "Play backwards",
    "Pause",
    "Play",
    "Next frame",
    "Last frame",
    "Increase speed",
    "Repetition mode",
)
CHOICES = ("Once", "Loop", "Reflect")
PNG = "data:image/png;base64,"
FRAME = re.compile(f'(?<="{PNG})[^"]+')


def player(animation: Animation, alt: str) -> HTML:
    """Show an animation with buttons: it stands still until someone plays it, and then loops.

    The same animation gives the same text, whenever and wherever it is made with the same versions
    of matplotlib and Pillow. Where no script runs, the first frame is seen.

    Args:
        animation: From `animate_1d`, `animate_2d` or matplotlib, of few and simple frames.
        alt: What the animation shows, in words, for who doesn't see it.

    Returns:
        The player, to stand at the end of a cell.

    Raises:
        ValueError: If there are no words, or the player is larger than a picture may be.

    Example:
        ```
        player(animate_1d([0, 0, 1, 2, 3], [-1, 1]), alt="A kernel finds where a signal rises.")
        ```
    """
    from IPython.display import HTML

    if not alt.strip():
        raise ValueError("alt: say in words what the animation shows; nothing came.")
    count = sum(1 for _ in islice(animation.new_frame_seq(), MOST_FRAMES + 1))
    if count > MOST_FRAMES:
        raise ValueError(
            f"animation: at most {MOST_FRAMES} frames work, this one has more; use a smaller "
            "input, a larger stride, or (for animate_2d) frames=24."
        )
    page = animation.to_jshtml(default_mode="loop")
    frames, palette = _with_palette(np.stack([_decode(f) for f in FRAME.findall(page)]))
    # The background holds what most frames share, a frame only the pixels in which it differs: all
    # together they take a fifth of the bytes.
    background = np.sort(frames, axis=0)[len(frames) // 2]
    changes = np.where(frames == background, TRANSPARENT, frames)
    pictures = iter([_encode(change, palette) for change in changes])
    page = FRAME.sub(lambda _: next(pictures), page)
    page = _with_picture(page, _encode(frames[0], palette), _encode(background, palette), alt)
    page = _own_identifier(_own_signs(page))
    if len(page) > MOST_BYTES:
        raise ValueError(
            f"animation: {count} frames take {len(page) // 1000} kB, at most "
            f"{MOST_BYTES // 1000} kB work; use a smaller input, fewer frames or a lower dpi."
        )
    return HTML(page)


def _decode(frame: str) -> np.ndarray:
    """The pixels of a frame, shape (height, width, 3)."""
    png = base64.b64decode(frame.replace("\\\n", ""))
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def _with_palette(frames: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Give all frames the same few colours, the most frequent ones.

    Args:
        frames: Shape (frames, height, width, 3).

    Returns:
        The number of each pixel's colour, shape (frames, height, width), and the palette: its red,
        green and blue values in a row.
    """
    packed = frames.astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], dtype=np.int32)
    packed, pixels, counts = np.unique(packed, return_inverse=True, return_counts=True)
    colors = packed[:, np.newaxis] >> np.array([16, 8, 0]) & 255
    common = colors[np.argsort(-counts, kind="stable")[:COLORS]]
    distances = ((colors[:, np.newaxis] - common) ** 2).sum(axis=-1)
    nearest = distances.argmin(axis=1).astype(np.uint8)
    palette = np.zeros((COLORS + 1, 3), dtype=int)
    palette[: len(common)] = common
    return nearest[pixels].reshape(frames.shape[:-1]), palette.ravel().tolist()


def _encode(pixels: np.ndarray, palette: list[int]) -> str:
    picture = Image.fromarray(pixels)
    picture.putpalette(palette)
    png = io.BytesIO()
    picture.save(png, "PNG", optimize=True, transparency=TRANSPARENT)
    return base64.b64encode(png.getvalue()).decode()


def _with_picture(page: str, first: str, background: str, alt: str) -> str:
    """Put the first frame, the background and the words where the frames will be shown."""
    style = f"max-width: 100%; background: url({PNG}{background}) 0 0 / 100% 100%"
    picture = f'<img src="{PNG}{first}" alt="{html.escape(alt)}" style="{style}" id='
    return page.replace("<img id=", picture)


def _own_signs(page: str) -> str:
    page = WEB_PAGE.sub("", page)
    for icon, sign in SIGNS.items():
        page = page.replace(f'<i class="fa fa-{icon}"></i>', sign)
    for word in BUTTONS:
        page = page.replace(f'"{word}"', f'"{LABELS[word]}"')
    for word in CHOICES:
        page = page.replace(f">{word}</label>", f">{LABELS[word]}</label>")
    return page


def _own_identifier(page: str) -> str:
    """Name the parts after what they show; matplotlib names them at random."""
    random = re.search(r'id="_anim_img([0-9a-f]+)"', page)[1]
    content = page.replace(random, "")
    return page.replace(random, hashlib.sha256(content.encode()).hexdigest()[:32])
