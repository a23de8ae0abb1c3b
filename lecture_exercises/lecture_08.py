"""Exercises of lecture 08, ZFNet: looking inside a convnet."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from lecture_exercises.exercise import Exercise, plain, print_not_done


def stripes(rng: np.random.Generator) -> Iterator[tuple]:
    """Yield (period, stride): many samples a period, one or two, exactly two, several periods."""
    yield from ((5, 4), (5, 2), (9, 1), (7, 4), (4, 2), (5, 7), (3, 8), (7, 12), (4, 6))
    yield int(rng.integers(20, 38)), 19


SEEN = "stride / abs(turns)"


@Exercise(
    cases=stripes,
    hints=[
        "From one sample to the next the stripes move on by stride / period of a period.",
        "Whole periods do not show, and 0.8 of a period forward looks like 0.2 backward: subtract "
        "round(stride / period). What is left lies between -0.5 and 0.5.",
        "If a share t of the period fits between two samples, 1 / |t| samples make a period. A "
        "sample is `stride` pixels.",
    ],
    remark="No network behind these samples can find out what the true period was.",
    mistakes={
        "this counts samples. From one sample to the next it is `stride` pixels.": (
            SEEN,
            "1 / abs(turns)",
        ),
        "this is the true period. Stripes that are finer than two samples are seen as slower "
        "ones.": (SEEN, "period"),
        "without whole periods, the stripes move on by a part of one between two samples. More "
        "than a half is the same as less than a half backwards, and that is slower.": (
            "round(turns)",
            "int(turns)",
        ),
        "more than one period can lie between two samples. All whole ones do not show.": (
            "round(turns)",
            "(turns > 0.5)",
        ),
        "the least common multiple is where the very same values come again. The slow wave "
        "through the samples can be shorter than that.": (SEEN, "np.lcm(period, stride)"),
        "multiply by the stride, where you divide by it.": (SEEN, "1 / abs(turns) / stride"),
        "this is the finest period that the samples can show, for any stripes.": (
            SEEN,
            "2 * stride",
        ),
        "a wave that seems to move backwards has a positive period, too.": ("abs(turns)", "turns"),
    },
)
def seen_period(period: int, stride: int) -> float:
    turns = stride / period
    turns = turns - round(turns)
    return stride / abs(turns)


def signals_and_images(rng: np.random.Generator) -> Iterator[tuple]:
    """Draw images whose windows have their maximum in all four places.

    It is below 0 in all windows of the first image: a search that begins at 0 does not find it. In
    some images it is the same in all windows, so that its value does not tell them apart. In others
    it grows: a window that reaches too far finds the next one's.
    """
    for largest, growth, rows, columns in (
        (-1, 0, 2, 2),
        (7, 20, 3, 2),
        (-2, 20, 1, 5),
        (3, 0, 4, 1),
    ):
        windows = rng.integers(-9, largest, (rows * columns, 4))
        windows[range(len(windows)), rng.permutation(len(windows)) % 4] = largest
        windows += growth * np.arange(1 - len(windows), 1)[:, np.newaxis]
        image = windows.reshape(rows, columns, 2, 2).swapaxes(1, 2)
        signal = rng.permutation(rows * columns) + 1.25
        signal[::2] *= -1
        # As on the page: a gradient wants both of one type.
        yield (
            signal.reshape(rows, columns).astype("float32"),
            image.reshape(2 * rows, 2 * columns).astype("float32"),
        )


VALUE = "= signal[r, c]"


@Exercise(
    cases=signals_and_images,
    hints=[
        "Begin with zeros of the image's shape, and go through the places of the signal with "
        "np.ndindex(signal.shape).",
        "The window of place (r, c) is image[2 * r : 2 * r + 2, 2 * c : 2 * c + 2].",
        "np.unravel_index(window.argmax(), (2, 2)) is row and column of its maximum; the result "
        "gets the signal's value at (2 * r + row, 2 * c + column).",
    ],
    remark="The image decides where, the signal decides how much.",
    mistakes={
        "each value stands in all four pixels of its window. It belongs only where the maximum "
        "was.": lambda signal, image: np.kron(signal, np.ones((2, 2))),
        "this is the way back through an average.": (
            lambda signal, image: np.kron(signal, np.ones((2, 2)) / 4)
        ),
        "each value stands in the upper left pixel of its window. Where was the maximum?": (
            lambda signal, image: np.kron(signal, [[1, 0], [0, 0]])
        ),
        "the values stand where the minimum was.": ("argmax", "argmin"),
        "the places are right, but the values are the image's. The signal's are asked for.": (
            VALUE,
            "= window.max()",
        ),
        "within the windows rows and columns are exchanged.": ("row, column =", "column, row ="),
        "the places are right, but each value is 1. The signal's are asked for.": (VALUE, "= 1"),
        "the values are multiplied by the image's. The signal's are asked for as they are.": (
            VALUE,
            f"{VALUE} * window.max()",
        ),
        "the maximum of a window can stand in other windows, too. Look for it in its own.": (
            "result[2 * r + row, 2 * c + column]",
            "result[image == window.max()]",
        ),
    },
)
def unpool(signal: np.ndarray, image: np.ndarray) -> np.ndarray:
    result = np.zeros(image.shape)
    for r, c in np.ndindex(signal.shape):
        window = image[2 * r : 2 * r + 2, 2 * c : 2 * c + 2]
        row, column = np.unravel_index(window.argmax(), (2, 2))
        result[2 * r + row, 2 * c + column] = signal[r, c]
    return result


def values_and_kernels(rng: np.random.Generator) -> Iterator[tuple]:
    """Draw kernels that overlap, that touch each other, and that leave a gap."""
    yield np.array([1, 10, 100]), np.array([1, 2, 3]), 2
    for count, width, stride in ((4, 5, 1), (5, 4, 3), (3, 2, 2), (1, 3, 2), (4, 2, 4), (3, 1, 1)):
        kernel = np.sort(rng.permutation(20)[:width]) / 4 - 2.125
        yield rng.uniform(1, 9, count) * rng.choice([-1, 1], count), kernel, stride


@Exercise(
    cases=values_and_kernels,
    hints=[
        "Forwards, value i looked at the samples from i * stride on, one for each weight.",
        "Begin with zeros; there are (len(values) - 1) * stride + len(kernel) of them.",
        "Each value adds value * kernel to result[i * stride : i * stride + len(kernel)].",
    ],
    remark="A loop of three lines, and it is what Conv1DTranspose computes.",
    mistakes={
        "the kernel is reversed. A value goes back with the weights through which the signal "
        "came, in their order.": ("* kernel", "* kernel[::-1]"),
        "where two kernels overlap, the later one replaces the earlier one. They add up.": (
            "+=",
            "=",
        ),
        "neighbouring values paint one sample apart. They looked `stride` samples apart.": (
            "result = np",
            "stride = 1\n    result = np",
        ),
        "the end is cut off: the last kernel reaches further.": (
            "return result",
            "return result[: stride * len(values)]",
        ),
        "each value is spread evenly. It must be weighed by the kernel.": ("* kernel", ""),
        "the values' place in the kernel is its middle. Value i looked from i * stride on.": (
            "return result",
            "return np.roll(result, -(len(kernel) // 2))",
        ),
    },
)
def transpose(values: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    result = np.zeros((len(values) - 1) * stride + len(kernel))
    for i, value in enumerate(values):
        result[i * stride : i * stride + len(kernel)] += value * kernel
    return result


def scene(rng: np.random.Generator, size: int, shape: tuple, blocks: tuple) -> tuple:
    """Draw an image with blocks (row, column, brightness, weight), and what scores such images.

    Each pixel of a block lowers the score by about its weight when a bright one becomes 0, by less
    than half of it when a dark one does. Half the brightness is nearly as good as the whole. Other
    pixels hardly matter.
    """
    image, weights = rng.uniform(0.4, 0.6, shape), rng.uniform(0, 0.1, shape)
    for row, column, brightness, weight in blocks:
        place = np.s_[row : row + size, column : column + size]
        image[place], weights[place] = brightness, weight
    start = float(rng.choice([-200, 200]))

    def score(image: Any) -> float:
        if np.shape(image) != shape:
            raise ValueError(f"`score` takes an image of {shape}, not of {np.shape(image)}")
        return start + float(np.sum(weights * np.tanh(4 * np.asarray(image))))

    return score, image, size


def scenes(rng: np.random.Generator) -> Iterator[tuple]:
    """Put what the score needs inside, in the last corner, in the last column, in the first place.

    Beside it stand a place that speaks against the score and two dark ones: were the patch bright
    or below 0, one of them would lower the score more. In the last three scenes a dark one is
    needed; twice a part of a patch, beyond the last place, would lower the score even more.
    """
    for size, shape, needed, against, must_be_dark, dark, weight in (
        (2, (9, 12), (3, 7), (0, 0), (6, 2), (0, 4), 4),
        (3, (8, 11), (5, 8), (0, 1), (0, 6), (4, 2), 4),
        (1, (5, 4), (1, 3), (4, 0), (0, 0), (2, 1), 4),
        (4, (4, 17), (0, 5), (0, 0), (0, 9), (0, 13), 4),
        (2, (6, 7), (0, 0), (4, 5), (2, 3), (4, 1), 4),
        (2, (7, 7), (0, 0), (3, 5), (5, 0), (1, 3), 30),
        (2, (7, 9), (6, 2), (4, 2), (0, 0), (2, 6), 2.2),
        (2, (9, 7), (2, 6), (2, 4), (0, 0), (6, 2), 2.2),
    ):
        strong = -4 if size > 1 else -1  # where it is weaker, the score falls more than it rises
        blocks = (*needed, 0.9, 2), (*against, 0.9, strong), (*must_be_dark, 0.1, -4)
        yield scene(rng, size, shape, (*blocks, (*dark, 0.1, weight)))


def pair(result: Any) -> np.ndarray:
    place = plain(result)
    if getattr(place, "shape", None) != (2,):
        raise TypeError("a pair (row, column) is expected.")
    return place


FOUND = "np.unravel_index(scores.argmin(), scores.shape)"


@Exercise(
    cases=scenes,
    hints=[
        "Two loops over the places of the patch; in each, a fresh copy of the image.",
        "The patch fits at rows 0 to height - size, both included: range(height - size + 1).",
        "Keep the lowest score so far and its place, or store all scores in an array and use "
        "np.unravel_index(scores.argmin(), scores.shape).",
    ],
    remark="It asks nothing about the network: it works for anything that has a score.",
    read=pair,
    mistakes={
        "covering this place changes the score most, but it raises it. Where does it fall most?": (
            "scores.argmin()",
            "abs(scores - score(image)).argmax()",
        ),
        "the score is highest with this place covered. Where is it lowest?": ("argmin", "argmax"),
        "row and column are exchanged.": (FOUND, f"{FOUND}[::-1]"),
        "this is the middle of the patch. Its upper left pixel is asked for.": (
            FOUND,
            f"np.array({FOUND}) + size // 2",
        ),
        "the patches of before are still on the image. Set one at a time to 0, on a fresh copy.": (
            "image.copy()",
            "image",
        ),
        "the needed pixels can lie in the last corner: there are height - size + 1 rows of places, "
        "and columns likewise.": ("size + 1", "size"),
        "the patch is brighter than 0. Its pixels become 0.": ("] = 0", "] = 1"),
        "the patch moves on by its size. It moves on by one pixel each time.": (
            "= score(covered)",
            "= np.inf if row % size or column % size else score(covered)",
        ),
    },
)
def most_needed(score: callable, image: np.ndarray, size: int) -> tuple[int, int]:
    height, width = image.shape
    scores = np.zeros((height - size + 1, width - size + 1))
    for row, column in np.ndindex(scores.shape):
        covered = image.copy()
        covered[row : row + size, column : column + size] = 0
        scores[row, column] = score(covered)
    return np.unravel_index(scores.argmin(), scores.shape)


def maps_and_slopes(rng: np.random.Generator) -> Iterator[tuple]:
    """Draw maps; one speaks for the class, and if there are several, one speaks against it."""
    for shape in ((3, 5, 4), (6, 2, 3), (4, 4, 4), (5, 3, 1), (2, 7, 2)):
        slopes, weights = rng.normal(size=shape), np.linspace(1.5, -1, shape[-1])
        slopes += rng.permutation(weights) - slopes.mean(axis=(0, 1))
        yield rng.normal(size=shape) if shape == (4, 4, 4) else rng.uniform(0, 20, shape), slopes


PRODUCT, SUM, RELU = "maps * weights", "(maps * weights).sum(axis=-1)", "np.maximum(weights, 0)"
CAM = f"np.maximum({SUM}, 0)"


@Exercise(
    cases=maps_and_slopes,
    hints=[
        "Three steps: a weight for each map, the sum of the weighted maps, a ReLU.",
        "The weight of a map is the mean of its slopes over rows and columns, axes 0 and 1.",
        "maps * weights multiplies each map by its weight; then sum over the last axis.",
    ],
    remark="Two lines, and the map tells two classes of one photo apart.",
    mistakes={
        "evidence against the class is in it too: the ReLU at the end is missing.": (CAM, SUM),
        "evidence against the class counts as evidence for it.": (CAM, f"abs({SUM})"),
        "the ReLU comes before the sum. A map that speaks against the class must be able to cancel "
        "one that speaks for it.": (CAM, SUM.replace("weights", RELU)),
        "there is a ReLU before the sum, too. A map that speaks against the class must be able to "
        "cancel one that speaks for it.": (PRODUCT, PRODUCT.replace("weights", RELU)),
        "each product has its own ReLU. It comes after the sum.": (
            CAM,
            "np.maximum(maps * weights, 0).sum(axis=-1)",
        ),
        "each place has its own weight. Grad-CAM has one weight for each map: the mean of its "
        "slopes over all places.": (PRODUCT, "maps * slopes"),
        "the slopes are added. Their mean is asked for, so that it does not depend on the size of "
        "the maps.": ("slopes.mean", "slopes.sum"),
        "the weighted maps are averaged. Their sum is asked for.": (".sum(", ".mean("),
        "the map is divided by its largest value. Here the sum itself is asked for.": (
            CAM,
            f"{CAM} / {CAM}.max()",
        ),
        "the maps are added without their weights: the class plays no part.": (PRODUCT, "maps"),
    },
)
def cam(maps: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    weights = slopes.mean(axis=(0, 1))
    return np.maximum((maps * weights).sum(axis=-1), 0)


not_done_yet = partial(print_not_done, __name__)
