"""Drawings of networks: their blocks, sizes, paths and counts on the axes, not their pixels."""

import io
import itertools
import re
import time

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import same_color
from matplotlib.patches import PathPatch, Rectangle

mpl.use("Agg")

import matplotlib.pyplot as plt

from lecture_utils import datasets, models, plots
from lecture_utils.anatomy import blueprint, count_depth, layer_table
from lecture_utils.backend import keras
from lecture_utils.models.lenet import SubSampling2D
from lecture_utils.plots.labels import LABELS
from lecture_utils.plots.style import LAYER_COLORS

layers = keras.layers

NETWORKS = {
    "dense_mnist": models.dense_mnist,
    "convnet_mnist": models.convnet_mnist,
    "lenet1": models.lenet1,
    "lenet5": models.lenet5,
    "alexnet": models.alexnet,
    "zfnet": models.zfnet,
    "vgg16": models.vgg16,
    "vgg19": models.vgg19,
    "googlenet": models.googlenet,
    "googlenet with heads": lambda: models.googlenet(auxiliary=True),
    "inception_v2": models.inception_v2,
    "inception_v3": models.inception_v3,
    "inception_v4": models.inception_v4,
    "inception_resnet_v2": models.inception_resnet_v2,
    "resnet18": models.resnet18,
    "resnet50": models.resnet50,
    "resnet152": models.resnet152,
    "resnet_cifar 110": lambda: models.resnet_cifar(110),
    "resnet50 preactivated": lambda: models.resnet50(preactivation=True),
    "plain 34": lambda: models.resnet34(residual=False),
    "unet": models.unet,
    "unet same": lambda: models.unet(padding="same", input_shape=(256, 256, 3)),
    "efficientnet_lite0": lambda: models.efficientnet_lite0(weights=None),
}
built = {}
pictures = {}


def network(name):
    """A network without weights, made once for all tests."""
    if name not in built:
        built[name] = blueprint(NETWORKS[name])
    return built[name]


def picture(name):
    """The drawing of a network, made once for all tests that only look at it."""
    if name not in pictures:
        pictures[name] = plots.architecture(network(name), title="A network")
    return pictures[name]


@pytest.fixture(autouse=True)
def own_figures(monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: pytest.fail("a plot called plt.show()"))
    with mpl.rc_context():
        plots.set_style()
        yield
    plt.close("all")


def texts(figure):
    (ax,) = figure.axes
    return [text for text in ax.texts if text.get_text()]


def sizes(figure):
    """The sizes that are written below the blocks, from left to right."""
    found = [text for text in texts(figure) if text.get_gid() == "size"]
    return [text.get_text() for text in sorted(found, key=lambda text: text.get_position()[0])]


def words(figure):
    return [text.get_text() for text in texts(figure)]


def times(figure):
    """How often the folded blocks stand there, from left to right."""
    found = [text for text in texts(figure) if text.get_text().startswith("× ")]
    found.sort(key=lambda text: text.get_position()[0])
    return [int(text.get_text().removeprefix("× ")) for text in found]


def drawn(figure, beginning):
    """The patches whose id begins so, by the rest of it."""
    (ax,) = figure.axes
    ids = [(patch.get_gid() or "", patch) for patch in ax.patches]
    return {
        gid.removeprefix(beginning).strip(): patch
        for gid, patch in ids
        if gid.startswith(beginning + " ")
    }


def middle(figure, name):
    """The place of a text."""
    (text,) = [text for text in texts(figure) if text.get_text() == name]
    return text.get_position()


def legend(figure):
    return list(drawn(figure, "legend"))


# ------------------------------------------------------------------------ what all have in common


@pytest.mark.parametrize("name", NETWORKS)
def test_no_text_overlaps_another_or_leaves_the_figure(name):
    figure = picture(name)
    figure.canvas.draw()
    page = figure.bbox
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]
    for (one, box), (other, neighbour) in itertools.combinations(boxes, 2):
        assert not box.overlaps(neighbour), f"{one!r} and {other!r}"
    for text, box in boxes:
        assert page.x0 <= box.x0 and box.x1 <= page.x1, text
        assert page.y0 <= box.y0 and box.y1 <= page.y1, text


