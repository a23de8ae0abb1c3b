"""Train lecture 05's convnet and store its weights in 8 bits: `make digit`.

What is stored is what all read: `models.convnet_mnist(weights="mnist")`, the explorer of feature
maps, and the digit that is drawn in the browser.
"""

from __future__ import annotations

import hashlib
import io
from base64 import b64encode

import numpy as np

from lecture_utils import datasets
from lecture_utils.backend import keras
from lecture_utils.explore.page import Explorer
from lecture_utils.models import convnet_mnist
from lecture_utils.models.mnist import trained_weights

NAME = "pretrained/convnet_mnist.npz"
SEED, PEAK, PASSES, BATCH = 5, 0.005, 1.4, 128
LOST = 0.0005  # of the accuracy that may be lost by rounding


def digits() -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Return MNIST's two parts as the convnet reads them."""
    return tuple(
        (images[..., np.newaxis].astype("float32") / 255, labels)
        for images, labels in datasets.load_mnist()
    )


def train() -> keras.Model:
    """Train the convnet with a schedule as lecture 05 has it, but longer."""
    keras.utils.set_random_seed(SEED)
    images, labels = digits()[0]
    rng, total = np.random.default_rng(SEED), int(PASSES * len(images) / BATCH)
    order = np.concatenate([rng.permutation(len(images)) for _ in range(2)])[: total * BATCH]
    warmup = total // 5
    rate = keras.optimizers.schedules.CosineDecay(
        PEAK / 25, total - warmup, warmup_target=PEAK, warmup_steps=warmup
    )
    model = convnet_mnist()
    optimizer = keras.optimizers.RMSprop(rate)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images[order], labels[order], batch_size=BATCH, shuffle=False, verbose=2)
    return model


def rounded(model: keras.Model) -> dict[str, np.ndarray]:
    """Return a model's weights with kernels of whole numbers from -127 to 127.

    Each filter has a scale of its own, so that its largest weight is 127 or -127.
    """
    arrays = {}
    for layer in model.layers:
        if layer.weights:
            kernel, bias = layer.get_weights()
            scale = np.abs(kernel).max(axis=tuple(range(kernel.ndim - 1))) / 127
            scale = np.where(scale > 0, scale, 1)
            arrays[f"{layer.name}/kernel"] = np.round(kernel / scale).astype(np.int8)
            arrays[f"{layer.name}/scale"] = scale.astype("float32")
            arrays[f"{layer.name}/bias"] = bias.astype("float32")
    return arrays


def store(arrays: dict[str, np.ndarray]) -> None:
    """Write the weights and their checksum."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    (datasets.DATA / NAME).write_bytes(file.getvalue())
    lines = datasets.CHECKSUMS.read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if not line.endswith(f"  {NAME}")]
    lines.append(f"{hashlib.sha256(file.getvalue()).hexdigest()}  {NAME}")
    lines.sort(key=lambda line: line.partition("  ")[2])
    datasets.CHECKSUMS.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def drawn_digit(alt: str) -> Explorer:
    """Let the hand draw a digit, framed as MNIST's were, and read what the trained convnet answers.

    It is for the site and the slides: on a page `draw_digit` asks a model of one's own.
    """
    weights = {name: b64encode(part).decode() for name, part in trained_weights().items()}
    needs, example = ("grid", "../pad", "../convnet"), datasets.load_mnist()[1][0][0]
    return Explorer(alt, "../drawing", example, {"weights": weights}, needs, most=300_000)


def main() -> None:
    """Train, round, store, and say what rounding did to the accuracy."""
    model, (images, labels) = train(), digits()[1]
    given = model.predict(images, batch_size=1000, verbose=0)
    store(rounded(model))
    stored = convnet_mnist(weights="mnist").predict(images, batch_size=1000, verbose=0)
    before, after = (np.mean(each.argmax(axis=1) == labels) for each in (given, stored))
    differ = np.sum(given.argmax(axis=1) != stored.argmax(axis=1))
    print(f"test accuracy {before:.4f}, with weights of 8 bits {after:.4f}")
    print(f"{differ} of {len(labels)} answers differ")
    if before - after > LOST:
        raise SystemExit("Rounding costs too much: give the weights more bits.")


if __name__ == "__main__":
    main()
