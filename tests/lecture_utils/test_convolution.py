"""Correlation, convolution and pooling against hand-worked examples, SciPy, Keras and loops."""

import itertools

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from lecture_utils.convolution import (
    average_pool2d,
    conv2d,
    convolve1d,
    convolve2d,
    correlate1d,
    correlate2d,
    max_pool2d,
    output_size,
)

many = settings(max_examples=150, deadline=None, derandomize=True, database=None)
# Keras takes some milliseconds for each new shape.
some = settings(max_examples=60, deadline=None, derandomize=True, database=None)

WORDS = ("valid", "same", "full")
equal = np.testing.assert_array_equal


def whole(low, high):
    return st.integers(low, high)


def pair(low, high):
    return st.tuples(whole(low, high), whole(low, high))


def numbers(shape, seed=0):
    """Small whole numbers as float32: sums of their products are exact, in any order."""
    return np.random.default_rng(seed).integers(-9, 10, shape).astype("float32")


@pytest.fixture(scope="module")
def ops():
    from lecture_utils.backend import keras

    return keras.ops


def pads(size, span, stride, padding):
    """The rule of each padding word, written a second time: (before, after) on one axis."""
    if padding == "same":
        total = span - stride if size % stride == 0 else span - size % stride
        total = max(total, 0)
        return total // 2, (total + 1) // 2
    if padding == "full":
        return span - 1, span - 1
    return (0, 0) if padding == "valid" else (padding, padding)


def padded_by_hand(image, spans, stride, padding):
    """An image in the middle of a larger array of zeros."""
    (top, bottom), (left, right) = map(pads, image.shape, spans, stride, padding)
    height, width = image.shape
    padded = np.zeros((top + height + bottom, left + width + right))
    padded[top : top + height, left : left + width] = image
    return padded


def correlate2d_loops(image, kernel, stride, padding, dilation):
    """Every product of the formula, one at a time."""
    spans = [(k - 1) * d + 1 for k, d in zip(kernel.shape, dilation, strict=True)]
    padded = padded_by_hand(image, spans, stride, padding)
    rows = range(0, padded.shape[0] - spans[0] + 1, stride[0])
    columns = range(0, padded.shape[1] - spans[1] + 1, stride[1])
    output = np.zeros((len(rows), len(columns)))
    for (y, row), (x, column) in itertools.product(enumerate(rows), enumerate(columns)):
        for i, j in np.ndindex(kernel.shape):
            pixel = padded[row + i * dilation[0], column + j * dilation[1]]
            output[y, x] += pixel * kernel[i, j]
    return output


def with_gaps(kernel, dilation):
    """The kernel that does without dilation what the given one does with it."""
    (height, width), (rows, columns) = kernel.shape[:2], dilation
    wide = np.zeros(((height - 1) * rows + 1, (width - 1) * columns + 1, *kernel.shape[2:]))
    wide[::rows, ::columns] = kernel
    return wide.astype(kernel.dtype)


# Worked examples


def test_differential_operator():
    signal = np.array([0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 4])
    response = correlate1d(signal, [-1, 1])
    assert response.tolist() == [0, 0, 0, 1, 1, 1, 1, 0, 0, 0]
    assert response.dtype == np.int64


def test_template_match():
    signal = np.array([0, 0, 3, 0, 0, 0, 0, 0, 3, 0, 3, 0, 0, 0])
    assert correlate1d(signal, [1, 0, 1]).tolist() == [3, 0, 3, 0, 0, 0, 3, 0, 6, 0, 3, 0]


def test_4x4_image_with_3x3_kernel():
    image = np.arange(16).reshape(4, 4)
    kernel = [[1, 0, 0], [0, 0, 0], [0, 0, -2]]  # a pixel less twice the one two steps down right
    assert correlate2d(image, kernel).tolist() == [[-20, -21], [-24, -25]]
    assert convolve2d(image, kernel).tolist() == [[10, 9], [6, 5]]


def test_same_at_stride_two_pads_after_the_image_only():
    assert correlate1d([1, 2, 3, 4], [1, 10, 100], stride=2, padding="same").tolist() == [321, 43]


def test_same_with_an_even_kernel_pads_after_the_signal_only():
    assert correlate1d([1, 2, 3], [1, 10], padding="same").tolist() == [21, 32, 3]


