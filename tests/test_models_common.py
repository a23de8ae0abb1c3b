import math

import numpy as np
import pytest

from lecture_utils import anatomy
from lecture_utils.backend import keras
from lecture_utils.models import common


def ceil_mode_pool(maps, size=3, stride=2):
    """Pool as Caffe does: windows begin inside, and what reaches over the edge is cut off."""
    height, width = (math.ceil((side - size) / stride) + 1 for side in maps.shape[1:3])
    pooled = np.empty((len(maps), height, width, maps.shape[-1]), maps.dtype)
    for y in range(height):
        for x in range(width):
            window = maps[:, y * stride :, x * stride :][:, :size, :size]
            pooled[:, y, x] = window.max(axis=(1, 2))
    return pooled


def normalize_responses(maps, k=2, n=5, alpha=1e-4, beta=0.75):
    """Compute the paper's formula, a sum from max(0, i − n/2) to min(N − 1, i + n/2), n odd."""
    channels = maps.shape[-1]
    normalized = np.empty_like(maps)
    for i in range(channels):
        total = 0
        for j in range(max(0, i - n // 2), min(channels - 1, i + n // 2) + 1):
            total = total + maps[..., j] ** 2
        normalized[..., i] = maps[..., i] / (k + alpha * total) ** beta
    return normalized


def apply(function, images, *arguments, **options):
    """Run a function of KerasTensors on an array."""
    image = keras.Input(images.shape[1:])
    model = keras.Model(image, function(image, *arguments, **options))
    return np.asarray(model(images))


def noise(*shape, scale=1.0):
    return np.random.default_rng(0).normal(size=shape, scale=scale).astype("float32")


# ---------------------------------------------------------------------------------- arguments


@pytest.mark.parametrize(
    "arguments",
    [((32, 32, 3), 10, 1.0, 32), ([32, 40, 1], 1, 2, 32), ((32, 7, 3), 10, 0.01, (32, 7))],
)
def test_arguments_that_will_do_pass(arguments):
    common.check_arguments(*arguments)


@pytest.mark.parametrize("shape", [(32, 32), (32, 32, 3, 1), 32, None, (32.0, 32, 3), (32, 32, 0)])
def test_an_input_shape_has_three_whole_numbers(shape):
    message = r"input_shape must be \(height, width, channels\), .*, got "
    with pytest.raises(ValueError, match=message) as caught:
        common.check_arguments(shape, 10, 1.0, 32)
    assert str(caught.value).endswith(repr(shape))


@pytest.mark.parametrize(
    ("shape", "smallest", "needed"),
    [
        ((31, 32, 3), 32, r"\(32, 32, 3\)"),
        ((32, 31, 1), 32, r"\(32, 32, 1\)"),
        ((40, 7, 3), (40, 8), r"\(40, 8, 3\)"),
        ((39, 8, 3), (40, 8), r"\(40, 8, 3\)"),
    ],
)
def test_a_small_image_is_told_the_smallest(shape, smallest, needed):
    with pytest.raises(ValueError, match=rf"too small .* the smallest is {needed}$") as caught:
        common.check_arguments(shape, 10, 1.0, smallest)
    assert str(caught.value).startswith(f"input_shape {shape}")


@pytest.mark.parametrize("classes", [0, -1, 2.0, "10", None, True])
def test_classes_are_counted(classes):
    with pytest.raises(ValueError, match="classes must be a whole number above 0, got") as caught:
        common.check_arguments((32, 32, 3), classes, 1.0, 32)
    assert str(caught.value).endswith(repr(classes))


@pytest.mark.parametrize("width", [0, -0.5, math.nan, math.inf, "1", None, True])
def test_a_width_is_a_factor(width):
    with pytest.raises(ValueError, match=r"width must be a number above 0, .*, got") as caught:
        common.check_arguments((32, 32, 3), 10, width, 32)
    assert str(caught.value).endswith(repr(width))


def test_a_choice_is_one_of_the_choices():
    common.check_choice("shortcut", "B", ("A", "B"))
    with pytest.raises(ValueError, match=r"^shortcut must be one of 'A', 'B', got 'D'$"):
        common.check_choice("shortcut", "D", ("A", "B"))


@pytest.mark.parametrize(
    ("channels", "width", "multiple", "expected"),
    [
        (96, 1.0, 1, 96),
        (96, 0.25, 1, 24),
        (96, 0.33, 1, 32),  # 31.68
        (3, 0.01, 1, 1),  # never 0
        (3, 0.01, 4, 4),
        (256, 0.1, 2, 26),  # 25.6
        (384, 0.1, 2, 38),  # 38.4
        (64, 2, 1, 128),
    ],
)
def test_scaled(channels, width, multiple, expected):
    assert common.scaled(channels, width, multiple) == expected


# -------------------------------------------------------------------------------------- layers


def test_pad_adds_the_same_on_each_side():
    maps = noise(1, 4, 5, 2)
    np.testing.assert_array_equal(
        apply(common.pad, maps, 1, name="conv"), np.pad(maps, [(0, 0), (1, 1), (1, 1), (0, 0)])
    )


@pytest.mark.parametrize(("size", "stride"), [(3, 2), (2, 2), (3, 1)])
@pytest.mark.parametrize("side", range(3, 21))
def test_max_pool_is_caffes(side, size, stride):
    for shape in ((side, side), (side, side + 1), (side + 3, side)):
        maps = noise(2, *shape, 3) - 2  # below zero nearly everywhere: no zero may come in
        np.testing.assert_array_equal(
            apply(common.max_pool, maps, size, stride, name="pool"),
            ceil_mode_pool(maps, size, stride),
        )


def test_max_pool_of_two_pixels_is_one_window():
    maps = noise(2, 2, 2, 3)
    np.testing.assert_array_equal(
        apply(common.max_pool, maps, 3, 2, name="pool"), maps.max(axis=(1, 2), keepdims=True)
    )


@pytest.mark.parametrize("shape", [(9, 9, 1), (8, 8, 1), (8, 9, 1), (9, 8, 1)])
def test_anatomy_sees_the_windows_of_max_pool(shape):
    image = keras.Input(shape)
    model = keras.Model(image, common.max_pool(image, 3, 2, name="pool"))
    assert anatomy.receptive_field(model, "pool") == ((3, 3), (2, 2), (0, 0))
    cut_off = tuple(3 if side % 2 else 2 for side in shape[:2])
    assert anatomy.receptive_field(model, "pool", position=3).size == cut_off


def test_a_classifier_ends_with_logits_and_their_softmax():
    image = keras.Input((6,))
    model = keras.Model(image, common.classify(image, 4))
    assert [layer.name for layer in model.layers[1:]] == ["logits", "probabilities"]
    logits = keras.Model(image, model.get_layer("logits").output)
    numbers = np.exp(np.asarray(logits(noise(5, 6)), dtype="float64"))
    np.testing.assert_allclose(
        model(noise(5, 6)), numbers / numbers.sum(axis=1, keepdims=True), rtol=1e-5
    )


# --------------------------------------------------------------- local response normalization


@pytest.mark.parametrize("n", [1, 3, 5, 7])
@pytest.mark.parametrize("channels", [1, 2, 3, 9])
def test_normalization_is_the_papers_formula(channels, n):
    maps = noise(2, 4, 5, channels, scale=50)  # large, so that alpha matters
    for options in ({}, {"k": 1.0, "alpha": 0.02, "beta": 0.5}):
        layer = common.LocalResponseNormalization(n=n, **options)
        np.testing.assert_allclose(
            layer(maps), normalize_responses(maps, n=n, **options), rtol=1e-5
        )


@pytest.mark.parametrize("n", [2, 4, 6])
def test_an_even_number_of_channels_has_one_more_in_front(n):
    maps = noise(1, 2, 2, 9, scale=50)
    squares = np.pad(maps**2, [(0, 0)] * 3 + [(n, n)])  # zeros beyond the first and the last
    sums = sum(squares[..., n + shift :][..., :9] for shift in range(-n // 2, n // 2))
    np.testing.assert_allclose(
        common.LocalResponseNormalization(n=n)(maps), maps / (2 + 1e-4 * sums) ** 0.75, rtol=1e-5
    )


@pytest.mark.parametrize("channels", [1, 3, 16])
def test_normalization_is_tensorflows_with_a_radius_of_2(channels):
    tf = pytest.importorskip("tensorflow")
    maps = tf.constant(noise(2, 6, 5, channels, scale=50))
    layer = common.LocalResponseNormalization()
    gradients = []
    for normalize in (
        layer,
        lambda x: tf.nn.local_response_normalization(
            x, depth_radius=2, bias=2, alpha=1e-4, beta=0.75
        ),
    ):
        with tf.GradientTape() as tape:
            tape.watch(maps)
            normalized = normalize(maps)
            loss = tf.reduce_sum(tf.sin(normalized))
        gradients.append((normalized, tape.gradient(loss, maps)))
    for ours, theirs in zip(*gradients, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_normalization_is_stored_with_its_constants(tmp_path):
    image = keras.Input((4, 4, 6))
    layer = common.LocalResponseNormalization(k=1.0, n=3, alpha=0.02, beta=0.5, name="norm")
    model = keras.Model(image, layer(image))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.get_layer("norm").get_config() == layer.get_config()
    maps = noise(2, 4, 4, 6, scale=50)
    np.testing.assert_array_equal(again(maps), model(maps))


def test_anatomy_knows_the_normalization():
    image = keras.Input((4, 4, 6))
    model = keras.Model(image, common.LocalResponseNormalization(name="norm")(image))
    assert anatomy.receptive_field(model, "norm") == ((1, 1), (1, 1), (0, 0))
    assert anatomy.count_macs(model) == 0