@pytest.mark.parametrize("name", NETWORKS)
def test_a_picture_suits_a_projector_and_a_page(name):
    start = time.process_time()
    figure = plots.architecture(network(name))
    assert time.process_time() - start < 3
    assert 5 < figure.get_size_inches()[0] <= 14.6
    assert min(text.get_fontsize() for text in texts(figure)) >= 9
    png = io.BytesIO()
    figure.savefig(png, dpi=90)
    assert len(png.getvalue()) < 150_000


@pytest.mark.parametrize("name", NETWORKS)
def test_input_and_output_are_there_and_colours_have_a_legend(name):
    model = network(name)
    figure = picture(name)
    outputs = model.outputs if isinstance(model.outputs, list) else [model.outputs]
    written = " ".join(words(figure)).split()
    for tensor in [*model.inputs, *outputs]:
        assert "×".join(map(str, tensor.shape[1:])) in written
    for kind, patch in drawn(figure, "legend").items():
        assert same_color(patch.get_facecolor(), LAYER_COLORS[kind])
        assert LABELS[kind] in words(figure)
    (ax,) = figure.axes
    faces = {patch.get_facecolor() for patch in drawn(figure, "convolution").values()}
    assert all(same_color(face, LAYER_COLORS["convolution"]) for face in faces)
    assert len(figure.axes) == 1 and not ax.axison


def test_a_block_is_as_high_as_its_maps_are_large_and_as_wide_as_they_are_many():
    blocks = drawn(picture("vgg16"), "convolution")
    assert len(blocks) == 13
    heights = [patch.get_height() for patch in blocks.values()]
    widths = [patch.get_width() for patch in blocks.values()]
    lefts = [patch.get_x() for patch in blocks.values()]
    assert heights == sorted(heights, reverse=True) and len(set(np.round(heights, 6))) == 5
    assert widths == sorted(widths) and len(set(np.round(widths, 6))) == 4
    assert lefts == sorted(lefts)
    assert all(left + width < after for left, width, after in zip(lefts, widths, lefts[1:]))


def test_words_come_from_the_table(monkeypatch):
    for key, word in LABELS.items():
        monkeypatch.setitem(LABELS, key, f"§{word}")
    figures = [
        plots.architecture(network("googlenet")),
        plots.architecture(network("unet")),
        plots.architecture(network("resnet50"), block="conv3_1"),
    ]
    names = {
        layer.name for name in ("googlenet", "unet", "resnet50") for layer in network(name).layers
    }
    for figure in figures:
        for text in words(figure):
            plain = re.fullmatch(r"\d+(×\d+)*(/\d)?", text)
            named = any(name.endswith(text) or name.startswith(text) for name in names)
            assert plain or named or text.startswith("§") or text in "+×", text


# ------------------------------------------------------------------------------------ the networks


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lenet5", "32×32×1 28×28×6 14×14×6 10×10×16 5×5×16 1×1×120 84 10"),
        (
            "alexnet",
            "227×227×3 55×55×96 27×27×96 27×27×256 13×13×256 13×13×384 13×13×256 6×6×256 4096 1000",
        ),
        (
            "vgg16",
            "224×224×3 224×224×64 112×112×64 112×112×128 56×56×128 56×56×256 28×28×256 28×28×512 "
            "14×14×512 14×14×512 7×7×512 4096 1000",
        ),
        (
            "googlenet",
            "224×224×3 112×112×64 56×56×64 56×56×64 56×56×192 28×28×192 28×28×256 28×28×480 "
            "14×14×480 14×14×512 14×14×528 14×14×832 7×7×832 7×7×832 7×7×1024 1024 1000",
        ),
        (
            "resnet50",
            "224×224×3 112×112×64 56×56×64 56×56×256 28×28×512 14×14×1024 7×7×2048 2048 1000",
        ),
        ("dense_mnist", "784 512 10"),
        ("convnet_mnist", "28×28×1 26×26×32 13×13×32 11×11×64 5×5×64 3×3×128 10"),
    ],
)
def test_sizes_stand_in_the_order_of_the_paper(name, expected):
    assert sizes(picture(name)) == expected.split()


