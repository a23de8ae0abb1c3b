"""Exercises of lecture 01, a first network."""

from __future__ import annotations

import numpy as np

from lecture_utils.exercises._exercise import (
    Exercise,
    Mistake,
    call,
    expect_array,
    print_not_done,
    show,
)


def _check_dense_parameters(dense_parameters, rng: np.random.Generator) -> None:
    for inputs, units in ((3, 2), *rng.choice(np.arange(5, 2000), (3, 2), replace=False).tolist()):
        result = call(dense_parameters, inputs, units)
        weights = np.empty((inputs, units)).size
        reasons = [
            (weights, "these are the weights alone. Each unit has a bias, too."),
            (weights + inputs, "there is one bias for each unit, not one for each input."),
            (weights + 1, "there is one bias for each unit, not one for the whole layer."),
            (inputs + units, "every input is connected to every unit: how many pairs are that?"),
        ]
        case = f"A dense layer of {units} units with {inputs} inputs"
        expect_array(result, np.asarray(weights + units), case, reasons)


dense_parameters = Exercise(
    "lecture_01.dense_parameters",
    _check_dense_parameters,
    hints=(
        "The layer computes `x @ W + b`. How many numbers are in `W`, and how many in `b`?",
        "`W` has the shape `(inputs, units)`; `b` has one number for each unit.",
    ),
    answer="""
    def dense_parameters(inputs, units):
        weights = inputs * units
        biases = units
        return weights + biases
    """,
)


def _check_softmax(softmax, rng: np.random.Generator) -> None:
    # The largest is above 0, so that subtracting it makes a difference.
    logits = (rng.uniform(0.5, 3, 4) * rng.permutation([1, 1, 1, -1])).round(1)
    powers = np.exp(logits)
    right = powers / powers.sum()
    reasons = [
        (powers, "these are positive, but they do not sum to 1. Divide by their sum."),
        (logits / logits.sum(), "the logits themselves are divided. Apply `np.exp` first."),
        (powers / powers.max(), "the largest is 1 now, but the sum is not. Divide by the sum."),
    ]
    expect_array(call(softmax, logits), right, f"logits {show(logits)}", reasons)

    # A sum of exponentials beyond 1e308 is infinite, and inf / inf is no number.
    far_apart, one_hot = np.array([2000.0, 0, 0, 0]), np.array([1.0, 0, 0, 0])
    for moved, expected in ((logits + 1000, right), (logits - 1000, right), (far_apart, one_hot)):
        with np.errstate(all="ignore"):
            result = call(softmax, moved)
            if not np.isfinite(np.asarray(result, dtype=float)).all():
                raise Mistake(
                    f"logits {show(moved)}: your result is {show(result)}. `np.exp` of a number "
                    "this far from 0 is infinite, or 0. Adding the same number to all logits does "
                    "not change their softmax: which number would you subtract?"
                )
        expect_array(result, expected, f"logits {show(moved)}")


softmax = Exercise(
    "lecture_01.softmax",
    _check_softmax,
    hints=(
        "Three steps: exponentials, their sum, a division. Then try the logits (1000, 1001).",
        "Subtract the largest logit from all of them before anything else.",
        "After `z = logits - np.max(logits)` the largest exponential is `np.exp(0)`, which is 1.",
    ),
    answer="""
    def softmax(logits):
        powers = np.exp(logits - np.max(logits))
        return powers / np.sum(powers)
    """,
)


