"""A digit that is drawn: the convnet in the browser against Keras, the framing, hands and keys."""

import numpy as np
import pytest
from decks import open_built
from figures import data

from lecture_exercises import lecture_05
from lecture_utils.backend import keras
from lecture_utils.datasets import load_mnist
from lecture_utils.explore.page import FOLDER
from lecture_utils.models import convnet_mnist
from tools import site
from tools.digit import drawn_digit

ALT = "A canvas to draw a digit on, and what the convnet reads"
# Strokes as lines from point to point, in parts of the canvas: x, y.
STROKES = {
    0: [[(50, 15), (33, 25), (27, 50), (33, 75), (50, 85), (67, 75), (73, 50), (67, 25), (50, 15)]],
    1: [[(52, 15), (48, 85)]],
    2: [[(30, 32), (38, 18), (55, 15), (68, 26), (66, 42), (48, 62), (28, 82), (72, 82)]],
    3: [[(30, 20), (50, 14), (67, 24), (62, 42), (46, 48), (64, 54), (70, 70), (52, 85), (29, 78)]],
    4: [[(36, 15), (28, 52), (70, 50)], [(64, 18), (60, 86)]],
    7: [[(28, 20), (70, 18), (58, 45), (44, 85)]],
}


@pytest.fixture(scope="module")
def weights():
    return data(drawn_digit(ALT))["weights"]


def scripts(page, *names):
    for name in names:
        page.add_script_tag(path=FOLDER / f"{name}.js")


def test_the_browser_answers_as_keras(reader, weights):
    images = load_mnist()[1][0][:100].astype("float32") / 255
    model = convnet_mnist(weights="mnist")
    layers = ["conv1", "pool1", "conv2", "pool2", "conv3", "classes"]
    probe = keras.Model(model.input, [model.get_layer(name).output for name in layers])
    wanted = dict(zip(layers, probe.predict(images[..., np.newaxis], verbose=0), strict=True))
    scripts(reader.page, "kit", "../convnet")
    found = reader.page.evaluate(
        """([weights, images]) => {
          const convnet = new Convnet(weights);
          return images.map(image => convnet.run(image).classes);
        }""",
        [weights, images.reshape(100, -1).tolist()],
    )
    assert np.array_equal(np.argmax(found, axis=1), wanted["classes"].argmax(axis=1))
    assert np.abs(np.array(found) - wanted["classes"]).max() < 1e-5
    maps = reader.page.evaluate(
        """([weights, image]) => Object.values(new Convnet(weights).run(image))
             .slice(0, 5).map(({ maps }) => [...maps])""",
        [weights, images[0].ravel().tolist()],
    )
    for name, values in zip(layers, maps):
        assert np.allclose(values, wanted[name][0].ravel(), atol=1e-4), name


def drawn(rng):
    """Ink of some strokes, in a picture of any size."""
    ink = np.zeros(rng.integers(20, 120, 2))
    for _ in range(rng.integers(1, 4)):
        top, left = (rng.integers(0, size - 3) for size in ink.shape)
        high, wide = (rng.integers(2, 30, 2) / (1, 3)).astype(int) + 1
        ink[top : top + high, left : left + wide] = rng.uniform(0.2, 1)
    ink *= rng.uniform(0.5, 1, ink.shape)  # so that no centre lies between two pixels exactly
    return ink


def test_the_framing_is_that_of_lecture_05(reader):
    scripts(reader.page, "kit", "grid", "../drawing")
    inks = [drawn(np.random.default_rng(seed)) for seed in range(60)]
    found = reader.page.evaluate(
        "inks => inks.map(likeMnist)", [ink.astype("float32").tolist() for ink in inks]
    )
    compared = 0
    for ink, frame in zip(inks, found, strict=True):
        sides = zip(frame["box"][:2], frame["box"][2:])
        assert all(0 <= first <= 28 - size for first, size in sides)
        try:
            wanted = lecture_05.like_mnist.solve(ink.astype("float32"))
        except ValueError:  # a box that does not fit: it touches the edge here
            continue
        assert np.allclose(frame["pixels"], wanted, atol=1e-5)
        rows, columns = np.indices((28, 28))
        centre = [np.average(axis, weights=wanted) for axis in (rows, columns)]
        assert np.allclose(frame["centre"], centre, atol=1e-4)
        for axis, (first, size) in enumerate(zip(frame["box"][:2], frame["box"][2:])):
            assert not np.delete(wanted, np.s_[first : first + size], axis).any()
        assert max(frame["box"][2:]) == 20
        compared += 1
    assert compared > 40
    assert reader.page.evaluate("likeMnist([[0, 0], [0, 0]])") is None


class Canvas:
    """The figure on a page, drawn on by mouse, finger or keys."""

    def __init__(self, page, root=".lecture-explorer"):
        self.page, self.root = page, page.locator(root)
        self.pad = self.root.get_by_role("application", name="draw a digit")

    def told(self):
        return self.root.locator("[aria-live]").inner_text()

    def place(self, x, y):
        box = self.pad.bounding_box()
        return box["x"] + x / 100 * box["width"], box["y"] + y / 100 * box["height"]

    def draw(self, digit):
        for stroke in STROKES[digit]:
            self.page.mouse.move(*self.place(*stroke[0]))
            self.page.mouse.down()
            for point in stroke[1:]:
                self.page.mouse.move(*self.place(*point), steps=5)
            self.page.mouse.up()

    def clear(self):
        self.root.get_by_role("button", name="clear").click()


NOTHING = "Nothing is drawn yet."


@pytest.fixture(params=["page", "site", "slides"])
def canvas(request, reader, alone):
    """The figure alone, on the site, and in the deck of lecture 05."""
    if request.param == "page":
        alone(drawn_digit(ALT))
    elif request.param == "site":
        reader.open(site.OUTPUT / "digit.html")
    else:
        open_built(reader, "slides", "05_convnet_mnist", "drawing")
    yield Canvas(reader.page, ".lecture-explorer[data-kind=drawing]")
    assert reader.violations() == []


def test_six_digits_are_drawn_and_read(canvas):
    assert canvas.told() == NOTHING
    for digit in STROKES:
        canvas.draw(digit)
        assert canvas.told().startswith(f"The network reads {digit}, with"), digit
        bars = canvas.root.locator("meter").evaluate_all("bars => bars.map(bar => bar.value)")
        assert np.argmax(bars) == digit and abs(sum(bars) - 1) < 1e-3
        canvas.clear()
        assert canvas.told() == NOTHING


def test_keys_draw_a_one(canvas):
    canvas.pad.focus()
    for key in [*["ArrowUp"] * 9, "Space", *["ArrowDown"] * 18, "Space", *["ArrowRight"] * 5]:
        canvas.page.keyboard.press(key)
    assert canvas.told().startswith("The network reads 1, with")


def test_a_finger_draws(browser, tmp_path):
    context = browser.new_context(has_touch=True, viewport={"width": 360, "height": 720})
    page = context.new_page()
    html = f'<meta charset="utf-8">{drawn_digit(ALT).html}'
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    canvas, hand = Canvas(page), context.new_cdp_session(page)
    place = canvas.pad.bounding_box()
    for stroke in STROKES[7]:
        for kind, (x, y) in zip(["touchStart", *["touchMove"] * 9], stroke):
            at = dict(zip("xy", canvas.place(x, y)))
            hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [at]})
        hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert canvas.told().startswith("The network reads 7, with")
    assert canvas.pad.bounding_box() == place  # it does not jump under the finger
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    context.close()
