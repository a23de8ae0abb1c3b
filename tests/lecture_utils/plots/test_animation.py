import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.animation import AbstractMovieWriter
from on_axes import framed, hatched, numbers_at, tapped
from scipy import signal as scipy_signal

from lecture_utils import plots

RAMP = [0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 4]
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
SMALL = np.array(
    [[1, 2, 0, 1, 3], [0, 1, 2, 3, 1], [1, 1, 0, 2, 2], [3, 0, 1, 1, 0], [2, 1, 0, 0, 1]]
)


class Recorder(AbstractMovieWriter):
    """A writer of animations that looks at each frame instead of saving it."""

    def setup(self, fig, outfile, dpi=None):
        self.fig, self.seen = fig, []

    def grab_frame(self, **_):
        self.seen.append(self.look(self.fig))

    def finish(self):
        pass


def watch(animation, look):
    """What `look` sees on the figure at each frame."""
    recorder = Recorder()
    recorder.look = look
    animation.save("not written", writer=recorder)
    return recorder.seen


def rows(ax):
    """The numbers in each row of a sliding kernel, from top to bottom: [{column: number}, …]."""
    heights = sorted({row for row, _ in numbers_at(ax)})
    return [{x: number for (y, x), number in numbers_at(ax).items() if y == h} for h in heights]


def test_a_step_shows_window_products_and_only_the_outputs_so_far():
    ax = plots.filmstrip_1d(RAMP, [-1, 1]).axes[1]
    above, signal, kernel, products, outputs, below = rows(ax)
    assert above == {index: index for index in range(11)}
    assert list(signal.values()) == RAMP
    assert kernel == {3: -1, 4: 1}
    assert products == {3: 0, 4: 1}
    # Each output stands under the middle of its window, with its own number below.
    assert outputs == {0.5: 0, 1.5: 0, 2.5: 0, 3.5: 1}
    assert below == {index + 0.5: index for index in range(10)}
    assert ax.get_title() == "output[3] = 0·(−1) + 1·1 = 1"
    assert framed(ax)[0][1:] == (3, 1, 2)
    assert framed(ax)[1][1:] == (3.5, 1, 1)
    assert {column for _, column in tapped(ax)} == {3, 4}
    assert min(text.get_fontsize() for text in ax.texts) >= 11


@pytest.mark.parametrize("padding", ["valid", "full", 2])
def test_outputs_agree_with_numpy(rng, padding):
    signal, kernel = rng.integers(-5, 6, 9), rng.integers(-3, 4, 3)
    padded = np.pad(signal, padding) if padding == 2 else signal
    expected = np.correlate(padded, kernel, "full" if padding == "full" else "valid")
    *_, products, outputs, _ = rows(plots.filmstrip_1d(signal, kernel, padding).axes[-1])
    assert list(outputs.values()) == expected.tolist()
    assert sum(products.values()) == expected[-1]


def test_same_padding_is_hatched_and_uneven_as_in_keras():
    first = plots.filmstrip_1d([1, 2, 3, 4], [1, 1, 1], "same").axes[0]
    assert {column for _, column in hatched(first)} == {-1, 4}
    assert rows(first)[1] == {-1: 0, 0: 1, 1: 2, 2: 3, 3: 4, 4: 0}
    last = plots.filmstrip_1d([1, 2, 3, 4], [1, 1], "same").axes[-1]
    assert {column for _, column in hatched(last)} == {4}
    assert list(rows(last)[4].values()) == [3, 5, 7, 4]


@pytest.mark.parametrize("kernel", [[1], [-1.25, 1.5], [-2, -3, -4, -5]])
def test_numbers_fit_their_cells_and_the_sum_the_figure(kernel):
    ax = plots.filmstrip_1d([-1.25, 2.5, -3.75, 4], kernel).axes[0]
    strip = plots.filmstrip_2d(-1.25 * SMALL, [[-1.25, *kernel]])
    for each in (ax, *strip.axes):
        each.figure.draw_without_rendering()
        left, right = each.transData.transform([(0, 0), (1, 0)])[:, 0]
        assert max(text.get_window_extent().width for text in each.texts) <= right - left
    box = ax.title.get_window_extent()
    assert 0 < box.x0 < box.x1 < ax.figure.bbox.x1


def test_each_frame_adds_one_output(rng):
    signal, kernel = rng.integers(-5, 6, 7), rng.integers(-3, 4, 3)
    animation = plots.animate_1d(signal, kernel, padding="full")
    expected = np.correlate(signal, kernel, "full").tolist()
    shown = [expected[: count + 1] for count in range(9)]
    for _ in range(2):  # started again, nothing may be left of the last frames
        assert watch(animation, lambda figure: list(rows(figure.axes[0])[4].values())) == shown
    assert plt.get_fignums() == []  # a notebook would show it below the player


