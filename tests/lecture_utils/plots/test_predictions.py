import numpy as np
import pytest
import tensorflow as tf
from matplotlib.colors import same_color
from on_axes import texts_at, tick_texts

from lecture_utils import plots
from lecture_utils.plots.style import BLUE, GREY, RED


@pytest.mark.parametrize(
    ("label", "colors", "ticks"),
    [
        (None, [GREY, BLUE, GREY], ["0", "1", "2"]),
        (1, [GREY, BLUE, GREY], ["0", "✓ 1", "2"]),
        (0, [BLUE, RED, GREY], ["✓ 0", "✗ 1", "2"]),
    ],
)
def test_bars_mark_the_true_class_and_a_wrong_prediction_by_colour_and_sign(label, colors, ticks):
    ax = plots.probability_bars([0.3, 0.6, 0.1], label=label)
    np.testing.assert_allclose([bar.get_width() for bar in ax.patches], [0.3, 0.6, 0.1])
    assert [text.get_text() for text in ax.texts] == ["0.300", "0.600", "0.100"]
    for bar, color in zip(ax.patches, colors, strict=True):
        assert same_color(bar.get_facecolor(), color)
    assert tick_texts(ax.yaxis) == ticks
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first class stands on top
    assert (ax.get_legend() is not None) == (RED in colors)


def test_confusion_counts_what_was_taken_for_what(rng):
    truth, predicted = rng.integers(0, 4, (2, 60))
    predicted[:20] = truth[:20]
    ax = plots.confusion_matrix(truth, predicted)
    for row, column in np.ndindex(4, 4):
        count = sum((truth == row) & (predicted == column))
        assert texts_at(ax).get((row, column), "0") == str(count)
    assert tick_texts(ax.xaxis) == tick_texts(ax.yaxis) == ["0", "1", "2", "3"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted", "true")


def test_confusion_colours_errors_and_mutes_what_was_right():
    truth = np.array([0] * 50 + [1] * 4)
    predicted = np.array([0] * 48 + [1, 1] + [1] * 3 + [0])
    ax = plots.confusion_matrix(truth, predicted)
    errors = ax.images[0].get_array()
    assert (errors[0, 1], errors[1, 0]) == (2, 1)
    assert errors.mask.tolist() == [[True, False], [False, True]]
    assert ax.images[0].get_clim() == (0, 2)
    assert {(patch.get_y() + 0.5, patch.get_x() + 0.5) for patch in ax.patches} == {(0, 0), (1, 1)}
    assert len(set(ax.patches[0].get_facecolor()[:3])) == 1  # grey
    assert texts_at(plots.confusion_matrix([2, 0], [2, 0])) == {(0, 0): "1", (2, 2): "1"}


@pytest.mark.parametrize("kind", [np.float16, np.float32, tf.constant, list])
def test_probabilities_of_all_kinds_are_drawn(kind):
    values = kind(np.full(30, 1 / 30))
    ax = plots.probability_bars(values, label=np.uint8(3))
    np.testing.assert_allclose([bar.get_width() for bar in ax.patches], 1 / 30, rtol=1e-3)


@pytest.mark.parametrize(
    ("odd", "told"),
    [
        ([0, 10**9], "from 0 to 99, got 1000000000"),  # a picture of a billion rows
        ([[1], [0]], r".*use \w+\[:, 0\]"),  # argmax would make all of them 0
        ([[0.9, 0.1], [0.3, 0.7]], r".*use \w+\.argmax\(axis=1\)"),
    ],
)
def test_odd_classes_are_refused_with_advice(odd, told):
    for name, arguments in (("truth", (odd, [1, 0])), ("predicted", ([1, 0], odd))):
        with pytest.raises(ValueError, match=rf"^{name} must be .*{told}"):
            plots.confusion_matrix(*arguments)


@pytest.mark.parametrize("kind", [np.uint64, np.int8, tf.constant, list])
def test_classes_of_all_kinds_are_counted(kind):
    truth, predicted = kind([0, 1, 1, 2]), kind([0, 1, 2, 2])
    ax = plots.confusion_matrix(truth, predicted)
    assert texts_at(ax) == {(0, 0): "1", (1, 1): "1", (1, 2): "1", (2, 2): "1"}


@pytest.mark.parametrize("ax", [3, "a"])
def test_axes_are_axes(ax):
    with pytest.raises(ValueError, match=r"^ax must be "):
        plots.probability_bars([0.5, 0.5], ax=ax)
