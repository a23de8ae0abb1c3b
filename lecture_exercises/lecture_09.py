"""Exercises of lecture 09, VGG: small filters, deep stacks."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from PIL import Image

from lecture_exercises.exercise import Exercise, Failure, Mistake, print_not_done
from lecture_utils.backend import keras

DIGIT = 'A digit in a string is text: int("3") is the number.'


@Exercise(
    cases=lambda rng: [(5, 64), (7, 1), (3, 10), (11, 3), (9, int(rng.integers(11, 99)))],
    hints=[
        "How many 3x3 layers see a window of 5, of 7, of 9 pixels?",
        "A stack of n layers sees 2n + 1 pixels, so n is (kernel - 1) // 2.",
        "A layer from C to C channels has 3 * 3 * C * C weights.",
    ],
    remark="The larger the window, the more the stack saves: 45 C² against 121 C² for 11x11.",
    mistakes={
        "this is one 3x3 layer. How many of them are needed?": ("layers_needed *", "1 *"),
        "this is the single layer, not the stack of 3x3.": ("layers_needed * 3 * 3", "kernel**2"),
        "each filter has a 3x3 kernel for each of its input channels.": (" * channels * ", " * "),
        "the biases are counted too.": ("return ", "return layers_needed * channels + "),
        "each 3x3 layer adds 2 pixels to the window, not 3.": ("(kernel - 1) // 2", "kernel // 3"),
        "each 3x3 layer adds 2 pixels, so half as many layers are enough.": (" // 2", ""),
        "the first layer sees 3 pixels already: one layer too many.": ("kernel - 1", "kernel + 1"),
    },
)
def stack_weights(kernel: int, channels: int) -> int:
    layers_needed = (kernel - 1) // 2
    return layers_needed * 3 * 3 * channels * channels


def configurations(rng: np.random.Generator) -> list[tuple]:
    # 5x5 early and 1x1 late, so that their differences from 3x3 cannot cancel.
    drawn = [
        str(k) * n for k, n in zip((5, 5, 3, 3, 3), rng.integers(1, 5, 5).tolist(), strict=True)
    ]
    counts = [
        ("33", "33", "333", "333", "333"),
        ("3", "15", "7", "31", "1"),
        ("35", *drawn[1:4], "31"),
    ]
    return [(blocks,) for blocks in (*counts, drawn)]


@Exercise(
    cases=configurations,
    hints=[
        "Go through the blocks and keep the number of channels that came before, 3 at first.",
        "`for kernel in block` gives one character at a time; int(kernel) is its size k. The "
        "layer has k * k * before * filters weights and `filters` biases.",
        "After the blocks, Flatten hands 7 * 7 * 512 numbers to dense layers of 4096, 4096 and "
        "1000 units, each with a bias for each unit.",
    ],
    remark="With it you find configuration C: 133,647,400 parameters.",
    mistakes={
        "the biases are missing.": ("before + 1", "before"),
        "the biases of the dense layers are missing.": ("(before + 1) * units", "before * units"),
        "the biases of the convolutions are missing.": ("2 * before + 1", "2 * before"),
        "a photo has 3 channels: red, green and blue.": ("= 3, 0", "= 1, 0"),
        "five poolings leave 7 x 7 places, not 14 x 14.": ("7 * 7", "14 * 14"),
        "Flatten hands over every place of the last maps: 7 x 7 x 512 numbers.": ("7 * 7 * ", ""),
        "the poolings make the maps smaller: 224 becomes 7.": ("7 * 7", "224 * 224"),
        "not every kernel is 3x3: its size is the digit.": ("int(kernel)", "3"),
        "a kernel of k has k * k weights, not k.": ("int(kernel) ** 2", "int(kernel)"),
        "the filters do not double after the fourth pooling: 512 and 512.": [
            ("512, 512)", "512, 1024)"),
            ("7 * 7 * 512", "7 * 7 * 1024"),
        ],
        "the three dense layers are missing.": ("(4096, 4096, 1000)", "()"),
        "the last dense layer, of 1000, is missing.": ("4096, 1000)", "4096)"),
        "there are two dense layers of 4096, not one.": ("(4096, 4096", "(4096"),
        "within a block too, a layer gets the channels of the layer before it.": (
            "        before = filters\n",
            "    before = filters\n",
        ),
        DIGIT: ("int(kernel)", "kernel"),
    },
)
def vgg_parameters(kernels: tuple) -> int:
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


@Exercise(
    # Few layers, so that a wrong padding or pooling still leaves something to look at.
    cases=lambda rng: [(("33", "351"), (5, 4)), (("1",), (3,)), (("3", "53", "3"), (2, 6, 2))],
    hints=[
        "Two loops: over the blocks and their numbers of filters, and inside over the characters.",
        '`layers.Conv2D(count, int(kernel), padding="same", activation="relu")(x)` for each '
        "character, and one `layers.MaxPooling2D(2)(x)` after the inner loop.",
        "End with Flatten, two Dense of 64 units with ReLU and a Dense of 10 units with softmax.",
    ],
    remark="With five blocks, '33', '33', '331', '331', '331', it is configuration C.",
    mistakes={
        "all your kernels are 3x3. The digit says the size.": ("int(kernel)", "3"),
        "there is one convolution in each block, not one a character.": (
            "in block:",
            "in block[0]:",
        ),
        "VGG's convolutions keep the size: padding is missing.": ('padding="same", ', ""),
        DIGIT: ("int(kernel)", "kernel"),
        "a convolution has a stride. Only poolings make maps smaller.": (
            '"same"',
            '"same", strides=1 + (count == filters[0])',
        ),
        "the poolings are 2x2.": ("MaxPooling2D(2)", "MaxPooling2D(4)"),
        "a pooling takes the largest, not the mean.": ("MaxPooling", "AveragePooling"),
        "a pooling follows each block, not each convolution.": (
            "    x = layers.Max",
            "        x = layers.Max",
        ),
        "a MaxPooling2D is expected after each block.": ("layers.MaxPooling2D(2)(x)", "x"),
        "there are two dense layers of 64, not one.": ("range(2)", "range(1)"),
        "the outputs are no probabilities: the softmax is missing.": (', activation="softmax"', ""),
        "the outputs do not sum to 1: the last layer has a softmax.": ("softmax", "sigmoid"),
        "the convolutions have no ReLU.": ('"same", activation="relu"', '"same"'),
        "the dense layers have no ReLU.": ('64, activation="relu"', "64"),
        "the images are grey, of shape (32, 32, 1).": ("32, 1)", "32, 3)"),
        "a mean over each map takes the place of Flatten.": ("Flatten", "GlobalAveragePooling2D"),
        "the model is missing: `keras.Model(image, ...)`.": ("keras.Model(image, ", "("),
    },
)
def build(kernels: tuple, filters: tuple) -> keras.Model:
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


@Exercise(
    cases=lambda rng: [(3, 64), (1, 2), (5, 1), (7, 11), (3, int(rng.integers(100, 600)))],
    hints=[
        "The factor of the page must be 1.",
        "Solve sigma * sqrt(n / 2) = 1 for sigma, where n is the number of products in the sum.",
        "A kernel has kernel * kernel places, each with one weight for each input channel.",
    ],
    remark="For 512 channels it is 0.021: twice the 0.01 that made the signal die.",
    mistakes={
        "this is the variance. The standard deviation is its square root.": ("np.sqrt", ""),
        "the ReLU is forgotten. It removes half of the mean square.": ("2 / ", "1 / "),
        "the sum goes over all places of the kernel too, not over the channels alone.": (
            "kernel * kernel *",
            "1 *",
        ),
        "a kernel has kernel * kernel places.": ("kernel * kernel", "kernel"),
        "a filter looks at all input channels: they belong to the sum.": (" * inputs", ""),
        "this is upside down: more summands need smaller weights.": (
            "2 / products",
            "products / 2",
        ),
        "the 2 belongs into the numerator: the ReLU takes signal away.": (
            "2 / products",
            "1 / (2 * products)",
        ),
    },
)
def he_std(kernel: int, inputs: int) -> float:
    products = kernel * kernel * inputs
    return np.sqrt(2 / products)


def enlarged(image: np.ndarray, side: int, how: int = Image.Resampling.BILINEAR) -> np.ndarray:
    return np.asarray(Image.fromarray(image).resize((side, side), how))


def crop_of(answer: Callable, image: np.ndarray, limits: tuple, size: int, seed: int) -> np.ndarray:
    """Call a student's function with a generator of its own."""
    crop = jitter.result(answer, (image, *limits, size, np.random.default_rng(seed)))
    if isinstance(crop, Failure):
        raise Mistake(crop)
    if not isinstance(crop, np.ndarray) or crop.shape != (size, size):
        raise Mistake(
            f"the shape of the result is {getattr(crop, 'shape', 'that of several things')}, not "
            f"{size, size}. Scale the whole image first, then crop."
        )
    return crop.astype(float)


