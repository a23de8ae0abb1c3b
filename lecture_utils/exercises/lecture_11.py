"""Exercises of lecture 11, Inception v2, v3, v4: batch normalization and factorization."""

from __future__ import annotations

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


def _check_batch_norm(batch_norm, rng: np.random.Generator) -> str:
    shape = (*rng.permutation([3, 4, 5]).tolist(), 2)
    maps = rng.normal(rng.uniform(1, 3, 2), rng.uniform(0.5, 2, 2), shape)
    gamma, beta = rng.uniform(1.5, 3, 2), rng.uniform(1, 2, 2)
    epsilon = float(rng.uniform(0.1, 0.3))  # large, so that a forgotten one is seen

    def normalized(axes, epsilon=epsilon, ddof=0):
        mean = maps.mean(axis=axes, keepdims=True)
        variance = maps.var(axis=axes, keepdims=True, ddof=ddof)
        return (maps - mean) / np.sqrt(variance + epsilon)

    right = normalized((0, 1, 2))
    mean, variance = maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2))
    reasons = [
        (gamma * normalized(0) + beta, "you take a mean for each place. Rows and columns, too, "
         "belong to the mean of a channel: axes 0, 1 and 2."),
        (gamma * normalized((1, 2)) + beta, "you take a mean for each image. The batch is axis 0: "
         "it belongs to the mean, too."),
        (gamma * normalized(None) + beta, "you take one mean for all channels. Each channel has "
         "its own: leave axis 3 out."),
        (gamma * normalized(3) + beta, "you take the mean over the channels. It is taken over all "
         "the rest, for each channel: axes 0, 1 and 2."),
        (right, "gamma and beta are missing."),
        (right + beta, "gamma is missing: it multiplies the normalized maps."),
        (gamma * right, "beta is missing: it is added at the end."),
        (gamma * (right + beta), "gamma multiplies beta, too. First times gamma, then plus beta."),
        (beta * right + gamma, "gamma and beta have changed places."),
        (gamma * normalized((0, 1, 2), 0) + beta, "epsilon is missing."),
        (gamma * (maps - mean) / (np.sqrt(variance) + epsilon) + beta, "epsilon is added to the "
         "standard deviation. It belongs to the variance, under the root."),
        (gamma * (maps - mean) / (variance + epsilon) + beta, "you divide by the variance. The "
         "root is missing."),
        (gamma * normalized((0, 1, 2), 1e-3) + beta, "your epsilon is 0.001. Take the argument."),
        (gamma * normalized((0, 1, 2), ddof=1) + beta, "your variance divides by n - 1. In a "
         "batch it is the plain mean of the squares, divided by n."),
        (gamma * maps / np.sqrt(variance + epsilon) + beta, "the mean is not subtracted."),
    ]  # fmt: skip
    case = f"Maps of shape {shape}"
    result = call(batch_norm, maps, gamma, beta, epsilon)
    expect_array(result, gamma * right + beta, case, reasons)
    return "Any number of channels, any batch: this is the training half of BatchNormalization."


batch_norm = Exercise(
    "lecture_11.batch_norm",
    _check_batch_norm,
    hints=(
        "What the page did with one channel, for all channels at once. No loop is needed.",
        "maps.mean(axis=(0, 1, 2)) gives one mean for each channel; var works in the same way.",
        "Subtract the mean, divide by np.sqrt(variance + epsilon), times gamma, plus beta. The "
        "channels are the last axis, so that NumPy fits the shapes by itself.",
    ),
    answer="""
    def batch_norm(maps, gamma, beta, epsilon):
        mean = maps.mean(axis=(0, 1, 2))
        variance = maps.var(axis=(0, 1, 2))
        return gamma * (maps - mean) / np.sqrt(variance + epsilon) + beta
    """,
)


def _moving(values, start, keep, take) -> float:
    result = start
    for value in values:
        result = keep * result + take * value
    return result


