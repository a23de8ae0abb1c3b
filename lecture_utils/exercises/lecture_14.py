"""Exercises of lecture 14, ten years of ImageNet, and a quiz over the whole course."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lecture_utils.backend import keras
from lecture_utils.datasets import ilsvrc
from lecture_utils.exercises._exercise import (
    Exercise,
    Mistake,
    all_differ,
    call,
    expect_array,
    print_not_done,
    show,
)
from lecture_utils.models import inverted_residual_block

layers = keras.layers


# ------------------------------------------------------------------------------- Pareto front


def _front(work: np.ndarray, errors: np.ndarray) -> list[int]:
    """Find the networks that no other beats, the least work first."""
    order = np.argsort(work).tolist()
    return [i for place, i in enumerate(order) if np.all(errors[order[:place]] > errors[i])]


def _wrong_fronts(work: np.ndarray, errors: np.ndarray) -> list[tuple[np.ndarray, str]]:
    """What likely mistakes return, each with the reason."""
    right, order = _front(work, errors), np.argsort(work)
    kept = np.isin(np.arange(len(work)), right)
    falls = np.diff(errors[order]) < 0
    beaten_in_either = [
        bool(np.any((work < work[i]) | (errors < errors[i]))) for i in range(len(work))
    ]
    return [
        (np.flatnonzero(kept), "these are the right networks. The one with the least work first."),
        (right[::-1], "these are the right networks, the most work first. Turn the order around."),
        (np.flatnonzero(kept)[np.newaxis], "`np.where` returns a tuple: its element [0] is meant."),
        (kept, "this says of each network whether it is on the front. Return their numbers."),
        (work[right], "this is the work of the right networks. Return their numbers."),
        (errors[right], "these are the errors of the right networks. Return their numbers."),
        (np.array(right) + 1, "these are the numbers from 1. The first network has the number 0."),
        (np.flatnonzero(~kept), "these are the others: each is beaten by some network."),
        (
            [i for i in order if not kept[i]],
            "these are the networks off the front: each is beaten by some network.",
        ),
        (order, "these are all networks. Keep those that no other beats."),
        (
            order[np.append(True, falls)],
            "you compare each network with the one before it. Compare it with the best so far.",
        ),
        (
            right[1:],
            "the network with the least work is missing: none beats it.",
        ),
        (right[-1:], "this is the one with the fewest errors. On the front there are more."),
        (right[:1], "this is the one with the least work. On the front there are more."),
        (
            np.flatnonzero(~np.array(beaten_in_either)),
            "to beat a network, another must be better in both: `and`, not `or`.",
        ),
        (
            _front(work, -errors),
            "this keeps the networks with more errors than all before. Fewer errors are better.",
        ),
        (
            _front(-work, errors),
            "this is the front for the most work. Less work is better.",
        ),
    ]


def _draw_networks(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw the work and the errors of ten networks, so that all likely mistakes differ."""
    while True:
        work = np.round(10 ** rng.uniform(0, 1.5, 10), 2)
        errors = np.round(25 / np.sqrt(work) * np.exp(rng.normal(0, 0.35, 10)), 2)
        right = _front(work, errors)
        if len({*work, *errors}) < 20 or not 4 <= len(right) <= 6:
            continue
        results = [right, *(wrong for wrong, _ in _wrong_fronts(work, errors))]
        shown = {repr(np.asarray(result, dtype=float).tolist()) for result in results}
        if len(shown) == len(results):
            return work, errors


def _first_difference(result: Any, work: np.ndarray, errors: np.ndarray) -> list:
    """Name a network that is too many or missing, in a result that is a list of numbers."""
    numbers = np.asarray(result)
    if numbers.ndim != 1 or numbers.dtype.kind not in "iu":
        return []
    for i in numbers.tolist():
        if not 0 <= i < len(work):
            return [(numbers, f"there is no network {i}: the last one is {len(work) - 1}.")]
        better = np.flatnonzero((work < work[i]) & (errors < errors[i])).tolist()
        if better:
            return [(numbers, f"network {i} is beaten: {better[0]} has less work, fewer errors.")]
    missing = [i for i in _front(work, errors) if i not in numbers]
    return [(numbers, f"network {missing[0]} is missing: no other beats it.")] if missing else []


