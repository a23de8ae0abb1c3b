"""Exercises of lecture 10, GoogLeNet: Inception blocks and 1x1 convolutions."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from lecture_exercises.exercise import Exercise, print_not_done
from lecture_exercises.networks import difference
from lecture_utils.backend import keras

layers = keras.layers


def maps_and_kernels(rng: np.random.Generator) -> Iterator[tuple]:
    # As many outputs as inputs first: there a transposed matrix shows by its numbers.
    for rows, columns, inputs, outputs in ((3, 5, 4, 4), (6, 2, 5, 3), (4, 4, 1, 6), (2, 7, 3, 1)):
        maps, kernel = (rng.normal(size=s) for s in ((rows, columns, inputs), (inputs, outputs)))
        yield maps, kernel[np.newaxis, np.newaxis], rng.uniform(1, 2, outputs) * (-1) ** columns
    yield rng.integers(-9, 9, (3, 4, 2)), rng.integers(1, 9, (1, 1, 2, 2)), np.array([-7, 5])


PIXELWISE = "maps @ kernel[0, 0] + bias"
FOR_ALL = "np.zeros((*maps.shape[:2], 1)) + "


@Exercise(
    cases=maps_and_kernels,
    hints=[
        "At each pixel there is a vector of input channels. A dense layer makes another of it.",
        "kernel[0, 0] is a matrix of shape (in, out).",
        "`maps @ matrix` multiplies the last axis of `maps` by the matrix, at every pixel.",
    ],
    remark="One matrix product, at every pixel: that is all a 1x1 convolution does.",
    mistakes={
        "the bias is missing.": (" + bias", ""),
        "no ReLU is asked for: negative values stay.": (PIXELWISE, f"np.maximum({PIXELWISE}, 0)"),
        "every place has the values of the first one. Do it for each pixel.": (
            "maps @",
            f"{FOR_ALL}maps[0, 0] @",
        ),
        "the pixels are mixed. A 1x1 convolution sees one pixel at a time.": (
            "maps @",
            f"{FOR_ALL}maps.mean(axis=(0, 1)) @",
        ),
        "there is an axis too many: kernel[0, 0] is the matrix, of shape (in, out).": (
            PIXELWISE,
            f"({PIXELWISE})[:, :, np.newaxis]",
        ),
        "there is an axis too many in front: kernel[0, 0] is the matrix, of shape (in, out).": (
            "kernel[0, 0]",
            "kernel",
        ),
        "rows and columns have changed places.": (PIXELWISE, f"({PIXELWISE}).transpose(1, 0, 2)"),
        "the matrix is transposed. Its rows are the input channels, its columns the output "
        "channels.": ("kernel[0, 0]", "kernel[0, 0].T"),
    },
)
def pixelwise(maps: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    return maps @ kernel[0, 0] + bias


def sizes(rng: np.random.Generator) -> Iterator[tuple]:
    yield 28, 192, 16, 5, 32
    yield 9, 2, 7, 3, 1  # a reduction that does not reduce
    yield 10, 6, 1, 1, 4
    yield tuple(rng.integers([7, 100, 11, 7, 17], [30, 200, 16, 9, 24]).tolist())


@Exercise(
    cases=sizes,
    hints=[
        "Two convolutions, one after the other: count each, then add.",
        "One value of a convolution costs kernel * kernel * (channels that it reads) "
        "multiplications, and there are side * side * filters values.",
        "The 1x1 convolution reads `channels` and makes `reduce` maps; the large one reads "
        "`reduce` and makes `filters`.",
    ],
    remark="For the block of the page it gives 12,443,648.",
    mistakes={
        "the 1x1 convolution has to be paid too.": ("reduction + large", "large"),
        "this is the 1x1 convolution alone. The large one follows it.": (" + large", ""),
        "this is the large convolution without a reduction before it.": [
            ("reduction + large", "large"),
            ("kernel * kernel * reduce", "kernel * kernel * channels"),
        ],
        "behind the reduction the large convolution reads `reduce` channels, not all.": (
            "kernel * kernel * reduce",
            "kernel * kernel * channels",
        ),
        "a kernel has kernel * kernel places, not kernel.": ("kernel * kernel", "kernel"),
        "with padding the large convolution keeps side * side places.": (
            "large = side * side",
            "large = (side - kernel + 1) ** 2",
        ),
        "the first convolution has a window of 1x1, not of the large kernel's size.": (
            "1 * 1",
            "kernel**2",
        ),
        "the maps have side * side places, not side.": ("side * side", "side"),
        "this is the work at one place. Padding keeps side * side places.": (
            "side * side *",
            "1 *",
        ),
        "the biases are counted too. They are additions without a multiplication.": (
            "+ large",
            "+ large + side**2 * (reduce + filters)",
        ),
    },
)
def reduced_macs(side: int, channels: int, reduce: int, kernel: int, filters: int) -> int:
    reduction = side * side * reduce * 1 * 1 * channels
    large = side * side * filters * kernel * kernel * reduce
    # It saves as long as reduce * (channels + kernel**2 * filters) is less than
    # channels * kernel**2 * filters. For the 5x5 filters of 3a: up to
    # 192 * 25 * 32 / (192 + 25 * 32) = 154.8, that is 154 channels.
    return reduction + large


def channels_and_rows(rng: np.random.Generator) -> Iterator[tuple]:
    yield 192, (64, 96, 128, 16, 32, 32)
    yield 1, (2, 3, 1, 5, 4, 6)
    yield 8, (3, 3, 3, 3, 3, 3)
    yield int(rng.integers(100, 900)), tuple(rng.permutation(400)[:6].tolist())


REDUCTIONS, POOLED = ("reduce_3x3 + reduce_5x5 + ", ""), (" + pool_proj)", ")")
UNREDUCED = [("3 * reduce_3x3", "3 * channels"), ("5 * reduce_5x5", "5 * channels")]


@Exercise(
    cases=channels_and_rows,
    hints=[
        "Six convolutions have weights. Which channels does each of them read?",
        "Four of them read the block's input: the 1x1, both reductions, and the 1x1 behind the "
        "pooling, which changes no channels.",
        "A convolution of k from a to b channels has (k * k * a + 1) * b parameters.",
    ],
    remark="With the table of the page it gives the parameters of all nine blocks.",
    mistakes={
        "the biases are missing.": (" + 1)", ")"),
        "the 3x3 and the 5x5 convolution read the reduced channels, not the block's input.": (
            UNREDUCED
        ),
        "the two reductions are missing.": REDUCTIONS,
        "this has no reductions at all: it is nearly the naive block.": [*UNREDUCED, REDUCTIONS],
        "the 1x1 behind the pooling is missing.": POOLED,
        "the pooling has no weights. Behind it stands a 1x1 convolution.": (
            "return total",
            "return total + 8 * channels * pool_proj",
        ),
        "a kernel of k has k * k weights, not k.": [("3 * 3", "3"), ("5 * 5", "5")],
        "the two reductions have biases too.": (
            "return total",
            "return total - reduce_3x3 - reduce_5x5",
        ),
        "in a row each reduction stands before its 3x3 or 5x5, not behind it.": (
            "reduce_3x3, conv_3x3, reduce_5x5, conv_5x5",
            "conv_3x3, reduce_3x3, conv_5x5, reduce_5x5",
        ),
    },
)
def inception_parameters(channels: int, row: tuple) -> int:
    conv_1x1, reduce_3x3, conv_3x3, reduce_5x5, conv_5x5, pool_proj = row
    total = (channels + 1) * (conv_1x1 + reduce_3x3 + reduce_5x5 + pool_proj)
    total += (3 * 3 * reduce_3x3 + 1) * conv_3x3
    total += (5 * 5 * reduce_5x5 + 1) * conv_5x5
    return total


def maps_and_rows(rng: np.random.Generator) -> Iterator[tuple]:
    yield keras.Input((7, 6, 3)), tuple(rng.permutation([2, 3, 4, 5, 6, 7]).tolist())
    yield keras.Input((5, 8, 1)), (1, 2, 2, 1, 3, 1)


DOUBLE = "conv(conv(conv(x, reduce_5x5, 1), conv_5x5, 3), conv_5x5, 3)"
THREE = "conv(conv(x, reduce_3x3, 1), conv_3x3, 3)"
BEHIND = "    pooled = conv(pooled, pool_proj, 1)\n"
OTHER_ORDER = "the branches are right, but joined in another order."
ENDS = "layers.Concatenate()([one, three, double, pooled])"


def why_not_joined(result: keras.Model, x: keras.KerasTensor, row: tuple) -> str | None:
    """Say what is wrong with the end of a block."""
    if not isinstance(result, keras.Model):
        return None
    if not isinstance(result.output, keras.KerasTensor):
        return "the joined maps are expected, the output of a layer, not several of them."
    right = keras.Model(x, double_block.solve(x, row))
    if result.output.shape != right.output.shape:
        return None
    # Whatever the order of the channels, each pixel has the same values.
    same = [keras.Model(x, keras.ops.sort(network.output)) for network in (result, right)]
    return OTHER_ORDER if difference(*same) is None else None


@Exercise(
    cases=maps_and_rows,
    hints=[
        "Four branches, all of which begin at x. Keep the end of each.",
        '`layers.Conv2D(filters, kernel, padding="same", activation="relu")` for all seven '
        'convolutions, `layers.MaxPooling2D(3, strides=1, padding="same")` for the pooling.',
        "The third branch: a 1x1 to reduce_5x5 channels, then twice a 3x3 to conv_5x5 channels. "
        "Last: `return layers.Concatenate()([one, three, double, pooled])`.",
    ],
    remark="With batch normalization behind each convolution it is nearly the block of lecture 11.",
    mistakes={
        "the branches have different sizes and cannot be joined. Each keeps rows and columns: "
        'padding="same".': ('padding="same", ', ""),
        'the pooling keeps rows and columns too: padding="same".': (', padding="same")(x)', ")(x)"),
        "without `strides=1` a pooling moves by its own size.": ("strides=1, ", ""),
        "in the second branch the 1x1 stands on the wrong side of the 3x3.": (
            THREE,
            "conv(conv(x, conv_3x3, 3), reduce_3x3, 1)",
        ),
        "in the last branch the 1x1 comes behind the pooling, not before it.": [
            ('padding="same")(x)', 'padding="same")(conv(x, pool_proj, 1))'),
            (BEHIND, ""),
        ],
        "the reduction at its beginning is missing in the second branch.": (
            "conv(x, reduce_3x3, 1)",
            "x",
        ),
        "the reduction at its beginning is missing in the third branch.": (
            "conv(x, reduce_5x5, 1)",
            "x",
        ),
        "the 1x1 convolution behind the pooling is missing.": (BEHIND, ""),
        "this is the 5x5. Two 3x3 layers shall take its place.": (
            DOUBLE,
            "conv(conv(x, reduce_5x5, 1), conv_5x5, 5)",
        ),
        "one 3x3 layer sees 3 pixels. Two of them see 5.": (
            DOUBLE,
            "conv(conv(x, reduce_5x5, 1), conv_5x5, 3)",
        ),
        "both 3x3 layers have as many filters as the 5x5 had.": (
            DOUBLE,
            DOUBLE.replace("conv_5x5", "reduce_5x5", 1),
        ),
        "each reduction has its own number in the row: reduce_3x3 is the second one.": (
            "reduce_3x3, 1)",
            "reduce_5x5, 1)",
        ),
        "the convolutions have no dilation.": ("kernel, pad", "kernel, dilation_rate=2, pad"),
        "the branches are added. Join them as channels: `layers.Concatenate()`.": (
            "Concatenate",
            "Add",
        ),
        "NumPy cannot join the outputs of layers. `layers.Concatenate()` does.": (
            ENDS,
            "np.concatenate([one, three, double, pooled], axis=-1)",
        ),
        "your convolution has no ReLU. All seven have one.": (', activation="relu"', ""),
        "the 1x1 convolutions have a ReLU too.": ('"relu"', '"relu" if kernel > 1 else None'),
        OTHER_ORDER: ("[one, three,", "[three, one,"),
        "three branches are joined, but the block has four.": (", pooled])", "])"),
        "the block has max pooling, not average pooling.": ("MaxPooling", "AveragePooling"),
        "the pooling has windows of 3x3, not 2x2.": ("MaxPooling2D(3", "MaxPooling2D(2"),
    },
    tell=why_not_joined,
)
def double_block(x: keras.KerasTensor, row: tuple) -> keras.KerasTensor:
    conv_1x1, reduce_3x3, conv_3x3, reduce_5x5, conv_5x5, pool_proj = row

    def conv(maps: keras.KerasTensor, filters: int, kernel: int) -> keras.KerasTensor:
        return layers.Conv2D(filters, kernel, padding="same", activation="relu")(maps)

    one = conv(x, conv_1x1, 1)
    three = conv(conv(x, reduce_3x3, 1), conv_3x3, 3)
    double = conv(conv(conv(x, reduce_5x5, 1), conv_5x5, 3), conv_5x5, 3)
    pooled = layers.MaxPooling2D(3, strides=1, padding="same")(x)
    pooled = conv(pooled, pool_proj, 1)
    return layers.Concatenate()([one, three, double, pooled])


def maps_and_weights(rng: np.random.Generator) -> Iterator[tuple]:
    for rows, columns, channels, classes in (
        (4, 6, 5, 3),
        (7, 3, 1, 5),
        (1, 1, 4, 2),
        (2, 5, 3, 3),
    ):
        maps = rng.normal(size=(rows, columns, channels))
        yield maps, rng.normal(size=(channels, classes)), rng.uniform(1, 2, classes) * (-1) ** rows
    yield rng.integers(0, 9, (3, 2, 4)), rng.integers(-9, 9, (4, 6)), np.arange(6) - 2


EVIDENCE, MEAN = "maps @ weights + bias", "(maps @ weights + bias).mean(axis=(0, 1))"


@Exercise(
    cases=maps_and_weights,
    hints=[
        "First average, then the dense layer; or first the dense layer, then average: the same.",
        "So leave the average out, and apply the dense layer at each place.",
        "A dense layer at each place is a 1x1 convolution: maps @ weights, and the bias.",
    ],
    remark="It is a 1x1 convolution with the weights of the dense layer.",
    mistakes={
        "these are the logits of the whole image. A map is asked for: leave out the mean.": (
            EVIDENCE,
            MEAN,
        ),
        "every place has the same evidence: the mean.": (EVIDENCE, FOR_ALL + MEAN),
        "the mean of your maps is the logits without the bias: add it.": (" + bias", ""),
        "the bias is shared out among the places. Under a mean each place has all of it.": (
            "+ bias",
            "+ bias / maps[..., 0].size",
        ),
        "the sum of your maps is the logits. Their mean is asked for.": (
            EVIDENCE,
            f"({EVIDENCE}) / maps[..., 0].size",
        ),
        "evidence against a class is negative: no ReLU.": (EVIDENCE, f"np.maximum({EVIDENCE}, 0)"),
        "these are probabilities at each place. The mean of the logits is asked for: no softmax.": (
            EVIDENCE,
            f"np.exp({EVIDENCE}) / np.exp({EVIDENCE}).sum(axis=-1, keepdims=True)",
        ),
        "the classes are the last axis: (rows, columns, classes).": (
            EVIDENCE,
            f"np.moveaxis({EVIDENCE}, -1, 0)",
        ),
    },
)
def evidence(maps: np.ndarray, weights: np.ndarray, bias: np.ndarray) -> np.ndarray:
    return maps @ weights + bias


not_done_yet = partial(print_not_done, __name__)
