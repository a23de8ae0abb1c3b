"""Wrong answers to the exercises of lecture 05, and what the student is told about each."""

from lecture_utils.exercises import lecture_05

_BUILD = lecture_05.strided_convnet.answer

_PREPARE = lecture_05.like_mnist.answer

_PLACE = "round(14 - row), round(14 - column)"
_MIDDLE = "(28 - height) // 2, (28 - width) // 2"
_SIZE = "np.round(np.array(crop.shape) * 20 / max(crop.shape))"

WRONG = {
    "conv_parameters": [
        (
            "def conv_parameters(kernel, inputs, filters):\n"
            "    return kernel * kernel * inputs * filters",
            "the biases are missing",
        ),
        (
            "def conv_parameters(kernel, inputs, filters):\n"
            "    return kernel * kernel * inputs * filters + 1",
            "not one for the layer",
        ),
        (
            "def conv_parameters(kernel, inputs, filters):\n"
            "    return (kernel * kernel + 1) * inputs * filters",
            "not one for each pair of channels",
        ),
        (
            "def conv_parameters(kernel, inputs, filters):\n"
            "    return (kernel * kernel + 1) * filters",
            "all input channels",
        ),
        (
            "def conv_parameters(kernel, inputs, filters):\n"
            "    return (kernel * inputs + 1) * filters",
            r"kernel \* kernel weights",
        ),
        ("conv_parameters = 320", "A function is expected"),
        (
            "def conv_parameters(kernel, inputs, filters):\n    return 18496",
            "your result is 18496",
        ),
    ],
    "equivariance_error": [
        (
            "def equivariance_error(f, g, x):\n    return np.linalg.norm(f(g(x)) - g(f(x)))",
            r"not divided by the size of g\(f\(x\)\)",
        ),
        (
            "def equivariance_error(f, g, x):\n"
            "    return np.linalg.norm(f(g(x)) - f(x)) / np.linalg.norm(f(x))",
            "which measures invariance",
        ),
        (
            "def equivariance_error(f, g, x):\n"
            "    return np.linalg.norm(f(g(x)) - g(f(x))) / np.linalg.norm(f(g(x)))",
            r"not of f\(g\(x\)\)",
        ),
        (
            "def equivariance_error(f, g, x):\n"
            "    return np.linalg.norm(f(g(x)) - g(f(x))) / np.linalg.norm(x)",
            "not of x",
        ),
        (
            "def equivariance_error(f, g, x):\n"
            "    return ((f(g(x)) - g(f(x))) ** 2).sum() / (g(f(x)) ** 2).sum()",
            "take the square root",
        ),
        (
            "def equivariance_error(f, g, x):\n"
            "    return np.linalg.norm(g(x) - f(x)) / np.linalg.norm(g(f(x)))",
            "both functions on both sides",
        ),
    ],
    "learning_rate": [
        (
            "def learning_rate(step, steps, warmup, peak):\n    return peak * step / warmup",
            "still rises after the warm-up",
        ),
        (
            "def learning_rate(step, steps, warmup, peak):\n"
            "    if step < warmup:\n"
            "        return peak * step / warmup\n"
            "    return peak * (1 - step / steps)",
            "begins at the end of the warm-up",
        ),
        (
            "def learning_rate(step, steps, warmup, peak):\n"
            "    if step < warmup:\n"
            "        return peak * step / warmup\n"
            "    return peak * (1 + np.cos(np.pi * (step - warmup) / (steps - warmup))) / 2",
            "a straight line is asked for",
        ),
        (
            "def learning_rate(step, steps, warmup, peak):\n    return peak",
            "a constant rate",
        ),
        (
            "def learning_rate(step, steps, warmup, peak):\n"
            "    return peak * min(step // warmup, (steps - step) // (steps - warmup))",
            "at the first and the last step only",
        ),
        (
            "def learning_rate(step, steps, warmup, peak):\n"
            "    up = np.linspace(0, peak, warmup)\n"
            "    return np.concatenate([up, np.linspace(peak, 0, steps - warmup)])",
            "one number is expected",
        ),
    ],
    "strided_convnet": [
        ("strided_convnet = keras.Sequential()", "A function that builds"),
        (
            _BUILD.replace("return keras.Model", "keras.Model"),
            "your function returned None",
        ),
        (
            _BUILD.replace(
                "    x = layers.Flatten", "    x = layers.MaxPooling2D()(x)\n    x = layers.Flatten"
            ),
            "still a pooling layer",
        ),
        (
            _BUILD.replace('128, 3, activation="relu"', '128, 3, strides=2, activation="relu"'),
            r"The strides are \(2, 2, 2\)",
        ),
        (_BUILD.replace("Conv2D(64, 3", "Conv2D(32, 3"), r"The filters are \(32, 32, 128\)"),
        (_BUILD.replace("64, 3,", '64, 3, padding="same",'), "no padding; yours have"),
        (_BUILD.replace("Conv2D(64, 3", "Conv2D(64, 5"), "Kernels of 3x3"),
        (_BUILD.replace(', activation="softmax"', ""), "no softmax"),
        (_BUILD.replace("softmax", "sigmoid"), "not probabilities: the last layer needs"),
        (_BUILD.replace('64, 3, strides=2, activation="relu"', "64, 3, strides=2"), "linear"),
        (_BUILD.replace("28, 28, 1", "28, 28, 3"), "should go from"),
        (
            _BUILD.replace("x = layers.Conv2D(128", "y = layers.Conv2D(128"),
            "Three Conv2D, a Flatten and a Dense layer are expected",
        ),
    ],
    "like_mnist": [
        (_PREPARE.replace("small / small.max()", "small"), "Divide by the largest"),
        (
            _PREPARE.replace(_SIZE, "np.array([20, 20])").replace(_PLACE, _MIDDLE),
            "the ink is stretched",
        ),
        (
            _PREPARE.replace(_SIZE, "np.array([28, 28])").replace(_PLACE, "0, 0"),
            "fills all 28 pixels",
        ),
        (_PREPARE.replace(_PLACE, _MIDDLE), "the middle of the box"),
        (_PREPARE.replace(_PLACE, "0, 0"), "not near 14, 14"),
        (
            _PREPARE.replace("crop = ink[", "crop = ink\n    ink[").replace(_PLACE, _MIDDLE),
            "Did you crop",
        ),
        (_PREPARE.replace("return image", "return 1 - image"), "the other way round"),
        (_PREPARE.replace("return image", "return 0 * image"), "holds no ink"),
        (_PREPARE.replace("return image", "return digit"), "the shape is"),
        (_PREPARE.replace("return image", "return image.T"), "flipped or turned"),
    ],
}
