"""ResNet: blocks that add what they compute to what they were given, and so can be stacked high.

Source: He, Zhang, Ren and Sun, Deep Residual Learning for Image Recognition, CVPR 2016
(arXiv:1512.03385), table 1 and section 4.2; of `preactivated_block` the same authors' Identity
Mappings in Deep Residual Networks, ECCV 2016 (arXiv:1603.05027), figure 4(e) and appendix.
"""

import sys

from lecture_utils.backend import keras
from lecture_utils.checks import choice, refused, switch, whole
from lecture_utils.models.common import (
    PadChannels,
    Shape,
    Tensor,
    check_arguments,
    check_block,
    classify,
    pad,
    scaled,
)

layers = keras.layers

# Table 1 of the paper: channels of the stages conv2_x to conv5_x, and for each depth whether
# blocks are bottlenecks, and how many each stage has.
CHANNELS = (64, 128, 256, 512)
CONFIGURATIONS = {
    18: (False, (2, 2, 2, 2)),
    34: (False, (3, 4, 6, 3)),
    50: (True, (3, 4, 6, 3)),
    101: (True, (3, 4, 23, 3)),
    152: (True, (3, 8, 36, 3)),
}
CIFAR_CHANNELS = (16, 32, 64)  # section 4.2
# Of each convolution of a block the kernel, and its channels as a multiple of the block's.
BASIC = ((3, 1), (3, 1))
BOTTLENECK = ((1, 1), (3, 1), (1, 4))
SMALLEST = 1  # each convolution and pooling of stride 2 is padded: one pixel stays one pixel


def residual_block(
    x: Tensor,
    channels: int,
    stride: int = 1,
    shortcut: str = "B",
    residual: bool = True,
    bottleneck: bool = False,
    name: str = "block",
) -> Tensor:
    """Add convolutions, each with batch normalization, and a shortcut around them.

    Args:
        x: Maps of shape (batch, height, width, any number of channels).
        channels: Of the convolutions.
        stride: Of the first convolution, as in the paper; torchvision's bottlenecks have it later.
        shortcut: What brings `x` to the shape of the sum. "A": every `stride`-th pixel, and
            channels of zeros behind those that are there. "B": a 1x1 convolution if the shape
            changes. "C": a 1x1 convolution always. Where nothing changes, A and B add `x` itself.
        residual: Whether there is a shortcut. Without it these are plain convolutions.
        bottleneck: Whether a 3x3 convolution stands between two of 1x1, of which the last has
            4 * channels, as in ResNet-50 and deeper; otherwise there are two of 3x3.
        name: Beginning of the layers' names.

    Returns:
        Maps of shape (batch, ceil(height / stride), ceil(width / stride), channels of the last).

    Raises:
        ValueError: If `shortcut` is none of the three, or if "A" would have to lose channels.

    Lecture 12 builds it by hand.
    """
    channels, stride = check_block(x, name, channels=channels, stride=stride)
    shortcut = choice("shortcut", shortcut, ("A", "B", "C"))
    y, last = _branch(x, channels, stride, bottleneck, name)
    y = _normalize(y, last)
    if switch("residual", residual):
        x = _shortcut(x, x, y, stride, shortcut, f"{name}_shortcut", normalize=True)
        y = layers.Add(name=f"{name}_add")([x, y])
    return layers.ReLU(name=f"{name}_out")(y)


def preactivated_block(
    x: Tensor,
    channels: int,
    stride: int = 1,
    shortcut: str = "B",
    residual: bool = True,
    bottleneck: bool = False,
    activated: bool = False,
    name: str = "block",
) -> Tensor:
    """Add the second paper's block: normalization and ReLU come before each convolution.

    Nothing follows the addition. A 1x1 convolution on the shortcut reads what the first of the
    others reads, and is not normalized, as in the authors' code: the next block will do that.

    Arguments, result and errors are those of `residual_block`. `activated` tells whether `x` comes
    from batch normalization and ReLU, as it does in a network's first block, so that this one has
    no need to begin with them.

    Lecture 12 builds it by hand, as `preactivated`.
    """
    channels, stride = check_block(x, name, channels=channels, stride=stride)
    shortcut = choice("shortcut", shortcut, ("A", "B", "C"))
    active = x if switch("activated", activated) else _activate(x, name)
    y, _ = _branch(active, channels, stride, bottleneck, name)
    if switch("residual", residual):
        x = _shortcut(x, active, y, stride, shortcut, f"{name}_shortcut", normalize=False)
        y = layers.Add(name=f"{name}_add")([x, y])
    return y


