"""The canvas of a notebook: what a model is asked, and what stands there without anywidget."""

import importlib.util
import json
import sys
from types import ModuleType

import matplotlib.pyplot as plt
import numpy as np
import pytest
from small_models import chain

from lecture_utils import drawing
from lecture_utils.backend import keras
from lecture_utils.datasets import load_mnist
from lecture_utils.models import convnet_mnist, dense_mnist


@pytest.fixture
def seven():
    return load_mnist()[1][0][0]


def question(image, number=3):
    return f"{number} {image.tobytes().hex()}"


@pytest.mark.parametrize("build", [convnet_mnist, dense_mnist])
def test_an_answer_is_the_models(build, seven):
    model = build()
    found = json.loads(drawing.answer(model, question(seven)))
    image = seven.reshape(1, *model.input_shape[1:]).astype("float32") / 255
    assert found["number"] == 3
    assert np.allclose(found["probabilities"], model.predict(image, verbose=0)[0], atol=1e-5)


def test_another_model_is_refused(seven):
    with pytest.raises(ValueError, match="one from 784 pixels to 10 probabilities"):
        drawing.draw_digit(chain((8, 8, 1), keras.layers.Flatten(), keras.layers.Dense(10)), seven)


@pytest.mark.parametrize("there", [False, True])
def test_a_page_that_is_recorded_shows_a_picture_with_anywidget_and_without(
    there, seven, monkeypatch, capsys
):
    monkeypatch.setenv("LECTURE_PROGRESS", "off")
    if there:
        monkeypatch.setitem(sys.modules, "anywidget", ModuleType("anywidget"))
    drawing.draw_digit(dense_mnist(), seven / 255)
    assert capsys.readouterr().out == ""
    image, bars = plt.gcf().axes
    assert np.array_equal(image.images[0].get_array(), seven / 255)
    assert len(bars.patches) == 10
    plt.close("all")


def test_without_anywidget_the_page_says_so_and_runs_on(seven, monkeypatch, capsys):
    monkeypatch.setenv("LECTURE_PROGRESS", "on")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    drawing.draw_digit(dense_mnist(), seven / 255)
    assert capsys.readouterr().out == drawing.MISSING + "\n"
    assert len(plt.gcf().axes) == 2
    plt.close("all")


def test_with_anywidget_the_canvas_asks_the_model(seven, monkeypatch):
    """A stand-in has what anywidget's class has: traits, and an `observe`."""
    import traitlets

    shown, widget = [], ModuleType("anywidget")
    widget.AnyWidget = traitlets.HasTraits
    monkeypatch.setitem(sys.modules, "anywidget", widget)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name == "anywidget")
    monkeypatch.setenv("LECTURE_PROGRESS", "on")
    monkeypatch.setattr("IPython.display.display", shown.append)
    model = convnet_mnist()
    drawing.draw_digit(model, seven / 255)
    (canvas,) = shown
    canvas.pixels = question(seven, 1)
    assert canvas.answer == drawing.answer(model, question(seven, 1))
    assert "class Pad" in canvas._esm and "export default" in canvas._esm
    assert ".lecture-explorer" in canvas._css
