"""Each kind of layer that is known: what it costs, and that it reads just what moves it."""

import numpy as np
import pytest
from small_models import box, chain, own

from lecture_utils.anatomy import count_depth, count_macs, kinds, layer_table, receptive_field
from lecture_utils.backend import keras

layers = keras.layers
ONES = {"kernel_initializer": "ones", "use_bias": False}
JOINS = (layers.Add, layers.Subtract, layers.Multiply, layers.Average)
JOINS += (layers.Maximum, layers.Minimum, layers.Concatenate)

# On two axes these read more, or in another way: sizes that are even, uneven or large.
VARIANTS = [
    (layers.Conv2D(1, (3, 4), padding="same", **ONES), 42 * 12 * 3),
    (layers.Conv2D(1, (5, 2), (2, 3), "same", **ONES), 4 * 2 * 10 * 3),
    (layers.Conv2D(1, (2, 3), padding="same", dilation_rate=(3, 2), **ONES), 42 * 6 * 3),
    (layers.Conv2DTranspose(1, (4, 3), (2, 3), **ONES), 42 * 12 * 3),
    (layers.Conv2DTranspose(1, (4, 5), (3, 2), "same", **ONES), 42 * 20 * 3),
    (layers.Conv2DTranspose(1, 3, 2, "same", output_padding=0, **ONES), 42 * 9 * 3),
    *((layers.Reshape((7, 6, 3)), 0), (layers.UpSampling2D((2, 3)), 0)),
    (layers.UpSampling2D((2, 3), interpolation="bilinear"), 0),
    # Pictures are changed in training only.
    *((layers.RandomFlip(), 0), (layers.RandomRotation(0.5), 0), (layers.RandomZoom(0.5), 0)),
    *((layers.RandomTranslation(0.5, 0.5), 0), (layers.RandomContrast(0.5), 0)),
    (layers.RandomBrightness(0.5), 0),
]


def examples(axes):
    """Layers for maps of 7 pixels, or 7 by 6, with 3 channels, and their MACs, counted by hand."""

    def kind(name, ending=""):
        return getattr(layers, f"{name}{axes}D{ending}")

    def pairs(*pairs):
        return pairs if axes == 2 else pairs[0]

    places = {1: 7, 2: 7 * 6}[axes]
    yield kind("Conv")(4, 3, 2, "same", **ONES), {1: 4 * 3 * 3 * 4, 2: 4 * 3 * 9 * 3 * 4}[axes]
    settings = {"depthwise_initializer": "ones", "use_bias": False}
    yield kind("DepthwiseConv")(2, **settings), {1: 6 * 2 * 3, 2: 6 * 5 * 4 * 3}[axes]
    settings["pointwise_initializer"] = "ones"
    per_place = {1: 2 * 3 + 3 * 4, 2: 4 * 3 + 3 * 4}[axes]
    yield kind("SeparableConv")(4, 2, **settings), {1: 6, 2: 6 * 5}[axes] * per_place
    yield kind("Conv", "Transpose")(2, 3, 2, **ONES), places * 3**axes * 3 * 2
    yield layers.Dense(2, **ONES), places * 3 * 2
    if axes == 2:
        yield from VARIANTS
    for layer in (
        *(kind("MaxPooling")(3, 2), kind("AveragePooling")(3, 2, "same"), kind("UpSampling")(2)),
        *(kind("ZeroPadding")(pairs((2, 0), (1, 3))), kind("Cropping")(pairs((2, 1), (0, 3)))),
        *(kind("GlobalAveragePooling")(), kind("GlobalMaxPooling")(), layers.Flatten()),
        *(layers.GroupNormalization(1), layers.LayerNormalization(), layers.BatchNormalization()),
        *(layers.RMSNormalization(), layers.UnitNormalization(), layers.Rescaling(2.0)),
        layers.Normalization(mean=1.0, variance=2.0),
        *(layers.Identity(), layers.ActivityRegularization(0.1), layers.Activation("tanh")),
        *(layers.ReLU(), layers.LeakyReLU(), layers.PReLU(), layers.ELU(), layers.Softmax()),
        *(layers.Dropout(0.5), kind("SpatialDropout")(0.5), layers.AlphaDropout(0.5)),
        *(layers.GaussianDropout(0.5), layers.GaussianNoise(0.5)),
        layers.Reshape({1: (1, 21), 2: (1, 1, 126)}[axes]),
        *(join() for join in JOINS),
    ):
        yield layer, 0


EXAMPLES = [(axes, *example) for axes in (1, 2) for example in examples(axes)]
# These cost nothing, but no window tells what they read.
NO_WINDOW = [
    *(layers.Permute((2, 1, 3)), layers.Resizing(3, 3), layers.CenterCrop(3, 3)),
    *(layers.RandomCrop(3, 3), layers.RepeatVector(3)),
]


def build(axes, layer):
    """A model that ends with a layer; what joins maps gets the image and sums of neighbours.

    On one axis it gets the mean of the whole map in their place, which is spread over the map.
    """
    x = image = keras.Input((7, 6, 3) if axes == 2 else (7, 3), name="image")
    if isinstance(layer, JOINS):
        mean = layers.GlobalAveragePooling1D(keepdims=True)
        sums = getattr(layers, f"Conv{axes}D")(3, 3, padding="same", **ONES)
        x = [x, (sums if axes == 2 or isinstance(layer, layers.Concatenate) else mean)(x)]
    layer.name = "asked"
    return keras.Model(image, layer(x))


