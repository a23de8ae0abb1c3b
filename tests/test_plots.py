"""What the pictures show: numbers, words, colours and places on the axes, not their pixels."""

import base64
import io
import re
import subprocess
import sys
from html.parser import HTMLParser
from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.animation import AbstractMovieWriter, FuncAnimation
from matplotlib.colors import same_color, to_rgb
from PIL import Image
from scipy import signal as scipy_signal

mpl.use("Agg")

import matplotlib.pyplot as plt

from lecture_utils import plots
from lecture_utils.datasets import photo
from lecture_utils.plots._slide1d import Slide1D
from lecture_utils.plots._slide2d import Slide2D
from lecture_utils.plots.animation import _draw_three, _inches
from lecture_utils.plots.labels import LABELS
from lecture_utils.plots.style import BLUE, CYCLE, GREY, RED

RAMP = [0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 4]
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
SMALL = np.array(
    [[1, 2, 0, 1, 3], [0, 1, 2, 3, 1], [1, 1, 0, 2, 2], [3, 0, 1, 1, 0], [2, 1, 0, 0, 1]]
)


@pytest.fixture(autouse=True)
def own_figures(monkeypatch):
    """Each test starts with matplotlib's defaults, and none may open a window."""
    monkeypatch.setattr(plt, "show", lambda: pytest.fail("a plot called plt.show()"))
    with mpl.rc_context():
        yield
    plt.close("all")


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def step_1d(signal, kernel, position, stride=1, padding="valid", dilation=1, flip=False):
    """Draw one frame of `animate_1d` and return its axes."""
    slide = Slide1D.of(signal, kernel, stride, padding, dilation, flip)
    ax = plt.figure(figsize=slide.inches, layout="constrained").subplots()
    slide.draw(ax)
    slide.draw_step(ax, position)
    return ax


def step_2d(image, kernel, position, stride=1, padding="valid", dilation=1):
    """Draw one frame of `animate_2d` and return its figure."""
    slide = Slide2D.of(image, kernel, stride, padding, dilation)
    figure = plt.figure(figsize=_inches(slide), layout="constrained")
    _draw_three(figure, slide)(position)
    return figure


def to_number(text):
    return float(text.replace("−", "-"))


def written(ax):
    """The texts on axes by their place, (row, column)."""
    return {
        (round(text.get_position()[1], 3), round(text.get_position()[0], 3)): text.get_text()
        for text in ax.texts
    }


def tick_texts(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def hatched(ax):
    """The cells with a hatch, (row, column)."""
    return {
        (round(patch.get_y() + 0.5), round(patch.get_x() + 0.5))
        for patch in ax.patches
        if patch.get_hatch()
    }


def framed(ax):
    """Row, column, height and width of what has a red frame."""
    return [
        (patch.get_y() + 0.5, patch.get_x() + 0.5, patch.get_height(), patch.get_width())
        for patch in ax.patches
        if same_color(patch.get_edgecolor(), RED) and patch.get_linewidth() >= 2
    ]


class Recorder(AbstractMovieWriter):
    """A writer of animations that looks at each frame instead of saving it."""

    def __init__(self, look):
        super().__init__()
        self.look, self.seen = look, []

    def setup(self, fig, outfile, dpi=None):
        self.fig = fig

    def grab_frame(self, **_):
        self.seen.append(self.look(self.fig))

    def finish(self):
        pass


def watch(animation, look):
    """What `look` sees on the figure at each frame."""
    recorder = Recorder(look)
    animation.save("not written", writer=recorder)
    return recorder.seen


# --- the package -------------------------------------------------------------------------------


def loaded_after(statement):
    """Which of the heavy packages a fresh Python has loaded after a statement."""
    heavy = ["matplotlib", "tensorflow", "keras"]
    code = f"{statement}; import sys; print(*[name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_plots_load_matplotlib_but_no_keras_and_the_package_neither():
    assert loaded_after("import lecture_utils") == []
    assert loaded_after("import lecture_utils.plots") == ["matplotlib"]


def test_public_names_are_all_there():
    assert all(hasattr(plots, name) for name in plots.__all__)
    assert callable(plots.signals)
    assert callable(plots.player)


def test_style_suits_a_projector():
    plots.set_style()
    sizes = ["font", "axes.labelsize", "axes.titlesize", "xtick.labelsize", "legend.fontsize"]
    sizes = [plt.rcParams[name if "size" in name else f"{name}.size"] for name in sizes]
    assert min(sizes) >= 11
    assert plt.rcParams["image.cmap"] == "gray"
    assert plt.rcParams["image.interpolation"] == "nearest"
    assert plt.rcParams["figure.constrained_layout.use"]
    assert plt.rcParams["axes.prop_cycle"].by_key()["color"] == list(CYCLE)


def test_words_come_from_the_table(monkeypatch):
    for key, word in LABELS.items():
        monkeypatch.setitem(LABELS, key, f"§{word}")
    y = np.array([0, 1])
    axes = [
        plots.show_image(SMALL),
        plots.probability_bars([0.2, 0.8]),
        plots.confusion_matrix(y, y),
        plots.signals({"a": y}),
        plots.training_curves({"loss": [1, 2]}, metric="loss"),
    ]
    for ax in axes:
        assert ax.get_xlabel()[0] == ax.get_ylabel()[0] == "§"
    assert all(text[0] == "§" for text in tick_texts(step_1d(RAMP, [1], 0).yaxis))
    for figure in (plots.response_map(SMALL, SMALL), step_2d(SMALL, SOBEL, 0)):
        assert [ax.get_title()[0] for ax in figure.axes if ax.get_title()] == ["§"] * len(
            [ax for ax in figure.axes if ax.get_title()]
        )
    page = plots.player(plots.animate_1d([1, 2], [1]), alt="x").data
    words = re.findall(r'title="([^"]*)"|<label[^>]*>([^<]*)<', page)
    assert len(words) == 13
    assert all((title or label)[0] == "§" for title, label in words)


# --- images ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("image", "limits"),
    [
        (np.array([[10, 20]], dtype=np.uint8), (0, 255)),
        (np.array([[0.2, 0.4]]), (0, 1)),
        (np.array([[0.2, 1.4]]), (0.2, 1.4)),
        (np.array([[-3, 4]]), (-3, 4)),
        (np.array([[5, 5]]), (4, 6)),
        (np.array([[True, False]]), (0, 1)),
    ],
)
def test_image_is_drawn_between_its_limits(image, limits):
    drawn = plots.show_image(image).images[0]
    np.testing.assert_array_equal(drawn.get_array(), image)
    assert drawn.get_clim() == limits
    assert drawn.get_cmap().name == "gray"


