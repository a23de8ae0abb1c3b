"""Wrong answers to the exercises of lecture 02, and what the student is told about each."""

# What the answers take from the page.
IMPORTS = "from lecture_utils.convolution import convolve1d, correlate1d\n\n"

WRONG = {
    "output_length": [
        (
            "def output_length(width, kernel_width, padding):\n"
            "    return width + 2 * padding - kernel_width",
            "one too few",
        ),
        (
            "def output_length(width, kernel_width, padding):\n"
            "    return width + 2 * padding - kernel_width + 2",
            "one too many",
        ),
        (
            "def output_length(width, kernel_width, padding):\n    return width - kernel_width + 1",
            "the padding is not counted",
        ),
        (
            "def output_length(width, kernel_width, padding):\n"
            "    return width + padding - kernel_width + 1",
            "counts twice",
        ),
        (
            "def output_length(width, kernel_width, padding):\n"
            "    length = width + 2 * padding - kernel_width + 1",
            "returned nothing",
        ),
    ],
    "strided_correlation": [
        (
            "def strided_correlation(signal, kernel, stride):\n"
            "    return correlate1d(signal, kernel[::-1], stride)",
            "the kernel is flipped",
        ),
        (
            "def strided_correlation(signal, kernel, stride):\n"
            "    starts = range(0, len(signal) - len(kernel), stride)\n"
            "    return [np.sum(signal[i : i + len(kernel)] * kernel) for i in starts]",
            "the last window is missing",
        ),
        (
            "def strided_correlation(signal, kernel, stride):\n"
            "    return correlate1d(signal, kernel)",
            "not by `stride` samples",
        ),
        (
            "def strided_correlation(signal, kernel, stride):\n"
            "    return correlate1d(signal[::stride], kernel)",
            "only the window jumps",
        ),
        (
            "def strided_correlation(signal, kernel, stride):\n"
            "    return correlate1d(signal, np.ones(len(kernel)), stride)",
            "values are not used",
        ),
    ],
    "convolve": [
        (
            "def convolve(signal, kernel):\n    return correlate1d(signal, kernel, padding='full')",
            "the kernel is not flipped",
        ),
        (
            "def convolve(signal, kernel):\n"
            "    return correlate1d(np.flip(signal), kernel, padding='full')",
            "flip the kernel, not the signal",
        ),
        (
            "def convolve(signal, kernel):\n    return correlate1d(signal, np.flip(kernel))",
            "every window that touches it",
        ),
        (
            "def convolve(signal, kernel):\n"
            "    return correlate1d(np.flip(signal), np.flip(kernel), padding='full')",
            "written backwards",
        ),
        (
            "def convolve(signal, kernel):\n"
            "    return correlate1d(signal, np.flip(kernel), padding='same')",
            "as long as the signal",
        ),
    ],
    "correlation_matrix": [
        (
            "def correlation_matrix(kernel, width):\n"
            "    return [correlate1d(row, kernel) for row in np.eye(width)]",
            "rows and columns have changed places",
        ),
        (
            "def correlation_matrix(kernel, width):\n"
            "    matrix = np.zeros((width - len(kernel), width))\n"
            "    for i in range(len(matrix)):\n"
            "        matrix[i, i : i + len(kernel)] = kernel\n"
            "    return matrix",
            "the last row is missing",
        ),
        (
            "def correlation_matrix(kernel, width):\n"
            "    return np.array([convolve1d(row, kernel) for row in np.eye(width)]).T",
            "the kernel is flipped",
        ),
        (
            "def correlation_matrix(kernel, width):\n"
            "    rows = [correlate1d(row, kernel) for row in np.eye(width)]\n"
            "    return np.array(rows).T[:, ::-1]",
            "move to the right",
        ),
        (
            "def correlation_matrix(kernel, width):\n"
            "    rows = [correlate1d(row, kernel, padding='same') for row in np.eye(width)]\n"
            "    return np.array(rows).T",
            "a square matrix",
        ),
        (
            "def correlation_matrix(kernel, width):\n"
            "    matrix = np.zeros((width - len(kernel) + 1, width))\n"
            "    matrix[:, : len(kernel)] = kernel\n"
            "    return matrix",
            "all rows are the same",
        ),
    ],
    "smooth_slope": [
        (
            "def smooth_slope(width):\n"
            "    return correlate1d(np.ones(width) / width, [-1, 1], padding='full')",
            "the signs are the wrong way round",
        ),
        (
            "def smooth_slope(width):\n"
            "    return convolve1d(np.ones(width), [-1, 1], padding='full')",
            "times too large",
        ),
        (
            "def smooth_slope(width):\n    return convolve1d(np.ones(width) / width, [-1, 1])",
            "Both ends are missing",
        ),
        (
            "def smooth_slope(width):\n"
            "    return convolve1d(np.ones(width) / width, [-1, 1], padding='same')",
            "one end of the kernel is missing",
        ),
    ],
    "find_template": [
        (
            "def find_template(signal, template):\n"
            "    return np.argmax(correlate1d(signal, template))",
            "the plain correlation is largest",
        ),
        (
            "def find_template(signal, template):\n"
            "    shape = template - template.mean()\n"
            "    return np.argmax(correlate1d(signal, shape)) + len(template) // 2",
            "the middle of the template",
        ),
        (
            "def find_template(signal, template):\n"
            "    return np.argmax(convolve1d(signal, template - template.mean()))",
            "the flipped template fits",
        ),
        (
            "def find_template(signal, template):\n"
            "    shape = template - template.mean()\n"
            "    return np.argmax(correlate1d(signal, shape, padding='same'))",
            'as with padding="same"',
        ),
        (
            "def find_template(signal, template):\n"
            "    return np.argmin(correlate1d(signal, template - template.mean()))",
            "the score is smallest",
        ),
        (
            "def find_template(signal, template):\n    return np.argmax(signal)",
            "the brightest sample",
        ),
        (
            "def find_template(signal, template):\n    return correlate1d(signal, template)",
            "one whole number is expected",
        ),
    ],
}

WRONG = {
    name: [(IMPORTS + source, message) for source, message in answers]
    for name, answers in WRONG.items()
}
