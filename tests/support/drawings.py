"""Networks to draw, and what is seen in their pictures."""

from functools import cache, partial

from lecture_utils import models, plots
from lecture_utils.anatomy import blueprint
from lecture_utils.backend import keras

_NAMES = (
    "dense_mnist convnet_mnist lenet1 lenet5 alexnet vgg16 vgg19 googlenet inception_v2 "
    "inception_v3 inception_v4 inception_resnet_v2 resnet18 resnet34 resnet50 resnet152 unet"
)
NETWORKS = {name: getattr(models, name) for name in _NAMES.split()} | {
    "googlenet with heads": partial(models.googlenet, auxiliary=True),
    "resnet_cifar 110": partial(models.resnet_cifar, 110),
    "resnet50 preactivated": partial(models.resnet50, preactivation=True),
    "plain 34": partial(models.resnet34, residual=False),
    "unet same": partial(models.unet, padding="same", input_shape=(256, 256, 3)),
    "efficientnet_lite0": partial(models.efficientnet_lite0, weights=None),
    "EfficientNetB0": partial(keras.applications.EfficientNetB0, weights=None),
}


@cache
def network(name):
    """A network without weights, made once for all tests."""
    return blueprint(NETWORKS[name])


@cache
def picture(name, block=None):
    """The drawing of a network, made once for all tests."""
    return plots.architecture(network(name), block, title="A network")


def functional(shape, build):
    """A model of an image of this shape and what `build` makes of it."""
    image = keras.Input(shape, name="image")
    return keras.Model(image, build(image))


def texts(figure):
    """The texts of a picture, from left to right."""
    found = [text for ax in figure.axes for text in ax.texts if text.get_text()]
    return sorted(found, key=lambda text: text.get_position()[0])


def words(figure):
    return [text.get_text() for text in texts(figure)]


def place(figure, word):
    return texts(figure)[words(figure).index(word)].get_position()


def drawn(figure, kind):
    """The patches of this kind by their names."""
    (ax,) = figure.axes
    ids = [(patch.get_gid() or "", patch) for patch in ax.patches]
    return {gid.removeprefix(f"{kind} "): at for gid, at in ids if gid.startswith(f"{kind} ")}


def boxes(figure, kind):
    """The boxes of this kind by their names."""
    return {name: extents(patch) for name, patch in drawn(figure, kind).items()}


def hints(figure):
    """The small rectangles in and over blocks."""
    (ax,) = figure.axes
    return [extents(patch) for patch in ax.patches if patch.get_gid() == "hint"]


def extents(patch):
    return patch.get_path().transformed(patch.get_patch_transform()).get_extents()
