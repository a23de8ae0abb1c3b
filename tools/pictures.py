"""A folder of pictures, found, read and shared out: what `tools.train` learns from."""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lecture_utils import backend  # noqa: F401 (loads TensorFlow quietly)

import tensorflow as tf  # isort: skip

SUFFIXES = (".jpg", ".jpeg", ".png")
LARGER = 256 / 224  # the picture's shorter side, in sides of what is cut from it
Seed = tuple[int, int]  # of a training, and the first of a pass's own numbers


class Pictures(NamedTuple):
    """The pictures of a folder: its classes, each picture's file in it, the number of its class."""

    folder: Path
    classes: list[str]
    files: list[str]
    labels: np.ndarray

    def mark(self) -> str:
        """Return a short mark of the names, which tells these pictures from others."""
        return f"{zlib.crc32(chr(10).join(self.files).encode()):08x}"


def find(folder: Path) -> Pictures:
    """Find the pictures in the folders of the classes, in the order of their names."""
    if not folder.is_dir():
        sys.exit(f"There is no folder {folder}: --pictures holds train/CLASS/* and val/CLASS/*.")
    classes = sorted(each.name for each in os.scandir(folder) if each.is_dir())
    classes = [name for name in classes if name[0] != "."]
    files, labels = [], []
    for number, name in enumerate(classes):
        inside = sorted(each.name for each in os.scandir(folder / name))
        found = [file for file in inside if file[0] != "." and file.lower().endswith(SUFFIXES)]
        if not found:
            sys.exit(f"The class {folder / name} has no picture ({', '.join(SUFFIXES)}).")
        files += [f"{name}/{file}" for file in found]
        labels += [number] * len(found)
    if len(classes) < 2:
        sys.exit(f"{folder} must hold folders of two classes at least, it has {len(classes)}.")
    return Pictures(folder, classes, files, np.array(labels))


def reader(pictures: Pictures, side: int, seed: Seed | None = None) -> Callable:
    """Return what reads a picture by its number, from -1 to 1, and its label.

    Number -1 fills a last batch up: its label is -1. A picture is not turned as its camera noted
    (EXIF), for TensorFlow does not read that. What is drawn follows from the seed and the number.

    Args:
        pictures: Where they are.
        side: Of the square that is cut out; the picture's shorter side becomes 256/224 of it.
        seed: For a random crop and flip; None cuts the middle.
    """
    labels, files = tf.constant(pictures.labels), tf.constant(pictures.files)

    def read(index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        which = tf.maximum(index, 0)
        content = tf.io.read_file(tf.strings.join([f"{pictures.folder}/", files[which]]))
        image = tf.io.decode_image(content, channels=3, expand_animations=False)
        shape = tf.cast(tf.shape(image)[:2], tf.float32)
        shape = tf.cast(tf.round(shape * (side * LARGER / tf.reduce_min(shape))), tf.int32)
        image = tf.ensure_shape(image, (None, None, 3))
        image = tf.image.resize(image, tf.maximum(shape, side), antialias=True)
        if seed is None:
            top, left = tf.unstack((tf.maximum(shape, side) - side) // 2)
            image = image[top : top + side, left : left + side]
        else:
            drawn = tf.stack([tf.constant(seed[0], tf.int64), seed[1] + which])
            crop, flip = tf.unstack(tf.random.split(drawn, 2))
            image = tf.image.stateless_random_crop(image, (side, side, 3), crop)
            image = tf.image.stateless_random_flip_left_right(image, flip)
        image = tf.ensure_shape(image, (side, side, 3)) / 127.5 - 1
        return image, tf.where(index < 0, index, labels[which])

    return read


def batches(
    pictures: Pictures,
    order: np.ndarray,
    batch: int,
    side: int,
    seed: Seed | None,
    strategy: tf.distribute.Strategy,
    place: tuple[int, int],
) -> Iterator:
    """Yield, of each batch of an order, the part of this worker, read while others are used.

    All workers know the whole order, and each reads its own pictures only.

    Args:
        pictures: Where they are.
        order: Numbers of pictures, as many as fill whole batches.
        batch: Pictures in a batch, of all workers together.
        side: Of the squares that are cut out.
        seed: As `reader` takes it.
        strategy: Which of this worker's devices gets which pictures.
        place: Which worker this is, and of how many.
    """
    rows = order.reshape(-1, place[1], batch // place[1])[:, place[0]]
    size = batch // strategy.num_replicas_in_sync

    def part(_: tf.distribute.InputContext) -> tf.data.Dataset:
        data = tf.data.Dataset.from_tensor_slices(rows.ravel())
        data = data.map(reader(pictures, side, seed), tf.data.AUTOTUNE)
        return data.batch(size, drop_remainder=True).prefetch(tf.data.AUTOTUNE)

    feed = iter(strategy.distribute_datasets_from_function(part))
    for step in range(len(rows)):
        try:
            yield next(feed)
        except tf.errors.OpError:
            _name_damaged(pictures, rows[step:].ravel())
            raise


def _name_damaged(pictures: Pictures, numbers: np.ndarray) -> None:
    """Stop with the name of the first of these pictures that cannot be read, if there is one."""
    read = reader(pictures, 1)
    for number in numbers:
        try:
            read(tf.constant(number))
        except tf.errors.OpError as error:
            file = pictures.folder / pictures.files[max(number, 0)]
            cause = error.message.partition("\n")[0].rpartition("}} ")[2]
            sys.exit(f"{file} is damaged or gone: put a whole picture in its place ({cause}).")
