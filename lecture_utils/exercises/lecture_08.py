"""Exercises of lecture 08, ZFNet: looking inside a convnet."""

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


def _seen_periods(period: int, stride: int) -> tuple[float, dict[str, float]]:
    """Return the period that samples show, and what likely mistakes give instead."""
    share = stride / period % 1
    turns = min(share, 1 - share)
    return stride / turns, {
        "samples": 1 / turns,
        "true": period,
        "unfolded": stride / share,
        "multiple": int(np.lcm(period, stride)),
        "divided": 1 / turns / stride,
        "finest": 2 * stride,
    }


def _tells_apart(period: int, stride: int) -> bool:
    """Whether no two likely mistakes give the same wrong figure for these stripes."""
    if stride % period == 0 or 2 * stride % period == 0:
        return False  # no wave is left, or one that stands still at two samples
    right, mistakes = _seen_periods(period, stride)
    if stride < period:
        del mistakes["unfolded"]  # it is the true period then
    wrong = [round(value, 6) for value in mistakes.values() if not np.isclose(value, right)]
    return len(set(wrong)) == len(wrong)


def _shorter(period: int, stride: int) -> bool:
    """Whether the slow wave comes again before the very same values do."""
    return _seen_periods(period, stride)[0] < np.lcm(period, stride) - 0.5


def _check_seen_period(seen_period, rng: np.random.Generator) -> str:
    pairs = [(p, s) for p in range(3, 24) for s in range(2, 13) if _tells_apart(p, s)]
    kinds = (
        # Periods between two samples: one and a large part, one and a small part, less than one,
        # less than half: nothing happens then.
        [(p, s) for p, s in pairs if p < s and s / p % 1 > 0.5 and _shorter(p, s)],
        [(p, s) for p, s in pairs if p < s and s / p % 1 < 0.5],
        [(p, s) for p, s in pairs if s < p < 2 * s],
        [(p, s) for p, s in pairs if 2 * s < p],
    )
    for kind in kinds:
        period, stride = kind[rng.integers(len(kind))]
        share = stride / period % 1
        right, mistakes = _seen_periods(period, stride)
        reasons = {
            "samples": "this counts samples. From one sample to the next it is `stride` pixels.",
            "true": "this is the true period. Stripes that are finer than two samples are seen as "
            "slower ones.",
            "unfolded": f"without whole periods, the stripes move on by {share:.2f} of a "
            "period between two samples. More than a half is the same as less than a half "
            "backwards, and that is slower.",
            "multiple": "the least common multiple is where the very same values come again. "
            "The slow wave through the samples can be shorter than that.",
            "divided": "multiply by the stride, where you divide by it.",
            "finest": "this is the finest period that the samples can show, for any stripes.",
        }
        case = f"Stripes of period {period}, a sample every {stride} pixels"
        likely = [(mistakes[name], reason) for name, reason in reasons.items()]
        expect_array(call(seen_period, period, stride), right, case, likely)
    return "No network behind these samples can find out what the true period was."


seen_period = Exercise(
    "lecture_08.seen_period",
    _check_seen_period,
    hints=(
        "From one sample to the next the stripes move on by stride / period of a period.",
        "Whole periods do not show, and 0.8 of a period forward looks like 0.2 backward: subtract "
        "round(stride / period). What is left lies between -0.5 and 0.5.",
        "If a share t of the period fits between two samples, 1 / |t| samples make a period. A "
        "sample is `stride` pixels.",
    ),
    answer="""
    def seen_period(period, stride):
        turns = stride / period
        turns = turns - round(turns)
        return stride / abs(turns)
    """,
)


def _unpool(signal, image, place="max"):
    """Unpool a signal by 2; `place` is "max", or what a likely mistake does instead."""
    result = np.zeros(image.shape)
    for r, c in np.ndindex(signal.shape):
        window = image[2 * r : 2 * r + 2, 2 * c : 2 * c + 2]
        inside = result[2 * r : 2 * r + 2, 2 * c : 2 * c + 2]
        if place == "everywhere":
            inside[:] = signal[r, c]
        elif place == "quarter":
            inside[:] = signal[r, c] / 4
        elif place == "corner":
            inside[0, 0] = signal[r, c]
        elif place == "smallest":
            inside[window == window.min()] = signal[r, c]
        elif place == "image":
            inside[window == window.max()] = window.max()
        elif place == "swapped":
            inside.T[window == window.max()] = signal[r, c]
        else:
            inside[window == window.max()] = signal[r, c]
    return result


