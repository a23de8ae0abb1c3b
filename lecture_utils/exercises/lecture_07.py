"""Exercises of lecture 07, AlexNet and the ImageNet moment."""

from __future__ import annotations

import numpy as np

from lecture_utils.exercises._exercise import (
    Exercise,
    Mistake,
    call,
    expect_array,
    print_not_done,
    show,
)


def _check_top_error(top_error, rng: np.random.Generator) -> str:
    for k in (3, 1, 5):
        classes = int(rng.choice([8, 9, 11]))
        # Each place is the right answer's for another number of images, and no number is the sum
        # of those before it: all slips differ.
        places = rng.permutation(np.repeat(np.arange(classes), np.arange(classes) + 2))
        count = len(places)
        probabilities = rng.dirichlet(np.ones(classes), count).astype("float32")
        order = np.argsort(-probabilities, axis=1)
        labels = order[np.arange(count), places]
        right = np.mean(places >= k)
        reasons = [
            (1 - right, "this is the share of right answers. The share of errors is asked for."),
            (right * count, "this is how many are wrong. Divide by the number of images."),
            (100 * right, "this is in percent. The share is asked for, from 0 to 1."),
            (
                np.mean(places < classes - k),
                "these are the k classes that are least probable: np.argsort begins with the "
                "smallest.",
            ),
            (np.mean(places > k), "one class too many: the best k have the places 0 to k - 1."),
            (np.mean(places >= k - 1), "one class too few: [:, :k] has the places 0 to k - 1."),
            (np.mean(places != k - 1), "only the class in place k is looked at, not the best k."),
        ]
        if k != 1:
            top1 = "this is the top-1 error. k classes may be named for each image."
            reasons.append((np.mean(places >= 1), top1))
            never = "no image is right for you. Compare class numbers with class numbers."
            reasons.append((1, never))
        if k != 5:
            reasons.append((np.mean(places >= 5), "this is the top-5 error. k is not always 5."))
        each = "this says of each image whether it is an error. The mean is the share."
        reasons.append((places >= k, each))
        case = f"{count} images, {classes} classes, k = {k}"
        result = call(top_error, probabilities, labels, k)
        expect_array(result, right, case, reasons)
    return "The challenge was decided with k = 5."


top_error = Exercise(
    "lecture_07.top_error",
    _check_top_error,
    hints=(
        "`np.argsort(-probabilities, axis=1)` gives for each image the classes, the best first.",
        "The first k columns are the guesses. `guesses == labels[:, np.newaxis]` says where a "
        "guess is right.",
        "An image is right if any of its k guesses is. The mean of a true-false array is a share.",
    ),
    answer="""
    def top_error(probabilities, labels, k):
        guesses = np.argsort(-probabilities, axis=1)[:, :k]
        found = np.any(guesses == labels[:, np.newaxis], axis=1)
        return 1 - np.mean(found)
    """,
)


