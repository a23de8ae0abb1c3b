"""A window that slides over an image or a signal: convolution and pooling, for the hand."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from lecture_utils.bitmap import side_by_side
from lecture_utils.checks import array, refused
from lecture_utils.convolution import IMAGE, SIGNAL, correlate2d, max_pool2d
from lecture_utils.explore.page import Explorer

NEEDS = ("grid", "../convolution")


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
    inputs, kernels = _tables("inputs", inputs, 40, 3), _tables("kernels", kernels, 5, 6)
    image, kernel = (next(iter(tables.values())) for tables in (inputs, kernels))
    kernel = kernel[[(len(kernel) - 1) // 2]] if len(image) == 1 else kernel
    data = {"inputs": inputs, "kernels": kernels}
    return Explorer(alt, "windows", side_by_side(image, correlate2d(image, kernel)), data, NEEDS)


def pooling(inputs: Mapping[str, ArrayLike], alt: str) -> Explorer:
    """Let the hand move a window over an input, and see its maximum beside its mean.

    The arguments and the figure are those of `convolution`, without kernels.

    Lecture 04 uses it.
    """
    data = {"inputs": _tables("inputs", inputs, 40, 3)}
    image = next(iter(data["inputs"].values()))
    largest = max_pool2d(image[None, ..., None], (min(2, len(image)), 2))[0, ..., 0]
    return Explorer(alt, "windows", side_by_side(image, largest), data, NEEDS)


def _tables(name: str, tables: Mapping[str, ArrayLike], most: int, decimals: int) -> dict:
    """Return arrays by name, rounded: enough for the eye and for sums, and few bytes."""
    if not isinstance(tables, Mapping) or not tables or not all(map(str, tables)):
        raise refused(name, "a dictionary of arrays by name", tables)
    found = {}
    for key, table in tables.items():
        table = np.atleast_2d(array(f"{name}[{key!r}]", table, SIGNAL, IMAGE))
        if max(table.shape) > most:
            raise refused(f"{name}[{key!r}]", f"of at most {most} on an axis", table)
        found[str(key)] = table.astype(float).round(decimals)
    return found
