"""Exercises of lecture 15, your own pictures."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from lecture_exercises.exercise import Exercise, print_not_done


def pictures_and_notes(rng: np.random.Generator) -> Iterator[tuple]:
    for orientation, shape in (
        (6, (4, 7)),
        (8, (5, 3, 3)),
        (3, (4, 6, 3)),
        (1, (3, 5)),
        (6, (2, 5, 3)),
    ):
        yield rng.integers(0, 256, shape, dtype="uint8"), orientation


TURNS = "{1: 0, 3: 2, 6: 3, 8: 1}"


@Exercise(
    cases=pictures_and_notes,
    hints=[
        "Four notes, four turns: by 0, 2, 3 or 1 quarters. Which is which?",
        "`np.rot90(pixels, 1)` is a quarter counterclockwise. Three of them are one clockwise.",
        "A dictionary tells how many: `np.rot90(pixels, {1: 0, ...}[orientation])`.",
    ],
    remark="This is what `ImageOps.exif_transpose` does for you.",
    mistakes={
        "the picture came back as it was. Turn it as its note says.": (
            f"{TURNS}[orientation]",
            "0",
        ),
        "6 and 8 are exchanged: 6 is clockwise, but `np.rot90` turns counterclockwise.": (
            "6: 3, 8: 1",
            "6: 1, 8: 3",
        ),
        "3 is half a turn, two quarters.": ("3: 2", "3: 1"),
        "rows and columns are exchanged, but not reversed: the picture is mirrored. Turn it.": (
            f"np.rot90(pixels, {TURNS}[orientation])",
            "pixels if orientation == 1 else pixels[::-1, ::-1] if orientation == 3 "
            "else np.swapaxes(pixels, 0, 1)",
        ),
        "half a turn reverses the rows and the columns. This reverses the rows only.": (
            f"np.rot90(pixels, {TURNS}[orientation])",
            f"np.rot90(pixels, {TURNS}[orientation]) if orientation != 3 else pixels[::-1]",
        ),
        "only the quarter turns are right: 3 is half a turn.": ("3: 2", "3: 0"),
    },
)
def turn(pixels: np.ndarray, orientation: int) -> np.ndarray:
    return np.rot90(pixels, {1: 0, 3: 2, 6: 3, 8: 1}[orientation])


def two_lists(rng: np.random.Generator) -> Iterator[tuple]:
    every = [f"{name}-{i}" for name in ("mug", "key", "pen") for i in range(1, 5)]
    for shared, repeats in ((2, 3), (1, 5), (3, 2)):
        names = rng.permutation(every).tolist()
        train, other = names[:5], names[5 - shared : 9]
        train = train + [train[-1]] * repeats + train[:1]
        other = other + [other[0]] * (repeats + 1) + other[-1:] * 2
        yield rng.permutation(train).tolist(), rng.permutation(other).tolist()
    yield ["mug-1", "mug-1"], ["mug-2", "key-1", "mug-2"]
    yield ["mug-1", "key-1"], ["mug-1"]
    yield ["mug-10", "key-1"], ["mug-1", "key-1", "mug-1"]


SHARED = "sum(source in train for source in other) / len(other)"


@Exercise(
    cases=two_lists,
    hints=[
        "Go through `other`, and ask of each entry: is it in `train`?",
        "`source in train` is true or false, and true counts as 1 in a sum.",
        "Divide the sum by the number of pictures in `other`, `len(other)`.",
    ],
    remark="One line before each training: it should print 0.",
    mistakes={
        "this is the share that is not leaked.": ("source in train", "source not in train"),
        "this is how many pictures. Divide by `len(other)` for the share.": (" / len(other)", ""),
        "this is the share of the pictures of `train`. Those of `other` are asked for.": (
            SHARED,
            "sum(source in other for source in train) / len(train)",
        ),
        "divide by the number of pictures in `other`, not in `train`.": (
            "/ len(other)",
            "/ len(train)",
        ),
        "this is the share of the sources. Count pictures: a source may have many.": (
            SHARED,
            "len(set(train) & set(other)) / len(set(other))",
        ),
        "a source counts once here, but it has several pictures in `other`.": (
            SHARED,
            "len(set(train) & set(other)) / len(other)",
        ),
        "this is in percent. The share is asked for, from 0 to 1.": (SHARED, f"100 * {SHARED}"),
        "`mug-1` is not `mug-10`. Compare whole entries, not their letters.": (
            "source in train for",
            "source in str(train) for",
        ),
    },
)
def leaked(train: list[str], other: list[str]) -> float:
    return sum(source in train for source in other) / len(other)


def clouds(rng: np.random.Generator) -> Iterator[tuple]:
    for classes, size in ((3, 3), (2, 1), (4, 2), (5, 4)):
        centres = 8 * rng.normal(size=(classes, size))
        y = rng.permutation(np.repeat(np.arange(classes), rng.permutation(classes) * 3 + 2))
        yield centres[y] + 4 * rng.normal(size=(len(y), size)), y, 8 * rng.normal(size=(40, size))


FOUND = "y_train[distances.argmin(axis=1)]"


@Exercise(
    cases=clouds,
    hints=[
        "The page's table has a column for each mean. Yours has one for each row of `x_train`.",
        "`np.linalg.norm(x[:, np.newaxis] - x_train, axis=2)`; `argmin(axis=1)` finds the nearest.",
        "What argmin finds is the number of a training picture. Its class is `y_train[...]`.",
    ],
    remark="Nothing is learned but by heart. See what it makes of the mean colours.",
    mistakes={
        "this is the class of the farthest picture.": ("argmin", "argmax"),
        "this is the number of the nearest picture. Its class is asked for.": (
            FOUND,
            "distances.argmin(axis=1)",
        ),
        "these are distances. The class is asked for.": (FOUND, "distances.min(axis=1)"),
        "this is the class whose mean is nearest. Compare with each picture.": (
            "distances =",
            "means = [x_train[y_train == k].mean(axis=0) for k in range(y_train.max() + 1)]\n"
            "    return np.linalg.norm(x[:, np.newaxis] - means, axis=2).argmin(axis=1)\n"
            "    distances =",
        ),
        "each row of `x_train` is compared with itself here. The rows of `x` ask.": (
            "x[:, np.newaxis]",
            "x_train[:, np.newaxis]",
        ),
        "this is one class for all: argmin needs `axis=1`, an answer for each row.": (
            "argmin(axis=1)",
            "argmin() % len(y_train)",
        ),
        "argmin runs along the wrong axis: one answer for each row of `x` is asked for.": (
            FOUND,
            "y_train[distances.argmin(axis=0) % len(y_train)]",
        ),
        "differences are added up with their signs here. Square them, or take `np.linalg.norm`.": (
            "np.linalg.norm(x[:, np.newaxis] - x_train, axis=2)",
            "(x[:, np.newaxis] - x_train).sum(axis=2)",
        ),
        "this is the sum of absolute differences. Square them, or take `np.linalg.norm`.": (
            "np.linalg.norm(x[:, np.newaxis] - x_train, axis=2)",
            "abs(x[:, np.newaxis] - x_train).sum(axis=2)",
        ),
    },
)
def nearest(x_train: np.ndarray, y_train: np.ndarray, x: np.ndarray) -> np.ndarray:
    distances = np.linalg.norm(x[:, np.newaxis] - x_train, axis=2)
    return y_train[distances.argmin(axis=1)]


def answers(rng: np.random.Generator, rows: int, classes: int) -> np.ndarray:
    scores = np.exp(2 * rng.normal(size=(rows, classes)))
    return scores / scores.sum(axis=1, keepdims=True)


def doubtful(rng: np.random.Generator) -> Iterator[tuple]:
    for rows, classes, count in ((12, 3, 4), (20, 6, 7), (9, 4, 1), (8, 2, 8)):
        yield answers(rng, rows, classes), rng.integers(0, classes, rows), count


OWN = "probabilities[np.arange(len(labels)), labels]"


@Exercise(
    cases=doubtful,
    hints=[
        "From each row you need one number: the one in the column of its label.",
        "`probabilities[np.arange(len(labels)), labels]` takes them all at once.",
        "`np.argsort` returns the numbers of the rows, the lowest first. Keep `count` of them.",
    ],
    remark="Look at them before you believe the network: the label may be right, and it wrong.",
    mistakes={
        "these are the surest ones, not the most doubtful.": ("argsort(own)", "argsort(-own)"),
        "these are the most doubtful, but the lowest comes first.": (
            "[:count]",
            "[:count][::-1]",
        ),
        "these are the ones of which the network is least sure, whatever their label.": (
            OWN,
            "probabilities.max(axis=1)",
        ),
        "these are probabilities. The numbers of the pictures are asked for.": ("argsort", "sort"),
        "all pictures are here. Keep `count` of them.": ("[:count]", "[: len(labels)]"),
        "one picture too few.": ("[:count]", "[: count - 1]"),
        "one picture too many.": ("[:count]", "[: count + 1]"),
        "these are the wrong answers, the first `count` of them.": (
            "np.argsort(own)",
            "np.flatnonzero(probabilities.argmax(axis=1) != labels)",
        ),
    },
)
def suspects(probabilities: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    own = probabilities[np.arange(len(labels)), labels]
    return np.argsort(own)[:count]


def batches(rng: np.random.Generator) -> Iterator[tuple]:
    for count, momentum in ((3, 0.9), (1, 0.7), (8, 0.8), (40, 0.99), (5, 0.4)):
        yield float(rng.normal()), rng.normal(3, 2, count).tolist(), momentum


@Exercise(
    cases=batches,
    hints=[
        "A loop over `means`; the stored mean is one variable that begins as `start`.",
        "In the loop: `stored = momentum * stored + ...`.",
        "`stored = momentum * stored + (1 - momentum) * mean`, and after the loop `return stored`.",
    ],
    remark="After 40 batches 0.9 ** 40 is left of the old mean, 1.5 percent.",
    mistakes={
        "momentum and 1 - momentum are exchanged: the old mean counts with the momentum.": (
            "momentum * stored + (1 - momentum) * mean",
            "(1 - momentum) * stored + momentum * mean",
        ),
        "this is the mean after the first batch. There may be more.": (
            "    return",
            "        break\n    return",
        ),
        "the batch counts fully here. Multiply it by 1 - momentum.": (
            "(1 - momentum) * mean",
            "mean",
        ),
        "each batch begins with `start` here. Go on from the stored mean.": (
            "momentum * stored",
            "momentum * start",
        ),
        "this is the plain mean of the batches.": (
            "    return stored",
            "    return sum(means) / len(means)",
        ),
        "the batches come in the reverse order.": ("in means", "in means[::-1]"),
        "0.9 stands in your function. Use `momentum`.": [
            ("(1 - momentum)", "0.1"),
            ("momentum *", "0.9 *"),
        ],
    },
)
def moved(start: float, means: list[float], momentum: float) -> float:
    stored = start
    for mean in means:
        stored = momentum * stored + (1 - momentum) * mean
    return stored


def with_threshold(rng: np.random.Generator) -> Iterator[tuple]:
    for rows, classes, share in ((30, 3, 0.4), (50, 5, 0.7), (40, 8, 0.3)):
        probabilities = answers(rng, rows, classes)
        right = rng.random(rows) < 0.7
        labels = np.where(right, probabilities.argmax(axis=1), rng.integers(0, classes, rows))
        # The threshold is one of the largest probabilities: there "at least" is decided.
        yield probabilities, labels, float(np.sort(probabilities.max(axis=1))[int(share * rows)])
    yield answers(rng, 6, 3), rng.integers(0, 3, 6), 1.01


def two_numbers(result: Any) -> np.ndarray:
    one, two = result
    return np.array([float(one), float(two)])


HITS = "hit[told].mean()"


@Exercise(
    cases=with_threshold,
    hints=[
        "First a mask: which rows have a largest probability of at least `threshold`?",
        "`told = probabilities.max(axis=1) >= threshold`; its mean is the coverage.",
        "`hit = probabilities.argmax(axis=1) == labels`; then `hit[told].mean()`, or 0 without any "
        "told.",
    ],
    remark="Always tell both: an accuracy without its coverage can be bought.",
    read=two_numbers,
    mistakes={
        "the coverage comes first, then the share of right answers.": (
            "told.mean(), hit[told].mean() if told.any() else 0",
            "(hit[told].mean() if told.any() else 0), told.mean()",
        ),
        "the second number is the accuracy of all pictures, not of the answered.": (
            HITS,
            "hit.mean()",
        ),
        "the second number counts answered and right among all. Divide by the answered ones.": (
            HITS,
            "(hit & told).mean()",
        ),
        "the first number is a count. Divide by the number of pictures.": (
            "told.mean()",
            "told.sum()",
        ),
        "a picture that reaches the threshold exactly gets an answer too: `>=`.": (">=", ">"),
        "these are the pictures below the threshold.": (">=", "<"),
        "if no picture is answered, the second number is 0, not `nan`.": (
            " if told.any() else 0",
            "",
        ),
    },
)
def coverage(
    probabilities: np.ndarray, labels: np.ndarray, threshold: float
) -> tuple[float, float]:
    told = probabilities.max(axis=1) >= threshold
    hit = probabilities.argmax(axis=1) == labels
    return told.mean(), hit[told].mean() if told.any() else 0


not_done_yet = partial(print_not_done, __name__)
