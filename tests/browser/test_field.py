"""Receptive fields and feature maps as a student meets them: by mouse, finger and keyboard."""

import re

import numpy as np
import pytest
from decks import middle, open_built

from lecture_utils import explore
from lecture_utils.anatomy import blueprint, receptive_field
from lecture_utils.backend import keras
from lecture_utils.datasets import load_mnist, photo
from lecture_utils.models import convnet_mnist, vgg16
from tools.digit import drawn_digit

HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><title>-</title><main>'


@pytest.fixture(scope="module")
def digit():
    return load_mnist()[1][0][0]


@pytest.fixture
def shown(reader, alone):
    yield alone
    assert reader.violations() == []


def told(root):
    return root.locator("p").last.inner_text()


def sees(model, layer, place):
    """What the figure must tell of a position."""
    edge, field = receptive_field(model, layer, place), receptive_field(model, layer)
    rows, columns = ([first, first + size - 1] for first, size in zip(edge.start, edge.size))
    numbers = [*place, *edge.size, *rows, *columns, *field.size, field.jump[1]]
    return [str(number) for number in numbers]


def numbers(root):
    return re.findall(r"\d+", told(root).partition("[")[2])


def test_a_window_follows_the_hand_and_grows_with_the_layer(shown, digit):
    model = convnet_mnist()
    root = shown(explore.receptive_fields(model, digit, "A seven, and windows on it."))
    image, positions = root.locator("canvas").all()
    for name, side, place in (("conv1", 26, (3, 20)), ("pool1", 13, (0, 12)), ("conv3", 3, (2, 1))):
        root.get_by_role("slider", name="layer").fill(
            str(["conv1", "pool1", "conv2", "pool2", "conv3"].index(name))
        )
        assert root.locator("output").inner_text() == name
        positions.hover(position=middle(positions, *place, side, side))
        assert told(root).startswith(f"{name}[{place[0]}, {place[1]}]")
        assert numbers(root) == sees(model, name, place)
    image.click(position=middle(image, 13, 5, 28, 28))
    assert numbers(root) == sees(model, "conv3", (1, 0))
    root.page.keyboard.press("ArrowRight")  # goes as far as the layer's jump
    assert numbers(root) == sees(model, "conv3", (1, 1))


def test_keys_choose_a_layer_and_a_position_at_the_edges(shown):
    plan, cat = blueprint(vgg16), photo("chelsea")[40:264, 140:364]
    root = shown(explore.receptive_fields(plan, cat, "A cat, and windows on it."))
    root.get_by_role("slider", name="layer").focus()
    for _ in range(30):
        root.page.keyboard.press("ArrowRight")
    assert numbers(root) == sees(plan, "block5_pool", (3, 3))
    root.locator("canvas").last.focus()
    for key in ["ArrowUp"] * 5 + ["ArrowRight"] * 5:
        root.page.keyboard.press(key)
    assert numbers(root) == sees(plan, "block5_pool", (0, 6))
    root.get_by_role("slider", name="layer").focus()
    for _ in range(30):
        root.page.keyboard.press("ArrowLeft")
    root.locator("canvas").last.focus()
    for _ in range(300):
        root.page.keyboard.press("ArrowRight")
    assert numbers(root)[1] == "223"


MAPS = """canvas => {
  const picture = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return [...picture.data].filter((_, i) => i % 4 === 0);
}"""


def tile(root, number, side, columns):
    """The middle shades of one of the maps that are drawn, rows of numbers from 0 to 255."""
    canvas = root.locator("canvas").last
    shades = np.reshape(canvas.evaluate(MAPS), (-1, canvas.evaluate("canvas => canvas.width")))
    zoom = 416 // columns // side
    top, left = (2 + place * (side * zoom + 2) for place in divmod(number, columns))
    return shades[top : top + side * zoom : zoom, left : left + side * zoom : zoom]


def test_every_map_is_that_of_keras(shown, digit):
    model, image = convnet_mnist(weights="mnist"), digit[np.newaxis, ..., np.newaxis] / 255
    root = shown(explore.feature_maps(digit, "A seven, and the maps of a layer."))
    root.page.set_viewport_size({"width": 824, "height": 720})  # as wide as on the site
    for name, columns in (("conv1", 8), ("pool1", 8), ("conv2", 11), ("pool2", 11), ("conv3", 16)):
        root.locator("select").select_option(name)
        maps = keras.Model(model.input, model.get_layer(name).output).predict(image, verbose=0)[0]
        side, count = maps.shape[1:]
        assert f"{name}: {count} × {side} × {side}" in root.inner_text()
        pad, shades = (canvas.bounding_box() for canvas in root.locator("canvas").all())
        assert pad["y"] == shades["y"] and shades["height"] < pad["height"]  # side by side
        for number in range(0, count, 7):
            one = maps[..., number]
            wanted = 255 * one / max(one.max(), maps.max() / 20)
            assert np.abs(tile(root, number, side, columns) - wanted).max() < 1.5, (name, number)


