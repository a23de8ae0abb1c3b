"""A canvas for a digit, read by a model of one's own."""

import importlib.util
import json
import os
import re
from typing import Any

import numpy as np

from lecture_utils import plots
from lecture_utils.backend import keras
from lecture_utils.checks import array, refused
from lecture_utils.explore.page import read

SCRIPTS = ("kit", "grid", "../pad", "../drawing")  # seen from `explore`
SHAPES = r"\(None, (1, )?(28, 28|784)(, 1)?,?\) \(None, 10\)"
MISSING = "To draw here, install anywidget (`%pip install anywidget`) and run this cell again."


def draw_digit(model: keras.Model, example: np.ndarray) -> None:
    """Show a canvas to draw a digit on, and what a model reads, while it is drawn.

    The digit is framed as MNIST's were: its longer side of 20 pixels, its centre of mass in the
    middle. It needs the package anywidget, which Colab has. Without it, and while pages are
    recorded or checked, a picture is shown in its place.

    Args:
        model: Takes one or several images of 28 x 28 pixels from 0 to 1, in any layout, and
            returns ten probabilities, such as `models.convnet_mnist()` or `models.dense_mnist()`.
        example: An image of 28 x 28 pixels for the picture.

    Raises:
        ValueError: If the model takes or returns something else.

    Lecture 05 uses it.
    """
    shapes = (getattr(model, name, None) for name in ("input_shape", "output_shape"))
    if not isinstance(model, keras.Model) or not re.fullmatch(SHAPES, "{} {}".format(*shapes)):
        raise refused("model", "one from 784 pixels to 10 probabilities", model)
    example = array("example", example)
    if example.size != 784:
        raise refused("example", "an image of 28 x 28 pixels", example)
    example = example.reshape(28, 28)
    if os.environ.get("LECTURE_PROGRESS") != "off":
        if importlib.util.find_spec("anywidget"):
            return _show_canvas(model)
        print(MISSING)
    _show_picture(model, example)


def answer(model: keras.Model, pixels: str) -> str:
    """Return a model's answer as JSON, to a picture as the canvas sends it.

    Args:
        model: As `draw_digit` takes it.
        pixels: A number for the question, then two hexadecimal digits for each pixel.

    Lecture 05 has its answers on the canvas.
    """
    number, _, digits = pixels.partition(" ")
    image = np.frombuffer(bytes.fromhex(digits), np.uint8).astype("float32") / 255
    given = model(image.reshape(1, *model.input_shape[1:]), training=False)
    probabilities = keras.ops.convert_to_numpy(given)[0].astype(float).round(6).tolist()
    return json.dumps({"number": int(number), "probabilities": probabilities})


def _show_canvas(model: keras.Model) -> None:
    import anywidget
    import traitlets
    from IPython.display import display

    words = json.loads(read("words.json"))["en"]
    scripts = "".join(read(f"{name}.js") for name in SCRIPTS)

    class Canvas(anywidget.AnyWidget):
        # In a frame of its own class, so that it looks as the explorers do.
        _esm = f"""{scripts}
export default {{ render({{ model, el }}) {{
  el.classList.add("lecture-explorer");
  connect(model, el, {json.dumps(words)});
}} }};"""
        _css = read("style.css")
        pixels = traitlets.Unicode().tag(sync=True)
        answer = traitlets.Unicode().tag(sync=True)

    def ask(change: Any) -> None:
        canvas.answer = answer(model, change.new)

    canvas = Canvas()
    canvas.observe(ask, "pixels")
    display(canvas)


def _show_picture(model: keras.Model, example: np.ndarray) -> None:
    import matplotlib.pyplot as plt

    given = model(example.reshape(1, *model.input_shape[1:]), training=False)
    left, right = plt.subplots(1, 2, figsize=(9, 3.9), width_ratios=(1, 1.5))[1]
    plots.show_image(example, title="an example", ax=left)
    plots.probability_bars(keras.ops.convert_to_numpy(given)[0], ax=right)
    plt.show()