def test_lenet_has_the_names_of_its_paper():
    figure = picture("lenet5")
    assert list(drawn(figure, "convolution")) == ["C1", "C3", "C5"]
    assert list(drawn(figure, "pooling")) == ["S2", "S4"]
    assert list(drawn(figure, "dense")) == ["F6", "penalties"]
    assert {"C1\n5×5", "S2\nsum\n2×2/2", "C3\n5×5", "F6"} <= set(words(figure))


@pytest.mark.parametrize(
    ("block", "expected"),
    [(None, "max mean sum global mean"), (("a", "d"), "max mean sum mean global")],
)
def test_a_pooling_says_what_it_does_with_its_window(block, expected):
    x = image = keras.Input((16, 16, 4))
    x = layers.MaxPooling2D(2, name="a")(x)
    x = layers.AveragePooling2D(2, name="b")(x)
    x = SubSampling2D(name="c")(x)
    x = layers.GlobalAveragePooling2D(name="d")(x)
    figure = plots.architecture(keras.Model(image, x), block=block)
    found = [word for text in words(figure) for word in text.split()]
    assert [word for word in found if word in expected.split()] == expected.split()


def test_alexnet_shows_kernels_strides_and_towers():
    written = words(picture("alexnet"))
    assert {"conv1\n11×11/4", "pool1\nmax\n3×3/2", "conv2\n5×5\n2 groups"} <= set(written)
    assert "conv3\n3×3" in written


