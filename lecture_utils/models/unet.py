"""U-Net: down to see what is there, up again to say where.

Source: Ronneberger, Fischer and Brox, U-Net: Convolutional Networks for Biomedical Image
Segmentation, MICCAI 2015 (arXiv:1505.04597), figure 1. Its up-convolution is a transposed
convolution, as in the authors' code, without a ReLU, as in the text. The last one halves the
channels as the figure has it; in the authors' code it does not (31,100,354 parameters). Dropout "at
the end of the contracting path" is where their code has it: behind its last two levels.
"""

from lecture_utils.backend import keras
from lecture_utils.checks import choice, refused, whole
from lecture_utils.models.common import Shape, Tensor, check_arguments, scaled

layers = keras.layers

CHANNELS = 64  # of the first level; each pooling doubles them, each up-convolution halves them
# 572 pixels as in the paper; where nothing is cut off, 576 is the next larger size that fits.
INPUT_SHAPES = {"valid": (572, 572, 1), "same": (576, 576, 1)}
DROPOUT = 0.5
INITIALIZER = "he_normal"


def unet(
    padding: str = "valid",
    input_shape: Shape | None = None,
    classes: int = 2,
    width: float = 1.0,
    depth: int = 4,
) -> keras.Model:
    """Build U-Net, which gives every pixel a class.

    Args:
        padding: "valid" as in the paper: the output lacks a border, 92 pixels wide with four
            poolings, for which the image does not hold all that the network would look at. Or
            "same", as many do today: the output has the size of the image.
        input_shape: Height, width and channels of the images. With "valid" sides of 188, 204,
            220, ... pixels do, with "same" multiples of 16, such as (256, 256, 1). If `None`,
            (572, 572, 1) as in the paper, and (576, 576, 1) with "same".
        classes: Number of classes of a pixel.
        width: Factor on all channel counts, 1 for the network of the paper.
        depth: Number of poolings, and of up-convolutions. With fewer than four smaller images do.

    Returns:
        A model from `input_shape` to each pixel's probabilities of the classes, of shape
        (388, 388, 2) with the defaults: 31,030,658 parameters with either padding.

    Lecture 13 builds it by hand.
    """
    padding = choice("padding", padding, ("valid", "same"))
    depth = whole("depth", depth, most=10)
    input_shape = INPUT_SHAPES[padding] if input_shape is None else input_shape
    smallest = _smallest(padding, depth)
    input_shape, classes, width = check_arguments(input_shape, classes, width, smallest)
    _check_sides(input_shape, smallest, 2**depth)
    channels = [scaled(CHANNELS * 2**level, width) for level in range(depth + 1)]
    x = image = keras.Input(input_shape, name="image")
    skips = []
    for level in range(depth):
        x = _convolutions(x, channels[level], padding, f"down{level + 1}")
        if level == depth - 1:
            x = layers.Dropout(DROPOUT, name=f"down{depth}_dropout")(x)
        skips.append(x)
        x = layers.MaxPooling2D(2, name=f"down{level + 1}_pool")(x)
    x = _convolutions(x, channels[depth], padding, "bottom")
    x = layers.Dropout(DROPOUT, name="bottom_dropout")(x)
    for level in reversed(range(depth)):
        x = _join(x, skips[level], channels[level], f"up{level + 1}")
        x = _convolutions(x, channels[level], padding, f"up{level + 1}")
    x = layers.Conv2D(classes, 1, kernel_initializer=INITIALIZER, name="logits")(x)
    return keras.Model(image, layers.Softmax(name="probabilities")(x), name="unet")


def _convolutions(x: Tensor, channels: int, padding: str, name: str) -> Tensor:
    """Add the two 3x3 convolutions of a level; unpadded they take 4 pixels off each side."""
    options = {"padding": padding, "activation": "relu", "kernel_initializer": INITIALIZER}
    for number in (1, 2):
        x = layers.Conv2D(channels, 3, **options, name=f"{name}_conv{number}")(x)
    return x


def _join(x: Tensor, skip: Tensor, channels: int, name: str) -> Tensor:
    """Double the size of maps and put the middle of the skip in front of their channels."""
    options = {"strides": 2, "kernel_initializer": INITIALIZER, "name": f"{name}_upconv"}
    x = layers.Conv2DTranspose(channels, 2, **options)(x)
    border = tuple((skip.shape[axis] - x.shape[axis]) // 2 for axis in (1, 2))
    if any(border):
        skip = layers.Cropping2D(border, name=f"{name}_crop")(skip)
    return layers.Concatenate(name=f"{name}_concat")([skip, x])


def _smallest(padding: str, depth: int) -> int:
    """Return the smallest side; others are larger by multiples of 2**depth.

    Unpadded, the lowest level must come to 4 pixels: doubled and convolved they are 4 again, and 3
    would be 2 and then none. With a single pooling 3 are enough.
    """
    if padding == "same":
        return 2**depth
    side = (4 if depth > 1 else 3) + 4
    for _ in range(depth):
        side = 2 * side + 4
    return side


def _check_sides(input_shape: Shape, smallest: int, step: int) -> None:
    """Raise a ValueError unless both sides can be halved without a rest wherever they must."""
    wrong = [
        f"{axis} {side} (use {side - rest} or {side - rest + step})"
        for axis, side in zip(("height", "width"), input_shape, strict=False)
        if (rest := (side - smallest) % step)
    ]
    if wrong:
        sides = f"{smallest}, {smallest + step}, {smallest + 2 * step}, ... pixels a side"
        wanted = f"of {sides} with this depth and padding"
        raise refused("input_shape", wanted, input_shape, " and ".join(wrong))
