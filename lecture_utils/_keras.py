"""Gives way to `backend`; stays until the pages say so."""

from lecture_utils.backend import keras, without_weights

__all__ = ["keras", "without_weights"]
