"""U-Net: down to see what is there, up again to say where.

Source:
    Ronneberger, Fischer, Brox: U-Net: Convolutional Networks for Biomedical Image Segmentation,
    MICCAI 2015 (arXiv:1505.04597), figure 1.
"""

from __future__ import annotations

from lecture_utils.backend import keras
from lecture_utils.models.common import Shape, check_arguments, check_choice, scaled

layers = keras.layers

CHANNELS = 64  # of the first level; each pooling doubles them, each up-convolution halves them
# 572 pixels as in the paper; where nothing is cut off, 576 is the next larger size that fits.
INPUT_SHAPES = {"valid": (572, 572, 1), "same": (576, 576, 1)}
DROPOUT = 0.5


def unet_convolutions(
    x: keras.KerasTensor, channels: int, padding: str, name: str
) -> keras.KerasTensor:
    """Add the two 3x3 convolutions of a level, each with a ReLU.

    Args:
        x: maps of shape (batch, height, width, channels).
        channels: of each convolution.
        padding: "valid", which takes 4 pixels off height and width, or "same".
        name: beginning of the layers' names.

    Returns:
        The maps of the second convolution.
    """
    for number in (1, 2):
        x = layers.Conv2D(
            channels,
            3,
            padding=padding,
            activation="relu",
            kernel_initializer="he_normal",
            name=f"{name}_conv{number}",
        )(x)
    return x


def unet_down(
    x: keras.KerasTensor, channels: int, padding: str, name: str, dropout: float = 0.0
) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Add a level of the contracting path: two convolutions, then a pooling that halves the size.

    Args:
        x: maps of shape (batch, height, width, channels).
        channels: of each convolution.
        padding: "valid" or "same", of the convolutions.
        name: beginning of the layers' names.
        dropout: share of the values that training drops behind the convolutions.

    Returns:
        The pooled maps, and the maps before the pooling, which `unet_up` takes as `skip`.
    """
    skip = unet_convolutions(x, channels, padding, name)
    if dropout:
        skip = layers.Dropout(dropout, name=f"{name}_dropout")(skip)
    return layers.MaxPooling2D(2, name=f"{name}_pool")(skip), skip


def unet_up(
    x: keras.KerasTensor, skip: keras.KerasTensor, channels: int, padding: str, name: str
) -> keras.KerasTensor:
    """Add a level of the expansive path: double the size, join the skip, two convolutions.

    Args:
        x: maps of shape (batch, height, width, channels).
        skip: maps of the contracting path; what they have more at their borders is cropped.
        channels: of the up-convolution and of each convolution.
        padding: "valid" or "same", of the convolutions.
        name: beginning of the layers' names.

    Returns:
        The maps of the second convolution.
    """
    x = layers.Conv2DTranspose(
        channels, 2, strides=2, kernel_initializer="he_normal", name=f"{name}_upconv"
    )(x)
    border = tuple(
        (large - small) // 2 for large, small in zip(skip.shape[1:3], x.shape[1:3], strict=True)
    )
    if any(border):
        skip = layers.Cropping2D(border, name=f"{name}_crop")(skip)
    x = layers.Concatenate(name=f"{name}_concat")([skip, x])
    return unet_convolutions(x, channels, padding, name)


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
        input_shape: height, width and channels of the images. With "valid" sides of 188, 204,
            220, ... pixels do, with "same" multiples of 16, such as (256, 256, 1). If `None`,
            (572, 572, 1) as in the paper, and (576, 576, 1) with "same".
        classes: number of classes of a pixel.
        width: factor on all channel counts, 1 for the network of the paper.
        depth: number of poolings, and of up-convolutions. With fewer than four smaller images do.

    Returns:
        A model from `input_shape` to each pixel's probabilities of the classes, of shape
        (388, 388, 2) with the defaults: 31,030,658 parameters with either padding.

    Raises:
        ValueError: if an argument will not do; the message says what would.

    Source:
        Figure 1 of the paper. Its up-convolution is a transposed convolution, as in the authors'
        code, without a ReLU, as in the text. The last one halves the channels as the figure has it;
        in the authors' code it does not (31,100,354 parameters). Dropout "at the end of the
        contracting path" is where their code has it: behind its last two levels.
    """
    check_choice("padding", padding, ("valid", "same"))
    if input_shape is None:
        input_shape = INPUT_SHAPES[padding]
    if isinstance(depth, bool) or not isinstance(depth, int) or depth < 1:
        raise ValueError(f"depth must be a whole number above 0, got {depth!r}")
    smallest = _smallest(padding, depth)
    check_arguments(input_shape, classes, width, smallest)
    _check_sides(input_shape, smallest, 2**depth)

    channels = [scaled(CHANNELS * 2**level, width) for level in range(depth + 1)]
    x = image = keras.Input(input_shape, name="image")
    skips = []
    for level in range(depth):
        dropout = DROPOUT if level == depth - 1 else 0.0
        x, skip = unet_down(x, channels[level], padding, f"down{level + 1}", dropout)
        skips.append(skip)
    x = unet_convolutions(x, channels[depth], padding, "bottom")
    x = layers.Dropout(DROPOUT, name="bottom_dropout")(x)
    for level in reversed(range(depth)):
        x = unet_up(x, skips[level], channels[level], padding, f"up{level + 1}")
    x = layers.Conv2D(classes, 1, kernel_initializer="he_normal", name="logits")(x)
    return keras.Model(image, layers.Softmax(name="probabilities")(x), name="unet")


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
        raise ValueError(
            f"input_shape {tuple(input_shape)!r} does not fit: with this depth and padding the "
            f"sides can be {smallest}, {smallest + step}, {smallest + 2 * step}, ... pixels, "
            f"not {' or '.join(wrong)}"
        )
