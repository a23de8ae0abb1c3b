"""Exercises of lecture 06, from the visual cortex to LeNet."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from lecture_exercises.exercise import Exercise, print_not_done
from lecture_utils.backend import keras


def tuning_curves(rng: np.random.Generator) -> Iterator[tuple]:
    """Draw peaks, also over the end of the angles and above a base rate.

    A response beside each peak is exactly half of the largest one.
    """
    yield np.arange(0, 180, 20.0), np.array([1, 2, 4, 9, 5, 4, 2, 0, 0])
    for peak, step, largest, base, first in (
        (80, 4, 0.3, 0, 0),
        (100, 3, 6, 0.6, 0),
        (176, 2.5, 2, 0.5, 0),
        (-85, 4.5, 40, 0, -90),
        (5, 6, 9, 1, 3),
    ):
        angles = np.arange(first, first + 180, step, dtype=float)
        apart = np.abs((angles - peak + rng.uniform(-2, 2) + 90) % 180 - 90)
        responses = base + largest * np.maximum(1 - apart / 45, 0)
        high = responses >= responses.max() / 2
        responses[np.roll(high, 1) & ~high] = responses.max() / 2
        yield angles, responses


HALF, STEP = "np.max(responses) / 2", "(angles[1] - angles[0])"


@Exercise(
    cases=tuning_curves,
    hints=[
        "Which angles count? Compare all responses with half of the largest one.",
        "`np.sum(responses >= responses.max() / 2)` is how many angles count. It does not mind "
        "where the peak begins.",
        "Each of them stands for one step: `angles[1] - angles[0]` degrees.",
    ],
    remark="Try it on both cells of this page: 55 degrees each.",
    mistakes={
        "this is the number of angles. Times their step it is in degrees.": (f" * {STEP}", ""),
        "the step is not always 5 degrees.": (STEP, "5"),
        "half of the largest response is asked for, not a response of 0.5.": (HALF, "0.5"),
        "the limit is half of the largest response, not the mean response.": (
            HALF,
            "np.mean(responses)",
        ),
        "the limit is half of the largest response, not half way up from the smallest one.": (
            HALF,
            "(np.max(responses) + np.min(responses)) / 2",
        ),
        "you counted all angles with a response; the limit is half of the largest one.": (
            f">= {HALF}",
            "> 0",
        ),
        "a response of exactly half of the largest counts, too.": (">=", ">"),
        "the last angle minus the first: that is one step short, and wrong where the peak goes "
        "over the end of the angles. Count the angles.": (
            f"np.sum(high) * {STEP}",
            "np.ptp(angles[high])",
        ),
        "from the first angle to the last: wrong where the peak goes over the end of the angles, "
        "since the low angles between them do not count. Count the high ones.": (
            "np.sum(high) *",
            "np.ptp(angles[high]) +",
        ),
        "one number is expected, not one for each angle.": ("np.sum(high)", "high"),
    },
)
def tuning_width(angles: np.ndarray, responses: np.ndarray) -> float:
    high = responses >= np.max(responses) / 2
    return np.sum(high) * (angles[1] - angles[0])


def maps_and_channels(rng: np.random.Generator) -> Iterator[tuple]:
    for height, width, channels in ((4, 6, 2), (8, 4, 3), (2, 2, 1), (6, 10, 4), (4, 8, 1)):
        signs = rng.choice([-1, 1], (2, channels))
        coefficients, biases = signs * rng.uniform(0.5, 2, (2, channels))
        yield rng.normal(0, 2, (height, width, channels)), coefficients, biases
    yield rng.integers(0, 256, (6, 4, 2)), np.array([0.25, -1.5]), np.array([-3, 4])


SUM = "coefficients * (upper + lower) + biases"


@Exercise(
    cases=maps_and_channels,
    hints=[
        "`maps[::2, ::2]` is the upper left pixel of each window.",
        "The other three are `maps[1::2, ::2]`, `maps[::2, 1::2]` and `maps[1::2, 1::2]`. Add all "
        "four.",
        "Channels are the last axis, so `coefficients * total + biases` fits by itself.",
    ],
    mistakes={
        "this takes the mean of four pixels; the published layer takes their sum.": (
            "(upper + lower)",
            "(upper + lower) / 4",
        ),
        "this takes the largest of four pixels, as max pooling does, not their sum.": [
            ("maps[::2, ::2] + maps[::2, 1::2]", "np.maximum(maps[::2, ::2], maps[::2, 1::2])"),
            ("maps[1::2, ::2] + maps[1::2, 1::2]", "np.maximum(maps[1::2, ::2], maps[1::2, 1::2])"),
            ("(upper + lower)", "np.maximum(upper, lower)"),
        ],
        "the biases are missing.": (" + biases", ""),
        "the coefficients are missing.": ("coefficients * (", "("),
        "first multiply by the coefficient, then add the bias.": (
            "(upper + lower) + biases",
            "(upper + lower + biases)",
        ),
        "your windows overlap: they move by two pixels at a time.": [
            ("maps[::2, ::2] + maps[::2, 1::2]", "maps[:-1, :-1] + maps[:-1, 1:]"),
            ("maps[1::2, ::2] + maps[1::2, 1::2]", "maps[1:, :-1] + maps[1:, 1:]"),
        ],
        "the squashing function is not asked for here.": (
            SUM,
            f"1.7159 * np.tanh(2 / 3 * ({SUM}))",
        ),
        "each channel has a coefficient and a bias of its own; you used the first ones.": (
            SUM,
            "coefficients[0] * (upper + lower) + biases[0]",
        ),
        "you took one pixel of each window, not the sum of all four.": (
            "(upper + lower)",
            "maps[::2, ::2]",
        ),
    },
)
def sub_sampling(maps: np.ndarray, coefficients: np.ndarray, biases: np.ndarray) -> np.ndarray:
    upper = maps[::2, ::2] + maps[::2, 1::2]
    lower = maps[1::2, ::2] + maps[1::2, 1::2]
    return coefficients * (upper + lower) + biases


def tables(rng: np.random.Generator) -> Iterator[tuple]:
    """Draw what each map sees, also the same as another one; the last one sees all maps."""
    for kernel, inputs, outputs in ((5, 4, 9), (3, 6, 14), (2, 5, 3), (7, 2, 2), (1, 7, 11)):
        seen = [
            tuple(np.sort(rng.permutation(inputs)[: 1 + number % (inputs - 1)]).tolist())
            for number in range(outputs - 1)
        ]
        yield (seen[0], *seen, tuple(range(inputs))), kernel


COUNT, PAIRS = (
    "pairs * kernel * kernel + len(connections)",
    "sum(len(seen) for seen in connections)",
)


@Exercise(
    cases=tables,
    hints=[
        "Each pair of maps has a kernel. How many pairs are there?",
        "`sum(len(seen) for seen in connections)` counts the pairs.",
        "`len(connections)` is the number of output maps; each has a bias.",
    ],
    remark="Try it on H3_CONNECTIONS: 512.",
    mistakes={
        "the biases are missing: each output map has one.": (" + len(connections)", ""),
        "this is the full layer, in which every map sees all maps.": (
            PAIRS,
            "max(map(len, connections)) * len(connections)",
        ),
        "there is one bias for each output map, not one for each pair.": (
            COUNT,
            "pairs * (kernel * kernel + 1)",
        ),
        "a map has a kernel for each map that it sees, not one in all.": (
            PAIRS,
            "len(connections)",
        ),
        "a kernel has kernel * kernel weights.": ("kernel * kernel", "kernel"),
        "each output map has a bias, not the layer one.": ("len(connections)", "1"),
        "the biases belong to the output maps.": (
            "len(connections)",
            "max(map(len, connections))",
        ),
        "16 is C3's number of maps; here there are others.": ("len(connections)", "16"),
        "output maps may see the same maps; each has kernels of its own.": (
            "in connections)",
            "in set(connections))",
        ),
    },
)
def partial_parameters(connections: tuple, kernel: int) -> int:
    pairs = sum(len(seen) for seen in connections)
    return pairs * kernel * kernel + len(connections)


def vectors_and_limits(rng: np.random.Generator) -> Iterator[tuple]:
    """Draw centres of which each other measure than the sum of squares prefers another one.

    The smallest penalty is 4, and as numbers are quarters, it is exactly 4.
    """
    for turn, limit in enumerate((5, 3.75, 4, 100, 1.5, 0.15, 0.1)):
        vector = rng.choice([-1.0, 1, 2], 26 + turn)
        vector[:4] = 0.5, -0.5, 2.5, -1.5
        apart = np.zeros((6, len(vector)))
        apart[0, -4:] = 1  # the nearest one
        apart[2] = 0.75  # the smallest of the largest differences
        apart[3, 5:8] = 3
        apart *= rng.choice([-1, 1], (6, 1))
        apart[1, 0] = 2.5  # the smallest sum of absolute differences, a penalty of 6.25
        apart[4:] = [[2], [-7]] * vector  # the largest product and the largest penalty
        yield vector, np.roll(vector + apart, turn, axis=0), limit
    yield vector, (vector + apart)[1:4], 6.5


ABOVE, NEAREST = "penalties.min() >", "penalties.argmin()"


@Exercise(
    cases=vectors_and_limits,
    hints=[
        "`centers - vector` are the differences, a row for each centre.",
        "`((centers - vector) ** 2).sum(axis=1)` are the penalties. `argmin()` tells which is the "
        "smallest, `min()` how small it is.",
        "Two results: -1 if `penalties.min() > limit`, otherwise the number of the centre.",
    ],
    mistakes={
        "even the smallest penalty is above the limit, so reject: -1.": (
            f"-1 if {ABOVE} limit else ",
            "",
        ),
        "you rejected it, although the smallest penalty is within the limit.": ("> lim", "< lim"),
        "a penalty that equals the limit is not above it.": ("> lim", ">= lim"),
        "the limit is for the sum of the squares, not for its root.": (
            ABOVE,
            "np.sqrt(penalties.min()) >",
        ),
        "the limit is for the sum of the squares, not for their mean.": (".sum", ".mean"),
        "this is the centre that is farthest away. Small is good here.": ("argmin", "argmax"),
        "this centre is within the limit, but another one is nearer.": (
            NEAREST,
            "(penalties <= limit).argmax()",
        ),
        "this is the largest product with the vector, not the smallest distance.": (
            NEAREST,
            "(centers @ vector).argmax()",
        ),
        "the squares of the differences count, not their absolute values.": (
            "((centers - vector) ** 2)",
            "np.abs(centers - vector)",
        ),
        "one number is expected, not a penalty for each centre.": (f"int({NEAREST})", "penalties"),
    },
)
def read_or_reject(vector: np.ndarray, centers: np.ndarray, limit: float) -> int:
    penalties = ((centers - vector) ** 2).sum(axis=1)
    return -1 if penalties.min() > limit else int(penalties.argmin())


CONV, LAST = 'maps, 5, activation="relu"', 'layers.Dense(10, activation="softmax")(x)'


@Exercise(
    cases=lambda rng: [()],
    hints=[
        "Begin with `x = image = keras.Input((28, 28, 1))` and end with `keras.Model(image, x)`.",
        'A convolution: `x = layers.Conv2D(6, 5, activation="relu")(x)`, then '
        "`x = layers.MaxPooling2D(2)(x)`. The same with 16 maps.",
        "After `layers.Flatten()` three dense layers: 120 and 84 with ReLU, 10 with softmax.",
    ],
    remark="44,426 parameters: without padding the first dense layer sees 4x4 values of each map, "
    "not 5x5.",
    mistakes={
        "there is average pooling; max pooling is asked for.": ("MaxPool", "AveragePool"),
        "no padding is asked for; yours adds some.": ("maps, 5", 'maps, 5, padding="same"'),
        "kernels of 5x5 are asked for.": ("maps, 5", "maps, 3"),
        "the convolutions have (16, 6) maps, but (6, 16) are asked for.": ("(6, 16)", "(16, 6)"),
        "the dense layers have (84, 120, 10) units, but (120, 84, 10) are asked for.": (
            "(120, 84)",
            "(84, 120)",
        ),
        "these layers are expected: two convolutions with a pooling each, Flatten, three dense "
        "layers. The one of 84 units is missing.": ("(120, 84)", "(120,)"),
        "the last layer has no softmax, so its outputs are not probabilities.": (
            ', activation="softmax"',
            "",
        ),
        "the outputs are not probabilities: the last layer needs a softmax.": (
            "softmax",
            "sigmoid",
        ),
        "there is a softmax behind the softmax: one is enough.": (
            LAST,
            f"layers.Softmax()({LAST})",
        ),
        "the layers before the last one have tanh; ReLU is asked for.": ("relu", "tanh"),
        "the layers before the last one have no activation; ReLU is asked for.": (
            ', activation="relu"',
            "",
        ),
        "there is no ReLU behind the first two dense layers. One is asked for behind both "
        "convolutions and these.": ('units, activation="relu"', "units"),
        "there is no ReLU behind the convolutions.": (CONV, "maps, 5"),
        "every convolution and dense layer has biases: leave `use_bias` as it is.": (
            "maps, 5",
            "maps, 5, use_bias=False",
        ),
        "the images have the shape (28, 28, 1); it should go from there to 10 classes.": (
            "28, 28, 1",
            "32, 32, 1",
        ),
        "the convolutions move by one pixel: strides of 1 are asked for.": [
            ("maps, 5", "maps, 5, strides=2"),
            ("x = layers.MaxPooling2D(2)(x)", "pass"),
        ],
    },
)
def modern_lenet() -> keras.Model:
    layers = keras.layers
    x = image = keras.Input((28, 28, 1))
    for maps in (6, 16):
        x = layers.Conv2D(maps, 5, activation="relu")(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    for units in (120, 84):
        x = layers.Dense(units, activation="relu")(x)
    return keras.Model(image, layers.Dense(10, activation="softmax")(x))


not_done_yet = partial(print_not_done, __name__)