def _check_accuracy(accuracy, rng: np.random.Generator) -> None:
    for count in (20, 50):
        # Up to a third of the answers are wrong, so that each way to count gives another number.
        probabilities = rng.dirichlet(np.full(10, 0.3), count)
        predictions = np.array([int(np.argsort(row)[-1]) for row in probabilities])
        labels = predictions.copy()
        wrong = rng.choice(count, int(rng.integers(count // 10, count // 3)), replace=False)
        labels[wrong] = (labels[wrong] + rng.integers(1, 10, len(wrong))) % 10
        hits = count - len(wrong)
        mean = probabilities[np.arange(count), labels].mean()
        reasons = [
            (
                0,
                "no answer is right. `argmax(axis=1)` is a class for each row, `argmax()` isn't.",
            ),
            (hits, f"{hits} are right, but which share of the {count} images is that?"),
            (100 * hits / count, "this is in percent. Return the share, from 0 to 1."),
            (len(wrong) / count, "this is the share of the wrong answers."),
            (mean, "this is the mean probability of the right class. Accuracy counts answers."),
        ]
        case = f"{count} images, {hits} of them classified correctly"
        result = _ask_for_accuracy(accuracy, probabilities, labels)
        expect_array(result, np.asarray(hits / count), case, reasons)


def _ask_for_accuracy(accuracy, probabilities, labels):
    try:
        result = call(accuracy, probabilities, labels)
    except Mistake as mistake:
        if "broadcast" in str(mistake):
            raise Mistake(
                f"The probabilities have the shape {probabilities.shape}, the labels "
                f"{labels.shape}, and your function compared arrays of different lengths. Along "
                "which axis of the probabilities do the ten classes lie?"
            ) from None
        raise
    if np.ndim(result):
        raise Mistake(
            f"For {len(labels)} images your function returned an array of shape "
            f"{np.shape(result)}. One number is asked for, the share of the right answers."
        )
    return result


accuracy = Exercise(
    "lecture_01.accuracy",
    _check_accuracy,
    hints=(
        "First turn each row of ten probabilities into one answer, then compare it with the label.",
        "`probabilities.argmax(axis=1)` gives one answer for each row.",
        "The mean of an array of True and False is the share of True.",
    ),
    answer="""
    def accuracy(probabilities, labels):
        answers = probabilities.argmax(axis=1)
        return np.mean(answers == labels)
    """,
)


def _moved(image: np.ndarray, dx: int, dy: int) -> np.ndarray:
    """Move by hand, pixel by pixel: what comes from outside is 0."""
    height, width = image.shape
    moved = np.zeros_like(image)
    for row in range(height):
        for column in range(width):
            if 0 <= row - dy < height and 0 <= column - dx < width:
                moved[row, column] = image[row - dy, column - dx]
    return moved


def _check_shift(shift, rng: np.random.Generator) -> None:
    steps = rng.integers(1, 3, (5, 2)) * [(1, 1), (1, 0), (0, -1), (-1, 1), (-1, -1)]
    for dx, dy in (*steps.tolist(), (0, 0)):
        # As many rows as columns, so that a shape does not give away which axis is which.
        image = rng.permutation(np.arange(1, 26)).reshape(5, 5).astype("uint8")
        away = "the image moved the other way: positive `dx` is right, positive `dy` is down."
        swapped = "`dx` and `dy` are exchanged: the columns, axis 1, run along x."
        around = "what left the image on one side came back on the other, as `np.roll` does it."
        reasons = [
            (_moved(image, -dx, -dy), away),
            (_moved(image, dy, dx), swapped),
            (_moved(image, -dy, -dx), swapped),
            (_moved(image, dx, -dy), "up and down are exchanged: positive `dy` is down."),
            (_moved(image, -dx, dy), "left and right are exchanged: positive `dx` is right."),
            (np.roll(image, (dy, dx), (0, 1)), around),
            (np.roll(image, (dx, dy), (0, 1)), around),
            (np.roll(image, (-dy, -dx), (0, 1)), around),
            (image, "the image did not move."),
        ]
        case = f"An image of 5 x 5 pixels, dx = {dx}, dy = {dy}"
        try:
            result = call(shift, image, dx, dy)
        except Mistake as mistake:
            if "broadcast" in str(mistake):
                raise Mistake(
                    f"{case}: your function stopped, since two parts differ in size. Are your "
                    "slices right when dx or dy is negative, or 0?"
                ) from None
            raise
        expect_array(result, _moved(image, dx, dy), case, reasons)


shift = Exercise(
    "lecture_01.shift",
    _check_shift,
    hints=(
        "Begin with `moved = np.zeros_like(image)`. Which part of it receives which part of image?",
        "Another way: `np.roll` moves everything; then set to 0 the rows and columns that came in.",
        "`np.roll(image, (dy, dx), axis=(0, 1))` for the roll. For dx > 0 clear `moved[:, :dx]`, "
        "for dx < 0 clear `moved[:, dx:]`, and the same for the rows.",
    ),
    answer="""
    def shift(image, dx, dy):
        height, width = image.shape
        moved = np.zeros_like(image)
        for row in range(height):
            for column in range(width):
                if 0 <= row - dy < height and 0 <= column - dx < width:
                    moved[row, column] = image[row - dy, column - dx]
        return moved
    """,
)

BUDGET = 30_000


def _check_small_network(small_network, rng: np.random.Generator) -> str:
    from lecture_utils.backend import keras

    if not isinstance(small_network, keras.Model):
        raise Mistake(
            f"A Keras model is expected, but this is {type(small_network).__name__}. "
            "Use `keras.Sequential([...])`."
        )
    if not small_network.built:
        raise Mistake("The model does not know its input yet: begin with `keras.Input((784,))`.")
    if small_network.input_shape != (None, 784):
        raise Mistake(
            f"The input has the shape {small_network.input_shape}; (None, 784) is expected: "
            "each image is a vector of 784 values."
        )
    if small_network.output_shape != (None, 10):
        raise Mistake(
            f"The output has the shape {small_network.output_shape}; (None, 10) is expected: "
            "one number for each digit."
        )
    parameters = small_network.count_params()
    if parameters > BUDGET:
        raise Mistake(
            f"The model has {parameters:,} parameters, the budget is {BUDGET:,}. Almost all of "
            "them lie between the image and the first layer: 784 for each of its units."
        )
    _check_answers(small_network, rng)
    return f"{parameters:,} parameters of {BUDGET:,} are used."


def _check_answers(model, rng):
    # Several pairs: a hidden unit bends where it is on for one image and off for another.
    a, b = rng.normal(scale=0.1, size=(2, 16, 784)).astype("float32")
    images = np.concatenate([a, b, a + b, np.zeros_like(a)])
    answers = np.asarray(model(images, training=False), dtype=float)
    sums = answers.sum(axis=1)
    if answers.min() < 0 or not np.allclose(sums, 1, atol=1e-4):
        raise Mistake(
            f"For a random image the ten outputs sum to {sums[0]:.3f} and the smallest is "
            f"{answers[0].min():.3f}. They must be probabilities: which activation gives these?"
        )
    # Without a bend between the layers the logits of a + b are those of a and b, added.
    logits = np.log(answers.clip(1e-30)).reshape(4, 16, 10)
    logits -= logits.mean(axis=2, keepdims=True)
    if np.allclose(logits[0] + logits[1], logits[2] + logits[3], atol=1e-3):
        raise Mistake(
            "The model is no more than one linear layer. Give it a hidden layer, and that layer "
            "an activation such as relu: without one, two layers are as good as one."
        )


small_network = Exercise(
    "lecture_01.small_network",
    _check_small_network,
    hints=(
        "Take the network of this page. Which number in it decides how many parameters it has?",
        "With n hidden units there are 784 * n + n + n * 10 + 10 parameters.",
        "Solve 795 * n + 10 <= 30000 for n, and choose a number of units that is not above it.",
    ),
    answer="""
    small_network = keras.Sequential([
        keras.Input((784,)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ])
    """,
)

EXERCISES = (dense_parameters, softmax, accuracy, shift, small_network)


def not_done_yet() -> None:
    """Print which exercises of this lecture are still to be done."""
    print_not_done(EXERCISES)