def test_limits_may_be_given():
    assert plots.show_image(SMALL, limits=(-9, 9)).images[0].get_clim() == (-9, 9)


def test_colour_images_and_single_channels():
    colours = np.random.default_rng(0).random((4, 5, 3))
    np.testing.assert_allclose(plots.show_image(colours).images[0].get_array(), colours)
    grey = colours[:, :, :1]
    np.testing.assert_allclose(plots.show_image(grey).images[0].get_array(), grey[:, :, 0])


def test_image_has_words_and_numbered_pixels():
    ax = plots.show_image(np.zeros((28, 28)), title="A digit")
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == ("A digit", "column", "row")
    assert all(tick == int(tick) for tick in [*ax.get_xticks(), *ax.get_yticks()])


def test_values_stand_in_their_cells_and_contrast_with_them():
    image = np.array([[1, -2, 0.5], [12.25, -0.126, 3]])
    ax = plots.show_image(image, values=True)
    texts = {place: to_number(text) for place, text in written(ax).items()}
    assert texts == {
        place: pytest.approx(value, abs=0.005) for place, value in np.ndenumerate(image)
    }
    drawn = ax.images[0]
    for text in ax.texts:
        column, row = text.get_position()
        cell = drawn.cmap(drawn.norm(image[int(row), int(column)]))[0]
        assert abs(cell - to_rgb(text.get_color())[0]) >= 0.49
    assert list(ax.get_xticks()) == [0, 1, 2]
    assert list(ax.get_yticks()) == [0, 1]
    assert len(ax.collections[0].get_segments()) == 4 + 3  # the borders of the cells


def test_whole_numbers_are_written_without_a_point():
    assert set(written(plots.show_image(np.array([[4.0, -1.0]]), values=True)).values()) == {
        "4",
        "−1",
    }


def test_values_are_large_enough_to_read():
    for image in (SMALL, np.full((10, 10), 255), SMALL / 7 - 1):
        ax = plots.show_image(image, values=True)
        assert min(text.get_fontsize() for text in ax.texts) >= 10


def test_sliding_kernels_are_large_enough_to_read():
    figures = [
        step_1d(RAMP, [-1, 1], 3).figure,
        plots.filmstrip_1d(RAMP, [-1, 1]),
        step_2d(SMALL, SOBEL, 8, padding="same"),
        plots.filmstrip_2d(SMALL / 4, SOBEL / 8),
    ]
    for figure in figures:
        assert min(text.get_fontsize() for ax in figure.axes for text in ax.texts) >= 11


def test_functions_draw_where_they_are_told():
    y = np.array([0, 1])
    calls = [
        lambda ax: plots.show_image(SMALL, ax=ax),
        lambda ax: plots.probability_bars([0.1, 0.9], ax=ax),
        lambda ax: plots.confusion_matrix(y, y, ax=ax),
        lambda ax: plots.signals({"a": y}, ax=ax),
        lambda ax: plots.training_curves({"accuracy": [0.5]}, ax=ax),
    ]
    figure, axes = plt.subplots(1, len(calls))
    for call, ax in zip(calls, axes, strict=True):
        assert call(ax) is ax
        assert ax.has_data()
    assert plt.get_fignums() == [figure.number]


@pytest.mark.parametrize(
    ("image", "options", "message"),
    [
        (np.zeros((2, 3, 4)), {}, r"image: 1 channel .*\(2, 3, 4\).*feature_maps"),
        (np.zeros(5), {}, r"image: .*dimension.*\(5,\)"),
        (np.zeros((0, 3)), {}, "image: .*not empty"),
        (np.full((2, 2, 3), 7.0), {}, "image: colours .* Divide by 255"),
        (np.array([[np.nan]]), {}, "image: .*not finite"),
        (np.array([["a"]]), {}, "image: numbers are needed"),
        (np.zeros((28, 28)), {"values": True}, "values: .*show a part"),
        (np.zeros((4, 4, 3)), {"values": True}, "values: .*one channel"),
    ],
)
def test_what_is_no_image_is_refused(image, options, message):
    with pytest.raises(ValueError, match=message):
        plots.show_image(image, **options)


def test_rounding_errors_in_colours_are_no_reason_to_refuse():
    ax = plots.show_image(np.full((2, 2, 3), 1.0000001))
    assert ax.images[0].get_array().max() == 1


def drawn_axes(figure):
    return [ax for ax in figure.axes if ax.images]


def test_grid_shows_every_image_in_order(rng):
    images = rng.integers(0, 256, (7, 4, 4), dtype=np.uint8)
    figure = plots.image_grid(images, labels=list("abcdefg"), columns=3, title="Seven")
    axes = drawn_axes(figure)
    assert len(axes) == 7
    assert axes[0].get_gridspec().get_geometry() == (3, 3)
    for ax, image, name in zip(axes, images, "abcdefg", strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), image)
        assert ax.images[0].get_clim() == (0, 255)
        assert ax.get_title() == name
    assert figure.get_suptitle() == "Seven"
    assert len(drawn_axes(plots.image_grid(list(rng.random((2, 5, 4, 3)))))) == 2


