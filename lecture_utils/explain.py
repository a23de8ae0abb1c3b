"""Look inside a trained network: what an activation saw, and which pixels a class depends on.

Images are single, `(height, width, channels)`, as the network takes them. None of these pictures
proves that a network reasons as we do: each answers one narrow question, which its docstring says.
Models are all that `layer_table` takes, with one input; layers have the names that it prints.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import tensorflow as tf

from lecture_utils.anatomy.graph import Call, find, path_to, trace, trace_outputs
from lecture_utils.backend import keras
from lecture_utils.checks import array, number, refused, whole
from lecture_utils.models.common import LocalResponseNormalization

layers = keras.layers
linear = keras.activations.linear
# Linear whatever their weights are, but for an activation: trying that takes longer than the way.
LINEAR = (layers.Conv2D, layers.Dense, layers.Flatten, layers.ZeroPadding2D)
ACTIVATIONS = ("Activation", "Softmax", "LogSoftmax", "Sigmoid")  # layers, and of `keras.ops`


class DeconvNet:
    """Project an activation of a chain of layers back to pixels.

    It walks the network backwards: a pooling puts each value back to where the maximum came from
    (the *switches*), a ReLU lets only positive values pass, a convolution is transposed.
    Normalizations across channels are skipped.

    The question it answers: which pattern of this image, at this place, excited this one value?

    Args:
        model: A chain of layers that are linear at rest, ReLUs in any form, or max poolings.

    Source: Zeiler, Fergus, Visualizing and Understanding Convolutional Networks, ECCV 2014
    (arXiv:1311.2901), section 2.1.

    Lecture 08 builds it by hand.
    """

    def __init__(self, model: keras.Model):
        self.model, self.calls = model, trace(model)

    def project(
        self, image: np.ndarray, layer: str, channel: int, position: tuple[int, int] | None = None
    ) -> np.ndarray:
        """Project one value of a feature map back to the pixels.

        Args:
            image: Shape (height, width, channels).
            layer: Name of a layer with maps; with its activation, if it has one.
            channel: Number of one of its maps.
            position: Row and column in the map, () for a unit; those of the largest value if None.

        Returns:
            An array of the image's shape, positive where more would have raised the value.
        """
        end = _one(self.calls, layer, channel)
        chain = path_to(end, self.calls)
        for call in chain:
            if len(call.inputs) > 1:
                raise refused("model", f"a chain up to {end}", self.model, f"{call} joins branches")
        values = _compute(chain, {self.calls[0]: _pixels(image, self.model)})
        maps = values[end].numpy()
        sizes = maps.shape[1:-1]
        if position is None:
            position = np.unravel_index(maps[..., channel].argmax(), sizes)
        if np.shape(position) != np.shape(sizes):
            raise refused("position", f"an index for each axis of maps of {sizes}", position)
        place = [whole("position", i, 0, n - 1) for i, n in zip(position, sizes, strict=True)]
        signal = np.zeros_like(maps)
        signal[(0, *place, channel)] = maps[(0, *place, channel)]
        for call in reversed(chain[1:]):
            signal = _step_back(call, values, signal)
        return np.asarray(signal[0])


def _pixels(image: np.ndarray, model: keras.Model, *axes: tuple[str, ...]) -> tf.Tensor:
    """Return an image as a batch of one, if the model takes such images."""
    if len(model.inputs) > 1:
        raise refused("model", "one with a single input", model)
    pixels = array("image", image, *axes)
    number("image", float(np.abs(pixels).max()), most=3e38)
    shape = model.inputs[0].shape[1:]
    if pixels.shape != shape:
        raise refused("image", f"a single one of shape {shape}, as the model takes it", image)
    return tf.constant(pixels[np.newaxis], "float32")


def _one(calls: list[Call], layer: str | keras.layers.Layer, channel: int = 0) -> Call:
    """Find the only call of a layer, which must have this channel."""
    call, *others = find(calls, layer)
    if others:
        raise refused("layer", "used once", layer, "ask for a layer that follows it")
    channels = call.shape[-1] or 0  # none where there is but the batch
    whole("channel", channel, 0, channels - 1, advice=f"{call} has {channels} of them")
    return call


def _compute(calls: list[Call], values: dict[Call, tf.Tensor], **settings: object) -> dict:
    """Compute the output of each call that is not in `values` yet, and put it there."""
    for call in calls:
        if call not in values:
            values[call] = call.compute(*(values[each] for each in call.inputs), **settings)
    return values


def _step_back(call: Call, values: dict[Call, tf.Tensor], signal: tf.Tensor) -> tf.Tensor:
    """Carry a signal from a call's output to its input."""
    if isinstance(call.layer, LocalResponseNormalization):
        return signal
    x, step = values[call.inputs[0]], call.compute
    activation = getattr(call.layer, "activation", None)
    relu = activation is keras.activations.relu
    known = type(call.layer) in LINEAR and (relu or activation in (None, linear))
    if relu or (not known and callable(activation) and _is_relu(activation, signal)):
        signal, step = tf.nn.relu(signal), partial(step, activation=linear)
        known = known or (
            _is_linear(step, x) and np.allclose(tf.nn.relu(step(x)), values[call], 1e-3)
        )
    elif not known and _is_relu(step, x):
        return tf.nn.relu(signal)
    else:
        known = known or "MaxPool" in call.kind or _is_linear(step, x)
    if not known:
        came = getattr(activation, "__name__", call.kind)
        raise refused(str(call), "linear, a plain ReLU or a max pooling to be walked back", came)
    # The transpose of a layer is what carries a gradient back through it: for a convolution the
    # transposed convolution, for a pooling the unpooling with its switches.
    with tf.GradientTape() as tape:
        tape.watch(x)
        output = step(x)
    return tape.gradient(output, x, signal, unconnected_gradients="zero")