def test_googlenet_has_nine_blocks_with_four_branches():
    figure = picture("googlenet")
    names = [f"inception_{name}" for name in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")]
    assert list(drawn(figure, "block")) == names
    places = [middle(figure, name)[0] for name in names]
    assert places == sorted(places)
    (ax,) = figure.axes
    hints = [patch for patch in ax.patches if patch.get_gid() == "hint"]
    assert len(hints) == 9 * (6 + 1 + 1)  # convolutions, pooling and concatenation
    block = drawn(figure, "block")["inception_3a"]
    inside = [patch for patch in hints if 0 < patch.get_x() - block.get_x() < block.get_width()]
    rows = {round(patch.get_y(), 3) for patch in inside if patch.get_height() < 0.5}
    assert len(inside) == 8 and len(rows) == 4
    assert all(patch.get_y() + patch.get_height() <= block.get_height() for patch in inside)


def test_heads_of_googlenet_leave_where_they_do():
    figure = picture("googlenet with heads")
    for number, block in (("1", "inception_4a"), ("2", "inception_4d")):
        place = middle(figure, f"auxiliary{number}_probabilities: 1000")
        start = middle(figure, block)
        assert place[1] > start[1] and 0 < place[0] - start[0] < 2
        head = [name for name in drawn(figure, "dense") if name.startswith(f"auxiliary{number}")]
        assert len(head) == 2
    assert len(drawn(figure, "block")) == 9


@pytest.mark.parametrize(
    ("name", "counts", "blocks"),
    [
        ("resnet18", [2], 7),
        ("resnet50", [2, 3, 5, 2], 8),
        ("resnet152", [2, 7, 35, 2], 8),
        ("resnet_cifar 110", [18, 17, 17], 5),
        ("inception_resnet_v2", [10, 20, 10], 6),
        ("inception_v3", [2], 10),
        ("inception_v4", [4, 7, 3], 8),
        ("efficientnet_lite0", [2, 2, 3], 12),
        ("plain 34", [6, 7, 11, 5], 0),
        ("vgg16", [], 0),
    ],
)
def test_equal_blocks_are_folded(name, counts, blocks):
    figure = picture(name)
    assert times(figure) == counts
    assert len(drawn(figure, "block")) == blocks


def test_a_folded_block_is_named_by_the_first_and_the_last():
    assert "conv4_2…36" in words(picture("resnet152"))
    assert "conv4_2…6" in words(picture("resnet50"))


@pytest.mark.parametrize(
    ("name", "count", "projections"),
    [("resnet18", 7, 3), ("resnet50", 8, 4), ("resnet_cifar 110", 5, 2), ("googlenet", 0, 0)],
)
def test_a_bow_leads_over_each_residual_block(name, count, projections):
    figure = picture(name)
    blocks, bows = drawn(figure, "block"), drawn(figure, "shortcut")
    assert len(bows) == len(drawn(figure, "addition")) == count
    on_bows = 0
    hints = [patch for patch in figure.axes[0].patches if patch.get_gid() == "hint"]
    for block, bow in bows.items():
        box, path = blocks[block], bow.get_path().get_extents()
        right = box.get_x() + box.get_width()
        assert path.x0 < box.get_x() < right <= path.x1 + 0.05
        assert path.y1 > box.get_y() + box.get_height()
        on_bows += sum(
            path.x0 < hint.get_x() < path.x1 and hint.get_y() > box.get_height() for hint in hints
        )
    assert on_bows == projections


def test_unet_is_a_u():
    figure = picture("unet")
    skips = drawn(figure, "skip")
    assert len(skips) == 4
    for skip in skips.values():
        assert isinstance(skip, PathPatch)
        assert np.ptp(skip.get_path().vertices[:, 1]) == 0  # horizontal
        assert np.ptp(skip.get_path().vertices[:, 0]) > 0.3
    lengths = [np.ptp(skip.get_path().vertices[:, 0]) for skip in skips.values()]
    assert lengths == sorted(lengths)  # from the bottom to the top
    assert words(figure).count("copy and crop") == 4
    assert len(drawn(figure, "upsampling")) == 4
    down = [
        "572×572×1",
        "568×568×64",
        "284×284×64",
        "280×280×128",
        "140×140×128",
        "136×136×256",
        "68×68×256",
    ]
    up = [
        "56×56×1024",
        "52×52×512",
        "104×104×512",
        "100×100×256",
        "200×200×256",
        "196×196×128",
        "392×392×128",
    ]
    down, up = ([middle(figure, size) for size in side] for side in (down, up))
    bottom = middle(figure, "28×28×1024")
    for side in (down, up):
        assert [x for x, _ in side] == sorted(x for x, _ in side)
    levels = [y for _, y in down[1::2]]
    assert levels == sorted(levels, reverse=True)
    assert [y for _, y in up[::2]] == sorted(y for _, y in up[::2])
    assert bottom[1] < min(y for _, y in down + up)
    assert "388×388×2" in words(figure)


def test_unet_without_crop_only_copies():
    figure = picture("unet same")
    assert words(figure).count("copy") == len(drawn(figure, "skip")) == 4


def test_only_what_goes_down_and_up_is_drawn_as_a_u():
    for name in NETWORKS:
        if not name.startswith("unet"):
            assert not drawn(picture(name), "skip")


# ----------------------------------------------------------------------------------- single blocks


def edges(figure):
    return {tuple(name.split()) for name in drawn(figure, "edge")}


def test_an_inception_block_in_detail():
    figure = plots.architecture(network("googlenet"), block="inception_3a")
    block = "inception_3a"
    assert set(drawn(figure, "convolution")) == {
        f"{block}_{name}" for name in ["1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool_proj"]
    }
    reads = {f"{block}_{name}" for name in ["1x1", "3x3_reduce", "5x5_reduce", "pool"]}
    joined = {f"{block}_{name}" for name in ["1x1", "3x3", "5x5", "pool_proj"]}
    concat = block
    assert {target for source, target in edges(figure) if source == "pool2"} == reads
    assert {source for source, target in edges(figure) if target == concat} == joined
    assert len(edges(figure)) == 11
    assert sorted(sizes(figure)) == sorted(
        [
            "28×28×192",
            "28×28×64",
            "28×28×96",
            "28×28×128",
            "28×28×16",
            "28×28×32",
            "28×28×192",
            "28×28×32",
            "28×28×256",
        ]
    )
    rows = {round(patch.get_bbox().y0, 3) for patch in drawn(figure, "convolution").values()}
    assert len(rows) == 4


def test_a_residual_block_in_detail():
    figure = plots.architecture(network("resnet50"), block="conv3_2")
    assert list(drawn(figure, "convolution")) == [f"conv3_2_{k}" for k in ("1x1a", "3x3b", "1x1c")]
    assert len(drawn(figure, "normalization")) == 3
    assert len(drawn(figure, "activation")) == 3
    assert list(drawn(figure, "addition")) == ["conv3_2_add"]
    (shortcut,) = drawn(figure, "shortcut").values()
    boxes = drawn(figure, "convolution").values()
    assert shortcut.get_path().get_extents().y1 > max(box.get_bbox().y1 for box in boxes)
    assert ("conv3_2_3x3b_bn", "conv3_2_3x3b_relu") in edges(figure) or len(edges(figure)) == 11


def test_a_projection_has_a_row_of_its_own():
    figure = plots.architecture(network("resnet50"), block="conv3_1")
    boxes = drawn(figure, "convolution")
    shortcut, first, last = (boxes[f"conv3_1_{name}"] for name in ("shortcut", "1x1a", "1x1c"))
    assert shortcut.get_bbox().y0 > first.get_bbox().y1
    assert first.get_bbox().y0 == pytest.approx(last.get_bbox().y0)
    assert not drawn(figure, "shortcut")
    assert {"1×1/2", "56×56×256", "28×28×512"} <= set(words(figure))


def test_a_part_may_be_given_by_its_ends_or_by_a_beginning():
    figure = plots.architecture(network("alexnet"), block=("conv1", "pool2"))
    assert list(drawn(figure, "convolution")) == ["conv1", "conv2"]
    assert list(drawn(figure, "pooling")) == ["pool1", "pool2"]
    assert len(drawn(figure, "normalization")) == 2
    figure = plots.architecture(network("vgg16"), block="block3")
    assert list(drawn(figure, "convolution")) == [f"block3_conv{n}" for n in (1, 2, 3)]
    figure = plots.architecture(network("resnet50"), block=("conv4_1", "conv4_2"))
    assert len(drawn(figure, "convolution")) == 7
    assert len(drawn(figure, "shortcut")) == 1


def test_a_part_may_have_several_ends():
    figure = plots.architecture(network("googlenet with heads"), block="auxiliary")
    assert len(drawn(figure, "dense")) == 4
    assert set(drawn(figure, "input")) == {"inception_4a", "inception_4d"}


def test_beginnings_are_of_whole_numbers():
    figure = plots.architecture(network("resnet152"), block="conv4_3")
    assert list(drawn(figure, "convolution")) == [f"conv4_3_{k}" for k in ("1x1a", "3x3b", "1x1c")]
    figure = plots.architecture(network("inception_v3"), block="mixed1")
    assert {"35×35×256", "35×35×288"} <= set(sizes(figure))


def test_a_part_that_is_too_wide_is_drawn_as_an_overview():
    figure = plots.architecture(network("resnet50"), block="conv4")
    assert times(figure) == [5]
    assert list(drawn(figure, "block")) == ["conv4_1", "conv4_2"]


def test_small_layers_give_way_where_room_is_short():
    figure = plots.architecture(network("inception_v3"), block="mixed4")
    assert not drawn(figure, "normalization")
    assert len(drawn(figure, "convolution")) == 10


@pytest.mark.parametrize(
    ("name", "block"),
    [
        ("googlenet", "inception_4e"),
        ("inception_v2", "inception_4e"),
        ("inception_v3", "mixed10"),
        ("inception_v4", "c_1"),
        ("inception_resnet_v2", "block35_4"),
        ("resnet50 preactivated", "conv3_1"),
        ("unet", "up1"),
        ("efficientnet_lite0", "block05"),
        ("lenet5", ("C1", "S4")),
    ],
)
def test_no_text_overlaps_in_detail(name, block):
    figure = plots.architecture(network(name), block=block)
    figure.canvas.draw()
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]
    for (one, box), (other, neighbour) in itertools.combinations(boxes, 2):
        assert not box.overlaps(neighbour), f"{one!r} and {other!r}"
    assert figure.get_size_inches()[0] <= 14.6