def _check_moving_average(moving_average, rng: np.random.Generator) -> str:
    for count in (int(rng.integers(4, 8)), 1):
        values = rng.uniform(2, 5, count)
        start = float(rng.uniform(-3, -1))
        m = float(rng.uniform(0.7, 0.9))
        right = _moving(values, start, m, 1 - m)
        reasons = [
            (_moving(values, start, 1 - m, m), "the two shares have changed places. In Keras the "
             "momentum is the share of the OLD value that is kept. (Some other libraries name the "
             "share of the new value so.)"),
            (_moving(values[::-1], start, m, 1 - m), "you begin with the last batch."),
            (values.mean(), "this is the plain mean of the batches."),
            (_moving(values, 0, m, 1 - m), "you begin at 0. Begin at `start`."),
            (_moving(values[1:], values[0], m, 1 - m), "you begin with the first batch's value. "
             "Begin at `start`."),
            (m * start + (1 - m) * values[-1], "only the last batch is used. Each batch moves the "
             "value on, from where the one before left it."),
            (m * start + (1 - m) * values[0], "only the first batch is used. Does `return` stand "
             "inside the loop?"),
            (_moving(values[1:], start, m, 1 - m), "the first batch is left out."),
            (_moving(values[:-1], start, m, 1 - m), "the last batch is left out."),
            ([_moving(values[:n], start, m, 1 - m) for n in range(1, count + 1)], "these are the "
             "averages after each batch. Return the last one only."),
            (_moving(values, start, 0.99, 0.01), "your momentum is 0.99. Take the argument."),
            (right / (1 - m**count), "you divide by 1 - momentum ** n at the end. Batch "
             "normalization does not."),
            (_moving(values, start, m, 1), "the new value is added whole. Its share is "
             "1 - momentum."),
            (m * start + (1 - m) * values.mean(), "you take one step towards the mean of all "
             "batches. Take a step for each batch."),
        ]  # fmt: skip
        case = f"Values {show(values)}, start {start:.3f}, momentum {m:.3f}"
        result = call(moving_average, values, start, m)
        expect_array(result, right, case, reasons)
    return "What is left of `start` after n batches is its n-th power: momentum ** n."


moving_average = Exercise(
    "lecture_11.moving_average",
    _check_moving_average,
    hints=(
        "Keep one number, and change it once for each batch.",
        "The old value keeps the share `momentum`, the new one gets the rest.",
        "In a loop over the values: moving = momentum * moving + (1 - momentum) * value.",
    ),
    answer="""
    def moving_average(values, start, momentum):
        moving = start
        for value in values:
            moving = momentum * moving + (1 - momentum) * value
        return moving
    """,
)


def _check_fold(fold, rng: np.random.Generator) -> str:
    inputs, outputs = (int(n) for n in rng.choice([2, 3, 4, 5], 2, replace=False))
    kernel = rng.normal(size=(3, 3, inputs, outputs))
    bias, mean, beta = (rng.uniform(1, 3, outputs) for _ in range(3))
    gamma, variance = rng.uniform(1.5, 3, outputs), rng.uniform(2, 4, outputs)
    epsilon = float(rng.uniform(0.1, 0.3))
    scale = gamma / np.sqrt(variance + epsilon)
    case = f"A kernel of shape {kernel.shape}"
    result = call(fold, kernel, bias, gamma, beta, mean, variance, epsilon)
    if not isinstance(result, tuple | list) or len(result) != 2:
        raise Mistake(f"{case}: return two arrays, the new kernel and the new bias.")
    if np.shape(result[0]) == bias.shape and np.shape(result[1]) == kernel.shape:
        raise Mistake(f"{case}: the two have changed places. First the kernel, then the bias.")
    expect_array(
        result[0],
        kernel * scale,
        f"{case}, the new kernel",
        [
            (kernel, "it has not changed. A factor of the result is a factor of the kernel."),
            (kernel * gamma, "the standard deviation is missing: divide by it."),
            (kernel * gamma / np.sqrt(variance), "epsilon is missing."),
            (kernel * gamma / (variance + epsilon), "the root of the variance is missing."),
            (kernel * gamma / np.sqrt(variance + 1e-3), "your epsilon is 0.001. Take the "
             "argument."),
            (kernel / np.sqrt(variance + epsilon), "gamma is missing."),
            (kernel * scale + (beta - mean * scale), "what is added belongs into the bias, not "
             "into the kernel."),
        ],
    )  # fmt: skip
    expect_array(
        result[1],
        (bias - mean) * scale + beta,
        f"{case}, the new bias",
        [
            (beta - mean * scale, "the convolution's own bias is forgotten. It is normalized like "
             "the rest of the result."),
            (bias + beta - mean * scale, "the convolution's own bias is not scaled. It is "
             "normalized like the rest of the result."),
            (bias * scale + beta, "the mean is forgotten."),
            (bias * scale + beta - mean, "the mean is not scaled."),
            (bias - mean * scale + beta * scale, "beta is scaled and the old bias is not; it is "
             "the other way round."),
            ((bias - mean + beta) * scale, "beta is scaled, too. It is added after the scaling."),
            ((bias - mean) * scale, "beta is forgotten."),
            ((bias + mean) * scale + beta, "the mean is added. It is subtracted."),
            (bias - mean + beta, "the factor is forgotten: it belongs to the bias and the mean."),
            (bias, "it has not changed."),
        ],
    )  # fmt: skip
    return "This is what is done to a trained network before it goes into a phone."