def _check_front(front, rng: np.random.Generator) -> str:
    for _ in range(3):
        work, errors = _draw_networks(rng)
        case = f"Work {show(work)}, errors {show(errors)}"
        result = call(front, work, errors)
        reasons = _wrong_fronts(work, errors) + _first_difference(result, work, errors)
        expect_array(result, _front(work, errors), case, reasons)
    return "Who asks for fewer errors than the front has, for this much work, needs a new idea."


front = Exercise(
    "lecture_14.front",
    _check_front,
    hints=(
        "Go through the networks from the least work to the most: `for i in np.argsort(work)`.",
        "Those before it do less work. So it is on the front if it makes fewer errors than all "
        "of them.",
        "Keep the fewest errors so far, at first `np.inf`. If `errors[i]` is less, append `i`.",
    ),
    answer="""
    def front(work, errors):
        numbers, fewest = [], np.inf
        for i in np.argsort(work):
            if errors[i] < fewest:
                numbers.append(i)
                fewest = errors[i]
        return numbers
    """,
)


# --------------------------------------------------------------------------- fair comparisons

_CONDITIONS = ("images", "networks", "crops", "outside_data")


class _Rows(list):
    """Rows of a table, which a message shows as their number."""

    def __repr__(self) -> str:
        return f"of {len(self)} rows"


def _pairs(
    rows: list[dict],
    equal: tuple[str, ...] = _CONDITIONS,
    known: tuple[str, ...] = _CONDITIONS,
    unknown: tuple = (None, ""),
) -> list[tuple[str, str]]:
    """Find the pairs of rows that agree in some conditions, of which some must be known."""
    pairs = []
    for i, first in enumerate(rows):
        for second in rows[:i]:
            if any(row[key] in unknown for row in (first, second) for key in known):
                continue
            if all(first[key] == second[key] for key in equal):
                better, worse = sorted((first, second), key=lambda row: row["top5"])
                pairs.append((better["entry"], worse["entry"]))
    return pairs


def _draw_rows(rng: np.random.Generator) -> _Rows:
    """Draw rows of which some may be compared, and some differ in a single condition."""
    networks = rng.permutation(np.arange(1, 8)).tolist()
    crops = rng.permutation(["1", "10", "12", "144", "dense"]).tolist()
    usual = {"images": "validation", "networks": networks[0], "crops": crops[0]}
    usual["outside_data"] = "no"
    other = {"images": "test", "networks": networks[1], "crops": crops[1], "outside_data": "yes"}
    rows = [usual] * 3 + [other] * 2
    rows += [{**usual, key: other[key]} for key in _CONDITIONS]
    blank = {"networks": None, "crops": "", "outside_data": ""}
    rows += [{**other, key: value} for key, value in blank.items() for _ in range(2)]
    top5 = (rng.permutation(np.arange(300, 1500))[: len(rows)] / 100).tolist()
    order = rng.permutation(len(rows)).tolist()
    return _Rows(
        {"entry": name, "top5": error, **rows[i]}
        for name, error, i in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", top5, order, strict=False)
    )


def _read_pairs(result: Any, case: str) -> list[tuple[str, str]]:
    """Make a list of pairs of names of what the student's function returned."""
    try:
        pairs = [tuple(pair) for pair in result]
    except TypeError:
        raise Mistake(
            f"{case}: a list of pairs is expected, but this came: {show(result)}."
        ) from None
    for pair in pairs:
        if any(isinstance(one, dict) for one in pair):
            raise Mistake(f"{case}: these are pairs of rows. Return the names, their `entry`.")
        if len(pair) != 2 or not all(isinstance(one, str) for one in pair):
            raise Mistake(f"{case}: {show(pair)} is not a pair of names such as ('A', 'B').")
    return pairs


