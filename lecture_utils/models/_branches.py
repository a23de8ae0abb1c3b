"""Blocks of parallel branches as data, for the Inception networks.

A block is a table: the name of each branch, and its steps. A step is written as a tuple:

    (96, 3)              convolution with 96 channels, 3x3
    (96, (1, 7))         1 high, 7 wide
    (96, 3, 2)           stride 2, the border the same on each side
    (96, 3, 2, "valid")  without a border, "V" in the papers' figures
    ("max", 3)           3x3 max-pooling; stride and padding as above
    {...}                a table again: the branch forks
"""

from __future__ import annotations

from collections.abc import Callable

from lecture_utils.backend import keras
from lecture_utils.models.common import pad, scaled

layers = keras.layers

Table = dict[str, list]
Convolve = Callable[..., keras.KerasTensor]
EPSILON = 1e-3  # of batch normalization: TF-slim's and keras.applications'; the papers give none


def _convolution(
    x: keras.KerasTensor,
    channels: int,
    kernel: int | tuple[int, int],
    stride: int = 1,
    padding: str = "same",
    *,
    name: str,
    width: float,
    **options,
) -> keras.KerasTensor:
    if stride > 1 and padding == "same":
        x, padding = pad(x, kernel // 2, name), "valid"
    options |= {"kernel_initializer": "he_normal", "name": name}
    return layers.Conv2D(scaled(channels, width), kernel, stride, padding, **options)(x)


def conv_relu(x: keras.KerasTensor, *step, name: str, width: float = 1.0) -> keras.KerasTensor:
    """Add a convolution and its ReLU, as one layer.

    Args:
        x: maps of shape (batch, height, width, channels).
        *step: channels, kernel and, where they are not 1 and "same", stride and padding.
        name: of the layer.
        width: factor on the channels.
    """
    return _convolution(x, *step, name=name, width=width, activation="relu")


def conv_bn_relu(
    x: keras.KerasTensor, *step, name: str, gamma: bool = True, width: float = 1.0
) -> keras.KerasTensor:
    """Add a convolution without a bias, its batch normalization `_bn`, and its ReLU `_relu`.

    Args:
        x: maps of shape (batch, height, width, channels).
        *step: channels, kernel and, where they are not 1 and "same", stride and padding.
        name: of the convolution, and beginning of the other layers' names.
        gamma: whether the normalization learns a factor; a shift it learns always.
        width: factor on the channels.
    """
    x = _convolution(x, *step, name=name, width=width, use_bias=False)
    x = layers.BatchNormalization(momentum=0.9, epsilon=EPSILON, scale=gamma, name=f"{name}_bn")(x)
    return layers.ReLU(name=f"{name}_relu")(x)


def pooling(
    x: keras.KerasTensor, kind: str, size: int, stride: int = 1, padding: str = "same", *, name: str
) -> keras.KerasTensor:
    """Add a pooling that gives as many positions as a convolution of the same settings.

    Args:
        x: maps of shape (batch, height, width, channels), not negative.
        kind: "max", or "average": a mean of the pixels, padding left out, as TensorFlow takes it
            (Caffe counts the padding's zeros).
        size: of the window; 3 if it is padded and has stride 2.
        stride: of the window.
        padding: "same" or "valid".
        name: of the layer.
    """
    if stride > 1 and padding == "same":
        # Even sides: Caffe's windows, which reach over the far edge. Odd ones: over both edges,
        # for Caffe's would be one fewer than the convolution's.
        x, padding = pad(x, tuple((side % 2, 1) for side in x.shape[1:3]), name), "valid"
    pool = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}[kind]
    return pool(size, stride, padding, name=name)(x)


def branches(
    x: keras.KerasTensor,
    table: Table,
    name: str,
    convolve: Convolve = conv_bn_relu,
) -> keras.KerasTensor:
    """Add a block: branches side by side, their maps joined along the channels.

    Args:
        x: maps of shape (batch, height, width, channels).
        table: the steps of each branch, by its name.
        name: of the block: the joined maps have it, the layers' names begin with it.
        convolve: adds a convolution: called with the maps, a step, and the layer's name.

    Returns:
        The joined maps, the branches in the table's order.

    Example:
        >>> x = keras.Input((17, 17, 768))
        >>> table = {"1x1": [(192, 1)], "pool": [("average", 3), (64, 1)]}
        >>> branches(x, table, "block").shape
        (None, 17, 17, 256)
    """
    ends = []
    for branch, steps in table.items():
        end = x
        for step, step_name in zip(steps, _step_names(branch, steps), strict=True):
            end = add_step(end, step, f"{name}_{step_name}", convolve)
        ends.append(end)
    return layers.Concatenate(name=name)(ends)


def add_step(
    x: keras.KerasTensor, step: tuple | Table, name: str, convolve: Convolve
) -> keras.KerasTensor:
    """Add one step of a branch: a pooling, a fork or, with `convolve`, a convolution."""
    if isinstance(step, dict):
        return branches(x, step, name, convolve)
    if isinstance(step[0], str):
        return pooling(x, *step, name=name)
    return convolve(x, *step, name=name)


def _step_names(branch: str, steps: list) -> list[str]:
    """Name steps as the papers' tables do: 3x3_reduce, 3x3; pool, pool_proj; 7x7_1, 7x7_2."""
    if isinstance(steps[0][0], str):
        return [branch, f"{branch}_proj"][: len(steps)]
    reduce = [f"{branch}_reduce"] if len(steps) > 1 and steps[0][1] == 1 else []
    others = len(steps) - len(reduce)
    numbers = [""] if others == 1 else [f"_{number}" for number in range(1, others + 1)]
    return reduce + [branch + number for number in numbers]


def present(table: Table) -> Table:
    """Leave out the steps whose first entry is None, and the branches that have no other."""
    kept = {name: [step for step in steps if step[0] is not None] for name, steps in table.items()}
    return {name: steps for name, steps in kept.items() if steps}