def scale_and_place(crop: np.ndarray, side: int) -> tuple[int, int]:
    """Find from a crop of an image whose values are its column numbers: its scale and left edge."""
    columns = np.median(crop, axis=0)[2:-2]
    step = np.median(np.diff(columns))
    if (columns == np.round(columns)).all() and set(np.diff(columns)) == {0, 1}:
        raise Mistake(
            'only whole numbers come back, some of them twice. Keep "float32", and scale with '
            "bilinear interpolation, not to the nearest pixel."
        )
    if not np.isfinite(step) or step <= 0:
        raise Mistake("the crop is no part of the image, or it is mirrored or turned.")
    places = (columns + 0.5) / step - 0.5 - np.arange(2, 2 + len(columns))
    return round(side / step), round(float(np.median(places)))


def look(answer: Callable, side: int, limits: tuple, size: int, seed: int) -> tuple[int, int, int]:
    """Find the scale and the place of one crop, from three images and the same draws."""
    ramp = np.tile(np.arange(side, dtype="float32"), (side, 1))  # enlarged, it stays a ramp
    across, down = (crop_of(answer, image, limits, size, seed) for image in (ramp, ramp.T))
    (scale, left), (other, top) = (scale_and_place(crop, side) for crop in (across, down.T))
    if scale != other:
        raise Mistake(
            "twice the same generator, and two scales: rows and columns are scaled differently."
        )
    if not limits[0] <= scale <= limits[1]:
        raise Mistake(
            f"the image is never scaled: S is always {side}."
            if scale == side
            else f"S was {scale} once. Scale the whole image to S x S, then crop."
        )
    noise = np.random.default_rng(seed).random((side, side), dtype="float32")
    right = enlarged(noise, scale)[top : top + size, left : left + size]
    crop = crop_of(answer, noise, limits, size, seed)
    if right.shape != crop.shape or np.abs(right - crop).max() > 0.01:
        raise Mistake("the image is scaled, but not with bilinear interpolation.")
    return scale, left, top