def test_wrong_predictions_differ_by_colour_by_sign_and_by_frame():
    figure = plots.image_grid(np.zeros((4, 3, 3)), [7, 2, 1, 0], np.array([7, 2, 8, 0]))
    right, wrong = [drawn_axes(figure)[index] for index in (0, 2)]
    assert right.get_title() == "7"
    assert wrong.get_title() == "✗ 8 (1)"
    assert not same_color(right.title.get_color(), wrong.title.get_color())
    assert wrong.spines["left"].get_linewidth() > 2 * right.spines["left"].get_linewidth()
    assert not same_color(
        right.spines["left"].get_edgecolor(), wrong.spines["left"].get_edgecolor()
    )
    assert figure.get_supxlabel() == "✗ predicted (true)"


def test_grid_without_errors_has_no_sign():
    figure = plots.image_grid(np.zeros((2, 3, 3)), ["shirt", "bag"], ["shirt", "bag"])
    assert [ax.get_title() for ax in drawn_axes(figure)] == ["shirt", "bag"]
    assert figure.get_supxlabel() == ""


def test_size_of_a_grid_does_not_hang_on_the_errors():
    for truth in ([1, 2], ["ankle boot", "bag"]):
        right, wrong = (
            plots.image_grid(np.zeros((2, 3, 3)), truth, predicted).get_size_inches()
            for predicted in (truth, truth[::-1])
        )
        assert tuple(right) == tuple(wrong)


def test_long_names_take_two_lines():
    figure = plots.image_grid(np.zeros((1, 3, 3)), ["ankle boot"], ["sneaker"])
    assert drawn_axes(figure)[0].get_title() == "✗ sneaker\n(ankle boot)"


@pytest.mark.parametrize(
    ("count", "labels", "predictions", "message"),
    [
        (0, None, None, "images: 1 to 200"),
        (201, None, None, "images: .*not 201; .*images"),
        (3, [1, 2], None, "labels: 3 are needed"),
        (3, None, [1, 2, 3], "labels: are needed too"),
        (3, [1, 2, 3], np.zeros((3, 10)), r"predictions: 3 .*\(3, 10\)"),
    ],
)
def test_bad_grids_are_refused(count, labels, predictions, message):
    with pytest.raises(ValueError, match=message):
        plots.image_grid(np.zeros((count, 2, 2)), labels, predictions)


def test_bars_show_the_probabilities():
    probabilities = np.array([0.05, 0.7, 0.25])
    ax = plots.probability_bars(probabilities, names=["cat", "dog", "owl"], title="Which?")
    np.testing.assert_allclose([bar.get_width() for bar in ax.patches], probabilities)
    assert tick_texts(ax.yaxis) == ["cat", "dog", "owl"]
    assert [text.get_text() for text in ax.texts] == ["0.050", "0.700", "0.250"]
    assert [bar.get_facecolor() == ax.patches[1].get_facecolor() for bar in ax.patches] == [
        False,
        True,
        False,
    ]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first class stands on top
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == ("Which?", "probability", "class")


def test_bars_mark_the_true_class_and_a_wrong_prediction_by_colour_and_sign():
    ax = plots.probability_bars([0.3, 0.6, 0.1], label=0)
    assert tick_texts(ax.yaxis) == ["✓ 0", "✗ 1", "2"]
    expected = [BLUE, RED, GREY]
    for bar, color in zip(ax.patches, expected, strict=True):
        assert same_color(bar.get_facecolor(), color)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "✓ true class",
        "✗ predicted",
    ]
    right = plots.probability_bars([0.3, 0.6, 0.1], label=1)
    assert tick_texts(right.yaxis) == ["0", "✓ 1", "2"]
    assert right.get_legend() is None


@pytest.mark.parametrize(
    ("probabilities", "options", "message"),
    [
        ([2.0, -1.0], {}, "probabilities: .*softmax"),
        ([0.9, 0.9], {}, "probabilities: .*sum to 1.8"),
        ([[0.5, 0.5]], {}, "probabilities: "),
        (np.full(31, 0.01), {}, "probabilities: at most 30"),
        ([0.5, 0.5], {"label": 2}, "label: .*0 to 1.*not 2"),
        ([0.5, 0.5], {"names": ["a"]}, "names: 2 are needed"),
    ],
)
def test_bad_probabilities_are_refused(probabilities, options, message):
    with pytest.raises(ValueError, match=message):
        plots.probability_bars(probabilities, **options)


def test_confusion_counts_what_was_taken_for_what(rng):
    truth, predicted = rng.integers(0, 4, (2, 60))
    predicted[:20] = truth[:20]
    ax = plots.confusion_matrix(truth, predicted, names=["a", "b", "c", "d"], title="Errors")
    for row in range(4):
        for column in range(4):
            count = sum((truth == row) & (predicted == column))
            assert written(ax).get((row, column), "0") == str(count)
    assert sum(int(text.get_text()) for text in ax.texts) == 60
    assert tick_texts(ax.xaxis) == tick_texts(ax.yaxis) == ["a", "b", "c", "d"]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title()) == ("predicted", "true", "Errors")


def test_confusion_colours_errors_and_mutes_what_was_right():
    truth = np.array([0] * 50 + [1] * 4)
    predicted = np.array([0] * 48 + [1, 1] + [1] * 3 + [0])
    ax = plots.confusion_matrix(truth, predicted)
    errors = ax.images[0].get_array()
    assert errors[0, 1] == 2
    assert errors[1, 0] == 1
    assert errors.mask.tolist() == [[True, False], [False, True]]
    assert ax.images[0].get_clim() == (0, 2)
    muted = {(patch.get_y() + 0.5, patch.get_x() + 0.5) for patch in ax.patches}
    assert muted == {(0, 0), (1, 1)}
    red, green, blue = to_rgb(ax.patches[0].get_facecolor())
    assert red == green == blue


