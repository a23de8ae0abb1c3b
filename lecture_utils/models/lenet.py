"""LeNet-1 and LeNet-5: as they were published, and as tutorials write them today.

Source:
    LeCun, Boser, Denker, Henderson, Howard, Hubbard, Jackel: Handwritten Digit Recognition with a
    Back-Propagation Network, NIPS 1989 (LeNet-1).
    LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition,
    Proceedings of the IEEE 86(11), 1998, section II (LeNet-5).
"""

from __future__ import annotations

import numpy as np

from lecture_utils.backend import keras
from lecture_utils.models.common import Shape, check_arguments, check_choice, classify, scaled

layers = keras.layers

# For each map of H3 the maps of H2 that it sees (1989, table 1): two halves that do not meet.
H3_CONNECTIONS = (
    (0,), (0, 1), (0, 1), (1,), (0, 1), (0, 1),
    (2,), (2, 3), (2, 3), (3,), (2, 3), (2, 3),
)  # fmt: skip

# For each map of C3 the maps of S2 that it sees (1998, table I).
C3_CONNECTIONS = (
    (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (4, 5, 0), (5, 0, 1),
    (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (3, 4, 5, 0), (4, 5, 0, 1), (5, 0, 1, 2),
    (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)  # fmt: skip

# Names of convolution and sub-sampling, maps, connections of the convolution (None for all).
LENET1 = (
    (("H1", "H2"), 4, None),
    (("H3", "H4"), 12, H3_CONNECTIONS),
)
LENET5 = (
    (("C1", "S2"), 6, None),
    (("C3", "S4"), 16, C3_CONNECTIONS),
)
C5_MAPS = 120
F6_UNITS = 84
LENET1_SMALLEST = 16
LENET5_SMALLEST = 32  # leaves 5x5 pixels for C5

# What LeNet-5's layer F6 learns to draw: a bitmap of 7x12 for each digit, in the manner of
# the paper's figure 3. Like letters, the digits leave room for what reaches below the line.
DIGITS = """
....... ....... ....... ....... ....... ....... ....... ....... ....... .......
..###.. ...#... .#####. .#####. .....#. ####### ..####. ####### .#####. .#####.
.#...#. ..##... #.....# #.....# ....##. #...... .#..... ......# #.....# #.....#
#.....# .#.#... ......# ......# ...#.#. #...... #...... .....#. #.....# #.....#
#.....# ...#... .....#. ......# ..#..#. ######. #.####. .....#. #.....# #.....#
#.....# ...#... ...##.. ..####. .#...#. ......# ##....# ....#.. .#####. #....##
#.....# ...#... ..#.... ......# #....#. ......# #.....# ...#... #.....# .####.#
#.....# ...#... .#..... ......# ####### ......# #.....# ...#... #.....# ......#
.#...#. ...#... #...... #.....# .....#. #.....# #.....# ..#.... #.....# .....#.
..###.. .#####. ####### .#####. .....#. .#####. .#####. ..#.... .#####. .####..
....... ....... ....... ....... ....... ....... ....... ....... ....... .......
....... ....... ....... ....... ....... ....... ....... ....... ....... .......
"""

# Drawn with a variance of 1 / inputs, which suits the squashing function.
INITIALIZER = "lecun_uniform"


def digit_bitmaps() -> np.ndarray:
    """Return the bitmaps of the ten digits that LeNet-5's output compares with.

    Returns:
        Array of shape (10, 12, 7), +1 for ink and -1 for paper.
    """
    rows = [line.split() for line in DIGITS.strip().splitlines()]
    ink = [[[pixel == "#" for pixel in row] for row in digit] for digit in zip(*rows, strict=True)]
    return np.where(ink, 1.0, -1.0)


# ------------------------------------------------------------------------------ layers and loss


@keras.saving.register_keras_serializable("lecture_utils")
class ScaledTanh(layers.Layer):
    """Squash values with 1.7159 * tanh(2/3 * x), which leaves 1 and -1 where they are.

    Args:
        **options: of every Keras layer, such as `name`.

    Source:
        LeCun et al. 1998, section II.B and appendix A.
    """

    anatomy = {"size": 1, "macs": 0}  # noqa: RUF012 (see lecture_utils.anatomy)

    def call(self, values):
        """Squash values of any shape."""
        return 1.7159 * keras.ops.tanh(2 / 3 * values)

    def compute_output_shape(self, input_shape):
        """Return the shape of the input."""
        return input_shape


@keras.saving.register_keras_serializable("lecture_utils")
class SubSampling2D(layers.Layer):
    """Shrink maps by adding the pixels of each window, with weights that are learned.

    output = coefficient * (sum of the window) + bias

    Each map has one coefficient and one bias. To begin with the output is the mean. Windows do
    not overlap, and rows or columns that do not fill one are left out.

    Args:
        size: of the window, a side.
        **options: of every Keras layer, such as `name`.

    Source:
        LeCun et al. 1998, section II.B, layers S2 and S4.
    """

    def __init__(self, size: int = 2, **options):
        super().__init__(**options)
        self.size = size

    @property
    def anatomy(self) -> dict:
        """What `lecture_utils.anatomy` needs to know; pooling costs nothing there."""
        return {"size": self.size, "stride": self.size, "macs": 0}

    def build(self, input_shape):
        """Add the weights."""
        maps = (input_shape[-1],)
        mean = keras.initializers.Constant(1 / self.size**2)
        self.coefficient = self.add_weight(shape=maps, initializer=mean, name="coefficient")
        self.bias = self.add_weight(shape=maps, initializer="zeros", name="bias")

    def call(self, maps):
        """Shrink maps of shape (batch, height, width, channels)."""
        means = keras.ops.average_pool(maps, self.size, self.size, data_format="channels_last")
        return self.coefficient * (self.size**2 * means) + self.bias

    def compute_output_shape(self, input_shape):
        """Return (batch, height // size, width // size, channels)."""
        batch, height, width, channels = input_shape
        return batch, height // self.size, width // self.size, channels

    def get_config(self):
        """Return what is needed to build the layer again."""
        return super().get_config() | {"size": self.size}


@keras.saving.register_keras_serializable("lecture_utils")
class PartialConvolution2D(layers.Layer):
    """Convolve (stride 1, no padding) where each output map sees chosen input maps only.

    There are weights for the chosen pairs of maps alone, in the order of `connections`.

    Args:
        connections: for each output map the numbers of the input maps that it sees.
        kernel_size: a side.
        kernel_initializer: of the kernel of a full convolution, of which the chosen pairs are kept.
        **options: of every Keras layer, such as `name`.

    Raises:
        ValueError: if a map would see no map, or, once the input is known, one that is not there.

    Source:
        LeCun et al. 1998, section II.B, layer C3 and table I.
    """

    def __init__(self, connections, kernel_size: int, kernel_initializer=INITIALIZER, **options):
        super().__init__(**options)
        self.connections = tuple(tuple(map(int, inputs)) for inputs in connections)
        self.kernel_size = kernel_size
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        if not self.connections or not all(self.connections):
            raise ValueError(
                "connections must give each output map the numbers of one input map or more, such "
                f"as [[0], [0, 1]], got {connections!r}"
            )

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """The connected pairs of (input map, output map)."""
        return [(seen, by) for by, inputs in enumerate(self.connections) for seen in inputs]

    @property
    def anatomy(self) -> dict:
        """What `lecture_utils.anatomy` needs to know: the chosen pairs alone cost something."""
        return {"size": self.kernel_size, "macs": self.kernel_size**2 * len(self.pairs)}

    def build(self, input_shape):
        """Add the weights: a kernel for each pair, a bias for each output map."""
        channels, maps, side = input_shape[-1], len(self.connections), self.kernel_size
        if {seen for seen, _ in self.pairs} - set(range(channels)):
            raise ValueError(
                f"connections must be numbers of the {channels} input maps, 0 to {channels - 1}, "
                f"got {self.connections!r}"
            )
        self.full_shape = (channels, maps, side, side)

        def connected(shape, dtype):
            full = self.kernel_initializer((side, side, channels, maps), dtype)
            full = keras.ops.reshape(full, (side, side, channels * maps))
            chosen = [seen * maps + by for seen, by in self.pairs]
            return keras.ops.transpose(keras.ops.take(full, chosen, axis=-1), (2, 0, 1))

        shape = (len(self.pairs), side, side)
        self.kernel = self.add_weight(shape=shape, initializer=connected, name="kernel")
        self.bias = self.add_weight(shape=(maps,), initializer="zeros", name="bias")

    def full_kernel(self):
        """Return the kernel as a full convolution has it, zeros for the pairs that are missing."""
        full = keras.ops.scatter(np.array(self.pairs), self.kernel, self.full_shape)
        return keras.ops.transpose(full, (2, 3, 0, 1))

    def call(self, maps):
        """Convolve maps of shape (batch, height, width, channels)."""
        convolved = keras.ops.conv(maps, self.full_kernel(), data_format="channels_last")
        return convolved + self.bias

    def compute_output_shape(self, input_shape):
        """Return the shape of an unpadded convolution's output."""
        batch, height, width, _ = input_shape
        lost = self.kernel_size - 1
        return batch, height - lost, width - lost, len(self.connections)

    def get_config(self):
        """Return what is needed to build the layer again."""
        own = {
            "connections": self.connections,
            "kernel_size": self.kernel_size,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
        return super().get_config() | own


@keras.saving.register_keras_serializable("lecture_utils")
class RBF(layers.Layer):
    """Compare a vector with fixed centres (Euclidean radial basis functions).

    output[i] = sum over j of (input[j] - centers[i, j]) ** 2

    The output is a penalty: the smaller, the more alike; 0 is a perfect match. The centres are
    weights that are not trained.

    Args:
        centers: array of shape (units, inputs).
        **options: of every Keras layer, such as `name`.

    Source:
        LeCun et al. 1998, section II.B, equation 7.
    """

    def __init__(self, centers, **options):
        super().__init__(**options)
        self.given = np.asarray(centers, dtype="float32")

    @property
    def anatomy(self) -> dict:
        """What `lecture_utils.anatomy` needs to know: a square to add for each connection."""
        return {"size": 1, "macs": self.given.size}

    def build(self, input_shape):
        """Add the centres, as weights that training leaves alone."""
        self.centers = self.add_weight(
            shape=self.given.shape,
            initializer=lambda shape, dtype: keras.ops.convert_to_tensor(self.given, dtype),
            trainable=False,
            name="centers",
        )

    def call(self, vectors):
        """Return the penalties of vectors of shape (batch, inputs)."""
        apart = keras.ops.expand_dims(vectors, -2) - self.centers
        return keras.ops.sum(keras.ops.square(apart), axis=-1)

    def compute_output_shape(self, input_shape):
        """Return (batch, units)."""
        return (*input_shape[:-1], len(self.given))

    def get_config(self):
        """Return what is needed to build the layer again."""
        return super().get_config() | {"centers": self.given.tolist()}


def _labels(y_true):
    """Return class numbers of shape (batch,) from (batch,) or (batch, 1)."""
    if len(y_true.shape) > 2 or (len(y_true.shape) == 2 and y_true.shape[-1] != 1):
        raise ValueError(
            "labels must be class numbers, of shape (batch,), not one-hot rows: "
            f"got shape {tuple(y_true.shape)}"
        )
    return keras.ops.cast(keras.ops.reshape(y_true, (-1,)), "int32")


@keras.saving.register_keras_serializable("lecture_utils")
class MAPLoss(keras.losses.Loss):
    """Push the penalty of the right class down and those of the wrong classes up.

    loss = penalty of the right class + log(exp(-j) + sum over i of exp(-penalty i))

    It is never negative. Labels are class numbers; the predictions are penalties, as `RBF` has
    them: `model.compile("adam", loss=MAPLoss(), metrics=[smallest_penalty_accuracy])`.

    Args:
        j: penalty of the class "none of these": penalties far above it are pushed no further. The
            paper gives no value.
        name: of the loss.
        reduction: over the batch, as every Keras loss has it.

    Source:
        LeCun et al. 1998, section II.C, equation 9 (maximum a posteriori).
    """

    def __init__(self, j: float = 1.0, name: str = "map", reduction="sum_over_batch_size"):
        super().__init__(name=name, reduction=reduction)
        self.j = j

    def call(self, y_true, y_pred):
        """Return the loss of each sample."""
        right = keras.ops.one_hot(_labels(y_true), y_pred.shape[-1], dtype=y_pred.dtype)
        penalty = keras.ops.sum(right * y_pred, axis=-1)
        none = keras.ops.full_like(y_pred[:, :1], self.j)
        everything = keras.ops.concatenate([none, y_pred], axis=-1)
        return penalty + keras.ops.logsumexp(-everything, axis=-1)

    def get_config(self):
        """Return what is needed to build the loss again."""
        return super().get_config() | {"j": self.j}


@keras.saving.register_keras_serializable("lecture_utils")
def smallest_penalty_accuracy(y_true, y_pred):
    """Tell for each sample whether the right class has the smallest penalty.

    Keras's "accuracy" looks for the largest output; of penalties the smallest one wins.

    Args:
        y_true: class numbers, of shape (batch,).
        y_pred: penalties, of shape (batch, classes).

    Returns:
        1 or 0 for each sample, of which Keras takes the mean.
    """
    return keras.ops.cast(keras.ops.argmin(y_pred, axis=-1) == _labels(y_true), "float32")


# ------------------------------------------------------------------------------------- networks


def lenet_block(
    x: keras.KerasTensor,
    maps: int,
    names: tuple[str, str],
    connections=None,
    original: bool = True,
) -> keras.KerasTensor:
    """Add a 5x5 convolution, then a 2x2 sub-sampling.

    Args:
        x: maps of shape (batch, height, width, channels).
        maps: of the convolution.
        names: of the convolution and of the sub-sampling.
        connections: for each map of the convolution the maps of `x` that it sees; None for all.
        original: learned sub-sampling and the paper's squashing function behind both layers;
            otherwise the mean of each window, and tanh behind the convolution.

    Returns:
        Maps of shape (batch, (height - 4) // 2, (width - 4) // 2, maps).
    """
    convolution, pooling = names
    x = _squash(_convolution(x, maps, convolution, connections), original)
    if original:
        return _squash(SubSampling2D(name=pooling)(x), original)
    return layers.AveragePooling2D(2, name=pooling)(x)


def _convolution(x: keras.KerasTensor, maps: int, name: str, connections) -> keras.KerasTensor:
    if connections is not None:
        return PartialConvolution2D(connections, 5, name=name)(x)
    return layers.Conv2D(maps, 5, kernel_initializer=INITIALIZER, name=name)(x)


def _squash(x: keras.KerasTensor, original: bool) -> keras.KerasTensor:
    """Put the squashing function behind the layer that made `x`, and name it after that layer."""
    name = f"{x._keras_history.operation.name}_squash"
    return (ScaledTanh(name=name) if original else layers.Activation("tanh", name=name))(x)


def _blocks(x: keras.KerasTensor, stages: tuple, original: bool, width: float) -> keras.KerasTensor:
    for names, maps, connections in stages:
        x = lenet_block(x, scaled(maps, width), names, connections if original else None, original)
    return x


def _check_original(original: bool, width: float) -> None:
    check_choice("original", original, (True, False))
    if original and width != 1:
        raise ValueError(
            f"width must be 1 in the original network, whose connections are a table for its "
            f"number of maps, got {width!r}: original=False takes other widths"
        )


def lenet1(
    original: bool = True,
    input_shape: Shape = (28, 28, 1),
    classes: int = 10,
    width: float = 1.0,
) -> keras.Model:
    """Build LeNet-1, the network that read zip codes in 1989.

    As published its outputs are squashed, one unit a class, and it learns by squared errors to
    give 1 for the right class and -1 for the others:
    `compile("adam", loss="mse", metrics=["accuracy"])` and targets of `2 * one_hot - 1`.

    Args:
        original: the network as published; otherwise as tutorials have it, with all maps
            connected, plain average pooling, tanh and a softmax at the end.
        input_shape: height, width and channels of the images; at least 16 pixels a side.
        classes: number of outputs.
        width: factor on the numbers of maps; other than 1 with `original=False` only.

    Returns:
        A model from `input_shape` to the outputs of the classes: 2,578 parameters with the
        defaults, 3,246 with `original=False`.

    Raises:
        ValueError: if an argument will not do; the message says what would.

    Source:
        LeCun et al. 1989. A different, earlier network of 9,760 parameters without sub-sampling
        (Neural Computation 1(4), 1989) is sometimes called LeNet-1, too.
    """
    check_arguments(input_shape, classes, width, LENET1_SMALLEST)
    _check_original(original, width)
    image = keras.Input(input_shape, name="image")
    x = _blocks(image, LENET1, original, width)
    x = layers.Flatten(name="flatten")(x)
    if original:
        x = layers.Dense(classes, kernel_initializer=INITIALIZER, name="output")(x)
        return keras.Model(image, _squash(x, original), name="lenet1")
    return keras.Model(image, classify(x, classes), name="lenet1")


def lenet5(
    original: bool = True,
    input_shape: Shape = (32, 32, 1),
    classes: int = 10,
    width: float = 1.0,
) -> keras.Model:
    """Build LeNet-5, the network of 1998 that read cheques.

    Its digits lie in the middle of 32x32 pixels: the 28x28 of MNIST with 2 more on each side.

    As published its outputs are penalties, the smallest for the class that it takes the image for:
    `compile("adam", loss=MAPLoss(), metrics=[smallest_penalty_accuracy])` and class numbers as
    targets. The outputs' centres are not trained: bitmaps of the digits, drawn anew in the manner
    of the paper's.

    Args:
        original: the network as published; otherwise as tutorials have it, with all maps
            connected, plain average pooling, tanh and a softmax at the end.
        input_shape: height, width and channels of the images; at least 32 pixels a side.
        classes: number of outputs; other than 10 with `original=False` only.
        width: factor on the numbers of maps and units; other than 1 with `original=False` only.

    Returns:
        A model from `input_shape` to the penalties of the digits, 60,000 trainable parameters and
        840 fixed ones with the defaults; with `original=False` to the probabilities of the
        classes, 61,706 parameters.

    Raises:
        ValueError: if an argument will not do; the message says what would.

    Source:
        LeCun et al. 1998, section II.B.
    """
    check_arguments(input_shape, classes, width, LENET5_SMALLEST)
    _check_original(original, width)
    if original and classes != 10:
        raise ValueError(
            f"classes must be 10 in the original network, whose outputs compare with bitmaps of "
            f"the ten digits, got {classes!r}: original=False takes other numbers"
        )
    image = keras.Input(input_shape, name="image")
    x = _blocks(image, LENET5, original, width)
    x = _squash(_convolution(x, scaled(C5_MAPS, width), "C5", None), original)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(scaled(F6_UNITS, width), kernel_initializer=INITIALIZER, name="F6")(x)
    x = _squash(x, original)
    if original:
        penalties = RBF(digit_bitmaps().reshape(10, -1), name="penalties")(x)
        return keras.Model(image, penalties, name="lenet5")
    return keras.Model(image, classify(x, classes), name="lenet5")
