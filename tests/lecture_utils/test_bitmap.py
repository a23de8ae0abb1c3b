import base64
import io

import numpy as np
import pytest
from PIL import Image

from lecture_utils.bitmap import bitmap


@pytest.mark.parametrize("shape", [(5, 7), (28, 28), (6, 5, 3), (64, 33, 3)])
def test_a_picture_is_read_as_it_was_drawn(shape):
    image = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    found = opened(bitmap(image))
    assert found.shape[:2] == shape[:2]
    most = 0 if len(shape) == 3 else 8  # 16 shades of grey
    assert np.abs(found.astype(int) - image.reshape(*shape[:2], -1)).max() <= most
    assert bitmap(image / 255) == bitmap(image)


def test_a_large_picture_is_made_smaller():
    image = np.zeros((224, 224, 3))
    image[:112, :112] = 1, 0, 0
    found = opened(bitmap(image))
    assert found.shape == (112, 112, 3)
    assert (found[:56, :56] == (255, 0, 0)).all() and (found[56:] == 0).all()


def opened(address):
    content = base64.b64decode(address.removeprefix("data:image/bmp;base64,"))
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
