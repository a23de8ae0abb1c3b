"""LeNet-1 and LeNet-5: as they were published, and as tutorials write them today.

Source: LeCun, Boser, Denker, Henderson, Howard, Hubbard and Jackel, Handwritten Digit Recognition
with a Back-Propagation Network, NIPS 1989 (LeNet-1); LeCun, Bottou, Bengio and Haffner,
Gradient-Based Learning Applied to Document Recognition, Proceedings of the IEEE 86(11), 1998,
section II (LeNet-5).
"""

import numpy as np

from lecture_utils.backend import keras
from lecture_utils.checks import array, number, refused, switch
from lecture_utils.models.common import Shape, Tensor, check_arguments, classify
from lecture_utils.models.lenet_layers import (
    C3_CONNECTIONS,
    H3_CONNECTIONS,
    INITIALIZER,
    RBF,
    PartialConvolution2D,
    ScaledTanh,
    SubSampling2D,
    digit_bitmaps,
)

layers = keras.layers

# Names of convolution and sub-sampling: maps, connections of the convolution (None for all).
LENET1 = {("H1", "H2"): (4, None), ("H3", "H4"): (12, H3_CONNECTIONS)}
LENET5 = {("C1", "S2"): (6, None), ("C3", "S4"): (16, C3_CONNECTIONS)}
C5_MAPS = 120
F6_UNITS = 84
LENET1_SMALLEST = 16
LENET5_SMALLEST = 32  # leaves 5x5 pixels for C5


@keras.saving.register_keras_serializable("lecture_utils")
class MAPLoss(keras.losses.Loss):
    """Push the penalty of the right class down and those of the wrong classes up.

    loss = penalty of the right class + log(exp(-j) + sum over i of exp(-penalty i))

    It is never negative. Labels are class numbers; the predictions are penalties, as `RBF` has
    them: `model.compile("adam", loss=MAPLoss(), metrics=[smallest_penalty_accuracy])`. A label that
    is no class is refused; in a training, which sees no values, it makes the loss NaN.

    Args:
        j: Penalty of the class "none of these": penalties far above it are pushed no further. The
            paper gives no value.
        name: Of the loss.
        reduction: Over the batch, as every Keras loss has it.

    Source: LeCun et al. 1998, section II.C, equation 9 (maximum a posteriori).

    Lecture 06 uses it.
    """

    def __init__(self, j: float = 1.0, name: str = "map", reduction: str = "sum_over_batch_size"):
        super().__init__(name=name, reduction=reduction)
        self.j = number("j", j)

    def call(self, y_true, y_pred):
        """Return the loss of each sample."""
        right = _right_class(y_true, y_pred)
        penalty = keras.ops.sum(keras.ops.cast(right, y_pred.dtype) * y_pred, axis=-1)
        none = keras.ops.full_like(y_pred[:, :1], self.j)
        everything = keras.ops.concatenate([none, y_pred], axis=-1)
        losses = penalty + keras.ops.logsumexp(-everything, axis=-1)
        return keras.ops.where(keras.ops.any(right, axis=-1), losses, np.nan)

    def get_config(self):
        """Return what is needed to build the loss again."""
        return super().get_config() | {"j": self.j}


@keras.saving.register_keras_serializable("lecture_utils")
def smallest_penalty_accuracy(y_true, y_pred):
    """Tell for each sample whether the right class has the smallest penalty.

    Keras's "accuracy" looks for the largest output; of penalties the smallest one wins.

    Args:
        y_true: Class numbers, of shape (batch,).
        y_pred: Penalties, of shape (batch, classes).

    Returns:
        1 or 0 for each sample, of which Keras takes the mean.

    Lecture 06 treats its paper.
    """
    y_true = y_true if keras.ops.is_tensor(y_true) else array("y_true", y_true, finite=False)
    y_pred = y_pred if keras.ops.is_tensor(y_pred) else array("y_pred", y_pred)
    right = keras.ops.cast(_right_class(y_true, y_pred), "float32")
    smallest = keras.ops.one_hot(keras.ops.argmin(y_pred, axis=-1), y_pred.shape[-1])
    hits = keras.ops.sum(right * smallest, axis=-1)
    return keras.ops.where(keras.ops.any(keras.ops.isnan(y_pred), axis=-1), 0.0, hits)


def _right_class(y_true, y_pred):
    """Mark the right class of each sample, in rows of booleans; none where its label is no class.

    Such a label is refused, but while a training is compiled there are no values to look at.
    """
    if len(y_pred.shape) != 2:
        raise refused("y_pred", "penalties, of shape (batch, classes)", y_pred)
    batch, classes = y_pred.shape
    size, *more = y_true.shape or (0,)
    if more not in ([], [1]) or (size != batch and None not in (size, batch)):
        wanted = f"class numbers, as many as y_pred, ({batch},), and not one-hot rows"
        raise refused("labels", wanted, y_true)
    labels = keras.ops.reshape(y_true, (-1, 1))
    right = keras.ops.equal(labels, keras.ops.arange(classes))
    try:
        strange = np.asarray(labels)[~np.asarray(right).any(axis=-1)]
    except (TypeError, NotImplementedError):
        return right
    if strange.size:
        raise refused("labels", f"class numbers from 0 to {classes - 1}", strange.flat[0].item())
    return right


