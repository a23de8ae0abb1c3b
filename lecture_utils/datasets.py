"""The data of the course: read from its `data/` folder, checked, and never half-read."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path
from typing import TypeAlias

import numpy as np

Split: TypeAlias = tuple[np.ndarray, np.ndarray]

DATA = Path(__file__).resolve().parent.parent / "data"

# SHA-256 of every file that ships, as in data/SHA256SUMS.
CHECKSUMS = {
    "mnist.npz": "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64",
    "fashion_mnist_12k.npz": "becb5cab66a49ad3afd0df43994637b8bfb704a6ebb12d1e147384534e59e762",
    "glossary.csv": "51e29db4721e4e3e05299b5d8f748d8dd235914d807cdbcb613176a84d498116",
    "ilsvrc.csv": "90bea3078f2f28f71b55d6db3a606bea3ab436970b366be440756d83e90f3663",
    "networks.csv": "fd2c5b73bd23a0812f461b87d70fdf9c7ef7a60228b471eed1220d22e467c7cd",
    "photos/astronaut.jpg": "945df306f127a6012259cb6b4694cd1f07c49d63e21136ff595cdd99f3516028",
    "photos/brick.jpg": "87983f6c25c069b4858b747c17917ddfecbc981afee099cd99e7eb535aa8c3d6",
    "photos/camera.jpg": "21f83bbce391b2930ed5e0219e8d4da89c726accc8b79d9c8e575caee0d34778",
    "photos/chelsea.jpg": "2c0357a57121a80b7145db42b093f743c9a0405e33f9e48fd102319a6ce3af89",
    "photos/coffee.jpg": "a840b5683a576a77d120d1617c341b09aea8e568b2e14234bed16b549261d85e",
    "photos/grass.jpg": "287ba09f2dfe12a5e99fd333ce97da447b293fe418c362ffd4c330cb90d854e7",
    "photos/gravel.jpg": "e867ea0a1af247808c6d5e5435188ec5ceae359bcb88de7f9648f2c46aeabcff",
    "photos/handwritten.jpg": "aefae4f64912ae63be030a8f59852bb63ae90f11a14d17b13be1f38a62e3a9e0",
    "photos/rocket.jpg": "604dff5e9c5046d6f5428f32ac12a4ddea1e35ccf1c5a2721f22fe8e2062a903",
    "pretrained/efficientnet_lite0.npz": (
        "55332eca72bba7d6d3a696c7885c3cd2a2b977640869f9a5f50d60f0ba51384c"
    ),
    "pretrained/efficientnet_lite0_expected_top5.json": (
        "548a766dfc8b53d20451f1058557d649155bd1583855a5f8c1ed49ccccb8c74a"
    ),
    "pretrained/imagenet_classes.txt": (
        "e697a491aa735cc6c2aaf982f8e86e8fc7b0a1ea7750a2cc6a2bdfc1e109012f"
    ),
}

FASHION_NAMES = (
    "T-shirt", "trousers", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip


def load_mnist() -> tuple[Split, Split]:
    """Load MNIST, all 70,000 digits, in the official order.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: images `(60000, 28, 28)` and `(10000, 28, 28)`,
        labels `(60000,)` and `(10000,)`, all `uint8`, the same arrays as
        `keras.datasets.mnist.load_data()`.

    Raises:
        FileNotFoundError: if the file is neither in `data/` nor to be downloaded.
        ValueError: if the file is damaged.

    Source:
        LeCun, Cortes, Burges: The MNIST database of handwritten digits.
    """
    path = _data_file("mnist.npz")
    if path.is_file():
        return _read_splits(path)
    return _download("mnist", path)


def load_fashion_mnist() -> tuple[Split, Split]:
    """Load the first 12,000 training and 2,000 test garments of Fashion-MNIST.

    The names of the ten classes are in `FASHION_NAMES`.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: images `(12000, 28, 28)` and `(2000, 28, 28)`,
        labels `(12000,)` and `(2000,)`, all `uint8`, in the official order.

    Raises:
        FileNotFoundError: if the file is neither in `data/` nor to be downloaded.
        ValueError: if the file is damaged.

    Source:
        Xiao, Rasul, Vollgraf: Fashion-MNIST. arXiv:1708.07747, 2017.
    """
    path = _data_file("fashion_mnist_12k.npz")
    if path.is_file():
        return _read_splits(path)
    (x_train, y_train), (x_test, y_test) = _download("fashion_mnist", path)
    return (x_train[:12_000], y_train[:12_000]), (x_test[:2_000], y_test[:2_000])


def photo(name: str) -> np.ndarray:
    """Load one of the photos that ship with the course.

    Args:
        name: `"astronaut"`, `"chelsea"`, `"coffee"`, `"rocket"` or `"handwritten"` (colour);
            `"camera"`, `"brick"`, `"grass"` or `"gravel"` (grey).

    Returns:
        `uint8` array `(height, width, 3)`, or `(height, width)` for the grey ones.

    Raises:
        ValueError: if there is no photo of that name, or its file is damaged.
        FileNotFoundError: if the file is not in `data/photos/`.

    Example:
        >>> photo("camera").shape
        (512, 512)
    """
    from PIL import Image

    known = sorted(Path(file).stem for file in CHECKSUMS if file.startswith("photos/"))
    if name not in known:
        raise ValueError(f"name is {name!r}, but the photos are: {', '.join(known)}.")
    path = _data_file(f"photos/{name}.jpg")
    if not path.is_file():
        raise FileNotFoundError(
            f"The photo {name!r} is missing: copy the course's data/ to {DATA}."
        )
    return np.asarray(Image.open(io.BytesIO(_checked_bytes(path))))


# Digits of the test part are written by other people, and lie on photos that training never shows.
_BACKGROUNDS = {
    "train": ("astronaut", "coffee", "rocket", "brick", "grass"),
    "test": ("chelsea", "camera", "gravel"),
}


def digits_on_photos(
    count: int, size: int = 64, seed: int = 0, part: str = "train"
) -> tuple[np.ndarray, np.ndarray]:
    """Paste handwritten digits onto pieces of photos: objects to cut out, with exact masks.

    Each picture is a square of a photo, somewhere and of some size, and on it a digit of MNIST in
    one colour, 0.4 to 0.8 times as high as the picture.

    Args:
        count: number of pictures.
        size: their height and width in pixels.
        seed: the same seed gives the same pictures.
        part: `"train"`, or `"test"` for digits and photos that `"train"` does not have.

    Returns:
        Images `float32` `(count, size, size, 3)` from 0 to 1, and masks `uint8`
        `(count, size, size)`: 1 where the digit covers at least half of a pixel, otherwise 0.

    Raises:
        ValueError: if an argument will not do.

    Example:
        >>> images, masks = digits_on_photos(10)
        >>> images.shape, masks.shape
        ((10, 64, 64, 3), (10, 64, 64))
    """
    if count < 1 or size < 8:
        raise ValueError(f"count must be at least 1 and size at least 8, got {count} and {size}")
    if part not in _BACKGROUNDS:
        raise ValueError(f"part must be 'train' or 'test', got {part!r}")
    digits = load_mnist()[part == "test"][0]
    photos = [photo(name) for name in _BACKGROUNDS[part]]
    rng = np.random.default_rng([seed, size, part == "test"])
    images = np.empty((count, size, size, 3), "float32")
    masks = np.empty((count, size, size), "uint8")
    for i in range(count):
        background = _piece(photos[rng.integers(len(photos))], size, rng)
        cover = _placed(digits[rng.integers(len(digits))], size, rng)
        colour = _colour_unlike(background[cover >= 0.5].mean(axis=0), rng)
        images[i] = background + cover[..., np.newaxis] * (colour - background)
        masks[i] = cover >= 0.5
    return images, masks


def _piece(picture: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Cut a random square out of a photo, as (size, size, 3) from 0 to 1."""
    from PIL import Image

    shortest = min(picture.shape[:2])
    side = int(rng.integers(min(size, shortest), shortest + 1))
    top, left = (int(rng.integers(length - side + 1)) for length in picture.shape[:2])
    square = Image.fromarray(picture[top : top + side, left : left + side]).convert("RGB")
    return np.asarray(square.resize((size, size), Image.Resampling.BOX), "float32") / 255


