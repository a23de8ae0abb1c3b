"""Exercises of lecture 06, from the visual cortex to LeNet."""

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


def _number(result, case: str) -> None:
    if np.ndim(result) or isinstance(result, str):
        raise Mistake(f"{case}: one number is expected, but this came: {show(result)}.")


def _check_tuning_width(tuning_width, rng: np.random.Generator) -> str:
    # The last peak goes over the end: angles of 180 degrees and more begin again at 0.
    # The first peak is below 0.5, which tells that limit from others. A step is never 5 degrees, as
    # on the page, nor 2.5: the curve's foot is twice as wide as its half height.
    for peak, half, size in ((80, 15, 0.3), (100, 25, 6.0), (175, 20, 2.0)):
        step = float(rng.choice([3.0, 4.0]))
        largest = size * rng.uniform(0.6, 1.4)
        angles = np.arange(0, 180, step)
        middle = peak + int(rng.integers(-3, 4)) + 0.3
        apart = np.abs((angles - middle + 90) % 180 - 90)
        responses = largest * np.maximum(1 - apart / (2 * half), 0)
        high = responses >= responses.max() / 2
        case = (
            f"{len(angles)} angles, every {step:g} degrees, a peak of {responses.max():.2f} near "
            f"{angles[responses.argmax()]:g} degrees"
        )
        result = call(tuning_width, angles, responses)
        _number(result, case)
        right = high.sum() * step
        places = np.flatnonzero(high)
        reasons = [
            (high.sum(), "this is the number of angles. Times their step it is in degrees."),
            (high.sum() * 5, f"the step is not always 5 degrees: here it is {step:g}."),
            (
                np.sum(responses >= 0.5) * step,
                "half of the largest response is asked for, not a response of 0.5.",
            ),
            (
                np.sum(responses >= responses.mean()) * step,
                "the limit is half of the largest response, not the mean response.",
            ),
            (
                np.sum(responses > 0) * step,
                "you counted all angles with a response; the limit is half of the largest one.",
            ),
            (
                angles[places[-1]] - angles[places[0]],
                "the last angle minus the first: that is one step short, and wrong where the peak "
                "goes over 180 degrees. Count the angles.",
            ),
            (
                angles[places[-1]] - angles[places[0]] + step,
                "from the first angle to the last: wrong where the peak goes over 180 degrees, "
                "since the low angles between them do not count. Count the high ones.",
            ),
        ]
        expect_array(result, np.asarray(right), case, reasons)
    return "Try it on both cells of this page: 55 degrees each."


tuning_width = Exercise(
    "lecture_06.tuning_width",
    _check_tuning_width,
    hints=(
        "Which angles count? Compare all responses with half of the largest one.",
        "`np.sum(responses >= responses.max() / 2)` is how many angles count. It does not mind "
        "where the peak begins.",
        "Each of them stands for one step: `angles[1] - angles[0]` degrees.",
    ),
    answer="""
    def tuning_width(angles, responses):
        high = responses >= np.max(responses) / 2
        return np.sum(high) * (angles[1] - angles[0])
    """,
)


def _check_sub_sampling(sub_sampling, rng: np.random.Generator) -> None:
    for height, width, channels in ((4, 6, 2), (8, 4, 3), (6, 10, 4)):
        maps = rng.normal(size=(height, width, channels))
        coefficients = rng.uniform(0.5, 2, channels) * rng.choice([-1, 1], channels)
        biases = rng.uniform(0.5, 2, channels)
        windows = sliding_window_view(maps, (2, 2), axis=(0, 1))
        apart = windows[::2, ::2]
        total = apart.sum(axis=(-2, -1))
        case = (
            f"Maps of shape {maps.shape}, coefficients {show(coefficients)}, biases {show(biases)}"
        )
        result = call(sub_sampling, maps, coefficients, biases)
        reasons = [
            (
                coefficients * total / 4 + biases,
                "this takes the mean of four pixels; the published layer takes their sum.",
            ),
            (
                coefficients * apart.max(axis=(-2, -1)) + biases,
                "this takes the largest of four pixels, as max pooling does, not their sum.",
            ),
            (coefficients * total, "the biases are missing."),
            (total + biases, "the coefficients are missing."),
            (
                coefficients * (total + biases),
                "first multiply by the coefficient, then add the bias.",
            ),
            (
                coefficients * windows.sum(axis=(-2, -1)) + biases,
                "your windows overlap: they move by two pixels at a time.",
            ),
            (
                1.7159 * np.tanh(2 / 3 * (coefficients * total + biases)),
                "the squashing function is not asked for here.",
            ),
            (
                coefficients[0] * total + biases[0],
                "each channel has a coefficient and a bias of its own; you used the first ones.",
            ),
            (
                coefficients * maps[::2, ::2] + biases,
                "you took one pixel of each window, not the sum of all four.",
            ),
        ]
        expect_array(result, coefficients * total + biases, case, reasons)


