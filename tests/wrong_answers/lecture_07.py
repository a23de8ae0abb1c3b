"""Wrong answers to the exercises of lecture 07, and what the student is told about each."""

from lecture_utils.exercises import lecture_07

_TOP = lecture_07.top_error.answer

_DROPOUT = lecture_07.dropout.answer

_CROPS = lecture_07.ten_crops.answer

_STEP = lecture_07.paper_step.answer
_UPDATE = "momentum * v - decay * rate * w - rate * gradient"


def _count(expression):
    return f"def grouped_parameters(kernel, inputs, filters, groups):\n    return {expression}"


WRONG = {
    "top_error": [
        (_TOP.replace("1 - np", "np"), "share of right answers"),
        (_TOP.replace("1 - np.mean(found)", "np.sum(~found)"), "how many are wrong"),
        (_TOP.replace("1 - np.mean", "100 - 100 * np.mean"), "in percent"),
        (_TOP.replace("(-prob", "(prob"), "begins with the smallest"),
        (_TOP.replace(":k]", ": k + 1]"), "one class too many"),
        (_TOP.replace("[:, :k]", "[:, : k - 1]"), "one class too few"),
        (_TOP.replace("[:, :k]", "[:, k - 1 : k]"), "only the class in place k"),
        (_TOP.replace("[:, :k]", "[:, :5]"), "this is the top-5 error"),
        (_TOP.replace("argsort", "sort"), "class numbers with class numbers"),
        (_TOP.replace("np.mean(found)", "found"), "The mean is the share"),
        (_TOP.replace("[:, :k]", "[:, :1]"), "this is the top-1 error"),
        (_TOP.replace("return 1", "1"), "returned nothing"),
    ],
    "grouped_parameters": [
        (_count("kernel**2 * inputs // groups * filters"), "the biases are missing"),
        (_count("(kernel**2 * inputs * filters + filters) / groups"), "biases are divided too"),
        (_count("kernel**2 * inputs * filters + filters"), "without groups"),
        (
            _count("(kernel**2 * (inputs // groups) + 1) * (filters // groups)"),
            "this is one group|the biases are missing",
        ),
        (
            _count("kernel**2 * (inputs // groups) * (filters // groups) + filters"),
            "weights of one group only",
        ),
        (_count("kernel * inputs // groups * filters + filters"), "not kernel"),
        (_count("kernel**2 * inputs // groups * filters + inputs"), "not to each input channel"),
        (_count("'many'"), "is expected"),
    ],
    "dropout": [
        (
            _DROPOUT.replace("        return values\n", "        return values * (1 - rate)\n"),
            "paper's way",
        ),
        (_DROPOUT.replace("if not training", "if training"), "must come back as they are"),
        (_DROPOUT.replace("not training", "True"), "nothing was dropped"),
        (_DROPOUT.replace("rng.random(values.shape)", "0 * rng.random()"), "all of the values"),
        (_DROPOUT.replace("rng.random(values.shape)", "1"), "none of the values became 0"),
        (_DROPOUT.replace("rng.random(v", "np.random.default_rng(7).random(v"), "two generators"),
        (_DROPOUT.replace("values.shape", "values.shape[-1]"), "rows or columns became 0"),
        (_DROPOUT.replace(">= rate", "< rate"), "not the share that is kept"),
        (_DROPOUT.replace(" / (1 - rate)", ""), "so the mean falls"),
        (_DROPOUT.replace("/ (1", "* (1"), "Divide by it"),
        (_DROPOUT.replace("/ (1 - rate)", "/ rate"), "divided by the share that is dropped"),
        (_DROPOUT.replace("/ (1 - rate)", "* 3"), "times as large as before"),
        (_DROPOUT.replace("rng.random(v", "np.random.default_rng().random(v"), "Draw from `rng`"),
        (_DROPOUT.replace("values * kept", "values[kept]"), "it is not removed"),
        (_DROPOUT.replace(">= rate", ">= rate / 4"), "of the values became 0, not"),
    ],
    "ten_crops": [
        (_CROPS.replace("crops + [crop[:, ::-1] for crop in crops]", "crops"), "Their reflections"),
        (_CROPS.replace("[:, ::-1]", "[::-1]"), "upside down"),
        (_CROPS.replace("[:, ::-1]", "[::-1, ::-1]"), "half a turn"),
        (_CROPS.replace("crop[:, ::-1]", "crop.T"), "rows and columns are exchanged"),
        (_CROPS.replace("[crop[:, ::-1] for crop in crops]", "crops"), "5 of the reflections"),
        (_CROPS.replace("(bottom // 2, right // 2)", "(1, 1)"), "from the middle is missing"),
        (
            _CROPS.replace("- size, image", "- size - 1, image"),
            "lower left corner is missing|middle",
        ),
        (_CROPS.replace("(0, 0), ", ""), "the shape is"),
        (
            _CROPS.replace("image.shape[1]", "image.shape[0]").replace("np.stack", "list"),
            "different shapes|the upper right corner|crop from the middle",
        ),
        (
            _CROPS.replace("image.shape[1] - size", "image.shape[1] - size - 2"),
            "upper right corner|middle is",
        ),
        (_CROPS.replace("return ", ""), "returned nothing"),
    ],
    "paper_step": [
        (_STEP.replace("w + v, v", "v, w + v"), "the new w comes first"),
        (_STEP.replace("- decay * rate * w ", ""), "the weight decay is missing"),
        (
            _STEP.replace("- decay * rate * w ", "").replace("w + v,", "w - rate * decay * w + v,"),
            "works on w directly",
        ),
        (_STEP.replace("decay * rate * w", "decay * w"), "lacks the rate"),
        (_STEP.replace(_UPDATE, "momentum * v + rate * (gradient + decay * w)"), "uphill"),
        (_STEP.replace("- decay", "+ decay"), "makes the weights larger"),
        (_STEP.replace("momentum * v - decay", "-decay"), "the old v is forgotten"),
        (_STEP.replace("momentum * v", "v"), "comes in whole"),
        (_STEP.replace("v = m", "old, v = v, m").replace("w + v", "w + old"), "by the old v"),
        (_STEP.replace("w + v", "w - v"), "points downhill already"),
        (
            _STEP.replace(_UPDATE, "momentum * v + rate * (gradient + decay * w)").replace(
                "w + v", "w - v"
            ),
            "this v points uphill",
        ),
        (_STEP.replace("v = m", "old, v = v, m").replace("w + v, v", "w + v, old"), "old v comes"),
        (
            _STEP.replace(_UPDATE, "momentum * v + decay * w + gradient").replace(
                "w + v", "w - rate * v"
            ),
            "lacks the rate. In",
        ),
        (_STEP.replace("momentum * v", "0.9 * v"), "0.9 or 0.0005"),
        (_STEP.replace("momentum * v", "(1 - momentum) * v"), "not the share that is lost"),
        (
            _STEP.replace(_UPDATE, "momentum * v - (1 - momentum) * rate * (gradient + decay * w)"),
            "add up to 1",
        ),
        (_STEP.replace("w + v, v", "w + v"), "two arrays are expected"),
    ],
}