# ----------------------------------------------------------------------------------- other models


def functional(shape, build):
    image = keras.Input(shape, name="image")
    return keras.Model(image, build(image))


@pytest.mark.parametrize("last", ["sum", "activation"])
def test_a_model_that_is_one_block_is_drawn_in_detail(last):
    def residual(x):
        y = layers.Conv2D(8, 3, padding="same", name="a")(x)
        y = layers.Conv2D(8, 3, padding="same", name="b")(layers.ReLU()(y))
        y = layers.Add(name="sum")([x, y])
        return layers.ReLU()(y) if last == "activation" else y

    figure = plots.architecture(functional((16, 16, 8), residual))
    assert list(drawn(figure, "shortcut")) == ["sum"]
    assert list(drawn(figure, "convolution")) == ["a", "b"]
    assert not drawn(figure, "block")


def test_models_of_one_layer_or_of_none():
    figure = plots.architecture(functional((5,), layers.Dense(3, name="dense")))
    assert sizes(figure) == ["5", "3"]
    figure = plots.architecture(functional((8, 8, 1), layers.Conv2D(2, 3)))
    assert sizes(figure) == ["8×8×1", "6×6×2"]
    figure = plots.architecture(functional((8, 8, 1), layers.ReLU()))
    assert sizes(figure) == ["8×8×1"]
    image = keras.Input((4,))
    assert sizes(plots.architecture(keras.Model(image, image))) == ["4"]


