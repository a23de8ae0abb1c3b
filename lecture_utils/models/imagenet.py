"""Networks trained on ImageNet: their weights, the input they expect, and what they see in a photo.

EfficientNet-Lite0's weights ship with the course. Those of the networks that `keras.applications`
has too are downloaded from where Keras takes them, and rewritten for the course's models.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lecture_utils import anatomy, datasets
from lecture_utils.backend import keras
from lecture_utils.models.inception import inception_resnet_v2, inception_v3
from lecture_utils.models.resnet import resnet50, resnet101, resnet152
from lecture_utils.models.vgg import vgg16, vgg19

layers = keras.layers


class Published(NamedTuple):
    """Where the weights of a network are published.

    Attributes:
        build: the course's builder of the network.
        counterpart: the same network's name in `keras.applications`.
        checksum: MD5 of the file with its weights.
        caffe: whether they were trained with Caffe, which reads blue, green and red, less the mean
            colour of ImageNet; the others read red, green and blue from -1 to 1.
    """

    build: Callable[..., keras.Model]
    counterpart: str
    checksum: str
    caffe: bool

    @property
    def file(self) -> str:
        """Name of the file with the weights."""
        return f"{self.build.__name__}_weights_tf_dim_ordering_tf_kernels.h5"

    @property
    def address(self) -> str:
        """Where the file is."""
        name = self.build.__name__
        folder = "resnet" if name.startswith("resnet") else name
        return f"https://storage.googleapis.com/tensorflow/keras-applications/{folder}/{self.file}"


PUBLISHED = {
    row[0].__name__: Published(*row)
    for row in (
        (vgg16, "VGG16", "64373286793e3c8b2b4e3219cbf3544b", True),
        (vgg19, "VGG19", "cbe5617147190e668d6c5d5026f83318", True),
        (resnet50, "ResNet50", "2cb95161c43110f7111970584f804107", True),
        (resnet101, "ResNet101", "f1aeb4b969a6efcfb50fad2f0c20cfc5", True),
        (resnet152, "ResNet152", "100835be76be38e30d865e96f2aaae62", True),
        (inception_v3, "InceptionV3", "9a0d58056eeedaa3f26cb7ebd46da564", False),
        (inception_resnet_v2, "InceptionResNetV2", "e693bd0210a403b3192acc6073ad2e96", False),
    )
}

# What each trained network reads: (red, green, blue) less a mean, divided by a scale. The mean is
# not folded into the first convolution: the border of zeros that it adds would then not be zeros.
EXPECTED = {
    "efficientnet_lite0": ((127.0, 127.0, 127.0), 128.0),
    **{
        name: ((123.68, 116.779, 103.939), 1.0) if network.caffe else ((127.5,) * 3, 127.5)
        for name, network in PUBLISHED.items()
    },
}


# ---------------------------------------------------------------------------------- predictions


def prepare(model: keras.Model, photo: np.ndarray) -> np.ndarray:
    """Turn a photo into what a network trained on ImageNet reads.

    The largest window of the input's shape is cut from the middle (a square, for a square input),
    resized with Pillow's bicubic filter, and its values are shifted and scaled as the network's
    weights expect.

    Args:
        model: one of those in `EXPECTED`, such as `models.efficientnet_lite0()`.
        photo: `uint8` array `(height, width, 3)`, RGB.

    Returns:
        `float32` array `(1, height, width, 3)`: a batch of one, of the model's input size.

    Raises:
        ValueError: if the model is not one of those, or the photo will not do.

    Example:
        >>> from lecture_utils import models
        >>> prepare(models.efficientnet_lite0(), datasets.photo("coffee")).shape
        (1, 224, 224, 3)
    """
    from PIL import Image

    _check_known(model)
    photo = _checked_photo(photo)
    rows, columns = model.input_shape[1:3]
    scale = min(photo.shape[0] / rows, photo.shape[1] / columns)
    window = max(1, round(rows * scale)), max(1, round(columns * scale))
    top, left = ((whole - part) // 2 for whole, part in zip(photo.shape, window))
    middle = photo[top : top + window[0], left : left + window[1]]
    resized = Image.fromarray(middle).resize((columns, rows), Image.Resampling.BICUBIC)
    mean, scale = EXPECTED[model.name]
    return ((np.asarray(resized, "float32") - np.float32(mean)) / np.float32(scale))[None]


def predict_top(model: keras.Model, photo: np.ndarray, top: int = 5) -> list[tuple[str, float]]:
    """Ask a network trained on ImageNet what is in a photo.

    Args:
        model: one of those in `EXPECTED`, such as `models.efficientnet_lite0()`, with its weights.
        photo: `uint8` array `(height, width, 3)`, RGB; see `prepare` for what happens to it.
        top: number of classes to return, 1 to 1000.

    Returns:
        Pairs of a class's name and its probability, the most probable first.

    Raises:
        ValueError: if an argument will not do, or the file of the names is damaged.
        FileNotFoundError: if the file of the names is missing.

    Example:
        >>> from lecture_utils import models
        >>> predict_top(models.efficientnet_lite0(), datasets.photo("coffee"))[0][0]
        'espresso'
    """
    if isinstance(top, bool) or not isinstance(top, int) or not 1 <= top <= 1000:
        raise ValueError(f"top must be a whole number from 1 to 1000, got {top!r}")
    prepared = prepare(model, photo)
    if model.output_shape != (None, 1000):
        raise ValueError(
            f"model must end in ImageNet's 1000 classes, got outputs of {model.output_shape}"
        )
    names = datasets.pretrained_file("imagenet_classes.txt").decode().splitlines()
    probabilities = keras.ops.convert_to_numpy(model(prepared, training=False))[0]
    best = np.argsort(-probabilities, kind="stable")[:top]
    return [(names[number], float(probabilities[number])) for number in best]


def _check_known(model: keras.Model) -> None:
    """Raise a ValueError if the model is not one whose input is known.

    The models of `keras.applications` bear the same names, but theirs differs.
    """
    ours = model.layers[-1].name == "probabilities"
    if model.name not in EXPECTED or not ours or model.input_shape[-1] != 3:
        raise ValueError(
            "model must be one of the course's that have ImageNet weights, for 3 channels: "
            f"{', '.join(EXPECTED)}; got {model.name!r}, which ends in {model.layers[-1].name!r} "
            f"and has {model.input_shape[-1]} input channels"
        )


def _checked_photo(photo: Any) -> np.ndarray:
    photo = np.asarray(photo)
    if photo.dtype == np.uint8 and photo.ndim == 3 and photo.shape[-1] == 3 and photo.size:
        return photo
    if photo.dtype != np.uint8:
        advice = "give values from 0 to 255, such as (photo * 255).astype('uint8') for 0 to 1"
    elif photo.ndim == 2 or (photo.ndim == 3 and photo.shape[-1] == 1):
        advice = "repeat the grey as red, green and blue: np.dstack([photo] * 3)"
    elif photo.ndim == 4:
        advice = "give one photo at a time, such as photos[0]"
    elif photo.ndim == 3 and photo.shape[-1] == 4:
        advice = "leave the transparency out: photo[..., :3]"
    else:
        advice = "load one with datasets.photo"
    raise ValueError(
        f"photo must be a uint8 array (height, width, 3), got {photo.dtype} {photo.shape}: {advice}"
    )


# -------------------------------------------------------------------------------------- weights


def load_imagenet_weights(model: keras.Model, path: str | Path | None = None) -> keras.Model:
    """Give a model the published weights that `keras.applications` has for it.

    They are downloaded once (100 to 580 MB) and kept where Keras keeps its downloads. Where the
    two models differ in convention, the weights are rewritten so that the outputs agree: ours has
    no biases before a batch normalization, its own epsilon, and reads red, green and blue.
    `prepare` gives the network the values that it expects.

    Args:
        model: `vgg16`, `vgg19`, `resnet50`, `resnet101`, `resnet152`, `inception_v3` or
            `inception_resnet_v2` of `lecture_utils.models`, as published. All but VGG, which ends
            in dense layers, may have another input size.
        path: of a file with weights of the same network of `keras.applications` (with its
            classifier), instead of the download.

    Returns:
        The model.

    Raises:
        ValueError: if the model is none of these or not as published, or the file is not one with
            its weights.
        FileNotFoundError: if the weights cannot be downloaded, or there is no file at `path`.
    """
    name = getattr(model, "name", None)
    if name not in PUBLISHED:
        raise ValueError(
            f"model must be one whose ImageNet weights are published: {', '.join(PUBLISHED)}; got "
            f"{name!r} (the weights of efficientnet_lite0 are there when it is built)"
        )
    network = PUBLISHED[name]
    _check_published(model, network)
    _transfer(_counterpart(network, path), model, network.caffe)
    return model


def _check_published(model: keras.Model, network: Published) -> None:
    """Raise a ValueError if the model is not what its builder returns by default.

    All layers are compared with the same network for the same input size, and all weights with
    the network for the published size, on which the dense layers of VGG depend.
    """
    same_size = anatomy.blueprint(network.build, input_shape=model.input_shape[1:])
    published = anatomy.blueprint(network.build)
    shapes = [[weight.shape for weight in built.weights] for built in (model, published)]
    if anatomy.layer_table(model) != anatomy.layer_table(same_size) or shapes[0] != shapes[1]:
        raise ValueError(
            f"model {model.name!r} with input {model.input_shape[1:]} is not the network whose "
            f"weights are published: build it with models.{model.name}(), whose input is "
            f"{published.input_shape[1:]}, without other arguments"
        )


def _counterpart(network: Published, path: str | Path | None) -> keras.Model:
    """Build the network of `keras.applications`, with the weights downloaded or at `path`."""
    path = _download(network) if path is None else Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"There is no file {path}: give the path of a copy of {network.address}."
        )
    build = getattr(keras.applications, network.counterpart)
    try:
        if path.name == network.file:
            _check_whole(path, network.checksum)
        return build(weights=str(path))
    except (OSError, ValueError, KeyError):  # what h5py and Keras raise
        raise ValueError(
            f"The file {path} is damaged, or not one with the weights of keras.applications."
            f"{network.counterpart} and its classifier: get it anew from {network.address}."
        ) from None


def _check_whole(path: Path, checksum: str) -> None:
    with path.open("rb") as file:
        if hashlib.file_digest(file, "md5").hexdigest() != checksum:
            raise ValueError("its checksum is wrong")


def _download(network: Published) -> Path:
    try:
        return Path(
            keras.utils.get_file(
                origin=network.address, cache_subdir="models", file_hash=network.checksum
            )
        )
    except Exception:  # Keras raises whatever its download tool does
        # The traceback of a failed download helps nobody: the sentence does.
        raise FileNotFoundError(
            f"The weights of {network.build.__name__} could not be downloaded: connect to the "
            f"internet once, or give the path of a copy of {network.address} as `path`."
        ) from None


def _transfer(source: keras.Model, model: keras.Model, caffe: bool) -> None:
    """Copy the weights of a network of `keras.applications`, rewritten for ours."""
    bias, reverse = 0.0, caffe
    for theirs, ours in zip(_with_weights(source), _with_weights(model), strict=True):
        arrays = {weight.name: keras.ops.convert_to_numpy(weight) for weight in theirs.weights}
        if reverse:
            arrays["kernel"], reverse = arrays["kernel"][:, :, ::-1], False
        if isinstance(theirs, layers.BatchNormalization):
            # Subtracting the mean from (x + bias) is subtracting (mean - bias) from x.
            arrays["moving_mean"] = arrays["moving_mean"] - bias
            arrays["moving_variance"] = arrays["moving_variance"] + theirs.epsilon - ours.epsilon
            arrays.setdefault("gamma", np.ones_like(arrays["beta"]))
        else:
            bias = 0.0 if ours.use_bias else arrays.pop("bias", 0.0)
        for weight in ours.weights:
            weight.assign(arrays[weight.name])


def _with_weights(model: keras.Model) -> list[Any]:
    """List the layers with weights, each after those it reads from, a layer's inputs in order.

    Two models of the same graph so list the same layers, whatever they are called.
    """
    ordered, seen = [], set()
    waiting = [(model.outputs[0]._keras_history, False)]
    while waiting:
        (layer, node, output), inputs_listed = waiting.pop()
        if inputs_listed:
            ordered.append(layer)
        elif layer not in seen:
            seen.add(layer)
            waiting.append(((layer, node, output), True))
            sources = layer._inbound_nodes[node].input_tensors
            waiting += [(source._keras_history, False) for source in reversed(sources)]
    return [layer for layer in ordered if layer.weights]
