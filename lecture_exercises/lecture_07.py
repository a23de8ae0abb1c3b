"""Exercises of lecture 07, AlexNet and the ImageNet moment."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from lecture_exercises.exercise import Exercise, Failure, Mistake, plain, print_not_done, show


def ranked_labels(rng: np.random.Generator) -> Iterator[tuple]:
    """Draw probabilities, and labels that are on each place for another number of images."""
    for k, classes in ((3, 8), (1, 9), (5, 11), (2, 4), (4, 6)):
        places = rng.permutation(np.repeat(np.arange(classes), np.arange(classes) + 2))
        probabilities = rng.dirichlet(np.ones(classes), len(places)).astype("float32")
        order = np.argsort(-probabilities, axis=1)
        yield probabilities, order[np.arange(len(places)), places], k


ERRORS = "1 - np.mean(found)"
EACH = "this says of each image whether it is an error. The mean is the share."


@Exercise(
    cases=ranked_labels,
    hints=[
        "`np.argsort(-probabilities, axis=1)` gives for each image the classes, the best first.",
        "The first k columns are the guesses. `guesses == labels[:, np.newaxis]` says where a "
        "guess is right.",
        "An image is right if any of its k guesses is. The mean of a true-false array is a share.",
    ],
    remark="The challenge was decided with k = 5.",
    tell=lambda given, _, labels, k: EACH if getattr(given, "shape", 0) == labels.shape else None,
    mistakes={
        "this is the share of right answers. The share of errors is asked for.": ("1 - np", "np"),
        "this is how many are wrong. Divide by the number of images.": (ERRORS, "np.sum(~found)"),
        "this is in percent. The share is asked for, from 0 to 1.": (ERRORS, f"100 * ({ERRORS})"),
        "these are the k classes that are least probable: np.argsort begins with the smallest.": (
            "(-prob",
            "(prob",
        ),
        "one class too many: the best k have the places 0 to k - 1.": (":k]", ": k + 1]"),
        "one class too few: [:, :k] has the places 0 to k - 1.": (":k]", ": k - 1]"),
        "only the class in place k is looked at, not the best k.": (":k]", "k - 1 : k]"),
        "this is the top-1 error. k classes may be named for each image.": (":k]", ":1]"),
        "this is the top-5 error. k is not always 5.": (":k]", ":5]"),
        "no image is right for you. Compare class numbers with class numbers.": ("argsort", "sort"),
    },
)
def top_error(probabilities: np.ndarray, labels: np.ndarray, k: int) -> float:
    guesses = np.argsort(-probabilities, axis=1)[:, :k]
    found = np.any(guesses == labels[:, np.newaxis], axis=1)
    return 1 - np.mean(found)


def grouped_layers(rng: np.random.Generator) -> Iterator[tuple]:
    """Yield (kernel, inputs, filters, groups): one group, some, as many as inputs."""
    yield from ((5, 96, 256, 2), (3, 12, 8, 4), (1, 6, 9, 3), (7, 5, 20, 5), (2, 8, 12, 1))
    kernel, groups, inputs, filters = rng.permutation(np.arange(2, 8))[:4].tolist()
    yield kernel, groups * inputs, groups * filters, groups


COUNT, WINDOW = "(weights_of_a_filter + 1) * filters", "kernel**2 * inputs"
WEIGHTS = "weights_of_a_filter * filters"
COUNTS = {
    "the biases are missing, one for each filter.": WEIGHTS,
    "the biases are divided too. Each filter has its own.": f"({WINDOW} + 1) * filters / groups",
    "these are the parameters without groups. A filter sees the channels of its own group only.": (
        f"({WINDOW} + 1) * filters"
    ),
    "this is one group. There are several of them.": f"({WEIGHTS} + filters) // groups",
    "the weights of one group only, but the biases of all.": f"{WEIGHTS} // groups + filters",
    "a kernel has kernel * kernel weights for each channel, not kernel.": (
        "(kernel * inputs // groups + 1) * filters"
    ),
    "a bias belongs to each filter, not to each input channel.": f"{WEIGHTS} + inputs",
}


@Exercise(
    cases=grouped_layers,
    hints=[
        "How many input channels does one filter see?",
        "A filter has kernel * kernel * (inputs // groups) weights and one bias.",
        "All groups together have `filters` filters.",
    ],
    remark="With as many groups as channels it becomes a depthwise convolution.",
    mistakes={reason: (COUNT, wrong) for reason, wrong in COUNTS.items()},
)
def grouped_parameters(kernel: int, inputs: int, filters: int, groups: int) -> int:
    weights_of_a_filter = kernel * kernel * (inputs // groups)
    return (weights_of_a_filter + 1) * filters


AS_THEY_ARE = "the values must come back as they are: nothing is dropped in the test."
NOT_REMOVED = "A dropped value becomes 0, it is not removed."
FROM_RNG_ONLY = "twice the same generator, two different results. Draw from `rng` only."
NOTHING = "the values came back as they are, and nothing was dropped."
ONE_DRAW = "of the values became 0. Draw a number for each value, not one for all"
OWN_GENERATOR = "two generators, one result. Draw from `rng`, not from a generator of your own."
ROWS = "whole rows or columns became 0. Draw a number for each value: `rng.random(values.shape)`."
TURNED = "`rate` is the share that is dropped, not the share that is kept."
NOT_THE_RATE = "of the values became 0, not"
SMALLER = "the kept values stay as they are, so the mean falls. Divide them by the share kept."
BY_THE_DROPPED = "divided by the share that is dropped, not by the share kept."
TIMES = "times as large as before, not"


def at_rest(rng: np.random.Generator) -> Iterator[tuple]:
    for rate, shape in ((0.25, (6,)), (0.75, (3, 4))):
        yield rng.normal(size=shape), rate, np.random.default_rng(0), False


def wrong_pattern(draws: list[np.ndarray], values: np.ndarray) -> str | None:
    """Say what is wrong with where zeros stand, by one generator twice, then by another one."""
    first, again, other = draws
    kept = first != 0
    if not np.array_equal(first, again):
        return FROM_RNG_ONLY
    if np.allclose(first, values):
        return NOTHING
    if kept.all() or not kept.any():
        return f"{'none' if kept.all() else 'all'} {ONE_DRAW}: `rng.random(values.shape)`."
    if np.array_equal(first, other):
        return OWN_GENERATOR
    # Whatever the axis, values that lie along it share a draw.
    if any(np.all(kept == kept.take([0], axis)) for axis in range(kept.ndim)):
        return ROWS
    return None


def wrong_numbers(result: np.ndarray, values: np.ndarray, rate: float) -> str | None:
    """Say whether too many or too few became 0, and what is wrong with the others."""
    dropped, factors = np.mean(result == 0), result[result != 0] / values[result != 0]
    if abs(dropped - rate) > 0.03:  # six standard deviations of a share of 10,000 values
        turned = rate != 0.5 and abs(dropped - (1 - rate)) < 0.03
        return f"{dropped:.0%} {NOT_THE_RATE} {rate:.0%}.{f' {TURNED}' if turned else ''}"
    if np.allclose(factors, 1 / (1 - rate)):
        return None
    for factor, reason in ((1, SMALLER), (1 / rate, BY_THE_DROPPED)):
        if np.allclose(factors, factor):
            return reason
    times = f"{factors.mean():.4g} {TIMES} {1 / (1 - rate):.4g} times"
    return f"the kept values are {times}. `1 - rate` is the share kept. Divide by it."


# In the test it is compared with the solution; in training chance decides, so values are counted.
def count_zeros(answer: Callable, rng: np.random.Generator) -> None:
    dropout.compare(answer, rng)
    for rate, shape in ((0.2, (10_000,)), (0.7, (80, 125)), (0.5, (5, 20, 10, 10))):
        values = rng.uniform(0.5, 2, shape) * rng.choice([-1, 1], shape)
        seed, draws = int(rng.integers(2**31)), []
        told = f"For values of shape {shape}, rate {rate}, training True:"
        for generator in map(np.random.default_rng, (seed, seed, seed + 1)):
            result = dropout.result(answer, (values, rate, generator, True))
            if isinstance(result, Failure):
                raise Mistake(f"{told} {result}")
            if not isinstance(result, np.ndarray) or result.dtype.kind not in "iuf":
                raise Mistake(f"{told} numbers are expected, but your result is {show(result)}.")
            if result.shape != shape:
                raise Mistake(f"{told} the shape is {result.shape}, not {shape}. {NOT_REMOVED}")
            draws.append(result)
        if reason := wrong_pattern(draws, values) or wrong_numbers(draws[0], values, rate):
            raise Mistake(f"{told} {reason}")


DRAWS, SHARE = "rng.random(values.shape)", "/ (1 - rate)"


@Exercise(
    cases=at_rest,
    checker=count_zeros,
    hints=[
        "Two cases: without `training` return the values as they are.",
        "`rng.random(values.shape) >= rate` is true for the share 1 - rate of the values.",
        "Multiply by this mask: true counts as 1. Then divide by the share that is kept.",
    ],
    remark="With it, a layer's mean is the same in training and in the test.",
    tell=lambda result, *case: AS_THEY_ARE,
    mistakes={
        "this is the paper's way. In Keras's way the values were made larger in training, so here "
        "they stay as they are.": ("return values\n", "return values * (1 - rate)\n"),
        AS_THEY_ARE: ("not training", "training"),
        NOTHING: ("not training", "True"),
        ONE_DRAW: (DRAWS, "rng.random()"),
        OWN_GENERATOR: (DRAWS, "np.random.default_rng(7).random(values.shape)"),
        FROM_RNG_ONLY: (DRAWS, "np.random.default_rng().random(values.shape)"),
        ROWS: (DRAWS, "rng.random(values.shape[-1])"),
        TURNED: (">= rate", "< rate"),
        NOT_THE_RATE: (">= rate", ">= rate / 4"),
        SMALLER: (f" {SHARE}", ""),
        "Divide by it.": (SHARE, "* (1 - rate)"),
        BY_THE_DROPPED: (SHARE, "/ rate"),
        TIMES: (SHARE, "* 3"),
        NOT_REMOVED: ("values * kept", "values[kept]"),
    },
)
def dropout(
    values: np.ndarray, rate: float, rng: np.random.Generator, training: bool
) -> np.ndarray:
    if not training:
        return values
    kept = rng.random(values.shape) >= rate
    return values * kept / (1 - rate)


def images_and_sizes(rng: np.random.Generator) -> Iterator[tuple]:
    """Draw images with a middle: rows and columns are left in even numbers."""
    for size, rows, columns in ((5, 9, 13), (6, 12, 8), (3, 13, 13), (4, 6, 14)):
        image = rng.random((rows, columns))
        yield (image * 256).astype("uint8") if size == 6 else image, size


def in_one_order(result: Any) -> Any:
    crops = plain(result)
    if isinstance(crops, np.ndarray) and crops.ndim == 3 and crops.size < 1000:
        return sorted(crops, key=np.ndarray.tolist)
    return crops


def missing_crop(result: Any, image: np.ndarray, size: int) -> str | None:
    if isinstance(result, list) and {np.ndarray} == {*map(type, result)}:
        return "the crops have different shapes. Sides differ: `image.shape[0]`, `image.shape[1]`."
    if getattr(result, "shape", None) != (10, size, size) or result.dtype.kind not in "iuf":
        return None
    bottom, right = image.shape[0] - size, image.shape[1] - size
    corners = {"upper left": (0, 0), "upper right": (0, right), "lower left": (bottom, 0)}
    corners |= {"lower right": (bottom, right), "middle": (bottom // 2, right // 2)}
    for name, (top, left) in corners.items():
        crop = image[top : top + size, left : left + size]
        if not np.isclose(result, crop).all(axis=(1, 2)).any():
            corner = name if name == "middle" else f"{name} corner"
            return f"the crop from the {corner} is missing. It begins at {(top, left)}."
    return "some of the reflections are missing."


FLIP = "[:, ::-1]"


@Exercise(
    cases=images_and_sizes,
    hints=[
        "First five crops: four corners and the middle. A crop at (top, left) is "
        "`image[top : top + size, left : left + size]`.",
        "The lowest crop begins at row `len(image) - size`; the middle one at half of it.",
        "Then add `crop[:, ::-1]` for each of the five, and stack all ten with `np.stack`.",
    ],
    remark="Average the probabilities of the ten, and you test as the paper did.",
    read=in_one_order,
    tell=missing_crop,
    mistakes={
        "five crops. Their reflections are missing.": (f" + [crop{FLIP} for crop in crops]", ""),
        "upside down. A photo is reflected from left to right: `[:, ::-1]`.": (FLIP, "[::-1]"),
        "turned by half a turn. Reverse the columns only: `[:, ::-1]`.": (FLIP, "[::-1, ::-1]"),
        "rows and columns are exchanged. Reverse the columns: `[:, ::-1]`.": (FLIP, ".T"),
        "each crop is there twice. 5 of the reflections are missing.": (FLIP, ""),
    },
)
def ten_crops(image: np.ndarray, size: int) -> np.ndarray:
    bottom, right = image.shape[0] - size, image.shape[1] - size
    places = [(0, 0), (0, right), (bottom, 0), (bottom, right), (bottom // 2, right // 2)]
    crops = [image[top : top + size, left : left + size] for top, left in places]
    return np.stack(crops + [crop[:, ::-1] for crop in crops])


def steps(rng: np.random.Generator) -> Iterator[tuple]:
    """Draw weights and large constants, so that no slip hides behind a small number."""
    for shape in ((4,), (2, 3), (5, 1, 2)):
        constants = rng.uniform((0.1, 0.55, 0.1), (0.3, 0.85, 0.4)).round(2).tolist()
        yield *rng.normal(0, len(shape) ** 2, size=(3, *shape)), *constants


UPDATE, DECAY = "momentum * v - decay * rate * w - rate * gradient", " - decay * rate * w"
PULL, OLD = "(gradient + decay * w)", ("v = ", "old = v\n    v = ")
KEPT = "momentum * v"
FIXED = [(KEPT, "0.9 * v"), ("- decay", "- 0.0005")]


@Exercise(
    cases=steps,
    hints=[
        "Begin with the momentum update from above. The decay is one more term of v.",
        "The decay pulls the weights towards 0: `- decay * rate * w`.",
        "`v = momentum * v - decay * rate * w - rate * gradient`, then `return w + v, v`.",
    ],
    remark="These two lines trained AlexNet.",
    mistakes={
        "two arrays are expected, the new w and the new v.": ("w + v, v", "w + v"),
        "the new w comes first, then the new v.": ("w + v, v", "v, w + v"),
        "the weight decay is missing.": (DECAY, ""),
        "the decay works on w directly, as Keras's `weight_decay` does. In the paper it is a part "
        "of v, so that it goes on in later steps.": [
            (DECAY, ""),
            ("w + v, v", "w - rate * decay * w + v, v"),
        ],
        "the decay lacks the rate.": ("decay * rate * w", "decay * w"),
        "this walks uphill: subtract.": (UPDATE, f"momentum * v + rate * {PULL}"),
        "the decay makes the weights larger: subtract it.": ("- decay", "+ decay"),
        "the old v is forgotten: momentum * v.": (UPDATE, f"-rate * {PULL}"),
        "the old v comes in whole. Multiply it by the momentum.": (KEPT, "v"),
        "w moves by the old v. Compute the new v first.": [OLD, ("w + v", "w + old")],
        "v points downhill already: add it to w.": ("w + v", "w - v"),
        "this v points uphill. In the paper v is the step itself: subtract the gradient, then "
        "w + v.": [(UPDATE, f"momentum * v + rate * {PULL}"), ("w + v", "w - v")],
        "w is right, but the old v comes back. Return the new one.": [
            OLD,
            ("w + v, v", "w + v, old"),
        ],
        "this v lacks the rate. In the paper the rate is a part of v: w + v.": [
            (UPDATE, f"momentum * v + {PULL}"),
            ("w + v", "w - rate * v"),
        ],
        "the paper's 0.9 stands in your function. Use `momentum`.": (KEPT, "0.9 * v"),
        "the paper's 0.9 and 0.0005 stand in your function. Use the arguments.": FIXED,
        "momentum is the share kept, not the share that is lost.": (KEPT, "(1 - momentum) * v"),
        "this is a mean with weights that add up to 1. In the paper the gradient counts fully.": (
            UPDATE,
            f"momentum * v - (1 - momentum) * rate * {PULL}",
        ),
    },
)
def paper_step(
    w: np.ndarray, v: np.ndarray, gradient: np.ndarray, rate: float, momentum: float, decay: float
) -> tuple[np.ndarray, np.ndarray]:
    v = momentum * v - decay * rate * w - rate * gradient
    return w + v, v


not_done_yet = partial(print_not_done, __name__)
