"""Exercises of lecture 3: images as tensors, filters on images."""

from __future__ import annotations

import numpy as np

from lecture_utils.convolution import conv2d
from lecture_utils.exercises._exercise import (
    Exercise,
    Mistake,
    call,
    expect_array,
    print_not_done,
)

GREY_WEIGHTS = np.array([0.299, 0.587, 0.114])
SOBEL = np.outer([1.0, 2.0, 1.0], [-1.0, 0.0, 1.0])


def _check_green_section(answer, rng):
    for _ in range(3):
        photo = rng.integers(0, 256, size=(40, 50, 3), dtype=np.uint8)
        size = int(rng.integers(4, 8))
        top, left = (int(place) for place in rng.choice(np.arange(8, 30), size=2, replace=False))
        rows, columns = slice(top, top + size), slice(left, left + size)
        expect_array(
            call(answer, photo, top, left, size),
            photo[rows, columns, 1],
            f"For a photo of shape {photo.shape}, top={top}, left={left}, size={size}",
            reasons=[
                (photo[rows, columns, 1:2], "the axis of channels is still there: 1, not 1:2."),
                (photo[rows, columns, 0], "this is red. Channels are counted from 0: green is 1."),
                (photo[rows, columns, 2], "this is blue. Channels are counted from 0: green is 1."),
                (
                    photo[rows, columns],
                    "all three channels came back. Choose one on the last axis.",
                ),
                (photo[columns, rows, 1], "rows and columns changed places: rows come first."),
                (
                    photo[top:size, left:size, 1],
                    "a slice is start:end, not start:length, so it ends at top + size.",
                ),
                (
                    photo[top : top + size + 1, left : left + size + 1, 1],
                    "one row and one column too many. The end of a slice is not included.",
                ),
                (photo[..., 1], "this is the whole green channel. Take the section of it."),
            ],
        )
    return "A section of a tensor is again a tensor: this one has rank 2."


green_section = Exercise(
    "lecture_03.green_section",
    _check_green_section,
    hints=(
        "A photo has the axes rows, columns, channels. You need a choice on each of them.",
        "Rows top, top + 1, ... up to top + size, without the last one, are top : top + size.",
        "photo[top : top + size, ..., ...]: now the columns, and the number of the green channel.",
    ),
    answer="""
        def green_section(photo, top, left, size):
            return photo[top : top + size, left : left + size, 1]
    """,
)


def _check_to_grey(answer, rng):
    shape = (2, 5, 4, 3)
    images = rng.integers(0, 256, size=shape, dtype=np.uint8)
    red, green, blue = GREY_WEIGHTS
    expected = images @ GREY_WEIGHTS
    expect_array(
        call(answer, images),
        expected,
        f"For a batch of shape {shape}",
        reasons=[
            (images.mean(axis=-1), "this is the plain mean. Green counts most, blue least."),
            (images @ GREY_WEIGHTS[::-1], "the weights of red and blue changed places."),
            (expected / 255, "the values were divided by 255. They are to stay in 0..255."),
            (expected[..., np.newaxis], "the axis of the channels is still there, with length 1."),
            (expected.astype(np.uint8), "the fractions are gone. Leave the result as floats."),
            (
                images[:, :, 0] * red + images[:, :, 1] * green + images[:, :, 2] * blue,
                "images[:, :, 0] is the first column of each image. A channel is images[..., 0].",
            ),
            (
                np.einsum("nyxc,c->yx", images, GREY_WEIGHTS),
                "the images of the batch were added up. Sum over the last axis only.",
            ),
        ],
    )
    photo = images[0]
    expect_array(
        call(answer, photo), expected[0], f"The batch is right, but for one photo {photo.shape}"
    )
    return "It works for a batch and for one photo, since only the last axis is touched."


