"""ResNet: blocks that add what they compute to what they were given, and so can be stacked high.

Source:
    He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, CVPR 2016
    (arXiv:1512.03385), table 1 and section 4.2; the order of layers with `preactivation` is that
    of He, Zhang, Ren, Sun: Identity Mappings in Deep Residual Networks, ECCV 2016
    (arXiv:1603.05027), figure 4(e) and appendix.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator

from lecture_utils.backend import keras
from lecture_utils.models.common import (
    Shape,
    check_arguments,
    check_choice,
    classify,
    pad,
    scaled,
)

layers = keras.layers

SMALLEST = 1  # each convolution and pooling of stride 2 is padded: one pixel stays one pixel
EXPANSION = 4  # the last convolution of a bottleneck has four times the channels of the others


@keras.saving.register_keras_serializable("lecture_utils")
class PadChannels(layers.Layer):
    """Add channels of zeros behind those of the maps.

    Args:
        channels: number that there are then.
        **options: of every Keras layer, such as `name`.
    """

    anatomy = {"size": 1, "macs": 0}  # noqa: RUF012 (see lecture_utils.anatomy)

    def __init__(self, channels: int, **options):
        super().__init__(**options)
        self.channels = channels

    def build(self, input_shape):
        """Check that no channel has to go."""
        if input_shape[-1] > self.channels:
            raise ValueError(
                f"channels must be at least {input_shape[-1]}, the number that the maps have, "
                f"got {self.channels!r}: a shortcut without parameters cannot lose channels"
            )

    def call(self, maps):
        """Pad maps of shape (batch, height, width, at most `channels`)."""
        return keras.ops.pad(maps, [(0, 0)] * 3 + [(0, self.channels - maps.shape[-1])])

    def compute_output_shape(self, input_shape):
        """Return the shape of the input, with the new number of channels."""
        return (*input_shape[:-1], self.channels)

    def get_config(self):
        """Return what is needed to build the layer again."""
        return super().get_config() | {"channels": self.channels}


# --------------------------------------------------------------------------------------- blocks


def _convolve(
    x: keras.KerasTensor, kernel: int, channels: int, stride: int, name: str
) -> keras.KerasTensor:
    """Convolve without bias: the batch normalization that follows has one."""
    if kernel > 1 and stride > 1:
        x = pad(x, kernel // 2, name)
    return layers.Conv2D(
        channels,
        kernel,
        stride,
        padding="same" if stride == 1 else "valid",
        use_bias=False,
        kernel_initializer="he_normal",
        name=name,
    )(x)


def _normalize(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_bn")(x)


def _activate(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return layers.ReLU(name=f"{name}_relu")(_normalize(x, name))


def _project(
    x: keras.KerasTensor, channels: int, stride: int, preactivation: bool, name: str
) -> keras.KerasTensor:
    """Bring maps to a new shape by a 1x1 convolution: options B and C of the paper."""
    x = _convolve(x, 1, channels, stride, name)
    # With preactivation, the next thing after the addition is the next block's normalization.
    return x if preactivation else _normalize(x, name)


def _subsample(x: keras.KerasTensor, channels: int, stride: int, name: str) -> keras.KerasTensor:
    """Bring maps to a new shape without parameters: option A of the paper."""
    if stride > 1:
        x = layers.MaxPooling2D(1, stride, name=f"{name}_subsample")(x)
    return PadChannels(channels, name=name)(x)


def _block(
    x: keras.KerasTensor,
    convolutions: list[tuple[int, int, int]],
    shortcut: str,
    residual: bool,
    preactivation: bool,
    activated: bool,
    name: str,
) -> keras.KerasTensor:
    """Add convolutions, given as (kernel, channels, stride), and a shortcut around them."""
    check_choice("shortcut", shortcut, ("A", "B", "C"))
    y = start = _activate(x, name) if preactivation and not activated else x
    letters = "abc"[: len(convolutions)]
    for letter, (kernel, channels, stride) in zip(letters, convolutions, strict=True):
        layer = f"{name}_{kernel}x{kernel}{letter}"
        y = _convolve(y, kernel, channels, stride, layer)
        if letter != letters[-1]:
            y = _activate(y, layer)
        elif not preactivation:
            y = _normalize(y, layer)
    if residual:
        stride = convolutions[0][2]
        changes = stride > 1 or x.shape[-1] != channels
        if shortcut == "C" or (shortcut == "B" and changes):
            x = _project(start, channels, stride, preactivation, f"{name}_shortcut")
        elif changes:
            x = _subsample(x, channels, stride, f"{name}_shortcut")
        y = layers.Add(name=f"{name}_add")([x, y])
    return y if preactivation else layers.ReLU(name=f"{name}_out")(y)


def residual_block(
    x: keras.KerasTensor,
    channels: int,
    stride: int = 1,
    shortcut: str = "B",
    residual: bool = True,
    preactivation: bool = False,
    activated: bool = False,
    name: str = "block",
) -> keras.KerasTensor:
    """Add two 3x3 convolutions and a shortcut around them: the block of ResNet-18 and -34.

    Args:
        x: maps of shape (batch, height, width, any number of channels).
        channels: of both convolutions.
        stride: of the first convolution.
        shortcut: what brings `x` to the shape of the sum. "A": every `stride`-th pixel, and
            channels of zeros behind those that are there. "B": a 1x1 convolution if the shape
            changes. "C": a 1x1 convolution always. Where nothing changes, A and B add `x` itself.
        residual: whether there is a shortcut. Without it these are two plain convolutions.
        preactivation: whether batch normalization and ReLU come before each convolution and
            nothing comes after the addition. A 1x1 convolution on the shortcut then reads what
            the first of the others reads, and has no batch normalization, as in the authors' code.
        activated: whether `x` comes from batch normalization and ReLU, as it does in a network's
            first block, so that `preactivation` has no need to begin with them.
        name: beginning of the layers' names.

    Returns:
        Maps of shape (batch, ceil(height / stride), ceil(width / stride), channels).

    Raises:
        ValueError: if `shortcut` is none of the three, or if "A" would have to lose channels.
    """
    convolutions = [(3, channels, stride), (3, channels, 1)]
    return _block(x, convolutions, shortcut, residual, preactivation, activated, name)


def bottleneck_block(
    x: keras.KerasTensor,
    channels: int,
    stride: int = 1,
    shortcut: str = "B",
    residual: bool = True,
    preactivation: bool = False,
    activated: bool = False,
    name: str = "block",
) -> keras.KerasTensor:
    """Add a 3x3 convolution between two 1x1, and a shortcut: the block of ResNet-50 and deeper.

    The first 1x1 convolution carries the stride, as in the paper; torchvision moved it to the 3x3.

    Args:
        x: maps of shape (batch, height, width, any number of channels).
        channels: of the first two convolutions. The third has four times as many.
        stride: of the first convolution.
        shortcut: as of `residual_block`.
        residual: as of `residual_block`.
        preactivation: as of `residual_block`.
        activated: as of `residual_block`.
        name: beginning of the layers' names.

    Returns:
        Maps of shape (batch, ceil(height / stride), ceil(width / stride), 4 * channels).

    Raises:
        ValueError: if `shortcut` is none of the three, or if "A" would have to lose channels.
    """
    convolutions = [(1, channels, stride), (3, channels, 1), (1, EXPANSION * channels, 1)]
    return _block(x, convolutions, shortcut, residual, preactivation, activated, name)


# ------------------------------------------------------------------------------------- networks


def _stages(
    x: keras.KerasTensor,
    block: Callable,
    stages: Iterable[tuple[int, int]],
    classes: int,
    preactivation: bool,
    **options,
) -> keras.KerasTensor:
    """Add stages of (channels, blocks), each but the first halving the maps, and the classifier."""
    for stage, (channels, blocks) in enumerate(stages, start=2):
        for number in range(1, blocks + 1):
            first = stage == 2 and number == 1
            x = block(
                x,
                channels,
                stride=2 if number == 1 and not first else 1,
                preactivation=preactivation,
                activated=first,
                name=f"conv{stage}_{number}",
                **options,
            )
    if preactivation:
        x = _activate(x, "last")
    x = layers.GlobalAveragePooling2D(name="average_pool")(x)
    return classify(x, classes)


# Table 1 of the paper: channels of the stages conv2_x to conv5_x, and how many blocks they have.
CHANNELS = (64, 128, 256, 512)
CONFIGURATIONS = {
    "resnet18": (residual_block, (2, 2, 2, 2)),
    "resnet34": (residual_block, (3, 4, 6, 3)),
    "resnet50": (bottleneck_block, (3, 4, 6, 3)),
    "resnet101": (bottleneck_block, (3, 4, 23, 3)),
    "resnet152": (bottleneck_block, (3, 8, 36, 3)),
}


def _resnet(name: str, input_shape: Shape, classes: int, width: float, **options) -> keras.Model:
    check_arguments(input_shape, classes, width, SMALLEST)
    block, blocks = CONFIGURATIONS[name]
    channels = [scaled(count, width) for count in CHANNELS]
    x = image = keras.Input(input_shape, name="image")
    x = _activate(_convolve(x, 7, channels[0], 2, "conv1"), "conv1")
    x = layers.MaxPooling2D(3, 2, name="pool1")(pad(x, 1, "pool1"))
    x = _stages(x, block, zip(channels, blocks, strict=True), classes, **options)
    return keras.Model(image, x, name=name)


def resnet18(
    input_shape: Shape = (224, 224, 3),
    classes: int = 1000,
    width: float = 1.0,
    shortcut: str = "B",
    residual: bool = True,
    preactivation: bool = False,
) -> keras.Model:
    """Build ResNet with 18 layers of weights.

    Layers are named as in the paper's table: `conv3_1` is the first block of conv3_x, its layers
    are `conv3_1_3x3a`, `conv3_1_3x3a_bn`, ..., `conv3_1_add` and, last of all, `conv3_1_out`.

    Args:
        input_shape: height, width and channels of the images. One pixel will do.
        classes: number of outputs.
        width: factor on all channel counts, 1 for the network of the paper.
        shortcut: "A", "B" or "C", as in the paper and in `residual_block`. The paper has A where
            it compares with plain networks, and B in ResNet-50 and deeper.
        residual: whether blocks have shortcuts; False for the paper's plain network, which has
            the same layers otherwise.
        preactivation: whether the order of layers is that of the second paper: see
            `residual_block`. Batch normalization and ReLU then follow the last block.

    Returns:
        A model from `input_shape` to the probabilities of the classes: 11,689,512 trainable
        parameters with the defaults, 11,515,688 with shortcuts A; the statistics of batch
        normalization, which Keras counts too, are another 9,600 or 7,808. Convolutions have no
        biases, as in the paper; those of `keras.applications` have.

    Raises:
        ValueError: if an argument will not do; the message says what would.
    """
    options = {"shortcut": shortcut, "residual": residual, "preactivation": preactivation}
    return _resnet("resnet18", input_shape, classes, width, **options)


def resnet34(
    input_shape: Shape = (224, 224, 3),
    classes: int = 1000,
    width: float = 1.0,
    shortcut: str = "B",
    residual: bool = True,
    preactivation: bool = False,
) -> keras.Model:
    """Build ResNet with 34 layers of weights: 21,797,672 trainable parameters.

    Arguments, result and errors are those of `resnet18`.
    """
    options = {"shortcut": shortcut, "residual": residual, "preactivation": preactivation}
    return _resnet("resnet34", input_shape, classes, width, **options)


def resnet50(
    input_shape: Shape = (224, 224, 3),
    classes: int = 1000,
    width: float = 1.0,
    shortcut: str = "B",
    residual: bool = True,
    preactivation: bool = False,
) -> keras.Model:
    """Build ResNet with 50 layers of weights: 25,557,032 trainable parameters.

    Arguments, result and errors are those of `resnet18`.
    """
    options = {"shortcut": shortcut, "residual": residual, "preactivation": preactivation}
    return _resnet("resnet50", input_shape, classes, width, **options)


def resnet101(
    input_shape: Shape = (224, 224, 3),
    classes: int = 1000,
    width: float = 1.0,
    shortcut: str = "B",
    residual: bool = True,
    preactivation: bool = False,
) -> keras.Model:
    """Build ResNet with 101 layers of weights: 44,549,160 trainable parameters.

    Arguments, result and errors are those of `resnet18`.
    """
    options = {"shortcut": shortcut, "residual": residual, "preactivation": preactivation}
    return _resnet("resnet101", input_shape, classes, width, **options)


def resnet152(
    input_shape: Shape = (224, 224, 3),
    classes: int = 1000,
    width: float = 1.0,
    shortcut: str = "B",
    residual: bool = True,
    preactivation: bool = False,
) -> keras.Model:
    """Build ResNet with 152 layers of weights: 60,192,808 trainable parameters.

    Arguments, result and errors are those of `resnet18`.
    """
    options = {"shortcut": shortcut, "residual": residual, "preactivation": preactivation}
    return _resnet("resnet152", input_shape, classes, width, **options)


def _blocks_per_stage(depth: int, bottleneck: bool) -> int:
    """Return n of a depth of 6n + 2, or 9n + 2: three stages of n blocks, and two layers more."""
    step = 9 if bottleneck else 6
    if isinstance(depth, bool) or not isinstance(depth, int):
        raise ValueError(f"depth must be a whole number, such as {3 * step + 2}, got {depth!r}")
    blocks = max(1, (depth - 2) // step)
    below = step * blocks + 2
    if depth != below:
        raise ValueError(
            f"depth must be {step}n + 2 for a whole number n above 0, got {depth}: "
            f"the nearest are {below} and {below + step}"
        )
    return blocks


@contextlib.contextmanager
def _recursion(more: int) -> Iterator[None]:
    """Let calls nest deeper: Keras follows a graph back from its end with a call for each layer."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + more)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def resnet_cifar(
    depth: int,
    shortcut: str = "A",
    input_shape: Shape = (32, 32, 3),
    classes: int = 10,
    width: float = 1.0,
    residual: bool = True,
    preactivation: bool = False,
    bottleneck: bool = False,
) -> keras.Model:
    """Build a ResNet for small images: three stages of 16, 32 and 64 channels, however deep.

    Beyond some 900 layers, 300 without shortcuts, loading a saved one needs a higher
    `sys.setrecursionlimit`: Keras follows the graph by recursion.

    Args:
        depth: layers of weights, 6n + 2 for n blocks in a stage; the paper has 20, 32, 44, 56,
            110 and 1202. With `bottleneck` 9n + 2; the second paper has 164 and 1001.
        shortcut: "A", "B" or "C", as in the paper and in `residual_block`. Published code differs
            in where A puts the channels of zeros; here they come behind those that are there.
        input_shape: height, width and channels of the images. One pixel will do.
        classes: number of outputs.
        width: factor on all channel counts, 1 for the network of the paper.
        residual: whether blocks have shortcuts; False for the paper's plain network.
        preactivation: whether the order of layers is that of the second paper.
        bottleneck: whether blocks are those of `bottleneck_block`.

    Returns:
        A model from `input_shape` to the probabilities of the classes. With the defaults, depth
        20 has 269,722 trainable parameters, 110 has 1,727,962 and 1202 has 19,421,274.

    Raises:
        ValueError: if an argument will not do; the message says what would.
    """
    check_arguments(input_shape, classes, width, SMALLEST)
    blocks = _blocks_per_stage(depth, bottleneck)
    channels = [scaled(count, width) for count in (16, 32, 64)]
    x = image = keras.Input(input_shape, name="image")
    x = _activate(_convolve(x, 3, channels[0], 1, "conv1"), "conv1")
    x = _stages(
        x,
        bottleneck_block if bottleneck else residual_block,
        [(count, blocks) for count in channels],
        classes,
        shortcut=shortcut,
        residual=residual,
        preactivation=preactivation,
    )
    with _recursion(5 * depth):  # convolution, normalization, ReLU, and now and then one more
        return keras.Model(image, x, name="resnet_cifar")