def _placed(digit: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Scale a digit and put it somewhere: how much of each pixel it covers, (size, size)."""
    from PIL import Image

    rows, columns = np.nonzero(digit > 127)
    digit = digit[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    height = round(size * rng.uniform(0.4, 0.8))
    width = min(size, max(1, round(height * digit.shape[1] / digit.shape[0])))
    scaled = Image.fromarray(digit).resize((width, height), Image.Resampling.BICUBIC)
    top, left = rng.integers(size - height + 1), rng.integers(size - width + 1)
    cover = np.zeros((size, size), "float32")
    cover[top : top + height, left : left + width] = np.asarray(scaled, "float32") / 255
    return cover


def _colour_unlike(other: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw a colour that can be told from another one."""
    while True:
        colour = rng.random(3, dtype="float32")
        if np.linalg.norm(colour - other) > 0.4:
            return colour


def pretrained_file(name: str) -> bytes:
    """Read a file that belongs to the trained networks, such as their weights or class names.

    Args:
        name: of the file in `data/pretrained/`.

    Returns:
        Its content, whose checksum is right.

    Raises:
        FileNotFoundError: if the file is missing.
        ValueError: if the file is damaged.

    Example:
        >>> pretrained_file("imagenet_classes.txt").decode().splitlines()[:2]
        ['tench', 'goldfish']
    """
    path = _data_file(f"pretrained/{name}")
    if not path.is_file():
        raise FileNotFoundError(
            f"The file {name} is missing: copy it from the course's data/pretrained/ to {path}."
        )
    return _checked_bytes(path)


def networks() -> list[dict[str, str | int | float | None]]:
    """Read what was published about the networks of the course: parameters, errors on ImageNet.

    Returns:
        A dictionary for each network: `name` (its builder's), `title`, `year`, `authors`, `paper`,
        `link`, `parameters`, then errors in % with their conditions. `top1` and `top5` are those
        of one network that sees one crop of each image, `top1_ten_crops` and `top5_ten_crops`
        average over about ten, `top5_ensemble` is of several networks. Only errors of the same
        column can be compared. None where nothing is published.

    Raises:
        FileNotFoundError: if the file is not in `data/`.
        ValueError: if the file is damaged.

    Example:
        >>> [row["top5"] for row in networks() if row["name"] == "resnet50"]
        [7.8]
    """
    return _table("networks.csv")


def ilsvrc() -> list[dict[str, str | int | float | None]]:
    """Read results on ImageNet, among them the best entries of the challenge of each year.

    Returns:
        A dictionary for each result: `year`, `entry`, `name` (the network's builder, if the course
        has it), `kind` (`"convnet"` or `"other"`), `place` in the challenge, the errors `top1` and
        `top5` in %, `images` (`"test"`, `"validation"` or `"validation subset"`), `networks` (how
        many are averaged), `crops` of each image, `outside_data`, `hardware`, `days` of training,
        `paper`, `link`, `note`. None or empty where it is not known. Only errors under equal
        conditions can be compared.

    Raises:
        FileNotFoundError: if the file is not in `data/`.
        ValueError: if the file is damaged.

    Example:
        >>> [row["top5"] for row in ilsvrc() if row["year"] == 2015 and row["place"] == 1]
        [3.57]
    """
    return _table("ilsvrc.csv")


def glossary() -> list[dict[str, str | int | float | None]]:
    """Read the terms that the course defines, in four languages.

    Returns:
        A dictionary for each term, in alphabetical order: `term` (English), `uk` (Ukrainian), `hy`
        (Armenian), `fa` (Persian, which is written from right to left), `lecture` (such as
        `"04"`, where the term is defined) and `definition`, one sentence in English.

    Raises:
        FileNotFoundError: if the file is not in `data/`.
        ValueError: if the file is damaged.

    Example:
        >>> [row["uk"] for row in glossary() if row["term"] == "stride"]
        ['крок']
    """
    return _table("glossary.csv")


def _table(name: str) -> list[dict[str, str | int | float | None]]:
    """Read a table with a head, a dictionary a row."""
    path = _data_file(name)
    if not path.is_file():
        raise FileNotFoundError(f"{path.name} is missing: copy the course's data/ to {DATA}.")
    rows = csv.DictReader(io.StringIO(_checked_bytes(path).decode()))
    return [{key: _value(key, text) for key, text in row.items()} for row in rows]


def _value(key: str, text: str) -> str | int | float | None:
    """Turn a cell of a table into what it means."""
    if key in ("year", "parameters", "place", "networks"):
        return int(text) if text else None
    if key.startswith("top"):
        return float(text) if text else None
    return text


def _data_file(name: str) -> Path:
    return DATA.joinpath(*name.split("/"))


def _checked_bytes(path: Path) -> bytes:
    content = path.read_bytes()
    name = path.relative_to(DATA).as_posix()
    if hashlib.sha256(content).hexdigest() != CHECKSUMS[name]:
        raise ValueError(
            f"The data file {path} is damaged (its checksum is wrong): "
            f"get it anew, for example with `git checkout -- data/{name}`."
        )
    return content


def _read_splits(path: Path) -> tuple[Split, Split]:
    with np.load(io.BytesIO(_checked_bytes(path))) as arrays:
        x_train, y_train, x_test, y_test = (
            arrays[name] for name in ("x_train", "y_train", "x_test", "y_test")
        )
    return (x_train, y_train), (x_test, y_test)


def _download(dataset: str, path: Path) -> tuple[Split, Split]:
    """Fall back on the official download, for who has the package but not the course's data."""
    from lecture_utils.backend import keras

    try:
        return getattr(keras.datasets, dataset).load_data()
    except Exception:  # Keras raises whatever its download tool does
        # The traceback of a failed download helps nobody: the sentence does.
        raise FileNotFoundError(
            f"There is no {path.name} and it could not be downloaded: "
            f"copy it from the course's data/ folder to {path}."
        ) from None
