"""Pictures for a page of HTML, made of arrays: in a row, with frames, as the address of a BMP.

A BMP has the same bytes on every machine. A PNG or JPEG hangs on the version of what compresses
it, and pages are compared byte by byte.
"""

import base64
import struct

import numpy as np

MOST = 160  # pixels on an axis that are kept


def bitmap(image: np.ndarray) -> str:
    """Return an image as the address of a BMP: a grey one in 16 shades, a large one made smaller.

    Args:
        image: `uint8`, or numbers from 0 to 1, of shape (height, width) or (height, width, 3).

    Lecture 04 shows it.
    """
    image = image if image.dtype == np.uint8 else np.clip(255 * image.astype(float), 0, 255)
    step = -(-max(image.shape[:2]) // MOST)
    height, width = image.shape[0] // step, image.shape[1] // step
    blocks = image[: height * step, : width * step].reshape(height, step, width, step, -1)
    means = blocks.mean(axis=(1, 3))[::-1, :, ::-1]  # from below, blue first
    colours, bits = b"", 24
    if means.shape[2] == 1:
        shades = np.pad((means[..., 0] / 17).round(), ((0, 0), (0, width % 2)))
        means, bits = 16 * shades[:, ::2] + shades[:, 1::2], 4
        colours = b"".join(bytes((shade, shade, shade, 0)) for shade in range(0, 256, 17))
    rows = means.round().reshape(height, -1).astype(np.uint8)
    rows = np.pad(rows, ((0, 0), (0, -rows.shape[1] % 4)))
    start = 54 + len(colours)
    sizes = start + rows.size, 0, start, 40, width, height, 1, bits, 0, rows.size, 2835, 2835, 0, 0
    content = struct.pack("<2sIIIIiiHHIIiiII", b"BM", *sizes) + colours + rows.tobytes()
    return f"data:image/bmp;base64,{base64.b64encode(content).decode()}"


def side_by_side(*images: np.ndarray) -> np.ndarray:
    """Return images in a row on white, each black where it is smallest and white where largest."""
    high, shown = max(map(len, images)), []
    for image in images:
        shade = (image - image.min()) / (np.ptp(image) or 1)
        shown.append(np.pad(shade, ((0, high - len(image)), (0, 2)), constant_values=1))
    return np.hstack(shown)[:, :-2]


def framed(image: np.ndarray, windows: list[list[tuple[int, int]]]) -> np.ndarray:
    """Return an image in colour with frames around windows: first pixel and size, on each axis."""
    zoom = max(1, 112 // len(image))  # small images are enlarged, so that a frame is thin
    shown = np.dstack([image] * 3)[..., :3].repeat(zoom, axis=0).repeat(zoom, axis=1)
    orange = np.array([213, 94, 0]) / (1 if image.dtype == np.uint8 else 255)
    thin = -(-len(shown) // 112)
    for window in windows:
        (top, high), (left, wide) = zoom * np.array(window)
        seen = shown[top : top + high, left : left + wide]
        seen[:thin] = seen[-thin:] = seen[:, :thin] = seen[:, -thin:] = orange
    return shown
