"""Exercises of lecture 01, a first network."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from lecture_exercises.exercise import Exercise, Mistake, print_not_done
from lecture_exercises.networks import floats, run
from lecture_utils.backend import keras


@Exercise(
    cases=lambda rng: [
        *((3, 2), (1, 7), (12, 1)),
        *rng.integers([[20, 1000], [1000, 20]], [[500, 2000], [2000, 500]]).tolist(),
    ],
    hints=[
        "The layer computes `x @ W + b`. How many numbers are in `W`, and how many in `b`?",
        "`W` has the shape `(inputs, units)`; `b` has one number for each unit.",
    ],
    mistakes={
        "these are the weights alone. Each unit has a bias, too.": ("weights + biases", "weights"),
        "there is one bias for each unit, not one for each input.": ("= units", "= inputs"),
        "there is one bias for each unit, not one for the whole layer.": ("= units", "= 1"),
        "every input is connected to every unit: how many pairs are that?": ("* units", ""),
    },
)
def dense_parameters(inputs: int, units: int) -> int:
    weights = inputs * units
    biases = units
    return weights + biases


FAR_FROM_0 = (
    "`np.exp` of a number this far from 0 is infinite, or 0. Adding the same number to all logits "
    "does not change their softmax: which number would you subtract?"
)


def logits_near_and_far(rng: np.random.Generator) -> Iterator[tuple[np.ndarray]]:
    # Quarters, since they are exact as float32, too, far from 0.
    near = rng.choice(np.arange(1, 30), 4, replace=False) / 4 * [-1, 1, 1, 1]
    yield (near,)
    yield (np.array([0, 3, -2, 3, 1, 3, 0]),)
    for shift in (1000, -1000, 30_000, -30_000):
        yield (near[::-1] + shift,)
    yield (np.array([0.0, 2000.0]),)
    yield (np.array([0, 2, -30_000, 30_000, 29_999, 0]),)


def is_no_number(result: Any, shape: tuple[int, ...]) -> bool:
    fractions = isinstance(result, np.ndarray) and result.dtype.kind == "f"
    return fractions and result.shape == shape and bool(np.isnan(result).any())


@Exercise(
    cases=logits_near_and_far,
    hints=[
        "Three steps: exponentials, their sum, a division. Then try the logits (1000, 1001).",
        "Subtract the largest logit from all of them before anything else.",
        "After `z = logits - np.max(logits)` the largest exponential is `np.exp(0)`, which is 1.",
    ],
    mistakes={
        FAR_FROM_0: (" - np.max(logits)", ""),
        "these are positive, but they do not sum to 1. Divide by their sum.": [
            (" - np.max(logits)", ""),
            (" / np.sum(powers)", ""),
        ],
        "the logits themselves are divided. Apply `np.exp` first.": (
            "np.exp(logits - np.max(logits))",
            "logits",
        ),
        "the largest is 1 now, but the sum is not. Divide by the sum.": (" / np.sum(powers)", ""),
    },
    tell=lambda result, logits: FAR_FROM_0 if is_no_number(result, logits.shape) else None,
)
def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - np.max(logits))
    return powers / np.sum(powers)


def answered_images(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield probabilities and labels; sure answers and unsure ones, right and wrong."""
    for count, wrong in ((20, 3), (37, 7), (60, 41), (1, 0), (3, 3)):
        # Each row holds the same ten: the largest is far above the others, or hardly.
        row = np.arange(101.0, 111.0) if count == 37 else np.arange(2.0, 12.0) ** 30
        probabilities = rng.permuted(np.tile(row / row.sum(), (count, 1)), axis=1)
        order = np.argsort(probabilities, axis=1)
        labels = order[:, -1].astype("uint8" if count == 20 else int)
        chosen = rng.choice(count, wrong, replace=False)
        labels[chosen] = order[chosen, -rng.integers(2, 11, wrong)]
        labels[chosen[:2]] = order[chosen[:2], -2]  # nearly right is wrong
        yield probabilities.astype("float32" if count == 60 else float), labels


