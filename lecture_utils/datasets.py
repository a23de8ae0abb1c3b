"""The data of the course: read from its `data/` folder, checked, and never half-read.

Each file must have the checksum that `data/SHA256SUMS` lists. A FileNotFoundError says where a
missing file belongs, a ValueError how to get a damaged one anew, or which argument will not do.
"""

import csv
import hashlib
import io
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from PIL import Image

from lecture_utils.checks import choice, whole

Split: TypeAlias = tuple[np.ndarray, np.ndarray]
Row: TypeAlias = dict[str, str | int | float | None]

DATA = Path(__file__).resolve().parent.parent / "data"
CHECKSUMS = DATA / "SHA256SUMS"

FASHION_NAMES = (
    "T-shirt", "trousers", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip

# SHA-256 of all arrays, one after the other, that Keras's downloads must have.
DOWNLOADED = {
    "mnist": "06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16",
    "fashion_mnist": "8f944f7e72375648dbb65f6de42d3273b8e4fc9b3872f6c04ade9d2196c755dd",
}

# Digits of the test part are written by other people, and lie on photos that training never shows.
_BACKGROUNDS = {
    "train": ("astronaut", "coffee", "rocket", "brick", "grass"),
    "test": ("chelsea", "camera", "gravel"),
}


def load_mnist() -> tuple[Split, Split]:
    """Load MNIST, all 70,000 digits, in the official order.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: images `(60000, 28, 28)` and `(10000, 28, 28)`,
        labels `(60000,)` and `(10000,)`, all `uint8`, the same arrays as
        `keras.datasets.mnist.load_data()`.

    Source: LeCun, Cortes, Burges, The MNIST database of handwritten digits.

    Lecture 01 uses it.
    """
    return _load("mnist", "mnist.npz", 60_000, 10_000)


def load_fashion_mnist() -> tuple[Split, Split]:
    """Load the first 12,000 training and 2,000 test garments of Fashion-MNIST.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: images `(12000, 28, 28)` and `(2000, 28, 28)`,
        labels `(12000,)` and `(2000,)`, all `uint8`, in the official order. `FASHION_NAMES` says
        what the labels mean.

    Source: Xiao, Rasul, Vollgraf, Fashion-MNIST, 2017 (arXiv:1708.07747).

    Lecture 06 uses it.
    """
    return _load("fashion_mnist", "fashion_mnist_12k.npz", 12_000, 2_000)


def photo(name: str) -> np.ndarray:
    """Load one of the photos that ship with the course.

    Args:
        name: `"astronaut"`, `"chelsea"`, `"coffee"`, `"rocket"` or `"handwritten"` (colour);
            `"camera"`, `"brick"`, `"grass"` or `"gravel"` (grey).

    Returns:
        `uint8` array `(height, width, 3)`, or `(height, width)` for the grey ones.

    Lecture 03 uses it.
    """
    return np.asarray(Image.open(io.BytesIO(_named("photos/", name, ".jpg"))))


def digits_on_photos(
    count: int, size: int = 64, seed: int = 0, part: str = "train"
) -> tuple[np.ndarray, np.ndarray]:
    """Paste handwritten digits onto pieces of photos: objects to cut out, with exact masks.

    Each picture is a square of a photo, somewhere and of some size, and on it a digit of MNIST in
    one colour, 0.4 to 0.8 times as high as the picture.

    Args:
        count: Number of pictures.
        size: Their height and width in pixels.
        seed: The same seed gives the same pictures.
        part: `"train"`, or `"test"` for digits and photos that `"train"` does not have.

    Returns:
        Images `float32` `(count, size, size, 3)` from 0 to 1, and masks `uint8`
        `(count, size, size)`: 1 where the digit covers at least half of a pixel, otherwise 0.

    Lecture 13 uses it.
    """
    size, seed = whole("size", size, 8, 4096), whole("seed", seed, 0)
    count = whole("count", count, 1, 2**28 // size**2, advice="more would not fit into memory")
    part = choice("part", part, tuple(_BACKGROUNDS))
    digits = load_mnist()[part == "test"][0]
    photos = [photo(name) for name in _BACKGROUNDS[part]]
    rng = np.random.default_rng([seed, size, part == "test"])
    images = np.empty((count, size, size, 3), "float32")
    masks = np.empty((count, size, size), "uint8")
    for i in range(count):
        background = _piece(photos[rng.integers(len(photos))], size, rng)
        cover = _placed(digits[rng.integers(len(digits))], size, rng)
        colour = behind = background[cover >= 0.5].mean(axis=0)
        while np.linalg.norm(colour - behind) <= 0.4:  # until the digit can be told from the photo
            colour = rng.random(3, dtype="float32")
        images[i] = background + cover[..., np.newaxis] * (colour - background)
        masks[i] = cover >= 0.5
    return images, masks


def _piece(picture: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Cut a random square out of a photo, as (size, size, 3) from 0 to 1."""
    shortest = min(picture.shape[:2])
    side = int(rng.integers(min(size, shortest), shortest + 1))
    top, left = (int(rng.integers(length - side + 1)) for length in picture.shape[:2])
    square = Image.fromarray(picture[top : top + side, left : left + side]).convert("RGB")
    return np.asarray(square.resize((size, size), Image.Resampling.BOX), "float32") / 255


def _placed(digit: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Scale a digit and put it somewhere: how much of each pixel it covers, (size, size)."""
    rows, columns = np.nonzero(digit > 127)
    digit = digit[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    height = round(size * rng.uniform(0.4, 0.8))
    width = min(size, max(1, round(height * digit.shape[1] / digit.shape[0])))
    scaled = Image.fromarray(digit).resize((width, height), Image.Resampling.BICUBIC)
    top, left = rng.integers(size - height + 1), rng.integers(size - width + 1)
    cover = np.zeros((size, size), "float32")
    cover[top : top + height, left : left + width] = np.asarray(scaled, "float32") / 255
    return cover


def pretrained_file(name: str) -> bytes:
    """Read a file that belongs to the trained networks, such as their weights or class names.

    Args:
        name: Name of the file in `data/pretrained/`.

    Returns:
        Its content.
    """
    return _named("pretrained/", name)


def networks() -> list[Row]:
    """Read what was published about the networks of the course: parameters, errors on ImageNet.

    Returns:
        A dictionary for each network: `name` (its builder's), `title`, `year`, `authors`, `paper`,
        `link`, `parameters`, then errors in % with their conditions. `top1` and `top5` are those
        of one network that sees one crop of each image, `top1_ten_crops` and `top5_ten_crops`
        average over about ten, `top5_ensemble` is of several networks. Only errors of the same
        column can be compared. None where nothing is published.

    Example:
        >>> [row["top5"] for row in networks() if row["name"] == "resnet50"]
        [7.8]

    Lecture 14 uses it.
    """
    return _table("networks.csv")


def ilsvrc() -> list[Row]:
    """Read results on ImageNet, among them the best entries of the challenge of each year.

    Returns:
        A dictionary for each result: `year`, `entry`, `name` (the network's builder, if the course
        has it), `kind` (`"convnet"` or `"other"`), `place` in the challenge, the errors `top1` and
        `top5` in %, `images` (`"test"`, `"validation"` or `"validation subset"`), `networks` (how
        many are averaged), `crops` of each image, `outside_data`, `hardware`, `days` of training,
        `paper`, `link`, `note`. None or empty where it is not known. Only errors under equal
        conditions can be compared.

    Example:
        >>> [row["top5"] for row in ilsvrc() if row["year"] == 2015 and row["place"] == 1]
        [3.57]

    Lecture 14 uses it.
    """
    return _table("ilsvrc.csv")


def glossary() -> list[Row]:
    """Read the terms that the course defines, in four languages.

    Returns:
        A dictionary for each term, in alphabetical order: `term` (English), `uk` (Ukrainian), `hy`
        (Armenian), `fa` (Persian, which is written from right to left), `lecture` (such as
        `"04"`, or `"09, 14"`: introduced, treated) and `definition`, a sentence in English.

    Example:
        >>> [row["uk"] for row in glossary() if row["term"] == "stride"]
        ['крок']

    Lecture 14 uses it.
    """
    return _table("glossary.csv")


def _table(name: str) -> list[Row]:
    """Read a table with a header, one dictionary per row."""
    rows = csv.DictReader(io.StringIO(_read(name).decode()))
    return [{key: _value(key, text) for key, text in row.items()} for row in rows]


def _value(key: str, text: str) -> str | int | float | None:
    """Turn a cell of a table into what it means."""
    if key in ("year", "parameters", "place", "networks"):
        return int(text) if text else None
    if key.startswith("top"):
        return float(text) if text else None
    return text


def _checksums() -> dict[str, str]:
    """Read the SHA-256 of every file that ships, by name."""
    lines = _content(CHECKSUMS).decode(errors="replace").splitlines()
    return {line[64:].strip(): line[:64] for line in lines}


def _content(path: Path) -> bytes:
    """Read a file, or raise an error of one sentence."""
    try:
        return path.read_bytes()
    except OSError as error:
        gone = isinstance(error, FileNotFoundError)
        problem = "is missing" if gone else f"cannot be read ({error.strerror})"
        raise type(error)(
            f"The data file {path.name} {problem}: copy it from the course's data/ to {path}."
        ) from None


def _named(folder: str, name: Any, ending: str = "") -> bytes:
    """Read one of the data files of a folder, or raise a ValueError with the names of them all."""
    known = [file for file in _checksums() if file.startswith(folder)]
    if known:  # otherwise the list is damaged, not the name wrong
        choice("name", name, [file.removeprefix(folder).removesuffix(ending) for file in known])
    return _read(f"{folder}{name}{ending}")


def _read(name: str) -> bytes:
    """Read a data file whose checksum is right."""
    content, listed = _content(DATA / name), _checksums().get(name)
    if hashlib.sha256(content).hexdigest() != listed:
        damaged = name if listed else CHECKSUMS.name
        raise ValueError(
            f"The data file {damaged} is damaged, as the checksum of {name} shows: get it anew, "
            f"for example with `git checkout -- data/{damaged}`."
        )
    return content


def _load(dataset: str, file: str, *counts: int) -> tuple[Split, Split]:
    """Read a data set; download it for those who have the package, but not its data."""
    if (DATA / file).exists():
        with np.load(io.BytesIO(_read(file))) as arrays:
            return tuple((arrays[f"x_{part}"], arrays[f"y_{part}"]) for part in ("train", "test"))
    from lecture_utils.backend import keras

    try:
        parts = zip(getattr(keras.datasets, dataset).load_data(), counts, strict=True)
        # Keras compares the download of MNIST with a checksum, but not that of Fashion-MNIST.
        train, test = [tuple(np.array(array[:count]) for array in part) for part, count in parts]
        content = b"".join(array.tobytes() for array in train + test)
        if hashlib.sha256(content).hexdigest() != DOWNLOADED[dataset]:
            raise ValueError("This is another data set, or it is damaged.")
    except Exception:  # Keras raises whatever its download tool does
        raise FileNotFoundError(
            f"The data file {file} is missing and could not be downloaded whole: copy it from the "
            f"course's data/ to {DATA / file}."
        ) from None
    return train, test