def _is_relu(function: Callable[[tf.Tensor], tf.Tensor], like: tf.Tensor) -> bool:
    """Try a function on a few numbers: a ReLU has many names."""
    numbers = np.resize([1, -0.1, 0.3], like.shape)
    tried = (tf.constant(scale * numbers, like.dtype) for scale in (1, -1, 100, -100))
    pairs = ((tf.nn.relu(x), function(x)) for x in tried)
    return all(x.shape == y.shape and np.allclose(x, y, 1e-3, 1e-6) for x, y in pairs)


def _is_linear(function: Callable[[tf.Tensor], tf.Tensor], like: tf.Tensor) -> bool:
    """Tell if the middle of two inputs gives the middle of their outputs."""
    numbers = np.random.default_rng(0).normal(0, 10, (2, 997))
    a, b = (tf.constant(np.resize(row, like.shape), like.dtype) for row in numbers)
    ends = function(a) + function(b)
    return np.allclose(2 * function((a + b) / 2), ends, 0, 5e-3 * np.abs(ends).max())


def occlusion_map(
    model: keras.Model,
    image: np.ndarray,
    label: int,
    size: int = 8,
    stride: int = 4,
    fill: float = 0.0,
) -> np.ndarray:
    """Cover one place of an image after another; see what is left of a class's probability.

    The question it answers: how much does the answer change when the network cannot see this
    place? Where the probability falls most, it needed these pixels, or the patch confused it.

    Args:
        model: A classifier, from images to probabilities.
        image: Shape (height, width, channels).
        label: Number of the class; 0 if there is a single unit.
        size: Height and width of the patch, in pixels.
        stride: Pixels from one place to the next.
        fill: The value of the patch, such as the mean of the images, or one for each channel.

    Returns:
        The probability of the class for each place, (rows, columns): row r, column c is the patch
        whose upper left pixel is (r * stride, c * stride).

    Source: Zeiler, Fergus, Visualizing and Understanding Convolutional Networks, section 4.2.

    Lecture 08 builds it by hand.
    """
    _classifier(model, label)
    pixels = _pixels(image, model, ("rows", "columns"), ("rows", "columns", "channels"))
    _, rows, columns, *channels = pixels.shape
    size, stride = whole("size", size, 1, min(rows, columns)), whole("stride", stride)
    colour = array("fill", fill)
    number("fill", np.abs(colour).max(), most=3e38)
    if colour.shape not in ((), tuple(channels)):
        raise refused("fill", "a number, or one for each channel", fill)
    tops, lefts = range(0, rows - size + 1, stride), range(0, columns - size + 1, stride)
    places = [(top, left) for top in tops for left in lefts]
    seen = []
    for first in range(0, len(places), 32):
        batch = places[first : first + 32]
        covered = np.repeat(pixels, len(batch), axis=0)
        for patch, (top, left) in zip(covered, batch, strict=True):
            patch[top : top + size, left : left + size] = colour
        seen.extend(model.predict_on_batch(covered)[:, label])
    return np.reshape(seen, (len(tops), len(lefts)))


