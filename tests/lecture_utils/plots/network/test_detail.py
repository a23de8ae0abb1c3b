"""Blocks layer by layer: every layer and every connection of the model, and no other."""

from itertools import pairwise

import pytest
from drawings import boxes, drawn, functional, network, picture, words
from matplotlib.transforms import Bbox

from lecture_utils import plots
from lecture_utils.backend import keras
from lecture_utils.plots.network._nodes import KINDS

layers = keras.layers


def connections(model, names):
    """The connections that lead to these layers, from Keras's own record of the model."""
    found = set()

    def search(entry, target):
        if isinstance(entry, dict) and "keras_history" in entry:
            found.add((entry["keras_history"][0], target))
        elif isinstance(entry, (dict, list, tuple)):
            for each in entry.values() if isinstance(entry, dict) else entry:
                search(each, target)

    for layer in model.get_config()["layers"]:
        if layer["name"] in names:
            search(layer["inbound_nodes"], layer["name"])
    return found


@pytest.mark.parametrize(
    ("name", "block"),
    [
        ("googlenet", "inception_3a"),
        ("googlenet with heads", "auxiliary"),
        ("resnet34", "conv3_1"),
        ("resnet50", "conv3_2"),
        ("resnet152", "conv4_3"),  # not conv4_30
        ("vgg16", "block3"),
        ("unet", "up1"),
        ("efficientnet_lite0", "block05"),
    ],
)
def test_every_layer_and_connection_of_the_block_is_drawn(name, block):
    figure, model = picture(name, block), network(name)
    names = {layer.name for layer in model.layers if layer.name.startswith(block)}
    if block != "auxiliary":
        names = {each for each in names if each == block or each.startswith(f"{block}_")}
    wanted = connections(model, names)
    before = {source for source, _ in wanted} - names
    assert set(drawn(figure, "input")) == before
    assert {each for kind in KINDS for each in drawn(figure, kind)} >= names | before
    edges = {tuple(gid.split()) for gid in drawn(figure, "edge")}
    around = wanted - edges
    assert edges <= wanted and {target for _, target in around} == set(drawn(figure, "shortcut"))
    shapes = {"×".join(map(str, model.get_layer(each).output.shape[1:])) for each in before}
    assert shapes <= set(words(figure))
    found = {name: box for kind in KINDS for name, box in boxes(figure, kind).items()}
    for ends, patch in drawn(figure, "edge").items():
        for points in pairwise(patch.get_path().vertices):
            line = Bbox(points)
            crossed = [each for each, box in found.items() if box.overlaps(line)]
            assert set(crossed) <= set(ends.split())


def test_branches_stand_in_rows_and_what_joins_them_beside_all():
    figure = picture("googlenet", "inception_3a")
    found = boxes(figure, "convolution").values()
    assert len({round(box.y0, 3) for box in found}) == 4
    (concat,) = boxes(figure, "concatenation").values()
    assert all(concat.y0 <= box.y0 and box.y1 <= concat.y1 for box in found)
    assert all(box.x1 < concat.x0 for box in found)


def test_a_shortcut_leads_over_the_layers_and_a_projection_has_a_row():
    figure = picture("resnet50", "conv3_2")
    (shortcut,) = drawn(figure, "shortcut").values()
    top = max(box.y1 for box in boxes(figure, "convolution").values())
    assert shortcut.get_path().get_extents().y1 > top
    figure = picture("resnet50", "conv3_1")
    found = boxes(figure, "convolution")
    first, last = found["conv3_1_1x1a"], found["conv3_1_1x1c"]
    assert found["conv3_1_shortcut"].y0 > first.y1 and first.y0 == pytest.approx(last.y0)
    (join,) = boxes(figure, "addition").values()
    assert join.y0 + join.y1 == pytest.approx(first.y0 + first.y1)


def test_small_layers_give_way_where_room_is_short():
    figure = picture("inception_v3", "mixed4")
    assert not drawn(figure, "normalization") and len(drawn(figure, "convolution")) == 10


def test_a_model_that_is_one_block_is_drawn_in_detail():
    def residual(x):
        y = layers.Conv2D(8, 3, padding="same", name="a")(x)
        y = layers.Conv2D(8, 3, padding="same", name="b")(layers.ReLU()(y))
        return layers.ReLU()(layers.Add(name="sum")([x, y]))

    figure = plots.architecture(functional((16, 16, 8), residual))
    assert list(drawn(figure, "shortcut")) == ["sum"] and not drawn(figure, "block")
    assert list(drawn(figure, "convolution")) == ["a", "b"]