def test_confusion_of_no_errors_is_drawn():
    ax = plots.confusion_matrix(np.array([2, 0]), np.array([2, 0]))
    assert written(ax) == {(0, 0): "1", (2, 2): "1"}


@pytest.mark.parametrize(
    ("truth", "predicted", "names", "message"),
    [
        ([0, 1], [0], None, "predicted: .*2, not 1"),
        ([0, 1], np.zeros((2, 10)), None, r"predicted: .*predicted\.argmax\(axis=1\)"),
        ([0.5], [0], None, "truth: whole numbers"),
        ([-1], [0], None, "truth: whole numbers"),
        ([0, 5], [0, 5], ["a", "b"], "names: 6 are needed"),
    ],
)
def test_bad_classes_are_refused(truth, predicted, names, message):
    with pytest.raises(ValueError, match=message):
        plots.confusion_matrix(truth, predicted, names)


# --- signals -----------------------------------------------------------------------------------


def test_short_signals_are_stems_beside_each_other():
    ax = plots.signals({"signal": RAMP, "output": RAMP[1:]}, title="Two")
    first, second = [line for line in ax.lines if line.get_label()[0] != "_"]
    np.testing.assert_array_equal(first.get_ydata(), RAMP)
    np.testing.assert_array_equal(second.get_ydata(), RAMP[1:])
    np.testing.assert_array_equal(np.round(first.get_xdata()), range(11))
    assert np.all(second.get_xdata() - first.get_xdata()[:10] > 0.1)
    assert first.get_marker() != second.get_marker()
    tops = [stem[1][1] for stem in ax.collections[0].get_segments()]
    np.testing.assert_array_equal(tops, RAMP)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["signal", "output"]
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == ("Two", "sample", "value")
    assert all(tick == int(tick) for tick in [*ax.get_xticks(), *ax.get_yticks()])


def test_a_single_short_signal_stands_at_its_samples():
    ax = plots.signals({"signal": [0.5, 2]})
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), [0, 1])


def test_long_signals_are_lines_of_different_colour_and_style(rng):
    noise = {"a": rng.normal(size=60), "b": rng.normal(size=50)}
    ax = plots.signals(noise)
    a, b = [line for line in ax.lines if line.get_label() in noise]
    np.testing.assert_array_equal(a.get_ydata(), noise["a"])
    np.testing.assert_array_equal(b.get_xdata(), range(50))
    assert a.get_linestyle() != b.get_linestyle()
    assert not same_color(a.get_color(), b.get_color())
    assert not ax.collections


@pytest.mark.parametrize(
    ("signals", "message"),
    [
        ([1, 2], "signals: a dictionary"),
        ({}, "signals: a dictionary"),
        ({"image": SMALL}, r"signals\['image'\]: .*\(5, 5\)"),
        ({"bad": [1, np.inf]}, r"signals\['bad'\]: .*not finite"),
    ],
)
def test_bad_signals_are_refused(signals, message):
    with pytest.raises(ValueError, match=message):
        plots.signals(signals)


def rows_of(ax):
    """What stands in each row of a sliding kernel, by the row's name: {column: text}.

    The numbers of the samples have two rows, so the lower one is called "output sample".
    """
    heights = list(ax.get_yticks())
    names = [*tick_texts(ax.yaxis)[:-1], "output sample"]
    rows = {name: {} for name in names}
    for (height, column), text in written(ax).items():
        rows[names[int(np.argmin(np.abs(np.subtract(heights, height))))]][column] = text
    return rows


def row_numbers(ax, name):
    """The numbers of a row, from left to right."""
    return [to_number(text) for _, text in sorted(rows_of(ax)[name].items())]


def spread_out(kernel, dilation):
    """A kernel with zeros in its gaps."""
    spread = np.zeros((len(kernel) - 1) * dilation + 1)
    spread[::dilation] = kernel
    return spread


@pytest.mark.parametrize("padding", ["valid", "full", 2])
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (3, 1), (1, 2), (2, 2)])
def test_outputs_agree_with_numpy(rng, padding, stride, dilation):
    signal, kernel = rng.integers(-5, 6, 9), rng.integers(-3, 4, 3)
    padded = np.pad(signal, padding) if isinstance(padding, int) else signal
    mode = "full" if padding == "full" else "valid"
    expected = np.correlate(padded, spread_out(kernel, dilation), mode)[::stride]
    last = len(expected) - 1
    ax = step_1d(signal, kernel, last, stride, padding, dilation)
    np.testing.assert_array_equal(row_numbers(ax, "sum → output"), expected)
    assert to_number(ax.get_title().split(" = ")[-1]) == expected[-1]
    products = row_numbers(ax, "= products")
    assert sum(products) == expected[-1]


def test_a_step_shows_window_products_and_only_the_outputs_so_far():
    ax = step_1d(RAMP, [-1, 1], 4)
    rows = rows_of(ax)
    assert row_numbers(ax, "signal") == RAMP
    assert rows["sample"] == {index: str(index) for index in range(11)}
    assert rows["× kernel"] == {4: "−1", 5: "1"}
    assert rows["= products"] == {4: "−1", 5: "2"}
    # Each output stands under the middle of its window, with its own number below.
    assert rows["sum → output"] == {0.5: "0", 1.5: "0", 2.5: "0", 3.5: "1", 4.5: "1"}
    assert rows["output sample"] == {index + 0.5: str(index) for index in range(10)}
    assert ax.get_title() == "output[4] = 1·(−1) + 2·1 = 1"
    (_, column, height, width), (_, output_column, *_) = framed(ax)
    assert (column, height, width, output_column) == (4, 1, 2, 4.5)
    assert not hatched(ax)


