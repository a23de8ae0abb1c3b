"""What the model files share: checked arguments, scaled widths, and the layers that Keras lacks."""

from typing import ClassVar

from lecture_utils.backend import keras
from lecture_utils.checks import number, refused, whole

layers = keras.layers

Shape = tuple[int, int, int]  # height, width and channels of an image
Tensor = keras.KerasTensor
Initializer = str | keras.initializers.Initializer

MOST = 1_000_000  # channels, classes, pixels a side: where more come, a number has slipped
WIDTHS = {"above": 0, "most": 100}


def check_layout() -> None:
    """Raise a ValueError if Keras was told since the import that channels come first."""
    if (layout := keras.config.image_data_format()) != "channels_last":
        raise refused("image_data_format", "'channels_last'", layout, "set it in keras.config")


def check_arguments(
    input_shape: Shape, classes: int, width: float, smallest: int
) -> tuple[Shape, int, float]:
    """Check the arguments that all builders have, and return them as plain numbers.

    The error names the first that will not do; `smallest` is the side that a network needs.
    """
    check_layout()
    sizes = input_shape if isinstance(input_shape, tuple | list) else ()
    try:
        height, breadth, channels = (whole("a size", size, most=MOST) for size in sizes)
    except ValueError:
        wanted = f"(height, width, channels), three whole numbers from 1 to {MOST}"
        raise refused("input_shape", wanted, input_shape) from None
    shape = (height, breadth, channels)
    if min(height, breadth) < smallest:
        advice = f"the smallest is {(smallest, smallest, channels)!r}"
        raise refused("input_shape", "larger for this network", shape, advice)
    return shape, whole("classes", classes, most=MOST), number("width", width, **WIDTHS)


def check_block(x: Tensor, name: str, **counts: int) -> list[int]:
    """Check what all blocks are given; return the counts, such as channels, as plain numbers."""
    check_layout()
    shape = getattr(x, "shape", ())
    if len(shape) != 4 or not shape[-1] or "float" not in str(getattr(x, "dtype", "")):
        advice = "begin with keras.Input((height, width, channels))"
        raise refused("x", "maps of shape (batch, height, width, channels), floats", x, advice)
    if not (isinstance(name, str) and name and "/" not in name):
        raise refused("name", 'a word without "/"', name)
    return [whole(argument, count, most=MOST) for argument, count in counts.items()]


def scaled(channels: int, width: float, multiple: int = 1) -> int:
    """Multiply a channel count by the width factor, rounded to a multiple, never 0.

    Example:
        >>> scaled(96, 0.25), scaled(3, 0.1), scaled(10, 0.5, multiple=4)
        (24, 1, 4)
    """
    return max(1, round(channels * width / multiple)) * multiple


def pad(x: Tensor, pixels: int | tuple, name: str) -> Tensor:
    """Add a border of zeros, the same on each side.

    TensorFlow's "same" pads one side more than the other at stride 2; the papers' networks do not.
    """
    return layers.ZeroPadding2D(pixels, name=f"{name}_pad")(x)


def max_pool(x: Tensor, size: int, stride: int, name: str) -> Tensor:
    """Pool by maximum as Caffe does: the last window may reach over the edge ("ceil mode").

    There it lacks one row or column, which is just what "same" adds; where the windows fit, "same"
    would pad both sides. Windows of 2 or 3, stride 1 or 2, give ceil((side - size) / stride) + 1.
    """
    rows, columns = ("same" if (side - size) % stride else "valid" for side in x.shape[1:3])
    if rows == columns:
        return layers.MaxPooling2D(size, stride, rows, name=name)(x)
    # One axis fits and the other does not: first down the columns, then along the rows.
    x = layers.MaxPooling2D((size, 1), (stride, 1), rows, name=f"{name}_rows")(x)
    return layers.MaxPooling2D((1, size), (1, stride), columns, name=name)(x)


def classify(x: Tensor, classes: int) -> Tensor:
    """Add the last two layers of a classifier: `logits`, then their softmax, `probabilities`.

    Two layers, so that those who look inside a network can ask for the logits by name.
    """
    x = layers.Dense(classes, name="logits")(x)
    return layers.Softmax(name="probabilities")(x)


@keras.saving.register_keras_serializable("lecture_utils")
class PadChannels(layers.Layer):
    """Add channels of zeros behind those of the maps, until there are `channels` of them."""

    anatomy: ClassVar[dict] = {"size": 1, "macs": 0}

    def __init__(self, channels: int, **options):
        super().__init__(**options)
        self.channels = whole("channels", channels)

    def build(self, input_shape):
        """Check that no channel has to go."""
        if input_shape[-1] > self.channels:
            wanted = f"at least {input_shape[-1]}, as many as the maps have: none can be lost"
            raise refused("channels", wanted, self.channels)

    def call(self, maps):
        """Pad maps of shape (batch, height, width, at most `channels`)."""
        return keras.ops.pad(maps, [(0, 0)] * 3 + [(0, self.channels - maps.shape[-1])])

    def get_config(self):
        """Return what is needed to build the layer again."""
        return super().get_config() | {"channels": self.channels}


@keras.saving.register_keras_serializable("lecture_utils")
class LocalResponseNormalization(layers.Layer):
    """Divide each value by a measure of its neighbours in the channels next to it.

    b[i] = a[i] / (k + alpha * sum of a[j]**2 over the n channels around i) ** beta

    Args:
        k: Is added to the sum.
        n: Number of channels that take part, the value's own in the middle; of an even number
            one more lies before it than behind it.
        alpha: Factor on the sum. Caffe divides it by n, the paper does not.
        beta: Exponent.
        **options: Of every Keras layer, such as `name`.

    Source: Krizhevsky, Sutskever and Hinton, ImageNet Classification with Deep Convolutional
    Neural Networks, NIPS 2012, section 3.3.
    """

    anatomy: ClassVar[dict] = {"size": 1, "macs": 0}

    def __init__(
        self, k: float = 2.0, n: int = 5, alpha: float = 1e-4, beta: float = 0.75, **options
    ):
        super().__init__(**options)
        self.k, self.n = number("k", k, above=0), whole("n", n)
        self.alpha, self.beta = number("alpha", alpha, least=0), number("beta", beta)

    def call(self, maps):
        """Normalize maps of shape (batch, height, width, channels)."""
        # near[j, i] is 1 where j is around i; a power by its logarithm takes a fifth of the time.
        near = keras.ops.tri(maps.shape[-1], k=self.n // 2, dtype=maps.dtype)
        near -= keras.ops.tri(maps.shape[-1], k=-1 - (self.n - 1) // 2, dtype=maps.dtype)
        measure = self.k + self.alpha * keras.ops.matmul(keras.ops.square(maps), near)
        return maps * keras.ops.exp(-self.beta * keras.ops.log(measure))

    def get_config(self):
        """Return what is needed to build the layer again."""
        own = {"k": self.k, "n": self.n, "alpha": self.alpha, "beta": self.beta}
        return super().get_config() | own
