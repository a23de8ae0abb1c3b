import numpy as np
import pytest
from figures import picture

from lecture_utils.bitmap import bitmap, framed, side_by_side


@pytest.mark.parametrize("shape", [(5, 7), (28, 28), (6, 5, 3), (64, 33, 3)])
def test_a_picture_is_read_as_it_was_drawn(shape):
    image = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    found = picture(bitmap(image))
    assert found.shape[:2] == shape[:2]
    most = 0 if len(shape) == 3 else 8  # 16 shades of grey
    assert np.abs(found.astype(int) - image.reshape(*shape[:2], -1)).max() <= most
    assert bitmap(image / 255) == bitmap(image)


def test_a_large_picture_is_made_smaller():
    image = np.zeros((224, 224, 3))
    image[:112, :112] = 1, 0, 0
    found = picture(bitmap(image))
    assert found.shape == (112, 112, 3)
    assert (found[:56, :56] == (255, 0, 0)).all() and (found[56:] == 0).all()


def test_images_stand_in_a_row_on_white():
    found = side_by_side(np.array([[2, 4], [6, 4]]), np.zeros((1, 3)))
    assert found.tolist() == [[0, 0.5, 1, 1, 0, 0, 0], [1, 0.5, 1, 1, 1, 1, 1]]


@pytest.mark.parametrize("white", [np.uint8(255), 1.0])
def test_a_frame_stands_on_the_edge_of_its_window(white):
    size, zoom, thin = (56, 2, 1) if white == 255 else (200, 1, 2)
    found = framed(np.full((size, 70), white), [[(1, 14), (10, 15)]])
    orange = (found != white).any(axis=2)
    assert found.shape == (zoom * size, zoom * 70, 3)
    assert np.allclose(found[orange] / white, np.array([213, 94, 0]) / 255)
    wanted = np.zeros_like(orange)
    wanted[zoom : 15 * zoom, 10 * zoom : 25 * zoom] = True
    wanted[zoom + thin : 15 * zoom - thin, 10 * zoom + thin : 25 * zoom - thin] = False
    assert np.array_equal(orange, wanted)
