"""Exercises of lecture 02, correlation and convolution in one dimension."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from lecture_exercises.exercise import Exercise, print_not_done
from lecture_utils.convolution import convolve1d, correlate1d


def signal_and_kernel(rng: np.random.Generator, samples: int, width: int) -> tuple:
    """Draw a signal of quarters and a kernel of different numbers, one of the two of whole ones."""
    signal, kernel = rng.integers(-20, 21, samples), rng.permutation(np.arange(1, 10))[:width]
    kernel = kernel * rng.choice([-1, 1], width)
    return (signal / 4, kernel) if samples % 2 else (signal, kernel / 4)


def windows_with_a_rest(rng: np.random.Generator) -> Iterator[tuple]:
    for width, stride, rest in ((3, 2, 1), (2, 3, 0), (4, 1, 0), (2, 3, 2), (1, 2, 1), (3, 5, 4)):
        yield *signal_and_kernel(rng, width + 3 * stride + rest, width), stride
    yield *signal_and_kernel(rng, 5, 5), 1  # a single window


@Exercise(
    cases=windows_with_a_rest,
    hints=[
        "Take the loop of this page. Only the places where a window starts change.",
        "`range(0, last + 1, stride)` gives 0, stride, 2 * stride, ... up to `last`.",
        "The last window starts at `len(signal) - len(kernel)`.",
    ],
    mistakes={
        "the kernel is flipped. Correlation multiplies without flipping.": (
            "* kernel)",
            "* kernel[::-1])",
        ),
        "the last window is missing. What is the last place that fits?": ("last + 1", "last"),
        "the kernel's values are not used.": (" * kernel", ""),
        "the window moves by one sample, not by `stride` samples.": (", stride)", ")"),
        "the samples inside a window lie side by side; only the window jumps.": [
            ("last = ", "signal = signal[::stride]\n    last = "),
            (", stride)", ")"),
        ],
    },
)
def strided_correlation(signal: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    last = len(signal) - len(kernel)
    starts = range(0, last + 1, stride)
    return np.array([np.sum(signal[i : i + len(kernel)] * kernel) for i in starts])


@Exercise(
    cases=lambda rng: [
        *((14, 2, 2), (9, 5, 0), (7, 4, 2), (6, 6, 0), (2, 5, 3)),
        tuple(rng.integers([50, 2, 2], [100, 9, 9]).tolist()),
    ],
    hints=[
        "How many samples does the signal have once the padding has been added?",
        "Without padding the number of windows is `width - kernel_width + 1`.",
        "Padding on both sides makes the signal `width + 2 * padding` samples long.",
    ],
    mistakes={
        "this is one too few: the window at the start counts too.": (" + 1", ""),
        "this is one too many: count the windows of a short signal by hand.": (" + 1", " + 2"),
        "the padding is not counted.": (" + 2 * padding", ""),
        "the padding stands on both sides, so it counts twice.": ("2 * padding", "padding"),
    },
)
def output_length(width: int, kernel_width: int, padding: int) -> int:
    return width + 2 * padding - kernel_width + 1


def signals_and_kernels(rng: np.random.Generator) -> Iterator[tuple]:
    for samples, width in ((7, 3), (8, 2), (6, 4), (5, 1), (4, 4)):
        yield signal_and_kernel(rng, samples, width)
    yield np.array([0, 1.5, -2, 0, 0]), np.array([0, 4, 2, 0])  # zeros at the ends count, too


@Exercise(
    cases=signals_and_kernels,
    hints=[
        "Convolution is correlation with a flipped kernel.",
        "An array is flipped by `array[::-1]` or `np.flip(array)`.",
        'Every window that touches the signal: `correlate1d(..., padding="full")`.',
    ],
    mistakes={
        "this is the correlation: the kernel is not flipped.": ("np.flip(kernel)", "kernel"),
        "the result is in the wrong order: flip the kernel, not the signal.": (
            "signal, np.flip(kernel)",
            "np.flip(signal), kernel",
        ),
        "this is the correlation, written backwards. Flip the kernel, and only the kernel; the "
        "signal comes first.": ("(signal,", "(np.flip(signal),"),
        "the result is as long as the signal, so windows at the border are missing. The page asks "
        "for every window that touches the signal.": ("full", "same"),
        "the numbers are right, but only the windows inside the signal are there. The page asks "
        "for every window that touches it.": ("full", "valid"),
    },
)
def convolve(signal: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    return correlate1d(signal, np.flip(kernel), padding="full")


def kernels_and_widths(rng: np.random.Generator) -> Iterator[tuple]:
    for width, samples in ((3, 7), (2, 6), (4, 9), (5, 5), (1, 3)):
        yield signal_and_kernel(rng, samples, width)[1], samples


@Exercise(
    cases=kernels_and_widths,
    hints=[
        "What is the shape? One row for each output, one column for each sample.",
        "Begin with `matrix = np.zeros((rows, width))` and fill a part of each row.",
        "The kernel stands in row i, from column i on: `matrix[i, i : i + len(kernel)]`.",
    ],
    mistakes={
        "rows and columns have changed places: a row belongs to an output.": (
            "return matrix",
            "return matrix.T",
        ),
        "the last row is missing: there are W - w + 1 of them.": (" + 1", ""),
        "the kernel must move to the right from row to row.": (
            "return matrix",
            "return matrix[:, ::-1]",
        ),
        "the kernel is flipped: each row holds the kernel in its own order.": (
            "= kernel",
            "= kernel[::-1]",
        ),
        "all rows are the same. From row to row the kernel moves on by one column.": (
            "i : i + ",
            ": ",
        ),
        "a square matrix is the `same` case; here only the windows that lie inside the signal "
        "count.": lambda kernel, width: np.transpose(
            [correlate1d(single, kernel, padding="same") for single in np.eye(width)]
        ),
    },
)
def correlation_matrix(kernel: np.ndarray, width: int) -> np.ndarray:
    rows = width - len(kernel) + 1
    matrix = np.zeros((rows, width))
    for i in range(rows):
        matrix[i, i : i + len(kernel)] = kernel
    return matrix


@Exercise(
    cases=lambda rng: [(3,), (2,), (8,), (int(rng.integers(9, 20)),)],
    hints=[
        "Two kernels in a row are one: which operation joins them?",
        "The kernel of a moving mean is `np.ones(width) / width`.",
        'Join the two kernels with `convolve1d(..., ..., padding="full")`.',
    ],
    mistakes={
        "the signs are the wrong way round: with this kernel a rising signal gives negative "
        "numbers. Was one of the two kernels flipped?": ("[-1, 1]", "[1, -1]"),
        "the numbers are `width` times too large: a mean divides the sum by `width`.": (
            " / width",
            "",
        ),
        "one end of the kernel is missing, the last. Which padding keeps every window?": (
            'padding="full")',
            'padding="full")[:-1]',
        ),
        "one end of the kernel is missing, the first. Which padding keeps every window?": (
            'padding="full")',
            'padding="full")[1:]',
        ),
        "this is what is left of the mean's kernel inside its borders. Both ends are missing: "
        '`padding="full"` keeps them.': ("full", "valid"),
    },
)
def smooth_slope(width: int) -> np.ndarray:
    mean = np.ones(width) / width
    return convolve1d(mean, np.array([-1, 1]), padding="full")


def hidden_templates(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Hide lopsided and symmetric templates in a noisy signal, also at its ends.

    Nearly all signals get brighter; the last template is dark. Mean, median, first value and middle
    of the range of a template differ: only without its mean it does not see brightness.
    """
    for template, slope, place in (
        ([2.0, 5, 4, 1, 0, 1], 0.3, rng.integers(20, 90)),
        ([0, 4, 3.5, 2, 2, 1, 1, 0, 0], 0, rng.integers(5, 280)),
        ([5, 0.5, 3, 0.5, 5], 0.2, 0),
        ([-1, -4, -3.5, 0, 1, -2, -2], 0.4, 300 - 7),
    ):
        signal = slope * np.arange(300) + rng.normal(0, 0.05, 300)
        signal[place : place + len(template)] += template
        yield signal, np.array(template)