def missing(draws: np.ndarray, lowest: int, highest: int, size: int) -> Iterator[tuple[bool, str]]:
    """Yield what may be wrong with many scales and places: whether it is, and what to say of it."""
    scales, lefts, tops = draws.T
    room, last = scales - size, [*range(lowest, highest + 1)]
    yield (
        len({*scales}) == 1,
        f"S was {scales[0]} in {len(scales)} calls. Draw it anew for each call.",
    )
    yield (
        highest not in scales,
        f"S was never {highest}. `rng.integers(low, high)` leaves `high` out.",
    )
    for scale in last:
        yield scale not in scales, f"S was never {scale}."
    middle = np.abs([lefts - room / 2, tops - room / 2]).max() <= 1
    yield middle, "the crop is always in the middle. Draw its place."
    corner = not (lefts.any() or tops.any())
    yield corner, "the crop is always in the upper left corner. Draw its place."
    diagonal = (lefts == tops).all()
    yield diagonal, "the crop is always on the diagonal. Draw its row and its column separately."
    never_first = (lefts > 0).all() or (tops > 0).all()
    yield never_first, "the first row or column of the image is never in the crop."
    ends = [(n[scales == s].max() < s - size) for n in (lefts, tops) for s in last]
    yield any(ends), f"the last place is never drawn. There are S - {size} + 1 places, from 0 on."


