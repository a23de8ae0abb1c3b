"""Explorers as a student meets them: what they compute, by mouse, finger and keyboard."""

import itertools
import subprocess

import numpy as np
import pytest
from decks import middle, open_built

from lecture_utils import explore
from lecture_utils.convolution import average_pool2d, correlate1d, correlate2d, max_pool2d
from lecture_utils.explore.page import FOLDER
from tools.notebooks import notebook_paths

SOBEL = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
COMPUTE = """cases => cases.map(({ image, weights, ...settings }) => {
  const { padded, axes } = withPadding(image, weights, settings);
  const [rows, columns] = axes.map(axis => axis.places);
  const all = reduce => Math.min(rows, columns) < 1 ? null :
    filled(rows, columns, (...place) => reduce(windowAt(padded, axes, place)));
  return [all(window => correlate(window, weights.flat())), all(largest), all(mean)];
})"""


@pytest.fixture
def compute(reader):
    """Compute cases as the scripts do: correlation, maximum and mean, None where none fits."""
    for name in ("kit", "grid", "../convolution"):
        reader.page.add_script_tag(path=FOLDER / f"{name}.js")
    return lambda cases: reader.page.evaluate(COMPUTE, cases)


def cases(paddings, dilations):
    """Yield images and signals, with each kernel's size and each setting of the controls."""
    rng = np.random.default_rng(0)
    for stride, padding, dilation, size, alone in itertools.product(
        range(1, 5), paddings, dilations, range(1, 6), (False, True)
    ):
        rows, columns = rng.integers(2, 9), rng.integers(1, 12)
        shape, kernel = ((1, columns), (1, size)) if alone else ((rows, columns), (size, size))
        settings = {"stride": stride, "padding": padding, "dilation": dilation}
        image, weights = rng.normal(size=shape).tolist(), rng.normal(size=kernel).tolist()
        yield {"image": image, "weights": weights, **settings}


def expected(function, *arguments, **settings):
    try:
        return function(*arguments, **settings)
    except ValueError:
        return None


def same(found, wanted):
    return found is wanted or (np.shape(found) == wanted.shape and np.allclose(found, wanted))


def test_correlation_is_that_of_the_package(compute):
    asked = list(cases(["valid", "same", "full", 1, 2, 3], (1, 2, 3)))
    none = 0
    for case, (found, _, _) in zip(asked, compute(asked), strict=True):
        image, weights, settings = case["image"], case["weights"], dict([*case.items()][2:])
        if len(image) > 1:
            wanted = expected(correlate2d, image, weights, **settings)
        else:
            wanted = expected(correlate1d, image[0], weights[0], **settings)
            wanted = wanted if wanted is None else wanted[np.newaxis]
        assert same(found, wanted), case
        none += wanted is None
    assert 50 < none < len(asked) / 2


def test_pooling_is_that_of_the_package(compute):
    asked = list(cases(["valid", "same"], [1]))
    for case, (_, *found) in zip(asked, compute(asked), strict=True):
        image, weights = np.array(case["image"]), np.array(case["weights"])
        steps = (1 if len(image) == 1 else case["stride"], case["stride"])
        settings = {"size": weights.shape, "stride": steps, "padding": case["padding"]}
        for values, pool in zip(found, (max_pool2d, average_pool2d)):
            wanted = expected(pool, image[np.newaxis, :, :, np.newaxis], **settings)
            assert same(values, wanted if wanted is None else wanted[0, :, :, 0]), case


class Figure:
    """An explorer on a page, and what it tells."""

    def __init__(self, page, root=None):
        self.page, self.root = page, root or page.locator(".lecture-explorer")

    @property
    def input(self):
        return self.root.locator("canvas").first

    @property
    def outputs(self):
        return self.root.locator("canvas").all()[1:]

    def told(self):
        return self.root.locator("[aria-live]").inner_text()

    def control(self, name):
        role = "combobox" if name in ("input", "kernel", "padding") else "slider"
        return self.root.get_by_role("spinbutton" if "[" in name else role, name=name)

    at = staticmethod(middle)


@pytest.fixture
def shown(reader, alone):
    return lambda explorer: Figure(reader.page, alone(explorer))


