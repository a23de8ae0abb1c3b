"""Networks trained on ImageNet: their weights, the input they expect, and what they see in a photo.

EfficientNet-Lite0's weights ship with the course. Those of the networks that `keras.applications`
has too are downloaded from where Keras takes them, and rewritten for the course's models.
"""

from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageOps

from lecture_utils import datasets
from lecture_utils.anatomy import blueprint, layer_table
from lecture_utils.anatomy.graph import trace
from lecture_utils.backend import keras
from lecture_utils.checks import array, refused, whole
from lecture_utils.models.inception import inception_v3
from lecture_utils.models.inception_resnet import inception_resnet_v2
from lecture_utils.models.resnet import resnet50, resnet101, resnet152
from lecture_utils.models.vgg import vgg16, vgg19


class Published(NamedTuple):
    """Where the weights of a network are published.

    Attributes:
        build: The course's builder of the network.
        counterpart: The same network's name in `keras.applications`.
        checksum: MD5 of the file with its weights.
        caffe: Whether Caffe trained them: on blue, green and red, less ImageNet's mean colour; the
            others read red, green and blue from -1 to 1.

    Lecture 09 treats the first of these networks, `vgg16`.
    """

    build: Callable[..., keras.Model]
    counterpart: str
    checksum: str
    caffe: bool

    @property
    def address(self) -> str:
        """Where the file is."""
        name = self.build.__name__
        folder = "resnet" if name.startswith("resnet") else name
        place = f"https://storage.googleapis.com/tensorflow/keras-applications/{folder}"
        return f"{place}/{name}_weights_tf_dim_ordering_tf_kernels.h5"


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
EXPECTED = {"efficientnet_lite0": ((127.0,) * 3, 128.0)} | {
    name: ((123.68, 116.779, 103.939), 1.0) if network.caffe else ((127.5,) * 3, 127.5)
    for name, network in PUBLISHED.items()
}


def prepare(model: keras.Model, photo: np.ndarray) -> np.ndarray:
    """Turn a photo into what a network trained on ImageNet reads.

    The largest window of the input's shape is cut from the middle (a square, for a square input),
    resized with Pillow's bicubic filter, and its values are shifted and scaled as the network's
    weights expect.

    Args:
        model: One of those in `EXPECTED`, such as `models.efficientnet_lite0()`.
        photo: `uint8` array (height, width, 3), RGB; or a picture as Pillow opens it, which is
            turned upright as its camera noted, and laid on white where it is transparent.

    Returns:
        `float32` array (1, height, width, 3): a batch of one, of the model's input size.

    Raises:
        ValueError: If the model is not one of those, or the photo will not do.

    Example:
        >>> from lecture_utils import models
        >>> prepare(models.efficientnet_lite0(), datasets.photo("coffee")).shape
        (1, 224, 224, 3)

    Lecture 07 uses it.
    """
    ours = getattr(model, "output_names", None) == ["probabilities"]
    if not ours or model.name not in EXPECTED or model.input_shape[-1] != 3:
        wanted = f"one of the course's with ImageNet weights for 3 channels: {', '.join(EXPECTED)}"
        raise refused("model", wanted, model, "those of keras.applications read other values")
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
        model: One of those in `EXPECTED`, such as `models.efficientnet_lite0()`, with its weights.
        photo: As `prepare` takes it.
        top: Number of classes to return, 1 to 1000.

    Returns:
        Pairs of a class's name and its probability, the most probable first.

    Raises:
        ValueError: If an argument will not do, or the file of the names is damaged.
        FileNotFoundError: If the file of the names is missing.

    Example:
        >>> from lecture_utils import models
        >>> predict_top(models.efficientnet_lite0(), datasets.photo("coffee"))[0][0]
        'espresso'

    Lecture 07 uses it.
    """
    top, prepared = whole("top", top, 1, 1000), prepare(model, photo)
    if model.output_shape != (None, 1000):
        raise refused("model's outputs", "ImageNet's 1000 classes", model.output_shape)
    names = datasets.pretrained_file("imagenet_classes.txt").decode().splitlines()
    probabilities = keras.ops.convert_to_numpy(model(prepared, training=False))[0]
    best = np.argsort(-probabilities, kind="stable")[:top]
    return [(names[number], float(probabilities[number])) for number in best]


def _checked_photo(photo: Any) -> np.ndarray:
    """Return a photo as an array of red, green and blue, or raise a ValueError with what to do."""
    if isinstance(photo, str | PathLike):
        raise refused("photo", "an array or a picture", photo, "open it with PIL's Image.open")
    photo = array("photo", _upright(photo), finite=False)
    if photo.dtype != np.uint8:
        advice = (
            "give values from 0 to 255: (photo * 255).astype('uint8') where white is 1, "
            "(photo // 257).astype('uint8') where it is 65535, photo.astype('uint8') where 255"
        )
    elif photo.ndim == 3 and photo.shape[-1] == 3:
        return photo
    elif photo.ndim == 2 or photo.shape[-1:] == (1,):
        advice = "repeat the grey as red, green and blue: np.dstack([photo] * 3)"
    else:
        advice = "give one, such as photos[0], with red, green and blue in the last axis"
    raise refused("photo", "a uint8 array (height, width, 3)", photo, advice)


def _upright(picture: Any) -> Any:
    """Turn a picture of Pillow's as its camera noted, and convert it to red, green and blue."""
    # Pillow would cut numbers above 255 off: only the caller knows which one is white.
    if not isinstance(picture, Image.Image) or picture.mode.startswith(("I", "F")):
        return picture
    try:
        turned = ImageOps.exif_transpose(picture)
        if turned.has_transparency_data:
            white = Image.new("RGBA", turned.size, "white")
            turned = Image.alpha_composite(white, turned.convert("RGBA"))
        return turned.convert("RGB")
    except Exception:  # Pillow raises whatever its decoders do
        advice = "get the file anew, and open it without `with`"
        raise refused("photo", "a whole picture, not closed yet", picture, advice) from None


