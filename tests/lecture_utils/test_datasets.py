import hashlib
import re
import time

import numpy as np
import pytest

from lecture_utils import datasets
from lecture_utils.dev.notebooks import notebook_paths


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
        if path.is_file() and path.name not in {"README.md", "SHA256SUMS"}
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
    from lecture_utils.backend import keras

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
    from lecture_utils.backend import keras

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


def test_pretrained_file_is_whole_damaged_or_missing(copied_data):
    name = "imagenet_classes.txt"
    source = datasets.Path(datasets.__file__).parents[1] / "data" / "pretrained" / name
    with pytest.raises(
        FileNotFoundError, match=r"classes\.txt is missing: copy it from .* to .*pretrained"
    ):
        datasets.pretrained_file(name)
    copy = copied_data / "pretrained" / name
    copy.parent.mkdir()
    copy.write_bytes(source.read_bytes())
    classes = datasets.pretrained_file(name).decode().splitlines()
    assert (len(classes), classes[0], classes[-1]) == (1000, "tench", "toilet tissue")
    copy.write_bytes(source.read_bytes().replace(b"tench", b"trout"))
    with pytest.raises(ValueError, match=r"imagenet_classes\.txt is damaged.*get it anew"):
        datasets.pretrained_file(name)


def test_the_results_on_imagenet_hold_numbers_with_their_papers():
    rows = datasets.ilsvrc()
    winners = {row["year"]: row["top5"] for row in rows if row["place"] == 1}
    assert winners == {2010: 28.2, 2011: 25.8, 2012: 15.3, 2013: 11.7, 2014: 6.67, 2015: 3.57}
    for row in rows:
        assert 3 < row["top5"] < 30 and row["paper"] and re.search(r"\[(T|M)", row["note"])
        assert row["top1"] is None or row["top1"] > row["top5"]
        assert row["images"] in {"test", "validation", "validation subset"}
        assert row["kind"] == "convnet" or row["networks"] is None
        assert row["outside_data"] in {"yes", "no", ""}


def test_the_results_on_imagenet_agree_with_the_table_of_networks():
    published = {row["name"]: row for row in datasets.networks()}
    columns = {"1": "top5", "10": "top5_ten_crops"}
    compared = 0
    for row in datasets.ilsvrc():
        if row["name"]:
            assert row["name"] in published
        if row["networks"] == 1 and row["crops"] in columns:
            assert row["top5"] == published[row["name"]][columns[row["crops"]]]
            compared += 1
    assert compared >= 9


def test_more_crops_and_more_networks_make_fewer_errors():
    rows = [row for row in datasets.ilsvrc() if row["name"] == "googlenet"]
    errors = {(row["networks"], int(row["crops"])): row["top5"] for row in rows}
    for networks in (1, 7):
        assert errors[networks, 1] > errors[networks, 10] > errors[networks, 144]
    assert all(errors[1, crops] > errors[7, crops] for crops in (1, 10, 144))


SCRIPTS = {"uk": r"[а-яіїєґ]", "hy": r"[\u0561-\u0587]", "fa": r"[\u0600-\u06ff]"}


def test_the_glossary_is_complete_in_four_languages():
    rows = datasets.glossary()
    assert len(rows) >= 60
    for row in rows:
        assert set(row) == {"term", "uk", "hy", "fa", "lecture", "definition"}
        assert all(row.values()), row
        assert re.search(r"[A-Za-z]{3}", row["term"])
        for language, letters in SCRIPTS.items():
            assert re.search(letters, row[language]), (row["term"], language)
        # Letters of another alphabet, also those that look alike, are in no word.
        assert not re.search(r"[\u0400-\u04ff]", row["term"] + row["hy"] + row["fa"]), row["term"]
        # Persian has its own ke and ye, not the Arabic ones.
        assert not re.search("[\u0643\u064a]", row["fa"]), row["term"]
        assert row["definition"].endswith(".") and row["definition"].count(". ") == 0


@pytest.mark.parametrize("language", ["term", *SCRIPTS])
def test_the_glossary_has_no_duplicates(language):
    words = [row[language].lower() for row in datasets.glossary()]
    assert len(set(words)) == len(words)


def test_the_glossary_is_in_order_and_names_lectures_that_exist():
    rows = datasets.glossary()
    assert rows == sorted(rows, key=lambda row: row["term"].lower())
    lectures = {path.name[:2] for path in notebook_paths()}
    assert {row["lecture"] for row in rows} <= lectures


def test_arrays_are_the_callers_own():
    first = datasets.load_fashion_mnist()[0][0]
    first[:] = 0
    assert datasets.load_fashion_mnist()[0][0].any()


def test_digits_on_photos_are_what_was_ordered():
    images, masks = datasets.digits_on_photos(20, size=48, seed=3)
    assert (images.shape, images.dtype) == ((20, 48, 48, 3), np.float32)
    assert (masks.shape, masks.dtype) == ((20, 48, 48), np.uint8)
    assert images.min() >= 0 and images.max() <= 1
    assert set(np.unique(masks)) == {0, 1}
    rows = [np.ptp(np.nonzero(mask)[0]) + 1 for mask in masks]
    assert all(0.3 * 48 <= row <= 0.8 * 48 + 1 for row in rows)


def test_the_same_seed_gives_the_same_pictures():
    images, masks = datasets.digits_on_photos(5, seed=1)
    for expected, got in zip((images, masks), datasets.digits_on_photos(5, seed=1), strict=True):
        np.testing.assert_array_equal(got, expected)
    first = datasets.digits_on_photos(3, seed=1)[0]
    np.testing.assert_array_equal(first, images[:3])
    assert not np.array_equal(datasets.digits_on_photos(5, seed=2)[0], images)
    assert not np.array_equal(datasets.digits_on_photos(5, seed=1, part="test")[0], images)


def test_a_mask_holds_the_pixels_that_the_digit_covers_half(monkeypatch):
    # On a black photo a pixel's brightness, as a share of the digit's colour, is how much of it
    # the digit covers.
    monkeypatch.setattr(datasets, "photo", lambda name: np.zeros((300, 400), "uint8"))
    images, masks = datasets.digits_on_photos(50)
    for image, mask in zip(images, masks, strict=True):
        channel = image[..., image.max(axis=(0, 1)).argmax()]
        cover = channel / channel.max()
        np.testing.assert_array_equal(mask[cover > 0.51], 1)
        np.testing.assert_array_equal(mask[cover < 0.48], 0)
        assert mask.sum() > 20


def test_training_and_test_pictures_have_no_digit_and_no_photo_in_common(monkeypatch):
    asked = {"train": set(), "test": set()}
    load = datasets.photo
    for part, names in asked.items():
        monkeypatch.setattr(datasets, "photo", lambda name, n=names: n.add(name) or load(name))
        datasets.digits_on_photos(2, part=part)
    assert asked["train"] and asked["test"] and not asked["train"] & asked["test"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"count": 0}, "count must be at least 1"),
        ({"count": 1, "size": 4}, "size at least 8, got 1 and 4"),
        ({"count": 1, "part": "validation"}, "part must be 'train' or 'test', got 'validation'"),
    ],
)
def test_what_cannot_be_drawn_is_said(arguments, message):
    with pytest.raises(ValueError, match=message):
        datasets.digits_on_photos(**arguments)
