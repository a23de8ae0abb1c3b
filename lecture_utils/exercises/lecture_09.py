"""Exercises of lecture 09, VGG: small filters, deep stacks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from lecture_utils.exercises._exercise import (
    Exercise,
    Mistake,
    call,
    expect_array,
    is_relu,
    print_not_done,
    show,
)

CHANNELS = (64, 128, 256, 512, 512)


def _call(function, *arguments):
    """Call a student's function; say what to do if it takes the digit of a string as a number."""
    try:
        return call(function, *arguments)
    except Mistake as mistake:
        text = str(mistake)
        if "stopped with" in text and ("'str'" in text or "kernel_size" in text):
            raise Mistake(f'{text} A digit in a string is text: int("3") is the number.') from None
        raise


def _check_stack_weights(stack_weights, rng: np.random.Generator) -> str:
    for kernel in rng.permutation([5, 7, 9, 11]).tolist():
        channels = int(rng.integers(10, 100))
        count = (kernel - 1) // 2
        weights = 9 * channels * channels
        reasons = [
            (weights, "this is one 3x3 layer. How many of them are needed?"),
            (
                kernel**2 * channels**2,
                f"these are the weights of the single {kernel}x{kernel} layer. The stack of 3x3 "
                "layers is asked for.",
            ),
            (
                count * 9 * channels,
                "each filter has a 3x3 kernel for each of its input channels, and there are as "
                "many filters: channels * channels kernels in a layer.",
            ),
            (
                count * (weights + channels),
                "the biases are counted too. Only the weights of the kernels are asked for.",
            ),
            (kernel // 3 * weights, "each 3x3 layer adds 2 pixels to the window, not 3."),
            (
                kernel // 2 * 2 * weights,
                "each 3x3 layer adds 2 pixels, so half as many layers are enough.",
            ),
            ((count + 1) * weights, "the first layer sees 3 pixels already: one layer too many."),
        ]
        case = f"A window of {kernel}x{kernel}, {channels} channels"
        expect_array(call(stack_weights, kernel, channels), count * weights, case, reasons)
    return "The larger the window, the more the stack saves: 45 C² against 121 C² for 11x11."


stack_weights = Exercise(
    "lecture_09.stack_weights",
    _check_stack_weights,
    hints=(
        "How many 3x3 layers see a window of 5, of 7, of 9 pixels?",
        "A stack of n layers sees 2n + 1 pixels, so n is (kernel - 1) // 2.",
        "A layer from C to C channels has 3 * 3 * C * C weights.",
    ),
    answer="""
    def stack_weights(kernel, channels):
        layers_needed = (kernel - 1) // 2
        return layers_needed * 3 * 3 * channels * channels
    """,
)


def _count(
    kernels,
    bias=1,
    colours=3,
    side=7,
    dense_bias=1,
    square=True,
    channels=CHANNELS,
    always=0,
    carry=True,
    dense=(4096, 4096, 1000),
) -> int:
    """Count the parameters of a VGG; the options count as a likely mistake does."""
    before, total = colours, 0
    for block, filters in zip(kernels, channels, strict=True):
        for kernel in block:
            size = always or int(kernel)
            total += (size**2 if square else size) * before * filters + bias * filters
            before = filters if carry else before
        before = filters
    before *= side * side
    for units in dense:
        total += before * units + dense_bias * units
        before = units
    return total


def _check_vgg_parameters(vgg_parameters, rng: np.random.Generator) -> str:
    for _ in range(3):
        # 5x5 early and 1x1 late, so that their differences from 3x3 cannot cancel.
        counts = rng.integers(1, 4, 5)
        early = ["35"[: 1 + n % 2] + "5" * n for n in counts[:2]]
        kernels = (*early, "3" * counts[2], "3" * counts[3], "3" * counts[4] + "1")
        reasons = [
            (_count(kernels, bias=0, dense_bias=0), "the biases are missing."),
            (_count(kernels, dense_bias=0), "the biases of the dense layers are missing."),
            (_count(kernels, bias=0), "the biases of the convolutions are missing."),
            (_count(kernels, colours=1), "a photo has 3 channels: red, green and blue."),
            (_count(kernels, side=14), "five poolings leave 7 x 7 places, not 14 x 14."),
            (
                _count(kernels, side=1),
                "Flatten hands over every place of the last maps: 7 x 7 x 512 numbers.",
            ),
            (_count(kernels, side=224), "the poolings make the maps smaller: 224 becomes 7."),
            (_count(kernels, always=3), "not every kernel is 3x3: its size is the digit."),
            (_count(kernels, square=False), "a kernel of k has k * k weights, not k."),
            (
                _count(kernels, channels=(64, 128, 256, 512, 1024)),
                "the filters do not double after the fourth pooling: 512 and 512.",
            ),
            (_count(kernels, dense=()), "the three dense layers are missing."),
            (_count(kernels, dense=(4096, 4096)), "the last dense layer, of 1000, is missing."),
            (_count(kernels, dense=(4096, 1000)), "there are two dense layers of 4096, not one."),
            (
                _count(kernels, carry=False),
                "within a block too, a layer gets the channels of the layer before it.",
            ),
        ]
        case = f"For the kernels {kernels}"
        result, right = _call(vgg_parameters, kernels), _count(kernels)
        # Compared exactly: next to the dense layers a likely mistake is small.
        for wrong, reason in reasons:
            if result == wrong:
                raise Mistake(f"{case}: {reason}")
        if result != right:
            raise Mistake(f"{case}: your result is {show(result)}, but {right} is expected.")
    c = _count(("33", "33", "331", "331", "331"))
    return f"With it you find configuration C: {c:,} parameters."


vgg_parameters = Exercise(
    "lecture_09.vgg_parameters",
    _check_vgg_parameters,
    hints=(
        "Go through the blocks and keep the number of channels that came before, 3 at first.",
        "`for kernel in block` gives one character at a time; int(kernel) is its size k. The "
        "layer has k * k * before * filters weights and `filters` biases.",
        "After the blocks, Flatten hands 7 * 7 * 512 numbers to dense layers of 4096, 4096 and "
        "1000 units, each with a bias for each unit.",
    ),
    answer="""
    def vgg_parameters(kernels):
        before, total = 3, 0
        for block, filters in zip(kernels, (64, 128, 256, 512, 512), strict=True):
            for kernel in block:
                total += (int(kernel) ** 2 * before + 1) * filters
                before = filters
        before = 7 * 7 * 512
        for units in (4096, 4096, 1000):
            total += (before + 1) * units
            before = units
        return total
    """,
)


def _check_he_std(he_std, rng: np.random.Generator) -> str:
    for kernel in (3, *rng.permutation([1, 5, 7]).tolist()):
        inputs = int(rng.integers(11, 600))
        n = kernel * kernel * inputs
        reasons = [
            (2 / n, "this is the variance. The standard deviation is its square root."),
            (
                np.sqrt(1 / n),
                "the ReLU is forgotten. It removes half of the mean square, so the variance of "
                "the weights must be twice as large.",
            ),
            (
                np.sqrt(2 / inputs),
                "a value is a sum over all places of the kernel and all input channels, not over "
                "the channels alone.",
            ),
            (
                np.sqrt(2 / (kernel * inputs)),
                "a kernel has kernel * kernel places.",
            ),
            (
                np.sqrt(2 / kernel**2),
                "a filter looks at all input channels: they belong to the sum.",
            ),
            (np.sqrt(n / 2), "this is upside down: more summands need smaller weights."),
            (np.sqrt(1 / (2 * n)), "the 2 belongs into the numerator: the ReLU takes signal away."),
        ]
        case = f"A {kernel}x{kernel} kernel, {inputs} input channels"
        # The figures are small: compare them as multiples of the right one.
        right = np.sqrt(2 / n)
        result = call(he_std, kernel, inputs)
        try:
            ratio = float(result) / right
        except (TypeError, ValueError):
            raise Mistake(f"{case}: a number is expected, not {show(result)}.") from None
        for wrong, reason in reasons:
            if not np.isclose(wrong, right) and np.isclose(ratio, wrong / right, rtol=1e-5):
                raise Mistake(f"{case}: {reason}")
        if not np.isclose(ratio, 1, rtol=1e-4):
            raise Mistake(
                f"{case}: your result is {float(result):.5g}, but {right:.5g} is expected."
            )
    return "For 512 channels it is 0.021: twice the 0.01 that made the signal die."


he_std = Exercise(
    "lecture_09.he_std",
    _check_he_std,
    hints=(
        "The factor of the page must be 1.",
        "Solve sigma * sqrt(n / 2) = 1 for sigma, where n is the number of products in the sum.",
        "A kernel has kernel * kernel places, each with one weight for each input channel.",
    ),
    answer="""
    def he_std(kernel, inputs):
        products = kernel * kernel * inputs
        return np.sqrt(2 / products)
    """,
)


def _scale_and_place(crop: np.ndarray, side: int, case: str) -> tuple[int, int]:
    """Find from a crop of an image whose values are its column numbers: its scale and left edge."""
    columns = np.median(crop, axis=0)[2:-2]
    step = np.median(np.diff(columns))
    if (columns == np.round(columns)).all() and set(np.diff(columns)) == {0, 1}:
        raise Mistake(
            f'{case}: only whole numbers come back, some of them twice. Keep "float32", and scale '
            "with bilinear interpolation, not to the nearest pixel."
        )
    if not np.isfinite(step) or step <= 0:
        raise Mistake(f"{case}: the crop is no part of the image, or it is mirrored or turned.")
    scale = round(side / step)
    places = (columns + 0.5) / step - 0.5 - np.arange(2, 2 + len(columns))
    return scale, round(float(np.median(places)))


def _check_jitter(jitter, rng: np.random.Generator) -> str:
    side, size = 30, 24  # enlarged, a ramp stays a ramp: its step tells the scale
    lowest = int(rng.integers(32, 37))
    highest = lowest + 4
    ramp = np.tile(np.arange(side, dtype="float32"), (side, 1))
    case = f"An image of {side}x{side}, S from {lowest} to {highest}, crops of {size}x{size}"
    seen = []
    for _ in range(300):
        seed = int(rng.integers(1 << 30))
        found = []
        for image in (ramp, ramp.T):
            crop = call(jitter, image, lowest, highest, size, np.random.default_rng(seed))
            crop = np.asarray(crop, dtype=float)
            if crop.shape != (size, size):
                raise Mistake(
                    f"{case}: the shape of the result is {crop.shape}, not {size, size}. Scale the "
                    "whole image first. Then the rows from `top` to `top + size` are the crop's, "
                    "and as many columns."
                )
            upright = crop if image is ramp else crop.T
            found.append(_scale_and_place(upright, side, case))
        (scale, left), (other_scale, top) = found
        if scale != other_scale:
            raise Mistake(
                f"{case}: twice the same generator, and two different scales. Either you draw "
                "from another generator than `rng`, or rows and columns are scaled differently."
            )
        seen.append((scale, left, top))
    scales, lefts, tops = np.array(seen).T
    outside = scales[(scales < lowest) | (scales > highest)]
    if outside.size == len(scales) and len(set(outside)) == 1 and outside[0] == side:
        raise Mistake(f"{case}: the image is never scaled: S is always {side}.")
    if outside.size:
        raise Mistake(
            f"{case}: S was {outside[0]} once. Scale the whole image to S x S, then crop."
        )
    if len(set(scales)) == 1:
        raise Mistake(f"{case}: S was {scales[0]} in 300 calls. Draw it anew for each call.")
    if highest not in scales:
        raise Mistake(
            f"{case}: S was never {highest}. `rng.integers(low, high)` leaves `high` out."
        )
    if lowest not in scales:
        raise Mistake(f"{case}: S was never {lowest}.")
    room = scales - size
    if np.abs(lefts - room / 2).max() <= 1 and np.abs(tops - room / 2).max() <= 1:
        raise Mistake(f"{case}: the crop is always in the middle. Draw its place.")
    if not lefts.any() and not tops.any():
        raise Mistake(f"{case}: the crop is always in the upper left corner. Draw its place.")
    if (lefts == tops).all():
        raise Mistake(
            f"{case}: the crop is always on the diagonal. Draw its row and its column separately."
        )
    if (lefts < room).all() or (tops < room).all():
        raise Mistake(
            f"{case}: the last place is never drawn. There are S - {size} + 1 places, from 0 on."
        )
    if (lefts > 0).all() or (tops > 0).all():
        raise Mistake(f"{case}: the first row or column of the image is never in the crop.")
    return "Each epoch now shows another scale and another part of each image."


jitter = Exercise(
    "lecture_09.jitter",
    _check_jitter,
    hints=(
        "First draw S, then scale the whole image, then draw the place of the crop.",
        "`rng.integers(lowest, highest + 1)` can give `highest`. The top row can be 0 to S - size.",
        '`Image.fromarray(image).resize((S, S), Image.Resampling.BILINEAR)` scales a "float32" '
        "image; np.asarray makes an array of it again.",
    ),
    answer="""
    from PIL import Image


    def jitter(image, lowest, highest, size, rng):
        side = int(rng.integers(lowest, highest + 1))
        picture = Image.fromarray(image).resize((side, side), Image.Resampling.BILINEAR)
        top, left = rng.integers(0, side - size + 1, 2)
        return np.asarray(picture)[top : top + size, left : left + size]
    """,
)


def _check_build(build, rng: np.random.Generator) -> str:
    from lecture_utils.backend import keras

    # Few layers, so that a wrong padding or pooling still leaves something to look at.
    kernels = ("33", str(rng.choice(["31", "351"])))
    filters = tuple(int(f) for f in rng.choice(np.arange(4, 9), 2, replace=False))
    case = f"build({kernels}, {filters})"
    model = _call(build, kernels, filters)
    if not isinstance(model, keras.Model):
        raise Mistake(f"{case}: a keras.Model is expected, not {show(model)}.")
    if not model.built:
        raise Mistake(f"{case}: your model knows no input. Begin with keras.Input((32, 32, 1)).")
    if model.input_shape != (None, 32, 32, 1) or model.output_shape != (None, 10):
        raise Mistake(
            f"{case}: your model goes from {model.input_shape} to {model.output_shape}, but it "
            "should go from (None, 32, 32, 1) to (None, 10)."
        )
    kinds = [type(layer).__name__ for layer in model.layers]
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    sizes = "".join(str(layer.kernel_size[0]) for layer in convolutions)
    wanted = "".join(kernels)
    if sizes != wanted:
        if set(sizes) == {"3"} and len(sizes) == len(wanted):
            raise Mistake(f"{case}: all your kernels are 3x3. The digit says the size.")
        if sizes == "".join(block[0] for block in kernels):
            raise Mistake(f"{case}: there is one convolution in each block, not one a character.")
        raise Mistake(f"{case}: the kernels are {sizes!r}, but {wanted!r} is asked for.")
    widths = [layer.filters for layer in convolutions]
    expected = [f for block, f in zip(kernels, filters, strict=True) for _ in block]
    if widths != expected:
        raise Mistake(f"{case}: the filters are {widths}, but {expected} is asked for.")
    order = [kind for kind in kinds if kind in ("Conv2D", "MaxPooling2D")]
    pooled = [k for block in kernels for k in (*["Conv2D"] * len(block), "MaxPooling2D")]
    if order != pooled:
        if order.count("MaxPooling2D") == len(convolutions):
            raise Mistake(f"{case}: a pooling follows each block, not each convolution.")
        raise Mistake(f"{case}: a MaxPooling2D is expected after each block, and only there.")
    if any(layer.strides not in (1, (1, 1)) for layer in convolutions):
        raise Mistake(
            f"{case}: a convolution has a stride. Only the poolings make the maps smaller."
        )
    # By the sizes, so that a ZeroPadding2D before a "valid" convolution is right as well.
    pools = [layer for layer in model.layers if isinstance(layer, keras.layers.MaxPooling2D)]
    sides = [layer.input.shape[1] for layer in pools]
    if sides[0] != 32:
        raise Mistake(
            f"{case}: VGG's convolutions keep the size: padding is missing. The maps before your "
            f"first pooling have {sides[0]} rows, not 32."
        )
    if any(layer.pool_size != (2, 2) for layer in pools) or sides[1] != 16:
        raise Mistake(f"{case}: the maps before your poolings have {sides} rows, not [32, 16].")
    units = [layer.units for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    if units != [64, 64, 10]:
        raise Mistake(f"{case}: the dense layers have {units} units, not [64, 64, 10].")
    output = np.asarray(model(rng.random((2, 32, 32, 1)).astype("float32"), training=False))
    if not np.allclose(output.sum(axis=1), 1, atol=1e-3):
        raise Mistake(f"{case}: the outputs are no probabilities: the softmax is missing.")
    return _check_relus(model, case)


def _check_relus(model, case: str) -> str:
    """Check that each layer with weights but the last is followed by a ReLU."""
    from lecture_utils.backend import keras

    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.Dropout)]
    for layer, following in pairwise(layers):
        if not layer.get_weights() or layer.output.shape[-1] == 10:
            continue
        if not (layer.activation is keras.activations.relu or is_relu(following)):
            raise Mistake(f"{case}: the layer {layer.name!r} has no ReLU.")
    return "With five blocks, '33', '33', '331', '331', '331', it is configuration C."


build = Exercise(
    "lecture_09.build",
    _check_build,
    hints=(
        "Two loops: over the blocks and their numbers of filters, and inside over the characters.",
        '`layers.Conv2D(count, int(kernel), padding="same", activation="relu")(x)` for each '
        "character, and one `layers.MaxPooling2D(2)(x)` after the inner loop.",
        "End with Flatten, two Dense of 64 units with ReLU and a Dense of 10 units with softmax.",
    ),
    answer="""
    def build(kernels, filters):
        layers = keras.layers
        x = image = keras.Input((32, 32, 1))
        for block, count in zip(kernels, filters, strict=True):
            for kernel in block:
                x = layers.Conv2D(count, int(kernel), padding="same", activation="relu")(x)
            x = layers.MaxPooling2D(2)(x)
        x = layers.Flatten()(x)
        for _ in range(2):
            x = layers.Dense(64, activation="relu")(x)
        return keras.Model(image, layers.Dense(10, activation="softmax")(x))
    """,
)

EXERCISES = (stack_weights, vgg_parameters, he_std, jitter, build)


def not_done_yet() -> None:
    """Print which of these exercises are still to be done."""
    print_not_done(EXERCISES)
