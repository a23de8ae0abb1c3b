"""Wrong answers to the exercises of lecture 14, and what the student is told about each."""

from lecture_utils.exercises import lecture_14

_FRONT = lecture_14.front.answer

_FAIR = lecture_14.fair_pairs.answer
_EQUAL = "first[key] and first[key] == second[key]"
_APPEND = 'pairs.append((better["entry"], worse["entry"]))'
_TWICE = 'pairs += 2 * [(better["entry"], worse["entry"])]'

_BLOCK = lecture_14.inverted.answer
_SUM = "        x = layers.Add()([before, x])\n"
_EXPAND = "ReLU(6.0)(layers.BatchNormalization()(x))\n    x = layers.Depth"


def _macs(expression):
    return f"def separable_macs(size, kernel, inputs, outputs):\n    return {expression}"


def _quiz(name, right, **wrong):
    """Write the answers of a part of the quiz, some of them wrong ones: `q5` for question 5."""
    answers = {**right, **{int(key[1:]): value for key, value in wrong.items()}}
    return f"{name} = {{{', '.join(f'{number}: {value}' for number, value in answers.items())}}}"


_ONE = {
    1: "lambda i, u: (i + 1) * u",
    2: "'c'",
    3: "'b'",
    4: "lambda i, f, p, s: (i - f + 2 * p) // s + 1",
    5: "'a'",
    6: "'d'",
    7: "lambda k, i, o, g: k * k * i * o // g",
}
_TWO = {
    8: "'b'",
    9: "lambda n: 2 * n + 1",
    10: "lambda s, k, i, m, o: s * s * m * (i + k * k * o)",
    11: "'c'",
    12: "'b'",
    13: "'a'",
    14: "'d'",
}


def _one(**wrong):
    return _quiz("quiz_1", _ONE, **wrong)


def _two(**wrong):
    return _quiz("quiz_2", _TWO, **wrong)


