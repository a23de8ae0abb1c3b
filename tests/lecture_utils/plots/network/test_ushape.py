"""Networks that go down and up again, with connections across, are drawn as a U."""

from itertools import pairwise

import pytest
from drawings import NETWORKS, boxes, drawn, functional, picture, place, words

from lecture_utils import plots
from lecture_utils.backend import keras

layers = keras.layers


def test_unet_is_a_u():
    figure = picture("unet")
    skips = [patch.get_path().get_extents() for patch in drawn(figure, "skip").values()]
    assert len(skips) == 4 and all(skip.height == 0 for skip in skips)
    assert 0.3 < skips[0].width < skips[1].width < skips[2].width < skips[3].width
    assert words(figure).count("copy and crop") == len(drawn(figure, "upsampling")) == 4
    left = "572×572×1 568×568×64 284×284×64 280×280×128 140×140×128 136×136×256 68×68×256"
    right = "56×56×1024 52×52×512 104×104×512 100×100×256 200×200×256 196×196×128 392×392×128"
    down, up = ([place(figure, size) for size in side.split()] for side in (left, right))
    for side in (down, up):
        assert all(one[0] <= other[0] for one, other in pairwise(side))
    assert all(one[1] > other[1] for one, other in pairwise(down[1::2]))
    assert all(one[1] < other[1] for one, other in pairwise(up[::2]))
    assert place(figure, "28×28×1024")[1] < min(y for _, y in down + up)
    assert "388×388×2" in words(figure)


def test_only_what_goes_down_and_up_is_drawn_as_a_u():
    for name in NETWORKS:
        assert bool(drawn(picture(name), "skip")) == name.startswith("unet")
    assert words(picture("unet same")).count("copy") == 4  # without a crop


def test_what_is_no_chain_is_no_u():
    """U-Net++ has paths between the levels: an element would stand on another."""

    def build(x):
        def conv(channels, *maps):
            joined = layers.Concatenate()(maps) if len(maps) > 1 else maps[0]
            return layers.Conv2D(channels, 3, padding="same")(joined)

        pool, up = layers.MaxPooling2D(), layers.UpSampling2D()
        first = conv(8, x)
        second = conv(16, pool(first))
        between = conv(8, first, up(second))
        third = conv(32, pool(second))
        return conv(8, first, between, up(conv(16, second, up(third))))

    figure = plots.architecture(functional((64, 64, 3), build))
    assert not drawn(figure, "skip") and len(drawn(figure, "convolution")) > 1


def test_joined_maps_show_what_came_across_and_what_from_below():
    def build(x):
        a = layers.Conv2D(24, 3, padding="same", name="a")(x)
        b = layers.Conv2D(8, 3, padding="same", name="b")(layers.MaxPooling2D()(a))
        joined = layers.Concatenate(name="joined")([a, layers.UpSampling2D()(b)])
        return layers.Conv2D(2, 1, name="mask")(joined)

    figure = plots.architecture(functional((32, 32, 3), build))
    (front,), (below,) = (boxes(figure, k).values() for k in ("concatenation", "upsampling"))
    assert below.width / front.width == pytest.approx(8 / 32)
    assert below.x1 == pytest.approx(front.x1)
    found = boxes(figure, "convolution")
    assert found["b"].y1 < found["a"].y0 == found["mask"].y0 == front.y0