def test_same_padding_is_shown_and_uneven_as_in_keras():
    even = step_1d([1, 2, 3, 4, 5], [1, 1, 1], 0, padding="same")
    assert {column for _, column in hatched(even)} == {-1, 5}
    assert row_numbers(even, "signal") == [0, 1, 2, 3, 4, 5, 0]
    assert row_numbers(even, "sum → output") == [3]
    uneven = step_1d([1, 2, 3, 4], [1, 1, 1], 1, padding="same", stride=2)
    assert {column for _, column in hatched(uneven)} == {4}
    assert row_numbers(uneven, "sum → output") == [6, 7]


def test_flip_makes_it_a_convolution(rng):
    signal, kernel = rng.integers(-5, 6, 8), np.array([1, 2, 4])
    ax = step_1d(signal, kernel, 9, padding="full", flip=True)
    np.testing.assert_array_equal(row_numbers(ax, "sum → output"), np.convolve(signal, kernel))
    assert row_numbers(ax, "× kernel") == [4, 2, 1]


def test_products_of_small_integers_do_not_overflow():
    pixels, kernel = np.array([200, 255], dtype=np.uint8), np.array([2, 3], dtype=np.uint8)
    ax = step_1d(pixels, kernel, 0)
    assert row_numbers(ax, "= products") == [400, 765]
    figure = step_2d(pixels[np.newaxis], kernel[np.newaxis], 0)
    assert written(figure.axes[2]) == {(0, 0): "1165"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros(25), [1]), "signal: at most 24 samples"),
        (([SMALL], [1]), "signal: "),
        ((RAMP, SOBEL), "kernel: "),
        (([1, 2], [1, 2, 3]), "kernel must span"),
        ((RAMP, [1], 0), "stride "),
        ((RAMP, [1], 1, "half"), "padding "),
    ],
)
def test_bad_slides_are_refused(arguments, message):
    for function in (plots.animate_1d, plots.filmstrip_1d):
        with pytest.raises(ValueError, match=message):
            function(*arguments)


# --- training ----------------------------------------------------------------------------------

HISTORY = {"accuracy": [0.9, 0.95, 0.97], "val_accuracy": [0.92, 0.94, 0.93], "loss": [3, 2, 1]}


@pytest.mark.parametrize("histories", [HISTORY, SimpleNamespace(history=HISTORY)])
def test_curves_of_one_training(histories):
    ax = plots.training_curves(histories, title="Fit")
    training, validation = ax.lines
    np.testing.assert_array_equal(training.get_xdata(), [1, 2, 3])
    np.testing.assert_array_equal(training.get_ydata(), HISTORY["accuracy"])
    np.testing.assert_array_equal(validation.get_ydata(), HISTORY["val_accuracy"])
    assert (training.get_linestyle(), validation.get_linestyle()) == ("-", "--")
    assert [line.get_label() for line in ax.lines] == ["training", "validation"]
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == ("Fit", "epoch", "accuracy")
    assert all(tick == int(tick) for tick in ax.get_xticks())


@pytest.mark.parametrize("wrap", [dict, lambda history: SimpleNamespace(history=history)])
def test_curves_of_several_trainings(wrap):
    other = {"accuracy": [0.5], "val_accuracy": [0.6]}
    ax = plots.training_curves({"dense": wrap(HISTORY), "convnet": wrap(other)})
    assert [line.get_label() for line in ax.lines] == [
        "dense, training",
        "dense, validation",
        "convnet, training",
        "convnet, validation",
    ]
    colors = [line.get_color() for line in ax.lines]
    assert colors[0] == colors[1] != colors[2] == colors[3]
    assert ax.lines[2].get_marker() == "o"  # one epoch is a point, not an invisible line


def test_a_metric_without_validation_is_one_line():
    ax = plots.training_curves(HISTORY, metric="loss")
    assert len(ax.lines) == 1
    assert ax.get_ylabel() == "loss"


@pytest.mark.parametrize(
    ("histories", "metric", "message"),
    [
        (HISTORY, "acc", "metric: 'acc' .*accuracy, val_accuracy, loss"),
        ({}, "loss", "histories: "),
        ([1, 2], "loss", "histories: "),
    ],
)
def test_bad_histories_are_refused(histories, metric, message):
    with pytest.raises(ValueError, match=message):
        plots.training_curves(histories, metric)


# --- features ----------------------------------------------------------------------------------


def test_kernels_share_a_symmetric_scale(rng):
    weights = rng.normal(size=(3, 3, 2, 5))
    weights[0, 0, 1, 4] = -7
    figure = plots.kernels(weights, columns=4, channel=1, title="Five")
    axes = drawn_axes(figure)
    assert len(axes) == 5
    for index, ax in enumerate(axes):
        np.testing.assert_array_equal(ax.images[0].get_array(), weights[:, :, 1, index])
        assert ax.images[0].get_clim() == (-7, 7)
        assert ax.get_title() == str(index)
    assert figure.get_suptitle() == "Five"
    assert len(figure.axes) == 5 + 1  # and the colour bar
    zero = axes[0].images[0].cmap(0.5)
    assert min(zero[:3]) > 0.95  # zero is white


def test_kernels_over_colours_are_colours(rng):
    weights = rng.normal(size=(2, 2, 3, 4))
    figure = plots.kernels(weights, labels=list("abcd"))
    axes = drawn_axes(figure)
    assert [ax.get_title() for ax in axes] == list("abcd")
    expected = 0.5 + 0.5 * weights[..., 2] / np.abs(weights).max()
    np.testing.assert_allclose(axes[2].images[0].get_array(), expected)


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        ((3, 3, 1), {}, r"kernels: .*\(3, 3, 1\)"),
        ((3, 3, 1, 129), {}, "kernels: at most 128"),
        ((3, 3, 2, 4), {"channel": 2}, "channel: from 0 to 1"),
        ((3, 3, 2, 4), {"labels": ["a"]}, "labels: 4 are needed"),
    ],
)
def test_bad_kernels_are_refused(shape, options, message):
    with pytest.raises(ValueError, match=message):
        plots.kernels(np.zeros(shape), **options)