@Exercise(
    cases=answered_images,
    hints=[
        "First turn each row of ten probabilities into one answer, then compare it with the label.",
        "`probabilities.argmax(axis=1)` gives one answer for each row.",
        "The mean of an array of True and False is the share of True.",
    ],
    mistakes={
        "no answer is right, since a label is compared with a probability. `argmax(axis=1)` is a "
        "class for each row, `max(axis=1)` isn't.": ("argmax", "max"),
        "all images get the same answer. `argmax(axis=1)` is a class for each row, `argmax()` is "
        "one number.": ("axis=1", ""),
        "your function compared arrays of different lengths. Along which axis of the probabilities "
        "do the ten classes lie?": ("axis=1", "axis=0"),
        "so many are right, but which share of the images is that?": ("np.mean", "np.sum"),
        "this is in percent. Return the share, from 0 to 1.": ("np.mean", "100 * np.mean"),
        "this is the share of the wrong answers.": ("==", "!="),
        "this is the mean probability of the right class. Accuracy counts answers.": (
            "answers == labels",
            "probabilities[np.arange(len(labels)), labels]",
        ),
        "there is an answer for each image. One number is asked for, the share of the right "
        "answers.": ("np.mean", ""),
    },
)
def accuracy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    answers = probabilities.argmax(axis=1)
    return np.mean(answers == labels)


def images_and_steps(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, int, int]]:
    steps = [(3, 1), (1, -2), (-2, 4), (-4, -3), (0, 2), (-1, 0), (0, 0), (9, 5), (-8, 7), (6, -6)]
    for number, (dx, dy) in enumerate(steps):
        height, width = ((7, 9), (9, 9), (8, 11))[number % 3]
        image = rng.permutation(np.arange(1, 1 + height * width)).reshape(height, width)
        yield (image / 255 if number % 2 else image.astype("uint8")), dx, dy


def slices_to_the_right_and_down(image: np.ndarray, dx: int, dy: int) -> np.ndarray:
    height, width = image.shape
    moved = np.zeros_like(image)
    moved[dy:, dx:] = image[: height - dy, : width - dx]
    return moved


@Exercise(
    cases=images_and_steps,
    hints=[
        "Begin with `moved = np.zeros_like(image)`. Which part of it receives which part of image?",
        "Another way: `np.roll` moves everything; then set to 0 the rows and columns that came in.",
        "`np.roll(image, (dy, dx), axis=(0, 1))` for the roll. For dx > 0 clear `moved[:, :dx]`, "
        "for dx < 0 clear `moved[:, dx:]`, and the same for the rows.",
    ],
    mistakes={
        "the image moved the other way: positive `dx` is right, positive `dy` is down.": [
            ("- dx", "+ dx"),
            ("- dy", "+ dy"),
        ],
        "`dx` and `dy` are exchanged: the columns, axis 1, run along x.": (
            "dx: int, dy: int",
            "dy: int, dx: int",
        ),
        "up and down are exchanged: positive `dy` is down.": ("- dy", "+ dy"),
        "left and right are exchanged: positive `dx` is right.": ("- dx", "+ dx"),
        "what left the image on one side came back on the other, as `np.roll` does it.": (
            lambda image, dx, dy: np.roll(image, (dy, dx), (0, 1))
        ),
        "what left on one side came back on the other, and `dx` and `dy` are exchanged.": (
            lambda image, dx, dy: np.roll(image, (dx, dy), (0, 1))
        ),
        "the image did not move.": lambda image, dx, dy: image,
        "your function stopped, since two parts differ in size. Are your slices right when dx or "
        "dy is negative, or 0?": slices_to_the_right_and_down,
    },
)
def shift(image: np.ndarray, dx: int, dy: int) -> np.ndarray:
    height, width = image.shape
    moved = np.zeros_like(image)
    for row in range(height):
        for column in range(width):
            if 0 <= row - dy < height and 0 <= column - dx < width:
                moved[row, column] = image[row - dy, column - dx]
    return moved


BUDGET = 30_000


def kernels(layer: keras.layers.Layer) -> list[keras.Variable]:
    return [weight for weight in floats(layer) if len(weight.shape) > 1]


def is_bent(values: np.ndarray) -> bool:
    """Whether images halfway between two others do not get what lies halfway."""
    if values.size % 3:  # not of these images
        return False
    one, two, between = values.reshape(3, -1).astype(float)
    return bool(np.abs(one + two - 2 * between).max() > 1e-3 * np.abs(values).max())