def _check_fair_pairs(fair_pairs, rng: np.random.Generator) -> str:
    for _ in range(3):
        rows = _draw_rows(rng)
        case = f"A table {rows!r}"
        result = call(fair_pairs, _Rows(dict(row) for row in rows))
        pairs, right = _read_pairs(result, case), _pairs(rows)
        turned = [pair[::-1] for pair in right]
        reasons = [
            (turned, "the better entry comes first: the one with the smaller error."),
            (right + turned, "each pair is there twice, in both orders. The better comes first."),
            (right + right, "each pair is there twice. Let the second row stand behind the first."),
            (
                [*right, *((row["entry"], row["entry"]) for row in rows if _known(row))],
                "a row is compared with itself, too.",
            ),
            (_pairs(rows, known=()), "two unknown values count as equal. Nobody knows whether."),
            (
                _pairs(rows, unknown=(None,)),
                "an unknown text is not None but empty, ''. Both are false: `if row[key]`.",
            ),
            (
                _pairs(rows, unknown=("",)),
                "an unknown number of networks is None. It counts as equal to another None.",
            ),
            ([], "there is no pair. Some rows agree in all four conditions."),
        ]
        for key in _CONDITIONS:
            rest = tuple(name for name in _CONDITIONS if name != key)
            reason = f"`{key}` is not looked at: it must be equal, too."
            reasons += [(_pairs(rows, rest, known), reason) for known in (_CONDITIONS, rest, ())]
        _expect_pairs(pairs, right, rows, case, reasons)
    rows = ilsvrc()
    left, every = len(_pairs(rows)), len(rows) * (len(rows) - 1) // 2
    return f"In the course's file {left} of {every} pairs are left."


def _known(row: dict) -> bool:
    return all(row[key] not in (None, "") for key in _CONDITIONS)


def _expect_pairs(
    pairs: list, right: list, rows: list[dict], case: str, reasons: list[tuple[list, str]]
) -> None:
    """Raise a `Mistake` unless the pairs are the right ones, in whatever order they come."""
    if sorted(pairs) == sorted(right):
        return
    for wrong, reason in reasons:
        if sorted(pairs) == sorted(wrong):
            raise Mistake(f"{case}: {reason}")
    # Otherwise the first pair that differs is shown.
    by_name = {row["entry"]: row for row in rows}
    for pair in pairs:
        for name in pair:
            if name not in by_name:
                raise Mistake(f"{case}: there is no entry {name!r}.")
        if pair not in right:
            details = "; ".join(
                f"{name}: "
                + ", ".join(str(by_name[name][k] or "?") for k in (*_CONDITIONS, "top5"))
                for name in pair
            )
            raise Mistake(
                f"{case}: {pair} should not be there. Their {', '.join(_CONDITIONS)}, top5 "
                f"are: {details}."
            )
    missing = [pair for pair in right if pair not in pairs]
    if missing:
        raise Mistake(f"{case}: {missing[0]} is missing. They agree in all four conditions.")
    raise Mistake(f"{case}: {len(right)} pairs are expected, each once; yours are {len(pairs)}.")


fair_pairs = Exercise(
    "lecture_14.fair_pairs",
    _check_fair_pairs,
    hints=(
        "Two loops: for each row, all rows before it, `rows[:i]`. So each pair comes once.",
        "`all(first[key] == second[key] for key in conditions)`, with the four names in "
        "`conditions`, says whether all agree.",
        'Unknown is None or "": both are false, every known value is true. So ask for '
        "`first[key] and first[key] == second[key]`.",
    ),
    answer="""
    def fair_pairs(rows):
        conditions = ("images", "networks", "crops", "outside_data")
        pairs = []
        for i, first in enumerate(rows):
            for second in rows[:i]:
                if all(first[key] and first[key] == second[key] for key in conditions):
                    better, worse = sorted([first, second], key=lambda row: row["top5"])
                    pairs.append((better["entry"], worse["entry"]))
        return pairs
    """,
)