fold = Exercise(
    "lecture_11.fold",
    _check_fold,
    hints=(
        "The convolution gives z + bias. Write the normalization of that, and sort: what "
        "multiplies z, what is added?",
        "scale = gamma / np.sqrt(variance + epsilon) multiplies z, so it multiplies the kernel.",
        "The rest is (bias - mean) * scale + beta. Return (new kernel, new bias).",
    ),
    answer="""
    def fold(kernel, bias, gamma, beta, mean, variance, epsilon):
        scale = gamma / np.sqrt(variance + epsilon)
        return kernel * scale, (bias - mean) * scale + beta
    """,
)


def _check_factorized(factorized, rng: np.random.Generator) -> str:
    for n in rng.choice([3, 5, 7], 2, replace=False):  # two, so that a fixed window fails
        _check_branch(factorized, int(n), rng)
    return "This is a branch of v3's blocks at 17x17, there with n = 7."


def _check_branch(factorized, n: int, rng: np.random.Generator) -> None:
    from lecture_utils.backend import keras

    channels, reduce, filters = (int(c) for c in rng.choice(np.arange(3, 9), 3, replace=False))
    case = f"x with {channels} channels, reduce {reduce}, filters {filters}, n = {n}"
    x = keras.Input((9, 9, channels))
    result = call(factorized, x, reduce, filters, n)
    if not isinstance(result, keras.KerasTensor):
        raise Mistake(f"{case}: return the output of the last layer, not {show(result)}.")
    try:
        model = keras.Model(x, result)
    except Exception:
        raise Mistake(f"{case}: the result does not hang on x. Call the layers on x.") from None
    steps = list(_steps(model))
    convolutions = [step for step in steps if isinstance(step, keras.layers.Conv2D)]
    kernels = [layer.kernel_size for layer in convolutions]
    wanted = [(1, 1), (1, n), (n, 1)]
    if kernels != wanted:
        if (n, n) in kernels:
            raise Mistake(f"{case}: a whole {n}x{n} kernel is there. Take 1x{n} and {n}x1.")
        if kernels == [(1, 1), (n, 1), (1, n)]:
            raise Mistake(
                f"{case}: first {n}x1, then 1x{n}. It is asked for the other way round: the size "
                "of a kernel is (rows, columns)."
            )
        if kernels == wanted[1:]:
            raise Mistake(f"{case}: the 1x1 convolution in front is missing.")
        raise Mistake(f"{case}: the kernels are {kernels}, but {wanted} is asked for.")
    if any(layer.padding != "same" for layer in convolutions):
        raise Mistake(f'{case}: the maps lose rows or columns. padding="same" keeps the size.')
    widths = [layer.filters for layer in convolutions]
    if widths != [reduce, reduce, filters]:
        raise Mistake(
            f"{case}: the filters are {widths}, but {[reduce, reduce, filters]} is asked for."
        )
    if any(layer.use_bias for layer in convolutions):
        raise Mistake(
            f"{case}: a convolution has a bias. The normalization subtracts it again with the "
            "mean: use_bias=False."
        )
    if any(layer.activation is not keras.activations.linear for layer in convolutions):
        raise Mistake(
            f"{case}: the ReLU sits in the convolution, before the normalization. It comes after."
        )
    kinds = ["ReLU" if is_relu(step) else type(step).__name__ for step in steps]
    if "BatchNormalization" not in kinds:
        raise Mistake(f"{case}: there is no batch normalization.")
    if "ReLU" not in kinds:
        raise Mistake(f"{case}: there is no ReLU.")
    if kinds != ["Conv2D", "BatchNormalization", "ReLU"] * 3:
        if kinds == ["Conv2D", "ReLU", "BatchNormalization"] * 3:
            raise Mistake(f"{case}: the ReLU comes after the normalization, not before it.")
        raise Mistake(
            f"{case}: each convolution is followed by BatchNormalization and ReLU, but your "
            f"layers are {', '.join(kinds)}."
        )