def boxes(model):
    """Size and first pixel of what moves each output position when it is changed a lot."""
    *sizes, channels = model.input_shape[1:]
    image = np.random.default_rng(0).uniform(0.5, 1, (*sizes, channels))
    pixels = list(np.ndindex(*sizes))
    images = np.repeat(image[np.newaxis], 1 + 2 * len(pixels), axis=0)
    for number, pixel in enumerate(2 * pixels, 1):
        images[number][(*pixel, 0)] += 50 if number <= len(pixels) else -50
    outputs = np.asarray(model(images.astype("float32"), training=False))
    moved = (np.abs(outputs[1:] - outputs[0]) > 1e-3).any(axis=-1).reshape(2, *sizes, -1).any(0)
    return [box(moved[..., position]) for position in range(moved.shape[-1])]


@pytest.mark.parametrize(
    ("axes", "layer", "macs"), EXAMPLES, ids=lambda value: getattr(value, "name", None)
)
def test_a_layer_reads_what_moves_it(axes, layer, macs):
    model = build(axes, layer)
    assert layer_table(model)[-1].macs == macs
    places = model.output_shape[1:-1] or (1,) * axes
    fields = [receptive_field(model, "asked", place) for place in np.ndindex(*places)]
    assert [(field.size, field.start) for field in fields] == boxes(model)


@pytest.mark.parametrize("layer", NO_WINDOW, ids=lambda layer: layer.name)
def test_a_layer_without_a_window_is_counted_but_not_followed(layer):
    layer.name = "asked"
    repeats = isinstance(layer, layers.RepeatVector)
    model = chain((7, 3), layers.Flatten(), layer) if repeats else chain((6, 6, 3), layer)
    assert layer_table(model)[-1][1:] == (type(layer).__name__, layer.output.shape, 0, 0)
    with pytest.raises(ValueError, match=r"'asked' .* must be a layer that reads one window"):
        receptive_field(model, "asked")


def test_no_kind_is_forgotten_here():
    tried = {layers.InputLayer, *(type(layer) for _, layer, _ in EXAMPLES), *map(type, NO_WINDOW)}
    assert tried == set(kinds.RULE_OF)


class SubSampling(layers.AveragePooling2D):
    anatomy = {"size": 2, "stride": 2, "macs": 0}  # noqa: RUF012


class Blur(layers.AveragePooling2D):
    @property
    def anatomy(self):
        return {"size": self.pool_size, "padding": self.pool_size[0] // 2, "macs": 25}


def test_layers_of_your_own_declare_their_window():
    blur, last = Blur(5, 1, "same", name="blur"), SubSampling(2, name="last")
    model = chain((20, 20, 1), SubSampling(2), blur, last)
    assert receptive_field(model, "last") == ((12, 12), (4, 4), (-4, -4))
    assert receptive_field(model, "blur", position=(0, 7)) == ((6, 10), (2, 2), (0, 10))
    assert count_macs(model) == 10 * 10 * 25
    norm = own({"size": 1, "stride": (2, 2), "padding": "same", "macs": 3})
    assert receptive_field(norm, "own") == ((1, 1), (2, 2), (0, 0))


def test_a_declaration_must_fit_the_output():
    window = r"`anatomy` of layer 'own' \(Own\) must be a window with \(4, 4\) .* has "
    with pytest.raises(ValueError, match=window + r"\(7, 7\)"):
        receptive_field(own({"size": 2, "macs": 0}), "own")
    for wrong in ({"size": 0}, {"stride": "no"}, {"stride": (1, 2, 3)}, {"dilation": 1.5}):
        with pytest.raises(ValueError, match=window + ".* must be"):
            receptive_field(own({"size": 2, "macs": 0} | wrong), "own")


@pytest.mark.parametrize("macs", [-1, 2.5, "4", None, True, np.nan, [1]])
def test_declared_macs_are_a_count(macs):
    for count in (count_macs, layer_table, count_depth):
        with pytest.raises(ValueError, match=r"`macs` of layer 'own' \(Own\) must be a whole"):
            count(own({"size": 2, "stride": 2, "macs": macs}))
    assert count_macs(own({"size": 2, "stride": 2, "macs": np.uint8(200)})) == 16 * 200


# Settings with which a layer looks through no window.
ODD = [layers.Softmax(axis=1), layers.LayerNormalization(axis=[1, 2, 3])]
ODD += [layers.RMSNormalization(axis=2), layers.UnitNormalization(axis=1)]
ODD += [layers.Reshape((4, 16, 1)), layers.Reshape((1, 64, 1))]
ODD += [layers.UpSampling2D(2, interpolation="bicubic")]
ODD += [layers.Conv2DTranspose(1, 1, strides=2), layers.Conv2DTranspose(1, 3, dilation_rate=2)]


@pytest.mark.parametrize("layer", ODD, ids=lambda layer: type(layer).__name__)
def test_settings_that_look_through_no_window_are_named(layer):
    layer.name = "odd"
    with pytest.raises(ValueError, match=r"'odd' \(\w+\) must be a layer that reads one window"):
        receptive_field(chain((8, 8, 1), layer), "odd")


def test_channels_are_merged_and_normalized_but_not_rows():
    inputs = keras.Input((8, 8, 2))
    shrunk = layers.Conv2D(2, 3, padding="same")(inputs)
    merged = layers.Concatenate(axis=3)([inputs, shrunk])
    normed = layers.LayerNormalization(name="norm")(merged)
    stacked = layers.Concatenate(axis=1, name="stacked")([inputs, shrunk])
    model = keras.Model(inputs, [normed, stacked])
    assert receptive_field(model, "norm") == ((3, 3), (1, 1), (-1, -1))
    with pytest.raises(ValueError, match="'stacked'"):
        receptive_field(model, "stacked")
