"""Exercises of lecture 14, ten years of ImageNet, and a quiz over the whole course."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from lecture_exercises.exercise import Exercise, print_not_done
from lecture_exercises.quiz import Quiz
from lecture_utils.backend import keras

layers = keras.layers


def networks(rng: np.random.Generator) -> Iterator[tuple]:
    # Ranks of the errors, the least work first. In the second case one network beats all others.
    every = ((8, 9, 5, 7, 6, 2, 4, 3, 0, 1), 0.37), ((0, 3, 1, 2), 1), ((6, 3, 5, 1, 4, 2, 0), 0.01)
    for ranks, unit in every:
        place = rng.permutation(len(ranks))
        place = place if place.argmin() > place.argmax() else place[::-1]  # no front is in order
        work, errors = np.cumsum(rng.integers(1, 9, (2, len(ranks))), axis=1) * unit
        yield work[place], errors[np.array(ranks)[place]]


def first_wrong_network(result: Any, work: np.ndarray, errors: np.ndarray) -> str | None:
    if not isinstance(result, np.ndarray) or result.ndim != 1 or result.dtype.kind not in "biu":
        return None
    if result.dtype == bool:
        return "this says of each network whether it is on the front. Return their numbers."
    for i in result.tolist():
        if not 0 <= i < len(work):
            return f"there is no network {i}: the last one is {len(work) - 1}."
        for better in np.flatnonzero((work < work[i]) & (errors < errors[i])):
            return f"network {i} is beaten: {better} has less work, fewer errors."
    missing = [i for i in front.solve(work, errors) if i not in result]
    return f"network {missing[0]} is missing: no other beats it." if missing else None


def returns(result: str) -> tuple[str, str]:
    return "return numbers", f"return {result}"


@Exercise(
    cases=networks,
    hints=[
        "Go through the networks from the least work to the most: `for i in np.argsort(work)`.",
        "Those before it do less work: one on the front makes fewer errors than all of them.",
        "Keep the fewest errors so far, at first `np.inf`. If `errors[i]` is less, append `i`.",
    ],
    remark="Fewer errors than the front's, for this much work, take a new idea.",
    tell=first_wrong_network,
    mistakes={
        "right, but sorted. The one with the least work comes first.": returns("sorted(numbers)"),
        "right, but the most work first. Turn the order around.": returns("numbers[::-1]"),
        "`np.where` returns a tuple: its element [0] is meant.": returns("[sorted(numbers)]"),
        "this is the work of the right networks, not their numbers.": returns("work[numbers]"),
        "these are the errors of the right ones, not their numbers.": returns("errors[numbers]"),
        "these are the numbers from 1. The first is 0.": ("append(i)", "append(i + 1)"),
        "compare with the best so far, not with the one before it.": ("    fewest =", "fewest ="),
        "to beat a network, another must be better in both: `and`, not `or`.": (
            "errors[i] < fewest",
            "not any((work < work[i]) | (errors < errors[i]))",
        ),
        "this keeps those with more errors than all before.": [("np.inf", "-np.inf"), ("<", ">")],
        "this is the front for the most work. Less work is better.": ("(work)", "(-work)"),
    },
)
def front(work: np.ndarray, errors: np.ndarray) -> list[int]:
    numbers, fewest = [], np.inf
    for i in np.argsort(work):
        if errors[i] < fewest:
            numbers.append(i)
            fewest = errors[i]
    return numbers


def tables(rng: np.random.Generator) -> Iterator[tuple]:
    # Some rows may be compared, others differ in one condition, of others one is not known.
    usual = {"images": "validation", "networks": 1, "crops": "10", "outside_data": "no"}
    other = {"images": "test", "networks": 7, "crops": "144", "outside_data": "yes"}
    rows = [usual] * 3 + [other] * 2 + [usual | {key: other[key]} for key in usual]
    rows += [other | {key: None if key == "networks" else ""} for key in [*usual, *usual]]
    order = rng.permutation(len(rows))
    for names in ("ABCDEFGHIJKLMNOPQ", "AABCCDEFGHIJKLMNO"):  # the second time some are equal
        errors = np.sort(rng.permutation(1500)[: len(rows)] / 100).tolist()
        order = order[::-1]  # so that no pair is in order both times
        yield ([{"entry": names[i], "top5": errors[i], **rows[i]} for i in order],)
    yield ([{"entry": "X", "top5": 9.5, **other}, {"entry": "Y", "top5": 3, **other}],)


def pair_of_names(pair: Any) -> tuple[str, ...]:
    if isinstance(pair, str) or len(pair) != 2 or not all(isinstance(name, str) for name in pair):
        raise TypeError("pairs of names are expected, of their `entry`, such as ('A', 'B').")
    return tuple(map(str, pair))


def first_wrong_pair(pairs: Any, rows: list[dict]) -> str | None:
    given, right = Counter(map(tuple, pairs)), Counter(fair_pairs.solve(rows))
    for pair in [*(given - right), *(right - given)]:
        if pair not in right and pair[::-1] in right:
            return f"{pair} is wrong: the better entry comes first, the one with the smaller error."
        seen = [row for row in rows if row["entry"] in pair]
        counts = f"{pair} is expected {right[pair]} times, but is there {given[pair]} times"
        return f"{counts}. Two rows that agree in all four conditions make one pair: {seen}."
    return None


@Exercise(
    cases=tables,
    hints=[
        "Two loops: for each row, all rows before it, `rows[:i]`. So each pair comes once.",
        "`all(first[key] == second[key] for key in conditions)` says whether all four agree.",
        'Unknown is None or "", both are false: `first[key] and first[key] == second[key]`.',
    ],
    remark="In the course's file 16 of 561 pairs are left; in 2 of them 299 pixels meet 224.",
    read=lambda result: sorted(map(pair_of_names, result)),  # any order is right
    tell=first_wrong_pair,
    mistakes={
        "a row is compared with itself, too.": ("[:i]", "[: i + 1]"),
        "two unknown values count as equal. Nobody knows whether.": ("first[key] and ", ""),
        "an unknown text is not None but empty: `if row[key]`.": ("] and", "] is not None and"),
        "unknown networks are None. It counts as equal to another None.": ("] and", "] != '' and"),
        "`images` is not looked at: it must be equal, too.": ('"images", ', ""),
        "`networks` is not looked at: it must be equal, too.": ('"networks", ', ""),
        "`crops` is not looked at: it must be equal, too.": ('"crops", ', ""),
        "`outside_data` is not looked at: it must be equal, too.": (', "outside_data"', ""),
    },
)
def fair_pairs(rows: list[dict]) -> list[tuple[str, str]]:
    conditions = ("images", "networks", "crops", "outside_data")
    pairs = []
    for i, first in enumerate(rows):
        for second in rows[:i]:
            if all(first[key] and first[key] == second[key] for key in conditions):
                better, worse = sorted([first, second], key=lambda row: row["top5"])
                pairs.append((better["entry"], worse["entry"]))
    return pairs


@Exercise(
    cases=lambda rng: [(56, 3, 128, 128), (7, 5, 96, 160), (30, 7, 64, 20), (4, 2, 1, 10)],
    hints=[
        "Count the two convolutions one by one: multiply-accumulates at one place, times places.",
        "The depthwise one: kernel * kernel products for each input channel.",
        "The 1x1 convolution: inputs * outputs products at each place.",
    ],
    remark="A share of 1 / outputs + 1 / kernel² of the full convolution's work.",
    mistakes={
        "this is the full convolution, which sees all channels.": ("+ pointwise", "* outputs"),
        "this is the depthwise part. The 1x1 convolution is still to come.": (" + pointwise", ""),
        "this is the 1x1 convolution. The depthwise part is missing.": ("depthwise + ", ""),
        "there is one kernel a channel, not one for each output.": (" +", " * outputs +"),
        "the depthwise part works on the input channels.": ("kernel * inputs", "kernel * outputs"),
        "a kernel of k rows and k columns has k * k weights.": ("kernel * kernel", "kernel"),
        "these are the weights. Each is used at size * size places.": ("size * size *", ""),
        "one follows the other: add the two counts.": (" + ", " * "),
        "that is one row of places. There are size * size places.": ("size * size", "size"),
        "the maps keep their size, with padding.": ("size * size", "(size - kernel + 1) ** 2"),
        "biases are added, not multiplied: they do not count.": (" +", " + inputs + outputs +"),
    },
)
def separable_macs(size: int, kernel: int, inputs: int, outputs: int) -> int:
    depthwise = size * size * kernel * kernel * inputs
    pointwise = size * size * inputs * outputs
    return depthwise + pointwise


@Exercise(
    cases=lambda rng: [
        (keras.Input((8, 6, 4)), 4, 1, 3),
        (keras.Input((7, 9, 3)), 5, 1, 2),
        (keras.Input((9, 6, 2)), 3, 2, 6),
        (keras.Input((8, 11, 5)), 5, 3, 2),
    ],
    hints=[
        "Keep the input under its name, and find its channels in `x.shape[-1]`.",
        "The three convolutions are those above; only the depthwise one has the stride, "
        '`layers.DepthwiseConv2D(3, stride, padding="same", use_bias=False)`.',
        "Add the input if `stride == 1` and its channels are `channels`; else there is no sum.",
    ],
    remark="EfficientNet-Lite0 is a table of such blocks, some with a 5x5 window.",
    mistakes={
        "the input is not added, though it has the shape of the result.": ("if", "if 0 and"),
        "it must add its input only where the shape stays the same.": ("if", "if 1 or"),
        "the last 1x1 convolution has no activation: its output is narrow.": (
            "    if",
            "    narrow = layers.ReLU(6.0)(narrow)\n    if",
        ),
        "after the sum there is no activation.": ("return narrow", "return layers.ReLU(6)(narrow)"),
        "the ReLU6 after the first 1x1 convolution is missing.": ("layers.ReLU(6.0)(wide)", "wide"),
        "the ReLU6 after the depthwise convolution is missing.": ("layers.ReLU(6.0)(seen)", "seen"),
        "there is no ReLU6: then three convolutions are one.": ("layers.ReLU(6.0)", ""),
        "these are ReLUs without the limit: `layers.ReLU(6.0)`.": ("ReLU(6.0)", "ReLU()"),
        "the stride belongs to the 3x3 one.": [("n, 1,", "n, 1, stride,"), ("(3, stride", "(3, 1")],
        "take one DepthwiseConv2D, two Conv2D.": ("DepthwiseConv2D(", "Conv2D(wide.shape[-1], "),
        "a bias before a batch normalization does nothing.": (", use_bias=False", ""),
        "each of the three convolutions has a BatchNormalization after it.": (
            "layers.BatchNormalization()(narrow)",
            "narrow",
        ),
        "the first convolution makes inputs * expansion channels.": ("x.shape[-1] *", "channels *"),
        "the depthwise kernel is 3x3.": ("(3, stride", "(5, stride"),
        "the maps keep their size: padding is missing.": (', padding="same"', ""),
    },
)
def inverted(x: keras.KerasTensor, channels: int, stride: int, expansion: int) -> keras.KerasTensor:
    wide = layers.Conv2D(x.shape[-1] * expansion, 1, use_bias=False)(x)
    wide = layers.BatchNormalization()(wide)
    wide = layers.ReLU(6.0)(wide)
    seen = layers.DepthwiseConv2D(3, stride, padding="same", use_bias=False)(wide)
    seen = layers.BatchNormalization()(seen)
    seen = layers.ReLU(6.0)(seen)
    narrow = layers.Conv2D(channels, 1, use_bias=False)(seen)
    narrow = layers.BatchNormalization()(narrow)
    if stride == 1 and x.shape[-1] == channels:
        narrow = layers.Add()([x, narrow])
    return narrow


@Quiz(
    numbers={
        1: [(784, 10), (5, 7), (1, 3), (12, 12)],
        4: [(28, 5, 2, 1), (227, 11, 0, 4), (224, 7, 3, 2), (14, 2, 0, 3), (11, 4, 5, 3)],
        7: [(5, 96, 256, 2), (3, 32, 32, 32), (1, 24, 36, 4), (2, 6, 9, 3), (7, 4, 5, 1)],
    },
    letters={
        "2a": "a convolution flips its kernel first, and (1, 2, 4) is not symmetric.",
        "2b": "flipping changes the order of the weights, not their signs.",
        "2d": "a convolution is a correlation with another kernel: which one?",
        "3a": "for that the weights must sum to 1.",
        "3c": "each response is the sum of the weights times the value of the region.",
        "3d": "brighter or darker: the value times a sum of zero is zero.",
        "5b": "after a pooling, only shifts by a multiple of its stride pass unharmed.",
        "5c": "a kernel does the same at every place, so the convolution's maps move along.",
        "5d": "the windows of the pooling stand still while the maps move by 3.",
        "6a": "its kernels are 5x5.",
        "6b": "every map has a bias.",
        "6c": "each map has kernels of its own.",
    },
    mistakes={
        "the biases are missing, one for each unit.": ("(inputs + 1)", "inputs"),
        "each unit has a weight for each input.": ("(inputs + 1) * units", "inputs + units"),
        "a bias belongs to a unit.": ("(inputs + 1) * units", "inputs * (units + 1)"),
        "each unit has a bias of its own.": ("(inputs + 1) * units", "inputs * units + 1"),
        "half a window does not exist: round down, with `//`.": ("// stride", "/ stride"),
        "the padding is on both sides.": ("2 * padding", "padding"),
        "the first window counts too: + 1.": ("stride + 1", "stride"),
        "this is the size at stride 1.": (" // stride", ""),
        "these are the weights without groups.": (" // groups", ""),
        "this is one of the groups. There are several.": ("// groups", "// groups**2"),
        "a kernel of k rows and k columns has k * k weights.": ("kernel**2", "kernel"),
        "biases are counted, too. Only weights are asked for.": ("groups,", "groups + outputs,"),
    },
    hints=[
        'A letter: `"a"`. Where numbers have names, a function: `lambda inputs, units: ...`.',
        "The lecture that a question is about has the same number as the question.",
        "In a group, each output channel sees inputs / groups channels.",
    ],
    remark="All 7 questions.",
)
def quiz_1() -> dict[int, Any]:
    return {
        1: lambda inputs, units: (inputs + 1) * units,
        2: "c",
        3: "b",
        4: lambda size, kernel, padding, stride: (size - kernel + 2 * padding) // stride + 1,
        5: "a",
        6: "d",
        7: lambda kernel, inputs, outputs, groups: kernel**2 * inputs * outputs // groups,
    }


@Quiz(
    numbers={
        9: [(1,), (2,), (3,), (16,)],
        10: [(28, 5, 192, 16, 32), (7, 3, 10, 20, 30), (1, 1, 3, 2, 1), (14, 7, 8, 8, 8)],
    },
    letters={
        "8a": "it has fewer weights in this layer, but that was not the reason.",
        "8c": "with the smaller stride the maps became larger, not smaller.",
        "8d": "both networks have five convolutions.",
        "11a": "then a prediction would depend on which other images are in the batch.",
        "11b": "one image has no mean over a batch.",
        "11d": "it stays: without it the next layers would see values unlike those in training.",
        "12a": "overfitting is a low error in training and a high one in the test.",
        "12c": "He and others found healthy gradients, thanks to batch normalization.",
        "12d": "the deeper one could do what the other does, and the identity in the rest.",
        "13b": "objects may be anywhere.",
        "13c": "without the crop the larger maps would not fit on the smaller ones at all.",
        "13d": "a border is lost, not a class.",
        "14a": "6.67 % belongs to seven networks that see 144 crops of each image.",
        "14b": "10.07 % is what it has under the same conditions as the other's 7.8 %.",
        "14c": "with one crop and one network each, the comparison is fair.",
    },
    mistakes={
        "the windows overlap: each layer adds 2 pixels.": ("2 * count + 1", "3 * count"),
        "the first layer sees 3 pixels, not 2.": ("2 * count + 1", "2 * count"),
        "each layer adds pixels, it does not multiply them.": ("2 * count + 1", "3**count"),
        "pixels in a row are asked for.": ("2 * count + 1", "9 * count"),
        "this is the one without the reduction.": ("* middle + kernel**2 * middle", "* kernel**2"),
        "the 1x1 convolution costs something too.": ("inputs * middle + ", ""),
        "after the reduction only `middle` channels come in.": ("**2 * middle", "**2 * inputs"),
        "these are the weights. Each is used at every place.": ("size**2 * ", ""),
    },
    hints=[
        "The lecture that a question is about has the same number as the question.",
        "A 3x3 layer adds 2 pixels to what the layer before it sees.",
        "Question 10: two convolutions, one after the other; count both. Question 14: which two of "
        "the three numbers were measured in the same way?",
    ],
    remark="All 7 questions.",
)
def quiz_2() -> dict[int, Any]:
    return {
        8: "b",
        9: lambda count: 2 * count + 1,
        10: lambda size, kernel, inputs, middle, outputs: (
            size**2 * (inputs * middle + kernel**2 * middle * outputs)
        ),
        11: "c",
        12: "b",
        13: "a",
        14: "d",
    }


not_done_yet = partial(print_not_done, __name__)
