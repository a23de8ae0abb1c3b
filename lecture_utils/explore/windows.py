"""A window that slides over an image or a signal: convolution and pooling, for the hand."""

from collections.abc import Mapping
from html import escape

import numpy as np
from numpy.typing import ArrayLike

from lecture_utils.bitmap import bitmap
from lecture_utils.checks import array, refused
from lecture_utils.convolution import IMAGE, SIGNAL, correlate2d, max_pool2d
from lecture_utils.explore.page import Explorer


def convolution(
    inputs: Mapping[str, ArrayLike], kernels: Mapping[str, ArrayLike], alt: str
) -> Explorer:
    """Let the hand move a kernel over an input: draw, choose or type, and see every product.

    Args:
        inputs: What can be chosen, by name: images from 0, black, to 1, white, or signals.
        kernels: Kernels by name, at most 5 on an axis; over a signal goes the middle row.
        alt: What the figure is, in words.

    Returns:
        The figure, to be displayed. It correlates, as `correlate2d`.

    Raises:
        ValueError: If an input has more than 40 on an axis, or the first kernel does not fit.

    Lectures 02 and 03 use it.
    """
    data = {"inputs": _tables("inputs", inputs, 40), "kernels": _tables("kernels", kernels, 5)}
    image, kernel = (next(iter(tables.values())) for tables in data.values())
    kernel = kernel[len(kernel) // 2][None] if len(image) == 1 else kernel
    return _explorer(alt, data, image, correlate2d(image, kernel))


def pooling(inputs: Mapping[str, ArrayLike], alt: str) -> Explorer:
    """Let the hand move a window over an input, and see its maximum beside its mean.

    The arguments and the figure are those of `convolution`, without kernels.

    Lecture 04 uses it.
    """
    data = {"inputs": _tables("inputs", inputs, 40)}
    image = next(iter(data["inputs"].values()))
    size = (min(2, len(image)), 2)
    return _explorer(alt, data, image, max_pool2d(image[None, ..., None], size)[0, ..., 0])


def _tables(name: str, tables: Mapping[str, ArrayLike], most: int) -> dict[str, np.ndarray]:
    """Return arrays by name, three decimals each: enough for the eye, and few bytes."""
    if not isinstance(tables, Mapping) or not tables or not all(map(str, tables)):
        raise refused(name, "a dictionary of arrays by name", tables)
    found = {}
    for key, table in tables.items():
        table = np.atleast_2d(array(f"{name}[{key!r}]", table, SIGNAL, IMAGE))
        if max(table.shape) > most:
            raise refused(f"{name}[{key!r}]", f"of at most {most} on an axis", table)
        found[str(key)] = table.astype(float).round(3)
    return found


def _explorer(alt: str, data: dict, *images: np.ndarray) -> Explorer:
    """Return the figure; first it shows images side by side, black where they are smallest."""
    shades = [(image - image.min()) / (np.ptp(image) or 1) for image in images]
    high, parts = max(map(len, images)), []
    for image in shades:  # on white, with a gap between them
        parts.append(np.pad(image, ((0, high - len(image)), (0, 2)), constant_values=1))
    shown = np.hstack(parts)[:, :-2]
    width = min(24, 480 // shown.shape[1]) * shown.shape[1]
    style = f'style="image-rendering: pixelated" width="{width}"'
    picture = f'<img {style} src="{bitmap(shown)}" alt="{escape(str(alt))}">'
    return Explorer(alt, "windows", picture, data)
