"""Wrong answers to the exercises of lecture 06, and what the student is told about each."""

from lecture_utils.exercises import lecture_06

_WIDTH = lecture_06.tuning_width.answer

_SUM = lecture_06.sub_sampling.answer

_PAIRS = lecture_06.partial_parameters.answer
_COUNT = "pairs * kernel * kernel + len(connections)"

_READ = lecture_06.read_or_reject.answer

_BUILD = lecture_06.modern_lenet.answer

WRONG = {
    "tuning_width": [
        (_WIDTH.replace(" * (angles[1] - angles[0])", ""), "this is the number of angles"),
        (_WIDTH.replace("np.max(responses) / 2", "0.5"), "not a response of 0.5"),
        (_WIDTH.replace("np.max(responses) / 2", "np.mean(responses)"), "not the mean"),
        (_WIDTH.replace(">= np.max(responses) / 2", "> 0"), "all angles with a response"),
        (_WIDTH.replace("(angles[1] - angles[0])", "5"), "not always 5 degrees"),
        (_WIDTH.replace("np.sum(high) * (angles[1] - angles[0])", "np.ptp(angles[high])"), "short"),
        (
            _WIDTH.replace("np.sum(high) * (angles[1]", "np.ptp(angles[high]) + (angles[1]"),
            "low angles between them do not count",
        ),
        (_WIDTH.replace("np.sum(high) *", "high *"), "one number is expected"),
        ("tuning_width = 50", "A function is expected"),
    ],
    "sub_sampling": [
        (_SUM.replace("(upper + lower)", "(upper + lower) / 4"), "takes the mean"),
        (
            _SUM.replace("] + maps[", "]; upper = np.maximum(upper, maps[", 1)
            .replace("maps[::2, 1::2]\n", "maps[::2, 1::2])\n")
            .replace(
                "maps[1::2, ::2] + maps[1::2, 1::2]",
                "np.maximum(maps[1::2, ::2], maps[1::2, 1::2])",
            )
            .replace("(upper + lower)", "np.maximum(upper, lower)"),
            "as max pooling does",
        ),
        (_SUM.replace(" + biases", ""), "the biases are missing"),
        (_SUM.replace("coefficients * (", "("), "the coefficients are missing"),
        (_SUM.replace("(upper + lower) + biases", "(upper + lower + biases)"), "first multiply"),
        (
            "def sub_sampling(maps, coefficients, biases):\n"
            "    upper = maps[:-1, :-1] + maps[:-1, 1:]\n"
            "    lower = maps[1:, :-1] + maps[1:, 1:]\n"
            "    return coefficients * (upper + lower) + biases",
            "your windows overlap",
        ),
        (
            _SUM.replace(
                "coefficients * (upper + lower) + biases",
                "1.7159 * np.tanh(2 / 3 * (coefficients * (upper + lower) + biases))",
            ),
            "squashing function is not asked for",
        ),
        (
            _SUM.replace("coefficients * (", "coefficients[0] * (").replace(
                "+ biases", "+ biases[0]"
            ),
            "of its own",
        ),
        (_SUM.replace("(upper + lower)", "maps[::2, ::2]"), "one pixel of each window"),
    ],
    "partial_parameters": [
        (_PAIRS.replace(" + len(connections)", ""), "the biases are missing"),
        (
            _PAIRS.replace(
                "sum(len(seen) for seen in connections)",
                "max(map(len, connections)) * len(connections)",
            ),
            "this is the full layer",
        ),
        (_PAIRS.replace(_COUNT, "pairs * (kernel * kernel + 1)"), "not one for each pair"),
        (_PAIRS.replace(_COUNT, "len(connections) * (kernel * kernel + 1)"), "not one in all"),
        (_PAIRS.replace("kernel * kernel", "kernel"), r"kernel \* kernel weights"),
        (_PAIRS.replace("len(connections)", "1", 1), "not the layer one"),
        (
            _PAIRS.replace("+ len(connections)", "+ max(map(len, connections))"),
            "belong to the output maps",
        ),
        ("def partial_parameters(connections, kernel):\n    return 1516", "your result is 1516"),
    ],
    "read_or_reject": [
        (_READ.replace("-1 if penalties.min() > limit else ", ""), "above the limit, so reject"),
        (_READ.replace("> limit", "< limit"), "you rejected it"),
        (_READ.replace("penalties.min() >", "np.sqrt(penalties.min()) >"), "not for its root"),
        (_READ.replace("argmin", "argmax"), "farthest away"),
        (
            _READ.replace("penalties.argmin()", "(penalties <= limit).argmax()"),
            "another one is nearer",
        ),
        (
            _READ.replace("penalties.argmin()", "(centers @ vector).argmax()"),
            "largest product with the vector",
        ),
        (_READ.replace("int(penalties.argmin())", "penalties"), "one number is expected"),
        ("read_or_reject = 3", "A function is expected"),
    ],
    "modern_lenet": [
        ("modern_lenet = keras.Sequential()", "A function that builds"),
        (
            _BUILD.replace("return keras.Model(image, layers", "keras.Model(image, layers"),
            "nothing",
        ),
        (_BUILD.replace("MaxPooling2D", "AveragePooling2D"), "average pooling"),
        (
            _BUILD.replace(
                'maps, 5, activation="relu"', 'maps, 5, padding="same", activation="relu"'
            ),
            "No padding",
        ),
        (_BUILD.replace("maps, 5", "maps, 3"), "Kernels of 5x5"),
        (_BUILD.replace("(6, 16)", "(16, 6)"), r"have \(16, 6\) maps"),
        (_BUILD.replace("(120, 84)", "(84, 120)"), r"have \(84, 120, 10\) units"),
        (_BUILD.replace("(120, 84)", "(120,)"), "These layers are expected"),
        (_BUILD.replace(', activation="softmax"', ""), "no softmax"),
        (_BUILD.replace("softmax", "sigmoid"), "not probabilities: the last layer needs"),
        (_BUILD.replace("relu", "tanh"), "have tanh"),
        (_BUILD.replace(', activation="relu"', ""), "have no activation"),
        (_BUILD.replace('units, activation="relu"', "units"), "behind both convolutions"),
        (
            _BUILD.replace(
                'keras.Model(image, layers.Dense(10, activation="softmax")(x))',
                'keras.Model(image, layers.Softmax()(layers.Dense(10, activation="softmax")(x)))',
            ),
            "behind the softmax",
        ),
        (_BUILD.replace("maps, 5", "maps, 5, use_bias=False"), "has biases"),
        ("def modern_lenet():\n    return keras.Sequential([layers.Flatten()])", "begin with"),
        (_BUILD.replace("28, 28, 1", "32, 32, 1"), "should go from"),
        (
            _BUILD.replace("maps, 5,", "maps, 5, strides=2,").replace(
                "MaxPooling2D(2)", "MaxPooling2D(1)"
            ),
            "by one pixel",
        ),
    ],
}