def _steps(model):
    """Yield what a model does, layer by layer: models inside it too, and functions of Keras."""
    for step in getattr(model, "operations", model.layers):
        if hasattr(step, "layers"):
            yield from _steps(step)
        elif type(step).__name__ != "InputLayer":
            yield step


factorized = Exercise(
    "lecture_11.factorized",
    _check_factorized,
    hints=(
        "Three times the same three layers: convolution, BatchNormalization, ReLU. A loop over "
        "the filters and kernels is short.",
        "for filters_, kernel in ((reduce, 1), (reduce, (1, n)), (filters, (n, 1))): ...",
        'layers.Conv2D(filters_, kernel, padding="same", use_bias=False)(x), then '
        "layers.BatchNormalization()(x), then layers.ReLU()(x). Return x.",
    ),
    answer="""
    def factorized(x, reduce, filters, n):
        for count, kernel in ((reduce, 1), (reduce, (1, n)), (filters, (n, 1))):
            x = layers.Conv2D(count, kernel, padding="same", use_bias=False)(x)
            x = layers.BatchNormalization()(x)
            x = layers.ReLU()(x)
        return x
    """,
)


def _check_smooth(smooth, rng: np.random.Generator) -> str:
    for _ in range(2):
        classes = int(rng.integers(4, 8))
        labels = rng.permutation(classes)[:3]
        alpha = float(rng.uniform(0.1, 0.4))
        hot = np.eye(classes)[labels]
        reasons = [
            (hot, "nothing is smoothed: these are the hard targets."),
            (hot * (1 - alpha), "the share that you take away from the right class must be given "
             "to the classes: each row sums to 1."),
            (np.where(hot > 0, 1 - alpha, alpha / (classes - 1)), "you share alpha out among the "
             "WRONG classes. In the paper, and in Keras, ALL classes get alpha / classes, the "
             "right one, too."),
            (np.where(hot > 0, 1 - alpha, alpha / classes), "the right class gets its part of the "
             "shared alpha, too. Your rows sum to less than 1."),
            (hot * (1 - alpha) + alpha, "each class gets the whole alpha. It is shared out: "
             "alpha / classes."),
            (hot + alpha / classes, "the right class must give up alpha first. Your rows sum to "
             "more than 1."),
            (hot * (1 - alpha) + alpha / (classes - 1), "you divide by classes - 1. The right "
             "class is one of those that share."),
            (hot * (1 - alpha) + alpha / 10, "you divide by 10. Take `classes`."),
            (hot * 0.9 + 0.1 / classes, "your alpha is 0.1. Take the argument."),
            (hot * alpha + (1 - alpha) / classes, "alpha is the share of the even part, not of "
             "the right class."),
        ]  # fmt: skip
        case = f"labels {labels.tolist()}, {classes} classes, alpha {alpha:.3f}"
        result = call(smooth, labels, classes, alpha)
        if np.shape(result) == (classes, 3):
            raise Mistake(f"{case}: one row for each label, please: the shape is turned round.")
        expect_array(result, hot * (1 - alpha) + alpha / classes, case, reasons)
    return "With these targets the plain cross-entropy is the loss of the paper."


smooth = Exercise(
    "lecture_11.smooth",
    _check_smooth,
    hints=(
        "Begin with hard targets: np.eye(classes)[labels] has a row for each label.",
        "The targets are a mixture: 1 - alpha of the hard ones, alpha of the even distribution.",
        "The even distribution has 1 / classes everywhere, at the right class, too.",
    ),
    answer="""
    def smooth(labels, classes, alpha):
        hard = np.eye(classes)[labels]
        return (1 - alpha) * hard + alpha / classes
    """,
)

EXERCISES = (batch_norm, moving_average, fold, factorized, smooth)


def not_done_yet() -> None:
    """Print which exercises of this lecture are still to be done."""
    print_not_done(EXERCISES)