sub_sampling = Exercise(
    "lecture_06.sub_sampling",
    _check_sub_sampling,
    hints=(
        "`maps[::2, ::2]` is the upper left pixel of each window.",
        "The other three are `maps[1::2, ::2]`, `maps[::2, 1::2]` and `maps[1::2, 1::2]`. Add all "
        "four.",
        "Channels are the last axis, so `coefficients * total + biases` fits by itself.",
    ),
    answer="""
    def sub_sampling(maps, coefficients, biases):
        upper = maps[::2, ::2] + maps[::2, 1::2]
        lower = maps[1::2, ::2] + maps[1::2, 1::2]
        return coefficients * (upper + lower) + biases
    """,
)


def _check_partial_parameters(partial_parameters, rng: np.random.Generator) -> str:
    for kernel in (5, 7, 3):
        inputs, outputs = int(rng.integers(4, 7)), int(rng.integers(8, 15))
        connections = tuple(
            tuple(sorted(rng.choice(inputs, int(rng.integers(1, inputs)), replace=False).tolist()))
            for _ in range(outputs - 1)
        )
        connections = (*connections, tuple(range(inputs)))
        pairs = sum(map(len, connections))
        seen = show([len(inputs) for inputs in connections])
        case = f"{outputs} maps that see {seen} maps, kernels of {kernel}x{kernel}"
        result = call(partial_parameters, connections, kernel)
        _number(result, case)
        reasons = [
            (pairs * kernel**2, "the biases are missing: each output map has one."),
            (
                inputs * outputs * kernel**2 + outputs,
                "this is the full layer, in which every map sees all maps.",
            ),
            (
                pairs * (kernel**2 + 1),
                "there is one bias for each output map, not one for each pair.",
            ),
            (
                outputs * (kernel**2 + 1),
                "a map has a kernel for each map that it sees, not one in all.",
            ),
            (pairs * kernel + outputs, "a kernel has kernel * kernel weights."),
            (pairs * kernel**2 + 1, "each output map has a bias, not the layer one."),
            (pairs * kernel**2 + inputs, "the biases belong to the output maps."),
            (pairs * kernel**2 + 16, "16 is C3's number of maps; here there are others."),
        ]
        expect_array(result, np.asarray(pairs * kernel**2 + outputs), case, reasons)
    return "Try it on H3_CONNECTIONS: 512."


partial_parameters = Exercise(
    "lecture_06.partial_parameters",
    _check_partial_parameters,
    hints=(
        "Each pair of maps has a kernel. How many pairs are there?",
        "`sum(len(seen) for seen in connections)` counts the pairs.",
        "`len(connections)` is the number of output maps; each has a bias.",
    ),
    answer="""
    def partial_parameters(connections, kernel):
        pairs = sum(len(seen) for seen in connections)
        return pairs * kernel * kernel + len(connections)
    """,
)


