"""Receptive fields against papers, recurrences and gradients."""

import contextlib
import random

import numpy as np
import pytest
from small_models import box, chain

from lecture_utils.anatomy import blueprint, layer_table, receptive_field
from lecture_utils.anatomy.fields import seen_by_each
from lecture_utils.backend import keras
from lecture_utils.models import convnet_mnist

layers, apps = keras.layers, keras.applications


def recurrence(*stack):
    """Size, jump and start after (kernel, stride, padding in front), ... : Araujo et al. 2019."""
    size, jump, start = 1, 1, 0
    for kernel, stride, padding in stack:
        size += (kernel - 1) * jump
        start -= padding * jump
        jump *= stride
    return (size, size), (jump, jump), (start, start)


def test_fields_of_the_lectures_convnet():
    plain, pooled = convnet_mnist(pooling=False), convnet_mnist()
    assert receptive_field(plain, "conv3") == ((7, 7), (1, 1), (0, 0))
    assert receptive_field(pooled, "conv3") == recurrence(
        *[(3, 1, 0), (2, 2, 0), (3, 1, 0), (2, 2, 0), (3, 1, 0)]
    )
    # Three windows of 18 pixels, 4 apart: the last two rows and columns are seen by nothing.
    for layer in ("flatten", pooled.layers[-1]):
        assert receptive_field(pooled, layer) == ((26, 26), (0, 0), (0, 0))
        assert receptive_field(pooled, layer, position=0).size == (26, 26)


RESNET50 = [(7, 2, 3), (3, 2, 1)]
for blocks, stride in ((3, 1), (4, 2), (6, 2), (3, 2)):
    RESNET50 += [(1, stride, 0), (3, 1, 1)] + [(3, 1, 1)] * (blocks - 1)


