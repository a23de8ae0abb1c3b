"""Exercises of lecture 05, a convnet on MNIST and what it learned."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lecture_utils.exercises._exercise import (
    Exercise,
    Mistake,
    call,
    expect_array,
    print_not_done,
    show,
)


def _check_conv_parameters(conv_parameters, rng: np.random.Generator) -> None:
    for kernel in rng.permutation([2, 3, 5, 7]).tolist():
        inputs, filters = int(rng.choice([4, 6])), int(rng.integers(8, 20))
        result = call(conv_parameters, kernel, inputs, filters)
        weights = np.zeros((kernel, kernel, inputs, filters)).size
        reasons = [
            (weights, "the biases are missing: each filter has one."),
            (weights + 1, "there is one bias for each filter, not one for the layer."),
            (
                weights + inputs * filters,
                "there is one bias for each filter, not one for each pair of channels.",
            ),
            (
                kernel * kernel * filters + filters,
                "a filter looks at all input channels, and has a kernel for each of them.",
            ),
            (
                kernel * inputs * filters + filters,
                "a kernel is as high as it is wide: it has kernel * kernel weights.",
            ),
        ]
        case = f"A {kernel}x{kernel} convolution from {inputs} to {filters} channels"
        expect_array(result, np.asarray(weights + filters), case, reasons)


conv_parameters = Exercise(
    "lecture_05.conv_parameters",
    _check_conv_parameters,
    hints=(
        "How many numbers does one filter multiply at one place?",
        "One filter has kernel * kernel weights for each input channel, and one bias.",
        "There are `filters` such filters.",
    ),
    answer="""
    def conv_parameters(kernel, inputs, filters):
        weights_of_a_filter = kernel * kernel * inputs
        return (weights_of_a_filter + 1) * filters
    """,
)


def _check_strided_convnet(strided_convnet, rng: np.random.Generator) -> str:
    from lecture_utils.backend import keras

    if isinstance(strided_convnet, keras.Model):
        raise Mistake("This is a model. A function that builds and returns it is expected.")
    model = strided_convnet()
    if not isinstance(model, keras.Model):
        raise Mistake(
            f"A keras.Model is expected, but your function returned {show(model)}. Does it end "
            "with `return`?"
        )
    if model.input_shape != (None, 28, 28, 1) or model.output_shape != (None, 10):
        raise Mistake(
            f"Your model goes from {model.input_shape} to {model.output_shape}, but it should go "
            "from (None, 28, 28, 1) to (None, 10)."
        )
    kinds = [type(layer).__name__ for layer in model.layers]
    if any("Pooling" in kind for kind in kinds):
        raise Mistake("There is still a pooling layer: the strides take its place.")
    if kinds[-5:] != ["Conv2D", "Conv2D", "Conv2D", "Flatten", "Dense"]:
        raise Mistake(
            "Three Conv2D, a Flatten and a Dense layer are expected, but your model has "
            f"{', '.join(kinds)}."
        )
    convolutions = model.layers[-5:-2]
    strides = tuple(layer.strides[0] for layer in convolutions)
    if strides != (2, 2, 1):
        raise Mistake(f"The strides are {strides}, but (2, 2, 1) are asked for.")
    filters = tuple(layer.filters for layer in convolutions)
    if filters != (32, 64, 128):
        raise Mistake(f"The filters are {filters}, but (32, 64, 128) are asked for.")
    if any(layer.padding != "valid" for layer in convolutions):
        raise Mistake("The convolutions of the page have no padding; yours have.")
    if any(layer.kernel_size != (3, 3) for layer in convolutions):
        raise Mistake("Kernels of 3x3 are asked for.")
    images = rng.random((3, 28, 28, 1)).astype("float32")
    output = np.asarray(model(images, training=False))
    x = images
    for layer in convolutions:
        kernel, bias = layer.get_weights()
        windows = sliding_window_view(x, kernel.shape[:2], axis=(1, 2))
        windows = windows[:, :: layer.strides[0], :: layer.strides[1]]
        x = np.maximum(np.einsum("nyxcij,ijco->nyxo", windows, kernel) + bias, 0)
    weights, bias = model.layers[-1].get_weights()
    scores = x.reshape(len(x), -1) @ weights + bias
    scale = np.abs(scores).max()
    if np.allclose(output, scores, atol=1e-3 * scale):
        raise Mistake("The last layer has no softmax, so its outputs are not probabilities.")
    if not np.allclose(output.sum(axis=1), 1, atol=1e-3):
        raise Mistake("The outputs are not probabilities: the last layer needs a softmax.")
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    if not np.allclose(output, powers / powers.sum(axis=1, keepdims=True), atol=1e-3):
        raise Mistake("The outputs are not those of convolutions with ReLU. Is one of them linear?")
    return (
        f"{model.count_params():,} parameters, more than 104,202: the last maps are 4x4, not 3x3, "
        "so the dense layer has more weights."
    )


strided_convnet = Exercise(
    "lecture_05.strided_convnet",
    _check_strided_convnet,
    hints=(
        "Copy the cell that builds the network, and take out the two lines with MaxPooling2D.",
        "`layers.Conv2D(32, 3, strides=2, activation=...)` moves its window by two pixels.",
        "Only the first two convolutions have strides. End with "
        "`return keras.Model(image, classes)`.",
    ),
    answer="""
    def strided_convnet():
        layers = keras.layers
        image = keras.Input((28, 28, 1))
        x = layers.Conv2D(32, 3, strides=2, activation="relu")(image)
        x = layers.Conv2D(64, 3, strides=2, activation="relu")(x)
        x = layers.Conv2D(128, 3, activation="relu")(x)
        x = layers.Flatten()(x)
        classes = layers.Dense(10, activation="softmax")(x)
        return keras.Model(image, classes)
    """,
)


def _check_equivariance_error(equivariance_error, rng: np.random.Generator) -> None:
    ramp = np.linspace(1, 4, 6)
    steps = int(rng.integers(1, 4))

    def shift(x):
        return 1.5 * np.roll(x, steps, axis=-1)  # not the norm of x: to divide by it is wrong

    for name, f in (
        ("multiplies column j by a weight of its own", lambda x: x * ramp),
        ("adds a different number to each column", lambda x: x + 2 * ramp),
        ("squares each pixel", np.square),
    ):
        x = rng.uniform(0.5, 2, (5, 6))
        result = call(equivariance_error, f, shift, x)
        one, two = f(shift(x)), shift(f(x))
        size, both = np.linalg.norm(one - two), np.linalg.norm(two)
        reasons = [
            (size, "the difference is not divided by the size of g(f(x))."),
            (
                np.linalg.norm(one - f(x)) / np.linalg.norm(f(x)),
                "you compare with f(x), which measures invariance. Compare with g(f(x)).",
            ),
            (
                np.linalg.norm(one - f(x)) / both,
                "you compare with f(x), which measures invariance. Compare with g(f(x)).",
            ),
            (size / np.linalg.norm(one), "divide by the size of g(f(x)), not of f(g(x))."),
            (size / np.linalg.norm(f(x)), "divide by the size of g(f(x)), not of f(x)."),
            (size / np.linalg.norm(x), "divide by the size of g(f(x)), not of x."),
            (size**2 / both**2, "this is the square of the error: take the square root."),
            (
                np.linalg.norm(shift(x) - f(x)) / both,
                "f is applied to g(x) and g to f(x): both functions on both sides.",
            ),
        ]
        case = f"f {name}, g shifts by {steps} and multiplies by 1.5, x has the shape {x.shape}"
        expect_array(result, np.asarray(size / both), case, reasons)


equivariance_error = Exercise(
    "lecture_05.equivariance_error",
    _check_equivariance_error,
    hints=(
        "f and g are functions: call them, `f(g(x))` and `g(f(x))`.",
        "`np.linalg.norm(array)` is the size ‖array‖ for an array of up to two axes; for more axes "
        "flatten it first with `array.ravel()`.",
        "Divide the norm of the difference by the norm of `g(f(x))`.",
    ),
    answer="""
    def equivariance_error(f, g, x):
        one, two = f(g(x)), g(f(x))
        return np.linalg.norm(one - two) / np.linalg.norm(two)
    """,
)


def _check_learning_rate(learning_rate, rng: np.random.Generator) -> None:
    for _ in range(3):
        steps, warmup = int(rng.integers(100, 1000)), int(rng.integers(10, 80))
        peak = round(float(rng.uniform(0.002, 0.02)), 4)
        late = (warmup + 3 * steps) // 4
        for step in (late, warmup // 2, 0, warmup, steps):
            result = call(learning_rate, step, steps, warmup, peak)
            rising = peak * step / warmup
            right = min(rising, peak * (steps - step) / (steps - warmup))
            left = (step - warmup) / (steps - warmup)  # share of the decay that is done
            reasons = [
                (peak * 1000, "the unit is lost: the rate at the peak is `peak`."),
                (rising, "the rate still rises after the warm-up."),
                (
                    peak * (1 - step / steps),
                    "the way down begins at the end of the warm-up, with `peak`, and has "
                    "`steps - warmup` steps.",
                ),
                (
                    peak * (1 + np.cos(np.pi * left)) / 2,
                    "this is the cosine of the page, but a straight line is asked for.",
                ),
                (peak, "this is a constant rate: it has to change with the step."),
                (0, "0 is right at the first and the last step only."),
            ]
            # Times 1000, since an error of 0.00001 matters here.
            case = f"step {step} of {steps}, warm-up {warmup}, peak {peak} (rates times 1000)"
            if not np.isscalar(result) and np.ndim(result):
                raise Mistake(f"{case}: one number is expected, but this came: {show(result)}.")
            expect_array(
                1000 * np.asarray(result, dtype=float),
                np.asarray(1000 * right),
                case,
                [(1000 * np.asarray(wrong), reason) for wrong, reason in reasons],
            )


learning_rate = Exercise(
    "lecture_05.learning_rate",
    _check_learning_rate,
    hints=(
        "Two cases: `if step < warmup:` the way up, otherwise the way down.",
        "On the way up the share `step / warmup` of the peak is reached.",
        "On the way down `steps - step` steps are left, out of `steps - warmup`.",
    ),
    answer="""
    def learning_rate(step, steps, warmup, peak):
        if step < warmup:
            return peak * step / warmup
        return peak * (steps - step) / (steps - warmup)
    """,
)


def _draw_ink(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw an angle of ink, 60 by 40 pixels, somewhere on an empty page; return page and angle.

    Its centre of mass is about a sixth of its height away from the middle of its box.
    """
    strength = rng.uniform(0.4, 0.8)
    angle = np.zeros((60, 40), dtype="float32")
    angle[:, : rng.integers(8, 11)] = strength
    angle[-rng.integers(8, 10) :] = strength
    angle = angle[:: rng.choice([1, -1]), :: rng.choice([1, -1])]
    if rng.random() < 0.5:
        angle = angle.T
    around = [tuple(rng.integers(3, 40, 2)) for _ in range(2)]
    return np.pad(angle, around), angle