def _check_grouped_parameters(grouped_parameters, rng: np.random.Generator) -> str:
    for groups in rng.permutation([1, 2, 4, 8]).tolist():
        kernel = int(rng.choice([3, 5, 7]))
        inputs = 8 * int(rng.integers(2, 12))
        # With as many filters as inputs, or groups times as many, two mistakes give one result.
        others = set(range(16, 96, 8)) - {inputs, groups * inputs}
        filters = int(rng.choice(sorted(others)))
        window = kernel**2
        right = window * inputs // groups * filters + filters
        reasons = [
            (right - filters, "the biases are missing, one for each filter."),
            (
                (window * inputs * filters + filters) / groups,
                "the biases are divided too. Each filter keeps its own bias, however many groups.",
            ),
            (
                window * inputs * filters + filters,
                "these are the parameters without groups. A filter sees the channels of its own "
                "group only.",
            ),
            (
                window * (inputs // groups) * (filters // groups) + filters // groups,
                "this is one group. There are several of them.",
            ),
            (
                window * (inputs // groups) * (filters // groups) + filters,
                "the weights of one group only, but the biases of all. There are several groups.",
            ),
            (
                kernel * inputs // groups * filters + filters,
                "a kernel has kernel * kernel weights for each channel, not kernel.",
            ),
            (
                window * inputs // groups * filters + inputs,
                "a bias belongs to each filter, not to each input channel.",
            ),
        ]
        case = f"kernel {kernel}, {inputs} inputs, {filters} filters, {groups} groups"
        result = call(grouped_parameters, kernel, inputs, filters, groups)
        # Compared exactly: next to the weights the biases are few.
        for wrong, reason in reasons:
            if wrong != right and result == wrong:
                raise Mistake(f"{case}: {reason}")
        if result != right:
            raise Mistake(f"{case}: your result is {show(result)}, but {right} is expected.")
    return "With as many groups as channels it becomes a depthwise convolution."


grouped_parameters = Exercise(
    "lecture_07.grouped_parameters",
    _check_grouped_parameters,
    hints=(
        "How many input channels does one filter see?",
        "A filter has kernel * kernel * (inputs // groups) weights and one bias.",
        "All groups together have `filters` filters.",
    ),
    answer="""
    def grouped_parameters(kernel, inputs, filters, groups):
        weights_of_a_filter = kernel * kernel * (inputs // groups)
        return (weights_of_a_filter + 1) * filters
    """,
)


def _check_dropout(dropout, rng: np.random.Generator) -> str:
    for rate, shape in ((0.25, (4000,)), (0.75, (40, 100)), (0.5, (40, 100))):
        values = 1 + rng.random(shape)
        case = f"Values of shape {shape}, rate {rate}"
        seed = int(rng.integers(2**31))
        tested = call(dropout, values, rate, np.random.default_rng(seed), False)
        tested = _as_numbers(tested, values.shape, f"{case}, training False")
        if np.allclose(tested, values * (1 - rate)):
            raise Mistake(
                f"{case}, training False: this is the paper's way. In Keras's way the values were "
                "made larger in training, so here they stay as they are."
            )
        if not np.allclose(tested, values):
            raise Mistake(
                f"{case}: with training False the values must come back as they are. Nothing is "
                "dropped in the test."
            )
        trained = call(dropout, values, rate, np.random.default_rng(seed), True)
        trained = _as_numbers(trained, values.shape, f"{case}, training True")
        again = call(dropout, values, rate, np.random.default_rng(seed), True)
        other = call(dropout, values, rate, np.random.default_rng(seed + 1), True)
        _check_dropped(trained, again, other, values, rate, f"{case}, training True")
    return "With it, a layer's mean is the same in training and in the test."


def _as_numbers(result, shape, case: str) -> np.ndarray:
    try:
        result = np.asarray(result, dtype=float)
    except (TypeError, ValueError):
        raise Mistake(f"{case}: numbers are expected, but this came: {show(result)}.") from None
    if result.shape != shape:
        raise Mistake(
            f"{case}: the shape is {result.shape}, not {shape}. A dropped value becomes 0, it is "
            "not removed."
        )
    return result


def _check_dropped(trained, again, other, values, rate: float, case: str) -> None:
    dropped = np.mean(trained == 0)
    if not np.array_equal(trained, again):
        raise Mistake(
            f"{case}: twice the same generator, two different results. Draw from `rng` only."
        )
    if dropped == 0 and np.allclose(trained, values):
        raise Mistake(f"{case}: the values came back as they are, and nothing was dropped.")
    if dropped in (0, 1):
        raise Mistake(
            f"{case}: {'none' if dropped == 0 else 'all'} of the values became 0. Draw a number "
            "for each value, not one for all: rng.random(values.shape)."
        )
    if np.array_equal(trained, other):
        raise Mistake(
            f"{case}: two generators, one result. Draw from `rng`, not from a generator of your "
            "own."
        )
    kept = trained != 0
    if kept.ndim == 2 and (np.all(kept == kept[0]) or np.all(kept == kept[:, :1])):
        raise Mistake(
            f"{case}: whole rows or columns became 0. Draw a number for each value: "
            "rng.random(values.shape)."
        )
    factors = trained[kept] / values[kept]
    if rate != 0.5 and abs(dropped - (1 - rate)) < 0.1:
        raise Mistake(
            f"{case}: {dropped:.0%} of the values became 0. `rate` is the share that is dropped, "
            "not the share that is kept."
        )
    if abs(dropped - rate) > 0.1:
        raise Mistake(f"{case}: {dropped:.0%} of the values became 0, not {rate:.0%}.")
    if np.allclose(factors, 1):
        raise Mistake(
            f"{case}: the values that are kept stay as they are, so the mean falls. Divide them "
            "by the share that is kept."
        )
    if np.allclose(factors, 1 - rate):
        raise Mistake(f"{case}: the kept values were multiplied by {1 - rate}. Divide by it.")
    if rate != 0.5 and np.allclose(factors, 1 / rate):
        raise Mistake(f"{case}: divided by the share that is dropped, not by the share kept.")
    if not np.allclose(factors, 1 / (1 - rate)):
        raise Mistake(
            f"{case}: the kept values are {factors.mean():.3g} times as large as before, not "
            f"{1 / (1 - rate):.3g} times."
        )


dropout = Exercise(
    "lecture_07.dropout",
    _check_dropout,
    hints=(
        "Two cases: without `training` return the values as they are.",
        "`rng.random(values.shape) >= rate` is true for the share 1 - rate of the values.",
        "Multiply by this mask: true counts as 1. Then divide by the share that is kept.",
    ),
    answer="""
    def dropout(values, rate, rng, training):
        if not training:
            return values
        kept = rng.random(values.shape) >= rate
        return values * kept / (1 - rate)
    """,
)


def _five_crops(image: np.ndarray, size: int) -> list[np.ndarray]:
    """Return the crops of the middle and of the corners, without reflections."""
    rows, columns = image.shape[0] - size, image.shape[1] - size
    places = [(rows // 2, columns // 2), (0, 0), (0, columns), (rows, 0), (rows, columns)]
    return [image[top : top + size, left : left + size] for top, left in places]


def _check_ten_crops(ten_crops, rng: np.random.Generator) -> str:
    for _ in range(3):
        size = int(rng.integers(5, 9))
        rows, columns = (size + 2 * int(n) for n in rng.choice([2, 3, 4], 2, replace=False))
        image = rng.random((rows, columns))
        case = f"An image of {rows} x {columns}, crops of {size} x {size}"
        crops = _as_crops(call(ten_crops, image, size), case)
        if crops.shape == (5, size, size):
            raise Mistake(f"{case}: five crops. Their reflections are missing.")
        if crops.shape != (10, size, size):
            raise Mistake(f"{case}: the shape is {crops.shape}, not (10, {size}, {size}).")
        straight = _five_crops(image, size)
        expected = straight + [crop[:, ::-1] for crop in straight]
        missing = [want for want in expected if not _has(crops, want)]
        if not missing:
            continue
        if all(_has(crops, crop[::-1]) for crop in straight):
            raise Mistake(
                f"{case}: reflected upside down. A photo is reflected from left to right: [:, ::-1]"
            )
        if all(_has(crops, crop[::-1, ::-1]) for crop in straight):
            raise Mistake(f"{case}: turned by half a turn. Reverse the columns only: [:, ::-1]")
        if all(_has(crops, crop.T) for crop in straight):
            raise Mistake(f"{case}: rows and columns are exchanged. Reverse the columns: [:, ::-1]")
        if not _has(crops, straight[0]):
            raise Mistake(
                f"{case}: the crop from the middle is missing. It begins at "
                f"row {(rows - size) // 2} and column {(columns - size) // 2}."
            )
        lost = [n for n, crop in enumerate(straight) if not _has(crops, crop)]
        names = ("middle", "upper left", "upper right", "lower left", "lower right")
        if lost:
            raise Mistake(
                f"{case}: the crop from the {names[lost[0]]} corner is missing. The last crop "
                f"begins at row {rows - size} and column {columns - size}."
            )
        raise Mistake(f"{case}: {len(missing)} of the reflections are missing.")
    return "Average the probabilities of the ten, and you test as the paper did."


def _as_crops(result, case: str) -> np.ndarray:
    try:
        return np.asarray(result, dtype=float)
    except (TypeError, ValueError):
        pass
    try:
        shapes = sorted({np.shape(crop) for crop in result})
    except (TypeError, ValueError):
        shapes = []
    if len(shapes) < 2:
        raise Mistake(f"{case}: numbers are expected, but this came: {show(result)}.")
    raise Mistake(
        f"{case}: the crops have different shapes, {' and '.join(map(str, shapes))}. Rows and "
        "columns of the image differ: image.shape[0] and image.shape[1]."
    )


def _has(crops: np.ndarray, wanted: np.ndarray) -> bool:
    return any(crop.shape == wanted.shape and np.allclose(crop, wanted) for crop in crops)


ten_crops = Exercise(
    "lecture_07.ten_crops",
    _check_ten_crops,
    hints=(
        "First five crops: four corners and the middle. A crop at (top, left) is "
        "image[top : top + size, left : left + size].",
        "The lowest crop begins at row len(image) - size; the middle one at half of it.",
        "Then add crop[:, ::-1] for each of the five, and stack all ten with np.stack.",
    ),
    answer="""
    def ten_crops(image, size):
        bottom, right = image.shape[0] - size, image.shape[1] - size
        places = [(0, 0), (0, right), (bottom, 0), (bottom, right), (bottom // 2, right // 2)]
        crops = [image[top : top + size, left : left + size] for top, left in places]
        return np.stack(crops + [crop[:, ::-1] for crop in crops])
    """,
)


def _check_paper_step(paper_step, rng: np.random.Generator) -> str:
    for scale in (1, 10):
        w, v, gradient = rng.normal(size=(3, 4)) * scale
        # Chosen anew, and decay made large, so that no slip hides behind a small number.
        rate, momentum, decay = rng.uniform((0.1, 0.55, 0.1), (0.3, 0.85, 0.4)).round(2).tolist()
        case = f"rate {rate}, momentum {momentum}, decay {decay}"
        result = call(paper_step, w, v, gradient, rate, momentum, decay)
        try:
            result = [np.asarray(array, dtype=float) for array in result]
        except (TypeError, ValueError):
            result = []
        if [array.shape for array in result] != [w.shape, v.shape]:
            raise Mistake(f"{case}: two arrays are expected, the new w and the new v.")
        new_v = momentum * v - rate * decay * w - rate * gradient
        right = np.array([w + new_v, new_v])

        def pair(velocity, weights=w):
            return np.array([weights + velocity, velocity])

        plain = momentum * v - rate * gradient
        pull = gradient + decay * w
        uphill = momentum * v + rate * pull
        fixed = "the paper's 0.9 or 0.0005 stands in your function. Use `momentum` and `decay`."
        reasons = [
            (right[::-1], "the new w comes first, then the new v."),
            (pair(plain), "the weight decay is missing."),
            (
                pair(plain, w - rate * decay * w),
                "the decay works on w directly, as Keras's `weight_decay` does. In the paper it "
                "is a part of v, so that it goes on in later steps.",
            ),
            (pair(momentum * v - decay * w - rate * gradient), "the decay lacks the rate."),
            (pair(uphill), "this walks uphill: subtract."),
            (
                pair(momentum * v + rate * decay * w - rate * gradient),
                "the decay makes the weights larger: subtract it.",
            ),
            (pair(-rate * (gradient + decay * w)), "the old v is forgotten: momentum * v."),
            (
                pair(v - rate * (gradient + decay * w)),
                "the old v comes in whole. Multiply it by the momentum.",
            ),
            (np.array([w + v, new_v]), "w moves by the old v. Compute the new v first."),
            (np.array([w - new_v, new_v]), "v points downhill already: add it to w."),
            (
                np.array([w - uphill, uphill]),
                "this v points uphill. In the paper v is the step itself: subtract the gradient, "
                "then w + v.",
            ),
            (
                np.array([w + new_v, v]),
                "w is right, but the old v comes back. Return the new one.",
            ),
            (
                np.array([w - rate * (momentum * v + pull), momentum * v + pull]),
                "this v lacks the rate. In the paper the rate is a part of v: w + v.",
            ),
            (pair(0.9 * v - rate * pull), fixed),
            (pair(momentum * v - rate * (gradient + 0.0005 * w)), fixed),
            (pair(0.9 * v - rate * (gradient + 0.0005 * w)), fixed),
            (
                pair((1 - momentum) * v - rate * (gradient + decay * w)),
                "the momentum is the share of v that is kept, not the share that is lost.",
            ),
            (
                pair(momentum * v - (1 - momentum) * rate * (gradient + decay * w)),
                "this is a mean with weights that add up to 1. In the paper the gradient counts "
                "fully.",
            ),
        ]
        expect_array(result, right, case, reasons)
    return "These two lines trained AlexNet."


paper_step = Exercise(
    "lecture_07.paper_step",
    _check_paper_step,
    hints=(
        "Begin with the momentum update from above. The decay is one more term of v.",
        "The decay pulls the weights towards 0: - decay * rate * w.",
        "v = momentum * v - decay * rate * w - rate * gradient, then return w + v, v.",
    ),
    answer="""
    def paper_step(w, v, gradient, rate, momentum, decay):
        v = momentum * v - decay * rate * w - rate * gradient
        return w + v, v
    """,
)

EXERCISES = (top_error, grouped_parameters, dropout, ten_crops, paper_step)


def not_done_yet() -> None:
    """Print which of these exercises are still to be done."""
    print_not_done(EXERCISES)
