"""EfficientNet-Lite0: a network that is accurate and fits into a telephone, with trained weights.

Source: Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, ICML
2019 (arXiv:1905.11946), table 1; Liu, Higher accuracy on vision models with EfficientNet-Lite,
TensorFlow blog, 2020, for what the Lite variant leaves out (squeeze-and-excitation) and replaces
(swish by ReLU6). The block is MobileNetV2's: Sandler and others, MobileNetV2: Inverted Residuals
and Linear Bottlenecks, CVPR 2018 (arXiv:1801.04381), table 1 and figure 4d.
"""

import io

import numpy as np

from lecture_utils import datasets
from lecture_utils.backend import keras
from lecture_utils.checks import choice, refused
from lecture_utils.models.branches import average_and_classify
from lecture_utils.models.common import Shape, Tensor, check_arguments, check_block, scaled

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


def inverted_residual_block(
    x: Tensor,
    channels: int,
    kernel: int = 3,
    stride: int = 1,
    expansion: int = 6,
    name: str = "block",
) -> Tensor:
    """Add a block that is wide inside and narrow at its ends, where the sum joins them.

    A 1x1 convolution expands the channels, a depthwise one looks around in each of them, a 1x1
    convolution projects them to few, without an activation. Where neither the size nor the number
    of channels changes, the input is added.

    Args:
        x: Maps of shape (batch, height, width, channels).
        channels: Of the output.
        kernel: Size of the depthwise convolution.
        stride: Of the depthwise convolution.
        expansion: Factor on the input's channels; with 1 there is nothing to expand, and the
            first convolution is left out.
        name: Beginning of the layers' names.

    Returns:
        Maps of shape (batch, ceil(height / stride), ceil(width / stride), channels).

    Lecture 14 builds it by hand.
    """
    counts = {"channels": channels, "kernel": kernel, "stride": stride, "expansion": expansion}
    channels, kernel, stride, expansion = check_block(x, name, **counts)
    before, inside = x, x.shape[-1] * expansion
    if expansion != 1:
        x = _convolve(x, inside, 1, 1, f"{name}_expand")
    options = {"depthwise_initializer": INITIALIZER, "name": f"{name}_depthwise_conv"}
    x = layers.DepthwiseConv2D(kernel, stride, "same", use_bias=False, **options)(x)
    x = _normalize(x, f"{name}_depthwise")
    x = _convolve(x, channels, 1, 1, f"{name}_project", activation=False)
    if stride == 1 and before.shape[-1] == channels:
        x = layers.Add(name=f"{name}_add")([before, x])
    return x


def _convolve(x, channels, kernel, stride, name, activation=True):
    options = {"kernel_initializer": INITIALIZER, "name": f"{name}_conv"}
    x = layers.Conv2D(channels, kernel, stride, "same", use_bias=False, **options)(x)
    return _normalize(x, name, activation)


def _normalize(x, name, activation=True):
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-3, name=f"{name}_bn")(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(x) if activation else x


def efficientnet_lite0(
    weights: str | None = "imagenet",
    input_shape: Shape = (224, 224, 3),
    classes: int = 1000,
    width: float = 1.0,
) -> keras.Model:
    """Build EfficientNet-Lite0, with trained weights or random ones.

    The trained network takes RGB as (value - 127) / 128; `prepare` and `predict_top` see to it. It
    finds the right one of 1000 classes for 75.1 % of ImageNet's validation images, as its authors
    report. Padding is TensorFlow's "same", also at stride 2: that is how the network was
    published. Its authors trained it with stochastic depth too, which is not part of this graph.

    Args:
        weights: "imagenet" for the network trained on ImageNet, None for random weights.
        input_shape: Height, width and channels of the images. Any size will do, also for the
            trained network, whose weights know no size.
        classes: Number of outputs.
        width: Factor on all channel counts, 1 for the published network.

    Returns:
        A model from `input_shape` to the probabilities of the classes: 4,652,008 trainable
        parameters with the defaults, 4,694,024 with the statistics of the batch normalizations.

    Raises:
        ValueError: If trained weights are asked for with other `classes`, `width` or channels, or
            if their file is damaged.
        FileNotFoundError: If the file of the weights is missing.

    Lecture 07 uses it.
    """
    weights = choice("weights", weights, (None, "imagenet"))
    input_shape, classes, width = check_arguments(input_shape, classes, width, SMALLEST)
    if weights and (classes, width, input_shape[2]) != (1000, 1, 3):
        wanted = "None unless classes=1000, width=1.0 and 3 input channels"
        advice = 'trained features: keras.Model(model.input, model.get_layer("head_relu").output)'
        raise refused("weights", wanted, weights, advice)
    image = keras.Input(input_shape, name="image")
    x = _convolve(image, scaled(STEM, width), 3, 2, "stem")
    number = 0
    for kernel, first_stride, expansion, channels, blocks in STAGES:
        for stride in (first_stride,) + (1,) * (blocks - 1):
            number += 1
            options = {"expansion": expansion, "name": f"block{number:02}"}
            x = inverted_residual_block(x, scaled(channels, width), kernel, stride, **options)
    x = _convolve(x, scaled(HEAD, width), 1, 1, "head")
    model = average_and_classify(image, x, classes, "efficientnet_lite0", dropout=0.2)
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