# ------------------------------------------------------------------------------ separable MACs


def _expect_exactly(result: Any, expected: float, case: str, reasons: list) -> None:
    """Raise a `Mistake` unless a count is right to the last digit: biases, too, change it."""
    expect_array(result, expected, case, reasons)
    result = float(result)
    for wrong, reason in [(expected, None), *reasons]:
        if np.isclose(result, wrong, rtol=1e-9, atol=0):
            if reason is None:
                return
            raise Mistake(f"{case}: {reason}")
    raise Mistake(f"{case}: your result is {result:.12g}, but {expected:.12g} is expected.")


def _separable_mistakes(size: int, kernel: int, inputs: int, outputs: int) -> list:
    """Count as likely mistakes do: each number with the reason for it."""
    places = size * size
    depthwise, pointwise = places * kernel**2 * inputs, places * inputs * outputs
    return [
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
        (
            (depthwise + pointwise) // size,
            "that is one row of places. There are size * size places.",
        ),
        (
            (depthwise + pointwise) // places * (size - kernel + 1) ** 2,
            "the maps keep their size, with padding: there are size * size places.",
        ),
    ]


def _check_separable_macs(separable_macs, rng: np.random.Generator) -> str:
    for kernel in rng.permutation([3, 5, 7]).tolist():
        right, reasons = 1, [(1, "")]
        while not all_differ(right, reasons):
            size = int(rng.integers(10, 60))
            inputs, outputs = int(rng.integers(20, 100)), int(rng.integers(101, 200))
            right = size * size * inputs * (kernel**2 + outputs)
            reasons = _separable_mistakes(size, kernel, inputs, outputs)
        biases = "biases are added, not multiplied: they do not count."
        reasons += [(right + more * (inputs + outputs), biases) for more in (1, size * size)]
        case = f"{size} x {size} places, {kernel}x{kernel}, {inputs} to {outputs} channels"
        _expect_exactly(call(separable_macs, size, kernel, inputs, outputs), right, case, reasons)
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
        stopped = f"{case}: your function stopped with {type(error).__name__}: {str(error)[:200]}"
        if isinstance(error, ValueError) and "ncompatible shapes" in str(error):
            stopped += (
                "\nDoes it add its input only where stride is 1 and the channels are as many as "
                "before? And does the depthwise convolution have padding?"
            )
        raise Mistake(stopped) from None
    if not isinstance(result, keras.KerasTensor):
        raise Mistake(
            f"{case}: a tensor of Keras is expected, but this came: {show(result)}. The block "
            "takes one and ends with `return x`."
        )
    return keras.Model(image, result)


def _flat(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Go through the layers, also those inside a `Sequential`."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _flat(layer)
        else:
            yield layer


def _check_parts(model: keras.Model, inputs: int, expansion: int, case: str) -> None:
    """Raise a `Mistake` if the layers are not those of the block."""
    parts = list(_flat(model))
    normalizations = [x for x in parts if isinstance(x, layers.BatchNormalization)]
    depthwise = [x for x in parts if isinstance(x, layers.DepthwiseConv2D)]
    ordinary = [x for x in parts if type(x) is layers.Conv2D]
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
    return "EfficientNet-Lite0 is a table of such blocks, some with a 5x5 window."


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
            case = f"with the numbers {numbers}"
            _expect_exactly(call(answer, *numbers), right(*numbers), case, reasons)

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

EXERCISES = (front, fair_pairs, separable_macs, inverted, quiz_1, quiz_2)


def not_done_yet() -> None:
    """Print which of these exercises are still to be done."""
    print_not_done(EXERCISES)
