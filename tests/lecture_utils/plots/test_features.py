import numpy as np
from on_axes import image_axes

from lecture_utils import plots


def test_kernels_share_a_symmetric_scale(rng):
    weights = rng.normal(size=(3, 3, 1, 5))
    weights[0, 0, 0, 4] = -7
    figure = plots.kernels(weights, columns=4)
    axes = image_axes(figure)
    assert axes[0].get_gridspec().get_geometry() == (2, 4)
    for index, ax in enumerate(axes):
        np.testing.assert_array_equal(ax.images[0].get_array(), weights[:, :, 0, index])
        assert ax.images[0].get_clim() == (-7, 7)
        assert ax.get_title() == str(index)
    assert len(figure.axes) == 5 + 1  # and the colour bar
    assert min(axes[0].images[0].cmap(0.5)[:3]) > 0.95  # zero is white
    smallest = plots.kernels(np.array([-128, 3], np.int8)[None, :, None, None])
    assert smallest.axes[0].images[0].norm.vmin == -128  # which has no opposite of its kind


def test_kernels_over_colours_are_colours(rng):
    weights = rng.normal(size=(2, 2, 3, 4))
    axes = image_axes(plots.kernels(weights, labels=list("abcd")))
    assert [ax.get_title() for ax in axes] == list("abcd")
    expected = 0.5 + 0.5 * weights[..., 2] / np.abs(weights).max()
    np.testing.assert_allclose(axes[2].images[0].get_array(), expected)


def test_feature_maps_share_their_scale_or_not(rng):
    maps = rng.random((6, 5, 3)) * [1, 2, 4]
    shared = image_axes(plots.feature_maps(maps))[:3]
    assert {ax.images[0].get_clim() for ax in shared} == {(0, maps.max())}
    figure = plots.feature_maps(maps, shared=False)
    assert len(figure.axes) == 3  # no colour bar
    for index, ax in enumerate(figure.axes):
        np.testing.assert_array_equal(ax.images[0].get_array(), maps[:, :, index])
        assert ax.images[0].get_clim() == (0, maps[:, :, index].max())
        assert ax.images[0].cmap.name == "gray"


def test_signed_maps_are_drawn_around_zero_and_zeros_are_black(rng):
    maps = rng.normal(size=(4, 4, 2))
    image = image_axes(plots.feature_maps(maps))[0].images[0]
    assert image.get_clim() == (-np.abs(maps).max(), np.abs(maps).max())
    assert image.cmap.name != "gray"
    assert image_axes(plots.feature_maps(maps * 0))[0].images[0].get_clim() == (0, 1)


def test_response_stands_beside_its_image(rng):
    image, response = rng.random((10, 10, 3)), rng.normal(size=(8, 8))
    left, right, bar = plots.response_map(image, response).axes
    np.testing.assert_array_equal(left.images[0].get_array(), image)
    np.testing.assert_array_equal(right.images[0].get_array(), response)
    assert right.images[0].get_clim() == (-np.abs(response).max(), np.abs(response).max())
    assert bar.get_ylim() == right.images[0].get_clim()
