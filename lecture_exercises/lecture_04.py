"""Exercises of lecture 04: sizes, padding, stride, pooling and the receptive field."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from lecture_exercises import networks
from lecture_exercises.exercise import Exercise, Failure, Mistake, plain, print_not_done
from lecture_utils.backend import keras

STEPS = "(size - kernel + 2 * padding) // stride"
ALL = f"{STEPS} + 1"


@Exercise(
    cases=lambda rng: [
        *((23, 4, 3, 2), (30, 7, 4, 6), (12, 5, 2, 0), (9, 1, 1, 3), (7, 7, 3, 0), (16, 3, 5, 1)),
        tuple(rng.integers([20, 7, 2, 4], [60, 12, 6, 7]).tolist()),
    ],
    hints=[
        "The first window begins at pixel -padding. Where does the last one end at the latest?",
        "From the first place to the last there are size - kernel + 2 * padding pixels. How many "
        "steps of length `stride` fit into them, and how many places is that?",
        "Integer division, a // b, rounds down. Do not forget the place before the first step.",
    ],
    mistakes={
        "the number of places must be whole: use //, which drops the remainder.": ("//", "/"),
        "you rounded up, so that the last window hangs over the edge: round down, the pixels that "
        "are left over get no window.": (STEPS, f"-(-{STEPS})"),
        "you counted the steps, but the first place needs no step: add 1.": (" + 1", ""),
        "the padding is on both sides of the input, so it counts twice.": ("2 * ", ""),
        "the stride is missing: it divides the number of steps.": (" // stride", ""),
        "rounding up is no substitute for the 1: round down, and add it.": (ALL, f"-(-{STEPS})"),
        "add the 1 last, when the steps are counted: the first place needs no step.": (
            "padding) // stride + 1",
            "padding + 1) // stride",
        ),
    },
)
def places(size: int, kernel: int, stride: int, padding: int) -> int:
    return (size - kernel + 2 * padding) // stride + 1


MISSING = "max((outputs - 1) * stride + kernel - size, 0)"


@Exercise(
    cases=lambda rng: [
        *((28, 3, 2), (7, 3, 2), (9, 4, 1), (8, 1, 2), (11, 6, 3), (12, 5, 3), (5, 8, 2)),
        *((17, 2, 5), (13, 7, 4), tuple(rng.integers([20, 3, 2], [60, 10, 5]).tolist())),
    ],
    hints=[
        "How many outputs does `same` promise? Round size / stride up: -(-size // stride).",
        "The last window begins at (outputs - 1) * stride and is `kernel` long. How far does it "
        "reach past the end of the input? That many pixels are missing, but never fewer than 0.",
        "before = missing // 2, and after = missing - before gets the extra one.",
    ],
    mistakes={
        "the extra pixel is before the input: in Keras it comes after.": (
            "before, missing - before",
            "missing - before, before",
        ),
        "that is the padding for stride 1. With a larger stride fewer windows are needed: find "
        "where the last one of them ends.": (MISSING, "kernel - 1"),
        "`same` gives size / stride outputs rounded up, you rounded down.": ("-(-size", "(size"),
        "a padding below zero: when no pixel is missing, add 0.": [("max(", "("), (", 0)", ")")],
        "both numbers are needed: return before, after.": ("before, missing - before", "missing"),
        "that holds where the stride divides the size.": (MISSING, "max(kernel - stride, 0)"),
        "both sides get the same, but an odd pixel comes after.": ("missing - before", "before"),
        "this is a ring, as many published networks have it. Keras's `same` is asked for.": (
            "before, missing - before",
            "(kernel - 1) // 2, (kernel - 1) // 2",
        ),
    },
)
def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    outputs = -(-size // stride)  # rounded up
    missing = max((outputs - 1) * stride + kernel - size, 0)
    before = missing // 2
    return before, missing - before


def dark_images(rng: np.random.Generator) -> Iterator[tuple]:
    """Draw images of quarters, most of them below 0, with windows that overlap, touch or skip."""
    for number, (height, width, size, stride) in enumerate(
        ((8, 9, 2, 2), (7, 4, 3, 2), (9, 6, 2, 3), (5, 8, 3, 1), (7, 8, 5, 2), (4, 7, 1, 2))
    ):
        image = rng.permutation(height * width).reshape(height, width) / 4
        yield image - (30 if number % 2 else 5.5), size, stride
    yield rng.integers(-9, 0, (6, 7)), 3, 2


@Exercise(
    cases=dark_images,
    hints=[
        "Count the rows and columns of the output first: it is the formula without padding.",
        "The window of output (y, x) begins at image[y * stride, x * stride].",
        "Fill an array of the output's shape in two loops with "
        "image[top : top + size, left : left + size].max().",
    ],
    mistakes={
        "that is the mean of each window, not its maximum.": (".max()", ".mean()"),
        "that is the minimum of each window.": (".max()", ".min()"),
        "zeros came out although all pixels of a window are negative: do not compare with 0, begin "
        "with the first pixel of the window.": (".max()", ".max(initial=0)"),
        "your windows lie side by side: the next begins `stride` further.": [
            ("(length - size) // stride + 1", "length // size"),
            ("y * stride, x * stride", "y * size, x * size"),
        ],
        "the last row and column of windows are missing.": ("// stride + 1", "// stride"),
        "rows and columns have changed places.": ("return pooled", "return pooled.T"),
        "the fractions are cut off: leave out `dtype=int`.": ("columns))", "columns), dtype=int)"),
    },
)
def max_pool(image: np.ndarray, size: int, stride: int) -> np.ndarray:
    rows, columns = ((length - size) // stride + 1 for length in image.shape)
    pooled = np.empty((rows, columns))
    for y in range(rows):
        for x in range(columns):
            top, left = y * stride, x * stride
            pooled[y, x] = image[top : top + size, left : left + size].max()
    return pooled


def sort_triples(result: Any) -> np.ndarray:
    triples = plain(result if hasattr(result, "shape") else list(result))
    if not isinstance(triples, np.ndarray) or (triples.size and triples.shape[1:] != (3,)):
        raise TypeError("a list of triples (kernel, stride, padding) is expected.")
    return triples[np.lexsort(triples.T[::-1])] if triples.size else np.empty((0, 3), dtype=int)


def first_wrong_triple(result: Any, size: int, output: int) -> str | None:
    right, found = settings.solve(size, output), [tuple(triple) for triple in result[:999].tolist()]
    for kernel, stride, padding in found:
        triple = f"you have {(kernel, stride, padding)}"
        allowed = kernel in (1, 3, 5, 7, 9, 11) and stride in (1, 2, 3, 4)
        if not allowed or padding not in range((kernel - 1) // 2 + 1):
            return f"{triple}, which is outside of the ranges in the question."
        if (kernel, stride, padding) not in right:
            count = places.solve(size, kernel, stride, padding)
            return f"{triple}, which gives {count} outputs: is every part of the formula there?"
    missing = [triple for triple in right if triple not in found]
    told = f"you do not have {missing[:1]}: {len(missing)} settings are missing in all."
    return told if missing else "a setting is there more than once."


@Exercise(
    cases=lambda rng: [
        *((227, 55), (224, 55), (12, 12), (11, 1), (40, 90)),
        *((4 * n - 3, n) for n in rng.integers(30, 50, 1).tolist()),
        *((2 * n, n) for n in rng.integers(5, 50, 1).tolist()),
    ],
    hints=[
        "There are few candidates: try them all, in three loops, and keep those that fit.",
        "What a candidate gives is the formula with the floor, or output_size from the package.",
        "The paddings of a kernel: range((kernel - 1) // 2 + 1). The last one is the padding that "
        "keeps the size at stride 1.",
    ],
    remark="The (11, 4, 0) among those for 227 is AlexNet's first layer. For 224, the size that "
    "its paper prints, it is missing.",
    mistakes={
        "settings are missing, those with the largest padding allowed. Note that range(n) ends at "
        "n - 1.": ("// 2 + 1)", "// 2)"),
        "settings are missing: there the division leaves a remainder, which the floor drops.": (
            "// stride",
            "/ stride",
        ),
    },
    read=sort_triples,
    tell=first_wrong_triple,
)
def settings(size: int, output: int) -> list[tuple[int, int, int]]:
    return [
        (kernel, stride, padding)
        for kernel in (1, 3, 5, 7, 9, 11)
        for stride in (1, 2, 3, 4)
        for padding in range((kernel - 1) // 2 + 1)
        if (size - kernel + 2 * padding) // stride + 1 == output
    ]


GROWTH, JUMP, WIDE = "size += (kernel - 1) * dilation * jump", "jump *= stride", "* dilation "


@Exercise(
    cases=lambda rng: [  # also equal layers; no layer has both a stride and a dilation
        ([(3, 2, 1), (4, 1, 3), (2, 3, 1), (5, 1, 2)],),
        ([(3, 1, 1)] * 5,),
        ([(4, 3, 1)],),
        ([(2, 1, 4), (5, 2, 1)],),
        ([(kernel, 1 + kernel % 2, 1) for kernel in rng.integers(1, 6, 6).tolist()],),
    ],
    hints=[
        "It is the loop of the cell above, with one change for the dilation.",
        "A kernel with dilation D spans (kernel - 1) * D + 1 pixels: how many more than one?",
        "For each layer: size += (kernel - 1) * dilation * jump, and only then jump *= stride.",
    ],
    mistakes={
        "the dilation is missing: a kernel spans (kernel - 1) * dilation + 1 pixels.": (WIDE, ""),
        "the size grows too fast. A kernel of 3 adds two pixels, not three: count the steps "
        "between its values.": ("(kernel - 1)", "kernel"),
        "you added the whole span of the kernel. It adds one pixel less: its first value lies on "
        "the pixel that is already counted.": ("dilation * jump", "dilation * jump + jump"),
        "you multiplied the jump by a layer's stride before that layer looked at its input: the "
        "stride matters for the layers after it.": (
            f"{GROWTH}\n        {JUMP}",
            f"{JUMP}\n        {GROWTH}",
        ),
        "you added kernel - 1 pixels of the layer's own input. One step there is `jump` pixels of "
        "the image: multiply by it.": (" * jump", ""),
        "the size is right, but the jump is asked for too: return size, jump.": (
            "return size, jump",
            "return size",
        ),
        "size and jump have changed places.": ("return size, jump", "return jump, size"),
        "a dilation does not change the jump: only strides do.": (JUMP, f"{JUMP} * dilation"),
        "the jump after the last layer is asked for, too: its stride counts.": (
            "return size, jump",
            "return size, jump // stride",
        ),
    },
)
def field(layers: list[tuple[int, int, int]]) -> tuple[int, int]:
    size, jump = 1, 1
    for kernel, stride, dilation in layers:
        size += (kernel - 1) * dilation * jump
        jump *= stride
    return size, jump


def changes(network: keras.Model, side: int) -> np.ndarray:
    """Try which rows of an image change which rows of the output; then the same for columns.

    The images are of three strengths: a faint one leaves no sigmoid at its end, a strong one no
    ReLU below zero for all images.
    """
    rng, found = np.random.default_rng(0), np.zeros((2, side, side // 4), dtype=bool)
    for strength in (0.1, 1, 10) * 2:
        images = np.repeat(rng.normal(size=(1, side, side, 3)), 2 * side + 1, axis=0)
        for place in range(side):
            images[place, place] = 3 * rng.normal(size=(side, 3))
            images[side + place, :, place] = 3 * rng.normal(size=(side, 3))
        outputs = networks.run(network, (side, side, 3), images=strength * images)
        moved = np.abs(outputs[:-1] - outputs[-1]) > 1e-5 * np.abs(outputs[-1]).max()
        found |= [moved[:side].any(axis=(2, 3)), moved[side:].any(axis=(1, 3))]
    return found


def extent(found: np.ndarray) -> int:
    """Measure how many rows an output sees: at most, since the edge of the image cuts some off."""
    return max(np.ptp(np.flatnonzero(seen)) + 1 if seen.any() else 0 for seen in found.T)


def expect_a_model(result: Any) -> keras.Model:
    if not isinstance(result, keras.Model):
        raise TypeError("a keras.Model is expected")
    return result


def measure(network: keras.Model, side: int, channels: int) -> str | None:
    """Say what is wrong with a network's output or with its receptive field."""
    given, expected = getattr(network, "input_shape", None), (None, side, side, 3)
    if given not in (None, expected, (None, None, None, 3)):  # a Sequential would take the images
        return f"the input is {given}, expected is {expected}."
    shape, right = networks.run(network, (side, side, 3)).shape[1:], side // 4
    if len(shape) != 3:
        maps = "one output of shape (rows, columns, channels) is expected"
        leave = ": leave Flatten and Dense out." if len(shape) == 1 else "."
        return f"the output is {shape}, but {maps}{leave}"
    if shape[2] != channels:
        return f"the output has {shape[2]} channels, expected are {channels}."
    if shape[:2] != (right, right):
        lost = 'Without padding="same" each convolution loses pixels at the border.'
        return f"the output is {shape[0]} x {shape[1]}, expected is {right} x {right}. {lost}"
    if side < 20:  # too small for a field that touches no edge
        return None
    rows, columns = map(extent, changes(network, side))
    reason = f"the shape is right, but an output value sees {rows} x {columns} pixels, not 10 x 10."
    by_hand = "Do the recurrence by hand: what does each layer add?"
    return None if rows == columns == 10 else f"{reason} {by_hand}"