to_grey = Exercise(
    "lecture_03.to_grey",
    _check_to_grey,
    hints=(
        "images[..., 0] is the red channel, whatever axes come before the last.",
        "Multiply each channel by its weight and add the three results.",
        "Or in one step: `@` sums over the last axis of its left side. The weights are an array.",
    ),
    answer="""
        def to_grey(images):
            return images @ np.array([0.299, 0.587, 0.114])
    """,
)


def _check_shift_kernel(answer, rng):
    # First the two shifts at which every likely mistake gives another kernel.
    telling = [(-1, 0), (0, -1)]
    if np.array_equal(call(answer, -1, 0), call(answer, 0, -1)):
        raise Mistake("The kernel is the same for every shift: use `down` and `right`.")
    others = [(0, 0), (0, 1), (1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)]
    for down, right in [*rng.permutation(telling).tolist(), *rng.permutation(others).tolist()]:
        expect_array(
            call(answer, down, right),
            _one_at(1 - down, 1 - right),
            f"For down={down}, right={right}",
            reasons=[
                (
                    _one_at(1 + down, 1 + right),
                    "this moves the image the opposite way. What arrives at a place "
                    "comes from the other side of it.",
                ),
                (_one_at(1 - right, 1 - down), "rows and columns changed places: rows come first."),
                (_one_at(down, right), "the middle of the kernel is kernel[1, 1], not [0, 0]."),
                (
                    _one_at(1 - down, 1 - right) / 9,
                    "the place is right, but the image gets darker: the sum is to be 1.",
                ),
            ],
        )
    return "Every 3x3 kernel is a sum of these nine, each times a weight."


def _one_at(row, column):
    kernel = np.zeros((3, 3))
    kernel[row, column] = 1
    return kernel


shift_kernel = Exercise(
    "lecture_03.shift_kernel",
    _check_shift_kernel,
    hints=(
        "The kernel with a 1 in the middle changes nothing: shift_kernel(0, 0).",
        "To move the image one pixel to the right, each place takes the pixel to its left.",
        "Begin with np.zeros((3, 3)) and set kernel[1 - down, ...] to 1.",
    ),
    answer="""
        def shift_kernel(down, right):
            kernel = np.zeros((3, 3))
            kernel[1 - down, 1 - right] = 1
            return kernel
    """,
)


def _check_separate(answer, rng):
    _check_pair(answer, SOBEL)
    for _ in range(5):
        # A zero at the top left: no row and no column can be counted on to be the first.
        column = rng.integers(1, 5, size=3) * rng.choice([-1.0, 1.0], size=3)
        row = rng.integers(1, 5, size=3) * rng.choice([-1.0, 1.0], size=3)
        if rng.integers(2):
            column[0] = 0
        else:
            row[0] = 0
        _check_pair(answer, np.outer(column, row))
    return "Two passes need 3 + 3 multiplications for a pixel, one pass needs 9."


def _check_pair(answer, kernel):
    case = f"For the kernel {kernel.tolist()}"
    with np.errstate(all="ignore"):
        pair = call(answer, kernel)
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise Mistake(f"{case}: two arrays are expected, `return column, row`.")
    column, row = (np.asarray(part, dtype=float) for part in pair)
    if (column.shape, row.shape) == ((1, 3), (3, 1)):
        raise Mistake(f"{case}: the two changed places, the column comes first.")
    if (column.shape, row.shape) != ((3, 1), (1, 3)):
        raise Mistake(
            f"{case}: the shapes are {column.shape} and {row.shape}, but (3, 1) and (1, 3) are "
            "expected. kernel[:, [j]] keeps both axes, kernel[:, j] drops one."
        )
    if not (np.isfinite(column).all() and np.isfinite(row).all()):
        raise Mistake(f"{case}: something was divided by zero. Take a row that is not all zeros.")
    product = column @ row
    if np.allclose(product, kernel):
        return
    if np.allclose(product, kernel.T):
        raise Mistake(f"{case}: column @ row is the kernel with rows and columns exchanged.")
    if np.allclose(product, SOBEL):
        raise Mistake(f"{case}: column @ row is the Sobel kernel. Use the argument `kernel`.")
    if _is_multiple(product, kernel):
        raise Mistake(
            f"{case}: column @ row is the kernel times a number that is not 1. Divide one of the "
            "two by the value where your row and your column cross."
        )
    raise Mistake(f"{case}: column @ row is {product.round(3).tolist()}.")


