"""Wrong answers to the exercises of lecture 10, and what the student is told about each."""

from lecture_utils.exercises import lecture_10

_BLOCK = lecture_10.double_block.answer
_DOUBLE = "conv(conv(conv(x, reduce_5x5, 1), conv_5x5, 3), conv_5x5, 3)"
_POOL = "layers.MaxPooling2D(3, strides=1, padding="
_JOIN = "layers.Concatenate()([one, three, double, pooled])"


def _macs(expression):
    return (
        "def reduced_macs(side, channels, reduce, kernel, filters):\n"
        f"    places, k = side * side, kernel * kernel\n    return {expression}"
    )


def _pixelwise(expression):
    return f"def pixelwise(maps, kernel, bias):\n    return {expression}"


def _parameters(expression):
    return (
        "def inception_parameters(channels, row):\n"
        f"    a, b, c, d, e, f = row\n    n = channels\n    return {expression}"
    )


def _evidence(expression):
    return f"def evidence(maps, weights, bias):\n    return {expression}"


WRONG = {
    "reduced_macs": [
        (_macs("places * k * reduce * filters"), "has to be paid too"),
        (_macs("places * channels * reduce"), "1x1 convolution alone"),
        (_macs("places * k * channels * filters"), "without a reduction before it"),
        (
            _macs("places * (channels * reduce + k * channels * filters)"),
            "reads `reduce` channels",
        ),
        (
            _macs("places * (channels * reduce + kernel * reduce * filters)"),
            r"kernel \* kernel places",
        ),
        (_macs("places * k * (channels * reduce + reduce * filters)"), "a window of 1x1"),
        (
            _macs("places * channels * reduce + (side - kernel + 1) ** 2 * k * reduce * filters"),
            "with padding the large convolution keeps",
        ),
        (_macs("side * (channels * reduce + k * reduce * filters)"), r"not side\."),
        (_macs("channels * reduce + k * reduce * filters"), "the work at one place"),
        (
            _macs("places * ((channels + 1) * reduce + (k * reduce + 1) * filters)"),
            "biases are counted too",
        ),
    ],
    "pixelwise": [
        (_pixelwise("maps @ kernel[0, 0]"), "the bias is missing"),
        (_pixelwise("np.maximum(maps @ kernel[0, 0] + bias, 0)"), "no ReLU"),
        (
            _pixelwise("np.tile(maps[0, 0] @ kernel[0, 0] + bias, (*maps.shape[:2], 1))"),
            "of the first one",
        ),
        (
            _pixelwise("np.tile(maps.mean((0, 1)) @ kernel[0, 0] + bias, (*maps.shape[:2], 1))"),
            "the pixels are mixed",
        ),
        (
            _pixelwise("np.einsum('rci,yxio->rcxo', maps, kernel) + bias"),
            "an axis too many",
        ),
        (
            _pixelwise("(maps @ kernel[0, 0] + bias).transpose(1, 0, 2)"),
            "rows and columns have changed",
        ),
        (_pixelwise("maps @ kernel[0, 0].T + bias"), "the matrix is transposed"),
    ],
    "inception_parameters": [
        (_parameters("n * (a + b + d + f) + 9 * b * c + 25 * d * e"), "the biases are missing"),
        (
            _parameters("(n + 1) * (a + b + d + f) + (9 * n + 1) * c + (25 * n + 1) * e"),
            "read the reduced channels",
        ),
        (
            _parameters("(n + 1) * (a + f) + (9 * b + 1) * c + (25 * d + 1) * e"),
            "two reductions are missing",
        ),
        (
            _parameters("(n + 1) * (a + f) + (9 * n + 1) * c + (25 * n + 1) * e"),
            "nearly the naive block",
        ),
        (
            _parameters("(n + 1) * (a + b + d) + (9 * b + 1) * c + (25 * d + 1) * e"),
            "behind the pooling is missing",
        ),
        (
            _parameters(
                "(n + 1) * (a + b + d) + (9 * b + 1) * c + (25 * d + 1) * e + (9 * n + 1) * f"
            ),
            "the pooling has no weights",
        ),
        (
            _parameters("(n + 1) * (a + b + d + f) + (3 * b + 1) * c + (5 * d + 1) * e"),
            r"k \* k weights",
        ),
        (
            _parameters("(n + 1) * (a + f) + n * (b + d) + (9 * b + 1) * c + (25 * d + 1) * e"),
            "reductions have biases too",
        ),
        (
            _parameters("(n + 1) * (a + c + e + f) + (9 * c + 1) * b + (25 * e + 1) * d"),
            "each reduction stands before",
        ),
        (_parameters("163_696"), "is expected"),
    ],
    "double_block": [
        (_BLOCK.replace('padding="same", activation', "activation"), "different sizes"),
        (_BLOCK.replace(_POOL, "layers.MaxPooling2D(3, padding="), "without `strides=1`"),
        (_BLOCK.replace("reduce_3x3, 1), conv_3x3, 3", "conv_3x3, 3), reduce_3x3, 1"), "side"),
        (_BLOCK.replace("conv(x, reduce_5x5, 1)", "x"), "the reduction at its beginning"),
        (_BLOCK.replace("    pooled = conv(pooled, pool_proj, 1)\n", ""), "is missing"),
        (_BLOCK.replace(_DOUBLE, "conv(conv(x, reduce_5x5, 1), conv_5x5, 5)"), "this is the 5x5"),
        (_BLOCK.replace(_DOUBLE, "conv(conv(x, reduce_5x5, 1), conv_5x5, 3)"), "sees 3 pixels"),
        (_BLOCK.replace("reduce_3x3, 1)", "reduce_5x5, 1)"), r"\(filters, kernel\) is"),
        (_BLOCK.replace(_DOUBLE, _DOUBLE.replace("conv_5x5", "reduce_5x5", 1)), "as the 5x5 had"),
        (_BLOCK.replace("filters, kernel, pad", "filters, kernel, dilation_rate=2, pad"), "dilat"),
        (_BLOCK.replace(_JOIN, "layers.Add()([one, three, double, pooled])"), "are added"),
        (_BLOCK.replace(_JOIN, "np.concatenate([one, three, double], axis=-1)"), "NumPy cannot"),
        (_BLOCK.replace(', activation="relu"', ""), "has no ReLU"),
        (_BLOCK.replace("[one, three,", "[three, one,"), "in another order"),
        (_BLOCK.replace("[one, three, double, pooled]", "[one, three, double]"), "has four"),
        (_BLOCK.replace("MaxPooling2D", "AveragePooling2D"), "max pooling, not"),
        (_BLOCK.replace("MaxPooling2D(3", "MaxPooling2D(2"), "windows of 3x3"),
        (_BLOCK.replace(_JOIN, "[one, three, double, pooled]"), "output of a layer"),
        (_BLOCK.replace(_JOIN, "one"), "not Concatenate"),
        (
            _BLOCK.replace("    one =", "    x = keras.Input(x.shape[1:])\n    one ="),
            "another input",
        ),
        (_BLOCK.replace("[one,", "[layers.Dropout(0.5)(one),"), "does not belong"),
        (_BLOCK.replace("return layers.Concat", "layers.Concat"), "returned nothing"),
    ],
    "evidence": [
        (_evidence("(maps @ weights + bias).mean(axis=(0, 1))"), "A map is asked for"),
        (
            _evidence("np.tile(maps.mean((0, 1)) @ weights + bias, (*maps.shape[:2], 1))"),
            "the same evidence",
        ),
        (_evidence("maps @ weights"), "without the bias"),
        (_evidence("maps @ weights + bias / maps[..., 0].size"), "shared out"),
        (_evidence("(maps @ weights + bias) / maps[..., 0].size"), "the sum of your maps"),
        (_evidence("np.maximum(maps @ weights + bias, 0)"), "no ReLU"),
        (
            "def evidence(maps, weights, bias):\n"
            "    e = np.exp(maps @ weights + bias)\n"
            "    return e / e.sum(axis=-1, keepdims=True)",
            "no softmax",
        ),
        (
            _evidence("np.moveaxis(maps @ weights + bias, -1, 0)"),
            "classes are the last axis",
        ),
    ],
}