def lenet1(
    original: bool = True, input_shape: Shape = (28, 28, 1), classes: int = 10
) -> keras.Model:
    """Build LeNet-1, the network that read zip codes in 1989.

    As published its outputs are squashed, one unit a class, and it learns by squared errors to
    give 1 for the right class and -1 for the others:
    `compile("adam", loss="mse", metrics=["accuracy"])` and targets of `2 * one_hot - 1`.

    Args:
        original: The network as published; otherwise as tutorials have it, with all maps
            connected, plain average pooling, tanh and a softmax at the end.
        input_shape: Height, width and channels of the images; at least 16 pixels a side.
        classes: Number of outputs.

    Returns:
        A model from `input_shape` to the outputs of the classes: 2,578 parameters with the
        defaults, 3,246 with `original=False`.

    Source: LeCun et al. 1989. A different, earlier network of 9,760 parameters without
    sub-sampling (Neural Computation 1(4), 1989) is sometimes called LeNet-1, too.

    Lecture 06 uses it.
    """
    original = switch("original", original)
    input_shape, classes, _ = check_arguments(input_shape, classes, 1.0, LENET1_SMALLEST)
    image = keras.Input(input_shape, name="image")
    x = _stages(image, LENET1, original)
    x = layers.Flatten(name="flatten")(x)
    if original:
        x = layers.Dense(classes, kernel_initializer=INITIALIZER, name="output")(x)
        return keras.Model(image, _squash(x, "output", original), name="lenet1")
    return keras.Model(image, classify(x, classes), name="lenet1")


def lenet5(
    original: bool = True, input_shape: Shape = (32, 32, 1), classes: int = 10
) -> keras.Model:
    """Build LeNet-5, the network of 1998 that read cheques.

    Its digits lie in the middle of 32x32 pixels: the 28x28 of MNIST with 2 more on each side.

    As published its outputs are penalties, the smallest for the class that it takes the image for:
    `compile("adam", loss=MAPLoss(), metrics=[smallest_penalty_accuracy])` and class numbers as
    targets. The outputs' centres are not trained: bitmaps of the digits, drawn anew in the manner
    of the paper's.

    Args:
        original: As of `lenet1`.
        input_shape: Height, width and channels of the images; at least 32 pixels a side.
        classes: Number of outputs; other than 10 with `original=False` only.

    Returns:
        A model from `input_shape` to the penalties of the digits, 60,000 trainable parameters and
        840 fixed ones with the defaults; with `original=False` to the probabilities of the
        classes, 61,706 parameters.

    Source: LeCun et al. 1998, section II.B.

    Lecture 06 builds it by hand.
    """
    original = switch("original", original)
    input_shape, classes, _ = check_arguments(input_shape, classes, 1.0, LENET5_SMALLEST)
    if original and classes != 10:
        wanted = "10 in the original network, whose outputs compare with bitmaps of the ten digits"
        raise refused("classes", wanted, classes, "original=False takes other numbers")
    image = keras.Input(input_shape, name="image")
    x = _stages(image, LENET5, original)
    x = _squash(_convolve(x, C5_MAPS, None, "C5"), "C5", original)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(F6_UNITS, kernel_initializer=INITIALIZER, name="F6")(x)
    x = _squash(x, "F6", original)
    if original:
        penalties = RBF(digit_bitmaps().reshape(10, -1), name="penalties")(x)
        return keras.Model(image, penalties, name="lenet5")
    return keras.Model(image, classify(x, classes), name="lenet5")


def _stages(x: Tensor, table: dict, original: bool) -> Tensor:
    """Add the convolutions of a table, each with its sub-sampling, and squash what comes out.

    Where `original` is False, the sub-sampling is a mean, which nothing squashes.
    """
    for (convolution, pooling), (maps, connections) in table.items():
        seen = connections if original else None
        x = _squash(_convolve(x, maps, seen, convolution), convolution, original)
        if original:
            x = _squash(SubSampling2D(name=pooling)(x), pooling, original)
        else:
            x = layers.AveragePooling2D(2, name=pooling)(x)
    return x


def _convolve(x: Tensor, maps: int, connections: tuple | None, name: str) -> Tensor:
    if connections is not None:
        return PartialConvolution2D(connections, 5, name=name)(x)
    return layers.Conv2D(maps, 5, kernel_initializer=INITIALIZER, name=name)(x)


def _squash(x: Tensor, name: str, original: bool) -> Tensor:
    """Squash the outputs of the layer of that name."""
    name = f"{name}_squash"
    return (ScaledTanh(name=name) if original else layers.Activation("tanh", name=name))(x)