# Any network with this shape and this receptive field is right, so both are measured.
def measure_networks(answer: Callable, rng: np.random.Generator) -> None:
    for side, channels in ((20, 5), (4, 1), (8, 2), (36, 9)):
        network = build.result(answer, (side, channels))
        try:
            wrong = network if isinstance(network, Failure) else measure(network, side, channels)
        except Exception as error:
            wrong = f"images of shape {(side, side, 3)} stop your network: {error}"
        if wrong:
            raise Mistake(f"For size {side}, channels {channels}: {wrong}")


POOL = "x = keras.layers.MaxPooling2D(2)(x)"


@Exercise(
    checker=measure_networks,
    read=expect_a_model,
    hints=[
        "The size has to be divided by 4, so two layers have stride 2. Which layers keep the size?",
        "A 3x3 convolution at jump 1 adds 2, a 2x2 pooling at jump 1 adds 1. After the pooling the "
        "jump is 2: how much do the same two layers add now?",
        'Convolution 3x3 with padding="same", max pooling 2x2, and the same two again.',
    ],
    mistakes={
        "loses pixels at the border": (', padding="same"', ""),
        "sees 8 x 8 pixels": [(f"    {POOL}\n    x", "    x"), ("2D(2)", "2D(4)")],
        "sees 10 x 6 pixels": ("channels, 3", "channels, (3, 1)"),
        "the input is": ("size, size, 3", "32, 32, 3"),
        "has 8 channels": ("Conv2D(channels", "Conv2D(8"),
        "leave Flatten and Dense out": ("image, x", "image, keras.layers.Flatten()(x)"),
        "begin it with": lambda size, channels: keras.Sequential([keras.layers.Flatten()]),
    },
)
def build(size: int, channels: int) -> keras.Model:
    image = keras.Input((size, size, 3))
    x = keras.layers.Conv2D(8, 3, padding="same", activation="relu")(image)
    x = keras.layers.MaxPooling2D(2)(x)
    x = keras.layers.Conv2D(channels, 3, padding="same", activation="relu")(x)
    x = keras.layers.MaxPooling2D(2)(x)
    return keras.Model(image, x)


not_done_yet = partial(print_not_done, __name__)
