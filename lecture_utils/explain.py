"""Look inside a trained network: what an activation saw, and which pixels a class depends on.

Images are single, `(height, width, channels)`, as the network takes them. None of these pictures
proves that a network reasons as we do: each answers one narrow question, which its docstring says.
Models are all that `layer_table` takes, with one input; layers have the names that it prints.
A ValueError names what the model or the image does not have, and the layer that is in the way.
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
        maps = values[end][0].numpy()
        sizes = maps.shape[:-1]
        if position is None:
            position = np.unravel_index(maps[..., channel].argmax(), sizes)
        if np.shape(position) != np.shape(sizes):
            raise refused("position", f"an index for each axis of maps of {sizes}", position)
        place = [whole("position", i, 0, n - 1) for i, n in zip(position, sizes, strict=True)]
        signal = np.zeros_like(maps)
        signal[(*place, channel)] = maps[(*place, channel)]
        signal = tf.constant(signal[np.newaxis])
        for call in reversed(chain[1:]):
            signal = _step_back(call, values, signal)
        return signal[0].numpy()


def _pixels(image: np.ndarray, model: keras.Model) -> tf.Tensor:
    """Return an image as a batch of fractions, if the model takes such ones."""
    inputs = getattr(model, "inputs", None) or []  # none before a model without a graph is called
    if not isinstance(model, keras.Model) or len(inputs) > 1:
        raise refused("model", "a keras.Model with one input", model)
    pixels = array("image", image)
    number("image", float(np.abs(pixels).max()), most=3e38)
    shape = inputs[0].shape[1:] if inputs else pixels.shape
    if not tf.TensorShape(shape).is_compatible_with(pixels.shape):
        raise refused("image", f"a single one of shape {shape}, as the model takes it", image)
    return tf.constant(pixels[np.newaxis], "float32")


def _one(calls: list[Call], layer: str | keras.layers.Layer, channel: int = 0) -> Call:
    """Find the only call of a layer, which must have this channel."""
    call, *others = find(calls, layer)
    if others:
        raise refused("layer", "used once", layer, "ask for a layer that follows it")
    channels = call.shape[-1] if len(call.shape) > 1 else 0
    whole("channel", channel, 0, channels - 1, advice=f"{call} has {channels} of them")
    return call


def _compute(calls: list[Call], values: dict[Call, tf.Tensor]) -> dict[Call, tf.Tensor]:
    """Compute the output of each call that is not in `values` yet, and put it there."""
    for call in calls:
        if call not in values:
            values[call] = _apply(call, *(values[source] for source in call.inputs))
    return values


def _apply(call: Call, *inputs: tf.Tensor, **settings: object) -> tf.Tensor:
    """Compute a call's output, with a layer that differs in some of its settings."""
    layer = call.layer
    if isinstance(layer, layers.Conv2D) and layer.kernel_size == (1, 1) != layer.strides:
        # TensorFlow 2.21 writes beyond its memory in the gradient of a 1x1 convolution with a
        # stride, and the kernel dies: so pixels that it would skip go first, which is the same.
        rows, columns = layer.strides
        inputs = [x[:, ::rows, ::columns] for x in inputs]
        settings["strides"] = (1, 1)
    if settings:  # the model's layer stays as it is: a twin shares its weights
        layer = object.__new__(type(layer))
        layer.__dict__.update(call.layer.__dict__ | settings)
    return call.compute(layer, inputs)


def _step_back(call: Call, values: dict[Call, tf.Tensor], signal: tf.Tensor) -> tf.Tensor:
    """Carry a signal from a call's output to its input."""
    if isinstance(call.layer, LocalResponseNormalization):
        return signal
    x, step = values[call.inputs[0]], partial(_apply, call)
    activation = getattr(call.layer, "activation", None)
    if callable(activation) and _is_relu(activation, signal):
        signal, step = tf.nn.relu(signal), partial(_apply, call, activation=linear)
        known = _is_linear(step, x) and np.allclose(tf.nn.relu(step(x)), values[call], 1e-3)
    elif _is_relu(step, x):
        return tf.nn.relu(signal)
    else:
        pools = any("MaxPool" in kind.__name__ for kind in type(call.layer).__mro__)
        known = pools or _is_linear(step, x)
    if not known:
        wanted = "linear, a plain ReLU or a max pooling to be walked back through"
        name = getattr(activation, "__name__", activation)
        raise refused(str(call), wanted, call.kind, f"its activation is {name}")
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
    image = array("image", image, ("rows", "columns"), ("rows", "columns", "channels"))
    pixels = _pixels(image, model)
    whole("size", size, 1, min(image.shape[:2]))
    whole("stride", stride)
    colour = array("fill", fill)
    number("fill", np.abs(colour).max(), most=3e38)
    if colour.shape not in ((), image.shape[2:]):
        raise refused("fill", "a number, or one for each channel", fill)
    tops, lefts = (range(0, side - size + 1, stride) for side in image.shape[:2])
    places = [(top, left) for top in tops for left in lefts]
    seen = []
    for first in range(0, len(places), 32):
        covered = np.repeat(pixels, len(places[first : first + 32]), axis=0)
        for patch, (top, left) in zip(covered, places[first:], strict=False):
            patch[top : top + size, left : left + size] = colour
        probabilities = model.predict_on_batch(covered)
        _check_label(label, *keras.tree.flatten(probabilities))
        seen.extend(probabilities[:, label])
    return np.reshape(seen, (len(tops), len(lefts)))


def _check_label(label: int, *outputs: np.ndarray | Call) -> None:
    """Check the number of a class, and that the model gives one number for each."""
    shapes = [tuple(output.shape) for output in outputs]
    if list(map(len, shapes)) != [2]:
        raise refused("model", "a classifier with one output, (batch, classes)", shapes)
    whole("label", label, 0, shapes[0][1] - 1, advice=f"there are {shapes[0][1]} classes or units")


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
    calls, outputs = trace_outputs(model)
    _check_label(0 if label is None else label, *outputs)
    last = outputs[0]
    end = last.inputs[0] if last.kind in ACTIVATIONS else last
    own = end is last and isinstance(end.layer, layers.Dense)
    path = path_to(end, calls)
    with_maps = [call for call in path if len(call.shape) == 4]
    wide = [call for call in with_maps if call.inputs and call.shape[1:3] != (1, 1)]
    if layer is None and not wide:
        raise refused("model", "one with a layer of maps, which Grad-CAM weighs", model)
    chosen = wide[-1] if layer is None else _one(calls, layer)
    if chosen not in with_maps:
        wanted = "one with maps (rows, columns, channels) that the score is computed from"
        raise refused("layer", wanted, chosen.name)
    start = path.index(chosen) + 1
    values = _compute(path[:start], {calls[0]: _pixels(image, model)})
    with tf.GradientTape() as tape:
        tape.watch(values[chosen])
        _compute(path[start:-1], values)
        scores = _apply(
            end, *(values[source] for source in end.inputs), **{"activation": linear} if own else {}
        )[0]
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