def test_sequential_and_nested_models_and_signals():
    inner = keras.Sequential([keras.Input((28, 3)), layers.Conv1D(4, 5, name="conv")], name="inner")
    stack = [keras.Input((28, 3)), inner, layers.MaxPooling1D(2), layers.Flatten(), layers.Dense(2)]
    figure = plots.architecture(keras.Sequential(stack))
    assert sizes(figure) == ["28×3", "24×4", "12×4", "2"]
    assert list(drawn(figure, "convolution")) == ["inner/conv"]


def test_layers_that_nobody_knows_are_drawn_all_the_same():
    class Strange(layers.Layer):
        def compute_output_spec(self, x):
            return keras.KerasTensor(x.shape, x.dtype)

    class Own(layers.Conv2D):
        anatomy = "not what it should be"

    def build(x):
        x = Own(3, 1, name="own")(Strange(name="strange")(x))
        y = keras.ops.relu(layers.Conv2D(3, 1, name="conv")(x))
        return layers.Conv2D(2, 3, name="last")(x + y)

    figure = plots.architecture(functional((8, 8, 3), build))
    assert set(drawn(figure, "convolution")) == {"own", "conv", "last"}
    assert len(drawn(figure, "addition")) == 1


def test_several_inputs_and_paths_that_cannot_be_parted():
    left, right = keras.Input((8, 8, 1), name="left"), keras.Input((8, 8, 1), name="right")
    a = layers.Conv2D(4, 3, name="a")(left)
    b = layers.Conv2D(4, 3, name="b")(right)
    c = layers.Add(name="c")([a, b])
    d = layers.Conv2D(4, 1, name="d")(b)
    out = layers.Concatenate(name="out")([layers.Conv2D(4, 1, name="e")(c), d, a])
    figure = plots.architecture(keras.Model([left, right], out))
    assert set(drawn(figure, "convolution")) == {"a", "b", "d", "e"}
    assert set(drawn(figure, "input")) == {"left", "right"}