def load_imagenet_weights(model: keras.Model, path: str | Path | None = None) -> keras.Model:
    """Give a model the published weights that `keras.applications` has for it.

    They are downloaded once (100 to 580 MB) and kept where Keras keeps its downloads.

    Args:
        model: `vgg16`, `vgg19`, `resnet50`, `resnet101`, `resnet152`, `inception_v3` or
            `inception_resnet_v2` of `lecture_utils.models`, as published. All but VGG, which ends
            in dense layers, may have another input size.
        path: Of a file with weights of the same network of `keras.applications` (with its
            classifier), instead of the download.

    Returns:
        The model.

    Raises:
        ValueError: If the model is none of these or not as published, or the file is not one with
            its weights.
        FileNotFoundError: If the weights cannot be downloaded, or there is no file at `path`.

    Lecture 09 treats the first of these networks, `vgg16`.
    """
    name = getattr(model, "name", None)
    if name not in PUBLISHED:
        wanted = f"one whose ImageNet weights are published ({', '.join(PUBLISHED)})"
        advice = "the weights of efficientnet_lite0 are there when it is built"
        raise refused("model", wanted, model, advice)
    network = PUBLISHED[name]
    same_size = blueprint(network.build, input_shape=model.input_shape[1:])
    published = blueprint(network.build)  # on its size the weights of VGG's dense layers depend
    shapes = [[weight.shape for weight in built.weights] for built in (model, published)]
    if layer_table(model) != layer_table(same_size) or shapes[0] != shapes[1]:
        wanted = f"{name} as published, with the input {published.input_shape[1:]}"
        raise refused("model", wanted, model, f"build it with models.{name}(), without arguments")
    transfer(_counterpart(network, path), model, network.caffe)
    return model


def _counterpart(network: Published, path: str | Path | None) -> keras.Model:
    """Build the network of `keras.applications`, with the weights downloaded or at `path`."""
    path = _download(network) if path is None else path
    if not Path(str(path)).is_file():
        raise FileNotFoundError(
            f"path must be a file, got {str(path)!r}: give that of a copy of {network.address}"
        )
    build = getattr(keras.applications, network.counterpart)
    try:
        return build(weights=str(path))
    except (OSError, ValueError, KeyError) as error:  # what h5py and Keras raise
        raise ValueError(
            f"path must be a file with the weights of keras.applications.{network.counterpart} and "
            f"its classifier, got {str(path)!r} ({type(error).__name__}): get it anew from "
            f"{network.address}"
        ) from None


def _download(network: Published) -> str:
    options = {"cache_subdir": "models", "file_hash": network.checksum}
    try:
        return keras.utils.get_file(origin=network.address, **options)
    except Exception as error:  # Keras raises whatever its download tool does
        cause = f" ({error.strerror})" if getattr(error, "strerror", None) else ""
        raise FileNotFoundError(
            f"The weights of {network.build.__name__} could not be downloaded{cause}: connect to "
            f"the internet, with room for them, or give as path a copy of {network.address}."
        ) from None


def transfer(source: keras.Model, model: keras.Model, caffe: bool) -> None:
    """Copy the weights of a network of `keras.applications`, `source`, into the course's `model`.

    They are rewritten so that the outputs agree: the course's has no biases before a batch
    normalization and its own epsilon there, and reads red, green and blue; with `caffe` the source
    reads blue first.

    Lecture 09 treats the first of these networks, `vgg16`.
    """
    biases, reverse = {}, caffe  # the biases that the course's convolutions do not have
    calls = [[call for call in trace(each) if call.layer.weights] for each in (source, model)]
    for theirs, ours in zip(*calls, strict=True):
        weights = theirs.layer.weights
        arrays = {weight.name: keras.ops.convert_to_numpy(weight) for weight in weights}
        if reverse:
            arrays["kernel"], reverse = arrays["kernel"][:, :, ::-1], False
        if isinstance(theirs.layer, keras.layers.BatchNormalization):
            # Subtracting the mean from (x + bias) is subtracting (mean - bias) from x.
            arrays["moving_mean"] = arrays["moving_mean"] - biases.get(theirs.inputs[0], 0.0)
            more = theirs.layer.epsilon - ours.layer.epsilon
            arrays["moving_variance"] = arrays["moving_variance"] + more
        elif not ours.layer.use_bias:
            biases[theirs] = arrays.pop("bias", 0.0)
        for weight in ours.layer.weights:
            weight.assign(arrays[weight.name])
