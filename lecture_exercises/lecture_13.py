"""Exercises of lecture 13, U-Net and a label for every pixel."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lecture_exercises.exercise import Exercise, print_not_done


def pairs_of_masks(rng: np.random.Generator) -> Iterator[tuple]:
    # The classes that both masks have, one that only the first and one that only the second has.
    for shape, used, alone, classes in (
        ((6, 8), [0, 1, 2, 3], (0, 1), 4),
        ((5, 9), [0, 4], (0, 4), 6),
        ((7, 7), [0, 1], (2, 0), 3),
        ((4, 10), [0, 1], (1, 3), 4),
        ((9, 5), [1, 2], (2, 1), 3),  # no background
    ):
        truth = rng.choice(used, shape).astype("uint8")
        predicted = np.where(rng.random(shape) < 0.6, truth, rng.choice(used, shape))
        predicted.flat[: len(used)] = truth.flat[: len(used)] = used
        predicted.flat[-3:], truth.flat[-3:] = alone
        yield predicted, truth, classes
    yield np.array([[0, 0, 4], [4, 4, 4]]), np.array([[0, 0, 0], [4, 4, 4]]), 6
    yield np.zeros((3, 4), int), np.zeros((3, 4), int), 2


@Exercise(
    cases=pairs_of_masks,
    hints=[
        "`predicted == number` is the mask of one class, with True and False.",
        "A loop over `range(classes)`; the union of a class that is nowhere is empty: skip it.",
        "Collect `np.sum(p & t) / np.sum(p | t)` in a list, and return its mean.",
    ],
    mistakes={
        "this is the pixel accuracy.": ("np.mean(values)", "np.mean(predicted == truth)"),
        "the background, class 0, is missing in the mean.": ("range(", "range(1, "),
        "this is the mean of Dice, not of IoU.": (
            "np.sum(p & t) / union",
            "2 * np.sum(p & t) / (np.sum(p) + np.sum(t))",
        ),
        "|P| + |T| counts the common pixels twice: divide by the union.": (
            "np.sum(p & t) / union",
            "np.sum(p & t) / (np.sum(p) + np.sum(t))",
        ),
        "you added up all intersections and all unions. Divide for each class, then take the "
        "mean.": [
            ("np.sum(p & t) / union", "(np.sum(p & t), union)"),
            ("np.mean(values)", "np.divide(*np.sum(values, axis=0))"),
        ],
        "you treat all classes above 0 as one. Compute IoU for each of them.": ("== number", "> 0"),
        "a class that only `predicted` has counts, too: its union is not empty, and its IoU is "
        "0.": ("range(classes)", "np.unique(truth)"),
        "a class that only `truth` has counts, too: its union is not empty, and its IoU is 0.": (
            "range(classes)",
            "np.unique(predicted)",
        ),
        "a class is in neither mask, but you count it as 0. Leave it out.": (
            "np.mean(values)",
            "np.sum(values) / classes",
        ),
        "a class is in neither mask, but you count it as 1. Leave it out.": (
            "    return",
            "        else:\n            values.append(1)\n    return",
        ),
        "your result is nan, 0 / 0. Skip a class whose union is empty.": ("if union", "if True"),
    },
)
def mean_iou(predicted: np.ndarray, truth: np.ndarray, classes: int) -> float:
    values = []
    for number in range(classes):
        p, t = predicted == number, truth == number
        union = np.sum(p | t)
        if union:
            values.append(np.sum(p & t) / union)
    return np.mean(values)


@Exercise(
    cases=lambda rng: [(572, 4), (44, 2), (124, 3), (24, 1), (412, 5)],
    hints=[
        "Follow the cell that traces the sizes, with a loop over `depth` instead of four levels.",
        "Down: `size = (size - 4) // 2`, as often as there are poolings.",
        "Then 4 less at the bottom, and up: `size = 2 * size - 4`, as often again.",
    ],
    mistakes={
        "this is the size of the image: without padding the border is lost.": (
            lambda size, depth: size
        ),
        "there are two convolutions on each level, and each takes 2 pixels.": ("4", "2"),
        "the two convolutions at the bottom are missing.": ("size = size - 4", "pass"),
        "on the way up, too, there are two convolutions on each level.": (
            "2 * size - 4",
            "2 * size",
        ),
        "on the way up each up-convolution doubles the size first.": ("2 * size - 4", "size - 4"),
        "this is the size at the bottom. The way up is missing.": ("2 * size - 4", "size"),
        "on the way down the convolutions come before the pooling.": (
            "(size - 4) // 2",
            "size // 2 - 4",
        ),
        "the convolutions come on the way up after the up-convolution.": (
            "2 * size - 4",
            "2 * (size - 4)",
        ),
        "one pooling and one up-convolution are missing: there are `depth` of each.": (
            "range(depth)",
            "range(depth - 1)",
        ),
        "a pixel on a lower level is worth more than one of the image: halve and double the size "
        "on the way.": [("(size - 4) // 2", "size - 4"), ("2 * size - 4", "size - 4")],
        "184 is what the paper's network loses, with four poolings. It depends on depth.": (
            lambda size, depth: size - 184
        ),
    },
)
def unet_output(size: int, depth: int) -> int:
    for _ in range(depth):
        size = (size - 4) // 2
    size = size - 4
    for _ in range(depth):
        size = 2 * size - 4
    return size


def skips_and_maps(rng: np.random.Generator) -> Iterator[tuple]:
    # First with equal channels: to add, or another axis, is possible then, and wrong.
    for down, right, rows, columns, channels in (
        (1, 2, 3, 5, 4),
        (2, 1, 6, 5, 2),
        (3, 0, 4, 3, 4),
        (0, 0, 4, 5, 1),
        (2, 2, 7, 7, 8),
    ):
        skip = rng.normal(size=(2, rows + 2 * down, columns + 2 * right, 4))
        yield skip, rng.normal(size=(2, rows, columns, channels))


@Exercise(
    cases=skips_and_maps,
    hints=[
        "How many rows has `skip` more than `x`? Half of them go at the top.",
        "`top = (skip.shape[1] - x.shape[1]) // 2`, and `left` in the same way from axis 2.",
        "Slice with `top : top + x.shape[1]`, then `np.concatenate([..., x], axis=3)`.",
    ],
    mistakes={
        "you kept the upper left corner of the skip. Both must look at the same place: crop from "
        "the middle.": ("// 2", "* 0"),
        "you kept the lower right corner of the skip. Both must look at the same place: crop from "
        "the middle.": ("// 2", "// 1"),
        "the skip comes first, then x.": ("[middle, x]", "[x, middle]"),
        "the skip is cropped well, but x is missing.": (
            "np.concatenate([middle, x], axis=3)",
            "middle",
        ),
        "you add the two, as ResNet does. U-Net concatenates.": (
            "np.concatenate([middle, x], axis=3)",
            "middle + x",
        ),
        "these are the images of both: concatenate along the channels, the last axis.": (
            "=3",
            "=0",
        ),
        "one is below the other: concatenate along the channels, the last axis.": ("=3", "=1"),
        "one is beside the other: concatenate along the channels, the last axis.": ("=3", "=2"),
        "a slice of your skip is empty. With a border of 0, [0:-0] is [0:0], which is nothing; "
        "count from the front: [border : border + size].": [
            ("top + height", "-top"),
            ("left + width", "-left"),
        ],
        "you crop as much from the columns as from the rows. Compute both: the image need not be "
        "a square.": ("left : left +", "top : top +"),
        "you crop as much from the rows as from the columns. Compute both: the image need not be "
        "a square.": ("top : top +", "left : left +"),
    },
)
def join(skip: np.ndarray, x: np.ndarray) -> np.ndarray:
    height, width = x.shape[1:3]
    top, left = (skip.shape[1] - height) // 2, (skip.shape[2] - width) // 2
    middle = skip[:, top : top + height, left : left + width]
    return np.concatenate([middle, x], axis=3)


def pictures(rng: np.random.Generator) -> Iterator[tuple]:
    for shape in ((4, 6), (3, 3), (5, 2)):
        image, background = rng.random((2, *shape, 3))
        probability = rng.random(shape)
        probability.flat[:5] = 0, 1, 0.4, 0.5, 0.6
        yield image, probability, background


@Exercise(
    cases=pictures,
    hints=[
        "A mixture of two colours: a share of one, and the rest of the other.",
        "`probability[..., np.newaxis]` has the shape (height, width, 1), which fits the colours.",
        "alpha * image + (1 - alpha) * background",
    ],
    mistakes={
        "the two are exchanged: where the probability is 1 the image is seen.": ("= ", "= 1 - "),
        "you cut at 0.5, so the edges are hard. Where the probability is 0.5 both are mixed by "
        "half.": ("[..., np.newaxis]", "[..., np.newaxis] > 0.5"),
        "the background must give way: weigh it with 1 - alpha.": ("(1 - alpha) * ", ""),
        "to clip does not help: weigh the background with 1 - alpha.": (
            "alpha * image + (1 - alpha) * background",
            "np.clip(alpha * image + background, 0, 1)",
        ),
        "this is the object on black; the background is missing.": (
            " + (1 - alpha) * background",
            "",
        ),
        "this is half of each, without the probability.": ("probability[..., np.newaxis]", "0.5"),
        "the values should go from 0 to 1, yours go to 255.": (
            "alpha * image + (1 - alpha) * background",
            "255 * (alpha * image + (1 - alpha) * background)",
        ),
        "this is the image with an alpha channel. Compute the mixture itself.": (
            "alpha * image + (1 - alpha) * background",
            "np.concatenate([image, alpha], axis=2)",
        ),
        "the shapes do not fit. The probability needs a last axis for the colours: "
        "probability[..., np.newaxis].": ("[..., np.newaxis]", ""),
    },
)
def paste(image: np.ndarray, probability: np.ndarray, background: np.ndarray) -> np.ndarray:
    alpha = probability[..., np.newaxis]
    return alpha * image + (1 - alpha) * background


def network_of(kernel: np.ndarray, tile: int) -> Callable:
    """Make a network: a correlation without padding, then a square root."""
    side = tile + len(kernel) - 1

    def network(tiles: np.ndarray) -> np.ndarray:
        tiles = np.asarray(tiles)
        if tiles.shape == (side, side):
            raise ValueError("it got a tile without the axis for the count: use tile[np.newaxis].")
        if tiles.shape[1:] == (tile, tile):
            raise ValueError(f"it got a tile without its border. It needs {side}x{side} pixels.")
        if tiles.shape[1:] != (side, side):
            raise ValueError(
                f"it got the shape {tiles.shape}, but (count, {side}, {side}) is expected: tiles, "
                "each with a border on all four sides, which the mirrored image has everywhere."
            )
        windows = sliding_window_view(tiles, kernel.shape, axis=(1, 2))
        return np.sqrt(np.einsum("nyxij,ij->nyx", windows, kernel))

    return network


def images_and_networks(rng: np.random.Generator) -> Iterator[tuple]:
    for rows, columns, tile, border in ((2, 3, 5, 2), (3, 1, 4, 3), (1, 2, 6, 1), (2, 2, 3, 4)):
        kernel = rng.uniform(0.5, 2, (2 * border + 1, 2 * border + 1))
        yield rng.random((rows * tile, columns * tile)), network_of(kernel, tile), tile, border


def tiles_in_a_list(image: np.ndarray, network: Callable, tile: int, border: int) -> np.ndarray:
    result = predict_tiles.solve(image, network, tile, border)
    rows, columns = (length // tile for length in image.shape)
    return result.reshape(rows, tile, columns, tile).swapaxes(1, 2).reshape(-1, tile, tile)


def tiles_only_reshaped(image: np.ndarray, *options) -> np.ndarray:
    return tiles_in_a_list(image, *options).reshape(image.shape)


def tiles_column_by_column(image: np.ndarray, network: Callable, tile: int, border: int):
    rows, columns = (length // tile for length in image.shape)
    tiles = tiles_in_a_list(image, network, tile, border).reshape(rows, columns, tile, tile)
    turned = tiles.swapaxes(0, 1).reshape(rows, columns, tile, tile)
    return turned.swapaxes(1, 2).reshape(image.shape)


@Exercise(
    cases=images_and_networks,
    hints=[
        '`np.pad(image, border, mode="reflect")` mirrors the whole image at its edges, once.',
        "In the padded image the tile for row `top`, column `left` begins at `[top, left]`, and "
        "has `tile + 2 * border` pixels each way.",
        "Two loops over `range(0, height, tile)` and `range(0, width, tile)`; write "
        "`network(piece[np.newaxis])[0]` into `result[top : top + tile, left : left + tile]`.",
    ],
    remark="So can an image of any size pass through a memory of one tile.",
    mistakes={
        "the border is black. Mirror the image instead.": ('"reflect"', '"constant"'),
        'mode="symmetric" repeats the pixel at the edge; a mirror in the edge itself does not: '
        'mode="reflect".': ('"reflect"', '"symmetric"'),
        "the border repeats the last pixel. Mirror the image instead.": ('"reflect"', '"edge"'),
        "the border comes from the other side. Mirror the image instead.": ('"reflect"', '"wrap"'),
        "you pad each tile alone. Its border is what lies around it in the image; mirror the image "
        "only at its own edges.": (
            "padded[top : top + side, left : left + side]",
            'np.pad(image[top : top + tile, left : left + tile], border, mode="reflect")',
        ),
        "rows and columns are exchanged.": ("return result", "return result.T"),
        "the tiles are cut out column by column, but put together row by row.": (
            tiles_column_by_column
        ),
        "the tiles are right, but a list of them. Put them together to one image.": tiles_in_a_list,
        "the tiles are not at their places: reshape alone does not put them together.": (
            tiles_only_reshaped
        ),
        "this is the image itself: the network was not used.": ("return result", "return image"),
    },
)
def predict_tiles(image: np.ndarray, network, tile: int, border: int) -> np.ndarray:
    padded = np.pad(image, border, mode="reflect")
    side = tile + 2 * border
    result = np.zeros(image.shape)
    for top in range(0, image.shape[0], tile):
        for left in range(0, image.shape[1], tile):
            piece = padded[top : top + side, left : left + side]
            answer = network(piece[np.newaxis])[0]
            result[top : top + tile, left : left + tile] = answer
    return result


not_done_yet = partial(print_not_done, __name__)
