"""What the builders share: checked arguments, scaled widths, and the layers that Keras lacks."""

from __future__ import annotations

import math

from lecture_utils.backend import keras

layers = keras.layers

Shape = tuple[int, int, int]


def check_arguments(
    input_shape: Shape, classes: int, width: float, smallest: int | tuple[int, int]
) -> None:
    """Check the arguments that all builders have.

    Args:
        input_shape: height, width and channels of an image.
        classes: number of outputs.
        width: factor on all channel counts.
        smallest: pixels that the network needs, for both sides or (height, width).

    Raises:
        ValueError: for the first argument that will not do: its name, what came, what would do.
    """
    whole = isinstance(input_shape, (tuple, list)) and all(
        isinstance(size, int) and size > 0 for size in input_shape
    )
    if not whole or len(input_shape) != 3:
        raise ValueError(
            f"input_shape must be (height, width, channels), three whole numbers above 0, "
            f"got {input_shape!r}"
        )
    least = (smallest, smallest) if isinstance(smallest, int) else smallest
    if input_shape[0] < least[0] or input_shape[1] < least[1]:
        raise ValueError(
            f"input_shape {tuple(input_shape)!r} is too small for this network: the smallest is "
            f"({least[0]}, {least[1]}, {input_shape[2]})"
        )
    if isinstance(classes, bool) or not isinstance(classes, int) or classes < 1:
        raise ValueError(f"classes must be a whole number above 0, got {classes!r}")
    if isinstance(width, bool) or not isinstance(width, (int, float)) or not 0 < width < math.inf:
        raise ValueError(f"width must be a number above 0, such as 0.25, got {width!r}")


def check_choice(name: str, value: object, choices: tuple) -> None:
    """Raise a ValueError if an argument is not one of its possible values."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")


def scaled(channels: int, width: float, multiple: int = 1) -> int:
    """Return a channel count times the width factor, rounded to a multiple, never 0.

    Example:
        >>> scaled(96, 0.25), scaled(3, 0.1), scaled(10, 0.5, multiple=4)
        (24, 1, 4)
    """
    return max(1, round(channels * width / multiple)) * multiple


def pad(x: keras.KerasTensor, pixels: int | tuple, name: str) -> keras.KerasTensor:
    """Add a border of zeros, the same on each side.

    TensorFlow's "same" pads one side more than the other at stride 2; the papers' networks do not.
    """
    return layers.ZeroPadding2D(pixels, name=f"{name}_pad")(x)


def max_pool(x: keras.KerasTensor, size: int, stride: int, name: str) -> keras.KerasTensor:
    """Pool by maximum as Caffe does: the last window may reach over the edge ("ceil mode").

    There it lacks one row or column, which is just what "same" adds; it takes no part in the
    maximum. Where the windows fit, "same" would pad both sides.

    Args:
        x: maps of shape (batch, height, width, channels).
        size: of the window, 2 or 3.
        stride: of the window, 1 or 2.
        name: of the layer.
    """
    rows, columns = ("same" if (side - size) % stride else "valid" for side in x.shape[1:3])
    if rows == columns:
        return layers.MaxPooling2D(size, stride, rows, name=name)(x)
    # One axis fits and the other does not: first down the columns, then along the rows.
    x = layers.MaxPooling2D((size, 1), (stride, 1), rows, name=f"{name}_rows")(x)
    return layers.MaxPooling2D((1, size), (1, stride), columns, name=name)(x)


def classify(x: keras.KerasTensor, classes: int, **options) -> keras.KerasTensor:
    """Add the last two layers of a classifier: `logits`, then their softmax, `probabilities`.

    Two layers, so that whoever looks inside a network can ask for the logits by name.
    """
    x = layers.Dense(classes, name="logits", **options)(x)
    return layers.Softmax(name="probabilities")(x)


@keras.saving.register_keras_serializable("lecture_utils")
class LocalResponseNormalization(layers.Layer):
    """Divide each value by a measure of its neighbours in the channels next to it.

    b[i] = a[i] / (k + alpha * sum of a[j]**2 over the n channels around i) ** beta

    Args:
        k: is added to the sum.
        n: number of channels that take part, the value's own in the middle; of an even number
            one more lies before it than behind it.
        alpha: factor on the sum. Caffe divides it by n, the paper does not.
        beta: exponent.
        **options: of every Keras layer, such as `name`.

    Source:
        Krizhevsky, Sutskever, Hinton: ImageNet Classification with Deep Convolutional Neural
        Networks, NIPS 2012, section 3.3.
    """

    anatomy = {"size": 1, "macs": 0}  # noqa: RUF012 (see lecture_utils.anatomy)

    def __init__(
        self, k: float = 2.0, n: int = 5, alpha: float = 1e-4, beta: float = 0.75, **options
    ):
        super().__init__(**options)
        self.k, self.n, self.alpha, self.beta = k, n, alpha, beta

    def call(self, maps):
        """Normalize maps of shape (batch, height, width, channels)."""
        channels = maps.shape[-1]
        around = [(0, 0)] * 3 + [(self.n // 2, (self.n - 1) // 2)]
        squares = keras.ops.pad(keras.ops.square(maps), around)
        neighbours = sum(squares[..., shift : shift + channels] for shift in range(self.n))
        return maps / (self.k + self.alpha * neighbours) ** self.beta

    def compute_output_shape(self, input_shape):
        """Return the shape of the input: nothing is added or lost."""
        return input_shape

    def get_config(self):
        """Return what is needed to build the layer again."""
        own = {"k": self.k, "n": self.n, "alpha": self.alpha, "beta": self.beta}
        return super().get_config() | own