def _is_multiple(product, kernel):
    factor = (product * kernel).sum() / (kernel * kernel).sum()
    return not np.isclose(factor, [0, 1]).any() and np.allclose(product, factor * kernel)


separate = Exercise(
    "lecture_03.separate",
    _check_separate,
    hints=(
        "In column @ row each row of the kernel is the same row times one number. So a row of the "
        "kernel, if it is not all zeros, can be your `row`.",
        "np.unravel_index(np.abs(kernel).argmax(), kernel.shape) gives i, j of the largest value: "
        "row i and column j are certainly not all zeros.",
        "With row = kernel[[i], :], the column is kernel[:, [j]] divided by kernel[i, j].",
    ),
    answer="""
        def separate(kernel):
            i, j = np.unravel_index(np.abs(kernel).argmax(), kernel.shape)
            row = kernel[[i], :]
            column = kernel[:, [j]] / kernel[i, j]
            return column, row
    """,
)


def _check_conv_layer(answer, rng):
    for _ in range(3):
        images = rng.normal(size=(2, 7, 6, 3))
        kernels = rng.normal(size=(3, 3, 3, 4))
        bias = rng.normal(size=4)
        maps = conv2d(images, kernels)
        flipped = conv2d(images, kernels[::-1, ::-1])
        exchanged = conv2d(images, kernels.swapaxes(0, 1))
        expect_array(
            call(answer, images, kernels, bias),
            np.maximum(maps + bias, 0),
            f"For images {images.shape}, kernels {kernels.shape} and bias {bias.shape}",
            reasons=[
                (maps + bias, "the ReLU is missing: negative numbers came back."),
                (np.maximum(maps, 0), "the bias is missing."),
                (np.maximum(maps, 0) + bias, "the ReLU came first. The bias is added before it."),
                (np.abs(maps + bias), "ReLU turns negative numbers into 0, abs turns their sign."),
                (
                    np.maximum(flipped + bias, 0),
                    "the kernel was flipped. The layer computes a correlation.",
                ),
                (
                    np.maximum(exchanged + bias, 0),
                    "rows and columns of the kernel changed places.",
                ),
                (
                    np.maximum(conv2d(images[..., :1], kernels[:, :, :1]) + bias, 0),
                    "only the first input channel was used. Sum over all of them.",
                ),
                (
                    np.maximum(maps / kernels.shape[2] + bias, 0),
                    "this is the mean over the input channels. The layer takes their sum.",
                ),
            ],
        )
    return 'This is what Conv2D(4, 3, activation="relu") computes, for a whole batch.'


conv_layer = Exercise(
    "lecture_03.conv_layer",
    _check_conv_layer,
    hints=(
        "Begin with `conv2d_windows` of the page. A batch has one axis more, in front.",
        "With sliding_window_view(images, kernels.shape[:2], axis=(1, 2)) the windows have the "
        'axes "nyxcij".',
        'np.einsum("nyxcij,ijco->nyxo", windows, kernels) gives the maps. Then the bias, then '
        "np.maximum(..., 0).",
    ),
    answer="""
        def conv_layer(images, kernels, bias):
            windows = np.lib.stride_tricks.sliding_window_view(
                images, kernels.shape[:2], axis=(1, 2)
            )
            maps = np.einsum("nyxcij,ijco->nyxo", windows, kernels)
            return np.maximum(maps + bias, 0)
    """,
)

EXERCISES = (
    green_section,
    to_grey,
    shift_kernel,
    separate,
    conv_layer,
)


def not_done_yet() -> None:
    """Print which exercises of the lecture are still to be done."""
    print_not_done(EXERCISES)
