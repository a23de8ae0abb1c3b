"""Networks are compared by what they compute: the same weights, the same images, the same results.

So every form of a right network is right: sequential, functional, nested, a class of one's own,
layers made in any order, a ReLU as a layer, as a function or as an `activation`.
"""

import functools
import math
import zlib
from collections.abc import Callable
from typing import Any
from unittest import mock

import numpy as np

from lecture_utils.backend import keras


def difference(one: keras.Model, two: keras.Model) -> str | None:
    """Say in what a network differs from another one, whose input shape is known; None if not."""
    shape = two.input_shape[1:]
    for training in (False, True):
        a, b = (results(network, shape, training) for network in (one, two))
        if isinstance(a, Exception) or isinstance(b, Exception):
            # Alike only if a mistake is compared, and stops by the same kind of error.
            return None if type(a) is type(b) else f"images of shape {shape} stop your network: {a}"
        if a.shape != b.shape:
            return f"the output has the shape {a.shape[1:]}, but {b.shape[1:]} is expected."
        largest = np.abs(b).max(axis=tuple(range(1, b.ndim)), keepdims=True)
        share = 0.02 if training else 0.001  # there, epsilons make a difference
        if np.any(np.abs(a - b) > share * largest + 1e-7):
            when = "in training, " if training else ""
            return f"{when}with the same weights your network computes something else."
    counts = [sum(math.prod(weight.shape) for weight in floats(network)) for network in (one, two)]
    if counts[0] != counts[1]:
        return f"your network has {counts[0]:,} parameters, but {counts[1]:,} are expected."
    return None


def floats(layer: keras.layers.Layer) -> list[keras.Variable]:
    """List a layer's weights without the states of random generators."""
    return [weight for weight in layer.weights if "float" in str(weight.dtype)]


@functools.cache
def results(network: keras.Model, shape: tuple[int, ...], training: bool) -> np.ndarray | Exception:
    """Run a network once: it is compared with many. `Exercise.verdict` empties the cache."""
    try:
        return run(network, shape, training)
    except Exception as error:
        return error


def run(
    network: keras.Model,
    shape: tuple[int, ...],
    training: bool = False,
    watch: Callable[[keras.layers.Layer, np.ndarray], None] = lambda layer, given: None,
    images: np.ndarray | None = None,
) -> np.ndarray:
    """Run a network on eight images with weights that depend only on what comes into each layer.

    They are lent: the network's own stay as they are. The images go from faint to strong, since a
    limit such as ReLU6's shows in strong ones only; or `images` are given. `watch` sees each layer
    with weights, and its input.
    """
    if not network.built:
        raise ValueError("it does not know its input yet. Begin it with `keras.Input(...)`.")
    strengths = np.geomspace(0.05, 20, 8).reshape(-1, *[1] * len(shape))
    if images is None:
        images = strengths * np.random.default_rng(1).normal(size=(8, *shape))
    call = keras.layers.Layer.__call__

    def watched(layer: keras.layers.Layer, *inputs: Any, **options: Any) -> Any:
        given = [np.asarray(x) for x in keras.tree.flatten(inputs) if keras.ops.is_tensor(x)]
        if given and floats(layer):
            for weight in floats(layer):
                scope.add_update((weight, lend(weight, given[0].astype(float))))
            watch(layer, given[0])
        return call(layer, *inputs, **options)

    with (
        keras.StatelessScope() as scope,
        mock.patch.object(keras.layers.Layer, "__call__", watched),
    ):
        result = network(keras.ops.convert_to_tensor(images, "float32"), training=training)
    return keras.ops.convert_to_numpy(result)


@functools.lru_cache(64)
def drawn(kind: str, size: int) -> np.ndarray:
    """Draw two numbers for each value of a weight."""
    return np.random.default_rng(zlib.crc32(f"{kind} {size}".encode())).normal(size=(2, size))


def lend(weight: keras.Variable, given: np.ndarray) -> Any:
    """Draw a weight's values from its kind, its size and how strong its layer's input is.

    Zeros around the input and another shape of the same numbers change nothing, so that a padding
    layer, a Reshape, a Dense in place of a 1x1 or a grouped convolution find the same weights.
    """
    kind = weight.name if weight.name in ("gamma", "beta", "moving_mean", "moving_variance") else ""
    kind, size = kind or ("kernel" if len(weight.shape) > 1 else "bias"), math.prod(weight.shape)
    strengths = np.log([np.abs(given).sum() + 1e-9, (given**2).sum() + 1e-9])
    turn = strengths.round(1) @ [5, 7]  # rounded: what differs in the last digits stays equal
    values = np.cos(turn) * drawn(kind, size)[0] + np.sin(turn) * drawn(kind, size)[1]
    # Biases are small, so that faint images are not decided by them.
    values *= {"kernel": size**-0.25, "bias": 0.1, "gamma": 10}.get(kind, 1)
    if kind == "moving_variance":  # large, so that a layer's epsilon does not matter
        values = 100 * (1.5 + np.sin(values))
    return keras.ops.convert_to_tensor(values.reshape(weight.shape), "float32")