def _check_read_or_reject(read_or_reject, rng: np.random.Generator) -> None:
    # The limit as a share of the smallest penalty; 0.8 of it is still above the penalty's root.
    # A hundredfold limit lets other centres in, before and behind the nearest one.
    for share in (1.3, 0.01, 0.8, 100, 1.3, 0.8):
        classes, size = int(rng.integers(6, 12)), int(rng.integers(12, 20))
        centers = rng.choice([-1.0, 1.0], size=(classes, size))
        nearest, longest, farthest = (1 + rng.permutation(classes - 2)[:3]).tolist()
        # The largest product and the largest penalty are of other centres than the nearest one.
        centers[longest] = 3 * centers[nearest]
        centers[farthest] = -4 * centers[nearest]
        noise = rng.normal(size=size)
        vector = centers[nearest] + noise * np.sqrt(rng.uniform(3, 5)) / np.linalg.norm(noise)
        penalties = ((centers - vector) ** 2).sum(axis=1)
        best, smallest = int(penalties.argmin()), float(penalties.min())
        limit = smallest * share
        right = best if share > 1 else -1
        case = (
            f"{classes} centres with {size} values; the smallest squared distance is "
            f"{smallest:.2f}, of centre {best}; the limit is {limit:.2f}"
        )
        result = call(read_or_reject, vector, centers, limit)
        _number(result, case)
        reasons = [
            (-1, "you rejected it, although the smallest penalty is within the limit."),
            (penalties.argmax(), "this is the centre that is farthest away. Small is good here."),
            (
                (centers @ vector).argmax(),
                "this is the largest product with the vector, not the smallest distance.",
            ),
        ]
        if share > 1:
            within = "this centre is within the limit, but another one is nearer."
            reasons += [(number, within) for number in np.flatnonzero(penalties <= limit)]
        if share == 0.01:
            reasons = [(best, "even the smallest penalty is above the limit, so reject: -1.")]
        elif share == 0.8:
            reasons = [
                (best, "the limit is for the sum of the squares, not for its root or its mean.")
            ]
        expect_array(result, np.asarray(right), case, reasons)


read_or_reject = Exercise(
    "lecture_06.read_or_reject",
    _check_read_or_reject,
    hints=(
        "`centers - vector` are the differences, a row for each centre.",
        "`((centers - vector) ** 2).sum(axis=1)` are the penalties. `argmin()` tells which is the "
        "smallest, `min()` how small it is.",
        "Two results: -1 if `penalties.min() > limit`, otherwise the number of the centre.",
    ),
    answer="""
    def read_or_reject(vector, centers, limit):
        penalties = ((centers - vector) ** 2).sum(axis=1)
        return -1 if penalties.min() > limit else int(penalties.argmin())
    """,
)

_MODERN = ("Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Flatten", "Dense", "Dense", "Dense")


def _check_modern_lenet(modern_lenet, rng: np.random.Generator) -> str:
    from lecture_utils.backend import keras

    if isinstance(modern_lenet, keras.Model):
        raise Mistake("This is a model. A function that builds and returns it is expected.")
    model = call(modern_lenet)
    if not isinstance(model, keras.Model):
        raise Mistake(f"A keras.Model is expected, but your function returned {show(model)}.")
    if not model.built:
        raise Mistake(
            "The model does not know the size of its images: begin with `keras.Input((28, 28, 1))`."
        )
    if model.input_shape != (None, 28, 28, 1) or model.output_shape != (None, 10):
        raise Mistake(
            f"Your model goes from {model.input_shape} to {model.output_shape}, but it should go "
            "from (None, 28, 28, 1) to (None, 10)."
        )
    inner = [x for x in model.layers if type(x).__name__ not in ("InputLayer", "ReLU", "Softmax")]
    inner = [x for x in inner if type(x).__name__ != "Activation"]
    kinds = tuple(type(layer).__name__ for layer in inner)
    if "AveragePooling2D" in kinds:
        raise Mistake("There is average pooling; max pooling is asked for.")
    if kinds != _MODERN:
        raise Mistake(
            f"These layers are expected: {', '.join(_MODERN)}. Your model has {', '.join(kinds)}."
        )
    convolutions, dense = (inner[0], inner[2]), inner[5:]
    if any(layer.padding != "valid" for layer in (*convolutions, inner[1], inner[3])):
        raise Mistake("No padding is asked for; yours adds some.")
    if any(layer.kernel_size != (5, 5) for layer in convolutions):
        raise Mistake("Kernels of 5x5 are asked for.")
    if any(tuple(layer.strides) != (1, 1) for layer in convolutions):
        raise Mistake("The convolutions move by one pixel: strides of 1 are asked for.")
    if any(layer.pool_size != (2, 2) or layer.strides != (2, 2) for layer in (inner[1], inner[3])):
        raise Mistake("Poolings of 2x2 with strides of 2 are asked for.")
    maps = tuple(layer.filters for layer in convolutions)
    if maps != (6, 16):
        raise Mistake(f"The convolutions have {maps} maps, but (6, 16) are asked for.")
    units = tuple(layer.units for layer in dense)
    if units != (120, 84, 10):
        raise Mistake(f"The dense layers have {units} units, but (120, 84, 10) are asked for.")
    if not all(layer.use_bias for layer in (*convolutions, *dense)):
        raise Mistake("Every convolution and dense layer has biases: leave `use_bias` as it is.")
    images = rng.random((3, 28, 28, 1))
    _compare_with_numpy(model, images, [x.get_weights() for x in (*convolutions, *dense)])
    return (
        f"{model.count_params():,} parameters: without padding the first dense layer "
        "sees 4x4 values of each map, not 5x5."
    )