def test_pooling_by_hand():
    image = np.array([[1, 2, 5], [3, 4, 6], [7, 9, 8]])[np.newaxis, :, :, np.newaxis]
    assert max_pool2d(image)[0, :, :, 0].tolist() == [[4]]
    assert average_pool2d(image)[0, :, :, 0].tolist() == [[2.5]]
    assert max_pool2d(image, padding="same")[0, :, :, 0].tolist() == [[4, 6], [9, 8]]
    assert average_pool2d(image, padding="same")[0, :, :, 0].tolist() == [[2.5, 5.5], [8, 8]]


# Against SciPy


@many
@given(size=whole(1, 30), kernel=whole(1, 12), padding=st.sampled_from(WORDS), seed=whole(0, 99))
def test_one_dimension_agrees_with_scipy(size, kernel, padding, seed):
    size = max(size, kernel)  # SciPy would let the shorter one slide
    kernel = kernel - 1 + kernel % 2 if padding == "same" else kernel  # it centres even ones else
    signal, weights = numbers(size, seed), numbers(kernel, seed + 1)
    expected = scipy.signal.correlate(signal, weights, padding, method="direct")
    equal(correlate1d(signal, weights, padding=padding), expected)
    expected = scipy.signal.convolve(signal, weights, padding, method="direct")
    equal(convolve1d(signal, weights, padding=padding), expected)


@many
@given(size=pair(1, 12), kernel=pair(1, 6), padding=st.sampled_from(WORDS), seed=whole(0, 99))
def test_two_dimensions_agree_with_scipy(size, kernel, padding, seed):
    size = np.maximum(size, kernel)
    kernel = np.array(kernel)
    kernel = kernel - 1 + kernel % 2 if padding == "same" else kernel
    image, weights = numbers(size, seed), numbers(kernel, seed + 1)
    expected = scipy.signal.correlate2d(image, weights, padding)
    equal(correlate2d(image, weights, padding=padding), expected)
    expected = scipy.signal.convolve2d(image, weights, padding)
    equal(convolve2d(image, weights, padding=padding), expected)


