"""Look inside a trained network: what an activation saw, and which pixels a class depends on.

Images are single, `(height, width, channels)`, as the network takes them. None of these pictures
proves that a network reasons as we do: each answers one narrow question, which its docstring says.
A ValueError names a layer, a channel or a size that the model or the image does not have.
"""

import numpy as np
import tensorflow as tf

from lecture_utils.backend import keras
from lecture_utils.models.common import LocalResponseNormalization

layers = keras.layers


class DeconvNet:
    """Project an activation of a chain of layers back to pixels.

    It walks the network backwards: a pooling puts each value back to where the maximum came from
    (the *switches*), a ReLU lets only positive values pass, a convolution is transposed.
    Normalizations across channels are skipped.

    The question it answers: which pattern of this image, at this place, excited this one value?

    Args:
        model: A functional model without branches, up to the layer that is asked for.

    Source: Zeiler, Fergus, Visualizing and Understanding Convolutional Networks, ECCV 2014
    (arXiv:1311.2901), section 2.1.

    Lecture 08 builds it by hand.
    """

    def __init__(self, model: keras.Model):
        self.model = model

    def project(
        self, image: np.ndarray, layer: str, channel: int, position: tuple[int, int] | None = None
    ) -> np.ndarray:
        """Project one value of a feature map back to the pixels.

        Args:
            image: Shape (height, width, channels).
            layer: Name of a layer with maps; with its activation, if it has one.
            channel: Number of one of its maps.
            position: Row and column in the map; those of its largest value if None.

        Returns:
            An array of the image's shape, positive where more would have raised the value.
        """
        chain = _chain(self.model, layer)
        inputs = [tf.convert_to_tensor(image[np.newaxis])]
        for step in chain:
            inputs.append(step(inputs[-1], training=False))
        maps = inputs.pop()[0].numpy()
        _check_channel(layer, channel, maps.shape[-1])
        if position is None:
            position = np.unravel_index(maps[..., channel].argmax(), maps.shape[:2])
        signal = np.zeros_like(maps)
        signal[(*position, channel)] = maps[(*position, channel)]
        signal = tf.convert_to_tensor(signal[np.newaxis])
        for step, x in zip(reversed(chain), reversed(inputs), strict=True):
            signal = _step_back(step, x, signal)
        return signal[0].numpy()


def _chain(model: keras.Model, name: str) -> list[keras.layers.Layer]:
    """Return the layers from the input to the named one, if each follows the one before."""
    last = _layer(model, name)
    steps = model.layers[1 : model.layers.index(last) + 1]
    for before, step in zip(model.layers, steps, strict=False):
        if step.input is not before.output:
            raise ValueError(
                f"model must be a chain of layers up to layer {name!r}, got {model.name!r}, which "
                f"branches at {step.name!r}."
            )
    return steps


def _layer(model: keras.Model, name: str) -> keras.layers.Layer:
    try:
        return model.get_layer(name)
    except ValueError:
        names = ", ".join(layer.name for layer in model.layers)
        raise ValueError(f"layer must be one of {names}, got {name!r}.") from None


def _check_channel(layer: str, channel: int, channels: int) -> None:
    if not 0 <= channel < channels:
        raise ValueError(
            f"channel must be 0 to {channels - 1}, the maps of layer {layer!r}, got {channel!r}."
        )


def _step_back(step: keras.layers.Layer, x: tf.Tensor, signal: tf.Tensor) -> tf.Tensor:
    """Carry a signal from a layer's output to its input `x`."""
    if isinstance(step, LocalResponseNormalization):
        return signal
    activation = getattr(step, "activation", None)
    if isinstance(step, layers.ReLU) or activation is keras.activations.relu:
        signal = tf.nn.relu(signal)
    if isinstance(step, (layers.ReLU, layers.Activation)):
        return signal
    # The transpose of a layer is what carries a gradient back through it: for a convolution the
    # transposed convolution, for a pooling the unpooling with its switches.
    with tf.GradientTape() as tape:
        tape.watch(x)
        output = _without_activation(step, x)
    return tape.gradient(output, x, output_gradients=signal)


def _without_activation(step: keras.layers.Layer, x: tf.Tensor) -> tf.Tensor:
    if not hasattr(step, "activation"):
        return step(x, training=False)
    activation, step.activation = step.activation, keras.activations.linear
    try:
        return step(x, training=False)
    finally:
        step.activation = activation


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
        label: Number of the class.
        size: Height and width of the patch, in pixels.
        stride: Pixels from one place to the next.
        fill: The value of the patch, such as the mean of the images.

    Returns:
        The probability of the class for each place, (rows, columns): row r, column c is the patch
        whose upper left pixel is (r * stride, c * stride).

    Source: Zeiler, Fergus, Visualizing and Understanding Convolutional Networks, section 4.2.

    Lecture 08 builds it by hand.
    """
    height, width = image.shape[:2]
    if not 1 <= size <= min(height, width):
        raise ValueError(
            f"size must be 1 to {min(height, width)}, the shorter side of the image, got {size!r}."
        )
    tops, lefts = (range(0, side - size + 1, stride) for side in (height, width))
    places = [(top, left) for top in tops for left in lefts]
    covered = np.repeat(image[np.newaxis], len(places), axis=0)
    for patch, (top, left) in zip(covered, places, strict=True):
        patch[top : top + size, left : left + size] = fill
    probabilities = model.predict(covered, batch_size=32, verbose=0)
    return probabilities[:, label].reshape(len(tops), len(lefts))


def grad_cam(
    model: keras.Model, image: np.ndarray, label: int | None = None, layer: str | None = None
) -> np.ndarray:
    """Weigh a layer's maps by how much each raises a class: a coarse map of the evidence.

    The question it answers: at which places of the last maps is there something that, by the
    gradient, speaks for this class?

    Args:
        model: A classifier with a layer `logits`, as the course's are.
        image: Shape (height, width, channels).
        label: Number of the class; the most probable one if None.
        layer: Name of a layer with maps; the last one that has any if None.

    Returns:
        An array (rows, columns) of the layer's size, from 0 to 1.

    Source: Selvaraju et al., Grad-CAM, ICCV 2017 (arXiv:1610.02391), section 3.

    Lecture 08 builds it by hand.
    """
    with_maps = [each for each in model.layers if len(each.output.shape) == 4]
    chosen = _layer(model, layer) if layer else with_maps[-1]
    inside = keras.Model(model.input, [chosen.output, _layer(model, "logits").output])
    pixels = tf.convert_to_tensor(image[np.newaxis])
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        maps, logits = inside(pixels, training=False)
        score = logits[0, tf.argmax(logits[0]) if label is None else label]
    weights = tf.reduce_mean(tape.gradient(score, maps), axis=(1, 2), keepdims=True)
    heat = tf.nn.relu(tf.reduce_sum(weights * maps, axis=-1))[0].numpy()
    return heat / max(heat.max(), 1e-12)


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
    chosen = _layer(model, layer)
    _check_channel(layer, channel, chosen.output.shape[-1])
    inside = keras.Model(model.input, chosen.output)
    noise = np.random.default_rng(seed).normal(0, 0.1, (1, *model.input_shape[1:]))
    image = tf.Variable(noise, dtype="float32")

    @tf.function
    def climb():
        with tf.GradientTape() as tape:
            score = tf.reduce_mean(inside(image, training=False)[..., channel])
        slope = tape.gradient(score, image)
        slope /= tf.sqrt(tf.reduce_mean(slope**2)) + 1e-8
        image.assign((1 - decay) * image + rate * slope)

    for _ in range(steps):
        climb()
    return image[0].numpy()
