"""Networks in rows of blocks: sizes in order, pictures in the blocks, bows over them."""

from itertools import pairwise

import pytest
from drawings import boxes, drawn, functional, hints, network, picture, place, texts, words

from lecture_utils import plots
from lecture_utils.anatomy import blueprint
from lecture_utils.backend import keras

layers = keras.layers


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lenet5", "32×32×1 28×28×6 14×14×6 10×10×16 5×5×16 1×1×120 84 10"),
        (
            "googlenet",
            "224×224×3 112×112×64 56×56×64 56×56×64 56×56×192 28×28×192 28×28×256 28×28×480 "
            "14×14×480 14×14×512 14×14×528 14×14×832 7×7×832 7×7×832 7×7×1024 1024 1000",
        ),
    ],
)
def test_sizes_stand_in_the_order_of_the_paper(name, expected):
    found = [text for text in texts(picture(name)) if text.get_gid() == "size"]
    assert [text.get_text() for text in found] == expected.split()


def test_a_block_is_as_high_as_its_maps_are_large_and_as_wide_as_they_are_many():
    found = boxes(picture("vgg16"), "convolution")
    assert len(found) == 13
    maps = [network("vgg16").get_layer(name).output.shape for name in found]
    for size, lengths in (
        ([shape[1] for shape in maps], [round(box.height, 6) for box in found.values()]),
        ([shape[3] for shape in maps], [round(box.width, 6) for box in found.values()]),
    ):
        pairs = sorted(set(zip(size, lengths, strict=True)))  # one length for each size
        assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(pairs))
    assert all(box.x1 < after.x0 for box, after in pairwise(found.values()))


def test_googlenet_has_nine_blocks_with_pictures_of_four_branches():
    figure = picture("googlenet")
    names = [f"inception_{name}" for name in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")]
    assert list(drawn(figure, "block")) == names
    assert all(place(figure, a)[0] < place(figure, b)[0] for a, b in pairwise(names))
    assert len(hints(figure)) == 9 * (6 + 1 + 1)  # convolutions, pooling and concatenation
    block = boxes(figure, "block")["inception_3a"]
    inside = [box for box in hints(figure) if block.x0 < box.x0 < block.x1]
    assert len(inside) == 8 and all(box.x1 < block.x1 and box.y1 < block.y1 for box in inside)
    assert len({round(box.x0, 3) for box in inside}) == 3
    assert len({round(box.y0, 3) for box in inside if box.height < block.height / 2}) == 4


@pytest.mark.parametrize(
    ("name", "count", "inside", "projections"),
    [("resnet18", 7, 14, 3), ("resnet50", 8, 24, 4), ("resnet_cifar 110", 5, 10, 2)],
)
def test_a_bow_leads_over_each_residual_block(name, count, inside, projections):
    figure = picture(name)
    bows = {
        name: patch.get_path().get_extents() for name, patch in drawn(figure, "shortcut").items()
    }
    assert len(bows) == len(drawn(figure, "addition")) == count
    on_bows = 0
    for block, bow in bows.items():
        box = boxes(figure, "block")[block]
        assert bow.x0 < box.x0 < box.x1 <= bow.x1 + 0.05 and bow.y1 > box.y1
        on_bows += sum(bow.x0 < hint.x0 < bow.x1 and hint.y0 > box.y1 for hint in hints(figure))
    assert on_bows == projections and len(hints(figure)) - on_bows == inside
    assert not figure.axes[0].lines  # names stand right above the bows


def test_further_outputs_stand_in_rows_below_with_what_they_read():
    figure = picture("googlenet with heads")
    grounds = [next(iter(boxes(figure, "block").values())).y0]
    for number, start in (("1", "inception_4a"), ("2", "inception_4d")):
        head = [box for name, box in boxes(figure, "dense").items() if f"auxiliary{number}" in name]
        (ground,) = {box.y0 for box in [boxes(figure, "input")[start], *head]}
        grounds.append(ground)
        assert {start, f"auxiliary{number}_logits"} <= set(words(figure))
    assert grounds == sorted(grounds, reverse=True)


def test_many_different_blocks_fill_several_rows():
    def build(x):
        for channels in range(8, 68):
            y = layers.Conv2D(channels, 3, padding="same", name=f"step{channels}_conv")(x)
            x = layers.Concatenate(name=f"step{channels}_concat")([x, y])
        return x

    figure = plots.architecture(blueprint(functional, (16, 16, 8), build))
    assert len(drawn(figure, "block")) == 60
    assert figure.get_size_inches()[0] < 15
    found = boxes(figure, "block").values()
    low, high = sorted({box.y0 for box in found})
    assert low + max(box.height for box in found) < high
