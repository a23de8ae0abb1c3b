"""The explorer of feature maps and the drawn digit: what their scripts are given."""

import base64

import numpy as np
import pytest
from figures import data, picture

from lecture_utils import explore
from lecture_utils.datasets import load_mnist
from lecture_utils.models import convnet_mnist
from tools.digit import drawn_digit

ALT = "A drawn seven, and every map of a layer of the convnet"


@pytest.fixture(scope="module")
def digit():
    return load_mnist()[1][0][0]


def test_the_scripts_are_given_the_weights_that_keras_reads(digit):
    model = convnet_mnist(weights="mnist")
    for figure, layers in (
        (explore.feature_maps(digit, ALT), ["conv1", "conv2", "conv3"]),
        (drawn_digit(ALT), ["conv1", "conv2", "conv3", "classes"]),
    ):
        weights = data(figure)["weights"]
        assert {name.partition("/")[0] for name in weights} == set(layers)
        for name in layers:
            whole, scale, bias = (
                np.frombuffer(base64.b64decode(weights[f"{name}/{part}"]), kind)
                for part, kind in (("kernel", np.int8), ("scale", "<f4"), ("bias", "<f4"))
            )
            kernel, theirs = model.get_layer(name).get_weights()
            assert np.array_equal(bias, theirs)
            found = whole.reshape(-1, scale.size) * scale
            assert np.array_equal(found.ravel(), kernel.ravel())


def test_sizes_and_the_same_bytes(digit):
    maps, drawn = explore.feature_maps(digit, ALT), drawn_digit(ALT)
    assert len(maps.html.encode()) <= 150_000
    assert len(drawn.html.encode()) <= 300_000
    assert maps.html == explore.feature_maps(digit, ALT).html
    assert base64.b64decode(data(maps)["digit"]) == digit.tobytes()


def test_the_first_picture_is_the_digit_and_maps_of_the_first_layer(digit):
    html = explore.feature_maps(digit, ALT).html
    assert f'alt="{ALT}">' in html
    shown = picture(html)[..., 0]
    assert shown.shape == (28, 28 + 4 * (2 + 26))
    assert np.abs(shown[:, :28].astype(int) - digit).max() <= 8
    kernels = convnet_mnist(weights="mnist").get_layer("conv1").get_weights()[0]
    rows = np.lib.stride_tricks.sliding_window_view(digit.astype(float), (3, 3))
    wanted = np.maximum(np.einsum("rcij,ij->rc", rows, kernels[:, :, 0, 2]), 0)
    tile = shown[:26, 28 + 2 * 28 + 2 :][:, :26]
    assert np.abs(tile - 255 * wanted / wanted.max()).max() <= 10


@pytest.mark.parametrize("digit", [np.zeros((28, 28)), np.zeros((27, 28), np.uint8)])
def test_another_digit_is_refused(digit):
    with pytest.raises(ValueError, match="digit must be"):
        explore.feature_maps(digit, ALT)