def test_feature_maps_share_their_scale_or_not(rng):
    maps = rng.random((6, 5, 3)) * [1, 2, 4]
    shared = drawn_axes(plots.feature_maps(maps))[:3]
    assert {ax.images[0].get_clim() for ax in shared} == {(0, maps.max())}
    figure = plots.feature_maps(maps, shared=False)
    assert len(figure.axes) == 3  # no colour bar
    for index, ax in enumerate(figure.axes):
        np.testing.assert_array_equal(ax.images[0].get_array(), maps[:, :, index])
        assert ax.images[0].get_clim() == (0, maps[:, :, index].max())
        assert ax.images[0].cmap.name == "gray"


def test_signed_maps_are_drawn_around_zero(rng):
    maps = rng.normal(size=(4, 4, 2))
    image = drawn_axes(plots.feature_maps(maps))[0].images[0]
    assert image.get_clim() == (-np.abs(maps).max(), np.abs(maps).max())
    assert image.cmap.name != "gray"


def test_maps_of_nothing_but_zeros_are_black():
    image = drawn_axes(plots.feature_maps(np.zeros((2, 2, 1))))[0].images[0]
    assert image.get_clim() == (0, 1)


def test_maps_of_a_batch_are_refused():
    with pytest.raises(ValueError, match=r"maps: .*\(1, 4, 4, 2\)"):
        plots.feature_maps(np.zeros((1, 4, 4, 2)))


def test_response_stands_beside_its_image(rng):
    response = rng.normal(size=(8, 8))
    figure = plots.response_map(rng.random((10, 10, 3)), response, title="Edges")
    image, map_, bar = figure.axes
    assert [image.get_title(), map_.get_title()] == ["image", "response"]
    assert map_.images[0].get_clim() == (-np.abs(response).max(), np.abs(response).max())
    np.testing.assert_array_equal(map_.images[0].get_array(), response)
    assert figure.get_suptitle() == "Edges"
    assert bar.get_ylim() == map_.images[0].get_clim()


@pytest.mark.parametrize(("sign", "expected"), [(1, (0, 0.5)), (-1, (-0.5, 0.5))])
def test_a_limit_makes_weak_responses_visible(sign, expected):
    figure = plots.response_map(SMALL, SMALL * sign, limit=0.5)
    assert figure.axes[1].images[0].get_clim() == expected


def test_a_response_must_be_one_map():
    with pytest.raises(ValueError, match=r"response: .*\(5, 5, 2\)"):
        plots.response_map(SMALL, np.zeros((5, 5, 2)))


# --- sliding windows on images -----------------------------------------------------------------


def spread_out_2d(kernel, dilation):
    rows, columns = np.subtract(kernel.shape, 1) * dilation + 1
    spread = np.zeros((rows, columns))
    spread[:: dilation[0], :: dilation[1]] = kernel
    return spread


@pytest.mark.parametrize("padding", ["valid", "full", (1, 0)])
@pytest.mark.parametrize("stride", [1, (2, 1)])
@pytest.mark.parametrize("dilation", [(1, 1), (1, 2)])
def test_outputs_agree_with_scipy(rng, padding, stride, dilation):
    image, kernel = rng.integers(-4, 5, (5, 4)), rng.integers(-2, 3, (3, 2))
    padded = np.pad(image, [(1, 1), (0, 0)]) if padding == (1, 0) else image
    mode = "full" if padding == "full" else "valid"
    expected = scipy_signal.correlate2d(padded, spread_out_2d(kernel, dilation), mode)
    expected = expected[:: np.broadcast_to(stride, 2)[0]]
    figure = step_2d(image, kernel, expected.size - 1, stride, padding, dilation)
    shown = {place: to_number(text) for place, text in written(figure.axes[2]).items()}
    assert shown == dict(np.ndenumerate(expected))
    assert written(figure.axes[1]) == {
        place: str(weight).replace("-", "−") for place, weight in np.ndenumerate(kernel)
    }


def test_a_step_on_an_image_shows_the_window_and_the_outputs_so_far():
    figure = step_2d(SMALL, SOBEL, 4)
    image, kernel, output = figure.axes
    expected = scipy_signal.correlate2d(SMALL, SOBEL, "valid")
    assert framed(image) == [(1, 1, 3, 3)]
    assert framed(output) == [(1, 1, 1, 1)]
    assert {place: to_number(text) for place, text in written(image).items()} == dict(
        np.ndenumerate(SMALL)
    )
    assert {place: to_number(text) for place, text in written(output).items()} == {
        place: expected[place] for place in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]
    }
    assert output.images[0].get_array().mask.sum() == 4
    assert figure.get_supxlabel() == "output[1, 1] = 5"
    assert expected[1, 1] == 5
    assert [ax.get_title() for ax in figure.axes] == ["image", "kernel", "output"]
    assert image.get_xlabel() == output.get_xlabel() == "column"
    assert not hatched(image)
    assert not kernel.images


def test_padding_of_an_image_is_a_hatched_ring():
    figure = step_2d(SMALL, SOBEL, 5, stride=2, padding="same")
    image, _, output = figure.axes
    ring = {(row, column) for row in range(-1, 6) for column in range(-1, 6)}
    assert hatched(image) == {place for place in ring if {-1, 5} & set(place)}
    assert all(written(image)[place] == "0" for place in hatched(image))
    assert framed(image) == [(1, 3, 3, 3)]
    assert framed(output) == [(1, 2, 1, 1)]