def test_maps_change_while_the_hand_draws(shown, digit):
    root = shown(explore.feature_maps(digit, "A seven, and the maps of a layer."))
    root.get_by_role("button", name="clear").click()
    shades, pad = root.locator("canvas").last, root.get_by_role("application")
    empty = shades.evaluate(MAPS)
    box = pad.bounding_box()
    root.page.mouse.move(box["x"] + 60, box["y"] + 80)
    root.page.mouse.down()
    root.page.mouse.move(box["x"] + 200, box["y"] + 80, steps=4)
    stroke = shades.evaluate(MAPS)
    root.page.mouse.up()
    assert stroke != empty
    root.get_by_role("button", name="clear").click()
    assert shades.evaluate(MAPS) == empty


def test_a_finger_moves_a_window_and_draws(browser, tmp_path, digit):
    context = browser.new_context(has_touch=True, viewport={"width": 360, "height": 720})
    page, file, plan = context.new_page(), tmp_path / "page.html", blueprint(vgg16)
    figure = explore.receptive_fields(plan, np.zeros((224, 224)), "Windows.", ["block5_conv3"])
    file.write_text(HEAD + figure.html, "utf-8")
    page.goto(file.as_uri())
    positions, name = page.locator("canvas").last, page.locator("output").bounding_box()
    positions.tap(position=middle(positions, 4, 13, 14, 14))
    assert numbers(page.locator(".lecture-explorer")) == sees(plan, "block5_conv3", (4, 13))
    assert name["x"] + name["width"] < 350
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    file.write_text(HEAD + explore.feature_maps(digit, "A seven, and maps.").html, "utf-8")
    page.goto(file.as_uri())
    maps = page.locator("canvas").last
    before = maps.evaluate(MAPS)
    page.get_by_role("application").tap(position={"x": 50, "y": 200})
    assert maps.evaluate(MAPS) != before
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    context.close()


def test_maps_follow_within_a_blink(shown, digit):
    root = shown(explore.feature_maps(digit, "A seven, and the maps of a layer."))
    times = root.evaluate(
        """root => Array.from({ length: 20 }, () => {
          const select = root.querySelector("select"), start = performance.now();
          select.dispatchEvent(new Event("change"));
          return performance.now() - start;
        })"""
    )
    assert np.median(times) < 50


def test_where_no_script_runs_the_first_picture_is_seen(browser, tmp_path, digit):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for figure in (
        explore.receptive_fields(convnet_mnist(), digit, "A seven, and windows on it."),
        explore.feature_maps(digit, "A seven, and the maps of a layer."),
        drawn_digit("A canvas to draw a digit on."),
    ):
        (tmp_path / "page.html").write_text(HEAD + figure.html, encoding="utf-8")
        page.goto((tmp_path / "page.html").as_uri())
        assert page.get_by_role("img", name=figure.alt).bounding_box()["width"] > 250
        assert page.get_by_text("run this cell, or trust this page").is_visible()
    context.close()


@pytest.mark.parametrize("place", ["site", "slides"])
def test_fields_answer_on_the_site_and_in_slides(reader, place):
    root = open_built(reader, place, "09_vgg", "field")
    slider, positions = root.get_by_role("slider"), root.locator("canvas").last
    slider.focus()
    for _ in range(13):
        reader.page.keyboard.press("ArrowRight")
    assert told(root).startswith("block4_pool[")
    positions.hover(position=middle(positions, 3, 9, 14, 14))
    assert told(root).startswith("block4_pool[3, 9]")
    positions.focus()
    reader.page.keyboard.press("ArrowDown")
    assert told(root).startswith("block4_pool[4, 9]")
    assert root.is_visible() and reader.troubles == []


@pytest.mark.parametrize("place", ["site", "slides"])
def test_maps_answer_on_the_site_and_in_slides(reader, place):
    root = open_built(reader, place, "05_convnet_mnist", "maps")
    pad, maps, seen = root.get_by_role("application"), root.locator("canvas").last, []
    pad.click(position={"x": 30, "y": 30})
    seen.append(maps.evaluate(MAPS))
    pad.focus()
    for key in ("Space", "ArrowUp", "ArrowUp", "Space"):
        reader.page.keyboard.press(key)
    seen.append(maps.evaluate(MAPS))
    root.get_by_role("button", name="clear").click()
    seen.append(maps.evaluate(MAPS))
    assert seen[0] != seen[1] != seen[2]
    root.locator("select").focus()
    reader.page.keyboard.press("ArrowDown")
    assert "pool1: 32 × 13 × 13" in root.inner_text()
    assert root.is_visible() and reader.troubles == []