def _check_unpool(unpool, rng: np.random.Generator) -> str:
    for rows, columns in ((2, 2), (2, 4), (3, 2)):
        image = rng.permutation(4 * rows * columns).reshape(2 * rows, 2 * columns)
        # In the first window every likely mistake points to another pixel.
        image[1, 0], image[1, 1] = image.max() + 1, -1
        signal = rng.integers(10, 99, (rows, columns)) + 0.5
        # As on the page: a gradient wants both of one type.
        image, signal = image.astype("float32"), signal.astype("float32")
        reasons = [
            (
                _unpool(signal, image, "everywhere"),
                "each value stands in all four pixels of its window. It belongs only where the "
                "maximum was.",
            ),
            (_unpool(signal, image, "quarter"), "this is the way back through an average."),
            (
                _unpool(signal, image, "corner"),
                "each value stands in the upper left pixel of its window. Where was the maximum?",
            ),
            (_unpool(signal, image, "smallest"), "the values stand where the minimum was."),
            (
                _unpool(signal, image, "image"),
                "the places are right, but the values are the image's. The signal's are asked for.",
            ),
            (
                _unpool(signal, image, "swapped"),
                "within the windows rows and columns are exchanged.",
            ),
            (
                _unpool(np.ones_like(signal), image),
                "the places are right, but each value is 1. The signal's are asked for.",
            ),
            (
                _unpool(signal, image) * image,
                "the values are multiplied by the image's. The signal's are asked for as they are.",
            ),
        ]
        case = f"An image of {2 * rows}x{2 * columns}"
        expected = _unpool(signal, image)
        expect_array(call(unpool, signal, image), expected, case, reasons)
    return "The image decides where, the signal decides how much."


unpool = Exercise(
    "lecture_08.unpool",
    _check_unpool,
    hints=(
        "Begin with zeros of the image's shape, and go through the places of the signal with "
        "np.ndindex(signal.shape).",
        "The window of place (r, c) is image[2 * r : 2 * r + 2, 2 * c : 2 * c + 2].",
        "np.unravel_index(window.argmax(), (2, 2)) is row and column of its maximum; the result "
        "gets the signal's value at (2 * r + row, 2 * c + column).",
    ),
    answer="""
    def unpool(signal, image):
        result = np.zeros(image.shape)
        for r, c in np.ndindex(signal.shape):
            window = image[2 * r : 2 * r + 2, 2 * c : 2 * c + 2]
            row, column = np.unravel_index(window.argmax(), (2, 2))
            result[2 * r + row, 2 * c + column] = signal[r, c]
        return result
    """,
)


def _spread(values, kernel, stride, add=True):
    """Let each value paint its kernel; without `add` a later one paints over an earlier one."""
    result = np.zeros((len(values) - 1) * stride + len(kernel))
    for i, value in enumerate(values):
        window = result[i * stride : i * stride + len(kernel)]
        window[:] = value * kernel + (window if add else 0)
    return result


def _check_transpose(transpose, rng: np.random.Generator) -> str:
    for stride in (1, 2, 3):
        values = rng.integers(1, 9, 4).astype(float)
        kernel = np.sort(rng.choice(np.arange(1, 20), 5, replace=False)).astype(float)
        right = _spread(values, kernel, stride)
        reasons = [
            (
                _spread(values, kernel[::-1], stride),
                "the kernel is reversed. A value goes back with the weights through which the "
                "signal came, in their order.",
            ),
            (
                _spread(values, kernel, stride, add=False),
                "where two kernels overlap, the later one replaces the earlier one. They add up.",
            ),
            (
                _spread(values, kernel, 1),
                "neighbouring values paint one sample apart. They looked `stride` samples apart.",
            ),
            (
                _spread(values, kernel, stride)[: stride * len(values)],
                "the end is cut off: the last kernel reaches further.",
            ),
            (
                _spread(values, np.ones(len(kernel)), stride),
                "each value is spread evenly. It must be weighed by the kernel.",
            ),
        ]
        case = f"values {show(values)}, kernel {show(kernel)}, stride {stride}"
        expect_array(call(transpose, values, kernel, stride), right, case, reasons)
    return "A loop of three lines, and it is what Conv1DTranspose computes."


transpose = Exercise(
    "lecture_08.transpose",
    _check_transpose,
    hints=(
        "Forwards, value i looked at the samples from i * stride on, one for each weight.",
        "Begin with zeros; there are (len(values) - 1) * stride + len(kernel) of them.",
        "Each value adds value * kernel to result[i * stride : i * stride + len(kernel)].",
    ),
    answer="""
    def transpose(values, kernel, stride):
        result = np.zeros((len(values) - 1) * stride + len(kernel))
        for i, value in enumerate(values):
            result[i * stride : i * stride + len(kernel)] += value * kernel
        return result
    """,
)