@pytest.mark.parametrize(
    ("build", "layer", "field"),
    [
        # Araujo et al. 2019: size 212, stride 32, padding 90; size 315, stride 32, padding 126.
        (apps.VGG16, "block5_pool", ((212, 212), (32, 32), (-90, -90))),
        (apps.MobileNet, "conv_pw_13_relu", ((315, 315), (32, 32), (-126, -126))),
        (apps.ResNet50, "conv5_block3_out", recurrence(*RESNET50)),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_fields_of_published_networks(build, layer, field):
    model = blueprint(build, weights=None)
    assert receptive_field(model, layer) == field
    assert receptive_field(model, model.layers[-1]).jump == (0, 0)


def test_fields_of_upsampled_maps():
    """Two doubled pixels are two halves of one pixel, or the halves of two."""
    up = chain((16, 16, 1), layers.UpSampling2D(2), layers.Conv2D(1, 2, name="conv"))
    assert receptive_field(up, "conv") == ((2, 2), (0.5, 0.5), (0, 0))
    assert receptive_field(up, "conv", position=0).size == (1, 1)
    assert receptive_field(up, "conv", position=1).size == (2, 2)
    transposed = chain((16, 16, 1), layers.Conv2DTranspose(1, 4, strides=2, name="up"))
    assert receptive_field(transposed, "up") == ((2, 2), (0.5, 0.5), (-1, -1))
    back = chain((16, 1), layers.MaxPooling1D(2), layers.UpSampling1D(2, name="up"))
    assert receptive_field(back, "up") == ((2,), (1,), (0,))
    three, thirds = layers.UpSampling1D(3, name="up"), layers.Conv1D(1, 2, strides=3)
    assert receptive_field(chain((16, 1), three), "up").jump == (pytest.approx(1 / 3),)
    # The first six windows differ, and then they repeat.
    six = chain((16, 1), layers.UpSampling1D(2), thirds, three)
    assert receptive_field(six, "up") == ((2,), (0.5,), (0,))


def test_axes_are_kept_apart():
    model = chain(
        (30, 40, 1),
        layers.Conv2D(1, (1, 5), strides=(1, 3), name="conv"),
        layers.ZeroPadding2D(((0, 0), (2, 0))),
        layers.MaxPooling2D((3, 2), strides=(2, 1), name="pool"),
    )
    assert receptive_field(model, "pool") == ((3, 8), (2, 3), (0, -6))
    assert receptive_field(model, "pool", position=(1, 2)) == ((3, 8), (2, 3), (2, 0))


def test_a_mean_of_the_whole_map_lets_each_position_see_it():
    inputs = keras.Input((12, 12, 4))
    x = layers.Conv2D(4, 3, padding="same", name="before")(inputs)
    gate = layers.GlobalAveragePooling2D()(layers.Cropping2D(3)(x))
    gate = layers.Dense(4, activation="sigmoid")(gate)
    gate = layers.Reshape((1, 1, 4))(gate)
    x = layers.Multiply(name="gated")([x, gate])
    model = keras.Model(inputs, layers.GroupNormalization(2, name="norm")(x))
    assert receptive_field(model, "before").size == (3, 3)
    # The gate alone does not see the border of the map.
    for name, size, start in (("gated", (10, 10), (2, 0)), ("norm", (12, 12), (0, 0))):
        assert receptive_field(model, name) == ((14, 14), (0, 0), (-1, -1))
        assert receptive_field(model, name, position=(11, 0)) == (size, (0, 0), start)


def test_layers_are_found_in_nested_and_shared_models():
    inner = layers.Conv2D(1, 3, name="conv")
    image, pool = keras.Input((None, None, 1)), layers.MaxPooling2D(2)
    part = keras.Sequential([image, inner, pool], name="part")
    once = chain((20, 20, 1), part, layers.Conv2D(1, 3, name="last"))
    assert receptive_field(once, "part/conv") == ((3, 3), (1, 1), (0, 0))
    assert receptive_field(once, inner) == receptive_field(once, "part/conv")
    assert receptive_field(once, "last") == ((8, 8), (2, 2), (0, 0))

    twice = chain((20, 20, 1), part, part, layers.Activation("relu", name="last"))
    assert receptive_field(twice, "last") == ((10, 10), (4, 4), (0, 0))
    with pytest.raises(ValueError, match="got 'part/conv': it is used 2 times"):
        receptive_field(twice, "part/conv")

    left, right = keras.Input((9, 9, 1), name="left"), keras.Input((9, 9, 1), name="right")
    shared = layers.Conv2D(1, 5, name="shared")
    pair = keras.Model([left, right], layers.Add(name="sum")([shared(left), shared(right)]))
    assert receptive_field(pair, "shared").size == (5, 5)
    with pytest.raises(ValueError, match=r"'sum' .* single input, got .*'left'"):
        receptive_field(pair, "sum")


@pytest.fixture
def double():
    """Let new layers compute in float64, in which small gradients stay above zero."""
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_dtype_policy("float32")


def pixels_that_matter(model, positions):
    """Size and first pixel of where each output position has a gradient; size 0 for nowhere."""
    import tensorflow as tf

    shape = (len(positions), *model.input_shape[1:])  # one image for each position
    images = tf.constant(np.random.default_rng(0).uniform(0.5, 1.0, shape))
    with tf.GradientTape() as tape:
        tape.watch(images)
        outputs = model(images, training=False)
        values = tf.gather_nd(outputs, [(n, *p, 0) for n, p in enumerate(positions)])
    return [box(gradient[..., 0]) for gradient in tape.gradient(values, images).numpy()]


class Draw:
    """Draws small graphs in which nothing cancels: all weights and pixels are positive."""

    def __init__(self, seed, axes, pooling):
        self.random = random.Random(seed)
        self.axes = axes
        self.pooling = pooling

    def kind(self, name, ending=""):
        return getattr(layers, f"{name}{self.axes}D{ending}")

    def whole(self, low, high):
        return tuple(self.random.randint(low, high) for _ in range(self.axes))

    def pairs(self, pairs):
        """As zero padding and cropping take them: without the outer bracket on one axis."""
        return pairs if self.axes == 2 else pairs[0]

    def padding(self):
        return self.random.choice(["valid", "same"])

    def convolution(self):
        kind = self.random.choice(["Conv", "DepthwiseConv", "SeparableConv"])
        settings = {"kernel_size": self.whole(1, 4), "padding": self.padding()}
        if kind == "Conv" and self.random.random() < 0.6:
            settings["dilation_rate"] = self.whole(1, 3)
            if self.axes == 1 and self.random.random() < 0.5:
                settings["padding"] = "causal"
        if kind != "DepthwiseConv":
            settings["filters"] = 1
        weights = {"Conv": ["kernel"], "SeparableConv": ["depthwise", "pointwise"]}
        names = weights.get(kind, ["depthwise"])
        return self.kind(kind)(**settings, **{f"{name}_initializer": "ones" for name in names})

    def down(self, stride, padding):
        size = self.whole(1, 4)
        if self.random.random() < 0.5:
            return self.kind(self.pooling)(size, strides=stride, padding=padding)
        settings = {"strides": stride, "padding": padding, "kernel_initializer": "ones"}
        return self.kind("Conv")(1, size, **settings)

    def up(self, factor, padding):
        if self.random.random() < 0.4:
            size = tuple(f + self.random.randint(0, 2) for f in factor)
            settings = {"strides": factor, "padding": padding, "kernel_initializer": "ones"}
            return self.kind("Conv", "Transpose")(1, size, **settings)
        if self.axes == 1:
            return layers.UpSampling1D(*factor)
        kind = self.random.choice(["nearest", "bilinear"])
        return layers.UpSampling2D(factor, interpolation=kind)

    def layer(self, x):
        kind = self.random.choice(["convolution", "down", "up", "ZeroPadding", "Cropping", "norm"])
        if kind == "convolution":
            return self.convolution()(x)
        if kind in ("down", "up"):
            return getattr(self, kind)(self.whole(1, 3), self.padding())(x)
        if kind == "norm":
            return layers.BatchNormalization()(x)
        pairs = tuple(zip(self.whole(0, 3), self.whole(0, 3), strict=True))
        return self.kind(kind)(self.pairs(pairs))(x)

    def fit(self, x, sizes):
        """Crop or pad with zeros to given sizes, more on one side than on the other."""
        for kind, sign in [("ZeroPadding", 1), ("Cropping", -1)]:
            pairs = []
            for want, have in zip(sizes, x.shape[1:-1], strict=True):
                total = max(sign * (want - have), 0)
                first = self.random.randint(0, total)
                pairs.append((first, total - first))
            x = self.kind(kind)(self.pairs(pairs))(x)
        return x

    def branches(self, x):
        move = self.random.choice([None, self.down, self.up])
        step = self.whole(2, 3)
        maps = []
        for _ in range(self.random.randint(2, 3)):
            y = move(step, "same")(x) if move else x
            if self.random.random() < 0.7:
                y = self.convolution()(y)
            maps.append(self.fit(y, maps[0].shape[1:-1]) if maps else y)
        kind = self.random.choice(["Add", "Average", "Multiply", "Concatenate"])
        if kind == "Multiply":  # a factor of zero would hide the other one
            maps = [layers.Rescaling(1.0, offset=1.0)(y) for y in maps]
        merged = getattr(layers, kind)()(maps)
        return layers.Dense(1, kernel_initializer="ones")(merged)

    def nested(self, x):
        """A model made for any size, used twice."""
        inputs = keras.Input((*(None,) * self.axes, 1))
        part = keras.Model(inputs, self.convolution()(self.down(self.whole(1, 2), "same")(inputs)))
        return part(part(x))

    def model(self, sizes, steps):
        inputs = x = keras.Input((*sizes, 1))
        for _ in range(steps):
            step = self.random.choices([self.layer, self.branches, self.nested], [6, 3, 1])[0]
            with contextlib.suppress(ValueError):  # Keras: the map is too small for this step
                x = step(x)
        return keras.Model(inputs, layers.Identity(name="asked")(x))


def draw(seed, axes, sizes, steps):
    """The same graph twice, to examine and to differentiate.

    The gradient of a maximum reaches a single pixel, so that the second has averages.
    """
    maxima = Draw(seed, axes, "MaxPooling").model(sizes, steps)
    averages = Draw(seed, axes, "AveragePooling").model(sizes, steps)
    assert maxima.output_shape == averages.output_shape
    return maxima, averages


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("axes", [1, 2])
def test_the_field_of_a_position_is_where_its_gradient_is(axes, seed):
    rng = random.Random(seed)
    sizes = [rng.randint(9, 20) for _ in range(axes)]
    model, differentiable = draw(seed, axes, sizes, steps=4)
    outputs = model.output_shape[1:-1]
    positions = [tuple(rng.choice([0, n // 2, n - 1]) for n in outputs) for _ in range(4)]
    positions += [tuple(rng.randrange(n) for n in outputs) for _ in range(4)]
    fields_there = [receptive_field(model, "asked", position) for position in positions]
    expected = pixels_that_matter(differentiable, positions)
    assert [(field.size, field.start) for field in fields_there] == expected
    assert layer_table(model).parameters == model.count_params()


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("seed", range(6))
def test_size_jump_and_start_are_those_of_gradients_far_from_the_edges(seed):
    model, differentiable = draw(1000 + seed, 1, [2000], steps=2)
    size, jump, start = (numbers[0] for numbers in receptive_field(model, "asked"))
    # After two upsamplings by 2 or 3 the windows repeat every 36 positions or more often.
    middle = model.output_shape[1] // 2 // 36 * 36
    seen = pixels_that_matter(differentiable, [(middle + i,) for i in range(36)])
    assert max(size for (size,), _ in seen) == size
    assert seen[0][1][0] == pytest.approx(start + middle * jump)


def test_what_each_position_sees_is_its_own_field():
    model = draw(0, 2, [12, 15], steps=4)[0]
    for axis, pairs in enumerate(seen_by_each(model, ["asked"])["asked"]):
        middle = [count // 2 for count in model.output_shape[1:-1]]
        for i, pair in enumerate(pairs):
            middle[axis] = i
            field = receptive_field(model, "asked", tuple(middle))
            assert pair == (field.start[axis], field.size[axis])


def test_branches_must_move_together():
    x = keras.Input((4, 4, 1))
    two = [layers.Conv2D(1, 1, strides=2)(x), layers.Conv2D(1, 3)(x)]
    model = keras.Model(x, layers.Add(name="sum")(two))
    with pytest.raises(ValueError, match=r"'sum' .* same number of pixels, got \[1.0, 2.0\]"):
        receptive_field(model, "sum")


def test_an_input_needs_axes():
    with pytest.raises(ValueError, match=r"'scores' .* axes between batch and channels"):
        receptive_field(chain((784,), layers.Dense(10, name="scores")), "scores")


@pytest.mark.parametrize("position", [(5, 0), (0, -1), (0,), (0, 0, 0), (0.5, 0), "ab", 5])
def test_a_position_must_lie_on_the_map(position):
    with pytest.raises(ValueError, match=r"position must be .*got"):
        receptive_field(convnet_mnist(), "pool2", position=position)
