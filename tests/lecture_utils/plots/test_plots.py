"""What all pictures have in common: what is loaded, their style, what they refuse."""

import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lecture_utils import plots
from lecture_utils.plots.style import CYCLE


@pytest.mark.parametrize(
    ("statement", "expected"),
    [("import lecture_utils", []), ("import lecture_utils.plots", ["matplotlib"])],
)
def test_plots_load_matplotlib_but_no_keras_and_the_package_neither(statement, expected):
    heavy = ["matplotlib", "tensorflow", "keras"]
    code = f"{statement}; import sys; print(*[name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == expected


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


SMALL, LARGE = np.eye(3), np.eye(10)


def labels(count, names, predictions=None):
    return plots.image_grid, (np.zeros((count, 2, 2)), names, predictions)


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (plots.show_image, [np.zeros((2, 3, 4))], r"image must have 1 .*\(2, 3, 4\).*feature_maps"),
        (plots.show_image, [np.zeros(5)], r"image must be an array of 2 or 3 dim.*\(5,\)"),
        (plots.show_image, [np.zeros((0, 3))], "image must .*not empty"),
        (plots.show_image, [np.full((2, 2, 3), 7.0)], "image must be uint8, .*divide by 255"),
        (plots.show_image, [np.array([[np.nan]])], "image must be finite"),
        (plots.show_image, [np.array([["a"]])], "image must hold numbers, got <U1"),
        (plots.show_image, [np.eye(28), None, True], "image must .* at most 20 rows .*part"),
        (*labels(0, None), "images must be 1 to 200 .*got 0"),
        (*labels(3, [1, 2]), r"labels must be 3.*got the shape \(2,\)"),
        (*labels(3, None, [1, 2, 3]), "labels must tell .*got None"),
        (*labels(3, [1, 2, 3], LARGE), r"predictions must be 3.*\(10, 10\)"),
        (plots.probability_bars, [[2.0, -1.0]], "probabilities must .*softmax"),
        (plots.probability_bars, [[0.9, 0.9]], "probabilities must .*the sum 1.8"),
        (plots.probability_bars, [np.full(31, 0.01)], "probabilities must be at most 30, got 31"),
        (plots.probability_bars, [[0.5, 0.5], 2], "label must be a class from 0 to 1, got 2"),
        (plots.confusion_matrix, [[0, 1], [0]], "predicted must be as many as truth, 2, got 1"),
        (plots.confusion_matrix, [[0, 1], SMALL], r"predicted must .*predicted\.argmax\(axis=1\)"),
        (plots.confusion_matrix, [[-1], [0]], "truth must be whole numbers"),
        (plots.signals, [[1, 2]], r"signals must be a dictionary .*got \[1, 2\]"),
        (plots.signals, [{"image": SMALL}], r"signals\['image'\] must .*\(3, 3\)"),
        (plots.training_curves, [{"loss": [1]}, "acc"], "metric must be one of loss, got 'acc'"),
        (plots.training_curves, [[1, 2]], "history must be what model.fit returned, got"),
        (plots.kernels, [SMALL], r"kernels must be an array of 4 .*\(3, 3\)"),
        (plots.kernels, [np.ones((3, 3, 1, 129))], "kernels must be at most 128 .*got 129"),
        (plots.kernels, [np.ones((3, 3, 2, 4))], r"kernels must .*got 2: .*kernels\[:, :, :1\]"),
        (plots.kernels, [np.ones((3, 3, 1, 4)), 8, "a"], "labels must be 4.*got 1"),
        (plots.feature_maps, [np.zeros((1, 4, 4, 2))], r"maps must .*\(1, 4, 4, 2\)"),
        (plots.response_map, [SMALL, np.zeros((5, 5, 2))], r"response must .*\(5, 5, 2\)"),
        (plots.animate_1d, [np.zeros(25), [1]], "signal must have at most 24 samples .*got 25"),
        (plots.animate_1d, [[1, 2], [1, 2, 3]], "kernel must span"),
        (plots.animate_1d, [[1, 2], [1], "half"], "padding must be"),
        (plots.animate_2d, [LARGE, SMALL], r"image must have at most 9 rows .*\(10, 10\)"),
        (plots.window_positions, [np.zeros((5, 5, 3)), SMALL], "image must be an array of 2 "),
        (plots.filmstrip_2d, [SMALL, SMALL, 1, 0, 1, 7], "count must be 1 to 6 .*got 7"),
    ],
)
def test_bad_arguments_are_refused_with_what_came_and_what_would_do(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)