def test_two_towers_are_drawn_side_by_side():
    def build(x):
        towers = []
        for tower in "ab":
            y = layers.Conv2D(8, 3, name=f"{tower}1")(x)
            towers.append(layers.Conv2D(8, 3, name=f"{tower}2")(y))
        return layers.Concatenate(name="both")(towers)

    figure = plots.architecture(functional((16, 16, 3), build))
    boxes = {name: patch.get_bbox() for name, patch in drawn(figure, "convolution").items()}
    assert boxes["a1"].y0 == boxes["a2"].y0 > boxes["b1"].y1
    assert boxes["a1"].x0 == boxes["b1"].x0 < boxes["a2"].x0


def test_many_different_blocks_fill_several_rows():
    def build(x):
        for channels in range(8, 68):
            y = layers.Conv2D(channels, 3, padding="same", name=f"step{channels}_conv")(x)
            x = layers.Concatenate(name=f"step{channels}_concat")([x, y])
        return x

    figure = plots.architecture(blueprint(functional, (16, 16, 8), build))
    assert len(drawn(figure, "block")) == 60
    assert figure.get_size_inches()[0] < 15
    assert len({patch.get_y() for patch in drawn(figure, "block").values()}) >= 2


# ------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    "wrong", [None, "vgg16", models.vgg16, keras.Sequential([layers.Dense(1)])]
)
def test_what_is_no_model_is_refused(wrong):
    with pytest.raises(ValueError, match=r"model must be a keras\.Model with a graph"):
        plots.architecture(wrong)


def test_an_unknown_block_is_refused_with_names_that_are_near():
    with pytest.raises(ValueError, match=r"block: 'inception_3c' is neither.*'inception_3a'"):
        plots.architecture(network("googlenet"), block="inception_3c")
    with pytest.raises(ValueError, match=r"block: 'convl' is neither.*'conv1'"):
        plots.architecture(network("alexnet"), block=("convl", "pool2"))
    with pytest.raises(ValueError, match=r"no path leads from 'pool2' to 'conv1'"):
        plots.architecture(network("alexnet"), block=("pool2", "conv1"))
    for wrong in ("", 3, ("conv1",), ["conv1", "conv2", "conv3"]):
        with pytest.raises(ValueError, match="block: "):
            plots.architecture(network("alexnet"), block=wrong)


# -------------------------------------------------------------------------------------- comparison


def bars(ax):
    found = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    return [bar.get_width() for bar in sorted(found, key=lambda bar: bar.get_y())]


def notes(ax):
    return [text.get_text() for text in ax.texts]


def test_bars_are_as_long_as_the_counts():
    chosen = [network(name) for name in ("alexnet", "vgg16", "googlenet", "resnet50")]
    figure = plots.compare(chosen, title="Four")
    parameters, macs, depth, error = figure.axes
    assert bars(parameters) == [model.count_params() for model in chosen]
    assert bars(macs) == [layer_table(model).macs for model in chosen]
    assert bars(depth) == [count_depth(model) for model in chosen] == [8, 16, 22, 50]
    assert bars(error) == [19.8, 9.9, 10.07, 7.8]
    assert notes(parameters) == ["61.0 M", "138.4 M", "7.0 M", "25.6 M"]
    assert notes(macs)[1:] == ["15.5 G", "1.6 G", "3.9 G"]
    assert notes(error) == ["19.8", "9.9", "10.07", "7.8"]
    names = [label.get_text() for label in parameters.get_yticklabels()]
    assert names == ["AlexNet", "VGG-16", "GoogLeNet", "ResNet-50"]
    assert parameters.yaxis_inverted()
    labels = [LABELS[key] for key in ("parameters", "macs", "depth", "top5")]
    assert [ax.get_xlabel() for ax in figure.axes] == labels
    assert figure.get_suptitle() == "Four"


