import hashlib
import time

import numpy as np
import pytest

from lecture_utils import datasets


@pytest.fixture
def copied_data(tmp_path, monkeypatch):
    """A data folder of the test's own, empty at first."""
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    return tmp_path


def test_mnist_is_the_official_set():
    # Published are the MD5 sums of the original IDX files: a header (what, and the shape as
    # big-endian numbers) and then the raw array.
    published = {
        "train images": "6bbc9ace898e44ae57da46a324031adb",
        "train labels": "a25bea736e30d166cdddb491f175f624",
        "test images": "2646ac647ad5339dbf082846283269ea",
        "test labels": "27ae3e4e09519cfbb04c329615203637",
    }
    (x_train, y_train), (x_test, y_test) = datasets.load_mnist()
    arrays = dict(zip(published, (x_train, y_train, x_test, y_test), strict=True))
    for name, array in arrays.items():
        header = np.array([0x0800 + array.ndim, *array.shape], dtype=">u4").tobytes()
        assert hashlib.md5(header + array.tobytes()).hexdigest() == published[name]


def test_fashion_mnist_is_class_size():
    (x_train, y_train), (x_test, y_test) = datasets.load_fashion_mnist()
    assert (x_train.shape, x_test.shape) == ((12_000, 28, 28), (2_000, 28, 28))
    assert x_train.dtype == y_train.dtype == np.uint8
    # The first garments of the official order: ankle boot, T-shirt, T-shirt, dress.
    assert [datasets.FASHION_NAMES[label] for label in y_train[:4]] == [
        "ankle boot", "T-shirt", "T-shirt", "dress",
    ]  # fmt: skip
    assert set(y_test) == set(range(10))


@pytest.mark.parametrize("load", [datasets.load_mnist, datasets.load_fashion_mnist])
def test_reading_takes_less_than_half_a_second(load):
    load()  # the file comes from the disk once
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        load()
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.5


@pytest.mark.parametrize(
    ("name", "shape"),
    [("camera", (512, 512)), ("chelsea", (300, 451, 3)), ("coffee", (341, 512, 3))],
)
def test_photo(name, shape):
    picture = datasets.photo(name)
    assert picture.shape == shape
    assert picture.dtype == np.uint8


def test_unknown_photo_is_refused_with_the_known_names():
    with pytest.raises(ValueError, match=r"name is 'cat'.*astronaut.*rocket"):
        datasets.photo("cat")


def test_every_file_that_ships_is_listed_and_whole():
    listed = dict(
        reversed(line.split()) for line in (datasets.DATA / "SHA256SUMS").read_text().splitlines()
    )
    shipped = {
        path.relative_to(datasets.DATA).as_posix()
        for path in datasets.DATA.rglob("*")
        if path.suffix in {".npz", ".jpg"}
    }
    assert listed == datasets.CHECKSUMS
    assert shipped == set(listed)
    for name in shipped:
        content = (datasets.DATA / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == listed[name]


@pytest.mark.parametrize("damage", ["one byte", "cut short", "empty"])
def test_damaged_file_is_named_as_damaged(copied_data, damage):
    source = datasets.Path(datasets.__file__).parents[1] / "data" / "fashion_mnist_12k.npz"
    content = bytearray(source.read_bytes())
    if damage == "one byte":
        content[len(content) // 2] ^= 1
    content = content[: {"one byte": None, "cut short": 1000, "empty": 0}[damage]]
    (copied_data / source.name).write_bytes(content)
    with pytest.raises(ValueError, match=r"fashion_mnist_12k\.npz is damaged.*get it anew"):
        datasets.load_fashion_mnist()


def test_damaged_photo_is_named_as_damaged(copied_data):
    (copied_data / "photos").mkdir()
    (copied_data / "photos" / "camera.jpg").write_bytes(b"not a picture")
    with pytest.raises(ValueError, match=r"camera\.jpg is damaged"):
        datasets.photo("camera")


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_without_data_the_official_download_is_used(copied_data, monkeypatch, name):
    from lecture_utils._keras import keras

    official = tuple(
        (np.zeros((n, 28, 28), "uint8"), np.zeros(n, "uint8")) for n in (60_000, 10_000)
    )
    monkeypatch.setattr(getattr(keras.datasets, name), "load_data", lambda: official)
    (x_train, _), (x_test, y_test) = getattr(datasets, f"load_{name}")()
    expected = {"mnist": (60_000, 10_000), "fashion_mnist": (12_000, 2_000)}[name]
    assert (len(x_train), len(x_test)) == expected
    assert len(y_test) == len(x_test)


def test_without_data_and_offline_one_sentence_says_where_the_file_belongs(
    copied_data, monkeypatch
):
    from lecture_utils._keras import keras

    def offline(*arguments, **options):
        raise Exception("URL fetch failure: Network is unreachable")

    monkeypatch.setitem(keras.datasets.mnist.load_data.__globals__, "get_file", offline)
    with pytest.raises(
        FileNotFoundError, match=r"could not be downloaded: copy it .* to .*mnist\.npz"
    ):
        datasets.load_mnist()


def test_missing_photo_says_what_to_copy(copied_data):
    with pytest.raises(FileNotFoundError, match=r"'camera' is missing: copy the course's data/"):
        datasets.photo("camera")


def test_arrays_are_the_callers_own():
    first = datasets.load_fashion_mnist()[0][0]
    first[:] = 0
    assert datasets.load_fashion_mnist()[0][0].any()
