import numpy as np
import pytest
from matplotlib.colors import same_color, to_rgb
from on_axes import image_axes, numbers_at, texts_at

from lecture_utils import plots
from lecture_utils.plots.style import RED


@pytest.mark.parametrize(
    ("image", "limits"),
    [
        (np.array([[10, 20]], dtype=np.uint8), (0, 255)),
        (np.array([[0.2, 0.4]]), (0, 1)),
        (np.array([[0.2, 1.4]]), (0.2, 1.4)),
        (np.array([[-3, 4]]), (-3, 4)),
        (np.array([[5, 5]]), (4, 6)),
    ],
)
def test_image_is_drawn_between_its_limits(image, limits):
    drawn = plots.show_image(image).images[0]
    np.testing.assert_array_equal(drawn.get_array(), image)
    assert drawn.get_clim() == limits
    assert drawn.get_cmap().name == "gray"
    assert plots.show_image(image, limits=(-9, 9)).images[0].get_clim() == (-9, 9)


def test_colour_images_and_single_channels(rng, caplog):
    colours = rng.random((4, 5, 3))
    np.testing.assert_allclose(plots.show_image(colours).images[0].get_array(), colours)
    grey = colours[:, :, :1]
    np.testing.assert_allclose(plots.show_image(grey).images[0].get_array(), grey[:, :, 0])
    # A rounding error is no reason to refuse a colour.
    assert plots.show_image(colours * 0 + 1.0000001).images[0].get_array().max() == 1
    assert not caplog.records  # matplotlib warns of what it clips


def test_values_stand_in_their_cells_and_contrast_with_them():
    image = np.array([[1, -2, 0.5], [12.25, -0.126, 6]])
    ax = plots.show_image(image, values=True)
    expected = {place: pytest.approx(value, abs=0.005) for place, value in np.ndenumerate(image)}
    assert numbers_at(ax) == expected
    assert texts_at(ax)[1, 2] == "6"  # without a point
    for text in ax.texts:
        column, row = text.get_position()
        grey = ax.images[0].cmap(ax.images[0].norm(image[int(row), int(column)]))[0]
        assert abs(grey - to_rgb(text.get_color())[0]) >= 0.49
        assert text.get_fontsize() >= 10
    assert (list(ax.get_xticks()), list(ax.get_yticks())) == ([0, 1, 2], [0, 1])


def test_grid_shows_every_image_in_order(rng):
    images = rng.integers(0, 256, (7, 4, 4), dtype=np.uint8)
    axes = image_axes(plots.image_grid(images, labels=list("abcdefg"), columns=3))
    assert axes[0].get_gridspec().get_geometry() == (3, 3)
    for ax, image, name in zip(axes, images, "abcdefg", strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), image)
        assert ax.images[0].get_clim() == (0, 255)
        assert ax.get_title() == name
    assert len(image_axes(plots.image_grid(list(rng.random((2, 5, 4, 3)))))) == 2


def test_wrong_predictions_differ_by_colour_by_sign_and_by_frame():
    figure = plots.image_grid(np.zeros((4, 3, 3)), [7, 2, 1, 0], np.array([7, 2, 8, 0]))
    right, wrong = (image_axes(figure)[index] for index in (0, 2))
    assert (right.get_title(), wrong.get_title()) == ("7", "✗ 8 (1)")
    assert [same_color(ax.title.get_color(), RED) for ax in (right, wrong)] == [False, True]
    edges = [ax.spines["left"] for ax in (right, wrong)]
    assert [same_color(edge.get_edgecolor(), RED) for edge in edges] == [False, True]
    assert edges[1].get_linewidth() > 2 * edges[0].get_linewidth()
    assert figure.get_supxlabel() == "✗ predicted (true)"
    assert plots.image_grid(np.zeros((2, 3, 3)), [1, 2], [1, 2]).get_supxlabel() == ""


@pytest.mark.parametrize("truth", [[1, 2], ["ankle boot", "bag"]])
def test_size_of_a_grid_does_not_depend_on_the_errors(truth):
    figures = [plots.image_grid(np.zeros((2, 3, 3)), truth, said) for said in (truth, truth[::-1])]
    assert tuple(figures[0].get_size_inches()) == tuple(figures[1].get_size_inches())
