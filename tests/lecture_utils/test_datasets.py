"""Data: the official sets, whole or refused, and tables without contradictions."""

import hashlib
import math
import re
import time

import numpy as np
import pytest

from lecture_utils import datasets, models
from lecture_utils.anatomy import blueprint
from lecture_utils.backend import keras

SHIPPED = datasets.DATA


@pytest.fixture
def copied_data(tmp_path, monkeypatch):
    """A data folder of the test's own, empty at first."""
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    return tmp_path


def offline(*arguments, **options):
    raise Exception("URL fetch failure: Network is unreachable")


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
def test_reading_takes_less_than_half_a_second_and_the_arrays_are_the_callers_own(load):
    load()[0][0][:] = 0  # the file comes from the disk once
    start = time.process_time()  # not the clock's: other programs may be at work
    assert load()[0][0].any()
    assert time.process_time() - start < 0.5


def test_photos_are_grey_or_in_colour():
    shapes = {"camera": (512, 512), "chelsea": (300, 451, 3), "coffee": (341, 512, 3)}
    pictures = {name: datasets.photo(name) for name in shapes}
    assert {name: picture.shape for name, picture in pictures.items()} == shapes
    assert all(picture.dtype == np.uint8 for picture in pictures.values())


def test_every_file_that_ships_is_listed_and_whole():
    listed = dict(reversed(line.split()) for line in datasets.CHECKSUMS.read_text().splitlines())
    files = {path for path in SHIPPED.rglob("*") if path.is_file()}
    files -= {SHIPPED / "README.md", datasets.CHECKSUMS}
    assert listed == {
        path.relative_to(SHIPPED).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


LOADERS = {
    "fashion_mnist_12k.npz": datasets.load_fashion_mnist,
    "mnist.npz": datasets.load_mnist,
    "photos/camera.jpg": lambda: datasets.photo("camera"),
    "pretrained/imagenet_classes.txt": lambda: datasets.pretrained_file("imagenet_classes.txt"),
    "networks.csv": datasets.networks,
    "ilsvrc.csv": datasets.ilsvrc,
    "glossary.csv": datasets.glossary,
}


@pytest.mark.parametrize("name", LOADERS)
@pytest.mark.parametrize(
    ("damage", "error", "told"),
    [
        ("one byte", ValueError, r"{name} is damaged.*get it anew.* data/{name}"),
        ("cut short", ValueError, r"{name} is damaged.*get it anew.* data/{name}"),
        ("empty", ValueError, r"{name} is damaged.*get it anew.* data/{name}"),
        ("a folder", OSError, r"{path.name} cannot be read \(.+\): copy it from .*{path}"),
        ("missing", FileNotFoundError, r"{path.name} is missing.*: copy it from .*{path}"),
    ],
)
def test_a_damaged_or_missing_file_is_named_with_what_to_do(
    copied_data, monkeypatch, name, damage, error, told
):
    monkeypatch.setitem(keras.datasets.mnist.load_data.__globals__, "get_file", offline)
    monkeypatch.setitem(keras.datasets.fashion_mnist.load_data.__globals__, "get_file", offline)
    content = (SHIPPED / name).read_bytes()
    half = len(content) // 2
    path = copied_data / name
    path.parent.mkdir(exist_ok=True)
    if damage == "a folder":
        path.mkdir()
    elif damage != "missing":
        changed = content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :]
        path.write_bytes({"one byte": changed, "cut short": content[:1000], "empty": b""}[damage])
    with pytest.raises(error, match=told.format(name=name, path=path)):
        LOADERS[name]()


