"""The explorer of receptive fields: its numbers against `receptive_field`, its pictures."""

import numpy as np
import pytest
from figures import data, picture
from small_models import chain

from lecture_utils import explore
from lecture_utils.anatomy import blueprint, receptive_field
from lecture_utils.backend import keras
from lecture_utils.models import convnet_mnist, vgg16

layers = keras.layers
ALT = "An image, and the window that a position of a layer sees"


def uneven():
    """A network with all that can go wrong at edges, on an image that is not square."""
    return chain(
        (19, 14, 1),
        layers.Conv2D(2, 3, padding="same", name="conv1"),
        layers.MaxPooling2D(2, name="pool1"),  # the last row of 19 is lost
        layers.Conv2D(2, 3, padding="same", dilation_rate=2, name="conv2"),
        layers.Conv2D(2, (2, 5), strides=(2, 3), padding="same", name="conv3"),
    )


@pytest.mark.parametrize("build", [convnet_mnist, uneven])
def test_every_position_of_every_layer_sees_what_anatomy_says(build):
    model, compared = build(), 0
    found = data(explore.receptive_fields(model, np.zeros(model.input_shape[1:3]), ALT))
    assert found["pixels"] == list(model.input_shape[1:3])
    for row in found["layers"]:
        field = receptive_field(model, row["name"])
        assert (tuple(row["size"]), tuple(row["jump"])) == (field.size, field.jump)
        down, across = row["axes"]
        assert (len(down), len(across)) == model.get_layer(row["name"]).output.shape[1:3]
        for place in np.ndindex(len(down), len(across)):
            seen = receptive_field(model, row["name"], place)
            first, size = zip(down[place[0]], across[place[1]])
            assert (size, first) == (seen.size, seen.start)
            compared += 1
    assert compared > 300


def test_the_layers_of_a_large_network_by_their_corners():
    plan = blueprint(vgg16)
    names = [layer.name for layer in plan.layers if "conv" in layer.name or "pool" in layer.name]
    figure = explore.receptive_fields(plan, np.zeros((224, 224, 3)), ALT)
    found = data(figure)
    assert [row["name"] for row in found["layers"]] == names and len(names) == 18
    for row in found["layers"][2::5]:
        down, _ = row["axes"]
        for place in (0, len(down) // 2, len(down) - 1):
            seen = receptive_field(plan, row["name"], place)
            assert down[place] == [seen.start[0], seen.size[0]]
    assert len(figure.html.encode()) < 150_000


def test_layers_can_be_chosen_and_must_be_there():
    model, image = convnet_mnist(), np.zeros((28, 28), np.uint8)
    chosen = data(explore.receptive_fields(model, image, ALT, layers=["conv3", "pool1"]))
    assert [row["name"] for row in chosen["layers"]] == ["conv3", "pool1"]
    with pytest.raises(ValueError, match="near names are 'conv3'"):
        explore.receptive_fields(model, image, ALT, layers=["conv4"])
    with pytest.raises(ValueError, match="at least one"):
        explore.receptive_fields(model, image, ALT, layers=[])
    with pytest.raises(ValueError, match=r"of the model's size, \(28, 28\)"):
        explore.receptive_fields(model, np.zeros((27, 28)), ALT)


def test_the_first_picture_has_the_windows_of_the_middle():
    model = convnet_mnist()
    figure = explore.receptive_fields(model, np.zeros((28, 28)), ALT)
    shown = picture(figure.html.rpartition("<img")[2])  # behind the data, which have the image
    framed = (shown == (213, 94, 0)).all(axis=2)
    for name in ("conv1", "conv3"):
        seen = receptive_field(model, name, 13 if name == "conv1" else 1)
        top, left, high, wide = 4 * np.array((*seen.start, *seen.size))
        window = framed[top : top + high, left : left + wide]
        assert window[[0, -1]].all() and window[:, [0, -1]].all()
        assert not framed[top + 1 : top + 3, left + 1 : left + 3].any()
    assert not (shown[~framed] != 0).any()
    assert figure.html == explore.receptive_fields(model, np.zeros((28, 28)), ALT).html