def _compare_with_numpy(model, images, weights) -> None:
    """Raise a `Mistake` if the outputs are not those of ReLUs and a softmax."""
    output = np.asarray(model(images.astype("float32"), training=False))
    scores = {name: _scores(images, weights, f) for name, f in _ACTIVATIONS.items()}
    powers = {name: np.exp(z - z.max(axis=1, keepdims=True)) for name, z in scores.items()}
    right = powers["relu"] / powers["relu"].sum(axis=1, keepdims=True)
    if np.allclose(output, right, atol=1e-4):
        return
    if np.allclose(output, scores["relu"], atol=1e-4):
        raise Mistake("The last layer has no softmax, so its outputs are not probabilities.")
    if not np.allclose(output.sum(axis=1), 1, atol=1e-3):
        raise Mistake("The outputs are not probabilities: the last layer needs a softmax.")
    twice = np.exp(right) / np.exp(right).sum(axis=1, keepdims=True)
    if np.allclose(output, twice, atol=1e-4):
        raise Mistake("There is a softmax behind the softmax: one is enough.")
    for name, meaning in (("tanh", "tanh"), ("linear", "no activation")):
        wrong = powers[name] / powers[name].sum(axis=1, keepdims=True)
        if np.allclose(output, wrong, atol=1e-4):
            raise Mistake(f"The layers before the last one have {meaning}; ReLU is asked for.")
    raise Mistake(
        "The layers are right, but the outputs are not: is there a ReLU behind both convolutions "
        "and the first two dense layers?"
    )


_ACTIVATIONS = {"relu": lambda x: np.maximum(x, 0), "tanh": np.tanh, "linear": lambda x: x}


def _scores(images, weights, activation):
    x = images
    for kernel, bias in weights[:2]:
        windows = sliding_window_view(x, kernel.shape[:2], axis=(1, 2))
        x = activation(np.einsum("nyxcij,ijco->nyxo", windows, kernel) + bias)
        x = sliding_window_view(x, (2, 2), axis=(1, 2))[:, ::2, ::2].max(axis=(-2, -1))
    x = x.reshape(len(x), -1)
    for kernel, bias in weights[2:4]:
        x = activation(x @ kernel + bias)
    kernel, bias = weights[4]
    return x @ kernel + bias


modern_lenet = Exercise(
    "lecture_06.modern_lenet",
    _check_modern_lenet,
    hints=(
        "Begin with `x = image = keras.Input((28, 28, 1))` and end with `keras.Model(image, x)`.",
        'A convolution: `x = layers.Conv2D(6, 5, activation="relu")(x)`, then '
        "`x = layers.MaxPooling2D(2)(x)`. The same with 16 maps.",
        "After `layers.Flatten()` three dense layers: 120 and 84 with ReLU, 10 with softmax.",
    ),
    answer="""
    def modern_lenet():
        x = image = keras.Input((28, 28, 1))
        for maps in (6, 16):
            x = layers.Conv2D(maps, 5, activation="relu")(x)
            x = layers.MaxPooling2D(2)(x)
        x = layers.Flatten()(x)
        for units in (120, 84):
            x = layers.Dense(units, activation="relu")(x)
        return keras.Model(image, layers.Dense(10, activation="softmax")(x))
    """,
)

EXERCISES = (
    tuning_width,
    sub_sampling,
    partial_parameters,
    read_or_reject,
    modern_lenet,
)


def not_done_yet() -> None:
    """Print which of these exercises are still to be done."""
    print_not_done(EXERCISES)
