"""Every network of the course, small: what the tests build, train and run under two backends.

`python class_size.py FOLDER` runs the networks with the weights and images in the folder and
stores the outputs beside them; `KERAS_BACKEND` says with what.
"""

import sys
from pathlib import Path

import numpy as np

from lecture_utils import models
from lecture_utils.backend import keras

TINY = {"width": 0.1, "classes": 5}
CLASS_SIZE = {
    "dense_mnist": {},
    "convnet_mnist": {},
    "lenet1": {},
    "lenet5": {},
    "alexnet": {"input_shape": (99, 99, 1), **TINY},
    "zfnet": {"input_shape": (64, 64, 1), **TINY},
    "vgg11": {"input_shape": (32, 32, 1), **TINY},
    "vgg13": {"input_shape": (32, 32, 1), **TINY},
    "vgg16": {"input_shape": (32, 32, 1), **TINY},
    "vgg19": {"input_shape": (32, 32, 1), **TINY},
    "googlenet": {"auxiliary": True, "input_shape": (80, 80, 1), "width": 0.25, "classes": 5},
    "inception_v2": {"input_shape": (32, 32, 1), **TINY},
    "inception_v3": {"input_shape": (75, 75, 1), **TINY},
    "inception_v4": {"input_shape": (75, 75, 1), **TINY},
    "inception_resnet_v2": {"input_shape": (75, 75, 1), **TINY},
    "resnet18": {"input_shape": (32, 32, 1), **TINY},
    "resnet34": {"input_shape": (32, 32, 1), **TINY},
    "resnet50": {"input_shape": (32, 32, 1), **TINY},
    "resnet101": {"input_shape": (32, 32, 1), **TINY},
    "resnet152": {"input_shape": (32, 32, 1), **TINY},
    "resnet_cifar": {"depth": 20, "input_shape": (16, 16, 1), "width": 0.25},
    "unet": {"padding": "same", "input_shape": (32, 32, 1), "width": 0.1},
    "efficientnet_lite0": {"weights": None, "input_shape": (32, 32, 1), **TINY},
}


def build(name: str) -> keras.Model:
    """Build a network at class size, its first weights always the same."""
    keras.utils.set_random_seed(0)
    return getattr(models, name)(**CLASS_SIZE[name])


def images_for(model: keras.Model, count: int = 4) -> np.ndarray:
    """Draw images in the size that a model takes."""
    return np.random.default_rng(1).random((count, *model.input_shape[1:]), dtype="float32")


def run(folder: Path) -> None:
    """Run every network with the weights and images in `folder`, store the outputs there."""
    for name in CLASS_SIZE:
        given = np.load(folder / f"{name}.npz")
        model = build(name)
        model.set_weights([given[f"weight{i}"] for i in range(len(model.weights))])
        outputs = keras.tree.flatten(model(given["images"]))
        np.savez(
            folder / f"{name}_outputs.npz",
            backend=keras.backend.backend(),
            **{f"output{i}": np.asarray(output) for i, output in enumerate(outputs)},
        )


if __name__ == "__main__":
    run(Path(sys.argv[1]))
