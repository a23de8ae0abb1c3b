"""Blocks of parallel branches, written as tables: what all Inception networks are made of.

A block is a table: the name of each branch, and its steps. A step is a tuple:

    (96, 3)        a convolution with 96 channels, 3x3
    (96, (1, 7))   1 high, 7 wide
    (96, 3, 2)     stride 2, the border the same on each side
    (96, 3, 2, V)  "valid": without a border
    ("max", 3)     3x3 max-pooling; stride and padding as above
    {...}          a table again: the branch forks
"""

from collections.abc import Callable

from lecture_utils.backend import keras
from lecture_utils.models.common import Tensor, classify, pad, scaled

layers = keras.layers

Step = tuple | dict
Table = dict[str, list[Step]]
Convolve = Callable[..., Tensor]
V = "valid"  # the mark that the papers' figures have for it
EPSILON = 1e-3  # of batch normalization: TF-slim's and keras.applications'; the papers give none


def branches(x: Tensor, table: Table, name: str, convolve: Convolve) -> Tensor:
    """Add a block: branches side by side, their maps joined along the channels.

    A step whose first entry is None is left out, and so is a branch that has no other. The names of
    the layers begin with `name`; `convolve` is called with maps, a step and the layer's name.

    Example:
        >>> x = keras.Input((17, 17, 768))
        >>> table = {"1x1": [(192, 1)], "pool": [("average", 3), (64, 1)]}
        >>> branches(x, table, "block", conv_relu).shape
        (None, 17, 17, 256)
    """
    ends = []
    for branch, steps in table.items():
        steps = [step for step in steps if isinstance(step, dict) or step[0] is not None]
        if steps:
            names = [f"{name}_{step}" for step in _step_names(branch, steps)]
            ends.append(in_a_row(x, dict(zip(names, steps, strict=True)), convolve))
    return layers.Concatenate(name=name)(ends)


def in_a_row(x: Tensor, steps: dict[str, Step], convolve: Convolve) -> Tensor:
    """Add steps in a row, each by its name: convolutions, poolings, blocks of branches."""
    for name, step in steps.items():
        if isinstance(step, dict):
            x = branches(x, step, name, convolve)
        elif isinstance(step[0], str):
            x = pooling(x, *step, name=name)
        else:
            x = convolve(x, *step, name=name)
    return x


def _step_names(branch: str, steps: list[Step]) -> list[str]:
    """Name steps as the papers' tables do: 3x3_reduce, 3x3; pool, pool_proj; 7x7_1, 7x7_2."""
    if isinstance(steps[0][0], str):
        return [branch, f"{branch}_proj"][: len(steps)]
    reduce = [f"{branch}_reduce"] if len(steps) > 1 and steps[0][1] == 1 else []
    others = len(steps) - len(reduce)
    numbers = [""] if others == 1 else [f"_{number}" for number in range(1, others + 1)]
    return reduce + [branch + number for number in numbers]


def conv_relu(x: Tensor, *step, name: str, width: float = 1.0) -> Tensor:
    """Add a convolution and its ReLU, as one layer; `width` is a factor on the step's channels."""
    return _convolution(x, width, name, *step, activation="relu")


def conv_bn_relu(x: Tensor, *step, name: str, gamma: bool = True, width: float = 1.0) -> Tensor:
    """Add a convolution without a bias, its batch normalization `_bn`, and its ReLU `_relu`.

    The normalization always learns a shift, with `gamma` a factor too. `width` is a factor on the
    step's channels.
    """
    x = _convolution(x, width, name, *step, use_bias=False)
    x = layers.BatchNormalization(momentum=0.9, epsilon=EPSILON, scale=gamma, name=f"{name}_bn")(x)
    return layers.ReLU(name=f"{name}_relu")(x)


def _convolution(x, width, name, channels, kernel, stride=1, padding="same", **options):
    if stride > 1 and padding == "same":
        x, padding = pad(x, kernel // 2, name), "valid"
    options |= {"kernel_initializer": "he_normal", "name": name}
    return layers.Conv2D(scaled(channels, width), kernel, stride, padding, **options)(x)


def pooling(
    x: Tensor, kind: str, size: int, stride: int = 1, padding: str = "same", *, name: str
) -> Tensor:
    """Add a pooling, "max" or "average", with as many positions as a convolution would have.

    The maps must not be negative; a padded window of stride 2 must be 3x3. An average is the mean
    of the window's pixels without the padding, as in TensorFlow; Caffe counts the padding's zeros.
    """
    if stride > 1 and padding == "same":
        # Even sides: Caffe's windows, which reach over the far edge. Odd ones: over both edges,
        # for Caffe's would be one fewer than the convolution's.
        x, padding = pad(x, tuple((side % 2, 1) for side in x.shape[1:3]), name), "valid"
    pool = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}[kind]
    return pool(size, stride, padding, name=name)(x)


def average_and_classify(
    image: Tensor, x: Tensor, classes: int, name: str, dropout: float = 0
) -> keras.Model:
    """Close the network from `image` to the maps `x`: the mean of each map, the classes."""
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    if dropout:
        x = layers.Dropout(dropout, name="dropout")(x)
    return keras.Model(image, classify(x, classes), name=name)