def convolution():
    bars = np.tile([0.0, 0, 1, 1, 0, 0, 1, 0], (8, 1))
    ramp = [0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 4]
    kernels = {"Sobel x": SOBEL, "blur": np.ones((3, 3)) / 9, "large": np.ones((5, 5))}
    return explore.convolution({"bars": bars, "ramp": ramp}, kernels, "A kernel on bars.")


def told_at(row, column):
    return f"output[{row}, {column}] = "


def test_a_mouse_moves_the_window_and_paints(shown):
    figure = shown(convolution())
    (output,) = figure.outputs
    assert figure.told() == told_at(0, 0) + "0 + 0 + 1 + 0 + 0 + 2 + 0 + 0 + 1 = 4"
    output.hover(position=figure.at(output, 2, 4, 6, 6))
    assert figure.told().startswith(told_at(2, 4)) and figure.told().endswith(" = 4")
    figure.input.hover(position=figure.at(figure.input, 4, 4, 8, 8))
    assert figure.told().endswith(" = 4")  # a pointer that only passes draws nothing
    figure.page.mouse.down()
    assert figure.told().endswith(" = 3")
    box = figure.input.bounding_box()
    figure.page.mouse.move(box["x"] + 4.5 / 8 * box["width"], box["y"] + 2.5 / 8 * box["height"])
    figure.page.mouse.up()
    assert figure.told().endswith(" = 0")  # a line from row 4 to 2, without a gap
    assert figure.control("input").input_value() == "your own"
    figure.root.get_by_role("button", name="clear").click()
    assert figure.root.locator("figcaption").last.inner_text() == "output: 6 × 6, 0 … 0"
    figure.control("input").select_option("bars")
    assert figure.told().endswith(" = 4")


def test_keys_move_the_window_and_paint(shown):
    figure = shown(convolution())
    figure.outputs[0].focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowUp", "ArrowUp"):
        figure.page.keyboard.press(key)
    assert figure.told() == told_at(0, 2) + "−1 + 0 + 0 − 2 + 0 + 0 − 1 + 0 + 0 = −4"
    figure.input.focus()
    for key in ("ArrowRight", "ArrowRight", "Space"):
        figure.page.keyboard.press(key)
    assert figure.told() == told_at(0, 2) + "0 + 0 + 0 − 2 + 0 + 0 − 1 + 0 + 0 = −3"
    figure.control("stride").focus()
    figure.page.keyboard.press("ArrowRight")
    assert "output: 3 × 3" in figure.root.inner_text()


