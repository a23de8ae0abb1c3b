"""Wrong answers to the exercises of lecture 12, and what the student is told about each."""

from lecture_utils.exercises import lecture_12

_SHORTCUT = """
def shortcut_a(maps, channels, stride):
    kept = maps[:, ::stride, ::stride]
    zeros = np.zeros((*kept.shape[:3], channels - maps.shape[-1]))
    return np.concatenate([kept, zeros], axis=-1)
"""

_BLOCK = lecture_12.preactivated.answer

_PLAIN = """
def preactivated(x, channels):
    bn, relu = layers.BatchNormalization, layers.ReLU
    def conv():
        return layers.Conv2D(channels, 3, padding="same", use_bias=False)
    y = x
    for layer in (%s):
        y = layer()(y)
    return %s
"""

_COUNT = lecture_12.cifar_parameters.answer

_DROP = lecture_12.stochastic_depth.answer
_TRAINING = "x + branch(x) if rng.random() < survival else x"
_TEST = "x + survival * branch(x)"


def _order(layers, end="layers.Add()([x, y])"):
    return _PLAIN % (layers, end)


def _weights(expression):
    return f"def bottleneck_weights(wide, narrow):\n    return {expression}"


WRONG = {
    "shortcut_a": [
        (_SHORTCUT.replace("[kept, zeros]", "[kept]"), "channels of zeros are missing"),
        (_SHORTCUT.replace("[kept, zeros]", "[zeros, kept]"), "belong behind"),
        (
            "def shortcut_a(maps, channels, stride):\n"
            "    kept = maps[:, ::stride, ::stride]\n"
            "    many = np.concatenate([kept] * channels, axis=-1)\n"
            "    return many[..., :channels]",
            "the channels are repeated",
        ),
        (_SHORTCUT.replace("channels - maps.shape[-1]", "channels"), "there are in the end"),
        (_SHORTCUT.replace("[:, ::stride, ::stride]", ""), "every pixel is still there"),
        (_SHORTCUT.replace("::stride, ::stride", "::stride"), "only the rows are thinned"),
        (
            _SHORTCUT.replace("::stride, ::stride", "stride - 1::stride, stride - 1::stride"),
            "begin with the first row",
        ),
        (_SHORTCUT.replace("[kept, zeros]", "[kept, zeros + 1]"), "your result is"),
        (
            "def shortcut_a(maps, channels, stride):\n"
            "    kept = maps[:, ::stride, ::stride]\n"
            "    return np.pad(kept, [(0, 0), (0, 10 * channels), (0, 0), (0, 0)])",
            "zeros are in the rows",
        ),
        (_SHORTCUT.replace("return np", "np"), "returned nothing"),
    ],
    "bottleneck_weights": [
        (_weights("18 * wide**2"), "two 3x3 layers"),
        (_weights("wide * narrow + 9 * narrow**2"), "the last 1x1 layer"),
        (_weights("2 * wide * narrow"), "in the middle is missing"),
        (_weights("2 * wide * narrow + 3 * narrow**2"), "has 9 weights, not 3"),
        (_weights("2 * wide * narrow + narrow**2"), "is 3x3, not 1x1"),
        (_weights("27 * narrow**2"), "Both are 1x1"),
        (_weights("27 * wide**2"), "only the layer in the middle"),
        (_weights("2 * wide * narrow + 9 * narrow"), "for each of its input channels"),
        (_weights("2 * wide * narrow + 9 * wide**2"), "works on the few channels"),
        (_weights("2 * wide * narrow + 9 * wide * narrow"), "from narrow to narrow"),
        (_weights("18 * wide * narrow + 9 * narrow**2"), "two of the three kernels are 1x1"),
        (
            _weights("2 * wide * narrow + 9 * narrow**2 + 2 * narrow + wide"),
            "the biases are counted too",
        ),
        (
            _weights("2 * wide * narrow + 9 * narrow**2 + 4 * narrow + 2 * wide"),
            "leave the normalizations out",
        ),
        (_weights("2 * wide * narrow + 9 * narrow**2 + wide**2"), "the shortcut has no weights"),
        (_weights("69632"), "your result is 69632"),
    ],
    "preactivated": [
        (_BLOCK.replace("layers.Add()([x, y])", "y"), "the shortcut is missing"),
        (
            _BLOCK.replace("layers.Add()([x, y])", "layers.ReLU()(layers.Add()([x, y]))"),
            "a ReLU follows the addition",
        ),
        (
            _BLOCK.replace("y = x\n", "y = layers.BatchNormalization()(x)\n"),
            "normalizations: 3",
        ),
        (
            "def preactivated(x, channels):\n"
            "    conv = lambda: layers.Conv2D(channels, 3, padding='same', use_bias=False)\n"
            "    x = layers.ReLU()(layers.BatchNormalization()(x))\n"
            "    y = layers.ReLU()(layers.BatchNormalization()(conv()(x)))\n"
            "    return layers.Add()([x, conv()(y)])",
            "Add `x` itself",
        ),
        (
            _order("conv, bn, relu, conv, bn", "layers.ReLU()(layers.Add()([x, y]))"),
            "the block of the first paper",
        ),
        (_order("conv, bn, relu, conv, bn, relu"), "come after the convolutions"),
        (_order("conv, bn, relu, conv, bn"), "after the convolutions, not before"),
        (_order("bn, conv, bn, relu, conv"), "the first ReLU is missing"),
        (_order("bn, relu, conv, bn, conv"), "the second ReLU is missing"),
        (_order("bn, conv, bn, conv"), "both ReLUs are missing"),
        (_order("relu, bn, conv, relu, bn, conv"), "the ReLU comes before the normalization"),
        (_order("bn, conv, relu, bn, conv, relu"), "not that of the order"),
        (_order("bn, relu, conv"), "convolutions: 1"),
        (_BLOCK.replace("channels, 3", "channels, 1"), "both kernels are 3x3"),
        (_BLOCK.replace(", use_bias=False", ""), "have no bias"),
        (_BLOCK.replace('padding="same", ', ""), "The branch must keep the shape"),
        (_BLOCK.replace("Add()([x, y])", "Add()(x, y, x)"), "stopped with TypeError"),
        (_BLOCK.replace("(channels, 3", "(channels, 3, 2").replace("[x, y]", "[y, y]"), "keeps it"),
        ("preactivated = 3", "A function is expected"),
    ],
    "cifar_parameters": [
        (_COUNT.replace(" + 2 * channels", ""), "gamma and beta"),
        (_COUNT.replace("+ 2 * channels", "+ 4 * channels"), "they are not trained"),
        (_COUNT.replace("+ 2 * channels", "+ channels"), "two parameters a channel"),
        (_COUNT.replace("+ 2 * channels", "+ 3 * channels"), "have no biases"),
        (_COUNT.replace("= 3, 64", "= 1, 64"), "3 channels: red"),
        (_COUNT.replace("(depth - 2) // 3", "depth - 2"), r"in each of the three stages"),
        (_COUNT.replace("(depth - 2) // 3", "2 * ((depth - 2) // 3)"), "has two convolutions"),
        (_COUNT.replace("return total", "return total + 2752"), "shortcuts A have no parameters"),
        (_COUNT.replace("return total", "return total + 2560"), "have no 1x1 kernels"),
        (_COUNT.replace("64 * 10 + 10", "64 * 10"), "the last dense layer has biases"),
        (
            _COUNT.replace(
                "9 * before * channels", "9 * (3 if before == 3 else channels) * channels"
            ),
            "half as many channels",
        ),
        (_COUNT.replace("64 * 10 + 10", "0"), "from 64 to 10 is missing"),
        (
            _COUNT.replace("[16] + ", "").replace("= 3, 64", "= 16, 64"),
            "the first convolution is missing",
        ),
        (_COUNT.replace("return total", "return total + 7"), "your result is"),
    ],
    "stochastic_depth": [
        (_DROP.replace(_TEST, "x + branch(x)"), "the branch is not scaled"),
        (_DROP.replace(_TEST, "x"), "the branch is missing"),
        (_DROP.replace(_TEST, "branch(x)"), r"training: the shortcut is missing\."),
        (_DROP.replace(_TEST, "survival * branch(x)"), "missing from the sum"),
        (_DROP.replace(_TEST, "survival * (x + branch(x))"), "the shortcut is scaled too"),
        (_DROP.replace(_TEST, "x + branch(x) / survival"), "It was there less often"),
        (_DROP.replace(_TEST, "x + (1 - survival) * branch(x)"), "to stay, not to go"),
        (_DROP.replace(_TRAINING, _TEST), "nothing is drawn"),
        (
            _DROP.replace(_TRAINING, _TRAINING.replace("branch(x) if", "branch(x) / survival if")),
            "Some libraries do so",
        ),
        (
            _DROP.replace(_TRAINING, "(x + branch(x)) * (rng.random() < survival)"),
            "the shortcut is dropped too",
        ),
        (
            _DROP.replace(_TRAINING, "x + branch(x) * (rng.random(x.shape) < survival)"),
            "each value is drawn for itself",
        ),
        (_DROP.replace("< survival else", "> survival else"), "the probability to stay"),
        (_DROP.replace(_TRAINING, "x"), "was never there"),
        (_DROP.replace(_TRAINING, "x + branch(x)"), "was always there"),
        (_DROP.replace("rng.random() < survival else", "rng.random() < 0.5 else"), "Is the draw"),
        (_DROP.replace(_TRAINING, "x - branch(x)"), "or `x` alone"),
        (_DROP.replace("rng.random()", "np.random.default_rng().random()"), "come from `rng`"),
        (
            "def stochastic_depth(x, branch, survival, training, rng):\n"
            "    x += branch(x) * ((rng.random() < survival) if training else survival)\n"
            "    return x",
            "stays as it was",
        ),
    ],
}
