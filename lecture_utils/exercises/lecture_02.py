"""Exercises of lecture 02, correlation and convolution in one dimension."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lecture_utils.exercises._exercise import (
    Exercise,
    Mistake,
    call,
    expect_array,
    print_not_done,
    show,
)


def _lopsided(rng: np.random.Generator, size: int) -> np.ndarray:
    """Draw a kernel of different positive numbers: no flip and no change of sign hides in it."""
    return rng.choice(np.arange(1, 10), size, replace=False)


def _signal(rng: np.random.Generator, size: int) -> np.ndarray:
    """Draw a signal of whole numbers that does not read the same backwards."""
    signal = rng.integers(0, 10, size)
    signal[0] = signal[-1] + 1
    return signal


def _check_output_length(output_length, rng: np.random.Generator) -> None:
    for padding in (0, *rng.choice(np.arange(2, 9), 3, replace=False).tolist()):
        kernel_width = int(rng.integers(2, 7))
        width = int(rng.integers(10, 100))
        result = call(output_length, width, kernel_width, padding)
        windows = sliding_window_view(np.zeros(padding + width + padding), kernel_width)
        right = len(windows)
        case = f"A signal of {width} samples, a kernel of {kernel_width}, padding {padding}"
        reasons = [
            (right - 1, f"{right - 1} is one too few: the window at the start counts too."),
            (
                right + 1,
                f"{right + 1} is one too many: count the windows of a short signal by hand.",
            ),
        ]
        if padding:
            reasons += [
                (right - 2 * padding, "the padding is not counted."),
                (right - padding, "the padding stands on both sides, so it counts twice."),
            ]
        expect_array(result, np.asarray(right), case, reasons)


output_length = Exercise(
    "lecture_02.output_length",
    _check_output_length,
    hints=(
        "How many samples does the signal have once the padding has been added?",
        "Without padding the number of windows is `width - kernel_width + 1`.",
        "Padding on both sides makes the signal `width + 2 * padding` samples long.",
    ),
    answer="""
    def output_length(width, kernel_width, padding):
        return width + 2 * padding - kernel_width + 1
    """,
)


def _check_strided_correlation(strided_correlation, rng: np.random.Generator) -> None:
    for stride in (1, 2, 3):
        kernel = _lopsided(rng, 3)
        for rest in range(stride):  # samples behind the last window, too few for another step
            signal = _signal(rng, 3 + 3 * stride + rest)
            result = call(strided_correlation, signal, kernel, stride)
            every = sliding_window_view(signal, 3)
            right = every[::stride] @ kernel
            flipped = "the kernel is flipped. Correlation multiplies without flipping."
            reasons = [
                (every[::stride] @ kernel[::-1], flipped),
                (right[:-1], "the last window is missing. What is the last place that fits?"),
                (every.sum(axis=1)[::stride], "the kernel's values are not used."),
            ]
            if stride > 1:
                reasons += [
                    (every @ kernel, "the window moves by one sample, not by `stride` samples."),
                    (
                        np.correlate(signal[::stride], kernel, "valid"),
                        "the samples inside a window lie side by side; only the window jumps.",
                    ),
                ]
            case = f"signal {show(signal)}, kernel {show(kernel)}, stride {stride}"
            expect_array(result, right, case, reasons)


strided_correlation = Exercise(
    "lecture_02.strided_correlation",
    _check_strided_correlation,
    hints=(
        "Take the loop of this page. Only the places where a window starts change.",
        "`range(0, last + 1, stride)` gives 0, stride, 2 * stride, ... up to `last`.",
        "The last window starts at `len(signal) - len(kernel)`.",
    ),
    answer="""
    def strided_correlation(signal, kernel, stride):
        last = len(signal) - len(kernel)
        starts = range(0, last + 1, stride)
        return np.array([np.sum(signal[i : i + len(kernel)] * kernel) for i in starts])
    """,
)


def _check_convolve(convolve, rng: np.random.Generator) -> None:
    for size in (3, 2, 4):
        signal, kernel = _signal(rng, 7), _lopsided(rng, size)
        result = call(convolve, signal, kernel)
        right = np.convolve(signal, kernel)
        reasons = [
            (
                np.correlate(signal, kernel, "full"),
                "this is the correlation: the kernel is not flipped.",
            ),
            (
                right[::-1],
                "the result is in the wrong order: flip the kernel, not the signal.",
            ),
            (
                np.correlate(signal, kernel, "full")[::-1],
                "this is the correlation, written backwards. Flip the kernel, and only the kernel; "
                "the signal comes first.",
            ),
            (
                np.convolve(signal, kernel, "same"),
                "the result is as long as the signal, so windows at the border are missing. "
                "The page asks for every window that touches the signal.",
            ),
            (
                np.convolve(signal, kernel, "valid"),
                "the numbers are right, but only the windows inside the signal are there. "
                "The page asks for every window that touches it.",
            ),
        ]
        expect_array(result, right, f"signal {show(signal)}, kernel {show(kernel)}", reasons)


convolve = Exercise(
    "lecture_02.convolve",
    _check_convolve,
    hints=(
        "Convolution is correlation with a flipped kernel.",
        "An array is flipped by `array[::-1]` or `np.flip(array)`.",
        'Every window that touches the signal: `correlate1d(..., padding="full")`.',
    ),
    answer="""
    from lecture_utils.convolution import correlate1d

    def convolve(signal, kernel):
        return correlate1d(signal, np.flip(kernel), padding="full")
    """,
)


def _check_correlation_matrix(correlation_matrix, rng: np.random.Generator) -> None:
    for size in (2, 3, 4):
        kernel, width = _lopsided(rng, size), int(rng.integers(6, 9))
        result = call(correlation_matrix, kernel, width)
        right = np.stack([np.correlate(row, kernel, "valid") for row in np.eye(width)], axis=1)
        flipped = "the kernel is flipped: each row holds the kernel in its own order."
        reasons = [
            (right.T, "rows and columns have changed places: a row belongs to an output."),
            (right[:-1], "the last row is missing: there are W - w + 1 of them."),
            (right[:, ::-1], "the kernel must move to the right from row to row."),
            (right[::-1, ::-1], flipped),
            (
                np.repeat(right[:1], len(right), axis=0),
                "all rows are the same. From row to row the kernel moves on by one column.",
            ),
        ]
        case = f"kernel {show(kernel)}, width {width}"
        if np.shape(result) == (width, width):
            raise Mistake(
                f"{case}: a square matrix is the `same` case; here only the windows that lie "
                "inside the signal count."
            )
        expect_array(result, right, case, reasons)


correlation_matrix = Exercise(
    "lecture_02.correlation_matrix",
    _check_correlation_matrix,
    hints=(
        "What is the shape? One row for each output, one column for each sample.",
        "Begin with `matrix = np.zeros((rows, width))` and fill a part of each row.",
        "The kernel stands in row i, from column i on: `matrix[i, i : i + len(kernel)]`.",
    ),
    answer="""
    def correlation_matrix(kernel, width):
        rows = width - len(kernel) + 1
        matrix = np.zeros((rows, width))
        for i in range(rows):
            matrix[i, i : i + len(kernel)] = kernel
        return matrix
    """,
)


def _check_smooth_slope(smooth_slope, rng: np.random.Generator) -> None:
    for width in rng.choice(np.arange(2, 9), 3, replace=False).tolist():
        result = call(smooth_slope, width)
        mean = np.ones(width) / width
        # What the first output takes from each sample of its window is the kernel.
        samples = np.eye(width + 1)
        means = [np.correlate(sample, mean, "valid") for sample in samples]
        right = np.array([after - before for before, after in means])
        reasons = [
            (
                -right,
                "the signs are the wrong way round: with this kernel a rising signal gives "
                "negative numbers. Was one of the two kernels flipped?",
            ),
            (
                right * width,
                "the numbers are `width` times too large: a mean divides the sum by `width`.",
            ),
            (
                right[:-1],
                "one end of the kernel is missing. Which padding keeps every window?",
            ),
            (
                right[1:],
                "one end of the kernel is missing. Which padding keeps every window?",
            ),
            (
                np.correlate(mean, [-1, 1], "valid"),
                "this is what is left of the mean's kernel inside its borders. "
                'Both ends are missing: `padding="full"` keeps them.',
            ),
        ]
        expect_array(result, right, f"width {width}", reasons)


smooth_slope = Exercise(
    "lecture_02.smooth_slope",
    _check_smooth_slope,
    hints=(
        "Two kernels in a row are one: which operation joins them?",
        "The kernel of a moving mean is `np.ones(width) / width`.",
        'Join the two kernels with `convolve1d(..., ..., padding="full")`.',
    ),
    answer="""
    from lecture_utils.convolution import convolve1d

    def smooth_slope(width):
        mean = np.ones(width) / width
        return convolve1d(mean, np.array([-1, 1]), padding="full")
    """,
)


def _check_find_template(find_template, rng: np.random.Generator) -> None:
    for slope in (0.0, 0.3):
        signal, template, place = _hidden_template(rng, slope)
        result = call(find_template, signal, template)
        score = np.correlate(signal, template - template.mean(), "valid")
        wrong = [
            (
                np.argmax(np.correlate(signal, template, "valid")),
                "this is where the plain correlation is largest. The signal is bright there, but "
                "it has another shape.",
            ),
            (
                place + len(template) // 2,
                "this is the middle of the template; its first sample is asked for.",
            ),
            (
                place + (len(template) - 1) // 2,
                'this is the middle of the template, as with padding="same"; '
                "its first sample is asked for.",
            ),
            (np.argmin(score), "this is where the score is smallest; the largest is asked for."),
            (
                np.argmax(np.convolve(signal, template - template.mean(), "valid")),
                "this is where the flipped template fits. Correlate, do not convolve.",
            ),
            (np.argmax(signal), "this is the brightest sample. Compare whole windows."),
        ]
        light = "gets brighter to the right" if slope else "is dark"
        case = f"A signal of {len(signal)} samples that {light}, the template at {place}"
        if np.size(result) != 1:
            raise Mistake(f"{case}: one whole number is expected, but this came: {show(result)}.")
        reasons = [(where, f"your answer is {where}: {why}") for where, why in wrong]
        expect_array(result, np.asarray(place), case, reasons)


def _hidden_template(rng: np.random.Generator, slope: float) -> tuple[np.ndarray, np.ndarray, int]:
    """Hide a bright template in a noisy signal that gets brighter by `slope` a sample.

    Where the light changes, the template reads the same backwards, so that the slope weighs
    nothing in it once its mean is removed; where it does not, the template is lopsided.
    """
    half = np.array([5.0, 1.0, 3.0]) + rng.uniform(-0.3, 0.3, 3)
    template = np.concatenate([half, half[1::-1]]) if slope else np.array([2.0, 5, 4, 1, 0, 1])
    place = int(rng.integers(10, 40))
    signal = slope * np.arange(80) + rng.normal(0, 0.05, 80)
    signal[place : place + len(template)] += template
    return signal, template, place


find_template = Exercise(
    "lecture_02.find_template",
    _check_find_template,
    hints=(
        "First make the template blind to brightness: which number must its values sum to?",
        "`template - template.mean()` sums to zero. Correlate the signal with it.",
        "`np.argmax(scores)` is the place of the largest score, where the window begins.",
    ),
    answer="""
    from lecture_utils.convolution import correlate1d

    def find_template(signal, template):
        shape = template - template.mean()
        return np.argmax(correlate1d(signal, shape))
    """,
)


EXERCISES = (
    strided_correlation,
    output_length,
    convolve,
    correlation_matrix,
    smooth_slope,
    find_template,
)


def not_done_yet() -> None:
    """Print which exercises of this lecture are still to be done."""
    print_not_done(EXERCISES)