def test_uneven_same_padding_of_an_image_is_below_and_right():
    figure = step_2d(SMALL[:4, :4], SOBEL, 0, stride=2, padding="same")
    below_and_right = {(4, index) for index in range(5)} | {(index, 4) for index in range(5)}
    assert hatched(figure.axes[0]) == below_and_right
    shown = written(figure.axes[0])
    assert {shown.pop(place) for place in below_and_right} == {"0"}
    assert shown == {place: str(value) for place, value in np.ndenumerate(SMALL[:4, :4])}


def test_dilation_leaves_gaps_in_the_window():
    image = step_2d(SMALL, np.ones((2, 2)), 0, dilation=(2, 3)).axes[0]
    taps = {
        (patch.get_y() + 0.5, patch.get_x() + 0.5) for patch in image.patches if patch.get_alpha()
    }
    assert taps == {(0, 0), (0, 3), (2, 0), (2, 3)}
    assert framed(image) == [(0, 0, 3, 4)]


def test_large_images_have_no_numbers():
    image, kernel, output = step_2d(np.eye(20), SOBEL, 200).axes
    assert not image.texts
    assert not output.texts
    assert len(kernel.texts) == 9
    assert framed(image) == [(200 // 18, 200 % 18, 3, 3)]


def test_every_place_of_a_window_is_shown():
    figure = plots.window_positions(SMALL, np.ones((3, 3)), title="Nine")
    assert len(figure.axes) == 9
    assert [framed(ax) for ax in figure.axes] == [
        [(row, column, 3, 3)] for row in range(3) for column in range(3)
    ]
    assert figure.axes[5].get_title() == "output[1, 2]"
    strided = plots.window_positions(SMALL, np.ones((3, 3)), stride=2)
    assert [framed(ax)[0][:2] for ax in strided.axes] == [(0, 0), (0, 2), (2, 0), (2, 2)]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plots.animate_2d(np.zeros((50, 50)), SOBEL), "image: at most 40 rows"),
        (lambda: plots.animate_2d(np.zeros((5, 5, 3)), SOBEL), "image: "),
        (lambda: plots.filmstrip_2d(SOBEL, SMALL), "kernel must span"),
        (lambda: plots.window_positions(np.zeros((9, 9)), SOBEL), "image: at most 6 rows"),
        (lambda: plots.filmstrip_1d(RAMP, [1], count=0), "count: at least 1"),
        (lambda: plots.filmstrip_2d(SMALL, SOBEL, count=9), "count: at most 6"),
        (lambda: plots.animate_2d(SMALL, SOBEL, frames=-1), "frames: at least 1"),
    ],
)
def test_bad_windows_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# --- animations and filmstrips -----------------------------------------------------------------


def test_each_frame_adds_one_output(rng):
    signal, kernel = rng.integers(-5, 6, 7), rng.integers(-3, 4, 3)
    animation = plots.animate_1d(signal, kernel, padding="full", flip=True)
    frames = watch(animation, lambda figure: row_numbers(figure.axes[0], "sum → output"))
    expected = np.convolve(signal, kernel).tolist()
    assert frames == [expected[: count + 1] for count in range(9)]
    # A player starts again: what the last frames added must be gone then.
    assert watch(animation, lambda figure: len(figure.axes[0].texts))[0] < 60
    assert watch(animation, lambda figure: len(framed(figure.axes[0]))) == [2] * 9


def test_each_frame_moves_the_window():
    animation = plots.animate_2d(SMALL, SOBEL, stride=2, padding=1)

    def look(figure):
        image, _, output = figure.axes
        return framed(image), [to_number(text) for text in written(output).values()]

    windows, outputs = zip(*watch(animation, look), strict=True)
    assert [window for [window] in windows] == [
        (row, column, 3, 3) for row in (-1, 1, 3) for column in (-1, 1, 3)
    ]
    expected = scipy_signal.correlate2d(SMALL, SOBEL, "same")[::2, ::2].ravel().tolist()
    assert list(outputs) == [expected[: count + 1] for count in range(9)]


@pytest.mark.parametrize("kernel", [[1], [-1.25, 1.5], [-2, -3, -4, -5]])
def test_the_sum_above_a_short_signal_is_not_cut_off(kernel):
    def inside(figure):
        [ax] = figure.axes
        box = ax.title.get_window_extent()
        return box.x0 > 0 and box.x1 < figure.bbox.x1 and box.y1 < figure.bbox.y1

    plots.set_style()
    assert all(watch(plots.animate_1d([-1.25, 2.5, -3.75, 4], kernel), inside))


def test_frames_may_be_fewer():
    animation = plots.animate_2d(SMALL, SOBEL, frames=3)
    words = watch(animation, lambda figure: figure.get_supxlabel().split(" = ")[0])
    assert words == ["output[0, 0]", "output[1, 1]", "output[2, 2]"]


def test_an_animation_leaves_no_still_behind():
    animation = plots.animate_1d(RAMP, [-1, 1])
    assert isinstance(animation, FuncAnimation)
    assert plt.get_fignums() == []
    watch(animation, lambda figure: None)


def test_filmstrip_of_a_signal_has_the_first_and_the_last_frame():
    figure = plots.filmstrip_1d(RAMP, [-1, 1], title="Strip")
    assert [ax.get_title().split(" = ")[0] for ax in figure.axes] == [
        f"output[{position}]" for position in (0, 3, 6, 9)
    ]
    assert row_numbers(figure.axes[0], "sum → output") == [0]
    assert figure.get_suptitle() == "Strip"
    assert len(plots.filmstrip_1d([1, 2, 3], [1, 1]).axes) == 2


def test_filmstrip_of_an_image_has_its_kernel_images_and_outputs():
    figure = plots.filmstrip_2d(SMALL, SOBEL, count=3, title="Strip")
    kernel, *images = [ax for ax in figure.axes if ax.get_subplotspec().is_first_row()]
    outputs = [ax for ax in figure.axes if ax.get_subplotspec().is_last_row()]
    assert kernel.get_title() == "kernel"
    assert [framed(ax)[0][:2] for ax in images] == [(0, 0), (1, 1), (2, 2)]
    assert [len(ax.texts) for ax in outputs] == [1, 5, 9]
    assert images[1].get_title() == "output[1, 1] = 5"
    assert figure.get_suptitle() == "Strip"


