"""Exercises of lecture 12, ResNet: depth and the identity."""

from __future__ import annotations

import re

import numpy as np

from lecture_utils.convolution import conv2d
from lecture_utils.exercises._exercise import (
    Exercise,
    Mistake,
    call,
    expect_array,
    print_not_done,
    show,
)


def _check_shortcut_a(shortcut_a, rng: np.random.Generator) -> str:
    for stride in rng.permutation([1, 2, 2]).tolist():
        count, rows, columns, before = rng.integers([1, 4, 7, 2], [3, 7, 10, 4]).tolist()
        channels = before + int(rng.integers(before + 1, 2 * before + 2))
        maps = rng.normal(size=(count, rows, columns, before))
        kept = maps[:, ::stride, ::stride]
        zeros = np.zeros((*kept.shape[:3], channels - before))
        right = np.concatenate([kept, zeros], axis=-1)
        copies = np.concatenate([kept] * (channels // before + 1), axis=-1)[..., :channels]
        more = np.zeros((*kept.shape[:3], channels))
        whole = np.zeros((*maps.shape[:3], channels - before))
        reasons = [
            (kept, "the channels of zeros are missing."),
            (np.concatenate([zeros, kept], axis=-1), "the zeros belong behind the maps' channels."),
            (copies, "the channels are repeated. Option A adds channels of zeros."),
            (
                np.concatenate([kept, more], axis=-1),
                f"`channels` is the number that there are in the end: add {channels} - {before}.",
            ),
            (np.concatenate([maps, whole], axis=-1), "every pixel is still there: use the stride."),
        ]
        if stride == 2:
            rows_only = np.pad(maps[:, ::2], [(0, 0)] * 3 + [(0, channels - before)])
            later = np.pad(maps[:, 1::2, 1::2], [(0, 0)] * 3 + [(0, channels - before)])
            reasons += [
                (rows_only, "only the rows are thinned out, the columns are not."),
                (later, "begin with the first row and column, number 0."),
            ]
        case = f"maps of shape {maps.shape}, channels {channels}, stride {stride}"
        result = np.asarray(call(shortcut_a, maps, channels, stride), dtype=float)
        if result.ndim == 4 and result.shape[1] > rows and result.shape[3] == before:
            raise Mistake(f"{case}: the zeros are in the rows. Channels are the last axis.")
        expect_array(result, right, case, reasons)
    return "No parameter, no multiplication: the shape fits, and what was there goes on."


shortcut_a = Exercise(
    "lecture_12.shortcut_a",
    _check_shortcut_a,
    hints=(
        "Two steps: keep every `stride`-th row and column, then add channels of zeros.",
        "`maps[:, ::stride, ::stride]` thins rows and columns out.",
        "`np.pad` takes (before, after) for each of the four axes; only the last one grows.",
    ),
    answer="""
    def shortcut_a(maps, channels, stride):
        kept = maps[:, ::stride, ::stride]
        return np.pad(kept, [(0, 0), (0, 0), (0, 0), (0, channels - maps.shape[-1])])
    """,
)


def _check_bottleneck_weights(bottleneck_weights, rng: np.random.Generator) -> str:
    for _ in range(3):
        narrow = int(rng.integers(10, 60))
        wide = narrow * int(rng.integers(3, 8)) + 1
        down, middle = wide * narrow, 9 * narrow**2
        right = 2 * down + middle
        reasons = [
            (18 * wide**2, "these are two 3x3 layers. The bottleneck has three layers."),
            (down + middle, "the last 1x1 layer, back to the many channels, is missing."),
            (2 * down, "the 3x3 layer in the middle is missing."),
            (2 * down + 3 * narrow**2, "a 3x3 kernel has 9 weights, not 3."),
            (2 * down + narrow**2, "the layer in the middle is 3x3, not 1x1."),
            (
                27 * narrow**2,
                "the first layer reads the many channels, the last one brings them back. Both "
                "are 1x1.",
            ),
            (27 * wide**2, "only the layer in the middle is 3x3, on the few channels."),
            (
                2 * down + 9 * narrow,
                "each filter of the 3x3 layer has a kernel for each of its input channels.",
            ),
            (2 * down + 9 * wide**2, "the 3x3 layer works on the few channels, not on the many."),
            (2 * down + 9 * wide * narrow, "the 3x3 layer goes from narrow to narrow channels."),
            (9 * right - 8 * middle, "two of the three kernels are 1x1, not 3x3."),
            (right + 2 * narrow + wide, "the biases are counted too. These layers have none."),
            (right + 4 * narrow + 2 * wide, "leave the normalizations out: count the kernels."),
            (right + wide**2, "the shortcut has no weights: where no shape changes, it adds `x`."),
        ]
        case = f"{wide} channels, {narrow} in the middle"
        expect_array(call(bottleneck_weights, wide, narrow), right, case, reasons)
    return "With narrow = wide / 4 it is 17/16 of wide², where two 3x3 layers have 18."


bottleneck_weights = Exercise(
    "lecture_12.bottleneck_weights",
    _check_bottleneck_weights,
    hints=(
        "Three layers, three products: 1x1, 3x3, 1x1.",
        "A k x k layer from a to b channels has k * k * a * b weights.",
        "1x1 from wide to narrow, 3x3 from narrow to narrow, 1x1 from narrow to wide.",
    ),
    answer="""
    def bottleneck_weights(wide, narrow):
        return wide * narrow + 3 * 3 * narrow * narrow + narrow * wide
    """,
)


# What likely answers compute: the operations on the branch, whether the shortcut is added, from
# where, and whether a ReLU comes last.
_ORDERS = (
    ("bn relu conv bn relu conv", "", "the shortcut is missing: add `x` in the end."),
    (
        "bn relu conv bn relu conv",
        "add relu",
        "a ReLU follows the addition. Nothing may: the sum goes on as it is.",
    ),
    (
        "bn relu conv bn relu conv",
        "add first",
        "the shortcut begins behind the first normalization and ReLU. Add `x` itself.",
    ),
    (
        "conv bn relu conv bn",
        "add relu",
        "this is the block of the first paper. Here normalization and ReLU come before each "
        "convolution.",
    ),
    ("conv bn relu conv bn relu", "add", "normalization and ReLU come after the convolutions."),
    ("conv bn relu conv bn", "add", "normalization comes after the convolutions, not before."),
    ("bn conv bn relu conv", "add", "the first ReLU is missing."),
    ("bn relu conv bn conv", "add", "the second ReLU is missing."),
    ("bn conv bn conv", "add", "both ReLUs are missing."),
    ("relu bn conv relu bn conv", "add", "the ReLU comes before the normalization."),
)


def _run(order: str, end: str, x: np.ndarray, kernels: list, norms: list) -> np.ndarray:
    """Compute what a block with this order of operations makes of `x`."""
    kernels, norms, y, first = iter(kernels), iter(norms), x, x
    for number, operation in enumerate(order.split()):
        if operation == "conv":
            y = conv2d(y, next(kernels), padding=1)
        elif operation == "relu":
            y = np.maximum(y, 0)
        else:
            gamma, beta, mean, variance = next(norms)
            y = gamma * (y - mean) / np.sqrt(variance) + beta
        first = y if number == 1 else first
    if "add" in end:
        y = y + (first if "first" in end else x)
    return np.maximum(y, 0) if "relu" in end else y


def _check_preactivated(preactivated, rng: np.random.Generator) -> str:
    from lecture_utils.backend import keras

    side, channels = int(rng.integers(6, 10)), int(rng.integers(2, 5))
    case = f"maps of {side}x{side}x{channels}"
    if not callable(preactivated):
        raise Mistake(f"A function is expected here, but this is {show(preactivated)}.")
    image = keras.Input((side, side, channels))
    try:
        output = call(preactivated, image, channels)
    except Mistake as mistake:
        if re.search("broadcast|incompatible shapes", str(mistake)):
            raise Mistake(
                f'{mistake} The branch must keep the shape of `x`: padding="same", stride 1, and '
                "`channels` filters."
            ) from None
        raise
    if not isinstance(output, keras.KerasTensor):
        raise Mistake(f"{case}: the maps after the block are expected, not {show(output)}.")
    if output.shape != image.shape:
        raise Mistake(
            f"{case}: the shape changes to {output.shape[1:]}. This block keeps it: "
            'padding="same", stride 1.'
        )
    model = keras.Model(image, output)
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    kind = keras.layers.BatchNormalization
    normalizations = [layer for layer in model.layers if isinstance(layer, kind)]
    if len(convolutions) != 2:
        raise Mistake(f"{case}: convolutions: {len(convolutions)}. Two are asked for.")
    if any(layer.kernel_size != (3, 3) for layer in convolutions):
        raise Mistake(f"{case}: both kernels are 3x3.")
    if any(layer.use_bias for layer in convolutions):
        raise Mistake(f"{case}: the convolutions have no bias: `use_bias=False`.")
    if len(normalizations) != 2:
        raise Mistake(
            f"{case}: normalizations: {len(normalizations)}. Each of the two convolutions "
            "has one before it."
        )
    kernels = [rng.normal(size=layer.kernel.shape) for layer in convolutions]
    norms = [rng.uniform(0.5, 1.5, (4, channels)) for _ in normalizations]
    for layer, kernel in zip(convolutions, kernels, strict=True):
        layer.set_weights([kernel])
    for layer, (gamma, beta, mean, variance) in zip(normalizations, norms, strict=True):
        layer.set_weights([gamma, beta, mean, variance - layer.epsilon])

    x = rng.normal(size=(2, side, side, channels))
    result = np.asarray(model(x.astype("float32"), training=False))
    right = _run("bn relu conv bn relu conv", "add", x, kernels, norms)

    def same(wrong):
        return np.abs(result - wrong).max() < 1e-3 * np.abs(right).max()

    if same(right):
        return "Stack a hundred of them: the sum still holds the first maps unchanged."
    for order, end, reason in _ORDERS:
        if same(_run(order, end, x, kernels, norms)):
            raise Mistake(f"{case}: {reason}")
    raise Mistake(
        f"{case}: convolutions and normalizations are there, but the result is not that of the "
        "order BatchNormalization, ReLU, Conv2D, BatchNormalization, ReLU, Conv2D, and then the "
        "sum with `x`."
    )


preactivated = Exercise(
    "lecture_12.preactivated",
    _check_preactivated,
    hints=(
        "Keep `x`, and let `y` begin as `x`. Normalize, ReLU, convolve; and once more.",
        "`y = layers.ReLU()(layers.BatchNormalization()(y))`, then the convolution with "
        '`padding="same", use_bias=False`.',
        "`return layers.Add()([x, y])`, with nothing after it.",
    ),
    answer="""
    def preactivated(x, channels):
        layers = keras.layers
        y = x
        for _ in range(2):
            y = layers.ReLU()(layers.BatchNormalization()(y))
            y = layers.Conv2D(channels, 3, padding="same", use_bias=False)(y)
        return layers.Add()([x, y])
    """,
)


def _count(
    depth: int, norm=2, bias=0, colours=3, step=6, dense_bias=1, halved=1, projections=False
) -> int:
    """Count the parameters of a ResNet for CIFAR-10; the options count as a likely mistake does."""
    blocks = (depth - 2) // step
    total, before = (9 * colours + bias + norm) * 16, 16
    for channels in (16, 32, 64):
        for number in range(2 * blocks):
            total += (9 * (before if halved else channels) + bias + norm) * channels
            if projections and number == 0 and before != channels:
                total += (before + norm) * channels
            before = channels
    return total + (64 + dense_bias) * 10


def _check_cifar_parameters(cifar_parameters, rng: np.random.Generator) -> str:
    for depth in (6 * rng.choice(np.arange(3, 60), 3, replace=False) + 2).tolist():
        reasons = [
            (_count(depth, norm=0), "batch normalization has parameters too: gamma and beta."),
            (
                _count(depth, norm=4),
                "moving mean and variance are counted, but they are not trained.",
            ),
            (_count(depth, norm=1), "batch normalization has two parameters a channel."),
            (_count(depth, bias=1), "the convolutions have no biases."),
            (_count(depth, colours=1), "the images have 3 channels: red, green and blue."),
            (
                _count(depth, step=2),
                "there are (depth - 2) / 6 blocks in each of the three stages.",
            ),
            (
                _count(depth, step=3),
                "a block has two convolutions: (depth - 2) / 6 blocks in a stage.",
            ),
            (_count(depth, projections=True), "shortcuts A have no parameters."),
            (_count(depth) + 16 * 32 + 32 * 64, "shortcuts A have no 1x1 kernels."),
            (_count(depth, dense_bias=0), "the last dense layer has biases: 64 * 10 + 10."),
            (
                _count(depth, halved=0),
                "the first convolution of stages 2 and 3 still reads half as many channels.",
            ),
            (_count(depth) - 650, "the dense layer from 64 to 10 is missing."),
            (
                _count(depth) - 32 - 9 * 3 * 16,
                "the first convolution is missing: it comes before the stages.",
            ),
        ]
        result, right = call(cifar_parameters, depth), _count(depth)
        # Compared exactly: next to a million weights a likely mistake is small.
        for wrong, reason in reasons:
            if result == wrong:
                raise Mistake(f"Depth {depth}: {reason}")
        if result != right:
            raise Mistake(f"Depth {depth}: your result is {show(result)}, not {right}.")
    return f"With it you know the network of 1202 layers: {_count(1202):,} parameters."


cifar_parameters = Exercise(
    "lecture_12.cifar_parameters",
    _check_cifar_parameters,
    hints=(
        "Three stages of 2n convolutions, n = (depth - 2) // 6, and one convolution before them.",
        "A convolution with its normalization has 9 * before * channels + 2 * channels parameters.",
        "Keep the channels that came before: 3, then 16; 32 and 64 from the second convolution of "
        "their stage on. In the end 64 * 10 + 10.",
    ),
    answer="""
    def cifar_parameters(depth):
        before, total = 3, 64 * 10 + 10
        for channels in [16] + [c for c in (16, 32, 64) for _ in range((depth - 2) // 3)]:
            total += 9 * before * channels + 2 * channels
            before = channels
        return total
    """,
)


def _check_stochastic_depth(stochastic_depth, rng: np.random.Generator) -> str:
    survival = float(rng.choice([0.2, 0.3, 0.7, 0.8]))
    x, change = rng.normal(size=(2, 5))
    case = f"survival {survival}"
    seen = []

    def branch(maps):
        seen.append(maps)
        return maps * 0 + change

    def run(training):
        result = call(stochastic_depth, x, branch, survival, training, rng)
        return np.asarray(result, dtype=float)

    def check_input():
        if any(np.shape(maps) != x.shape or not np.allclose(maps, x) for maps in seen):
            raise Mistake(
                f"{case}: the branch reads `x`, and `x` stays as it was. `x + ...` makes a new "
                "array; `x += ...` changes the one that was given."
            )

    expect_array(
        run(False),
        x + survival * change,
        f"{case}, not training",
        [
            (
                x + change,
                "the branch is not scaled. In training it is there with probability `survival` "
                "only, so the next layer expects `survival` times as much.",
            ),
            (x, "the branch is missing. Outside training it always takes part."),
            (change, "the shortcut is missing."),
            (survival * change, "the shortcut is missing from the sum."),
            (survival * (x + change), "the shortcut is scaled too. Only the branch may be."),
            (
                x + change / survival,
                "the branch is divided by `survival`. It was there less often: multiply.",
            ),
            (x + (1 - survival) * change, "`survival` is the probability to stay, not to go."),
        ],
    )
    check_input()
    before = rng.bit_generator.state
    runs = np.array([run(True) for _ in range(600)])
    if np.allclose(runs, x + survival * change):
        raise Mistake(f"{case}, training: nothing is drawn. Here the branch is there or not.")
    there = np.abs(runs - (x + change)).max(axis=1) < 1e-6
    gone = np.abs(runs - x).max(axis=1) < 1e-6
    if not (there | gone).all():
        odd = runs[~(there | gone)][0]
        if np.allclose(odd, x + change / survival):
            raise Mistake(
                f"{case}, training: the branch is divided by `survival`. Some libraries do so; "
                "then nothing is scaled later. Here it is as in the paper: scaled outside training."
            )
        if np.allclose(odd, 0):
            raise Mistake(f"{case}, training: the shortcut is dropped too. It always stays.")
        if np.all(np.isclose(odd, x) | np.isclose(odd, x + change)):
            raise Mistake(
                f"{case}, training: each value is drawn for itself, as dropout does. Here the "
                "whole branch is there or not."
            )
        raise Mistake(f"{case}, training: `x` plus the branch is expected, or `x` alone.")
    share = there.mean()
    if share in (0, 1):
        raise Mistake(
            f"{case}, training: in 600 calls the branch was {'always' if share else 'never'} there."
        )
    if abs(share - survival) > 0.1:
        turned = abs(share - (1 - survival)) < 0.1
        raise Mistake(
            f"{case}, training: the branch was there in {share:.0%} of 600 calls. "
            + ("`survival` is the probability to stay." if turned else "Is the draw uniform?")
        )
    if rng.bit_generator.state == before:
        raise Mistake(
            f"{case}, training: the draw does not come from `rng`. With it, who calls can repeat "
            "the draws."
        )
    check_input()
    return "You have written the block of Huang and others, 2016."


stochastic_depth = Exercise(
    "lecture_12.stochastic_depth",
    _check_stochastic_depth,
    hints=(
        "Three cases: not training; training and the branch stays; training and it goes.",
        "`rng.random() < survival` is true with probability `survival`.",
        "Outside training: `x + survival * branch(x)`. In training: `x + branch(x)` or `x`.",
    ),
    answer="""
    def stochastic_depth(x, branch, survival, training, rng):
        if not training:
            return x + survival * branch(x)
        return x + branch(x) if rng.random() < survival else x
    """,
)

EXERCISES = (shortcut_a, bottleneck_weights, preactivated, cifar_parameters, stochastic_depth)


def not_done_yet() -> None:
    """Print which of these exercises are still to be done."""
    print_not_done(EXERCISES)
