"""Small models to look at, and layers of one's own."""

import numpy as np

from lecture_utils.backend import keras

layers = keras.layers


def chain(shape, *stack):
    """A functional model of layers one after the other."""
    x = image = keras.Input(shape, name="image")
    for layer in stack:
        x = layer(x)
    return keras.Model(image, x, name="chain")


def box(mask):
    """Size and first position of what a mask holds, on each axis; zeros for nothing."""
    found = np.nonzero(mask)
    if not found[0].size:
        return (0,) * len(found), (0,) * len(found)
    return tuple(int(np.ptp(a)) + 1 for a in found), tuple(int(a.min()) for a in found)


class SubSampling(layers.Layer):
    """As in LeNet: a mean times a coefficient for each map."""

    anatomy = {"size": 2, "stride": 2, "macs": 0}  # noqa: RUF012

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],))

    def call(self, x):
        return self.scale * keras.ops.average_pool(x, 2, 2)


class Blur(layers.Layer):
    """A convolution that pads by hand, with a window that depends on its arguments."""

    def __init__(self, size, padding, **settings):
        super().__init__(**settings)
        self.size, self.padding = size, padding

    @property
    def anatomy(self):
        return {"size": self.size, "padding": self.padding, "macs": self.size**2}

    def call(self, x):
        pad = self.padding
        x = keras.ops.pad(x, [(0, 0), (pad, pad), (pad, pad), (0, 0)])
        return keras.ops.average_pool(x, self.size, 1)


def own(anatomy):
    """A model with a pooling layer that declares `anatomy`."""
    kind = type("Own", (layers.MaxPooling2D,), {"anatomy": anatomy})
    return chain((8, 8, 1), kind(2, name="own"))
