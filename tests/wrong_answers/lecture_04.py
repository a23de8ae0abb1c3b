"""Wrong answers to the exercises of lecture 04, and what each must be told."""

WRONG = {
    "places": [
        (
            "def places(size, kernel, stride, padding):\n"
            "    return (size - kernel + 2 * padding) / stride + 1",
            "must be whole",
        ),
        (
            "def places(size, kernel, stride, padding):\n"
            "    return -(-(size - kernel + 2 * padding) // stride) + 1",
            "rounded up",
        ),
        (
            "def places(size, kernel, stride, padding):\n"
            "    return (size - kernel + 2 * padding) // stride",
            "add 1",
        ),
        (
            "def places(size, kernel, stride, padding):\n"
            "    return (size - kernel + padding) // stride + 1",
            "counts twice",
        ),
        (
            "def places(size, kernel, stride, padding):\n    return size - kernel + 2 * padding + 1",
            "stride is missing",
        ),
    ],
    "same_padding": [
        (
            "def same_padding(size, kernel, stride):\n"
            "    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)\n"
            "    return total - total // 2, total // 2",
            "in Keras it comes after",
        ),
        (
            "def same_padding(size, kernel, stride):\n"
            "    return (kernel - 1) // 2, (kernel - 1) - (kernel - 1) // 2",
            "padding for stride 1",
        ),
        (
            "def same_padding(size, kernel, stride):\n"
            "    total = (-(-size // stride) - 1) * stride + kernel - size\n"
            "    return total // 2, total - total // 2",
            "below zero",
        ),
        (
            "def same_padding(size, kernel, stride):\n"
            "    return max((-(-size // stride) - 1) * stride + kernel - size, 0)",
            "both numbers",
        ),
    ],
    "max_pool": [
        (
            "def max_pool(image, size, stride):\n"
            "    rows, columns = ((n - size) // stride + 1 for n in image.shape)\n"
            "    return np.array([[image[y * stride : y * stride + size,\n"
            "        x * stride : x * stride + size].mean() for x in range(columns)]\n"
            "        for y in range(rows)])",
            "mean of each window",
        ),
        (
            "def max_pool(image, size, stride):\n"
            "    rows, columns = ((n - size) // stride + 1 for n in image.shape)\n"
            "    pooled = np.zeros((rows, columns))\n"
            "    for y in range(rows):\n"
            "        for x in range(columns):\n"
            "            for value in image[y * stride : y * stride + size,\n"
            "                x * stride : x * stride + size].flat:\n"
            "                pooled[y, x] = max(pooled[y, x], value)\n"
            "    return pooled",
            "do not compare with 0",
        ),
        (
            "def max_pool(image, size, stride):\n"
            "    rows, columns = (n // size for n in image.shape)\n"
            "    cut = image[: rows * size, : columns * size]\n"
            "    return cut.reshape(rows, size, columns, size).max(axis=(1, 3))",
            "side by side",
        ),
        (
            "def max_pool(image, size, stride):\n"
            "    rows, columns = ((n - size) // stride for n in image.shape)\n"
            "    return np.array([[image[y * stride : y * stride + size,\n"
            "        x * stride : x * stride + size].max() for x in range(columns)]\n"
            "        for y in range(rows)])",
            "last row and column",
        ),
    ],
    "settings": [
        (
            "def settings(size, output):\n"
            "    return [(k, s, p) for k in (1, 3, 5, 7, 9, 11) for s in (1, 2, 3, 4)\n"
            "        for p in range((k - 1) // 2) if (size - k + 2 * p) // s + 1 == output]",
            "largest padding allowed",
        ),
        (
            "def settings(size, output):\n    return [(9, 4, 0), (11, 4, 0), (11, 4, 1)]",
            "For 224 to 55 you have .* which gives 54 outputs",
        ),
        (
            "def settings(size, output):\n"
            "    return [(k, s, p) for k in (1, 3, 5, 7, 9, 11) for s in (1, 2, 3, 4)\n"
            "        for p in range((k - 1) // 2 + 1) if (size - k + 2 * p) / s + 1 == output]",
            "leaves a remainder",
        ),
        (
            "def settings(size, output):\n"
            "    return [(k, s, p) for k in (1, 3, 5, 7, 9, 11) for s in (1, 2, 3, 4)\n"
            "        for p in range(8) if (size - k + 2 * p) // s + 1 == output]",
            "outside of the ranges",
        ),
        (
            "def settings(size, output):\n"
            "    return [(k, s, p) for k in (1, 3, 5, 7, 9, 11) for s in (1, 2, 3, 4)\n"
            "        for p in range((k - 1) // 2 + 1) if (size - k + 2 * p) // s == output]",
            "every part of the formula",
        ),
    ],
    "field": [
        (
            "def field(layers):\n"
            "    size, jump = 1, 1\n"
            "    for kernel, stride, dilation in layers:\n"
            "        size += ((kernel - 1) * dilation + 1) * jump\n"
            "        jump *= stride\n"
            "    return size, jump",
            "whole span of the kernel",
        ),
        (
            "def field(layers):\n"
            "    size, jump = 1, 1\n"
            "    for kernel, stride, dilation in layers:\n"
            "        size += (kernel - 1) * dilation * jump\n"
            "        jump *= stride * dilation\n"
            "    return size, jump",
            "only strides do",
        ),
        (
            "def field(layers):\n"
            "    size, jump = 1, 1\n"
            "    for kernel, stride, dilation in layers:\n"
            "        size += (kernel - 1) * jump\n"
            "        jump *= stride\n"
            "    return size, jump",
            "dilation is missing",
        ),
        (
            "def field(layers):\n"
            "    size, jump = 1, 1\n"
            "    for kernel, stride, dilation in layers:\n"
            "        jump *= stride\n"
            "        size += (kernel - 1) * dilation * jump\n"
            "    return size, jump",
            "before that layer looked",
        ),
        (
            "def field(layers):\n"
            "    size, jump = 1, 1\n"
            "    for kernel, stride, dilation in layers:\n"
            "        size += (kernel - 1) * dilation\n"
            "        jump *= stride\n"
            "    return size, jump",
            "multiply by it",
        ),
        (
            "def field(layers):\n"
            "    size, jump = 1, 1\n"
            "    for kernel, stride, dilation in layers:\n"
            "        size += kernel * dilation * jump\n"
            "        jump *= stride\n"
            "    return size, jump",
            "adds two pixels",
        ),
        (
            "def field(layers):\n"
            "    size, jump = 1, 1\n"
            "    for kernel, stride, dilation in layers:\n"
            "        size += (kernel - 1) * dilation * jump\n"
            "        jump *= stride\n"
            "    return size",
            "jump is asked for too",
        ),
    ],
    "build": [
        (
            "def build(size, channels):\n"
            "    image = keras.Input((size, size, 3))\n"
            "    x = keras.layers.Conv2D(8, 3)(image)\n"
            "    x = keras.layers.MaxPooling2D(2)(x)\n"
            "    x = keras.layers.Conv2D(channels, 3)(x)\n"
            "    x = keras.layers.MaxPooling2D(2)(x)\n"
            "    return keras.Model(image, x)",
            "loses pixels at the border",
        ),
        (
            "def build(size, channels):\n"
            "    image = keras.Input((size, size, 3))\n"
            '    x = keras.layers.Conv2D(channels, 3, padding="same")(image)\n'
            "    x = keras.layers.MaxPooling2D(4)(x)\n"
            "    return keras.Model(image, x)",
            "sees 6 x 6 pixels",
        ),
        (
            "def build(size, channels):\n"
            "    image = keras.Input((32, 32, 3))\n"
            '    x = keras.layers.Conv2D(channels, 3, padding="same")(image)\n'
            "    x = keras.layers.MaxPooling2D(4)(x)\n"
            "    return keras.Model(image, x)",
            "the input is",
        ),
        (
            "def build(size, channels):\n"
            "    image = keras.Input((size, size, 3))\n"
            '    x = keras.layers.Conv2D(32, 4, strides=2, padding="same")(image)\n'
            '    x = keras.layers.Conv2D(32, 4, strides=2, padding="same")(x)\n'
            "    return keras.Model(image, x)",
            "the output has 32 channels",
        ),
        (
            "def build(size, channels):\n"
            "    x = keras.Input((size, size, 3))\n"
            "    return keras.Model(x, keras.layers.Dense(channels)(keras.layers.Flatten()(x)))",
            "leave Flatten and Dense out",
        ),
        (
            "def build(size, channels):\n"
            "    return keras.Sequential([keras.layers.Conv2D(channels, 3)])",
            "begin with keras.Input",
        ),
        (
            "def build(size, channels):\n    return keras.Input((size, size, 3))",
            "A keras.Model is expected",
        ),
    ],
}
