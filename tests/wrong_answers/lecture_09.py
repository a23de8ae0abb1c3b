"""Wrong answers to the exercises of lecture 09, and what the student is told about each."""

from lecture_utils.exercises import lecture_09

_COUNT = lecture_09.vgg_parameters.answer

_JITTER = lecture_09.jitter.answer
_PLACE = "rng.integers(0, side - size + 1, 2)"

_BUILD = lecture_09.build.answer


def _stack(expression):
    return f"def stack_weights(kernel, channels):\n    return {expression}"


def _std(expression):
    return f"def he_std(kernel, inputs):\n    return {expression}"


WRONG = {
    "stack_weights": [
        (_stack("9 * channels**2"), "How many of them"),
        (_stack("kernel**2 * channels**2"), r"weights of the single \d+x\d+ layer"),
        (_stack("(kernel - 1) // 2 * 9 * channels"), "for each of its input channels"),
        (_stack("(kernel - 1) // 2 * (9 * channels + 1) * channels"), "biases are counted too"),
        (_stack("(kernel - 1) * 9 * channels**2"), "half as many layers"),
        (_stack("(kernel // 2 + 1) * 9 * channels**2"), "one layer too many"),
        (
            _stack("kernel // 3 * 9 * channels**2"),
            "adds 2 pixels to the window, not 3|one 3x3 layer",
        ),
    ],
    "vgg_parameters": [
        (_COUNT.replace("before + 1", "before"), "the biases are missing"),
        (_COUNT.replace("(before + 1) * units", "before * units"), "of the dense layers are"),
        (_COUNT.replace("2 * before + 1", "2 * before"), "of the convolutions are missing"),
        (_COUNT.replace("= 3, 0", "= 1, 0"), "3 channels: red"),
        (_COUNT.replace("7 * 7", "14 * 14"), "not 14 x 14"),
        (_COUNT.replace("7 * 7 * ", ""), "Flatten hands over every place"),
        (_COUNT.replace("7 * 7", "224 * 224"), "224 becomes 7"),
        (_COUNT.replace("int(kernel)", "3"), "its size is the digit"),
        (_COUNT.replace("int(kernel) ** 2", "int(kernel)"), r"k \* k weights"),
        (
            _COUNT.replace("512, 512)", "512, 1024)").replace("7 * 7 * 512", "7 * 7 * 1024"),
            "do not double after the fourth",
        ),
        (_COUNT.replace("(4096, 4096, 1000)", "()"), "three dense layers are missing"),
        (_COUNT.replace("(4096, 4096, 1000)", "(4096, 4096)"), "of 1000, is missing"),
        (_COUNT.replace("(4096, 4096, 1000)", "(4096, 1000)"), "two dense layers of 4096"),
        (
            _COUNT.replace("        before = filters\n", "    before = filters\n"),
            "within a block too",
        ),
        (_COUNT.replace("int(kernel)", "kernel"), r"int\(\"3\"\) is the number"),
    ],
    "he_std": [
        (_std("2 / (kernel**2 * inputs)"), "this is the variance"),
        (_std("np.sqrt(1 / (kernel**2 * inputs))"), "the ReLU is forgotten"),
        (_std("np.sqrt(2 / inputs)"), "not over the channels alone"),
        (_std("np.sqrt(2 / (kernel * inputs))"), r"kernel \* kernel places"),
        (_std("np.sqrt(2 / kernel**2)"), "they belong to the sum"),
        (_std("np.sqrt(kernel**2 * inputs / 2)"), "upside down"),
        (_std("np.sqrt(1 / (2 * kernel**2 * inputs))"), "into the numerator"),
        (_std("0.01"), "your result is 0.01"),
        (_std("'small'"), "a number is expected"),
    ],
    "jitter": [
        (_JITTER.replace("int(rng.integers(lowest, highest + 1))", "highest"), "in 300 calls"),
        (_JITTER.replace("highest + 1", "highest"), "leaves `high` out"),
        (_JITTER.replace("integers(lowest,", "integers(lowest + 1,"), r"S was never \d+\."),
        (_JITTER.replace(_PLACE, "2 * [(side - size) // 2]"), "always in the middle"),
        (_JITTER.replace(_PLACE, "0, 0"), "upper left corner"),
        (_JITTER.replace(_PLACE, "2 * [rng.integers(side - size + 1)]"), "on the diagonal"),
        (_JITTER.replace("side - size + 1, 2", "side - size, 2"), "the last place is never drawn"),
        (_JITTER.replace("(0, side", "(1, side"), "first row or column"),
        (_JITTER.replace("[top : top + size, left : left + size]", ""), r"not \(24, 24\)"),
        (
            _JITTER.replace(
                "fromarray(image).resize((side, side), Image.Resampling.BILINEAR)",
                "fromarray(image); side = len(image)",
            ),
            "never scaled",
        ),
        (
            _JITTER.replace("int(rng.integers(", "int(np.random.default_rng().integers("),
            "another generator",
        ),
        (
            "def jitter(image, lowest, highest, size, rng):\n"
            "    from PIL import Image\n"
            "    side = rng.integers(lowest, highest + 1)\n"
            "    top, left = rng.integers(0, 30 - size + 1, 2)\n"
            "    crop = np.asarray(Image.fromarray(image[top : top + size, left : left + size]).resize((int(side), int(side)), Image.Resampling.BILINEAR))\n"
            "    return crop[:size, :size]",
            r"S was \d+ once",
        ),
        (_JITTER.replace("BILINEAR", "NEAREST"), "only whole numbers come back"),
        (
            _JITTER.replace("return np.asarray(picture)", "return np.asarray(picture)[:, ::-1]"),
            "mirrored",
        ),
    ],
    "build": [
        (_BUILD.replace("int(kernel)", "3"), "all your kernels are 3x3"),
        (_BUILD.replace("for kernel in block:", "for kernel in block[0]:"), "not one a character"),
        (_BUILD.replace("int(kernel)", "int(kernel) + 2"), "is asked for"),
        (_BUILD.replace("D(count", "D(8 + count"), "the filters are"),
        (_BUILD.replace('padding="same", ', ""), "keep the size"),
        (_BUILD.replace("int(kernel)", "kernel"), r"int\(\"3\"\) is the number"),
        (
            _BUILD.replace('"same"', '"same", strides=1 + (count == filters[0])'),
            "a convolution has a stride",
        ),
        (_BUILD.replace("MaxPooling2D(2)", "MaxPooling2D(4)"), r"not \[32, 16\]"),
        (
            _BUILD.replace("x = image = keras.Input((32, 32, 1))", "model = keras.Sequential()")
            .replace("x = layers", "model.add(layers")
            .replace(")(x)", "))")
            .replace("return keras.Model(image, layers", "model.add((layers")
            + "\n    return model",
            "knows no input",
        ),
        (
            _BUILD.replace("        x = layers.Max", "            x = layers.Max"),
            "not each convolution",
        ),
        (
            _BUILD.replace("        x = layers.MaxPooling2D(2)(x)\n", ""),
            "after each block, and only",
        ),
        (_BUILD.replace("range(2)", "range(1)"), r"not \[64, 64, 10\]"),
        (_BUILD.replace("softmax", "sigmoid"), "no probabilities"),
        (_BUILD.replace('"same", activation="relu"', '"same"'), "has no ReLU"),
        (_BUILD.replace("32, 1)", "32, 3)"), "should go from"),
        (_BUILD.replace("return keras.Model(image, ", "return ("), "a keras.Model is expected"),
        (_BUILD.replace("return keras", "keras"), "returned nothing"),
    ],
}
