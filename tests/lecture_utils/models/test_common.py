import math
import re

import numpy as np
import pytest
import tensorflow as tf
from oracles import ceil_mode_pool, noise, normalize_responses

from lecture_utils import anatomy
from lecture_utils.backend import keras
from lecture_utils.models import common


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("input_shape", [(32, 32), (32, 32, 3, 1), 32, (32.0, 32, 3), (32, 32, 0), "abc"]),
        ("classes", [0, 2.0, "10", True, 10**12]),
        ("width", [0, -0.5, math.nan, math.inf, "1", True, 101]),
    ],
)
def test_a_bad_argument_is_named(name, values):
    good = {"input_shape": (32, 32, 3), "classes": 10, "width": 1.0, "smallest": 32}
    for value in values:
        with pytest.raises(ValueError, match=f"^{name} must be .*{re.escape(f'got {value!r}.')}$"):
            common.check_arguments(**good | {name: value})


def test_numbers_of_numpy_are_returned_as_those_of_python():
    given = ([np.int64(32), np.uint8(32), np.int32(3)], np.uint8(10), np.float32(0.25), 32)
    checked = common.check_arguments(*given)
    assert checked == ((32, 32, 3), 10, 0.25)
    assert {type(value) for value in (*checked[0], *checked[1:])} == {int, float}


@pytest.mark.parametrize("shape", [(31, 32, 3), (32, 31, 3), (40, 7, 3)])
def test_a_small_image_is_told_the_smallest(shape):
    with pytest.raises(ValueError, match=r"^input_shape must be .*: the smallest is \(32, 32, 3\)"):
        common.check_arguments(shape, 10, 1.0, 32)


def test_a_block_needs_maps_a_word_and_a_count():
    good = {"x": keras.Input((4, 4, 1)), "name": "block", "channels": 2}
    assert common.check_block(**good) == [2]
    odd = {"x": [keras.Input((4, 4)), keras.Input((4, 4, 1), dtype="int32"), 3]}
    for name, values in (odd | {"name": ["", "a/b", 3, ["a"]], "channels": [0]}).items():
        for value in values:
            with pytest.raises(ValueError, match=f"^{name} must be "):
                common.check_block(**good | {name: value})
    with pytest.raises(ValueError, match=r"^alpha must be "):
        common.LocalResponseNormalization(alpha=-0.5)


@pytest.mark.parametrize(
    ("channels", "width", "multiple", "expected"),
    [
        (96, 1.0, 1, 96),
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


@pytest.mark.parametrize(
    ("side", "size", "stride"),
    [(2, 3, 2), *((side, *window) for side in range(3, 11) for window in ((3, 2), (2, 2), (3, 1)))],
)
def test_max_pool_is_caffes(side, size, stride):
    for shape in ((side, side), (side, side + 1), (side + 3, side)):
        maps = noise(2, *shape, 3) - 2  # below zero nearly everywhere: no zero may come in
        image = keras.Input(maps.shape[1:])
        model = keras.Model(image, common.max_pool(image, size, stride, name="pool"))
        np.testing.assert_array_equal(model(maps), ceil_mode_pool(maps, size, stride))


def test_channels_of_zeros_come_behind_and_none_can_go():
    maps = noise(2, 3, 4, 5)
    padded = common.PadChannels(8)(maps)
    np.testing.assert_array_equal(padded, np.pad(maps, [(0, 0)] * 3 + [(0, 3)]))
    with pytest.raises(ValueError, match=r"^channels must be at least 5, .* got 4\.$"):
        common.PadChannels(4)(maps)


@pytest.mark.parametrize("n", [1, 2, 5, 8])
@pytest.mark.parametrize("channels", [1, 2, 3, 9])
def test_normalization_is_the_papers_formula(channels, n):
    maps = noise(2, 4, 5, channels, scale=50)  # large, so that alpha matters
    for options in ({}, {"k": 1.0, "alpha": 0.02, "beta": 0.5}):
        layer = common.LocalResponseNormalization(n=n, **options)
        expected = normalize_responses(maps, n=n, **options)
        np.testing.assert_allclose(layer(maps), expected, rtol=1e-5)


@pytest.mark.parametrize("channels", [1, 3, 16])
def test_normalization_is_tensorflows_with_a_radius_of_2(channels):
    maps = noise(2, 6, 5, channels, scale=50)
    theirs = tf.nn.local_response_normalization(maps, 2, bias=2, alpha=1e-4, beta=0.75)
    ours = common.LocalResponseNormalization()(maps)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "layer",
    [
        common.LocalResponseNormalization(k=1.0, n=3, alpha=0.02, beta=0.5, name="mine"),
        common.PadChannels(9, name="mine"),
    ],
)
def test_layers_are_stored_with_their_settings_and_known_to_anatomy(layer, tmp_path):
    image = keras.Input((4, 4, 6))
    model = keras.Model(image, layer(image))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.get_layer("mine").get_config() == layer.get_config()
    maps = noise(2, 4, 4, 6, scale=50)
    np.testing.assert_array_equal(again(maps), model(maps))
    assert anatomy.receptive_field(model, "mine") == ((1, 1), (1, 1), (0, 0))
    assert anatomy.count_macs(model) == 0