@Exercise(
    cases=hidden_templates,
    hints=[
        "First make the template blind to brightness: which number must its values sum to?",
        "`template - template.mean()` sums to zero. Correlate the signal with it.",
        "`np.argmax(scores)` is the place of the largest score, where the window begins.",
    ],
    mistakes={
        "this is where the plain correlation is largest. The signal is bright there, but it has "
        "another shape.": (" - template.mean()", ""),
        "this is the middle of the template; its first sample is asked for.": (
            "shape))",
            "shape)) + len(template) // 2",
        ),
        'this is the middle of the template, as with padding="same"; its first sample is asked '
        "for.": ("shape)", 'shape, padding="same")'),
        "this is where the score is smallest; the largest is asked for.": ("argmax", "argmin"),
        "this is where the flipped template fits. Correlate, do not convolve.": (
            "correlate1d",
            "convolve1d",
        ),
        "this is where the template without its median fits best. Remove the mean, so that its "
        "values sum to zero.": ("template.mean()", "np.median(template)"),
        "this is the brightest sample. Compare whole windows.": (
            lambda signal, template: np.argmax(signal)
        ),
        "one whole number is expected, the place of the largest of these scores.": (
            "np.argmax(correlate1d(signal, shape))",
            "correlate1d(signal, shape)",
        ),
    },
    tell=lambda result, *case: (
        "one whole number is expected." if getattr(result, "ndim", 0) else None
    ),
)
def find_template(signal: np.ndarray, template: np.ndarray) -> int:
    shape = template - template.mean()
    return np.argmax(correlate1d(signal, shape))


not_done_yet = partial(print_not_done, __name__)
