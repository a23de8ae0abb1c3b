import base64
import html
import io
import re
import subprocess
import sys
from html.parser import HTMLParser

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.animation import FuncAnimation
from PIL import Image, ImageSequence

from lecture_utils import plots

RAMP = [0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 4]
ALT = 'A kernel "slides" over <a signal> & costs $1.'
PNG = r"data:image/png;base64,([A-Za-z0-9+/=]+)"


def tags(page):
    """The attributes of the tags of a page, by name."""
    found = {}
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: found.setdefault(tag, []).append(dict(attrs))
    parser.feed(page)
    return found


def pictures(text):
    """All pictures in a text, as RGBA arrays."""
    files = [io.BytesIO(base64.b64decode(png)) for png in re.findall(PNG, text)]
    return [np.asarray(Image.open(png).convert("RGBA")) for png in files]


@pytest.fixture(scope="module")
def page():
    with mpl.rc_context():
        plots.set_style()
        return plots.player(plots.animate_1d(RAMP, [-1, 1]), alt=ALT).data


def test_without_a_script_there_are_words_and_the_first_picture_alone(page):
    assert set(tags(page)) == {"div", "img", "style", "script"}
    [image] = tags(page)["img"]
    assert image["alt"] == ALT
    [first] = pictures(image["src"])
    assert (first[:, :, 3] == 255).all()


def test_pictures_on_top_of_each_other_are_the_frames_as_they_were_drawn(page, tmp_path):
    plots.set_style()
    plots.animate_1d(RAMP, [-1, 1]).save(tmp_path / "frames.png", writer="pillow")
    drawn = ImageSequence.all_frames(Image.open(tmp_path / "frames.png"))
    [shown] = pictures(tags(page)["img"][0]["src"])
    changes = pictures(tags(page)["div"][0]["data-changes"])
    for change, expected in zip([shown, *changes], drawn, strict=True):
        shown = np.where(change[:, :, 3:] == 255, change, shown)
        assert np.abs(shown.astype(int) - np.asarray(expected.convert("RGBA"))).mean() < 0.3


def test_each_control_has_a_name_and_keeps_its_keys(page):
    controls = tags(html.unescape(re.search("`(.*)`", page, re.DOTALL)[1]))
    names = [button["aria-label"] for button in controls["button"]]
    assert names == ["previous picture", "play", "next picture"]
    [slider] = controls["input"]
    assert slider["aria-label"] == "picture"
    assert (slider["type"], slider["min"], slider["max"]) == ("range", "1", "10")
    # Jupyter leaves the keys to elements with this attribute.
    loop = r"of \[previous, play, next, slider\]\) {\s*control.dataset.lmSuppressShortcuts ="
    assert re.search(loop, page)


def test_player_needs_no_network_and_leaves_no_names_behind(page):
    text = re.sub(PNG, "", page)
    assert not re.search(r"https?:|<link|@import|url\(|\bid=", text)
    # Not even a function in a block, which a script that isn't strict hands to the whole page.
    assert not re.search(r"^\s*(function|var)\b|^(let|const)\b", text, re.MULTILINE)


def test_player_is_the_same_each_time_and_in_another_process(page):
    code = f"""
import matplotlib
matplotlib.use("Agg")
from lecture_utils import plots
plots.set_style()
animation = plots.animate_1d({RAMP}, [-1, 1])
pages = [plots.player(animation, alt={ALT!r}).data for _ in range(2)]
assert pages[0] == pages[1]
print(pages[0], end="")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.decode() == page


def test_what_is_transparent_is_white_and_the_figure_keeps_its_canvas():
    figure, ax = plt.subplots(facecolor="none")
    ax.set_axis_off()
    canvas = figure.canvas
    shown = plots.player(FuncAnimation(figure, lambda _: [], frames=1), alt="Nothing at all.")
    assert (pictures(shown.data)[0] == 255).all()
    assert figure.canvas is canvas


def test_a_single_frame_is_a_player_too():
    page = plots.player(plots.animate_1d([1], [1]), "x").data
    assert len(pictures(page)) == 1
    assert tags(page)["div"][0]["data-changes"] == ""


def moving_noise(frames):
    figure, ax = plt.subplots(figsize=(8, 8), dpi=100)
    noise = np.random.default_rng(0)
    return FuncAnimation(figure, lambda _: ax.imshow(noise.random((500, 500))), frames=frames)


@pytest.mark.parametrize(
    ("frames", "alt", "message"),
    [
        (2, "  ", "alt must be words"),
        (65, "x", "animation must have 1 to 64 frames, got more"),
        (2, "x", r"animation must be of at most 150 kB, got '\d+ kB'.*smaller"),
    ],
)
@pytest.mark.filterwarnings("ignore:Animation was deleted")
def test_bad_players_are_refused(frames, alt, message):
    with pytest.raises(ValueError, match=message):
        plots.player(moving_noise(frames), alt)
