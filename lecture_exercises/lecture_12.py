"""Exercises of lecture 12, ResNet: depth and the identity."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from lecture_exercises.exercise import Exercise, Failure, Mistake, print_not_done
from lecture_utils.backend import keras


def maps_and_more_channels(rng: np.random.Generator) -> Iterator[tuple]:
    for stride, rows, columns in ((2, 4, 7), (1, 3, 5), (3, 10, 8), (2, 9, 6), (4, 6, 9)):
        before = int(rng.integers(1, 5))
        more = before + int(rng.integers(1, 3)) if stride == 4 else 3 * before + 1
        yield rng.normal(size=(stride % 3 + 1, rows, columns, before)), more, stride


MORE = "channels - maps.shape[-1]"


def repeat_the_channels(maps: np.ndarray, channels: int, stride: int) -> np.ndarray:
    return np.concatenate([maps[:, ::stride, ::stride]] * channels, axis=-1)[..., :channels]


@Exercise(
    cases=maps_and_more_channels,
    hints=[
        "Two steps: keep every `stride`-th row and column, then add channels of zeros.",
        "`maps[:, ::stride, ::stride]` thins rows and columns out.",
        "`np.pad` takes (before, after) for each of the four axes; only the last one grows.",
    ],
    remark="No parameter, no multiplication: the shape fits, and what was there goes on.",
    mistakes={
        "the channels of zeros are missing.": (f"(0, {MORE})", "(0, 0)"),
        "the zeros belong behind the maps' channels.": (f"(0, {MORE})", f"({MORE}, 0)"),
        "`channels` is the number that there are in the end: add what is missing.": (
            MORE,
            "channels",
        ),
        "every pixel is still there: use the stride.": ("[:, ::stride, ::stride]", ""),
        "only the rows are thinned out, the columns are not.": ("::stride, ::stride", "::stride"),
        "begin with the first row and column, number 0.": (
            "::stride, ::stride",
            "stride - 1 :: stride, stride - 1 :: stride",
        ),
        "the channels are repeated. Option A adds channels of zeros.": repeat_the_channels,
    },
    tell=lambda result, maps, channels, stride: (
        "the zeros are in the rows. Channels are the last axis."
        if np.ndim(result) == 4 and result.shape[1] > maps.shape[1]
        else None
    ),
)
def shortcut_a(maps: np.ndarray, channels: int, stride: int) -> np.ndarray:
    kept = maps[:, ::stride, ::stride]
    return np.pad(kept, [(0, 0), (0, 0), (0, 0), (0, channels - maps.shape[-1])])


COUNT = "wide * narrow + 3 * 3 * narrow * narrow + narrow * wide"
COUNTS = {
    "these are two 3x3 layers. The bottleneck has three layers.": "18 * wide**2",
    "the last 1x1 layer, back to the many channels, is missing.": "wide * narrow + 9 * narrow**2",
    "the 3x3 layer in the middle is missing.": "2 * wide * narrow",
    "a 3x3 kernel has 9 weights, not 3.": "2 * wide * narrow + 3 * narrow**2",
    "the layer in the middle is 3x3, not 1x1.": "2 * wide * narrow + narrow**2",
    "the first layer reads many channels, the last restores them. Both are 1x1.": "27 * narrow**2",
    "only the layer in the middle is 3x3, on the few channels.": "27 * wide**2",
    "each 3x3 filter has a kernel for each of its input channels.": "(2 * wide + 9) * narrow",
    "the 3x3 layer works on the few channels, not on the many.": "2 * wide * narrow + 9 * wide**2",
    "the 3x3 layer goes from narrow to narrow channels.": "11 * wide * narrow",
    "two of the three kernels are 1x1, not 3x3.": "18 * wide * narrow + 9 * narrow**2",
    "the biases are counted too. These layers have none.": f"{COUNT} + 2 * narrow + wide",
    "leave the normalizations out: count the kernels.": f"{COUNT} + 4 * narrow + 2 * wide",
    "the shortcut has no weights: where no shape changes, it adds `x`.": f"{COUNT} + wide**2",
}


@Exercise(
    cases=lambda rng: [
        (256, 64),
        (7, 5),
        (3, 8),
        tuple(rng.integers([300, 10], [700, 60]).tolist()),
    ],
    hints=[
        "Three layers, three products: 1x1, 3x3, 1x1.",
        "A k x k layer from a to b channels has k * k * a * b weights.",
        "1x1 from wide to narrow, 3x3 from narrow to narrow, 1x1 from narrow to wide.",
    ],
    remark="With narrow = wide / 4 it is 17/16 of wide², where two 3x3 layers have 18.",
    mistakes={reason: (COUNT, wrong) for reason, wrong in COUNTS.items()},
)
def bottleneck_weights(wide: int, narrow: int) -> int:
    return wide * narrow + 3 * 3 * narrow * narrow + narrow * wide


NORM_RELU = "layers.ReLU()(layers.BatchNormalization()(y))"
CONV = 'layers.Conv2D(channels, 3, padding="same", use_bias=False)(y)'
HALF = f"y = {NORM_RELU}\n        y = {CONV}"
AFTER = f"y = layers.BatchNormalization()({CONV})\n        y = y if _ else layers.ReLU()(y)"
SUM, LAST = "layers.Add()([x, y])", "layers.ReLU()(layers.Add()([x, y]))"
NORM, EARLY = "layers.BatchNormalization()(y)", "layers.BatchNormalization()(layers.ReLU()(y))"
LATE = f"y = {CONV}\n        y = {NORM_RELU}"
PARTED = f"y = {NORM}\n        y = layers.ReLU()({CONV})"
FIRST = [(HALF, AFTER), (SUM, LAST)]


@Exercise(
    cases=lambda rng: [(keras.Input((7, 6, 3)), 3), (keras.Input((5, 8, 1)), 1)],
    hints=[
        "Keep `x`, and let `y` begin as `x`. Normalize, ReLU, convolve; and once more.",
        "`y = layers.ReLU()(layers.BatchNormalization()(y))`, then the convolution with "
        '`padding="same", use_bias=False`.',
        "`return layers.Add()([x, y])`, with nothing after it.",
    ],
    remark="Stack a hundred of them: the sum still holds the first maps unchanged.",
    mistakes={
        "the shortcut is missing: add `x` in the end.": (SUM, "y"),
        "a ReLU follows the addition. Nothing may: the sum goes on as it is.": (SUM, LAST),
        "the shortcut begins behind the first normalization and ReLU. Add `x` itself.": (
            f"y = {NORM_RELU}",
            f"y = {NORM_RELU}\n        x = x if _ else y",
        ),
        "this is the block of the first paper. Here both come before each convolution.": FIRST,
        "both come after the convolutions, not before.": (HALF, LATE),
        "normalization comes after the convolutions, not before.": (HALF, AFTER),
        "the first ReLU is missing.": (NORM_RELU, f"{NORM} if _ == 0 else {NORM_RELU}"),
        "the second ReLU is missing.": (NORM_RELU, f"{NORM} if _ else {NORM_RELU}"),
        "both ReLUs are missing.": (NORM_RELU, NORM),
        "the ReLU comes before the normalization.": (NORM_RELU, EARLY),
        "each ReLU comes before its convolution.": (HALF, PARTED),
        "there are three normalizations.": ("y = x", f"y = {NORM.replace('(y)', '(x)')}"),
        "the convolutions have no bias: `use_bias=False`.": (", use_bias=False", ""),
        "both kernels are 3x3.": ("channels, 3", "channels, 1"),
        "two convolutions are asked for, this is one.": ("range(2)", "range(1)"),
        "each of the two convolutions has a normalization before it.": (NORM, "(y)"),
        'the branch must keep the shape of `x`: padding="same".': ('padding="same", ', ""),
        "the branch must keep the shape of `x`: stride 1.": ("channels, 3", "channels, 3, 2"),
    },
)
def preactivated(x: keras.KerasTensor, channels: int) -> keras.KerasTensor:
    layers = keras.layers
    y = x
    for _ in range(2):
        y = layers.ReLU()(layers.BatchNormalization()(y))
        y = layers.Conv2D(channels, 3, padding="same", use_bias=False)(y)
    return layers.Add()([x, y])


@Exercise(
    cases=lambda rng: [(20,), (8,), (110,), (6 * int(rng.integers(30, 60)) + 2,)],
    hints=[
        "Three stages of 2n convolutions, n = (depth - 2) // 6, and one convolution before them.",
        "A convolution with its normalization has 9 * before * channels + 2 * channels parameters.",
        "Keep the channels that came before: 3, then 16; 32 and 64 from the second convolution of "
        "their stage on. In the end 64 * 10 + 10.",
    ],
    remark="With it you know the network of 1202 layers: 19,421,274 parameters.",
    mistakes={
        "batch normalization has parameters too: gamma and beta.": (" + 2 * channels", ""),
        "moving mean and variance are counted, but they are not trained.": ("+ 2 *", "+ 4 *"),
        "batch normalization has two parameters a channel.": ("+ 2 *", "+"),
        "the convolutions have no biases.": ("+ 2 *", "+ 3 *"),
        "the images have 3 channels: red, green and blue.": ("= 3, 64", "= 1, 64"),
        "there are (depth - 2) / 6 blocks in each of the three stages.": ("// 3", "// 1"),
        "a block has two convolutions: (depth - 2) / 6 blocks a stage.": ("2) // 3", "2) // 6 * 4"),
        "shortcuts A have no parameters: these are projections.": ("* 10 + 10", "* 10 + 2762"),
        "shortcuts A have no 1x1 kernels.": ("* 10 + 10", "* 10 + 2570"),
        "the last dense layer has biases: 64 * 10 + 10.": ("64 * 10 + 10", "64 * 10"),
        "the first convolution of stages 2 and 3 still reads half as many channels.": (
            "9 * before",
            "9 * (3 if before == 3 else channels)",
        ),
        "the dense layer from 64 to 10 is missing.": ("64 * 10 + 10", "0"),
        "the first convolution is missing: it comes before the stages.": [
            ("[16] + ", ""),
            ("= 3, 64", "= 16, 64"),
        ],
    },
)
def cifar_parameters(depth: int) -> int:
    before, total = 3, 64 * 10 + 10
    for channels in [16] + [c for c in (16, 32, 64) for _ in range((depth - 2) // 3)]:
        total += 9 * before * channels + 2 * channels
        before = channels
    return total


CHANGED = (
    "`x` stays as it was. `x + ...` makes a new array; `x += ...` changes the one that was given."
)
NOT_DRAWN = "nothing is drawn. Here the branch is there or not."
DIVIDED = (
    "the branch is divided by `survival`. Some libraries do so; then nothing is scaled later. Here "
    "it is as in the paper: scaled outside training."
)
DROPPED = "the shortcut is dropped too. It always stays."
EACH_VALUE = (
    "each value is drawn for itself, as dropout does. Here the whole branch is there or not."
)
EACH_IMAGE = "each image is drawn for itself. Here the branch is there or not, for all images."
NEVER, ALWAYS = "the branch was never there.", "the branch was always there."
TURNED = "`survival` is the probability to stay, not to go."
NOT_ITS = "the draw does not come from `rng`. With it, those who call can repeat the draws."
CALLS = 900  # six standard deviations of a share are 0.1 at most


def bend(maps: np.ndarray) -> np.ndarray:
    return np.sin(3 * maps) + 2


def rests(rng: np.random.Generator) -> Iterator[tuple]:
    for survival in (0.25, 0.8, 1.0):
        yield rng.normal(size=(3, 2, 2, 2)), bend, survival, False, np.random.default_rng(0)


def odd_one(result: np.ndarray, x: np.ndarray, survival: float) -> str:
    """Say what a result in training is that is neither with nor without the branch."""
    change = bend(x)
    for wrong, reason in (
        (x + survival * change, NOT_DRAWN),
        (x + change / survival, DIVIDED),
        (0 * x, DROPPED),
    ):
        if np.allclose(result, wrong):
            return reason
    there = np.isclose(result, x + change)
    if not np.all(there | np.isclose(result, x)):
        return "`x` plus the branch is expected, or `x` alone."
    each_image = np.all(there == there[:, :1, :1, :1])
    return EACH_IMAGE if each_image else EACH_VALUE


def one_call(answer: Callable, x: np.ndarray, survival: float, rng: np.random.Generator) -> bool:
    """Call a block in training; return whether the branch was there."""
    given, kept = [], x.copy()

    def branch(maps: np.ndarray) -> np.ndarray:
        given.append(np.shape(maps))
        return bend(maps)

    result = stochastic_depth.result(lambda: answer(x, branch, survival, True, rng), ())
    if isinstance(result, Failure):
        raise Mistake(result)
    if not np.array_equal(x, kept) or any(shape != x.shape for shape in given):
        raise Mistake(f"the branch reads `x`, and {CHANGED}")
    if np.shape(result) != x.shape:
        raise Mistake(f"the shape is {np.shape(result)}, but {x.shape} is expected.")
    if np.allclose(result, x + bend(x)) or np.allclose(result, x):
        return not np.allclose(result, x)
    raise Mistake(odd_one(result, x, survival))


# At rest it is compared with the solution; in training chance decides, so calls are counted.
def count_calls(answer: Callable, rng: np.random.Generator) -> None:
    stochastic_depth.compare(answer, rng)
    for survival in (0.2, 0.7):
        x, state = rng.normal(size=(3, 2, 2, 2)), rng.bit_generator.state
        try:
            stays = [one_call(answer, x, survival, rng) for _ in range(CALLS)]
            share = sum(stays) / CALLS
            if share in (0, 1):
                raise Mistake(ALWAYS if share else NEVER)
            if abs(share - survival) > 0.1:
                told = f"the branch was there in {share:.0%} of {CALLS} calls. Is the draw uniform?"
                raise Mistake(TURNED if abs(share - (1 - survival)) < 0.1 else told)
            if rng.bit_generator.state == state:
                raise Mistake(NOT_ITS)
        except Mistake as mistake:
            raise Mistake(f"For survival {survival}, training True: {mistake}") from None


AT_REST, IN_TRAINING = "x + survival * branch(x)", "x + branch(x) if rng.random() < survival else x"


@Exercise(
    cases=rests,
    checker=count_calls,
    hints=[
        "Three cases: not training; training and the branch stays; training and it goes.",
        "`rng.random() < survival` is true with probability `survival`.",
        "Outside training: `x + survival * branch(x)`. In training: `x + branch(x)` or `x`.",
    ],
    remark="You have written the block of Huang and others, 2016.",
    mistakes={
        "the branch is not scaled: in training it is there only now and then.": (
            AT_REST,
            "x + branch(x)",
        ),
        "the branch is missing. Outside training it always takes part.": (AT_REST, "x"),
        "the shortcut is missing.": (AT_REST, "branch(x)"),
        "the shortcut is missing from the sum.": (AT_REST, "survival * branch(x)"),
        "the shortcut is scaled too. Only the branch may be.": (
            AT_REST,
            "survival * (x + branch(x))",
        ),
        "the branch is divided by `survival`. It was there less often: multiply.": (
            AT_REST,
            "x + branch(x) / survival",
        ),
        "`survival` is the probability to stay, and `1 - survival` to go.": (
            AT_REST,
            "x + (1 - survival) * branch(x)",
        ),
        NOT_DRAWN: (IN_TRAINING, AT_REST),
        DIVIDED: (IN_TRAINING, IN_TRAINING.replace("branch(x) if", "branch(x) / survival if")),
        DROPPED: (IN_TRAINING, "(x + branch(x)) * (rng.random() < survival)"),
        EACH_VALUE: (IN_TRAINING, "x + branch(x) * (rng.random(x.shape) < survival)"),
        EACH_IMAGE: (IN_TRAINING, "x + branch(x) * (rng.random((len(x), 1, 1, 1)) < survival)"),
        TURNED: ("rng.random() < survival else", "rng.random() > survival else"),
        NEVER: (IN_TRAINING, "x"),
        ALWAYS: (IN_TRAINING, "x + branch(x)"),
        "Is the draw uniform?": ("rng.random() < survival else", "rng.random() < 0.5 else"),
        NOT_ITS: ("rng.random()", "np.random.default_rng().random()"),
        "or `x` alone.": (IN_TRAINING, "x - branch(x)"),
        CHANGED: (IN_TRAINING, "x.__iadd__(branch(x)) if rng.random() < survival else x"),
    },
)
def stochastic_depth(
    x: np.ndarray, branch, survival: float, training: bool, rng: np.random.Generator
) -> np.ndarray:
    if not training:
        return x + survival * branch(x)
    return x + branch(x) if rng.random() < survival else x


not_done_yet = partial(print_not_done, __name__)
