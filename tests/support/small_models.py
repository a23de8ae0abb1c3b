"""Small models to look at, and what is seen there."""

import re

import numpy as np

from lecture_utils.backend import keras

layers = keras.layers
# What Keras and U-Net say of maps that vanish or do not fit.
NOT_BUILT = r"would be (zero or )?negative|matching|`cropping`|infer the output|smallest|\(use \d"


def chain(shape, *stack):
    """A functional model of layers one after the other."""
    x = image = keras.Input(shape, name="image")
    for layer in stack:
        x = layer(x)
    return keras.Model(image, x, name="chain")


def keeps_pixels(make):
    """Whether a network is built, all its maps with pixels: newer versions of Keras see to that."""
    try:
        maps = [each for layer in make().layers for each in keras.tree.flatten(layer.output)]
    except ValueError as error:
        assert re.search(NOT_BUILT, str(error))
        return False
    return all(side is None or side > 0 for each in maps for side in each.shape)


def box(mask):
    """Size and first position of what a mask holds, on each axis; zeros for nothing."""
    found = np.nonzero(mask)
    if not found[0].size:
        return (0,) * len(found), (0,) * len(found)
    return tuple(int(np.ptp(a)) + 1 for a in found), tuple(int(a.min()) for a in found)


def own(anatomy):
    """A model with a pooling layer that declares `anatomy`."""
    kind = type("Own", (layers.MaxPooling2D,), {"anatomy": anatomy})
    return chain((8, 8, 1), kind(2, name="own"))


class Careful(keras.layers.Conv2D):
    """Dies where TensorFlow would: in a 1x1 convolution with a stride whose gradient is asked."""

    def convolution_op(self, inputs, kernel):
        assert self.strides == (1, 1) or isinstance(inputs, keras.KerasTensor)
        return super().convolution_op(inputs, kernel)
