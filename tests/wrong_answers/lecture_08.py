"""Wrong answers to the exercises of lecture 08, and what the student is told about each."""

from lecture_utils.exercises import lecture_08

_UNPOOL = lecture_08.unpool.answer

_TRANSPOSE = lecture_08.transpose.answer

_NEEDED = lecture_08.most_needed.answer
_FOUND = "np.unravel_index(scores.argmin(), scores.shape)"

_CAM = lecture_08.cam.answer


def _period(expression):
    return f"def seen_period(period, stride):\n    return {expression}"


_FOLDED = "abs(stride / period - round(stride / period))"

WRONG = {
    "seen_period": [
        (_period(f"1 / {_FOLDED}"), "counts samples"),
        (_period("period"), "is the true period"),
        (_period("stride / (stride / period % 1)"), "the same as less than a half backwards"),
        (_period("np.lcm(period, stride)"), "least common multiple"),
        (_period(f"1 / {_FOLDED} / stride"), "multiply by the stride"),
        (_period("2 * stride"), "finest period that the samples can show"),
    ],
    "unpool": [
        (
            "def unpool(signal, image):\n    return np.kron(signal, np.ones((2, 2)))",
            "in all four pixels",
        ),
        ("def unpool(signal, image):\n    return np.kron(signal, np.ones((2, 2)) / 4)", "average"),
        (
            "def unpool(signal, image):\n    return np.kron(signal, [[1, 0], [0, 0]])",
            "upper left pixel",
        ),
        (_UNPOOL.replace("argmax", "argmin"), "where the minimum was"),
        (_UNPOOL.replace("= signal[r, c]", "= window.max()"), "the values are the image's"),
        (_UNPOOL.replace("row, column =", "column, row ="), "rows and columns are exchanged"),
        (_UNPOOL.replace("= signal[r, c]", "= 1"), "each value is 1"),
        (_UNPOOL.replace("= signal[r, c]", "= signal[r, c] * window.max()"), "multiplied by"),
        (_UNPOOL.replace("image.shape", "signal.shape"), "stopped with IndexError"),
    ],
    "transpose": [
        (_TRANSPOSE.replace("value * kernel", "value * kernel[::-1]"), "kernel is reversed"),
        (_TRANSPOSE.replace("+=", "="), "They add up"),
        (
            "def transpose(values, kernel, stride):\n    return np.convolve(values, kernel)",
            "looked `stride` samples apart",
        ),
        (
            _TRANSPOSE.replace("return result", "return result[: stride * len(values)]"),
            "end is cut off",
        ),
        (_TRANSPOSE.replace("value * kernel", "value"), "spread evenly"),
    ],
    "most_needed": [
        (
            _NEEDED.replace("scores.argmin()", "abs(scores - score(image)).argmax()"),
            "but it raises it",
        ),
        (_NEEDED.replace(_FOUND, f"{_FOUND}[::-1]"), "row and column are exchanged"),
        (
            _NEEDED.replace(_FOUND, f"np.array({_FOUND}) + size // 2"),
            "upper left pixel is asked for",
        ),
        (_NEEDED.replace("image.copy()", "image"), "on a fresh copy"),
        (_NEEDED.replace("size + 1", "size"), "in the last corner"),
        (_NEEDED.replace("] = 0", "] = 1"), "Its pixels become 0"),
        (
            "def most_needed(score, image, size):\n"
            "    scores = {}\n"
            "    for row in range(0, image.shape[0] - size + 1, size):\n"
            "        for column in range(0, image.shape[1] - size + 1, size):\n"
            "            covered = image.copy()\n"
            "            covered[row : row + size, column : column + size] = 0\n"
            "            scores[row, column] = score(covered)\n"
            "    return min(scores, key=scores.get)",
            "moves on by one pixel",
        ),
        (_NEEDED.replace(_FOUND, "scores.min()"), r"a pair \(row, column\) is expected"),
    ],
    "cam": [
        (_CAM.replace("np.maximum(", "(").replace(", 0)", ")"), "ReLU at the end is missing"),
        (_CAM.replace("np.maximum(", "abs(").replace(", 0)", ")"), "counts as evidence for it"),
        (
            "def cam(maps, slopes):\n"
            "    return (maps * np.maximum(slopes.mean(axis=(0, 1)), 0)).sum(axis=-1)",
            "comes before the sum",
        ),
        (_CAM.replace("maps * weights", "maps * slopes"), "each place has its own weight"),
        (_CAM.replace("slopes.mean", "slopes.sum"), "slopes are added"),
        (_CAM.replace(".sum(axis=-1)", ".mean(axis=-1)"), "weighted maps are averaged"),
        (_CAM.replace("maps * weights", "maps"), "the class plays no part"),
        (_CAM.replace("return ", "L = ") + "\n    return L / L.max()", "divided by its largest"),
    ],
}