@pytest.mark.parametrize("content", [None, b"", b"\xff\x00 garbage", b"0123456789abcdef"])
@pytest.mark.parametrize("name", LOADERS)
def test_without_a_whole_list_of_checksums_nothing_is_believed(
    tmp_path, monkeypatch, name, content
):
    monkeypatch.setattr(datasets, "CHECKSUMS", tmp_path / "SHA256SUMS")
    if content is not None:
        datasets.CHECKSUMS.write_bytes(content)
    told = "missing: copy it" if content is None else "damaged.* get it anew"
    with pytest.raises((FileNotFoundError, ValueError), match=rf"SHA256SUMS is {told}"):
        LOADERS[name]()


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
@pytest.mark.parametrize("whole", [True, False])
def test_without_data_the_official_download_is_used_if_its_checksum_is_right(
    copied_data, monkeypatch, name, whole
):
    monkeypatch.setattr(datasets, "DATA", SHIPPED)
    expected = getattr(datasets, f"load_{name}")()
    # Keras gives all of Fashion-MNIST; the rest is not the course's.
    more = {"mnist": 0, "fashion_mnist": 48_000}[name]
    (images, labels), test = expected
    images = np.concatenate([images, np.zeros((more, 28, 28), "uint8")])
    labels = np.concatenate([labels, np.zeros(more, "uint8")])
    images[3, 5, 7] ^= not whole
    monkeypatch.setattr(datasets, "DATA", copied_data)
    download = getattr(keras.datasets, name)
    monkeypatch.setattr(download, "load_data", lambda: ((images, labels), test))
    if whole:
        for part, right in zip(getattr(datasets, f"load_{name}")(), expected, strict=True):
            for array, same in zip(part, right, strict=True):
                np.testing.assert_array_equal(array, same)
    else:
        with pytest.raises(FileNotFoundError, match=rf"{name}.* not be downloaded whole: copy it"):
            getattr(datasets, f"load_{name}")()


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


def test_the_published_parameters_are_those_of_the_builders_and_errors_have_conditions():
    for row in datasets.networks():
        model = blueprint(getattr(models, row["name"]))
        assert model.name == row["name"] and 1989 <= row["year"] <= 2016 and row["paper"]
        assert row["parameters"] == sum(math.prod(w.shape) for w in model.trainable_weights)
        for conditions, columns in {
            "conditions": ("top1", "top5"),
            "ten_crops_conditions": ("top1_ten_crops", "top5_ten_crops"),
            "ensemble_conditions": ("top5_ensemble",),
        }.items():
            errors = [row[column] for column in columns if row[column] is not None]
            assert bool(errors) == bool(row[conditions]) and all(3 < at < 45 for at in errors)
        if row["top5"] and row["top5_ten_crops"]:
            assert row["top5_ten_crops"] < row["top5"]


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


def test_the_glossary_is_in_order_without_duplicates_and_names_lectures_that_exist():
    rows = datasets.glossary()
    assert rows == sorted(rows, key=lambda row: row["term"].lower())
    for language in ("term", *SCRIPTS):
        assert len({row[language].lower() for row in rows}) == len(rows)
    pages = {path.name[:2] for path in (SHIPPED.parent / "notebooks").glob("*.ipynb")}
    lectures = [row["lecture"].split(", ") for row in rows]
    assert {number for numbers in lectures for number in numbers} <= pages
    assert all(numbers == sorted(set(numbers)) for numbers in lectures)


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


def test_what_cannot_be_drawn_is_said():
    for name, odd in (("count", 10**9), ("size", 4), ("seed", -1), ("part", "all")):
        with pytest.raises(ValueError, match=f"^{name} must be .*, got {odd!r}"):
            datasets.digits_on_photos(**{"count": 1, name: odd})


def test_numpys_whole_numbers_are_whole_numbers():
    images = datasets.digits_on_photos(np.uint8(2), size=np.uint8(250), seed=np.int64(1))[0]
    np.testing.assert_array_equal(images, datasets.digits_on_photos(2, size=250, seed=1)[0])


@pytest.mark.parametrize("name", ["cat", None, "../chelsea"])
def test_other_names_are_refused_with_those_that_will_do(name):
    with pytest.raises(ValueError, match=r"^name must be one of .*'chelsea'.*, got "):
        datasets.photo(name)
    with pytest.raises(ValueError, match=r"^name must be one of .*'imagenet_classes.txt'.*, got "):
        datasets.pretrained_file(name)
