"""Wrong answers to the exercises of lecture 11, and what the student is told about each."""

from lecture_utils.exercises import lecture_11

_NORM = lecture_11.batch_norm.answer
_RETURN = "gamma * (maps - mean) / np.sqrt(variance + epsilon) + beta"

_MOVING = lecture_11.moving_average.answer

_FACTORIZED = lecture_11.factorized.answer
_CONV = 'layers.Conv2D(count, kernel, padding="same", use_bias=False)'


def _normalized(expression):
    return _NORM.replace(_RETURN, expression)


def _over(axes):
    return _NORM.replace("axis=(0, 1, 2)", f"axis={axes}, keepdims=True")


def _average(expression):
    return f"def moving_average(values, start, momentum):\n    return {expression}"


def _fold(kernel, bias):
    return f"""
def fold(kernel, bias, gamma, beta, mean, variance, epsilon):
    scale = gamma / np.sqrt(variance + epsilon)
    return {kernel}, {bias}
"""


def _smooth(expression):
    return f"""
def smooth(labels, classes, alpha):
    hard = np.eye(classes)[labels]
    return {expression}
"""


_RIGHT_BIAS = "(bias - mean) * scale + beta"

WRONG = {
    "batch_norm": [
        (_over("0"), "a mean for each place"),
        (_over("(1, 2)"), "a mean for each image"),
        (_over("None"), "one mean for all channels"),
        (_over("3"), "the mean over the channels"),
        (_normalized("(maps - mean) / np.sqrt(variance + epsilon)"), "gamma and beta are missing"),
        (_normalized("(maps - mean) / np.sqrt(variance + epsilon) + beta"), "gamma is missing"),
        (_normalized("gamma * (maps - mean) / np.sqrt(variance + epsilon)"), "beta is missing"),
        (
            _normalized("gamma * ((maps - mean) / np.sqrt(variance + epsilon) + beta)"),
            "multiplies beta, too",
        ),
        (
            _normalized("beta * (maps - mean) / np.sqrt(variance + epsilon) + gamma"),
            "changed places",
        ),
        (_NORM.replace(" + epsilon", ""), "epsilon is missing"),
        (_NORM.replace("np.sqrt(variance + epsilon)", "(np.sqrt(variance) + epsilon)"), "the root"),
        (_NORM.replace("np.sqrt(variance + epsilon)", "(variance + epsilon)"), "root is missing"),
        (_NORM.replace(".var(", ".var(ddof=1, "), "divides by n - 1"),
        (_NORM.replace("maps - mean", "maps"), "mean is not subtracted"),
        (_NORM.replace("+ epsilon", "+ 1e-3"), "your epsilon is 0.001"),
        (_normalized("maps[0]"), "the shape is"),
    ],
    "moving_average": [
        (
            _MOVING.replace(
                "momentum * moving + (1 - momentum)", "(1 - momentum) * moving + momentum"
            ),
            "share of the OLD value",
        ),
        (_MOVING.replace("in values", "in values[::-1]"), "the last batch"),
        (_average("np.mean(values)"), "the plain mean"),
        (_MOVING.replace("= start", "= 0"), "begin at 0"),
        (
            _MOVING.replace("= start", "= values[0]").replace("in values", "in values[1:]"),
            "first batch's value",
        ),
        (_average("momentum * start + (1 - momentum) * values[-1]"), "only the last batch"),
        (_MOVING.replace("(1 - momentum) * value", "value"), "added whole"),
        (
            _average("momentum * start + (1 - momentum) * np.mean(values)"),
            "towards the mean of all",
        ),
        (_MOVING.replace("    return moving", "        return moving"), "only the first batch"),
        (_MOVING.replace("in values", "in values[1:]"), "the first batch is left out"),
        (_MOVING.replace("in values", "in values[:-1]"), "the last batch is left out"),
        (
            _MOVING.replace("= start", "= [start]")
            .replace("moving = momentum * moving + (1 - momentum) * value", "moving.append(NEXT)")
            .replace("NEXT", "momentum * moving[-1] + (1 - momentum) * value")
            .replace("return moving", "return moving[1:]"),
            "after each batch",
        ),
        (_MOVING.replace("moving = start", "moving, momentum = start, 0.99"), "momentum is 0.99"),
        (
            _MOVING.replace("return moving", "return moving / (1 - momentum ** len(values))"),
            "at the end",
        ),
        (_average("start"), "your result is"),
    ],
    "fold": [
        (_fold("kernel", _RIGHT_BIAS), "A factor of the result"),
        (_fold("kernel * gamma", _RIGHT_BIAS), "standard deviation is missing"),
        (_fold("kernel * gamma / np.sqrt(variance)", _RIGHT_BIAS), "epsilon is missing"),
        (_fold("kernel * gamma / (variance + epsilon)", _RIGHT_BIAS), "root of the variance"),
        (_fold("kernel / np.sqrt(variance + epsilon)", _RIGHT_BIAS), "gamma is missing"),
        (_fold("kernel * gamma / np.sqrt(variance + 1e-3)", _RIGHT_BIAS), "epsilon is 0.001"),
        (_fold(_RIGHT_BIAS, "kernel * scale"), "changed places"),
        (_fold("kernel * scale + beta - mean * scale", _RIGHT_BIAS), "belongs into the bias"),
        (_fold("kernel * scale", "beta - mean * scale"), "own bias is forgotten"),
        (_fold("kernel * scale", "bias + beta - mean * scale"), "own bias is not scaled"),
        (_fold("kernel * scale", "bias * scale + beta"), "the mean is forgotten"),
        (_fold("kernel * scale", "bias * scale + beta - mean"), "the mean is not scaled"),
        (_fold("kernel * scale", "bias - mean * scale + beta * scale"), "the other way round"),
        (_fold("kernel * scale", "(bias - mean + beta) * scale"), "beta is scaled, too"),
        (_fold("kernel * scale", "(bias - mean) * scale"), "beta is forgotten"),
        (_fold("kernel * scale", "(bias + mean) * scale + beta"), "the mean is added"),
        (_fold("kernel * scale", "bias - mean + beta"), "the factor is forgotten"),
        (_fold("kernel * scale", "bias"), "the new bias: it has not changed"),
        (
            _fold("kernel * scale", "0").replace("return kernel * scale, 0", "return kernel"),
            "return two",
        ),
    ],
    "factorized": [
        (
            _FACTORIZED.replace("(reduce, (1, n)), (filters, (n, 1))", "(filters, n)"),
            "a whole .x. kernel",
        ),
        (
            _FACTORIZED.replace(
                "(reduce, (1, n)), (filters, (n, 1))", "(reduce, (n, 1)), (filters, (1, n))"
            ),
            r"\(rows, columns\)",
        ),
        (_FACTORIZED.replace("(reduce, 1), ", ""), "in front is missing"),
        (_FACTORIZED.replace(", (filters, (n, 1))", ""), "the kernels are"),
        (_FACTORIZED.replace("(1, n)", "(1, 7)").replace("(n, 1)", "(7, 1)"), "n = [35]: the kern"),
        (_FACTORIZED.replace('padding="same"', 'padding="valid"'), "lose rows or columns"),
        (_FACTORIZED.replace("(reduce, (1", "(filters, (1"), "the filters are"),
        (_FACTORIZED.replace(", use_bias=False", ""), "has a bias"),
        (
            _FACTORIZED.replace("use_bias=False", 'use_bias=False, activation="relu"'),
            "sits in the convolution",
        ),
        (
            _FACTORIZED.replace("        x = layers.BatchNormalization()(x)\n", ""),
            "no batch normalization",
        ),
        (_FACTORIZED.replace("        x = layers.ReLU()(x)\n", ""), "no ReLU"),
        (
            _FACTORIZED.replace(_CONV + "(x)", f"layers.ReLU()({_CONV}(x))").replace(
                "        x = layers.ReLU()(x)\n", ""
            ),
            "not before it",
        ),
        (
            _FACTORIZED.replace("    return x", "    return layers.Dropout(0.5)(x)"),
            "your layers are",
        ),
        (_FACTORIZED.replace("return x", "return n"), "output of the last layer"),
    ],
    "smooth": [
        (_smooth("hard"), "nothing is smoothed"),
        (_smooth("(1 - alpha) * hard"), "each row sums to 1"),
        (
            _smooth("np.where(hard > 0, 1 - alpha, alpha / (classes - 1))"),
            "among the WRONG classes",
        ),
        (_smooth("np.where(hard > 0, 1 - alpha, alpha / classes)"), "sum to less than 1"),
        (_smooth("(1 - alpha) * hard + alpha"), "the whole alpha"),
        (_smooth("hard + alpha / classes"), "sum to more than 1"),
        (_smooth("(1 - alpha) * hard + alpha / (classes - 1)"), "divide by classes - 1"),
        (_smooth("(1 - alpha) * hard + alpha / 10"), "divide by 10"),
        (_smooth("0.9 * hard + 0.1 / classes"), "your alpha is 0.1"),
        (_smooth("alpha * hard + (1 - alpha) / classes"), "share of the even part"),
        (_smooth("((1 - alpha) * hard + alpha / classes).T"), "turned round"),
        (_smooth("hard + 0.5"), "your result is"),
    ],
}