@many
@given(size=whole(1, 20), kernel=whole(1, 9), seed=whole(0, 99))
def test_same_is_a_section_of_full(size, kernel, seed):
    signal, weights = numbers(size, seed), numbers(kernel, seed + 1)
    full = np.correlate(signal, weights, mode="full")
    if kernel > size:  # NumPy then swaps the two, which reverses the correlation
        full = np.convolve(signal, weights[::-1], mode="full")
    same = correlate1d(signal, weights, padding="same")
    equal(same, full[kernel // 2 :][:size])


# Against Keras


@some
@given(
    size=whole(1, 20),
    kernel=whole(1, 6),
    step=st.one_of(st.tuples(whole(1, 4), st.just(1)), st.tuples(st.just(1), whole(1, 3))),
    padding=st.sampled_from(WORDS[:2]),
)
def test_one_dimension_agrees_with_keras(ops, size, kernel, step, padding):
    stride, dilation = step  # TensorFlow takes only one of the two at a time
    size = max(size, (kernel - 1) * dilation + 1)
    signal, weights = numbers(size), numbers(kernel, seed=1)
    x, kernels = signal.reshape(1, -1, 1), weights.reshape(-1, 1, 1)
    expected = ops.conv(x, kernels, stride, padding, dilation_rate=dilation)
    ours = correlate1d(signal, weights, stride, padding, dilation)
    equal(ours, np.asarray(expected)[0, :, 0])


@some
@given(
    size=pair(1, 14),
    kernel=pair(1, 5),
    stride=pair(1, 4),
    dilation=pair(1, 3),
    padding=st.sampled_from(WORDS[:2]),
    sizes=st.tuples(whole(1, 3), whole(1, 4), whole(1, 5)),
)
def test_conv2d_agrees_with_keras(ops, size, kernel, stride, dilation, padding, sizes):
    batch, inputs, outputs = sizes
    kernels = numbers((*kernel, inputs, outputs), seed=1)
    wide = with_gaps(kernels, dilation)
    images = numbers((batch, *np.maximum(size, wide.shape[:2]), inputs))
    bias = numbers(outputs, seed=2)
    # TensorFlow refuses a dilation with a stride above one, so the gaps stand in the kernel.
    expected = np.asarray(ops.conv(images, wide, strides=stride, padding=padding)) + bias
    ours = conv2d(images, kernels, bias, stride, padding, dilation)
    np.testing.assert_allclose(ours, expected, atol=1e-3)
    assert ours.dtype == np.float32


@some
@given(
    size=pair(1, 14),
    window=pair(1, 5),
    stride=st.none() | pair(1, 6),
    padding=st.sampled_from(WORDS[:2]),
    sizes=pair(1, 3),
)
def test_pooling_agrees_with_keras(ops, size, window, stride, padding, sizes):
    batch, channels = sizes
    images = numbers((batch, *np.maximum(size, window), channels)) - 20  # all below the padding's 0
    settings = (window, stride, padding)
    equal(max_pool2d(images, *settings), ops.max_pool(images, *settings))
    expected = ops.average_pool(images, *settings)
    np.testing.assert_allclose(average_pool2d(images, *settings), expected, rtol=1e-5)


# Against loops: all combinations, also those that neither library has

PADDING = st.sampled_from(WORDS) | whole(0, 4)


@many
@given(
    size=pair(1, 9),
    kernel=pair(1, 4),
    stride=pair(1, 4),
    dilation=pair(1, 3),
    padding=st.tuples(PADDING, PADDING),
    seed=whole(0, 99),
)
def test_two_dimensions_agree_with_loops(size, kernel, stride, dilation, padding, seed):
    size = np.maximum(size, [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)])
    image, weights = numbers(size, seed), numbers(kernel, seed + 1)
    expected = correlate2d_loops(image, weights, stride, padding, dilation)
    response = correlate2d(image, weights, stride, padding, dilation)
    equal(response, expected)
    axes = zip(size, kernel, stride, padding, dilation, strict=True)
    assert response.shape == tuple(output_size(int(axis[0]), *axis[1:]) for axis in axes)

    row, column = image[:1], weights[:1]
    if row.shape[1] >= (column.shape[1] - 1) * dilation[1] + 1:
        line = correlate1d(row[0], column[0], stride[1], padding[1], dilation[1])
        steps = ((1, stride[1]), ("valid", padding[1]), (1, dilation[1]))
        equal(line, correlate2d_loops(row, column, *steps)[0])


@many
@given(size=pair(1, 9), window=pair(1, 4), stride=pair(1, 5), padding=pair(0, 3), seed=whole(0, 99))
def test_pooling_with_whole_number_padding_agrees_with_loops(size, window, stride, padding, seed):
    size, padding = np.maximum(size, window), np.minimum(padding, np.array(window) - 1).tolist()
    image = numbers(size, seed) - 20
    filled = padded_by_hand(image, window, stride, padding)
    filled[filled == 0] = np.nan
    rows = range(0, filled.shape[0] - window[0] + 1, stride[0])
    columns = range(0, filled.shape[1] - window[1] + 1, stride[1])
    windows = [[filled[y : y + window[0], x : x + window[1]] for x in columns] for y in rows]

    images = image[np.newaxis, :, :, np.newaxis]
    largest = [[np.nanmax(cells) for cells in row] for row in windows]
    means = [[np.nanmean(cells) for cells in row] for row in windows]
    assert max_pool2d(images, window, stride, padding)[0, :, :, 0].tolist() == largest
    ours = average_pool2d(images, window, stride, padding)[0, :, :, 0]
    np.testing.assert_allclose(ours, means, rtol=1e-6)


# Types


def test_a_white_uint8_photo_does_not_overflow():
    image, kernel = np.full((4, 4), 255, "uint8"), np.ones((3, 3), "uint8")
    assert (correlate2d(image, kernel) == 9 * 255).all()
    assert (correlate1d(image[0], -kernel[0].astype("int8")) == -3 * 255).all()
    images, kernels = image[np.newaxis, :, :, np.newaxis], kernel[:, :, np.newaxis, np.newaxis]
    assert (conv2d(images, kernels) == 9 * 255).all()
    assert (average_pool2d(images, size=4) == 255).all()


@pytest.mark.parametrize(
    "types",
    [
        *("uint8 int64 int64", "uint8 uint8 int64", "bool bool int64", "uint8 float32 float32"),
        *("float32 float32 float32", "float32 float64 float64"),
    ],
)
def test_types_of_sums(types):
    image, kernel, result = types.split()
    image, kernel = np.ones((4, 4), image), np.ones((2, 2), kernel)
    assert correlate1d(image[0], kernel[0]).dtype == result
    assert correlate2d(image, kernel).dtype == result
    assert conv2d(image[None, :, :, None], kernel[:, :, None, None]).dtype == result


def test_sums_that_small_types_would_lose_are_right():
    half = np.full((64, 64), 30, "float16")  # 64 * 64 * 30 * 2 is more than a half float can be
    expected = 64 * 64 * 30 * 2
    assert correlate2d(half, np.full((64, 64), 2, "float16")) == expected
    assert conv2d(half[None, ..., None], np.full((64, 64, 1, 1), 2, "float16")) == expected
    assert average_pool2d(half[None, ..., None] * 1000, 64) == 30_000
    large = np.array([2**61, 1], "uint64")
    assert correlate1d(large, np.array([1, 1], "uint8")).tolist() == [2**61 + 1]
    assert correlate1d(np.array([2**31 - 1] * 2, "int32"), [2**30, 2**30]) == [2**31 * (2**31 - 1)]
    assert conv2d(ONE, ONE, np.array([2**62], "uint64")) == 2**62 + 1
    assert average_pool2d(ONE.repeat(2, 1).repeat(2, 2) * 2**62) == 2.0**62
    small = output_size(np.uint8(200), np.uint8(3), np.uint8(1), np.uint8(100), np.uint8(100))
    assert (small, type(small)) == (200, int)


def test_types_of_pooling():
    for image, mean in (("uint8", "float64"), ("float32", "float32")):
        images = np.ones((1, 4, 4, 1), image)
        assert (max_pool2d(images).dtype, average_pool2d(images).dtype) == (image, mean)


def test_the_input_stays_as_it_was():
    images, kernels = numbers((1, 5, 5, 2)), numbers((1, 1, 2, 2))
    before = images.copy()
    for result in (
        conv2d(images, kernels, bias=[1.0, 2.0]),
        max_pool2d(images, size=1),
        average_pool2d(images, size=1),
        correlate1d(images[0, 0, :, 0], [1.0]),
    ):
        result += 1  # fails if the result is a read-only view
    equal(images, before)


def test_large_input_is_fine_and_so_are_some_zeros_around_it():
    assert correlate2d(np.ones((400, 400)), np.ones((3, 3)), padding="same").shape == (400, 400)
    assert conv2d(ONE, np.ones((1, 1, 1, 300)), np.ones(300)).tolist() == [[[[2.0] * 300]]]
    assert len(correlate1d([1, 2], [1], padding=500_009)) == 10**6 + 10 * 2
    with pytest.raises(ValueError, match=r"padding must be so small"):
        correlate1d([1, 2], [1], padding=500_010)


# Bad input


BIG = np.array([2**63], "uint64")
ONE, LONG = np.ones((1, 1, 1, 1), int), np.float32([3e38, 3e38])
SIGNAL, IMAGE, IMAGES = np.ones(5), np.ones((5, 5)), np.ones((1, 5, 5, 3))
KERNELS = np.ones((3, 3, 3, 2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        # The wrong shape
        (lambda: convolve2d(IMAGE, [1, 2]), r"kernel must be .* axes \(height, width\)"),
        (lambda: conv2d(IMAGES[0], KERNELS), r"images must .*\(batch, .*\(5, 5, 3\), float64: add"),
        (lambda: conv2d(IMAGES, KERNELS[:, :, :2]), r"kernels must be of 3 input channels.*got 2"),
        (lambda: conv2d(IMAGES, KERNELS, [1, 2, 3]), r"bias must be .* each of the 2 .*got 3"),
        # Numbers that no sum can be made of
        (lambda: conv2d(IMAGES, KERNELS, [1, -np.inf]), r"bias must be finite, got -inf"),
        (lambda: average_pool2d(IMAGES * np.nan), r"images must be finite, got nan"),
        (lambda: correlate1d([2**62] * 2, [1, 1]), r"signal and kernel must be so small .*astype"),
        (lambda: correlate1d(BIG, [1]), r"signal and kernel must be so small .*got 9223372036854"),
        (lambda: conv2d(ONE * 2**62, ONE, [2**62]), r"images and bias must be so small .*astype"),
        (lambda: correlate1d(LONG, np.float32([1, 1])), r"signal must .* fit into float32"),
        (lambda: average_pool2d(ONE.repeat(4, 1).repeat(4, 2) * 1e308), r"images must .*float64"),
        (lambda: conv2d(ONE * 1e308, ONE * 100), r"images must be so small that sums fit into"),
        # No window fits, or settings that are none: test_sizes.py has more of them
        (lambda: correlate1d(SIGNAL, np.ones(8), padding=1), r"kernel must .* 7 pixels.*got 8"),
        (lambda: conv2d(IMAGES[:, :2], KERNELS), r'kernels must .* 2 pixels.*padding="same"'),
        (lambda: max_pool2d(IMAGES, 6), r"size must .* 5 pixels.*got 6: use a smaller size or"),
        (lambda: correlate1d([1], [1], padding=10**12), r"padding must be so small .*got 10000"),
        (lambda: max_pool2d(IMAGES, padding="full"), r"padding of pooling .*size 2.*got 'full'"),
        (lambda: average_pool2d(IMAGES, 3, padding=3), r"padding of pooling .*size 3.*got 3"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