def test_a_frame_shows_the_window_the_kernel_and_the_outputs_so_far():
    def look(figure):
        image, kernel, output = figure.axes
        assert numbers_at(image) == dict(np.ndenumerate(SMALL))
        assert numbers_at(kernel) == dict(np.ndenumerate(SOBEL))
        assert not hatched(image)
        assert output.images[0].get_array().mask.sum() == 9 - len(numbers_at(output))
        return framed(image) + framed(output), numbers_at(output), figure.get_supxlabel()

    frames, outputs, words = zip(*watch(plots.animate_2d(SMALL, SOBEL), look), strict=True)
    expected = scipy_signal.correlate2d(SMALL, SOBEL, "valid")
    places = list(np.ndindex(3, 3))
    assert list(frames) == [[(*place, 3, 3), (*place, 1, 1)] for place in places]
    for count, shown in enumerate(outputs):
        assert shown == {place: expected[place] for place in places[: count + 1]}
    assert (words[4], expected[1, 1]) == ("output[1, 1] = 5", 5)
    animation = plots.animate_2d(SMALL, np.eye(2), stride=2, padding=1, dilation=2)
    windows = [(row, column, 3, 3) for row in (-1, 1, 3) for column in (-1, 1, 3)]
    assert watch(animation, lambda figure: framed(figure.axes[0])[0]) == windows
    assert plt.get_fignums() == []


@pytest.mark.parametrize("padding", ["valid", "full", 1])
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (1, 2), (2, 2)])
def test_outputs_agree_with_scipy(rng, padding, stride, dilation):
    image, kernel = rng.integers(-4, 5, (5, 4)), rng.integers(-2, 3, (2, 2))
    spread = np.zeros((dilation + 1, dilation + 1))
    spread[::dilation, ::dilation] = kernel
    padded, mode = np.pad(image, 1 if padding == 1 else 0), "full" if padding == "full" else "valid"
    expected = scipy_signal.correlate2d(padded, spread, mode)[::stride, ::stride]
    figure = plots.filmstrip_2d(image, kernel, stride, padding, dilation, count=2)
    assert numbers_at(figure.axes[0]) == dict(np.ndenumerate(kernel))
    inside = dict(np.ndenumerate(image))
    assert hatched(figure.axes[1]) == set(numbers_at(figure.axes[1])) - set(inside)
    assert numbers_at(figure.axes[1]).items() >= inside.items()
    assert numbers_at(figure.axes[-1]) == dict(np.ndenumerate(expected))
    [window] = framed(figure.axes[2])
    before = {"valid": 0, "full": dilation, 1: 1}[padding]
    last = np.subtract(expected.shape, 1) * stride - before
    assert window == (*last, dilation + 1, dilation + 1)
    assert tapped(figure.axes[2]) == {
        tuple(last + np.multiply(at, dilation)) for at in np.ndindex(2, 2)
    }


def test_uneven_same_padding_is_below_and_right():
    image = plots.filmstrip_2d(SMALL[:4, :4], SOBEL, stride=2, padding="same").axes[1]
    outside = {place for place in np.ndindex(5, 5) if 4 in place}
    assert hatched(image) == outside
    assert numbers_at(image) == dict(np.ndenumerate(np.pad(SMALL[:4, :4], (0, 1))))


def test_small_integers_do_not_overflow():
    pixels, kernel = np.array([200, 255], dtype=np.uint8), np.array([2, 3], dtype=np.uint8)
    assert list(rows(plots.filmstrip_1d(pixels, kernel).axes[0])[3].values()) == [400, 765]
    figure = plots.filmstrip_2d(pixels[np.newaxis], kernel[np.newaxis])
    assert numbers_at(figure.axes[-1]) == {(0, 0): 1165}


def test_filmstrips_have_the_first_and_the_last_frame():
    strip = [ax.get_title().split(" = ")[0] for ax in plots.filmstrip_1d(RAMP, [-1, 1]).axes]
    assert strip == ["output[0]", "output[3]", "output[6]", "output[9]"]
    assert len(plots.filmstrip_1d([1, 2, 3], [1, 1]).axes) == 2
    strip = [framed(ax)[0][:2] for ax in plots.filmstrip_2d(SMALL, SOBEL, count=3).axes[1:4]]
    assert strip == [(0, 0), (1, 1), (2, 2)]


def test_every_place_of_a_window_is_shown():
    figure = plots.window_positions(SMALL, np.ones((3, 3)))
    assert [framed(ax) for ax in figure.axes] == [[(*place, 3, 3)] for place in np.ndindex(3, 3)]
    assert figure.axes[5].get_title() == "output[1, 2]"