def test_errors_are_of_the_same_crops():
    chosen = [network(name) for name in ("alexnet", "vgg19", "resnet152")]
    assert notes(plots.compare(chosen).axes[3]) == ["19.8", "–", "6.7"]
    figure = plots.compare(chosen, crops="ten")
    assert notes(figure.axes[3]) == ["18.2", "–", "5.71"]
    assert figure.axes[3].get_xlabel() == LABELS["top5_ten_crops"]


def test_errors_may_be_given_and_names_too():
    chosen = {"small": network("convnet_mnist"), "smaller": network("dense_mnist")}
    figure = plots.compare(chosen)
    assert len(figure.axes) == 3
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == list(chosen)
    figure = plots.compare(chosen, errors={"small": 0.9})
    assert bars(figure.axes[3]) == [0.9, 0]
    assert notes(figure.axes[3]) == ["0.9", "–"]
    assert figure.axes[3].get_xlabel() == LABELS["error"]
    figure = plots.compare(chosen.values(), errors={"dense_mnist": 2})
    assert notes(figure.axes[3]) == ["–", "2"]


def test_counts_that_lie_far_apart_have_a_logarithmic_axis():
    figure = plots.compare([network("lenet5"), network("vgg16")])
    assert [ax.get_xscale() for ax in figure.axes[:3]] == ["log", "log", "linear"]
    assert figure.axes[0].get_xlim()[0] < network("lenet5").count_params()


def test_values_stay_in_their_panel():
    figure = plots.compare([network(name) for name in ("lenet5", "vgg16", "resnet152", "alexnet")])
    figure.canvas.draw()
    for ax in figure.axes:
        for text in ax.texts:
            assert text.get_window_extent().x1 <= ax.get_window_extent().x1


def test_comparisons_that_make_no_sense_are_refused():
    model = network("lenet5")
    for wrong in (3, model.count_params()):
        with pytest.raises(ValueError, match="models: several models"):
            plots.compare(wrong)
    with pytest.raises(ValueError, match="at least one"):
        plots.compare([])
    with pytest.raises(ValueError, match=r"a name of its own, not 'lenet5', 'lenet5'"):
        plots.compare([model, model])
    with pytest.raises(ValueError, match=r"no model is called 'lenet'; they are called 'lenet5'"):
        plots.compare([model], errors={"lenet": 1})
    with pytest.raises(ValueError, match=r'"one" or "ten" is needed, not 3'):
        plots.compare([model], crops=3)
    with pytest.raises(ValueError, match="model must be"):
        plots.compare(["lenet5"])


# -------------------------------------------------------------------------- what was published


def test_published_parameters_are_those_of_the_builders():
    rows = {row["name"]: row for row in datasets.networks()}
    for name, row in rows.items():
        model = built[name] if name in built else blueprint(getattr(models, name))
        assert model.name == name
        trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
        assert row["parameters"] == trained, name


def test_the_table_of_networks_holds_numbers_or_nothing():
    rows = datasets.networks()
    assert len({row["name"] for row in rows}) == len(rows) >= 19
    for row in rows:
        assert 1989 <= row["year"] <= 2016 and row["title"] and row["authors"] and row["paper"]
        for conditions, columns in {
            "conditions": ("top1", "top5"),
            "ten_crops_conditions": ("top1_ten_crops", "top5_ten_crops"),
            "ensemble_conditions": ("top5_ensemble",),
        }.items():
            errors = [row[column] for column in columns if row[column] is not None]
            assert bool(errors) == bool(row[conditions])
            assert all(3 < error < 45 for error in errors)
        if row["top5"] and row["top5_ten_crops"]:
            assert row["top5_ten_crops"] < row["top5"]


def test_a_damaged_or_missing_table_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"networks\.csv is missing: copy"):
        datasets.networks()
    (tmp_path / "networks.csv").write_text("name\nalexnet\n")
    with pytest.raises(ValueError, match=r"networks\.csv is damaged"):
        datasets.networks()
