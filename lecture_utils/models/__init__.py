"""Builders of the networks of the course; each returns a functional `keras.Model`.

A bad argument raises a ValueError: which argument, what came, and what would do.
"""
# ruff: noqa: F401 (what is imported here is what the package offers)

from lecture_utils.models.alexnet import alexnet
from lecture_utils.models.efficientnet import efficientnet_lite0, inverted_residual_block
from lecture_utils.models.googlenet import googlenet, inception_block
from lecture_utils.models.imagenet import load_imagenet_weights, predict_top, prepare
from lecture_utils.models.inception import inception_v2, inception_v3, inception_v4
from lecture_utils.models.inception_resnet import inception_resnet_block, inception_resnet_v2
from lecture_utils.models.lenet import MAPLoss, lenet1, lenet5, smallest_penalty_accuracy
from lecture_utils.models.mnist import convnet_mnist, dense_mnist
from lecture_utils.models.resnet import (
    preactivated_block,
    residual_block,
    resnet18,
    resnet34,
    resnet50,
    resnet101,
    resnet152,
    resnet_cifar,
)
from lecture_utils.models.unet import unet
from lecture_utils.models.vgg import vgg11, vgg13, vgg16, vgg19
from lecture_utils.models.zfnet import zfnet