def _box(image: np.ndarray) -> np.ndarray:
    """Cut out the smallest box with ink."""
    rows, columns = (np.flatnonzero((image > 0.05).any(axis=axis)) for axis in (1, 0))
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _check_like_mnist(like_mnist, rng: np.random.Generator) -> None:
    for _ in range(4):
        page, angle = _draw_ink(rng)
        result = call(like_mnist, page)
        case = f"Ink of {angle.shape[0]}x{angle.shape[1]} pixels on a page of shape {page.shape}"
        image = np.asarray(result, dtype=float)
        if image.shape != (28, 28):
            raise Mistake(f"{case}: the shape is {image.shape}, but (28, 28) is expected.")
        if not np.isfinite(image).all() or image.max() < 0.05:
            raise Mistake(f"{case}: your image holds no ink.")
        if np.median(image) > 0.5:
            raise Mistake(f"{case}: paper should be 0 and ink 1, yours is the other way round.")
        box = _box(image / image.max())
        if max(box.shape) > 26:
            raise Mistake(f"{case}: the ink fills all 28 pixels; a box of 20 is asked for.")
        if min(box.shape) >= 18:
            raise Mistake(f"{case}: the ink is stretched. Scale both axes by the same factor.")
        if not 19 <= max(box.shape) <= 21:
            raise Mistake(
                f"{case}: the longer side of the ink is {max(box.shape)} pixels, not 20. Did you "
                "crop to the ink before you resized?"
            )
        if image.min() < -0.05 or abs(image.max() - 1) > 0.05:
            raise Mistake(
                f"{case}: the values go from {image.min():.2f} to {image.max():.2f}. Divide by the "
                "largest, so that the darkest ink is 1."
            )
        rows, columns = np.indices(image.shape)
        centre = np.array([(rows * image).sum(), (columns * image).sum()]) / image.sum()
        inked = np.argwhere(image > 0.05)
        middle = (inked.min(axis=0) + inked.max(axis=0)) / 2
        where = f"row {centre[0]:.1f}, column {centre[1]:.1f}"
        if np.abs(centre - 13.75).max() > 1.3:  # 13.5 and 14 are both called the middle
            if np.abs(middle - 13.5).max() <= 1:
                raise Mistake(
                    f"{case}: the middle of the box is in the middle of the image, but the centre "
                    f"of mass is at {where}; it should be at 14, 14."
                )
            raise Mistake(f"{case}: the centre of mass is at {where}, not near 14, 14.")
        # The same box, drawn coarsely: half a pixel of difference is allowed, a turned box is not.
        places = [np.linspace(0, size - 1, 10).round().astype(int) for size in angle.shape]
        expected = angle[np.ix_(*places)] / angle.max()
        places = [np.linspace(0, size - 1, 10).round().astype(int) for size in box.shape]
        upright = (box.shape[0] > box.shape[1]) == (angle.shape[0] > angle.shape[1])
        if not upright or np.abs(box[np.ix_(*places)] - expected).mean() > 0.2:
            raise Mistake(f"{case}: the ink is there, but flipped or turned.")


like_mnist = Exercise(
    "lecture_05.like_mnist",
    _check_like_mnist,
    hints=(
        "Put the cells of this section into one function: crop, resize, divide, place.",
        "`np.flatnonzero(ink.any(axis=1))` are the rows with ink; axis=0 gives the columns.",
        "The scale is `20 / max(crop.shape)`. PIL's `resize` takes (width, height), NumPy's shape "
        "is (height, width).",
    ),
    answer="""
    from PIL import Image


    def like_mnist(ink):
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
    """,
)

EXERCISES = (
    conv_parameters,
    strided_convnet,
    equivariance_error,
    learning_rate,
    like_mnist,
)


def not_done_yet() -> None:
    """Print which of these exercises are still to be done."""
    print_not_done(EXERCISES)
