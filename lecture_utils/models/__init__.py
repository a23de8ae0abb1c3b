"""Builders of the networks of the course; each returns a functional `keras.Model`."""

from lecture_utils.models.mnist import convnet_mnist, dense_mnist

__all__ = ["convnet_mnist", "dense_mnist"]
