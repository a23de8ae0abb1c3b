"""Exercises of lecture 03, images as tensors and filters on images."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lecture_exercises.exercise import Exercise, plain, print_not_done


def photos_and_squares(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, int, int, int]]:
    for height, width, top, left, size in (
        (40, 50, 21, 9, 5),
        (30, 12, 17, 2, 6),
        (9, 31, 0, 22, 9),  # to the last row and the last column
        (7, 7, 6, 0, 1),
    ):
        photo = rng.integers(0, 256, (height, width, 3))
        yield (photo / 255 if size == 6 else photo.astype("uint8")), top, left, size


@Exercise(
    cases=photos_and_squares,
    hints=[
        "A photo has the axes rows, columns, channels. You need a choice on each of them.",
        "Rows top, top + 1, ... up to top + size, without the last one, are top : top + size.",
        "photo[top : top + size, ..., ...]: now the columns, and the number of the green channel.",
    ],
    remark="A section of a tensor is again a tensor: this one has rank 2.",
    mistakes={
        "the axis of channels is still there: 1, not 1:2.": ("1]", "1:2]"),
        "this is red. Channels are counted from 0: green is 1.": ("1]", "0]"),
        "this is blue. Channels are counted from 0: green is 1.": ("1]", "2]"),
        "all three channels came back. Choose one on the last axis.": (", 1]", "]"),
        "rows and columns changed places: rows come first.": (
            "top: int, left: int",
            "left: int, top: int",
        ),
        "a slice is start:end, not start:length, so it ends at top + size.": [
            (": top + size", ": size"),
            (": left + size", ": size"),
        ],
        "one row and one column too many. The end of a slice is not included.": (
            "+ size",
            "+ size + 1",
        ),
        "this is the whole green channel. Take the section of it.": (
            "top : top + size, left : left + size",
            "...",
        ),
    },
)
def green_section(photo: np.ndarray, top: int, left: int, size: int) -> np.ndarray:
    return photo[top : top + size, left : left + size, 1]


def batches_and_photos(rng: np.random.Generator) -> Iterator[tuple[np.ndarray]]:
    for shape in ((2, 5, 4, 3), (6, 5, 3), (1, 4, 7, 3), (3, 3, 3), (3, 3, 3, 3)):
        images = rng.integers(0, 256, shape)
        yield (images.astype("uint8") if len(images) % 2 == 0 else images * 0.75,)


@Exercise(
    cases=batches_and_photos,
    hints=[
        "images[..., 0] is the red channel, whatever axes come before the last.",
        "Multiply each channel by its weight and add the three results.",
        "Or in one step: `@` sums over the last axis of its left side. The weights are an array.",
    ],
    remark="It works for a batch and for one photo, since only the last axis is touched.",
    mistakes={
        "this is the plain mean. Green counts most, blue least.": (
            "images @ np.array([0.299, 0.587, 0.114])",
            "images.mean(axis=-1)",
        ),
        "the weights of red and blue changed places.": (
            "0.299, 0.587, 0.114",
            "0.114, 0.587, 0.299",
        ),
        "the values were divided by 255. They are to stay in 0..255.": ("])", "]) / 255"),
        "the axis of the channels is still there, with length 1.": ("])", "])[:, np.newaxis]"),
        "the fractions are gone. Leave the result as floats.": (
            "images @ np.array([0.299, 0.587, 0.114])",
            "np.floor(images @ np.array([0.299, 0.587, 0.114]))",
        ),
        "images[:, :, 0] is the first column of each image of a batch. A channel is "
        "images[..., 0].": lambda images: (
            0.299 * images[:, :, 0] + 0.587 * images[:, :, 1] + 0.114 * images[:, :, 2]
        ),
    },
)
def to_grey(images: np.ndarray) -> np.ndarray:
    return images @ np.array([0.299, 0.587, 0.114])


@Exercise(
    cases=lambda rng: [
        *((-1, 0), (0, -1), (1, 0), (0, 1), (0, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))
    ],
    hints=[
        "The kernel with a 1 in the middle changes nothing: shift_kernel(0, 0).",
        "To move the image one pixel to the right, each place takes the pixel to its left.",
        "Begin with np.zeros((3, 3)) and set kernel[1 - down, ...] to 1.",
    ],
    remark="Every 3x3 kernel is a sum of these nine, each times a weight.",
    mistakes={
        "this moves the image the opposite way. What arrives at a place comes from the other side "
        "of it.": ("1 -", "1 +"),
        "rows and columns changed places: rows come first.": (
            "1 - down, 1 - right",
            "1 - right, 1 - down",
        ),
        "the middle of the kernel is kernel[1, 1], not [0, 0].": (
            "1 - down, 1 - right",
            "down, right",
        ),
        "the place is right, but the image gets darker: the sum is to be 1.": ("= 1", "= 1 / 9"),
        "the kernel is the same for every shift: use `down` and `right`.": (
            "1 - down, 1 - right",
            "1, 0",
        ),
    },
)
def shift_kernel(down: int, right: int) -> np.ndarray:
    kernel = np.zeros((3, 3))
    kernel[1 - down, 1 - right] = 1
    return kernel


def separable_kernels(rng: np.random.Generator) -> Iterator[tuple[np.ndarray]]:
    # No row, column or sum can be divided by in all of them, nor the largest value.
    yield (np.outer([1, 2, 1], [-1, 0, 1]),)
    yield (np.outer([-1, 0, 1], [1.0, 2, 1]),)
    for column, row in (
        ([3, 2, 1], [1, 1, 1]),
        ([1, 2, 3], [0, -1, -1]),
        ([0, 0, 1], [1, 0, 0]),
        ([-1, 0, 0], [0, 0, 1]),
    ):
        yield (np.outer(column * rng.integers(3, 9, 3), row * rng.uniform(0.1, 0.9, 3)),)
    yield (np.outer([2, 3, 5], rng.permutation([3, 7, 4])),)


def product(pair: Any) -> np.ndarray:
    """Multiply a column by a row, since each may be any number of times as large."""
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise ValueError("two arrays are expected, `return column, row`.")
    shapes = tuple(np.shape(part) for part in pair)
    if shapes == ((1, 3), (3, 1)):
        raise ValueError("the two changed places, the column comes first.")
    if shapes != ((3, 1), (1, 3)):
        raise ValueError(
            f"the shapes are {shapes[0]} and {shapes[1]}, but (3, 1) and (1, 3) are expected. "
            "kernel[:, [j]] keeps both axes, kernel[:, j] drops one."
        )
    column, row = map(plain, pair)
    return column @ row


def read_product(result: Any, kernel: np.ndarray) -> str:
    if not np.isfinite(result).all():
        return "something was divided by zero: by a value of the kernel, or a sum, that is 0."
    factor = (result * kernel).sum() / (kernel * kernel).sum()
    if not np.isclose(factor, 0) and np.allclose(result, factor * kernel):
        return (
            "column @ row is the kernel times a number that is not 1. Divide one of the two by the "
            "value where your row and your column cross."
        )
    return f"column @ row is {result.round(3).tolist()}."


@Exercise(
    cases=separable_kernels,
    read=product,
    tell=read_product,
    hints=[
        "In column @ row each row of the kernel is the same row times one number. So a row of the "
        "kernel, if it is not all zeros, can be your `row`.",
        "np.unravel_index(np.abs(kernel).argmax(), kernel.shape) gives i, j of the largest value: "
        "row i and column j are certainly not all zeros.",
        "With row = kernel[[i], :], the column is kernel[:, [j]] divided by kernel[i, j].",
    ],
    remark="Two passes need 3 + 3 multiplications for a pixel, one pass needs 9.",
    mistakes={
        "column @ row is the kernel with rows and columns exchanged.": (
            "column, row",
            "row.T, column.T",
        ),
        "column @ row is the Sobel kernel. Use the argument `kernel`.": lambda kernel: (
            np.array([[1], [2], [1]]),
            np.array([[-1, 0, 1]]),
        ),
        "column @ row is the kernel times a number that is not 1. Divide one of the two by the "
        "value where your row and your column cross.": (" / kernel[i, j]", ""),
        "the two changed places, the column comes first.": ("column, row", "row, column"),
        "the shapes are (3,) and (1, 3), but (3, 1) and (1, 3) are expected.": ("[j]", "j"),
        "two arrays are expected, `return column, row`.": ("column, row", "column @ row"),
    },
)
def separate(kernel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    i, j = np.unravel_index(np.abs(kernel).argmax(), kernel.shape)
    row = kernel[[i], :]
    column = kernel[:, [j]] / kernel[i, j]
    return column, row


def images_and_kernels(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, ...]]:
    for images, kernels in (
        ((2, 7, 6, 3), (3, 3, 3, 4)),
        ((1, 6, 9, 2), (2, 4, 2, 3)),
        ((3, 8, 5, 1), (5, 1, 1, 2)),
        ((2, 4, 4, 5), (4, 4, 5, 1)),  # a single place
        ((1, 5, 4, 4), (1, 1, 4, 6)),
    ):
        yield 3 * rng.normal(size=images), rng.normal(size=kernels), rng.normal(size=kernels[-1])


@Exercise(
    cases=images_and_kernels,
    hints=[
        "Begin with `conv2d_windows` of the page. A batch has one axis more, in front.",
        "With sliding_window_view(images, kernels.shape[:2], axis=(1, 2)) the windows have the "
        'axes "nyxcij".',
        'np.einsum("nyxcij,ijco->nyxo", windows, kernels) gives the maps. Then the bias, then '
        "np.maximum(..., 0).",
    ],
    remark='This is what a Conv2D layer with activation="relu" computes, for a whole batch.',
    mistakes={
        "the ReLU is missing: negative numbers came back.": (
            "np.maximum(maps + bias, 0)",
            "maps + bias",
        ),
        "the bias is missing.": ("maps + bias", "maps"),
        "the ReLU came first. The bias is added before it.": ("maps + bias, 0)", "maps, 0) + bias"),
        "ReLU turns negative numbers into 0, abs turns their sign.": (
            "np.maximum(maps + bias, 0)",
            "np.abs(maps + bias)",
        ),
        "the kernel was flipped. The layer computes a correlation.": (
            "windows, kernels)",
            "windows, kernels[::-1, ::-1])",
        ),
        "rows and columns of the kernel changed places.": ("ijco", "jico"),
        "only the first input channel was used. Sum over all of them.": (
            "windows, kernels)",
            "windows[:, :, :, :1], kernels[:, :, :1])",
        ),
        "this is the mean over the input channels. The layer takes their sum.": (
            "windows, kernels)",
            "windows, kernels / kernels.shape[2])",
        ),
    },
)
def conv_layer(images: np.ndarray, kernels: np.ndarray, bias: np.ndarray) -> np.ndarray:
    windows = sliding_window_view(images, kernels.shape[:2], axis=(1, 2))
    maps = np.einsum("nyxcij,ijco->nyxo", windows, kernels)
    return np.maximum(maps + bias, 0)


not_done_yet = partial(print_not_done, __name__)