def _branch(x: Tensor, channels: int, stride: int, bottleneck: bool, name: str):
    """Add a block's convolutions, normalized and activated in between; name the last one."""
    table = BOTTLENECK if switch("bottleneck", bottleneck) else BASIC
    layer = ""
    for letter, (kernel, factor) in zip("abc", table):
        if layer:
            x, stride = _activate(x, layer), 1
        layer = f"{name}_{kernel}x{kernel}{letter}"
        x = _convolve(x, kernel, factor * channels, stride, layer)
    return x, layer


def _shortcut(
    x: Tensor, active: Tensor, y: Tensor, stride: int, option: str, name: str, normalize: bool
) -> Tensor:
    """Bring `x` to the shape of `y`; if a convolution has to do it, then it reads `active`."""
    channels = y.shape[-1]
    changes = stride > 1 or x.shape[-1] != channels
    if option == "C" or (option == "B" and changes):
        x = _convolve(active, 1, channels, stride, name)
        return _normalize(x, name) if normalize else x
    if stride > 1:
        x = layers.MaxPooling2D(1, stride, name=f"{name}_subsample")(x)
    return PadChannels(channels, name=name)(x) if changes else x


def _convolve(x: Tensor, kernel: int, channels: int, stride: int, name: str) -> Tensor:
    """Convolve without bias: the batch normalization that follows has one."""
    if kernel > 1 and stride > 1:
        x = pad(x, kernel // 2, name)
    padding = "same" if stride == 1 else "valid"
    options = {"use_bias": False, "kernel_initializer": "he_normal", "name": name}
    return layers.Conv2D(channels, kernel, stride, padding, **options)(x)


def _normalize(x: Tensor, name: str) -> Tensor:
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_bn")(x)


def _activate(x: Tensor, name: str) -> Tensor:
    return layers.ReLU(name=f"{name}_relu")(_normalize(x, name))


def resnet(
    depth: int,
    input_shape: Shape = (224, 224, 3),
    classes: int = 1000,
    width: float = 1.0,
    shortcut: str = "B",
    residual: bool = True,
    preactivation: bool = False,
) -> keras.Model:
    """Build a ResNet for ImageNet, of the paper's table 1.

    Layers are named as in the table: `conv3_1` is the first block of conv3_x, its layers are
    `conv3_1_3x3a`, `conv3_1_3x3a_bn`, ..., `conv3_1_add` and, last of all, `conv3_1_out`.

    Args:
        depth: Layers of weights: 18, 34, 50, 101 or 152.
        input_shape: Height, width and channels of the images. One pixel will do.
        classes: Number of outputs.
        width: Factor on all channel counts, 1 for the network of the paper.
        shortcut: "A", "B" or "C", as in the paper and in `residual_block`. The paper has A where
            it compares with plain networks, and B in ResNet-50 and deeper.
        residual: Whether blocks have shortcuts. The paper's plain networks have none.
        preactivation: Whether blocks are those of `preactivated_block`, the second paper's.

    Returns:
        A model from `input_shape` to the probabilities of the classes. Keras counts the statistics
        of batch normalization as parameters, too: 9,600 in ResNet-18. Convolutions have no biases,
        as in the paper; those of `keras.applications` have.
    """
    depth = choice("depth", depth, tuple(CONFIGURATIONS))
    input_shape, classes, width = check_arguments(input_shape, classes, width, SMALLEST)
    bottleneck, blocks = CONFIGURATIONS[depth]
    channels = [scaled(count, width) for count in CHANNELS]
    x = image = keras.Input(input_shape, name="image")
    x = _activate(_convolve(x, 7, channels[0], 2, "conv1"), "conv1")
    x = layers.MaxPooling2D(3, 2, name="pool1")(pad(x, 1, "pool1"))
    options = {"shortcut": shortcut, "residual": residual, "bottleneck": bottleneck}
    x = _stages(x, list(zip(channels, blocks, strict=True)), preactivation, **options)
    return keras.Model(image, classify(x, classes), name=f"resnet{depth}")


def resnet18(
    input_shape: Shape = (224, 224, 3), classes: int = 1000, width: float = 1.0, **options
) -> keras.Model:
    """Build ResNet with 18 layers of weights: 11,689,512 trainable parameters; see `resnet`.

    Lecture 12 uses it.
    """
    return resnet(18, input_shape, classes, width, **options)


def resnet34(
    input_shape: Shape = (224, 224, 3), classes: int = 1000, width: float = 1.0, **options
) -> keras.Model:
    """Build ResNet with 34 layers of weights: 21,797,672 trainable parameters; see `resnet`.

    Lecture 12 uses it.
    """
    return resnet(34, input_shape, classes, width, **options)


def resnet50(
    input_shape: Shape = (224, 224, 3), classes: int = 1000, width: float = 1.0, **options
) -> keras.Model:
    """Build ResNet with 50 layers of weights: 25,557,032 trainable parameters; see `resnet`.

    Lecture 12 uses it.
    """
    return resnet(50, input_shape, classes, width, **options)


def resnet101(
    input_shape: Shape = (224, 224, 3), classes: int = 1000, width: float = 1.0, **options
) -> keras.Model:
    """Build ResNet with 101 layers of weights: 44,549,160 trainable parameters; see `resnet`.

    Lecture 12 uses it.
    """
    return resnet(101, input_shape, classes, width, **options)


def resnet152(
    input_shape: Shape = (224, 224, 3), classes: int = 1000, width: float = 1.0, **options
) -> keras.Model:
    """Build ResNet with 152 layers of weights: 60,192,808 trainable parameters; see `resnet`.

    Lecture 12 uses it.
    """
    return resnet(152, input_shape, classes, width, **options)


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
        depth: Layers of weights, 6n + 2 for n blocks in a stage; the paper has 20, 32, 44, 56,
            110 and 1202. With `bottleneck` 9n + 2; the second paper has 164 and 1001.
        shortcut: "A", "B" or "C", as in `residual_block`. Published code differs in where A puts
            the channels of zeros; here they come behind those that are there.
        input_shape: Height, width and channels of the images. One pixel will do.
        classes: Number of outputs.
        width: Factor on all channel counts, 1 for the network of the paper.
        residual: As of `resnet`.
        preactivation: As of `resnet`.
        bottleneck: As of `residual_block`.

    Returns:
        A model from `input_shape` to the probabilities of the classes. With the defaults, depth
        20 has 269,722 trainable parameters, 110 has 1,727,962 and 1202 has 19,421,274.

    Lecture 12 uses it.
    """
    input_shape, classes, width = check_arguments(input_shape, classes, width, SMALLEST)
    depth = whole("depth", depth, most=2000)
    blocks = _blocks_per_stage(depth, 9 if switch("bottleneck", bottleneck) else 6)
    channels = [scaled(count, width) for count in CIFAR_CHANNELS]
    x = image = keras.Input(input_shape, name="image")
    x = _activate(_convolve(x, 3, channels[0], 1, "conv1"), "conv1")
    options = {"shortcut": shortcut, "residual": residual, "bottleneck": bottleneck}
    x = _stages(x, [(count, blocks) for count in channels], preactivation, **options)
    # Keras follows a graph back from its end with a call for each layer: a convolution, a
    # normalization, a ReLU, and now and then one more.
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + 5 * depth)
    try:
        return keras.Model(image, classify(x, classes), name="resnet_cifar")
    finally:
        sys.setrecursionlimit(limit)


def _stages(x: Tensor, stages: list[tuple[int, int]], preactivation: bool, **options) -> Tensor:
    """Add stages of (channels, blocks), each but the first halving the maps; take their mean."""
    block = preactivated_block if switch("preactivation", preactivation) else residual_block
    for stage, (channels, blocks) in enumerate(stages, start=2):
        for number in range(1, blocks + 1):
            stride = 2 if stage > 2 and number == 1 else 1
            if preactivation:
                options["activated"] = stage == 2 and number == 1
            x = block(x, channels, stride, **options, name=f"conv{stage}_{number}")
    if preactivation:
        x = _activate(x, "last")  # no block follows that would begin with it
    return layers.GlobalAveragePooling2D(name="average_pool")(x)


def _blocks_per_stage(depth: int, step: int) -> int:
    """Return n of a depth of step * n + 2: three stages of n blocks, and two layers more."""
    blocks = max(1, (depth - 2) // step)
    below = step * blocks + 2
    if depth != below:
        wanted = f"{step}n + 2 for a whole number n above 0"
        raise refused("depth", wanted, depth, f"the nearest are {below} and {below + step}")
    return blocks
