"""Exercises of lecture 11, Inception v2, v3, v4: batch normalization and factorization."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from lecture_exercises.exercise import Exercise, print_not_done
from lecture_utils.backend import keras

layers = keras.layers


def batches(rng: np.random.Generator) -> Iterator[tuple]:
    for shape in ((3, 4, 5, 2), (5, 1, 3, 4), (1, 2, 6, 1), (4, 4, 4, 4)):
        channels = shape[-1]
        maps = rng.normal(rng.uniform(1, 3, channels), rng.uniform(0.5, 2, channels), shape)
        gamma, beta = rng.uniform(1.5, 3, channels), rng.uniform(-2, -1, channels)
        yield maps, gamma, beta, float(rng.uniform(0.1, 0.3))  # large: a forgotten one is seen


OVER = "axis=(0, 1, 2)"
NORMALIZED = "(maps - mean) / np.sqrt(variance + epsilon)"


@Exercise(
    cases=batches,
    hints=[
        "What the page did with one channel, for all channels at once. No loop is needed.",
        "maps.mean(axis=(0, 1, 2)) gives one mean for each channel; var works in the same way.",
        "Subtract the mean, divide by np.sqrt(variance + epsilon), times gamma, plus beta. The "
        "channels are the last axis, so that NumPy fits the shapes by itself.",
    ],
    remark="Any number of channels, any batch: this is the training half of BatchNormalization.",
    mistakes={
        "you take a mean for each place. Rows and columns belong to it: axes 0, 1, 2.": (
            OVER,
            "axis=0, keepdims=True",
        ),
        "you take a mean for each image. Axis 0 belongs to it.": (
            OVER,
            "axis=(1, 2), keepdims=True",
        ),
        "you take one mean for all channels. Leave axis 3 out.": (OVER, ""),
        "you take the mean over the channels, not over the rest.": (OVER, "axis=3, keepdims=True"),
        "gamma and beta are missing.": [("gamma * ", ""), (" + beta", "")],
        "gamma is missing: it multiplies the normalized maps.": ("gamma * ", ""),
        "beta is missing: it is added at the end.": (" + beta", ""),
        "gamma multiplies beta, too. First times gamma, then plus beta.": (
            f"{NORMALIZED} + beta",
            f"({NORMALIZED} + beta)",
        ),
        "gamma and beta have changed places.": [("gamma *", "beta *"), ("+ beta", "+ gamma")],
        "epsilon is missing.": (" + epsilon", ""),
        "epsilon is added to the standard deviation. It belongs to the variance, under the root.": (
            "np.sqrt(variance + epsilon)",
            "(np.sqrt(variance) + epsilon)",
        ),
        "you divide by the variance. The root is missing.": (
            "np.sqrt(variance + epsilon)",
            "(variance + epsilon)",
        ),
        "your epsilon is 0.001. Take the argument.": ("+ epsilon", "+ 1e-3"),
        "your variance divides by n - 1. In a batch it is divided by n.": (
            ".var(",
            ".var(ddof=1, ",
        ),
        "the mean is not subtracted.": ("maps - mean", "maps"),
    },
)
def batch_norm(maps: np.ndarray, gamma: np.ndarray, beta: np.ndarray, epsilon: float) -> np.ndarray:
    mean = maps.mean(axis=(0, 1, 2))
    variance = maps.var(axis=(0, 1, 2))
    return gamma * (maps - mean) / np.sqrt(variance + epsilon) + beta


def averages(rng: np.random.Generator) -> Iterator[tuple]:
    for count in (5, 1, 9, 2):
        yield rng.uniform(2, 5, count), float(rng.uniform(-3, -1)), float(rng.uniform(0.6, 0.9))
    yield np.array([4, 4, 3, 4]), 2, 0.25


def after_each_batch(values: np.ndarray, start: float, momentum: float) -> list[float]:
    averages = [start]
    for value in values:
        averages.append(momentum * averages[-1] + (1 - momentum) * value)
    return averages[1:]


@Exercise(
    cases=averages,
    hints=[
        "Keep one number, and change it once for each batch.",
        "The old value keeps the share `momentum`, the new one gets the rest.",
        "In a loop over the values: moving = momentum * moving + (1 - momentum) * value.",
    ],
    remark="What is left of `start` after n batches is its n-th power: momentum ** n.",
    mistakes={
        "the two shares have changed places. In Keras momentum is the share of the OLD value.": (
            "momentum * moving + (1 - momentum)",
            "(1 - momentum) * moving + momentum",
        ),
        "you begin with the last batch.": ("in values", "in values[::-1]"),
        "this is the plain mean of the batches.": ("return moving", "return np.mean(values)"),
        "you begin at 0. Begin at `start`.": ("= start", "= 0"),
        "you begin with the first batch's value. Begin at `start`.": [
            ("= start", "= values[0]"),
            ("in values", "in values[1:]"),
        ],
        "only the last batch is used. Each batch moves the value on.": (
            "in values",
            "in values[-1:]",
        ),
        "only the first batch is used. Does `return` stand inside the loop?": (
            "in values",
            "in values[:1]",
        ),
        "the first batch is left out.": ("in values", "in values[1:]"),
        "the last batch is left out.": ("in values", "in values[:-1]"),
        "these are the averages after each batch. Return the last one only.": after_each_batch,
        "your momentum is 0.99. Take the argument.": (
            "= start",
            "= start + 0 * (momentum := 0.99)",
        ),
        "you divide by 1 - momentum ** n at the end. Batch normalization does not.": (
            "return moving",
            "return moving / (1 - momentum ** len(values))",
        ),
        "the new value is added whole. Its share is 1 - momentum.": (
            "(1 - momentum) * value",
            "value",
        ),
        "you take one step towards the mean of all batches. Take a step for each batch.": (
            "in values",
            "in [np.mean(values)]",
        ),
    },
)
def moving_average(values: np.ndarray, start: float, momentum: float) -> float:
    moving = start
    for value in values:
        moving = momentum * moving + (1 - momentum) * value
    return moving


def trained_layers(rng: np.random.Generator) -> Iterator[tuple]:
    for shape in ((3, 3, 2, 5), (1, 1, 4, 3), (5, 2, 1, 1), (2, 3, 4, 4)):
        kernel, outputs = rng.normal(size=shape), shape[-1]
        bias, mean, beta = (rng.uniform(1, 3, outputs) * [-1, 1][outputs % 2] for _ in range(3))
        gamma, variance = rng.uniform(1.5, 3, outputs), rng.uniform(2, 4, outputs)
        yield kernel, bias, gamma, beta, mean, variance, float(rng.uniform(0.1, 0.3))


KERNEL, BIAS = "kernel * scale", "(bias - mean) * scale + beta"
WRONG_KERNELS = {
    "a factor of the result is a factor of the kernel, too.": "kernel",
    "in the kernel the standard deviation is missing: divide by it.": "kernel * gamma",
    "in the kernel epsilon is missing.": "kernel * gamma / np.sqrt(variance)",
    "in the kernel the root of the variance is missing.": "kernel * gamma / (variance + epsilon)",
    "in the kernel your epsilon is 0.001.": "kernel * gamma / np.sqrt(variance + 1e-3)",
    "in the kernel gamma is missing.": "kernel / np.sqrt(variance + epsilon)",
    "what is added belongs into the bias, not into the kernel.": f"{KERNEL} + beta - mean * scale",
}
WRONG_BIASES = {
    "the convolution's own bias is forgotten. It is normalized, too.": "beta - mean * scale",
    "the convolution's own bias is not scaled.": "bias + beta - mean * scale",
    "the mean is forgotten.": "bias * scale + beta",
    "the mean is not scaled.": "bias * scale + beta - mean",
    "beta is scaled, the old bias is not: the other way round.": "bias + (beta - mean) * scale",
    "beta is scaled, too. It is added after the scaling.": "(bias - mean + beta) * scale",
    "beta is forgotten.": "(bias - mean) * scale",
    "the mean is added. It is subtracted.": "(bias + mean) * scale + beta",
    "the factor is forgotten: it belongs to the bias and the mean.": "bias - mean + beta",
    "the new bias: it has not changed.": "bias",
}


@Exercise(
    cases=trained_layers,
    hints=[
        "The convolution gives z + bias. Write the normalization of that, and sort: what "
        "multiplies z, what is added?",
        "scale = gamma / np.sqrt(variance + epsilon) multiplies z, so it multiplies the kernel.",
        "The rest is (bias - mean) * scale + beta. Return (new kernel, new bias).",
    ],
    remark="This is what is done to a trained network before it goes into a phone.",
    mistakes={
        "the two have changed places. First the kernel, then the bias.": (
            f"{KERNEL}, {BIAS}",
            f"{BIAS}, {KERNEL}",
        ),
        "epsilon is missing.": (" + epsilon", ""),
        "the root of the variance is missing.": ("np.sqrt", ""),
        "your epsilon is 0.001. Take the argument.": ("epsilon)\n", "1e-3)\n"),
        **{reason: (KERNEL, wrong) for reason, wrong in WRONG_KERNELS.items()},
        **{reason: (BIAS, wrong) for reason, wrong in WRONG_BIASES.items()},
    },
)
def fold(
    kernel: np.ndarray,
    bias: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    mean: np.ndarray,
    variance: np.ndarray,
    epsilon: float,
) -> tuple[np.ndarray, np.ndarray]:
    scale = gamma / np.sqrt(variance + epsilon)
    return kernel * scale, (bias - mean) * scale + beta


def maps_and_widths(rng: np.random.Generator) -> Iterator[tuple]:
    yield keras.Input((9, 7, 3)), 4, 6, 5
    yield keras.Input((6, 8, 5)), 2, 3, 3


TWO = "(reduce, (1, n)), (filters, (n, 1))"
CONV = 'layers.Conv2D(count, kernel, padding="same", use_bias=False)(x)'
NORM, RELU = "layers.BatchNormalization()(x)", "layers.ReLU()(x)"


@Exercise(
    cases=maps_and_widths,
    hints=[
        "Three times the same three layers: convolution, BatchNormalization, ReLU. A loop over "
        "the filters and kernels is short.",
        "for filters_, kernel in ((reduce, 1), (reduce, (1, n)), (filters, (n, 1))): ...",
        'layers.Conv2D(filters_, kernel, padding="same", use_bias=False)(x), then '
        "layers.BatchNormalization()(x), then layers.ReLU()(x). Return x.",
    ],
    remark="This is a branch of v3's blocks at 17x17, there with n = 7.",
    mistakes={
        "a whole n x n kernel is there. Take 1 x n and n x 1.": (TWO, "(filters, n)"),
        "first n x 1, then 1 x n: turn them. A kernel's size is (rows, columns).": (
            TWO,
            "(reduce, (n, 1)), (filters, (1, n))",
        ),
        "the 1x1 convolution in front is missing.": ("(reduce, 1), ", ""),
        "the last convolution, n x 1, is missing.": (", (filters, (n, 1))", ""),
        "the kernels are 1 x 7 and 7 x 1, whatever n is.": (
            TWO,
            TWO.replace("n", "7").replace("7)), (filters, (7", "7)), (filters, (7"),
        ),
        'the maps lose rows or columns. padding="same" keeps the size.': (
            'padding="same"',
            'padding="valid"',
        ),
        "the convolution in the middle has `reduce` filters.": ("(reduce, (1", "(filters, (1"),
        "a convolution has a bias. The normalization subtracts it again: use_bias=False.": (
            ", use_bias=False",
            "",
        ),
        "the ReLU sits in the convolution, too. It comes after the normalization.": (
            "use_bias=False",
            'use_bias=False, activation="relu"',
        ),
        "the ReLU sits in the convolution. It comes after the normalization.": [
            ("use_bias=False", 'use_bias=False, activation="relu"'),
            (RELU, "x"),
        ],
        "there is no batch normalization.": (NORM, "x"),
        "there is no ReLU.": (RELU, "x"),
    },
)
def factorized(x: keras.KerasTensor, reduce: int, filters: int, n: int) -> keras.KerasTensor:
    for count, kernel in ((reduce, 1), (reduce, (1, n)), (filters, (n, 1))):
        x = layers.Conv2D(count, kernel, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
    return x


def labels_and_classes(rng: np.random.Generator) -> Iterator[tuple]:
    yield np.array([2, 0, 2, 2, 3]), 5, 0.2
    yield rng.permutation(7)[:3], 7, float(rng.uniform(0.1, 0.4))
    yield np.array([1]), 4, 0.35
    yield rng.integers(0, 12, 20).astype("uint8"), 12, 0.0625


SMOOTH, HARD = "(1 - alpha) * hard + alpha / classes", "np.where(hard > 0, 1 - alpha, alpha / "


@Exercise(
    cases=labels_and_classes,
    hints=[
        "Begin with hard targets: np.eye(classes)[labels] has a row for each label.",
        "The targets are a mixture: 1 - alpha of the hard ones, alpha of the even distribution.",
        "The even distribution has 1 / classes everywhere, at the right class, too.",
    ],
    remark="With these targets the plain cross-entropy is the loss of the paper.",
    mistakes={
        "nothing is smoothed: these are the hard targets.": (SMOOTH, "hard"),
        "what you take from the right class goes to all: each row sums to 1.": (
            SMOOTH,
            "(1 - alpha) * hard",
        ),
        "you share alpha out among the WRONG classes. ALL get alpha / classes.": (
            SMOOTH,
            f"{HARD}(classes - 1))",
        ),
        "the right class gets its part of the shared alpha, too. Your rows sum to less than 1.": (
            SMOOTH,
            f"{HARD}classes)",
        ),
        "each class gets the whole alpha. It is shared out: alpha / classes.": (" / classes", ""),
        "the right class must give up alpha first. Your rows sum to more than 1.": (
            "(1 - alpha) * ",
            "",
        ),
        "you divide by classes - 1. The right class is one of those that share.": (
            "/ classes",
            "/ (classes - 1)",
        ),
        "you divide by 10. Take `classes`.": ("/ classes", "/ 10"),
        "your alpha is 0.1. Take the argument.": (SMOOTH, SMOOTH.replace("alpha", "0.1")),
        "alpha is the share of the even part, not of the right class.": (
            SMOOTH,
            "alpha * hard + (1 - alpha) / classes",
        ),
        "one row for each label, please: the shape is turned round.": (SMOOTH, f"({SMOOTH}).T"),
    },
)
def smooth(labels: np.ndarray, classes: int, alpha: float) -> np.ndarray:
    hard = np.eye(classes)[labels]
    return (1 - alpha) * hard + alpha / classes


not_done_yet = partial(print_not_done, __name__)