TRIALS = (20, (26, 28), 24, 240), (31, (35, 35), 16, 3), (16, (16, 60), 9, 9)


# The draws are the student's own, so what comes back is measured.
def measure_crops(answer: Callable, rng: np.random.Generator) -> None:
    for side, limits, size, calls in TRIALS:
        case = f"For an image of {side}x{side}, S from {limits[0]} to {limits[1]}, size {size}"
        try:
            pixels = np.arange(side * side, dtype="float32").reshape(side, side)
            crops = [crop_of(answer, pixels, limits, size, 1) for _ in range(8)]
            if not all(np.array_equal(crop, crops[0]) for crop in crops):
                raise Mistake("the same generator, and different crops. Draw from `rng` alone.")
            draws = [
                look(answer, side, limits, size, int(rng.integers(1 << 30))) for _ in range(calls)
            ]
            for wrong, reason in missing(np.array(draws), *limits, size) if calls > 9 else ():
                if wrong:
                    raise Mistake(reason)
        except Mistake as mistake:
            raise Mistake(f"{case}: {mistake}") from None


DRAWN, PLACE = "int(rng.integers(lowest, highest + 1))", "rng.integers(0, side - size + 1, 2)"


@Exercise(
    checker=measure_crops,
    hints=[
        "First draw S, then scale the whole image, then draw the place of the crop.",
        "`rng.integers(lowest, highest + 1)` can give `highest`. The top row can be 0 to S - size.",
        '`Image.fromarray(image).resize((S, S), Image.Resampling.BILINEAR)` scales a "float32" '
        "image; np.asarray makes an array of it again.",
    ],
    remark="Each epoch now shows another scale and another part of each image.",
    mistakes={
        "Draw it anew for each call.": (DRAWN, "highest"),
        "leaves `high` out.": ("highest + 1", "highest"),
        "S was never 26.": ("integers(lowest,", "integers(min(lowest + 1, highest),"),
        "S was never 27.": (DRAWN, "int(rng.choice([lowest, highest]))"),
        "the crop is always in the middle.": (PLACE, "2 * [(side - size) // 2]"),
        "the crop is always in the upper left corner.": (PLACE, "0, 0"),
        "the crop is always on the diagonal.": (PLACE, "2 * [rng.integers(side - size + 1)]"),
        "the last place is never drawn.": ("(0, side - size + 1", "(0, lowest - size + 1"),
        "the first row or column of the image": ("(0, side", "(1, side"),
        "not (24, 24). Scale the whole image first, then crop.": (
            "[top : top + size, left : left + size]",
            "",
        ),
        "the same generator, and different crops.": ("int(rng.", "int(np.random.default_rng()."),
        "but not with bilinear interpolation.": ("BILINEAR", "BICUBIC"),
        "only whole numbers come back": ("BILINEAR", "NEAREST"),
        "it is mirrored or turned.": (
            "return np.asarray(picture)",
            "return np.asarray(picture)[:, ::-1]",
        ),
    },
)
def jitter(
    image: np.ndarray, lowest: int, highest: int, size: int, rng: np.random.Generator
) -> np.ndarray:
    side = int(rng.integers(lowest, highest + 1))
    picture = Image.fromarray(image).resize((side, side), Image.Resampling.BILINEAR)
    top, left = rng.integers(0, side - size + 1, 2)
    return np.asarray(picture)[top : top + size, left : left + size]


not_done_yet = partial(print_not_done, __name__)
