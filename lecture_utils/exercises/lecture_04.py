"""Exercises of lecture 04: sizes, padding, stride, pooling and the receptive field."""

import numpy as np

from lecture_utils.exercises._exercise import (
    Exercise,
    Mistake,
    call,
    expect_array,
    print_not_done,
    show,
)

KERNELS, STRIDES = (1, 3, 5, 7, 9, 11), (1, 2, 3, 4)


def _check_places(answer, rng):
    for _ in range(5):
        size, kernel, stride, padding = _draw_uneven_fit(rng)
        span = size - kernel + 2 * padding
        expect_array(
            call(answer, size, kernel, stride, padding),
            _count_places(size, kernel, stride, padding),
            f"size {size}, kernel {kernel}, stride {stride}, padding {padding}",
            [
                (span / stride + 1, _NOT_WHOLE),
                (-(-span // stride) + 1, _ROUNDED_UP),
                (span // stride, _FIRST_PLACE),
                ((span - padding) // stride + 1, _ONE_SIDE),
                (span + 1, "the stride is missing: it divides the number of steps."),
            ],
        )


_NOT_WHOLE = "the number of places must be whole: use // in place of /, which drops the remainder."
_ROUNDED_UP = (
    "you rounded up, so that the last window hangs over the edge: round down, the pixels that are "
    "left over get no window."
)
_FIRST_PLACE = "you counted the steps, but the first place needs no step: add 1."
_ONE_SIDE = "the padding is on both sides of the input, so it counts twice."


def _draw_uneven_fit(rng):
    """Draw sizes for which each likely mistake gives another number."""
    while True:
        size, kernel, stride, padding = (
            int(rng.integers(*ends)) for ends in ((20, 60), (7, 12), (2, 5), (4, 7))
        )
        steps, remainder = divmod(size - kernel + 2 * padding, stride)
        if remainder and (size - kernel + padding) // stride < steps - 1:
            return size, kernel, stride, padding


def _count_places(size, kernel, stride, padding):
    """Count, without the formula, the places where a window lies inside the padded input."""
    return len(range(-padding, size + padding - kernel + 1, stride))


places = Exercise(
    "lecture_04.places",
    _check_places,
    hints=(
        "The first window begins at pixel -padding. Where does the last one end at the latest?",
        "From the first place to the last there are size - kernel + 2 * padding pixels. How many "
        "steps of length `stride` fit into them, and how many places is that?",
        "Integer division, a // b, rounds down. Do not forget the place before the first step.",
    ),
    answer="""
    def places(size, kernel, stride, padding):
        return (size - kernel + 2 * padding) // stride + 1
    """,
)


def _check_same_padding(answer, rng):
    for size, kernel, stride in [*(_draw_odd_total(rng) for _ in range(5)), (8, 1, 2)]:
        before, after = _same_padding_by_trying(size, kernel, stride)
        without_ceiling = max((size // stride - 1) * stride + kernel - size, 0)
        expect_array(
            call(answer, size, kernel, stride),
            (before, after),
            f"size {size}, kernel {kernel}, stride {stride}",
            [
                ((after, before), "the extra pixel is before the input: in Keras it comes after."),
                (_halves(kernel - 1), _STRIDE_IGNORED),
                (_halves(without_ceiling), _ROUND_OUTPUT_UP),
                (_halves(-1), "a padding below zero: when no pixel is missing, add 0."),
                (before + after, "both numbers are needed: return before, after."),
            ],
        )


_STRIDE_IGNORED = (
    "that is the padding for stride 1. With a larger stride fewer windows are needed: find where "
    "the last one of them ends."
)
_ROUND_OUTPUT_UP = "`same` gives size / stride outputs rounded up, you rounded down."


def _draw_odd_total(rng):
    """Draw sizes where the padding is uneven, and rounding and stride matter."""
    while True:
        size, kernel, stride = (int(rng.integers(*ends)) for ends in ((10, 60), (3, 10), (2, 4)))
        before, after = _same_padding_by_trying(size, kernel, stride)
        floor_differs = size % stride == 0 or size // stride * stride + kernel - stride > size
        if before != after and before + after != kernel - 1 and floor_differs:
            return size, kernel, stride


def _same_padding_by_trying(size, kernel, stride):
    total = 0
    while len(range(0, size + total - kernel + 1, stride)) < -(-size // stride):
        total += 1
    return _halves(total)


def _halves(total):
    return total // 2, total - total // 2


same_padding = Exercise(
    "lecture_04.same_padding",
    _check_same_padding,
    hints=(
        "How many outputs does `same` promise? Round size / stride up: -(-size // stride).",
        "The last window begins at (outputs - 1) * stride and is `kernel` long. How far does it "
        "reach past the end of the input? That many pixels are missing, but never fewer than 0.",
        "before = missing // 2, and after = missing - before gets the extra one.",
    ),
    answer="""
    def same_padding(size, kernel, stride):
        outputs = -(-size // stride)  # rounded up
        missing = max((outputs - 1) * stride + kernel - size, 0)
        before = missing // 2
        return before, missing - before
    """,
)


def _check_max_pool(answer, rng):
    for size, stride in ((2, 2), (3, 2), (2, 3), (3, 1)):
        image = rng.permutation(99)[:72].reshape(8, 9) - 120
        windows = _windows(image, size, stride)
        expected = windows.max(axis=(2, 3))
        side_by_side = _windows(image, size, size).max(axis=(2, 3))
        expect_array(
            call(answer, image, size, stride),
            expected,
            f"an image of shape {image.shape}, size {size}, stride {stride}",
            [
                (windows.mean(axis=(2, 3)), "that is the mean of each window, not its maximum."),
                (windows.min(axis=(2, 3)), "that is the minimum of each window."),
                (np.maximum(expected, 0), _STARTED_AT_ZERO),
                (side_by_side, "your windows lie side by side: the next begins `stride` further."),
                (expected[:-1, :-1], "the last row and column of windows are missing."),
                (expected.T, "rows and columns have changed places."),
            ],
        )


_STARTED_AT_ZERO = (
    "zeros came out although all pixels of the image are negative: do not compare with 0, begin "
    "with the first pixel of the window."
)


def _windows(image, size, stride):
    """Collect the windows one by one, shape (rows, columns, size, size)."""
    rows, columns = (range(0, length - size + 1, stride) for length in image.shape)
    return np.array([[image[y : y + size, x : x + size] for x in columns] for y in rows])


max_pool = Exercise(
    "lecture_04.max_pool",
    _check_max_pool,
    hints=(
        "Count the rows and columns of the output first: it is the formula without padding.",
        "The window of output (y, x) begins at image[y * stride, x * stride].",
        "Fill an array of the output's shape in two loops with "
        "image[top : top + size, left : left + size].max().",
    ),
    answer="""
    def max_pool(image, size, stride):
        rows, columns = ((length - size) // stride + 1 for length in image.shape)
        pooled = np.empty((rows, columns))
        for y in range(rows):
            for x in range(columns):
                top, left = y * stride, x * stride
                pooled[y, x] = image[top : top + size, left : left + size].max()
        return pooled
    """,
)


def _check_settings(answer, rng):
    size, places = (int(number) for number in rng.integers(30, 50, size=2))
    cases = [(227, 55), (224, 55), (size, size), (4 * places - 3, places), (2 * places, places)]
    for size, output in cases:
        right = {
            (kernel, stride, padding)
            for kernel in KERNELS
            for stride in STRIDES
            for padding in range((kernel - 1) // 2 + 1)
            if _count_places(size, kernel, stride, padding) == output
        }
        _expect_settings(_as_triples(call(answer, size, output)), right, size, output)
    return (
        "The (11, 4, 0) among those for 227 is AlexNet's first layer. For 224, the size that its "
        "paper prints, it is missing."
    )


def _as_triples(result):
    try:
        return {(int(kernel), int(stride), int(padding)) for kernel, stride, padding in result}
    except (TypeError, ValueError):
        raise Mistake(
            f"A list of triples (kernel, stride, padding) is expected, this came: {show(result)}."
        ) from None


def _expect_settings(found, right, size, output):
    for kernel, stride, padding in sorted(found - right):
        triple = f"For {size} to {output} you have {(kernel, stride, padding)}"
        if kernel not in KERNELS or stride not in STRIDES or padding > (kernel - 1) // 2:
            raise Mistake(f"{triple}, which is outside of the ranges in the question.")
        count = _count_places(size, kernel, stride, padding)
        raise Mistake(f"{triple}, which gives {count} outputs: is every part of the formula there?")
    missing = sorted(right - found)
    if not missing:
        return
    if all((size - kernel + 2 * padding) % stride for kernel, stride, padding in missing):
        reason = "there the division leaves a remainder, which the floor drops."
    elif all(padding == (kernel - 1) // 2 for kernel, _, padding in missing):
        reason = "it has the largest padding allowed. Note that range(n) ends at n - 1."
    else:
        reason = f"{len(missing)} settings are missing in all."
    raise Mistake(f"For {size} to {output} you do not have {missing[0]}: {reason}")


settings = Exercise(
    "lecture_04.settings",
    _check_settings,
    hints=(
        "There are few candidates: try them all, in three loops, and keep those that fit.",
        "What a candidate gives is the formula with the floor, or output_size from the package.",
        "The paddings of a kernel: range((kernel - 1) // 2 + 1). The last one is the padding that "
        "keeps the size at stride 1.",
    ),
    answer="""
    def settings(size, output):
        return [
            (kernel, stride, padding)
            for kernel in (1, 3, 5, 7, 9, 11)
            for stride in (1, 2, 3, 4)
            for padding in range((kernel - 1) // 2 + 1)
            if (size - kernel + 2 * padding) // stride + 1 == output
        ]
    """,
)


def _check_field(answer, rng):
    for _ in range(5):
        layers = _draw_layers(rng)
        size, jump = _size_and_jump(layers)
        expect_array(
            call(answer, layers),
            (size, jump),
            f"layers {layers}",
            [
                *(((_grow(layers, growth), jump), why) for growth, why in WRONG_GROWTHS),
                (size, "the size is right, but the jump is asked for too: return size, jump."),
                ((jump, size), "size and jump have changed places."),
                (_dilated_jump(layers), "a dilation does not change the jump: only strides do."),
            ],
        )


# What a layer adds to the field, as a likely mistake has it: kernel, stride, dilation, jump.
WRONG_GROWTHS = (
    (
        lambda f, s, d, j: (f - 1) * j,
        "the dilation is missing: a kernel spans (kernel - 1) * dilation + 1 pixels.",
    ),
    (
        lambda f, s, d, j: f * d * j,
        "the size grows too fast. A kernel of 3 adds two pixels, not three: count the steps "
        "between its values.",
    ),
    (
        lambda f, s, d, j: ((f - 1) * d + 1) * j,
        "you added the whole span of the kernel. It adds one pixel less: its first value lies on "
        "the pixel that is already counted.",
    ),
    (
        lambda f, s, d, j: (f - 1) * d * j * s,
        "you multiplied the jump by a layer's stride before that layer looked at its input: the "
        "stride matters for the layers after it.",
    ),
    (
        lambda f, s, d, j: (f - 1) * d,
        "you added kernel - 1 pixels of the layer's own input. One step there is `jump` pixels of "
        "the image: multiply by it.",
    ),
)


def _dilated_jump(layers):
    """Run the recurrence with jumps that dilations, too, make larger."""
    size, jump = 1, 1
    for kernel, stride, dilation in layers:
        size += (kernel - 1) * dilation * jump
        jump *= stride * dilation
    return size, jump


def _draw_layers(rng):
    """Draw layers for which each likely mistake gives another size."""
    while True:
        kernels, strides = rng.integers(2, 6, size=3), rng.permutation([1, 2, 3])
        dilations = np.where(strides == 1, rng.integers(2, 4), 1)
        layers = list(zip(kernels.tolist(), strides.tolist(), dilations.tolist(), strict=True))
        sizes = [_grow(layers, growth) for growth, _ in WRONG_GROWTHS]
        if len({*sizes, _size_and_jump(layers)[0]}) == len(sizes) + 1:
            return layers


def _grow(layers, growth):
    """Run the recurrence with this growth."""
    size, jump = 1, 1
    for kernel, stride, dilation in layers:
        size += growth(kernel, stride, dilation, jump)
        jump *= stride
    return size


def _size_and_jump(layers):
    """Measure both without the recurrence, on the pixels themselves."""
    pixels, neighbours = _pixels_of(layers, 0), _pixels_of(layers, 1)
    return max(pixels) + 1, min(neighbours)


def _pixels_of(layers, place):
    """Walk back from one output value to the input pixels that it looks at."""
    pixels = {place}
    for kernel, stride, dilation in reversed(layers):
        pixels = {p * stride + m * dilation for p in pixels for m in range(kernel)}
    return pixels


field = Exercise(
    "lecture_04.field",
    _check_field,
    hints=(
        "It is the loop of the cell above, with one change for the dilation.",
        "A kernel with dilation D spans (kernel - 1) * D + 1 pixels: how many more than one?",
        "For each layer: size += (kernel - 1) * dilation * jump, and only then jump *= stride.",
    ),
    answer="""
    def field(layers):
        size, jump = 1, 1
        for kernel, stride, dilation in layers:
            size += (kernel - 1) * dilation * jump
            jump *= stride
        return size, jump
    """,
)


def _check_build(answer, rng):
    from lecture_utils.anatomy import receptive_field
    from lecture_utils.backend import keras

    models = {}
    for size in 4 * rng.choice(np.arange(5, 12), size=2, replace=False):
        size, channels = int(size), int(rng.integers(5, 20))
        model = models[size, channels] = call(answer, size, channels)
        if not isinstance(model, keras.Model):
            raise Mistake(f"A keras.Model is expected, this came: {show(model)}.")
        if not model.built:
            raise Mistake(
                "The model's input is not known: begin with keras.Input((size, size, 3))."
            )
        expected = (None, size, size, 3)
        if model.input_shape != expected:
            raise Mistake(
                f"build({size}, {channels}): the input is {model.input_shape}, expected is "
                f"{expected}."
            )
    for (size, channels), model in models.items():
        case = f"build({size}, {channels})"
        if len(model.output_shape) != 4:
            raise Mistake(
                f"{case}: the output is {model.output_shape}, but maps of shape (None, rows, "
                "columns, channels) are expected: leave Flatten and Dense out."
            )
        _, rows, columns, maps = model.output_shape
        if maps != channels:
            raise Mistake(f"{case}: the output has {maps} channels, expected are {channels}.")
        if (rows, columns) != (size // 4, size // 4):
            raise Mistake(
                f"{case}: the output is {rows} x {columns}, expected is {size // 4} x {size // 4}. "
                'Without padding="same" each convolution loses pixels at the border.'
            )
        seen = receptive_field(model, model.layers[-1].name).size
        if tuple(seen) != (10, 10):
            raise Mistake(
                f"{case}: the shape is right, but an output value sees {seen[0]} x {seen[1]} "
                "pixels, not 10 x 10. Do the recurrence by hand: what does each layer add?"
            )
    return None


build = Exercise(
    "lecture_04.build",
    _check_build,
    hints=(
        "The size has to be divided by 4, so two layers have stride 2. Which layers keep the size?",
        "A 3x3 convolution at jump 1 adds 2, a 2x2 pooling at jump 1 adds 1. After the pooling the "
        "jump is 2: how much do the same two layers add now?",
        'Convolution 3x3 with padding="same", max pooling 2x2, and the same two again.',
    ),
    answer="""
    def build(size, channels):
        image = keras.Input((size, size, 3))
        x = keras.layers.Conv2D(8, 3, padding="same", activation="relu")(image)
        x = keras.layers.MaxPooling2D(2)(x)
        x = keras.layers.Conv2D(channels, 3, padding="same", activation="relu")(x)
        x = keras.layers.MaxPooling2D(2)(x)
        return keras.Model(image, x)
    """,
)


EXERCISES = (places, same_padding, max_pool, settings, field, build)


def not_done_yet() -> None:
    """Print which exercises of the lecture are still to be done."""
    print_not_done(EXERCISES)
