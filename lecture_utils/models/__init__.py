"""Builders of the networks of the course; each returns a functional `keras.Model`.

The blocks that they are made of are here too: a lecture can build with one of them alone.
"""

from lecture_utils.models.alexnet import alexnet
from lecture_utils.models.efficientnet import efficientnet_lite0, inverted_residual_block
from lecture_utils.models.imagenet import load_imagenet_weights, predict_top, prepare
from lecture_utils.models.inception import (
    auxiliary_head,
    googlenet,
    inception_block,
    inception_resnet_block,
    inception_resnet_v2,
    inception_v2,
    inception_v2_block,
    inception_v3,
    inception_v3_block,
    inception_v4,
    inception_v4_block,
)
from lecture_utils.models.lenet import (
    MAPLoss,
    lenet1,
    lenet5,
    lenet_block,
    smallest_penalty_accuracy,
)
from lecture_utils.models.mnist import convnet_mnist, dense_mnist
from lecture_utils.models.resnet import (
    bottleneck_block,
    residual_block,
    resnet18,
    resnet34,
    resnet50,
    resnet101,
    resnet152,
    resnet_cifar,
)
from lecture_utils.models.unet import unet, unet_convolutions, unet_down, unet_up
from lecture_utils.models.vgg import vgg11, vgg13, vgg16, vgg19, vgg_block
from lecture_utils.models.zfnet import zfnet

__all__ = [
    "MAPLoss",
    "alexnet",
    "auxiliary_head",
    "bottleneck_block",
    "convnet_mnist",
    "dense_mnist",
    "efficientnet_lite0",
    "googlenet",
    "inception_block",
    "inception_resnet_block",
    "inception_resnet_v2",
    "inception_v2",
    "inception_v2_block",
    "inception_v3",
    "inception_v3_block",
    "inception_v4",
    "inception_v4_block",
    "inverted_residual_block",
    "lenet1",
    "lenet5",
    "lenet_block",
    "load_imagenet_weights",
    "predict_top",
    "prepare",
    "residual_block",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "resnet_cifar",
    "smallest_penalty_accuracy",
    "unet",
    "unet_convolutions",
    "unet_down",
    "unet_up",
    "vgg11",
    "vgg13",
    "vgg16",
    "vgg19",
    "vgg_block",
    "zfnet",
]
