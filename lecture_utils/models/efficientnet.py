"""EfficientNet-Lite0: what nine years after AlexNet fits into a telephone, with trained weights.

Source:
    Tan, Le: EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, ICML 2019
    (arXiv:1905.11946), table 1; Liu: Higher accuracy on vision models with EfficientNet-Lite,
    TensorFlow blog, 2020, for what the Lite variant leaves out (squeeze-and-excitation) and
    replaces (swish by ReLU6). The block is MobileNetV2's: Sandler et al., CVPR 2018
    (arXiv:1801.04381), table 1 and figure 4d.
"""

from __future__ import annotations

import io

import numpy as np

from lecture_utils import datasets
from lecture_utils.backend import keras
from lecture_utils.models.common import Shape, check_arguments, check_choice, classify, scaled

layers = keras.layers

STEM, HEAD = 32, 1280
# The table of the paper: kernel, stride of the first block, expansion, channels, blocks.
STAGES = (
    (3, 1, 1,  16, 1),
    (3, 2, 6,  24, 2),
    (5, 2, 6,  40, 2),
    (3, 2, 6,  80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)  # fmt: skip
SMALLEST = 1  # every padding is "same", so that one pixel stays one pixel

# As published: normal, by the outputs. A depthwise kernel has one output for each channel, so the
# number of its inputs as Keras counts them (all channels) would make it far too small.
INITIALIZER = {
    "class_name": "VarianceScaling",
    "config": {"scale": 2.0, "mode": "fan_out", "distribution": "untruncated_normal"},
}
_CONVOLUTION = {"padding": "same", "use_bias": False, "kernel_initializer": INITIALIZER}


def inverted_residual_block(
    x: keras.KerasTensor,
    channels: int,
    kernel: int = 3,
    stride: int = 1,
    expansion: int = 6,
    name: str = "block",
) -> keras.KerasTensor:
    """Add a block that is wide inside and narrow at its ends, where the sum joins them.

    A 1x1 convolution expands the channels, a depthwise one looks around in each of them, a 1x1
    convolution projects them to few, without an activation. Where neither the size nor the number
    of channels changes, the input is added.

    Args:
        x: maps of shape (batch, height, width, channels).
        channels: of the output.
        kernel: size of the depthwise convolution.
        stride: of the depthwise convolution.
        expansion: factor on the input's channels; with 1 there is nothing to expand, and the
            first convolution is left out.
        name: beginning of the layers' names.

    Returns:
        Maps of shape (batch, ceil(height / stride), ceil(width / stride), channels).
    """
    before, inside = x, x.shape[-1] * expansion
    if expansion != 1:
        x = layers.Conv2D(inside, 1, **_CONVOLUTION, name=f"{name}_expand_conv")(x)
        x = _normalize(x, f"{name}_expand", activation=True)
    x = layers.DepthwiseConv2D(
        kernel,
        stride,
        padding="same",
        use_bias=False,
        depthwise_initializer=INITIALIZER,
        name=f"{name}_depthwise_conv",
    )(x)
    x = _normalize(x, f"{name}_depthwise", activation=True)
    x = layers.Conv2D(channels, 1, **_CONVOLUTION, name=f"{name}_project_conv")(x)
    x = _normalize(x, f"{name}_project", activation=False)
    if stride == 1 and before.shape[-1] == channels:
        x = layers.Add(name=f"{name}_add")([before, x])
    return x


def _normalize(x: keras.KerasTensor, name: str, activation: bool) -> keras.KerasTensor:
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-3, name=f"{name}_bn")(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(x) if activation else x


def efficientnet_lite0(
    weights: str | None = "imagenet",
    input_shape: Shape = (224, 224, 3),
    classes: int = 1000,
    width: float = 1.0,
) -> keras.Model:
    """Build EfficientNet-Lite0, trained on ImageNet if you wish; its weights ship with the course.

    The trained network takes RGB as (value - 127) / 128; `prepare` and `predict_top` see to it. It
    finds the right one of 1000 classes for 75.1 % of ImageNet's validation images, as its authors
    report. Padding is TensorFlow's "same", also at stride 2: that is how the network was
    published. Its authors trained it with stochastic depth too, which is not part of this graph.

    Args:
        weights: `"imagenet"` for the trained network, None for random weights.
        input_shape: height, width and channels of the images. Any size will do, also for the
            trained network, whose weights know no size.
        classes: number of outputs.
        width: factor on all channel counts, 1 for the published network.

    Returns:
        A model from `input_shape` to the probabilities of the classes: 4,652,008 trainable
        parameters with the defaults, 4,694,024 with the statistics of the batch normalizations.

    Raises:
        ValueError: if an argument will not do; the message says what would. Also if the file of
            the weights is damaged.
        FileNotFoundError: if the file of the weights is missing.
    """
    check_choice("weights", weights, (None, "imagenet"))
    check_arguments(input_shape, classes, width, SMALLEST)
    if weights and (classes, width, input_shape[2]) != (1000, 1, 3):
        raise ValueError(
            f"weights='imagenet' are for classes=1000, width=1.0 and 3 input channels, got "
            f"classes={classes}, width={width} and input_shape={tuple(input_shape)!r}: build it "
            "with weights=None, or take the trained features with `keras.Model(model.input, "
            'model.get_layer("head_relu").output)`'
        )
    x = image = keras.Input(input_shape, name="image")
    x = layers.Conv2D(scaled(STEM, width), 3, 2, **_CONVOLUTION, name="stem_conv")(x)
    x = _normalize(x, "stem", activation=True)
    number = 0
    for kernel, first_stride, expansion, channels, blocks in STAGES:
        for stride in (first_stride,) + (1,) * (blocks - 1):
            number += 1
            x = inverted_residual_block(
                x, scaled(channels, width), kernel, stride, expansion, f"block{number:02}"
            )
    x = layers.Conv2D(scaled(HEAD, width), 1, **_CONVOLUTION, name="head_conv")(x)
    x = _normalize(x, "head", activation=True)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dropout(0.2, name="dropout")(x)
    model = keras.Model(image, classify(x, classes), name="efficientnet_lite0")
    if weights:
        _load(model)
    return model


def _load(model: keras.Model) -> None:
    """Give each weight the array of its name, such as `block01_depthwise_conv/kernel`."""
    content = datasets.pretrained_file("efficientnet_lite0.npz")
    with np.load(io.BytesIO(content)) as arrays:
        for layer in model.layers:
            for weight in layer.weights:
                weight.assign(arrays[f"{layer.name}/{weight.name}"].astype("float32"))
