"""The layers of LeNet that Keras lacks, and the tables that they need.

Source: LeCun, Bottou, Bengio and Haffner, Gradient-Based Learning Applied to Document Recognition,
Proceedings of the IEEE 86(11), 1998, section II.B; the table of H3 is LeNet-1's of 1989.
"""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from lecture_utils.backend import keras
from lecture_utils.checks import array, refused, whole

layers = keras.layers

# For each map of LeNet-1's H3 the maps of H2 that it sees (1989, table 1): halves that never meet.
H3_CONNECTIONS = (
    (0,), (0, 1), (0, 1), (1,), (0, 1), (0, 1),
    (2,), (2, 3), (2, 3), (3,), (2, 3), (2, 3),
)  # fmt: skip

# For each map of LeNet-5's C3 the maps of S2 that it sees (1998, table I).
C3_CONNECTIONS = (
    (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (4, 5, 0), (5, 0, 1),
    (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (3, 4, 5, 0), (4, 5, 0, 1), (5, 0, 1, 2),
    (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)  # fmt: skip

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

    Lecture 06 uses it.
    """
    rows = [line.split() for line in DIGITS.strip().splitlines()]
    ink = [[[pixel == "#" for pixel in row] for row in digit] for digit in zip(*rows, strict=True)]
    return np.where(ink, 1.0, -1.0)


@keras.saving.register_keras_serializable("lecture_utils")
class ScaledTanh(layers.Layer):
    """Squash values with 1.7159 * tanh(2/3 * x), which leaves 1 and -1 where they are.

    Source: LeCun et al. 1998, section II.B and appendix A.

    Lecture 06 builds it by hand.
    """

    anatomy: ClassVar[dict] = {"size": 1, "macs": 0}

    def call(self, values):
        """Squash values of any shape."""
        return 1.7159 * keras.ops.tanh(2 / 3 * values)


@keras.saving.register_keras_serializable("lecture_utils")
class SubSampling2D(layers.Layer):
    """Shrink maps by adding the pixels of each window, with weights that are learned.

    output = coefficient * (sum of the window) + bias

    Each map has one coefficient and one bias. To begin with the output is the mean. Windows do
    not overlap, and rows or columns that do not fill one are left out.

    Args:
        size: Of the window, a side.
        **options: Of every Keras layer, such as `name`.

    Source: LeCun et al. 1998, section II.B, layers S2 and S4.

    Lecture 06 builds it by hand.
    """

    def __init__(self, size: int = 2, **options):
        super().__init__(**options)
        self.size = whole("size", size)
        self.anatomy = {"size": self.size, "stride": self.size, "macs": 0}

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

    def get_config(self):
        """Return what is needed to build the layer again."""
        return super().get_config() | {"size": self.size}


@keras.saving.register_keras_serializable("lecture_utils")
class PartialConvolution2D(layers.Layer):
    """Convolve (stride 1, no padding) where each output map sees chosen input maps only.

    There are weights for the chosen pairs of maps alone, in the order of `connections`. They begin
    as those of a full convolution would.

    Args:
        connections: For each output map the numbers of the input maps that it sees.
        kernel_size: A side.
        **options: Of every Keras layer, such as `name`.

    Raises:
        ValueError: If a map would see no map; once the input is known, if one that a map would see
            is not there, or if it has more maps than `connections` has numbers for.

    Source: LeCun et al. 1998, section II.B, layer C3 and table I.

    Lecture 06 builds it by hand.
    """

    def __init__(self, connections: Sequence[Sequence[int]], kernel_size: int, **options):
        super().__init__(**options)
        try:
            self.connections = tuple(
                tuple(whole("a map", seen, least=0) for seen in inputs) for inputs in connections
            )
        except (TypeError, ValueError):
            self.connections = ()
        self.kernel_size = whole("kernel_size", kernel_size)
        self.initializer = keras.initializers.get(INITIALIZER)
        each_once = (inputs and len(set(inputs)) == len(inputs) for inputs in self.connections)
        if not self.connections or not all(each_once):
            wanted = "for each output map the numbers of the input maps that it sees, each once"
            raise refused("connections", wanted, connections, "such as [[0], [0, 1]]")

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
        if 1 + max(seen for seen, _ in self.pairs) != channels:
            wanted = f"numbers of the {channels} input maps, 0 to {channels - 1}"
            raise refused("connections", wanted, self.connections)
        self.full_shape = (channels, maps, side, side)

        def connected(shape, dtype):
            full = self.initializer((side, side, channels, maps), dtype)
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

    def get_config(self):
        """Return what is needed to build the layer again."""
        own = {"connections": self.connections, "kernel_size": self.kernel_size}
        return super().get_config() | own


@keras.saving.register_keras_serializable("lecture_utils")
class RBF(layers.Layer):
    """Compare a vector with fixed centres (Euclidean radial basis functions).

    output[i] = sum over j of (input[j] - centers[i, j]) ** 2

    The output is a penalty: the smaller, the more alike; 0 is a perfect match. The centres are
    weights that are not trained.

    Args:
        centers: Array of shape (units, inputs).
        **options: Of every Keras layer, such as `name`.

    Source: LeCun et al. 1998, section II.B, equation 7.

    Lecture 06 builds it by hand.
    """

    def __init__(self, centers: np.ndarray | Sequence, **options):
        super().__init__(**options)
        given = array("centers", centers, ("units", "inputs"))
        with np.errstate(over="ignore"):  # what is too large becomes infinite
            self.given = array("centers", given.astype("float32"))

    @property
    def anatomy(self) -> dict:
        """What `lecture_utils.anatomy` needs to know: a square to add for each connection."""
        return {"size": 1, "macs": self.given.size}

    def build(self, input_shape):
        """Add the centres, as weights that training leaves alone."""
        if input_shape[-1] != self.given.shape[1]:
            wanted = f"as long as the vectors that they are compared with, {input_shape[-1]}"
            raise refused("centers", wanted, self.given)
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

    def get_config(self):
        """Return what is needed to build the layer again."""
        return super().get_config() | {"centers": self.given.tolist()}
