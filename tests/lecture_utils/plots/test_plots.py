"""What all pictures have in common: what is loaded, their style, what they refuse."""

import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from lecture_utils import plots
from lecture_utils.plots._common import number
from lecture_utils.plots.style import CYCLE


def test_plots_load_matplotlib_but_no_keras():
    code = "import sys, lecture_utils.plots; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"matplotlib", "tensorflow", "keras"} & {*done.stdout.split()} == {"matplotlib"}


def test_style_suits_a_projector():
    plots.set_style()
    names = ["axes.labelsize", "axes.titlesize", "xtick.labelsize", "legend.fontsize", "font.size"]
    assert min(plt.rcParams[name] for name in names) >= 11
    assert plt.rcParams["image.interpolation"] == "nearest"
    assert plt.rcParams["axes.prop_cycle"].by_key()["color"] == list(CYCLE)


def test_functions_draw_where_they_are_told():
    calls = [
        lambda ax: plots.show_image(np.eye(3), ax=ax),
        lambda ax: plots.probability_bars([0.1, 0.9], ax=ax),
        lambda ax: plots.signals({"a": [0, 1]}, ax=ax),
        lambda ax: plots.training_curves({"accuracy": [0.5]}, ax=ax),
    ]
    figure, axes = plt.subplots(1, len(calls))
    for call, ax in zip(calls, axes, strict=True):
        assert call(ax) is ax
        assert ax.has_data()
    assert plt.get_fignums() == [figure.number]


SMALL, COLORS = np.eye(3), np.full((2, 2, 3), 7.0)


def labels(count, names, predictions=None):
    return plots.image_grid, (np.zeros((count, 2, 2)), names, predictions)


# What would be drawn all the same, or at length, or needs advice; test_any_input tries more.
@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (plots.show_image, [np.zeros((2, 3, 4))], r"image must be of 1 .*, 4\).*feature_maps"),
        (plots.show_image, [COLORS], "image must be uint8, .*divide by 255"),
        (plots.show_image, [SMALL * 1e300], "image must be at most 1e.100 .*divide"),
        (plots.show_image, [Image.new("P", (3, 3))], r"image must be a picture .*convert\(.RGB.\)"),
        (plots.show_image, [np.eye(28), None, True], "image must .* at most 20 rows .*part"),
        (plots.show_image, [SMALL, None, "no"], "values must be True or False, got 'no'"),
        (plots.show_image, [SMALL, None, False, (1, 0)], "limits must be of a grey .*smaller"),
        (plots.show_image, [COLORS / 7, None, False, (0, 1)], "limits must be of a grey"),
        (plots.show_image, [SMALL, None, False, None, plt], "ax must be axes .*got <module"),
        (plots.show_image, [SMALL, SMALL], r"title must be words.*\(3, 3\)"),
        (plots.image_grid, [[SMALL] * 201], "images must be 1 to 200 .*got '201 or more'"),
        (*labels(3, [1, 2]), r"labels must be one for each of the 3 .*got \[1, 2\]"),
        (*labels(3, None, [1, 2, 3]), "labels must tell .*got None"),
        (*labels(2, ["1", "2"], [1, 2]), "predictions must be names or numbers, as the labels are"),
        (plots.probability_bars, [[2.0, -1.0]], "probabilities must .*softmax"),
        (plots.probability_bars, [[0.9, 0.9]], "probabilities must .*softmax"),
        (plots.probability_bars, [np.full(31, 0.01)], "probabilities must be at most 30, got 31"),
        (plots.probability_bars, [[0.5, 0.5], 2], "label must be .* from 0 to 1, got 2"),
        (plots.confusion_matrix, [[0, 1], [0]], "predicted must be as many as truth, 2, got 1"),
        (plots.confusion_matrix, [[0, 1], SMALL], r"predicted must .*predicted\.argmax\(axis=1\)"),
        (plots.confusion_matrix, [[-1], [0]], "truth must be .*whole number"),
        (plots.signals, [{"image": SMALL}], r"signals\['image'\] must .*\(3, 3\)"),
        (plots.training_curves, [{"loss": [1]}, "acc"], "metric must be one of .*loss.*got 'acc'"),
        (plots.training_curves, [[1, 2]], "history must be what model.fit returned, got"),
        (plots.kernels, [np.ones((3, 3, 1, 129))], "kernels must be at most 128 .*got 129"),
        (plots.kernels, [np.ones((3, 3, 2, 4))], r"kernels must .*got 2: .*kernels\[:, :, :1\]"),
        (plots.kernels, [np.ones((3, 3, 1, 4)), 8, "a"], "labels must be .* of the 4 kernels.*'a'"),
        (plots.feature_maps, [COLORS, 2, "yes"], "shared must be True or False"),
        (plots.animate_1d, [np.zeros(25), [1]], "signal must be of at most 24 samples.*got 25"),
        (plots.animate_2d, [np.eye(10), SMALL], r"image must be of at most 9 rows .*\(10, 10\)"),
        (plots.filmstrip_2d, [SMALL, SMALL, 1, 0, 1, 7], "count must be .* from 1 to 6, got 7"),
    ],
)
def test_bad_arguments_are_refused_with_what_came_and_what_would_do(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)


@pytest.mark.parametrize(
    "kind", ["uint8", "int8", "uint16", "int64", "bool", "float16", "float32", "longdouble"]
)
def test_all_kinds_of_numbers_are_drawn_and_none_is_changed(kind):
    kept = np.arange(9).reshape(3, 3) % 2
    image = kept.astype(kind)
    image.setflags(write=False)
    color, high = np.dstack([image] * 3), 255 if kind == "uint8" else 1
    assert plots.show_image(image).images[0].norm.vmax == high
    drawn = plots.show_image(color).images[0].make_image(None, unsampled=True)[0][..., :3]
    np.testing.assert_array_equal(drawn, np.dstack([kept * (255 // high)] * 3))
    constant = plots.show_image(image * 0).images[0].norm
    assert (constant.vmin, constant.vmax) in [(0, 255), (0, 1), (-1, 1)]
    for figure in (
        *(plots.image_grid([image, color]), plots.kernels(image[..., None, None])),
        *(plots.feature_maps(color), plots.response_map(image, image)),
        *(plots.filmstrip_2d(image, image), plots.filmstrip_1d(image[0], image[1])),
    ):
        figure.canvas.draw()


def test_a_phones_picture_stands_upright_and_a_long_number_is_short():
    phone = Image.new("L", (4, 2))
    phone.getexif()[0x0112] = 6  # to be turned by a quarter
    assert plots.show_image(phone).images[0].get_size() == (4, 2)
    written = [number(each) for each in (1e99, -2.34e6, 999999, np.int64(-(2**63)))]
    assert written == ["1.0e99", "−2.3e6", "999999", "−9.2e18"]
    assert plots.image_grid(np.ones((1, 900, 2))).get_size_inches()[1] < 10