# --- the player --------------------------------------------------------------------------------

ALT = 'A kernel "slides" over <a signal> & back.'


class Page(HTMLParser):
    """The tags of a page with their attributes, and the text of its scripts."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.open, self.scripts = [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("img", "input", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)

    def named(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def page():
    with mpl.rc_context():
        plots.set_style()
        return plots.player(plots.animate_1d(RAMP, [-1, 1]), alt=ALT).data


def pictures(text):
    """All pictures in a text, as RGBA arrays."""
    encoded = re.findall(r"data:image/png;base64,([A-Za-z0-9+/=]+)", text)
    return [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGBA")) for png in encoded
    ]


def test_player_is_a_page_whose_parts_find_each_other(page):
    parsed = Page(page)
    assert parsed.open == []
    identifiers = {attributes["id"] for _, attributes in parsed.tags if "id" in attributes}
    assert len(identifiers) == 5
    [number] = set(re.findall(r"anim_?(?:img|slider|loop_select)?_?([0-9a-f]{32})", page))
    script = parsed.scripts[-1]
    for part in ("_anim_img", "_anim_slider"):
        assert f"{part}{number}" in identifiers
        assert f'"{part}{number}"' in script
    assert parsed.named("form")[0]["name"] == f"_anim_loop_select{number}"
    assert f'"_anim_loop_select{number}"' in script
    calls = {attributes["onclick"].split(".")[0] for attributes in parsed.named("button")}
    assert calls == {f"anim{number}"}
    assert f"anim{number} = new Animation(" in script


def test_player_has_words_and_a_first_picture_for_who_runs_no_script(page):
    [image] = Page(page).named("img")
    assert image["alt"] == ALT
    [first] = pictures(image["src"])
    assert (first[:, :, 3] == 255).all()
    assert first[:, :, :3].std() > 10
    labels = [attributes["aria-label"] for attributes in Page(page).named("button")]
    assert labels[5] == "play"
    assert len(set(labels)) == 9


def test_frames_lie_on_their_background_as_they_were_drawn(page):
    parsed = Page(page)
    [image] = parsed.named("img")
    [first], [background] = pictures(image["src"]), pictures(image["style"])
    frames = pictures(parsed.scripts[-1])
    assert len(frames) == 10
    whole = [np.where(frame[:, :, 3:] == 255, frame, background) for frame in frames]
    np.testing.assert_array_equal(whole[0], first)
    with mpl.rc_context():
        plots.set_style()
        raw = plots.animate_1d(RAMP, [-1, 1]).to_jshtml().replace("\\\n", "")
    for shown, drawn in zip(whole, pictures(raw), strict=True):
        assert np.abs(shown.astype(int) - drawn).mean() < 0.5


def test_player_needs_no_network(page):
    text = re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]+", "", page)
    assert not re.search(r"https?:|font-awesome|<link|<i ", text)


def test_player_stands_still_at_first_and_loops_when_played(page):
    parsed = Page(page)
    choices = {attributes["value"]: attributes for attributes in parsed.named("input")[1:]}
    assert [value for value in choices if "checked" in choices[value]] == ["loop"]
    assert "play_animation" not in parsed.scripts[-1]
    assert "this.direction = 0" in parsed.scripts[0]


def test_player_is_light(page):
    assert len(page) < 75_000


def test_player_is_the_same_each_time_and_in_another_process(page):
    code = f"""
import matplotlib
matplotlib.use("Agg")
from lecture_utils import plots
plots.set_style()
print(plots.player(plots.animate_1d({RAMP}, [-1, 1]), alt={ALT!r}).data, end="")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.decode() == page
    animation = plots.animate_1d([1, 2], [1])
    assert plots.player(animation, "x").data == plots.player(animation, "x").data


def test_different_players_have_different_names():
    def name(alt):
        page = plots.player(plots.animate_1d([1, 2], [1]), alt).data
        return re.search("_anim_img([0-9a-f]+)", page)[1]

    assert name("x") != name("y")


def test_player_of_a_padded_image_fits():
    plots.set_style()
    animation = plots.animate_2d(SMALL[:3, :3], SOBEL, padding="same")
    assert len(plots.player(animation, "A window slides over a padded image.").data) < 75_000


def moving_noise(frames):
    figure, ax = plt.subplots(figsize=(4, 4))
    noise = np.random.default_rng(0)
    return FuncAnimation(figure, lambda _: ax.imshow(noise.random((200, 200))), frames=frames)


@pytest.mark.parametrize(
    ("animation", "alt", "message"),
    [
        (lambda: plots.animate_1d([1, 2], [1]), "  ", "alt: say in words"),
        (lambda: plots.animate_2d(np.zeros((12, 12)), SOBEL), "x", "animation: at most 64 frames"),
        (lambda: moving_noise(2), "x", r"animation: 2 frames take \d+ kB, at most 150 kB"),
    ],
)
@pytest.mark.filterwarnings("ignore:Animation was deleted")
def test_bad_players_are_refused(animation, alt, message):
    with pytest.raises(ValueError, match=message):
        plots.player(animation(), alt)


# --- weight ------------------------------------------------------------------------------------


def saved(figure):
    png = io.BytesIO()
    figure.savefig(png, bbox_inches="tight")
    return png.getvalue()


@pytest.mark.parametrize("name", ["astronaut", "chelsea", "grass"])
def test_photos_weigh_less_than_a_page_allows(name):
    plots.set_style()
    png = saved(plots.show_image(photo(name)).figure)
    assert len(png) < 150_000