def test_a_finger_moves_the_window_and_paints(browser, tmp_path):
    context = browser.new_context(has_touch=True, viewport={"width": 360, "height": 720})
    page = context.new_page()
    (tmp_path / "page.html").write_text(f"<meta charset=utf-8>{convolution().html}", "utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    figure = Figure(page)
    (output,) = figure.outputs
    output.tap(position=figure.at(output, 3, 4, 6, 6))
    assert figure.told().startswith(told_at(3, 4))
    figure.input.tap(position=figure.at(figure.input, 0, 0, 8, 8))
    assert figure.control("input").input_value() == "your own"
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert figure.root.bounding_box()["height"] < 1000
    context.close()


def test_a_click_holds_the_window_until_the_next(shown):
    figure = shown(convolution())
    (output,) = figure.outputs
    output.click(position=figure.at(output, 2, 4, 6, 6))
    output.hover(position=figure.at(output, 5, 0, 6, 6))
    assert figure.told().startswith(told_at(2, 4))
    for _ in range(2):  # there it holds again, and lets go
        output.click(position=figure.at(output, 5, 0, 6, 6))
        assert figure.told().startswith(told_at(5, 0))
    output.hover(position=figure.at(output, 1, 1, 6, 6))
    assert figure.told().startswith(told_at(1, 1))


def test_a_stride_keeps_the_sample_and_a_size_the_weights(shown):
    figure = shown(explore.convolution({"ramp": range(12)}, {"mean": np.ones(3) / 3}, "A ramp."))
    output, box = figure.outputs[0], figure.control("kernel[0, 2]")
    output.click(position=figure.at(output, 0, 8, 1, 10))
    assert figure.told() == "output[8] = 2.67 + 3 + 3.33 = 9"
    changes = [
        ("stride", 2, "4] = 2.67 + 3"),
        ("stride", 3, "2] = 2 + 2.33"),
        ("stride", 1, "8] = 2.67"),
    ]
    changes += [
        ("size", 1, "8] = 2.67 ="),
        ("size", 3, "8] = 2.67 + 3 +"),
        ("size", 5, "7] = 0 + 2.67"),
    ]
    for name, value, told in changes:
        figure.control(name).fill(str(value))
        assert figure.told().startswith(f"output[{told}")
        told, last = figure.root.locator("[aria-live]").bounding_box(), output.bounding_box()
        assert last["y"] + last["height"] <= told["y"]
    box, line = box.bounding_box(), figure.input.bounding_box()
    middle = line["x"] + (7 + 2.5) / 12 * line["width"]
    assert abs(box["x"] + box["width"] / 2 - middle) < 3  # the kernel stands below its window


def test_brightness_can_be_seen(compute, reader):
    shades = reader.page.evaluate("[0.2, 0.4, 3].map(value => colour(value, 0.4))")
    assert shades == ["hsl(0 0% 20%)", "hsl(0 0% 40%)", "hsl(0 0% 100%)"]


def test_typing_a_weight_keeps_the_focus_and_never_gives_nan(shown):
    figure = shown(convolution())
    box = figure.control("kernel[0, 2]")
    box.click()
    for typed, last in (("", "3"), ("-", "3"), ("-2.5", "0.5"), ("1e999", "3"), ("1e9", "1002")):
        box.fill(typed) if typed != "-" else figure.page.keyboard.type(typed)
        assert figure.told().endswith(f" = {last}"), typed
        assert box.evaluate("box => box === document.activeElement")
    assert figure.control("kernel").input_value() == "your own"
    figure.control("kernel").select_option("Sobel x")
    assert figure.told().endswith(" = 4") and box.input_value() == "1"


def test_every_setting_answers_and_a_kernel_that_does_not_fit_says_so(shown):
    figure = shown(convolution())
    figure.control("kernel").select_option("large")
    assert figure.control("size").input_value() == "5"
    assert figure.told() == told_at(0, 0) + "the sum of 25 products = 10"
    assert "size of the output: ⌊(8 − 5) / 1⌋ + 1 = 4" in figure.root.inner_text()
    figure.control("padding").select_option("same")
    figure.control("stride").fill("2")
    assert "⌊(8 − 5 + 1 + 2) / 2⌋ + 1 = 4" in figure.root.inner_text()
    figure.control("padding").select_option("valid")
    figure.control("dilation").fill("3")
    assert figure.told() == "No window fits: the kernel is longer than the input with its padding."
    assert not figure.outputs[0].is_visible()
    figure.control("size").fill("2")
    assert figure.told().startswith(told_at(0, 0)) and figure.outputs[0].is_visible()
    for name, value in itertools.product(("bars", "ramp"), range(1, 6)):
        figure.control("input").select_option(name)
        figure.control("size").fill(str(value))
        assert "NaN" not in figure.root.inner_text()
    figure.control("kernel").select_option("Sobel x")
    assert figure.root.get_by_role("spinbutton").count() == 3  # a signal meets the middle row
    figure.outputs[0].focus()
    figure.page.keyboard.press("End")


def test_pooling_shows_the_maximum_beside_the_mean(shown):
    figure = shown(explore.pooling({"photo": np.arange(16).reshape(4, 4) / 20}, "A pooled photo."))
    assert figure.told() == "maximum[0, 0] = 0.25, mean[0, 0] = 0.13"
    figure.outputs[1].hover(position=figure.at(figure.outputs[1], 1, 1, 2, 2))
    assert figure.told() == "maximum[1, 1] = 0.75, mean[1, 1] = 0.63"
    figure.control("size").fill("3")
    figure.control("stride").fill("1")
    figure.outputs[0].focus()
    figure.page.keyboard.press("ArrowUp")
    assert figure.told() == "maximum[0, 1] = 0.55, mean[0, 1] = 0.3"
    figure.input.click(position=figure.at(figure.input, 3, 0, 4, 4))  # the window goes along
    assert figure.told() == "maximum[1, 0] = 0.7, mean[1, 0] = 0.38"


def test_an_explorer_can_be_read_by_everybody_and_is_quick(shown, reader):
    images = {"digit": np.random.default_rng(0).random((28, 28))}
    figure = shown(explore.convolution(images, {"large": np.ones((5, 5))}, "A large kernel."))
    assert reader.violations() == []
    figure.control("padding").select_option("full")
    move = """root => {
      const canvas = root.querySelectorAll("canvas")[1], times = [];
      for (let i = 0; i < 20; i++) {
        const start = performance.now();
        canvas.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
        times.push(performance.now() - start);
      }
      return times.sort((a, b) => a - b)[10];
    }"""
    assert figure.root.evaluate(move) < 16


SHOW = """async id => {
  const notebook = jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = notebook.widgets.findIndex(cell => cell.model.id === id);
  await notebook.scrollToItem(notebook.activeCellIndex, "center");
}"""
COMMAND = "name => jupyterapp.commands.execute(name)"


def open_cell(lab, page, path, cell):
    page.set_default_timeout(180_000)
    page.goto(lab.address.rpartition("/")[0] + f"/{path.name}?reset")
    page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext?.isReady")
    page.evaluate(SHOW, cell)
    return Figure(page)


def test_in_jupyterlab_a_first_picture_is_seen_until_the_cell_is_run(lab, reader):
    figure = open_cell(lab, reader.page, notebook_paths()[1], "explore-signals")
    figure.root.get_by_text("run this cell, or trust this page").wait_for()
    picture = figure.root.locator("img")
    assert picture.evaluate("picture => picture.naturalWidth") == 14 + 2 + 12
    assert figure.root.locator("canvas").count() == 0
    for name in ("notebook:run-all-above", "notebook:run-cell"):
        reader.page.evaluate(COMMAND, name)
    figure.root.locator("canvas").first.wait_for()
    figure.outputs[0].focus()
    reader.page.keyboard.press("ArrowRight")
    assert figure.told() == "output[1] = 0 + 0 + 0 = 0"
    assert reader.troubles == []


def test_in_jupyterlab_a_trusted_page_answers_before_it_is_run(lab, reader):
    trust = subprocess.run(
        lab.make("trust"), cwd=lab.course, env=lab.environment(), capture_output=True, text=True
    )
    assert trust.stdout.count("Signing notebook") == len(notebook_paths()), trust.stderr
    figure = open_cell(lab, reader.page, notebook_paths()[2], "explore-images")
    (output,) = figure.outputs
    output.hover(position=figure.at(output, 3, 1, 4, 5))
    assert figure.told() == "output[3, 1] = 0 + 1 + 2 + 0 + 0 + 1 + 0 + 0 + 0 = 4"
    box = figure.control("kernel[0, 0]")
    box.click()
    reader.page.keyboard.type("7")  # Jupyter would take it for a heading's level
    assert box.input_value() in ("70", "07")
    assert figure.control("kernel").input_value() == "your own"
    assert reader.troubles == []


PLACES = [
    ("02_correlation_1d", "output[3] = 0 + 0 + 0 = 0"),
    ("03_filters_2d", "output[0, 3] = 0 + 0 + 0 + 0 + 0 + 0 − 2 − 1 + 0 = −3"),
    ("04_padding_stride_pooling", "maximum[0, 3] = 0.66, mean[0, 3] = 0.34"),
]


def go_right(figure):
    figure.outputs[0].focus()
    for _ in range(3):
        figure.page.keyboard.press("ArrowRight")
    return figure.told()


@pytest.mark.parametrize(("lecture", "told"), PLACES)
def test_on_the_site_an_explorer_answers(reader, lecture, told):
    assert go_right(Figure(reader.page, open_built(reader, "site", lecture, "windows"))) == told
    for theme in ("light", "dark"):
        reader.page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        assert reader.violations("color-contrast") == []
    assert reader.troubles == []


@pytest.mark.parametrize(("lecture", "told"), PLACES)
def test_on_a_slide_an_explorer_answers_and_keeps_its_keys(reader, lecture, told):
    figure = Figure(reader.page, open_built(reader, "slides", lecture, "windows"))
    place = reader.page.evaluate("Reveal.getIndices().v")
    assert go_right(figure) == told
    assert reader.page.evaluate("Reveal.getIndices().v") == place
    figure.control("size").fill("5")
    box = figure.root.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 1280 and box["y"] + box["height"] <= 720
    reader.page.keyboard.press("PageDown")
    reader.page.wait_for_function("v => Reveal.getIndices().v !== v", arg=place)
    assert reader.troubles == []
