"""The window of the image that a position of a layer sees, for the hand."""

import re
from collections.abc import Sequence

from numpy.typing import ArrayLike

from lecture_utils.anatomy import receptive_field
from lecture_utils.anatomy.fields import seen_by_each
from lecture_utils.anatomy.graph import trace
from lecture_utils.backend import keras
from lecture_utils.bitmap import bitmap, framed
from lecture_utils.checks import array, refused
from lecture_utils.explore.page import Explorer


def receptive_fields(
    model: keras.Model, image: ArrayLike, alt: str, layers: Sequence[str] | None = None
) -> Explorer:
    """Let the hand choose a layer and a position in it, and see the window grow on an image.

    Args:
        model: A functional or sequential model that takes images, also a blueprint.
        image: Of the model's height and width, grey or RGB: `uint8`, or numbers from 0 to 1.
        alt: What the figure is, in words.
        layers: Names of the layers to choose from; all convolutions and poolings if not given.

    Returns:
        The figure, to stand at the end of a cell. Its numbers are those of `receptive_field`, with
        the edges of the image respected.

    Raises:
        ValueError: If an argument will not do, or `receptive_field` cannot tell of a layer.

    Lecture 04 uses it.
    """
    calls = trace(model)
    image = array("image", image, ("height", "width"), ("height", "width", "channels"))
    if image.shape[:2] != model.input_shape[1:3] or image.shape[2:] not in ((), (1,), (3,)):
        raise refused("image", f"of the model's size, {model.input_shape[1:3]}", image)
    if layers is None:
        known = [call for call in calls if len(call.shape) == 4]
        layers = [call.name for call in known if re.search("Conv|Pool", call.kind)]
    named = isinstance(layers, list | tuple) and all(isinstance(name, str) for name in layers)
    if not named or not layers:
        raise refused("layers", "names of layers, at least one", layers)
    rows = []
    for name, axes in seen_by_each(model, layers).items():
        field = receptive_field(model, name)
        rows.append({"name": name, "axes": axes, "size": field.size, "jump": field.jump})
    data = {"pixels": image.shape[:2], "image": bitmap(image), "layers": rows}
    middles = [[axis[len(axis) // 2] for axis in row["axes"]] for row in rows]
    return Explorer(alt, "field", framed(image, middles), data)
