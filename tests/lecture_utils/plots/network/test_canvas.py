"""Every drawing suits a page and a projector: nothing overlaps, is cut off or too small to read."""

import io
from itertools import combinations

import pytest
from drawings import NETWORKS, drawn, extents, network, picture, texts, words
from matplotlib.colors import same_color
from matplotlib.patches import Circle

from lecture_utils.plots.network._nodes import KINDS

BLOCKS = {
    "googlenet": "inception_3a",
    "googlenet with heads": "auxiliary",
    "inception_v3": "mixed10",
    "inception_resnet_v2": "block35_4",
    "resnet50 preactivated": "conv3_1",
    "resnet50": "conv4",
    "unet": "up1",
    "efficientnet_lite0": "block05",
}
CHOSEN = [*((name, None) for name in NETWORKS), *BLOCKS.items()]


@pytest.mark.parametrize(("name", "block"), CHOSEN)
def test_a_drawing_suits_a_page(name, block):
    figure = picture(name, block)
    figure.canvas.draw()
    found = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]
    for (one, box), (other, neighbour) in combinations(found, 2):
        assert not box.overlaps(neighbour), f"{one!r} and {other!r}"
    (ax,) = figure.axes
    found += [(patch, extents(patch).transformed(ax.transData)) for patch in ax.patches]
    page = figure.bbox
    for what, box in found:
        assert page.x0 <= box.x0 and box.x1 <= page.x1, what
        assert page.y0 <= box.y0 and box.y1 <= page.y1, what
    assert 5 < figure.get_size_inches()[0] <= 14.6
    assert min(text.get_fontsize() for text in texts(figure)) >= 9
    png = io.BytesIO()
    figure.savefig(png, dpi=90)
    assert len(png.getvalue()) < 150_000


@pytest.mark.parametrize(("name", "block"), CHOSEN)
def test_the_legend_tells_every_colour_and_sizes_of_input_and_outputs_are_there(name, block):
    figure = picture(name, block)
    legend = drawn(figure, "legend")
    for kind, patch in legend.items():
        assert same_color(patch.get_facecolor(), KINDS[kind][0])
        assert KINDS[kind][1] in words(figure)
    told = {patch.get_facecolor() for patch in legend.values()}
    for kind in KINDS:
        shown = [patch for patch in drawn(figure, kind).values() if not isinstance(patch, Circle)]
        assert {patch.get_facecolor() for patch in shown} <= told
    if block is None:
        written = " ".join(words(figure)).split()
        for tensor in [*network(name).inputs, *network(name).outputs]:
            assert "×".join(map(str, tensor.shape[1:])) in written
