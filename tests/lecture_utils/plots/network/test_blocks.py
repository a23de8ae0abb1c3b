"""What is shown as one thing: blocks, and equal ones in a row."""

import pytest
from drawings import drawn, network, picture, words

from lecture_utils.plots.network._blocks import elements
from lecture_utils.plots.network._graph import read, sequence, visible


@pytest.mark.parametrize(
    ("name", "block", "counts", "blocks"),
    [
        ("resnet18", None, [2], 7),
        ("resnet152", None, [2, 7, 35, 2], 8),
        ("resnet_cifar 110", None, [18, 17, 17], 5),
        ("inception_resnet_v2", None, [10, 20, 10], 6),
        ("inception_v3", None, [2], 10),
        ("inception_v4", None, [4, 7, 3], 8),
        ("efficientnet_lite0", None, [2, 2, 3], 12),
        ("plain 34", None, [6, 7, 11, 5], 0),
        ("vgg16", None, [], 0),
        ("googlenet", None, [], 9),
        ("resnet50", "conv4", [5], 2),
    ],
)
def test_equal_blocks_are_folded(name, block, counts, blocks):
    figure = picture(name, block)
    assert [int(text[2:]) for text in words(figure) if text.startswith("× ")] == counts
    assert len(drawn(figure, "block")) == blocks


@pytest.mark.parametrize("name", ["googlenet", "inception_v4", "resnet152", "EfficientNetB0"])
def test_no_layer_is_lost_between_the_elements(name):
    nodes = read(network(name))
    found = [node for part in elements(sequence(nodes)) for node in visible(part.items)]
    assert set(found) == {node for node in nodes if not node.small} and len(found) == len({*found})


def test_a_bow_leads_over_a_whole_block_and_others_are_small_pictures():
    figure = picture("EfficientNetB0")
    assert "+" in words(figure) and "×" not in words(figure)
    assert set(drawn(figure, "shortcut")) == {"block2b", "block3b", "block4b", "block5b", "block6b"}


def test_a_folded_block_is_named_by_the_first_and_the_last():
    assert "conv4_2…36" in words(picture("resnet152"))
    assert {"block07…08", "block10…11"} <= set(words(picture("efficientnet_lite0")))