WRONG = {
    "front": [
        (_FRONT.replace("return numbers", "return sorted(numbers)"), "The one with the least work"),
        (_FRONT.replace("return numbers", "return numbers[::-1]"), "the most work first"),
        (
            _FRONT.replace("return numbers", "return np.where(np.isin(range(10), numbers))"),
            "returns a tuple",
        ),
        (
            _FRONT.replace("return numbers", "return np.isin(range(10), numbers)"),
            "says of each network",
        ),
        (_FRONT.replace("append(i)", "append(work[i])"), "this is the work of the right"),
        (_FRONT.replace("append(i)", "append(errors[i])"), "these are the errors of the right"),
        (_FRONT.replace("append(i)", "append(i + 1)"), "numbers from 1"),
        (
            _FRONT.replace("return numbers", "return [i for i in range(10) if i not in numbers]"),
            "these are the others",
        ),
        (
            _FRONT.replace(
                "return numbers", "return [i for i in np.argsort(work) if i not in numbers]"
            ),
            "the networks off the front",
        ),
        (_FRONT.replace("fewest = errors[i]", "pass"), "these are all networks"),
        (
            _FRONT.replace("    fewest = errors[i]", "fewest = errors[i]"),
            "with the one before it",
        ),
        (_FRONT.replace("return numbers", "return numbers[1:]"), "least work is missing"),
        (_FRONT.replace("return numbers", "return numbers[-1:]"), "the one with the fewest errors"),
        (_FRONT.replace("return numbers", "return numbers[:1]"), "this is the one with the least"),
        (
            "def front(work, errors):\n"
            "    return np.flatnonzero((work == work.min()) & (errors == errors.min()))",
            "`and`, not `or`",
        ),
        (
            _FRONT.replace("np.inf", "-np.inf").replace("errors[i] <", "errors[i] >"),
            "more errors than all before",
        ),
        (_FRONT.replace("argsort(work)", "argsort(-work)"), "the front for the most work"),
        (_FRONT.replace("return numbers", "return numbers[:-1]"), r"network \d is missing"),
        (
            "def front(work, errors):\n    return [0, 1, 2, 3, 4, 5, 6, 7, 8]",
            r"network \d is beaten",
        ),
        ("def front(work, errors):\n    return [10]", "there is no network 10"),
        (_FRONT.replace("return numbers", "numbers"), "returned nothing"),
    ],
    "fair_pairs": [
        (_FAIR.replace("better, worse =", "worse, better ="), "the better entry comes first"),
        (
            _FAIR.replace(_APPEND, f"{_APPEND}; {_APPEND.replace('better', 'x')}").replace(
                'x["entry"], worse["entry"]', 'worse["entry"], better["entry"]'
            ),
            "in both orders",
        ),
        (_FAIR.replace(_APPEND, _TWICE), "each pair is there twice. Let"),
        (_FAIR.replace("rows[:i]", "rows[: i + 1]"), "compared with itself"),
        (_FAIR.replace(_EQUAL, "first[key] == second[key]"), "two unknown values count"),
        (
            _FAIR.replace(_EQUAL, "first[key] is not None and first[key] == second[key]"),
            "not None but empty",
        ),
        (
            _FAIR.replace(_EQUAL, 'first[key] != "" and first[key] == second[key]'),
            "It counts as equal to another None",
        ),
        (_FAIR.replace("return pairs", "return []"), "there is no pair"),
        (_FAIR.replace('"images", ', ""), "`images` is not looked at"),
        (_FAIR.replace('"networks", ', ""), "`networks` is not looked at"),
        (_FAIR.replace('"crops", ', ""), "`crops` is not looked at"),
        (_FAIR.replace(', "outside_data"', ""), "`outside_data` is not looked at"),
        (_FAIR.replace('["entry"]', ""), "these are pairs of rows"),
        (_FAIR.replace('worse["entry"]', 'worse["top5"]'), "is not a pair of names"),
        (_FAIR.replace("all(", "any("), "should not be there"),
        (_FAIR.replace("return pairs", "return pairs[1:]"), "They agree in all four"),
        (_FAIR.replace("return pairs", "return pairs + pairs[:1]"), "each once"),
        (_FAIR.replace("return pairs", "return len(pairs)"), "a list of pairs is expected"),
        (_FAIR.replace('row["top5"]', 'row["error"]'), "stopped with KeyError"),
        (_FAIR.replace("return pairs", "pairs"), "returned nothing"),
    ],
    "separable_macs": [
        (_macs("size**2 * kernel**2 * inputs * outputs"), "this is the full convolution"),
        (_macs("size**2 * kernel**2 * inputs"), "still to come"),
        (_macs("size**2 * inputs * outputs"), "depthwise part is missing"),
        (_macs("size**2 * inputs * outputs * (kernel**2 + 1)"), "not one for each output"),
        (_macs("size**2 * (kernel**2 * outputs + inputs * outputs)"), "on the input channels"),
        (_macs("size**2 * (kernel * inputs + inputs * outputs)"), r"has k \* k weights"),
        (_macs("kernel**2 * inputs + inputs * outputs"), "these are the weights"),
        (_macs("size**4 * kernel**2 * inputs**2 * outputs"), "add the two counts"),
        (_macs("size * (kernel**2 * inputs + inputs * outputs)"), "one row of places"),
        (
            _macs("(size - kernel + 1) ** 2 * (kernel**2 * inputs + inputs * outputs)"),
            "the maps keep their size",
        ),
        (
            _macs("size**2 * (kernel**2 * inputs + inputs * outputs) + inputs + outputs"),
            "biases are added",
        ),
        (_macs("size**2 * (kernel**2 * inputs + inputs * outputs) + 1"), r"your result is \d+,"),
    ],
    "inverted": [
        (_BLOCK.replace(_SUM, "        pass\n"), "the input is not added"),
        (
            _BLOCK.replace(
                "    if stride == 1 and before.shape[-1] == channels:\n    " + _SUM[4:], _SUM[4:]
            ),
            "add its input only where",
        ),
        (
            _BLOCK.replace("    return x", "    return layers.ReLU(6.0)(x)"),
            "after the sum there is no",
        ),
        (_BLOCK.replace("    if", "    x = layers.ReLU(6.0)(x)\n    if"), "its output is narrow"),
        (_BLOCK.replace("ReLU(6.0)(layers", "ReLU()(layers"), "without the limit"),
        (
            _BLOCK.replace(
                "layers.ReLU(6.0)(layers.BatchNormalization()(x))", "layers.BatchNormalization()(x)"
            ),
            "there is no ReLU6",
        ),
        (
            _BLOCK.replace(
                "layers.ReLU(6.0)(layers.BatchNormalization()(x))",
                "layers.BatchNormalization()(x)",
                1,
            ),
            "after the first 1x1",
        ),
        (
            _BLOCK.replace(
                '"same", use_bias=False)(x)\n    x = layers.ReLU(6.0)(layers.BatchNormalization()(x))',
                '"same", use_bias=False)(x)\n    x = layers.BatchNormalization()(x)',
            ),
            "after the depthwise convolution is missing",
        ),
        (
            _BLOCK.replace("expansion, 1, use", "expansion, 1, stride, use").replace(
                "(3, stride, ", "(3, "
            ),
            "the stride belongs to",
        ),
        (
            _BLOCK.replace(
                "layers.DepthwiseConv2D(3, stride, ", "layers.Conv2D(x.shape[-1], 3, stride, "
            ),
            "one DepthwiseConv2D between",
        ),
        (_BLOCK.replace(", use_bias=False", ""), "a bias before a batch normalization"),
        (
            _BLOCK.replace("    x = layers.BatchNormalization()(x)\n", ""),
            "each of the three convolutions has",
        ),
        (
            _BLOCK.replace("before.shape[-1] * expansion", "channels * expansion"),
            r"inputs \* expansion = ",
        ),
        (_BLOCK.replace("D(3, stride", "D(5, stride"), "the depthwise kernel is 3x3"),
        (_BLOCK.replace(', padding="same"', "").replace(_SUM, "        pass\n"), "has the shape"),
        (_BLOCK.replace("    return x", "    return"), "a tensor of Keras is expected"),
        (
            _BLOCK.replace("before = x", "before = x; 1 / 0"),
            r"stopped with ZeroDivisionError.*(?<!\?)$",
        ),
    ],
    "quiz_1": [
        (_one(q1="lambda i, u: i * u"), "the biases are missing"),
        (_one(q1="lambda i, u: i + u"), "has a weight for each input"),
        (_one(q1="lambda i, u: i * u + i"), "a bias belongs to a unit"),
        (_one(q1="lambda i, u: i * u + 1"), "a bias of its own"),
        (_one(q1="7850"), "A function is expected here"),
        (_one(q2="'a'"), "is not symmetric"),
        (_one(q2="'b'"), "not their signs"),
        (_one(q2="'d'"), "which one"),
        (_one(q2="'x'"), "one of the letters a, b, c, d"),
        (_one(q3="'a'"), "must sum to 1"),
        (_one(q3="'c'"), "times the value of the region"),
        (_one(q3="'d'"), "times a sum of zero"),
        (_one(q4="lambda i, f, p, s: (i - f + 2 * p) / s + 1"), "round down"),
        (_one(q4="lambda i, f, p, s: (i - f + p) // s + 1"), "on both sides"),
        (_one(q4="lambda i, f, p, s: (i - f + 2 * p) // s"), "first window counts"),
        (_one(q4="lambda i, f, p, s: i - f + 2 * p + 1"), "size at stride 1"),
        (_one(q5="'b'"), "a multiple of its stride"),
        (_one(q5="'c'"), "the same at every place"),
        (_one(q5="'d'"), "stand still"),
        (_one(q2="'a'", q5="'c'"), r"Right: 5 of 7[\s\S]*Question 2[\s\S]*Question 5"),
        (_one(q8="'a'"), "no question 8"),
        ("quiz_1 = 'c'", "A dictionary is expected"),
        (_one(q6="'a'"), "its kernels are 5x5"),
        (_one(q6="'b'"), "every map has a bias"),
        (_one(q6="'c'"), "kernels of its own"),
        (_one(q7="lambda k, i, o, g: k * k * i * o"), "without groups"),
        (_one(q7="lambda k, i, o, g: k * k * i * o // g**2"), "one of the groups"),
        (_one(q7="lambda k, i, o, g: k * i * o // g"), r"has k \* k weights"),
        (_one(q7="lambda k, i, o, g: k * k * i * o // g + o"), "Only weights"),
    ],
    "quiz_2": [
        (_two(q8="'a'"), "not the reason"),
        (_two(q8="'c'"), "larger, not smaller"),
        (_two(q8="'d'"), "five convolutions"),
        (_two(q9="lambda n: 3 * n"), "adds 2 pixels"),
        (_two(q9="lambda n: 2 * n"), "sees 3 pixels"),
        (_two(q9="lambda n: 3**n"), "does not multiply"),
        (_two(q9="lambda n: 9 * n"), "pixels in a row"),
        (_two(q10="lambda s, k, i, m, o: s * s * k * k * i * o"), "without the reduction"),
        (_two(q10="lambda s, k, i, m, o: s * s * k * k * m * o"), "costs something too"),
        (
            _two(q10="lambda s, k, i, m, o: s * s * (i * m + k * k * i * o)"),
            "only `middle` channels",
        ),
        (_two(q10="lambda s, k, i, m, o: m * (i + k * k * o)"), "these are the weights"),
        (_two(q10="lambda s, k, i, m, o: s * s * m * (i + k * k * o) + m + o"), "is expected"),
        (_two(q11="'a'"), "which other images"),
        (_two(q11="'b'"), "no mean over a batch"),
        (_two(q11="'d'"), "values unlike those"),
        (_two(q12="'a'"), "overfitting is"),
        (_two(q12="'c'"), "healthy gradients"),
        (_two(q12="'d'"), "the identity in the rest"),
        (_two(q13="'b'"), "may be anywhere"),
        (_two(q13="'c'"), "would not fit"),
        (_two(q13="'d'"), "not a class"),
        (_two(q14="'a'"), "144 crops"),
        (_two(q14="'b'"), "under the same conditions"),
        (_two(q14="'c'"), "the comparison is fair"),
    ],
}