def _classifier(model: keras.Model, label: int) -> tuple[list[Call], Call]:
    """Return the calls of a model that knows a class, and the one that answers."""
    calls, outputs = trace_outputs(model)
    shapes = [call.shape for call in outputs]
    if list(map(len, shapes)) != [2]:
        raise refused("model", "a classifier with one output, (batch, classes)", shapes)
    classes = shapes[0][1]
    whole("label", label, 0, classes - 1, advice=f"there are {classes} classes or units")
    return calls, outputs[0]


def grad_cam(
    model: keras.Model, image: np.ndarray, label: int | None = None, layer: str | None = None
) -> np.ndarray:
    """Weigh a layer's maps by how much each raises a class: a coarse map of the evidence.

    The question it answers: at which places of the last maps is there something that, by the
    gradient, speaks for this class?

    Args:
        model: A classifier. Scores are taken before the last activation, such as a softmax.
        image: Shape (height, width, channels).
        label: Number of the class, 0 if there is a single unit; the most probable one if None.
        layer: Name of a layer with maps; the last one with maps of several positions if None.

    Returns:
        An array (rows, columns) of the layer's size, from 0 to 1.

    Source: Selvaraju et al., Grad-CAM, ICCV 2017 (arXiv:1610.02391), section 3.

    Lecture 08 builds it by hand.
    """
    calls, end = _classifier(model, 0 if label is None else label)
    settings = {"activation": linear} if isinstance(end.layer, layers.Dense) else {}
    if end.kind in ACTIVATIONS:
        end = end.inputs[0]
    path = path_to(end, calls)
    with_maps = [call for call in path if len(call.shape) == 4]
    wide = [call for call in with_maps if call.inputs and call.shape[1:3] != (1, 1)]
    if layer is None and not wide:
        raise refused("model", "one with a layer of maps, which Grad-CAM weighs", model)
    chosen = wide[-1] if layer is None else _one(calls, layer)
    if chosen not in with_maps:
        raise refused("layer", "one with maps that the score is computed from", chosen.name)
    values = _compute(path[: path.index(chosen) + 1], {calls[0]: _pixels(image, model)})
    with tf.GradientTape() as tape:
        tape.watch(values[chosen])
        _compute(path[:-1], values)
        scores = _compute([end], values, **settings)[end][0]
        score = scores[tf.argmax(scores) if label is None else label]
    slopes = tape.gradient(score, values[chosen], unconnected_gradients="zero")
    weights = tf.reduce_mean(slopes, axis=(1, 2), keepdims=True)
    heat = tf.nn.relu(tf.reduce_sum(weights * values[chosen], axis=-1))[0].numpy()
    return heat / np.float32(max(heat.max(), 1e-12))


def maximize_activation(
    model: keras.Model,
    layer: str,
    channel: int,
    steps: int = 100,
    rate: float = 0.1,
    decay: float = 0.01,
    seed: int = 0,
) -> np.ndarray:
    """Climb from noise to an image that excites one map, or one logit, as much as it can.

    The question it answers: what would this unit like best? The answer need not look like
    anything that the network was trained on.

    Args:
        model: Takes images.
        layer: Name of a layer with maps or with units.
        channel: Number of the map, or of the unit.
        steps: Number of steps.
        rate: Length of a step, as a root mean square of its pixels.
        decay: Share by which each step fades the image, so that unneeded pixels vanish.
        seed: The same seed gives the same noise.

    Returns:
        An image of the model's input shape.

    Source: Erhan, Bengio, Courville, Vincent, Visualizing Higher-Layer Features of a Deep Network,
    technical report 1341, University of Montreal, 2009.

    Lecture 08 uses it.
    """
    calls = trace(model)
    chosen = _one(calls, layer, channel)
    whole("steps", steps, least=0, most=10_000)
    number("rate", rate, above=0)
    number("decay", decay, least=0, most=1)
    path = path_to(chosen, calls)
    noise = np.random.default_rng(whole("seed", seed, 0)).normal(0, 0.1, calls[0].shape[1:])
    image = tf.Variable(_pixels(noise, model))

    @tf.function(autograph=False)
    def climb():
        with tf.GradientTape() as tape:
            values = _compute(path, {calls[0]: tf.convert_to_tensor(image)})
            score = tf.reduce_mean(values[chosen][..., channel])
        slope = tape.gradient(score, image)
        if slope is None:
            raise refused("layer", "one whose values change with the pixels", chosen.name)
        slope /= tf.sqrt(tf.reduce_mean(slope**2)) + 1e-8
        image.assign((1 - decay) * image + rate * slope)

    for _ in range(steps):
        climb()
    return image[0].numpy()