def _check_most_needed(most_needed, rng: np.random.Generator) -> str:
    for corner in (False, True, False):
        height, width, size = 9, 12, int(rng.integers(2, 4))
        image = rng.uniform(1, 2, (height, width))
        row, column = int(rng.integers(1, 4)), int(rng.integers(7, 9))
        if corner:
            row, column = height - size, width - size
        # A place that the score needs, one that speaks against it even more, and noise.
        weights = rng.uniform(0, 0.1, (height, width))
        weights[row : row + size, column : column + size] += 5
        weights[row : row + size, 0:size] -= 9

        tried, fills = set(), set()

        def score(picture, image=image, weights=weights, tried=tried, fills=fills):
            picture = np.asarray(picture)
            changed = picture != image
            if changed.any():
                tried.add(changed.tobytes())
                fills.update(picture[changed].tolist())
            return float(np.sum(weights * picture))

        case = f"An image of {height}x{width}, a patch of {size}x{size}"
        result = call(most_needed, score, image, size)
        try:
            found = tuple(int(number) for number in result)
        except (TypeError, ValueError):
            found = ()
        if len(found) != 2:
            raise Mistake(f"{case}: a pair (row, column) is expected, not {show(result)}.")
        wrong = sorted(fills - {0.0})
        if len(wrong) == 1:
            raise Mistake(f"{case}: the patch has the value {wrong[0]:g}. Its pixels become 0.")
        reasons = {
            (row, 0): "covering this place changes the score most, but it raises it. Where does "
            "it fall most?",
            (column, row): "row and column are exchanged.",
        }
        if found in reasons:
            raise Mistake(f"{case}: {reasons[found]}")
        # Larger steps may meet the right place by chance.
        places = (height - size + 1) * (width - size + 1)
        if len(tried) < places - height - width:
            raise Mistake(
                f"{case}: there are {places} places for the patch, and you asked for the score of "
                f"{len(tried)}. It moves on by one pixel each time, as far as it fits."
            )
        if found == (row, column):
            continue
        if found == (row + size // 2, column + size // 2):
            raise Mistake(
                f"{case}: this is the middle of the patch. Its upper left pixel is asked for."
            )
        if corner:
            raise Mistake(
                f"{case}: the needed pixels lie in the last corner, at {(row, column)}, but you "
                f"found {found}. There are {height} - {size} + 1 rows of places, or the patches "
                "of before are still on the image: cover a copy each time."
            )
        raise Mistake(
            f"{case}: you found {found}, but the score falls most at {(row, column)}. Is one "
            "patch at a time set to 0, on a fresh copy?"
        )
    return "It asks nothing about the network: it works for anything that has a score."


most_needed = Exercise(
    "lecture_08.most_needed",
    _check_most_needed,
    hints=(
        "Two loops over the places of the patch; in each, a fresh copy of the image.",
        "The patch fits at rows 0 to height - size, both included: range(height - size + 1).",
        "Keep the lowest score so far and its place, or store all scores in an array and use "
        "np.unravel_index(scores.argmin(), scores.shape).",
    ),
    answer="""
    def most_needed(score, image, size):
        height, width = image.shape
        scores = np.zeros((height - size + 1, width - size + 1))
        for row, column in np.ndindex(scores.shape):
            covered = image.copy()
            covered[row : row + size, column : column + size] = 0
            scores[row, column] = score(covered)
        return np.unravel_index(scores.argmin(), scores.shape)
    """,
)


def _check_cam(cam, rng: np.random.Generator) -> str:
    for _ in range(3):
        height, width, channels = (int(n) for n in rng.choice([3, 4, 5, 6], 3, replace=False))
        right = np.zeros(1)
        while right.max() < 0.1:  # somewhere the class has evidence
            maps = rng.uniform(0, 1, (height, width, channels))
            slopes = rng.normal(0, 1, (height, width, channels))
            slopes += np.linspace(-1, 1, channels)  # some maps speak for the class, some against
            weights = slopes.mean(axis=(0, 1))
            plain = (maps * weights).sum(axis=-1)
            right = np.maximum(plain, 0)
        reasons = [
            (plain, "evidence against the class is in it too: the ReLU at the end is missing."),
            (np.abs(plain), "evidence against the class counts as evidence for it."),
            (
                (maps * np.maximum(weights, 0)).sum(axis=-1),
                "the ReLU comes before the sum. A map that speaks against the class must be able "
                "to cancel one that speaks for it.",
            ),
            (
                np.maximum((maps * slopes).sum(axis=-1), 0),
                "each place has its own weight. Grad-CAM has one weight for each map: the mean "
                "of its slopes over all places.",
            ),
            (
                right * height * width,
                "the slopes are added. Their mean is asked for, so that it does not depend on "
                "the size of the maps.",
            ),
            (
                np.maximum((maps * weights).mean(axis=-1), 0),
                "the weighted maps are averaged. Their sum is asked for.",
            ),
            (
                right / right.max(),
                "the map is divided by its largest value. Here the sum itself is asked for.",
            ),
            (
                np.maximum(maps.sum(axis=-1), 0),
                "the maps are added without their weights: the class plays no part.",
            ),
        ]
        case = f"Maps of {height}x{width}, {channels} of them"
        expect_array(call(cam, maps, slopes), right, case, reasons)
    return "Two lines, and the map tells two classes of one photo apart."


cam = Exercise(
    "lecture_08.cam",
    _check_cam,
    hints=(
        "Three steps: a weight for each map, the sum of the weighted maps, a ReLU.",
        "The weight of a map is the mean of its slopes over rows and columns, axes 0 and 1.",
        "maps * weights multiplies each map by its weight; then sum over the last axis.",
    ),
    answer="""
    def cam(maps, slopes):
        weights = slopes.mean(axis=(0, 1))
        return np.maximum((maps * weights).sum(axis=-1), 0)
    """,
)


EXERCISES = (seen_period, unpool, transpose, most_needed, cam)


def not_done_yet() -> None:
    """Print which exercises of this lecture are still to be done."""
    print_not_done(EXERCISES)
