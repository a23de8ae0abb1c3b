"""The data of the course: read from its `data/` folder, checked, and never half-read."""

from __future__ import annotations

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
    "photos/astronaut.jpg": "945df306f127a6012259cb6b4694cd1f07c49d63e21136ff595cdd99f3516028",
    "photos/brick.jpg": "87983f6c25c069b4858b747c17917ddfecbc981afee099cd99e7eb535aa8c3d6",
    "photos/camera.jpg": "21f83bbce391b2930ed5e0219e8d4da89c726accc8b79d9c8e575caee0d34778",
    "photos/chelsea.jpg": "2c0357a57121a80b7145db42b093f743c9a0405e33f9e48fd102319a6ce3af89",
    "photos/coffee.jpg": "a840b5683a576a77d120d1617c341b09aea8e568b2e14234bed16b549261d85e",
    "photos/grass.jpg": "287ba09f2dfe12a5e99fd333ce97da447b293fe418c362ffd4c330cb90d854e7",
    "photos/gravel.jpg": "e867ea0a1af247808c6d5e5435188ec5ceae359bcb88de7f9648f2c46aeabcff",
    "photos/handwritten.jpg": "aefae4f64912ae63be030a8f59852bb63ae90f11a14d17b13be1f38a62e3a9e0",
    "photos/rocket.jpg": "604dff5e9c5046d6f5428f32ac12a4ddea1e35ccf1c5a2721f22fe8e2062a903",
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
    from lecture_utils._keras import keras

    try:
        return getattr(keras.datasets, dataset).load_data()
    except Exception:  # Keras raises whatever its download tool does
        # The traceback of a failed download helps nobody: the sentence does.
        raise FileNotFoundError(
            f"There is no {path.name} and it could not be downloaded: "
            f"copy it from the course's data/ folder to {path}."
        ) from None
