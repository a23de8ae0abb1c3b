"""Exercises of lecture 14, ten years of ImageNet, and a quiz over the whole course."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lecture_utils._keras import keras
from lecture_utils.exercises._exercise import (
    Exercise,
    Mistake,
    call,
    expect_array,
    print_not_done,
    show,
)
from lecture_utils.models import inverted_residual_block

layers = keras.layers


# ------------------------------------------------------------------------------- top-k errors


def _draw_places(k: int, rng: np.random.Generator) -> np.ndarray:
    """Draw at which place of 12 the true class of each of 40 images stands.

    No likely mistake may give the right share, or the share of another mistake, by chance.
    """
    while True:
        places = rng.integers(0, 12, 40)
        wrong, least, more = (places >= k), (places < 12 - k), (places > k)
        counts = [n.sum() for n in (wrong, ~wrong, least, more)] + [(places >= 1).sum()] * (k > 1)
        if len(set(counts)) == len(counts):
            return places


def _check_top_k_error(top_k_error, rng: np.random.Generator) -> str:
    for k in rng.permutation([1, 5, int(rng.integers(2, 5))]).tolist():
        probabilities = rng.dirichlet(np.ones(12), size=40)
        places = _draw_places(k, rng)
        labels = np.argsort(-probabilities, axis=1)[np.arange(40), places]
        wrong = np.mean(places >= k)
        reasons = [
            (1 - wrong, "this is the accuracy. The error is the share of the others."),
            (100 * wrong, "a share from 0 to 1 is asked for, not a percentage."),
            (40 * wrong, "this is the number of wrong images. Divide by the number of images."),
            (
                np.mean(places < 12 - k),
                "this takes the k least probable classes: `argsort` begins with the smallest.",
            ),
            (np.mean(places > k), "this allows k + 1 guesses."),
            (
                np.mean(places >= 1),
                "this is the top-1 error. An image counts as right if one of k guesses is.",
            ),
        ]
        case = f"40 images, 12 classes, k = {k}"
        expect_array(call(top_k_error, probabilities, labels, k), wrong, case, reasons)
    return "The more guesses are allowed, the smaller the error. Never compare two different k."


top_k_error = Exercise(
    "lecture_14.top_k_error",
    _check_top_k_error,
    hints=(
        "Which k classes are the most probable ones of each image? `np.argsort` sorts each row.",
        "`np.argsort(-probabilities, axis=1)[:, :k]` are the guesses, a row an image.",
        "An image is right if any of its guesses equals its label: compare with "
        "`labels[:, np.newaxis]` and use `.any(axis=1)`.",
    ),
    answer="""
    def top_k_error(probabilities, labels, k):
        guesses = np.argsort(-probabilities, axis=1)[:, :k]
        right = (guesses == labels[:, np.newaxis]).any(axis=1)
        return 1 - right.mean()
    """,
)


# ----------------------------------------------------------------------------------- ten crops


def _five(image: np.ndarray, size: int, shift: int = 0) -> list[np.ndarray]:
    """Cut out the corners and the middle, which may stand a little off."""
    bottom, right = image.shape[0] - size, image.shape[1] - size
    middle = bottom // 2 + shift, right // 2 + shift
    corners = [(0, 0), (0, right), (bottom, 0), (bottom, right)]
    return [image[top : top + size, left : left + size] for top, left in (*corners, middle)]


def _check_ten_crops(ten_crops, rng: np.random.Generator) -> str:
    for _ in range(2):
        size = int(rng.integers(3, 6))
        rows, columns = (size + 2 * rng.integers(2, 5, 2)).tolist()
        if rows == columns:
            columns += 2
        image = rng.random((rows, columns, 3))
        five = _five(image, size)
        mirrored = [crop[:, ::-1] for crop in five]
        in_turn = [crop for pair in zip(five, mirrored) for crop in pair]
        reasons = [
            (five, "these are five crops. Each has a mirror image too."),
            (in_turn, "the crops are right, but their order is not: first five, then mirrored."),
            (five + [c[::-1] for c in five], "left and right change places, not top and bottom."),
            (
                five + [c[:, :, ::-1] for c in five],
                "the last axis holds the colours: you made blue of red. Mirror the columns.",
            ),
            (five + [c[::-1, ::-1] for c in five], "these are turned by 180 degrees."),
            (five + five, "the last five are not mirrored."),
            (
                (m := _five(image, size, shift=1)) + [c[:, ::-1] for c in m],
                "the fifth crop is not the middle one: it leaves (rows - size) // 2 rows above.",
            ),
        ]
        case = f"An image of {rows} x {columns} pixels, size {size}"
        expect_array(call(ten_crops, image, size), np.stack(five + mirrored), case, reasons)
    return "The network is asked ten times. That is why a ten-crop error costs ten times the work."


ten_crops = Exercise(
    "lecture_14.ten_crops",
    _check_ten_crops,
    hints=(
        "A crop is `image[top : top + size, left : left + size]`. Which five places?",
        "The largest `top` is `rows - size`; in the middle it is `(rows - size) // 2`.",
        "Mirrored, the columns come in reverse: `crop[:, ::-1]`. `np.stack` makes one array.",
    ),
    answer="""
    def ten_crops(image, size):
        bottom, right = image.shape[0] - size, image.shape[1] - size
        places = [(0, 0), (0, right), (bottom, 0), (bottom, right), (bottom // 2, right // 2)]
        crops = [image[top : top + size, left : left + size] for top, left in places]
        return np.stack(crops + [crop[:, ::-1] for crop in crops])
    """,
)


# ------------------------------------------------------------------------------ separable MACs


def _check_separable_macs(separable_macs, rng: np.random.Generator) -> str:
    for kernel in rng.permutation([3, 5, 7]).tolist():
        # Ranges in which no two likely mistakes give the same number.
        size = int(rng.integers(10, 60))
        inputs, outputs = int(rng.integers(20, 100)), int(rng.integers(101, 200))
        places = size * size
        depthwise, pointwise = places * kernel**2 * inputs, places * inputs * outputs
        reasons = [
            (kernel**2 * pointwise, "this is the full convolution, which sees all channels."),
            (depthwise, "this is the depthwise part. The 1x1 convolution is still to come."),
            (pointwise, "this is the 1x1 convolution. The depthwise part is missing."),
            (
                depthwise * outputs + pointwise,
                "a depthwise convolution has one kernel a channel, not one for each output.",
            ),
            (
                places * kernel**2 * outputs + pointwise,
                "the depthwise part works on the input channels; the outputs come after it.",
            ),
            (
                places * kernel * inputs + pointwise,
                "a kernel of k rows and k columns has k * k weights.",
            ),
            (
                (depthwise + pointwise) // places,
                "these are the weights. Each is used at size * size places.",
            ),
            (depthwise * pointwise, "one follows the other: add the two counts."),
        ]
        case = f"{size} x {size} places, {kernel}x{kernel}, {inputs} to {outputs} channels"
        result = call(separable_macs, size, kernel, inputs, outputs)
        expect_array(result, depthwise + pointwise, case, reasons)
    return "A share of 1 / outputs + 1 / kernel² of the full convolution's work."


separable_macs = Exercise(
    "lecture_14.separable_macs",
    _check_separable_macs,
    hints=(
        "Count the two convolutions one by one: multiply-accumulates at one place, times places.",
        "The depthwise one: kernel * kernel products for each input channel.",
        "The 1x1 convolution: inputs * outputs products at each place.",
    ),
    answer="""
    def separable_macs(size, kernel, inputs, outputs):
        depthwise = size * size * kernel * kernel * inputs
        pointwise = size * size * inputs * outputs
        return depthwise + pointwise
    """,
)


# --------------------------------------------------------------------- inverted residual block


def _variant(
    x, channels, stride, expansion, add=True, first=6.0, second=6.0, last=False, early=False
):
    """Build the block; the options build what a likely mistake does, from the same weights."""
    before = x
    options = {"padding": "same", "use_bias": False}
    x = layers.Conv2D(before.shape[-1] * expansion, 1, strides=stride if early else 1, **options)(x)
    x = layers.BatchNormalization(epsilon=1e-3)(x)
    x = layers.ReLU(first)(x) if first else x
    x = layers.DepthwiseConv2D(3, 1 if early else stride, **options)(x)
    x = layers.BatchNormalization(epsilon=1e-3)(x)
    x = layers.ReLU(second)(x) if second else x
    x = layers.Conv2D(channels, 1, **options)(x)
    x = layers.BatchNormalization(epsilon=1e-3)(x)
    x = layers.ReLU(6.0)(x) if last == "before" else x
    if add and stride == 1 and before.shape[-1] == channels:
        x = layers.Add()([before, x])
    return layers.ReLU(6.0)(x) if last == "after" else x


_WRONG_BLOCKS = (
    ({"add": False}, "the input is not added, though it has the shape of the result."),
    ({"last": "before"}, "the last 1x1 convolution has no activation: its output is narrow."),
    ({"last": "after"}, "after the sum there is no activation."),
    ({"first": None}, "the ReLU6 after the first 1x1 convolution is missing."),
    ({"second": None}, "the ReLU6 after the depthwise convolution is missing."),
    ({"first": None, "second": None}, "there is no ReLU6: then three convolutions are one."),
    ({"first": np.inf, "second": np.inf}, "these are ReLUs without the limit: `layers.ReLU(6.0)`."),
    ({"early": True}, "the stride belongs to the depthwise convolution, not to the 1x1 before it."),
)


def _model(block: Callable, inputs: int, *arguments) -> keras.Model:
    image = keras.Input((8, 8, inputs))
    return keras.Model(image, block(image, *arguments))


def _run(model: keras.Model, weights: list, images: np.ndarray) -> np.ndarray:
    model.set_weights(weights)
    return keras.ops.convert_to_numpy(model(images, training=False))


def _students_model(inverted: Callable, inputs: int, arguments: tuple, case: str) -> keras.Model:
    if not callable(inverted):
        raise Mistake(f"A function is expected here, but this is {show(inverted)}.")
    try:
        image = keras.Input((8, 8, inputs))
        result = inverted(image, *arguments)
    except Exception as error:
        raise Mistake(
            f"{case}: your function stopped with {type(error).__name__}: {str(error)[:200]}\nDoes "
            "it add its input only where stride is 1 and the channels are as many as before?"
        ) from None
    if not isinstance(result, keras.KerasTensor):
        raise Mistake(
            f"{case}: a tensor of Keras is expected, but this came: {show(result)}. The block "
            "takes one and ends with `return x`."
        )
    return keras.Model(image, result)


def _check_parts(model: keras.Model, inputs: int, expansion: int, case: str) -> None:
    """Raise a `Mistake` if the layers are not those of the block."""
    normalizations = [x for x in model.layers if isinstance(x, layers.BatchNormalization)]
    depthwise = [x for x in model.layers if isinstance(x, layers.DepthwiseConv2D)]
    ordinary = [x for x in model.layers if type(x) is layers.Conv2D]
    if len(depthwise) != 1 or len(ordinary) != 2:
        raise Mistake(
            f"{case}: one DepthwiseConv2D between two Conv2D is expected, yours has "
            f"{len(depthwise)} and {len(ordinary)}."
        )
    if any(layer.use_bias for layer in (*depthwise, *ordinary)):
        raise Mistake(
            f"{case}: a bias before a batch normalization does nothing: `use_bias=False` for all "
            "three convolutions."
        )
    if len(normalizations) != 3:
        raise Mistake(
            f"{case}: each of the three convolutions has a BatchNormalization after it, yours has "
            f"{len(normalizations)}."
        )
    if ordinary[0].filters != inputs * expansion:
        raise Mistake(
            f"{case}: the first convolution makes inputs * expansion = {inputs * expansion} "
            f"channels, yours {ordinary[0].filters}."
        )
    if tuple(depthwise[0].kernel_size) != (3, 3):
        raise Mistake(f"{case}: the depthwise kernel is 3x3, yours {depthwise[0].kernel_size}.")


def _check_inverted(inverted, rng: np.random.Generator) -> str:
    inputs = int(rng.integers(3, 7))
    for channels, stride in ((inputs, 1), (inputs + 1, 1), (inputs, 2)):
        expansion = int(rng.integers(2, 6))
        arguments = channels, stride, expansion
        case = f"{inputs} to {channels} channels, stride {stride}, expansion {expansion}"
        model = _students_model(inverted, inputs, arguments, case)
        _check_parts(model, inputs, expansion, case)
        right = _model(
            lambda x, channels, stride, expansion: inverted_residual_block(
                x, channels, 3, stride, expansion
            ),
            inputs,
            *arguments,
        )
        if model.output_shape != right.output_shape:
            raise Mistake(
                f"{case}: the result has the shape {model.output_shape[1:]}, but "
                f"{right.output_shape[1:]} is expected. Is the stride there, and padding 'same'?"
            )
        if [w.shape for w in model.weights] != [w.shape for w in right.weights]:
            raise Mistake(f"{case}: the order of the layers is another than that of the block.")
        weights = [
            rng.uniform(0.5, 2, w.shape) if "kernel" not in w.name else rng.normal(size=w.shape)
            for w in right.weights
        ]
        images = rng.normal(size=(4, 8, 8, inputs)).astype("float32")
        result = _run(model, weights, images)
        if np.allclose(result, _run(right, weights, images), rtol=1e-3, atol=1e-3):
            continue
        for options, reason in _WRONG_BLOCKS:
            variant = _model(lambda *a, o=options: _variant(*a, **o), inputs, *arguments)
            if np.allclose(result, _run(variant, weights, images), rtol=1e-3, atol=1e-3):
                raise Mistake(f"{case}: {reason}")
        raise Mistake(f"{case}: with the same weights your block computes something else.")
    return "A table of such blocks, and it is EfficientNet-Lite0."


inverted = Exercise(
    "lecture_14.inverted",
    _check_inverted,
    hints=(
        "Keep the input under another name, and find its channels in `x.shape[-1]`.",
        "The three convolutions are those above; only the depthwise one has the stride, "
        '`layers.DepthwiseConv2D(3, stride, padding="same", use_bias=False)`.',
        "Add the input if `stride == 1` and its channels are `channels`; otherwise return the "
        "result without a sum.",
    ),
    answer="""
    def inverted(x, channels, stride, expansion):
        before = x
        x = layers.Conv2D(before.shape[-1] * expansion, 1, use_bias=False)(x)
        x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
        x = layers.DepthwiseConv2D(3, stride, padding="same", use_bias=False)(x)
        x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
        x = layers.Conv2D(channels, 1, use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        if stride == 1 and before.shape[-1] == channels:
            x = layers.Add()([before, x])
        return x
    """,
)


# -------------------------------------------------------------------------------------- the quiz


@dataclass
class Quiz(Exercise):
    """Several questions: their answers in a dictionary, which may be given one after the other."""

    questions: Mapping[int, Callable[[Any, np.random.Generator], None]] | None = None

    def verdict(self, answer: Any) -> str:
        """Return what `check` prints; questions that are not answered yet are left out."""
        if not isinstance(answer, dict):
            return super().verdict(answer)
        left = [number for number in self.questions if answer.get(number, ...) in (None, ...)]
        if len(left) == len(self.questions) and set(answer) <= set(self.questions):
            return super().verdict(...)
        given = {number: value for number, value in answer.items() if number not in left}
        was_done = self.done
        verdict = super().verdict(given)
        if left and verdict.startswith("✓"):
            self.done = was_done
            numbers = ", ".join(map(str, left))
            return f"○ Right so far: {len(given)} of {len(self.questions)}. Still open: {numbers}."
        return verdict


def _quiz(
    name: str,
    questions: Mapping[int, Callable[[Any, np.random.Generator], None]],
    hints: tuple[str, ...],
    answer: str,
) -> Quiz:
    def checker(answers: Any, rng: np.random.Generator) -> str:
        if not isinstance(answers, dict):
            raise Mistake(f"A dictionary is expected, number: answer, not {show(answers)}.")
        mistakes = []
        for number, given in answers.items():
            if number not in questions:
                raise Mistake(f"There is no question {number!r} in this part of the quiz.")
            try:
                questions[number](given, rng)
            except Mistake as mistake:
                mistakes.append(f"\nQuestion {number}: {mistake}")
        if mistakes:
            right = len(answers) - len(mistakes)
            raise Mistake(f"Right: {right} of {len(answers)}.{''.join(mistakes)}")
        return f"All {len(questions)} questions."

    return Quiz(f"lecture_14.{name}", checker, hints, answer, questions=questions)


def _letter(right: str, **wrong: str) -> Callable[[Any, np.random.Generator], None]:
    """Make the check of a question with one right letter and a reason for each wrong one."""

    def check(answer: Any, rng: np.random.Generator) -> None:
        letter = answer.strip().lower() if isinstance(answer, str) else answer
        if letter == right:
            return
        if letter not in wrong:
            letters = ", ".join(sorted([right, *wrong]))
            raise Mistake(f"one of the letters {letters} is expected, not {show(answer)}.")
        raise Mistake(wrong[letter])

    return check


def _formula(
    draw: Callable[[np.random.Generator], tuple[int, ...]],
    right: Callable[..., float],
    *wrong: tuple[Callable[..., float], str],
) -> Callable[[Any, np.random.Generator], None]:
    """Make the check of a question whose answer is a function of numbers that are drawn."""

    def check(answer: Any, rng: np.random.Generator) -> None:
        for _ in range(4):
            numbers = draw(rng)
            reasons = [(function(*numbers), reason) for function, reason in wrong]
            expect_array(
                call(answer, *numbers), right(*numbers), f"with the numbers {numbers}", reasons
            )

    return check


def _whole(*limits: tuple[int, int]) -> Callable[[np.random.Generator], tuple[int, ...]]:
    """Draw whole numbers between limits, no two of them equal."""

    def draw(rng: np.random.Generator) -> tuple[int, ...]:
        while True:
            numbers = tuple(int(rng.integers(low, high + 1)) for low, high in limits)
            if len(set(numbers)) == len(numbers):
                return numbers

    return draw


def _sizes(rng: np.random.Generator) -> tuple[int, int, int, int]:
    """Draw size, kernel, padding and stride such that the floor matters."""
    while True:
        size, stride = int(rng.integers(20, 60)), int(rng.integers(2, 5))
        kernel, padding = int(rng.choice([3, 5, 7])), int(rng.integers(1, 6))
        steps = size - kernel + 2 * padding
        # No likely mistake may give the right size, or that of another mistake, by chance.
        if steps % stride and steps // stride - (steps - padding) // stride >= 2:
            return size, kernel, padding, stride


quiz_1 = _quiz(
    "quiz_1",
    {
        1: _formula(
            _whole((20, 900), (5, 90)),
            lambda inputs, units: (inputs + 1) * units,
            (lambda inputs, units: inputs * units, "the biases are missing, one for each unit."),
            (lambda inputs, units: inputs + units, "each unit has a weight for each input."),
            (lambda inputs, units: inputs * units + inputs, "a bias belongs to a unit."),
            (lambda inputs, units: inputs * units + 1, "each unit has a bias of its own."),
        ),
        2: _letter(
            "c",
            a="a convolution flips its kernel first, and (1, 2, 4) is not symmetric.",
            b="flipping changes the order of the weights, not their signs.",
            d="a convolution is a correlation with another kernel: which one?",
        ),
        3: _letter(
            "b",
            a="for that the weights must sum to 1.",
            c="each response is the sum of the weights times the value of the region.",
            d="brighter or darker: the value times a sum of zero is zero.",
        ),
        4: _formula(
            _sizes,
            lambda size, kernel, padding, stride: (size - kernel + 2 * padding) // stride + 1,
            (
                lambda size, kernel, padding, stride: (size - kernel + 2 * padding) / stride + 1,
                "half a window does not exist: round down, with `//`.",
            ),
            (
                lambda size, kernel, padding, stride: (size - kernel + padding) // stride + 1,
                "the padding is on both sides.",
            ),
            (
                lambda size, kernel, padding, stride: (size - kernel + 2 * padding) // stride,
                "the first window counts too: + 1.",
            ),
            (
                lambda size, kernel, padding, stride: size - kernel + 2 * padding + 1,
                "this is the size at stride 1.",
            ),
        ),
        5: _letter(
            "a",
            b="after a pooling, only shifts by a multiple of its stride pass unharmed.",
            c="a kernel does the same at every place, so the convolution's maps move along.",
            d="the windows of the pooling stand still while the maps move by 3.",
        ),
        6: _letter(
            "d",
            a="its kernels are 5x5.",
            b="every map has a bias.",
            c="each map has kernels of its own.",
        ),
        7: _formula(
            lambda rng: (
                int(rng.choice([3, 5])),
                *(int(n) for n in 12 * rng.permutation(np.arange(2, 12))[:2]),
                int(rng.choice([2, 4])),
            ),
            lambda kernel, inputs, outputs, groups: kernel**2 * inputs * outputs // groups,
            (
                lambda kernel, inputs, outputs, groups: kernel**2 * inputs * outputs,
                "these are the weights without groups.",
            ),
            (
                lambda kernel, inputs, outputs, groups: kernel**2 * inputs * outputs // groups**2,
                "this is one of the groups. There are several.",
            ),
            (
                lambda kernel, inputs, outputs, groups: kernel * inputs * outputs // groups,
                "a kernel of k rows and k columns has k * k weights.",
            ),
            (
                lambda kernel, inputs, outputs, groups: (
                    kernel**2 * inputs * outputs // groups + outputs
                ),
                "the biases are counted too. Only weights are asked for.",
            ),
        ),
    },
    hints=(
        "A letter stands in quotation marks. Where names of numbers are given, write a function "
        "of them: `lambda inputs, units: ...`.",
        "The lecture that a question is about has the same number as the question.",
        "In a group, each output channel sees inputs / groups channels.",
    ),
    answer="""
    quiz_1 = {
        1: lambda inputs, units: (inputs + 1) * units,
        2: "c",
        3: "b",
        4: lambda size, kernel, padding, stride: (size - kernel + 2 * padding) // stride + 1,
        5: "a",
        6: "d",
        7: lambda kernel, inputs, outputs, groups: kernel**2 * inputs * outputs // groups,
    }
    """,
)

quiz_2 = _quiz(
    "quiz_2",
    {
        8: _letter(
            "b",
            a="it has fewer weights in this layer, but that was not the reason.",
            c="with the smaller stride the maps became larger, not smaller.",
            d="both networks have five convolutions.",
        ),
        9: _formula(
            lambda rng: (int(rng.integers(4, 30)),),
            lambda count: 2 * count + 1,
            (lambda count: 3 * count, "the windows overlap: each layer adds 2 pixels."),
            (lambda count: 2 * count, "the first layer sees 3 pixels, not 2."),
            (lambda count: 3**count, "each layer adds pixels, it does not multiply them."),
            (lambda count: 9 * count, "pixels in a row are asked for."),
        ),
        10: _formula(
            _whole((7, 40), (3, 7), (100, 300), (8, 40), (41, 90)),
            lambda size, kernel, inputs, middle, outputs: (
                size**2 * middle * (inputs + kernel**2 * outputs)
            ),
            (
                lambda size, kernel, inputs, middle, outputs: (
                    size**2 * kernel**2 * inputs * outputs
                ),
                "this is the large convolution without the reduction.",
            ),
            (
                lambda size, kernel, inputs, middle, outputs: (
                    size**2 * kernel**2 * middle * outputs
                ),
                "the 1x1 convolution costs something too.",
            ),
            (
                lambda size, kernel, inputs, middle, outputs: (
                    size**2 * (inputs * middle + kernel**2 * inputs * outputs)
                ),
                "after the reduction only `middle` channels come in.",
            ),
            (
                lambda size, kernel, inputs, middle, outputs: (
                    middle * (inputs + kernel**2 * outputs)
                ),
                "these are the weights. Each is used at every place.",
            ),
        ),
        11: _letter(
            "c",
            a="then a prediction would hang on which other images are in the batch.",
            b="one image has no mean over a batch.",
            d="it stays: without it the next layers would see values unlike those in training.",
        ),
        12: _letter(
            "b",
            a="overfitting is a low error in training and a high one in the test.",
            c="He and others found healthy gradients, thanks to batch normalization.",
            d="the deeper one could do what the other does, and the identity in the rest.",
        ),
        13: _letter(
            "a",
            b="objects may be anywhere.",
            c="without the crop the larger maps would not fit on the smaller ones at all.",
            d="a border is lost, not a class.",
        ),
        14: _letter(
            "d",
            a="6.67 % belongs to seven networks that see 144 crops of each image.",
            b="10.07 % is what it has under the same conditions as the other's 7.8 %.",
            c="with one crop and one network each, the comparison is fair.",
        ),
    },
    hints=(
        "The lecture that a question is about has the same number as the question.",
        "A 3x3 layer adds 2 pixels to what the layer before it sees.",
        "Question 10: two convolutions, one after the other; count both. Question 14: which two of "
        "the three numbers were measured in the same way?",
    ),
    answer="""
    quiz_2 = {
        8: "b",
        9: lambda count: 2 * count + 1,
        10: (
            lambda size, kernel, inputs, middle, outputs: size**2
            * (inputs * middle + kernel**2 * middle * outputs)
        ),
        11: "c",
        12: "b",
        13: "a",
        14: "d",
    }
    """,
)

EXERCISES = (top_k_error, ten_crops, separable_macs, inverted, quiz_1, quiz_2)


def not_done_yet() -> None:
    """Print which of these exercises are still to be done."""
    print_not_done(EXERCISES)
