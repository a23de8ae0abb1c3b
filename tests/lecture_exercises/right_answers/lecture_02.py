import keras
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lecture_utils.convolution import convolve1d, correlate1d


def strided_correlation__of_the_package(signal, kernel, stride):
    return correlate1d(signal, kernel, stride)


def strided_correlation__every_window_then_thinned_out(signal, kernel, stride):
    return (sliding_window_view(signal, len(kernel)) @ kernel)[::stride].astype("float32")


def strided_correlation__of_keras(signal, kernel, stride):
    x, u = (np.reshape(a, (-1, 1)).astype("float32") for a in (signal, kernel))
    return keras.ops.conv(x[np.newaxis], u[:, np.newaxis], strides=stride)[0, :, 0]


def strided_correlation__by_recursion_on_lists(signal, kernel, stride):
    if len(signal) < len(kernel):
        return []
    first = sum(a * b for a, b in zip(signal, kernel))
    return [first, *strided_correlation__by_recursion_on_lists(signal[stride:], kernel, stride)]


def output_length__by_counting(width, kernel_width, padding):
    starts, start = [], -padding
    while start + kernel_width <= width + padding:
        starts.append(start)
        start += 1
    return len(starts)


def output_length__of_numpy(width, kernel_width, padding):
    return np.convolve(np.ones(width + 2 * padding), np.ones(kernel_width), "valid").size


def output_length__as_a_tensor(width, kernel_width, padding):
    return keras.ops.convert_to_tensor(width) + (2 * padding - kernel_width + 1)


def convolve__echoes_added_up(signal, kernel):
    heard = np.zeros(len(signal) + len(kernel) - 1)
    for i, clap in enumerate(signal):
        heard[i : i + len(kernel)] += clap * kernel
    return heard


def convolve__as_a_product_of_waves(signal, kernel):
    size = len(signal) + len(kernel) - 1
    return np.fft.irfft(np.fft.rfft(signal, size) * np.fft.rfft(kernel, size), size)


def convolve__the_two_exchanged(signal, kernel):
    return tuple(np.convolve(np.float32(kernel), np.float32(signal)))


def correlation_matrix__column_by_column(kernel, width):
    return np.stack([correlate1d(one, kernel) for one in np.eye(width)], axis=1)


def correlation_matrix__of_lists(kernel, width):
    rows = width - len(kernel) + 1
    return [[0] * i + list(kernel) + [0] * (rows - 1 - i) for i in range(rows)]


def correlation_matrix__a_sum_of_diagonals(kernel, width):
    square = sum(value * np.eye(width, k=k, dtype="float32") for k, value in enumerate(kernel))
    return keras.ops.convert_to_tensor(square[: width - len(kernel) + 1])


def smooth_slope__written_down(width):
    return [-1 / width, *[0] * (width - 1), 1 / width]


def smooth_slope__the_two_exchanged(width):
    return convolve1d([-1.0, 1], np.full(width, 1 / width, "float32"), padding="full")


def smooth_slope__response_to_single_ones(width):
    mean = np.full(width, 1 / width)
    return [np.diff(np.convolve(one, mean, "valid"))[0] for one in np.eye(width + 1)]


def find_template__windows_without_their_mean(signal, template):
    windows = sliding_window_view(signal, len(template))
    return int(np.argmax((windows - windows.mean(axis=1, keepdims=True)) @ template))


def find_template__normalized(signal, template):
    windows = sliding_window_view(signal, len(template))
    return keras.ops.argmax([np.corrcoef(window, template)[0, 1] for window in windows])


def find_template__differences_of_neighbours(signal, template):
    return float(np.argmax(correlate1d(np.diff(signal), np.diff(template))))


def find_template__nearest_shape(signal, template):
    windows = sliding_window_view(signal, len(template)) - template
    return min(range(len(windows)), key=lambda i: windows[i].std())