# Many networks are right. They are tried with weights drawn for the purpose, on pairs of images
# from faint to strong and those halfway between them. Both images of a pair have other pixels, so
# that about half of the units are on for one and off for the other.
def answers_and_calls(network: keras.Model, images: np.ndarray) -> tuple[np.ndarray, list]:
    """Run a network; return its answers, and its layers with weights with what comes into each."""
    seen = []
    try:
        answers = run(network, (784,), images=images, watch=lambda *call: seen.append(call))
    except Exception as error:
        shape = getattr(network, "input_shape", (None, 784))
        raise Mistake(
            f"The input has the shape {shape}; (None, 784) is expected: each image is a vector of "
            "784 values."
            if shape != (None, 784)
            else f"Vectors of 784 values stop the model: {error}"
        ) from None
    return answers, seen


def check_small_network(network: Any, rng: np.random.Generator) -> None:
    if not isinstance(network, keras.Model):
        raise Mistake(
            f"A Keras model is expected, but this is {type(network).__name__}. "
            "Use `keras.Sequential([...])`."
        )
    if not network.built:
        raise Mistake("The model does not know its input yet: begin with `keras.Input((784,))`.")
    if network.count_params() > BUDGET:
        raise Mistake(
            f"The model has {network.count_params():,} parameters, the budget is {BUDGET:,}. "
            "Almost all of them lie between the image and the first layer: 784 for each of its "
            "units."
        )
    pixels = np.geomspace(0.01, 10, 64)[:, np.newaxis] * rng.uniform(0, 1, (64, 784))
    first = rng.permuted(np.tile(np.arange(784) % 2, (64, 1)), axis=1)
    images = np.concatenate([pixels * first, pixels * (1 - first), pixels / 2])
    answers, seen = answers_and_calls(network, images)
    if answers.shape != (len(images), 10):
        raise Mistake(
            f"The output has the shape {(None, *answers.shape[1:])}; (None, 10) is expected: "
            "one number for each digit."
        )
    off = np.abs(answers.sum(axis=1) - 1)
    if not (answers.min() >= 0 and off.max() <= 1e-4):
        worst = answers[(off - answers.min(axis=1)).argmax()].astype(float)
        raise Mistake(
            f"For a random image the ten outputs sum to {worst.sum():.7g} and the smallest is "
            f"{worst.min():.7g}. They must be probabilities: which activation gives these?"
        )
    check_hidden_layer(network, seen, answers)


def check_hidden_layer(
    network: keras.Model, seen: list[tuple[keras.layers.Layer, np.ndarray]], answers: np.ndarray
) -> None:
    """Raise a `Mistake` unless a bend lies between two layers: only that makes them two."""
    every = {id(kernel) for kernel in kernels(network)}
    if len(every) < 2:
        raise Mistake("The model has no hidden layer: its first layer gives the ten answers.")
    single = [(kernels(layer)[0], given) for layer, given in seen if len(kernels(layer)) == 1]
    if {id(kernel) for kernel, _ in single} == every:
        bent = any(is_bent(given) for _, given in single)
    else:  # a layer of one's own holds several: only the answers can be looked at
        logits = np.log(answers.clip(1e-30))
        bent = is_bent(logits - logits.mean(axis=1, keepdims=True))
    if not bent:
        raise Mistake(
            "The model is no more than one linear layer. Give it a hidden layer, and that layer "
            "an activation such as relu: without one, two layers are as good as one."
        )


@Exercise(
    checker=check_small_network,
    value=True,
    hints=[
        "Take the network of this page. Which number in it decides how many parameters it has?",
        "With n hidden units there are 784 * n + n + n * 10 + 10 parameters.",
        "Solve 795 * n + 10 <= 30000 for n, and choose a number of units that is not above it.",
    ],
    remark="It keeps to the budget. Now compile and fit it: how much of the 98 % does it keep?",
    mistakes={
        "has 50,890 parameters, the budget is 30,000.": ("Dense(32", "Dense(64"),
        "They must be probabilities": (', activation="softmax"', ""),
        "no more than one linear layer": (', activation="relu"', ""),
        "The model has no hidden layer": [
            ("32", "10"),
            ('keras.layers.Dense(10, activation="softmax")', "keras.layers.Softmax()"),
        ],
        "does not know its input": ("keras.Input((784,)),", ""),
        "The input has the shape (None, 28, 28)": ("784,", "28, 28"),
        "The output has the shape (None, 1)": ('10, activation="softmax"', "1"),
        "A Keras model is expected, but this is list.": ("keras.Sequential(", "list("),
    },
)
def small_network() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


not_done_yet = partial(print_not_done, __name__)
