"""Exercises of lecture 05, a convnet on MNIST and what it learned."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from PIL import Image

from lecture_exercises.exercise import Exercise, Failure, Mistake, print_not_done
from lecture_utils.backend import keras

COUNTS = [(3, 1, 32), (1, 7, 2), (2, 4, 9), (5, 6, 16), (7, 3, 1)]  # kernel, inputs, filters


@Exercise(
    cases=lambda rng: [*COUNTS, tuple(rng.integers([2, 20, 30], [9, 30, 90]).tolist())],
    hints=[
        "How many numbers does one filter multiply at one place?",
        "One filter has kernel * kernel weights for each input channel, and one bias.",
        "There are `filters` such filters.",
    ],
    mistakes={
        "the biases are missing: each filter has one.": (
            "(weights_of_a_filter + 1)",
            "weights_of_a_filter",
        ),
        "there is one bias for each filter, not one for the layer.": (
            "(weights_of_a_filter + 1) * filters",
            "weights_of_a_filter * filters + 1",
        ),
        "there is one bias for each filter, not one for each pair of channels.": (
            "kernel * inputs",
            "kernel * inputs + inputs - 1",
        ),
        "a filter looks at all input channels, and has a kernel for each of them.": (
            " * inputs",
            "",
        ),
        "a kernel is as high as it is wide: it has kernel * kernel weights.": (
            "kernel * kernel",
            "kernel",
        ),
    },
)
def conv_parameters(kernel: int, inputs: int, filters: int) -> int:
    weights_of_a_filter = kernel * kernel * inputs
    return (weights_of_a_filter + 1) * filters


@Exercise(
    cases=lambda rng: [()],
    hints=[
        "Copy the cell that builds the network, and take out the two lines with MaxPooling2D.",
        "`layers.Conv2D(32, 3, strides=2, activation=...)` moves its window by two pixels.",
        "Only the first two convolutions have strides. The function ends with `return`.",
    ],
    remark="113,162 parameters, more than 104,202: the last maps are 4x4, not 3x3.",
    mistakes={
        "there is still a pooling layer: the strides take its place.": (
            "    x = layers.Flatten",
            "    x = layers.MaxPooling2D()(x)\n    x = layers.Flatten",
        ),
        "there are still two pooling layers: the strides take their place.": [
            ("(image)", "(image)\n    x = layers.MaxPooling2D()(x)"),
            (
                "    x = layers.Conv2D(128",
                "    x = layers.MaxPooling2D()(x)\n    x = layers.Conv2D(128",
            ),
        ],
        "the third convolution has stride 1.": ("128, 3", "128, 3, strides=2"),
        "no convolution has a stride; the first two move by two pixels.": (", strides=2", ""),
        "the second convolution has 64 filters.": ("64, 3", "32, 3"),
        "the third convolution has 128 filters.": ("128, 3", "64, 3"),
        "the third convolution is missing.": ('layers.Conv2D(128, 3, activation="relu")(x)', "x"),
        "the convolutions of the page have no padding; yours have.": (", 3", ', 3, padding="same"'),
        "the second convolution has padding; those of the page have none.": (
            "64, 3",
            '64, 3, padding="same"',
        ),
        "kernels of 3x3 are asked for.": ("64, 3", "64, 5"),
        "the last layer has no softmax, so its outputs are not probabilities.": (
            ', activation="softmax"',
            "",
        ),
        "the outputs are not probabilities: the last layer needs a softmax.": (
            "softmax",
            "sigmoid",
        ),
        "the first convolution is linear: its ReLU is missing.": (
            '32, 3, strides=2, activation="relu"',
            "32, 3, strides=2",
        ),
        "the second convolution is linear: its ReLU is missing.": (
            '64, 3, strides=2, activation="relu"',
            "64, 3, strides=2",
        ),
        "the third convolution is linear: its ReLU is missing.": (
            '128, 3, activation="relu"',
            "128, 3",
        ),
        "the convolutions are linear: their ReLU is missing.": (', activation="relu"', ""),
        "the page's network has MNIST's images of shape (28, 28, 1).": ("28, 28, 1", "28, 28, 3"),
    },
)
def strided_convnet() -> keras.Model:
    layers = keras.layers
    image = keras.Input((28, 28, 1))
    x = layers.Conv2D(32, 3, strides=2, activation="relu")(image)
    x = layers.Conv2D(64, 3, strides=2, activation="relu")(x)
    x = layers.Conv2D(128, 3, activation="relu")(x)
    x = layers.Flatten()(x)
    classes = layers.Dense(10, activation="softmax")(x)
    return keras.Model(image, classes)


def functions_and_images(rng: np.random.Generator) -> Iterator[tuple]:
    ramp, steps = np.linspace(1, 4, 6), int(rng.integers(1, 4))

    def shift_and_brighten(x: np.ndarray) -> np.ndarray:
        return 1.5 * np.roll(x, steps, axis=-1)  # not the norm of x: to divide by it is wrong

    for f in (lambda x: x * ramp, lambda x: x + 2 * ramp, np.square, lambda x: x - 3):
        yield f, shift_and_brighten, rng.uniform(0.5, 2, (5, 6))
    yield np.square, lambda x: x[:, ::-1], rng.normal(size=(3, 7))  # equivariant: 0


@Exercise(
    cases=functions_and_images,
    hints=[
        "f and g are functions: call them, `f(g(x))` and `g(f(x))`.",
        "`np.linalg.norm(array)` is the size ‖array‖ for an array of up to two axes; for more axes "
        "flatten it first with `array.ravel()`.",
        "Divide the norm of the difference by the norm of `g(f(x))`.",
    ],
    mistakes={
        "the difference is not divided by the size of g(f(x)).": (" / np.linalg.norm(two)", ""),
        "you compare with f(x), which measures invariance. Compare with g(f(x)).": (
            "g(f(x))",
            "f(x)",
        ),
        "you compare with f(x), which measures invariance, and divide by g(f(x)).": (
            "one - two",
            "one - f(x)",
        ),
        "divide by the size of g(f(x)), not of f(g(x)).": ("norm(two)", "norm(one)"),
        "divide by the size of g(f(x)), not of x.": ("norm(two)", "norm(x)"),
        "divide by the size of g(f(x)), not of f(x).": ("norm(two)", "norm(f(x))"),
        "these are squares: take the square root of both sums.": (
            "np.linalg.norm(one - two) / np.linalg.norm(two)",
            "np.sum((one - two) ** 2) / np.sum(two**2)",
        ),
        "apply both functions on both sides: f(g(x)) and g(f(x)).": ("one - two", "g(x) - f(x)"),
        "this is the largest difference. The norm takes all pixels.": (
            "np.linalg.norm(one - two) / np.linalg.norm(two)",
            "np.abs(one - two).max() / np.abs(two).max()",
        ),
        "f(g(x)) is compared with itself: the other order is g(f(x)).": ("g(f(x))", "f(g(x))"),
    },
)
def equivariance_error(f, g, x: np.ndarray) -> float:
    one, two = f(g(x)), g(f(x))
    return np.linalg.norm(one - two) / np.linalg.norm(two)


def steps_of_schedules(rng: np.random.Generator) -> Iterator[tuple]:
    for peak in (0.0021, 0.5, float(rng.uniform(0.002, 0.02))):
        steps, warmup = int(rng.integers(100, 1000)), int(rng.integers(11, 80))
        for step in ((warmup + 3 * steps) // 4, warmup + 1, warmup // 2, 0, warmup, steps):
            yield step, steps, warmup, peak


@Exercise(
    cases=steps_of_schedules,
    hints=[
        "Two cases: `if step < warmup:` the way up, otherwise the way down.",
        "On the way up the share `step / warmup` of the peak is reached.",
        "On the way down `steps - step` steps are left, out of `steps - warmup`.",
    ],
    mistakes={
        "the rate still rises after the warm-up.": ("step < warmup", "True"),
        "the way down begins at the end of the warm-up and has `steps - warmup` steps.": (
            "(steps - step) / (steps - warmup)",
            "(1 - step / steps)",
        ),
        "this is the cosine of the page, but a straight line is asked for.": (
            "(steps - step) / (steps - warmup)",
            "(1 + np.cos(np.pi * (step - warmup) / (steps - warmup))) / 2",
        ),
        "this is a constant rate, which has to change.": lambda step, steps, warmup, peak: peak,
        "0 is right at the first and the last step only.": lambda step, steps, warmup, peak: (
            peak * min(step // warmup, (steps - step) // (steps - warmup))
        ),
        "the unit is lost: the rate at the peak is `peak`.": ("peak *", "1000 * peak *"),
        "the way up is missing: from 0 to `peak` during the warm-up.": ("step < warmup", "False"),
    },
    tell=lambda result, *case: "one number is expected, not a list." if np.ndim(result) else None,
)
def learning_rate(step: int, steps: int, warmup: int, peak: float) -> float:
    if step < warmup:
        return peak * step / warmup
    return peak * (steps - step) / (steps - warmup)


def draw_ink(rng: np.random.Generator, height: int, width: int, strength: float) -> np.ndarray:
    """Draw an angle of ink on paper, one arm stronger than the other."""
    angle = np.zeros((height, width), dtype="float32")
    angle[:, : 1 + width // 3] = strength * rng.uniform(0.6, 0.65)
    angle[-1 - height // 3 :] = strength
    angle = angle[:: rng.choice([1, -1]), :: rng.choice([1, -1])]
    return np.pad(angle, [tuple(rng.integers(0, 30, 2)) for _ in range(2)])


def box(image: np.ndarray) -> np.ndarray:
    """Cut out the smallest box with ink."""
    rows, columns = (np.flatnonzero((image > 0.02).any(axis=axis)) for axis in (1, 0))
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def coarse(image: np.ndarray) -> np.ndarray:
    """Look at ten by ten places of an image."""
    return image[
        np.ix_(*(np.linspace(0, side - 1, 10).round().astype(int) for side in image.shape))
    ]


def faults(image: np.ndarray, ink: np.ndarray) -> Iterator[tuple[bool, str]]:
    """Yield what may be wrong with a prepared image: whether it is, and what to say of it."""
    yield not np.isfinite(image).all() or image.max() < 0.05, "your image holds no ink."
    yield np.median(image) > 0.9, "paper should be 0 and ink 1, yours is the other way round."
    yield (
        image.min() < -0.05 or abs(image.max() - 1) > 0.01,
        f"the values go from {image.min():.2f} to {image.max():.2f}. Divide by the largest, "
        "so that the darkest ink is 1.",
    )
    found, drawn = box(image), box(ink / ink.max())
    yield max(found.shape) > 26, "the ink fills all 28 pixels; a box of 20 is asked for."
    shorter = min(drawn.shape) * 20 / max(drawn.shape)
    yield (
        max(found.shape) == 20 and abs(min(found.shape) - shorter) > 1.5,
        "the ink is stretched. Scale both axes by the same factor.",
    )
    yield (
        max(found.shape) != 20,
        f"the longer side of the ink is {max(found.shape)} pixels, not 20. Did you crop to the ink "
        "before you resized?",
    )
    rows, columns = np.indices(image.shape)
    centre = np.array([(rows * image).sum(), (columns * image).sum()]) / image.sum()
    inked = np.argwhere(image > 0.02)
    middle = (inked.min(axis=0) + inked.max(axis=0)) / 2
    where = f"row {centre[0]:.2f}, column {centre[1]:.2f}"
    off = np.abs(centre - 14).max() > 0.65  # half a pixel, and what resizing may move
    yield (
        off and np.abs(middle - 13.5).max() <= 1,
        "the middle of the box is in the middle of the image, but the centre of mass is at "
        f"{where}; it should be at 14, 14.",
    )
    yield off, f"the centre of mass is at {where}, not as near to 14, 14 as whole pixels allow."
    differs = np.abs(coarse(found) - coarse(drawn)).mean() > 0.12
    yield differs, "the ink is there, but flipped or turned."


# How to resize is left open, so an image is measured, not compared with the solution's.
def measure_images(answer: Callable, rng: np.random.Generator) -> None:
    sides = [(60, 40), (33, 61), (12, 7), (9, 14), (47, 90), *rng.integers(30, 90, (4, 2))]
    for number, (height, width) in enumerate(sides):
        ink = draw_ink(rng, height, width, (0.6, 2.5, 0.3)[number % 3])
        case = f"For ink of {height}x{width} pixels on a page of shape {ink.shape}"
        image = like_mnist.result(answer, (ink,))
        if isinstance(image, Failure):
            raise Mistake(f"{case}: {image}")
        if not isinstance(image, np.ndarray) or image.shape != (28, 28):
            shape = getattr(image, "shape", f"that of a {type(image).__name__}")
            raise Mistake(f"{case}: the shape is {shape}, but (28, 28) is expected.")
        for wrong, reason in faults(image.astype(float), ink):
            if wrong:
                raise Mistake(f"{case}: {reason}")


@Exercise(
    checker=measure_images,
    hints=[
        "Put the cells of this section into one function: crop, resize, divide, place.",
        "`np.flatnonzero(ink.any(axis=1))` are the rows with ink; axis=0 gives the columns.",
        "The scale is `20 / max(crop.shape)`. PIL's `resize` takes (width, height), NumPy's shape "
        "is (height, width).",
    ],
    mistakes={
        "Divide by the largest": ("small / small.max()", "small"),
        "the ink is stretched": [
            ("np.round(np.array(crop.shape) * 20 / max(crop.shape))", "np.array([20, 20])")
        ],
        "fills all 28 pixels": [
            ("* 20 /", "* 28 /"),
            ("round(14 - row), round(14 - column)", "(28 - height) // 2, (28 - width) // 2"),
        ],
        "the middle of the box": (
            "round(14 - row), round(14 - column)",
            "(28 - height) // 2, (28 - width) // 2",
        ),
        "as near to 14, 14": ("round(14 - row), round(14 - column)", "0, 0"),
        "Did you crop": [
            ("crop = ink[", "crop = ink\n    ink["),
            ("round(14 - row), round(14 - column)", "0, 0"),
        ],
        "the other way round": ("return image", "return 1 - image"),
        "holds no ink": ("return image", "return 0 * image"),
        "the shape is": ("return image", "return digit"),
        "flipped or turned": ("return image", "return np.roll(image[:, ::-1], 1, axis=1)"),
    },
)
def like_mnist(ink: np.ndarray) -> np.ndarray:
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    crop = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = np.round(np.array(crop.shape) * 20 / max(crop.shape)).astype(int)
    picture = Image.fromarray(crop.astype("float32"))
    small = np.asarray(picture.resize((width, height), Image.Resampling.BOX))
    digit = small / small.max()

    row = np.average(np.arange(height), weights=digit.sum(axis=1))
    column = np.average(np.arange(width), weights=digit.sum(axis=0))
    top, left = round(14 - row), round(14 - column)
    image = np.zeros((28, 28), dtype="float32")
    image[top : top + height, left : left + width] = digit
    return image


not_done_yet = partial(print_not_done, __name__)
