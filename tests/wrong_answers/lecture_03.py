"""Wrong answers to the exercises of lecture 03, and what the student is told about each."""

WRONG = {
    "green_section": [
        (
            "def green_section(photo, top, left, size):\n"
            "    return photo[top : top + size, left : left + size, 2]",
            "this is blue",
        ),
        (
            "def green_section(photo, top, left, size):\n"
            "    return photo[top : top + size, left : left + size, 0]",
            "this is red",
        ),
        (
            "def green_section(photo, top, left, size):\n"
            "    return photo[left : left + size, top : top + size, 1]",
            "rows and columns changed places",
        ),
        (
            "def green_section(photo, top, left, size):\n    return photo[top:size, left:size, 1]",
            "start:end, not start:length",
        ),
        (
            "def green_section(photo, top, left, size):\n"
            "    return photo[top : top + size + 1, left : left + size + 1, 1]",
            "one row and one column too many",
        ),
        (
            "def green_section(photo, top, left, size):\n"
            "    return photo[top : top + size, left : left + size]",
            "all three channels",
        ),
        (
            "def green_section(photo, top, left, size):\n    return photo[..., 1]",
            "the whole green channel",
        ),
    ],
    "to_grey": [
        ("def to_grey(images):\n    return images.mean(axis=-1)", "the plain mean"),
        (
            "def to_grey(images):\n    return images @ np.array([0.114, 0.587, 0.299])",
            "red and blue changed places",
        ),
        (
            "def to_grey(images):\n"
            "    red, green, blue = images[:, :, 0], images[:, :, 1], images[:, :, 2]\n"
            "    return 0.299 * red + 0.587 * green + 0.114 * blue",
            "the first column of each image",
        ),
        (
            "def to_grey(images):\n"
            "    red, green, blue = images[:, :, :, 0], images[:, :, :, 1], images[:, :, :, 2]\n"
            "    return 0.299 * red + 0.587 * green + 0.114 * blue",
            r"shape \(5, 4, 3\) your function stopped|IndexError",
        ),
        (
            "def to_grey(images):\n    return images @ np.array([0.299, 0.587, 0.114]) / 255",
            "divided by 255",
        ),
        (
            "def to_grey(images):\n    return images @ np.array([[0.299], [0.587], [0.114]])",
            "with length 1",
        ),
        (
            "def to_grey(images):\n"
            "    return (images @ np.array([0.299, 0.587, 0.114])).astype('uint8')",
            "the fractions are gone",
        ),
    ],
    "shift_kernel": [
        (
            "def shift_kernel(down, right):\n"
            "    kernel = np.zeros((3, 3))\n"
            "    kernel[1 + down, 1 + right] = 1\n"
            "    return kernel",
            "the opposite way",
        ),
        (
            "def shift_kernel(down, right):\n"
            "    kernel = np.zeros((3, 3))\n"
            "    kernel[1 - right, 1 - down] = 1\n"
            "    return kernel",
            "rows and columns changed places",
        ),
        (
            "def shift_kernel(down, right):\n"
            "    kernel = np.zeros((3, 3))\n"
            "    kernel[down, right] = 1\n"
            "    return kernel",
            r"the middle of the kernel is kernel\[1, 1\]",
        ),
        (
            "def shift_kernel(down, right):\n"
            "    kernel = np.zeros((3, 3))\n"
            "    kernel[1 - down, 1 - right] = 1 / 9\n"
            "    return kernel",
            "the image gets darker",
        ),
        (
            "def shift_kernel(down, right):\n    return np.array([[0, 0, 0], [1, 0, 0], [0, 0, 0]])",
            "the same for every shift",
        ),
    ],
    "separate": [
        (
            "def separate(kernel):\n    return np.array([[1], [2], [1]]), np.array([[-1, 0, 1]])",
            "Use the argument `kernel`",
        ),
        (
            "def separate(kernel):\n"
            "    i, j = np.unravel_index(np.abs(kernel).argmax(), kernel.shape)\n"
            "    return kernel[:, [j]], kernel[[i], :]",
            "a number that is not 1",
        ),
        (
            "def separate(kernel):\n    return kernel[:, [0]] / kernel[0, 0], kernel[[0], :]",
            "divided by zero",
        ),
        (
            "def separate(kernel):\n"
            "    i, j = np.unravel_index(np.abs(kernel).argmax(), kernel.shape)\n"
            "    return kernel[:, j] / kernel[i, j], kernel[i]",
            r"the shapes are \(3,\) and \(3,\)",
        ),
        (
            "def separate(kernel):\n"
            "    i, j = np.unravel_index(np.abs(kernel).argmax(), kernel.shape)\n"
            "    return kernel[[i], :], kernel[:, [j]] / kernel[i, j]",
            "the column comes first",
        ),
        (
            "def separate(kernel):\n"
            "    i, j = np.unravel_index(np.abs(kernel).argmax(), kernel.shape)\n"
            "    return kernel[[i], :].T, kernel[:, [j]].T / kernel[i, j]",
            "rows and columns exchanged",
        ),
        (
            "def separate(kernel):\n"
            "    return kernel.mean(axis=1, keepdims=True), kernel.mean(axis=0, keepdims=True)",
            "column @ row is",
        ),
    ],
    "conv_layer": [
        (
            "from lecture_utils.convolution import conv2d\n\n\n"
            "def conv_layer(images, kernels, bias):\n"
            "    return conv2d(images, kernels, bias)",
            "the ReLU is missing",
        ),
        (
            "from lecture_utils.convolution import conv2d\n\n\n"
            "def conv_layer(images, kernels, bias):\n"
            "    return np.maximum(conv2d(images, kernels), 0)",
            "the bias is missing",
        ),
        (
            "from lecture_utils.convolution import conv2d\n\n\n"
            "def conv_layer(images, kernels, bias):\n"
            "    return np.maximum(conv2d(images, kernels), 0) + bias",
            "the ReLU came first",
        ),
        (
            "from lecture_utils.convolution import conv2d\n\n\n"
            "def conv_layer(images, kernels, bias):\n"
            "    return np.maximum(conv2d(images, kernels[::-1, ::-1], bias), 0)",
            "the kernel was flipped",
        ),
        (
            "def conv_layer(images, kernels, bias):\n"
            "    windows = np.lib.stride_tricks.sliding_window_view(images, (3, 3), axis=(1, 2))\n"
            '    maps = np.einsum("nyxcij,jico->nyxo", windows, kernels)\n'
            "    return np.maximum(maps + bias, 0)",
            "rows and columns of the kernel",
        ),
        (
            "from lecture_utils.convolution import conv2d\n\n\n"
            "def conv_layer(images, kernels, bias):\n"
            "    return np.abs(conv2d(images, kernels, bias))",
            "abs turns their sign",
        ),
        (
            "from lecture_utils.convolution import conv2d\n\n\n"
            "def conv_layer(images, kernels, bias):\n"
            "    return np.maximum(conv2d(images[..., :1], kernels[:, :, :1], bias), 0)",
            "only the first input channel",
        ),
        (
            "from lecture_utils.convolution import conv2d\n\n\n"
            "def conv_layer(images, kernels, bias):\n"
            "    return np.maximum(conv2d(images, kernels / 3, bias), 0)",
            "the mean over the input channels",
        ),
        (
            "def conv_layer(images, kernels, bias):\n"
            "    windows = np.lib.stride_tricks.sliding_window_view(images, (3, 3), axis=(0, 1))\n"
            '    return np.einsum("nyxcij,ijco->nyxo", windows, kernels) + bias',
            "stopped with",
        ),
    ],
}
