import numpy as np
from matplotlib.colors import same_color

from lecture_utils import plots

RAMP = [0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 4]


def test_short_signals_are_stems_beside_each_other():
    ax = plots.signals({"signal": RAMP, "output": RAMP[1:]})
    first, second = [line for line in ax.lines if line.get_label()[0] != "_"]
    np.testing.assert_array_equal(first.get_ydata(), RAMP)
    np.testing.assert_array_equal(second.get_ydata(), RAMP[1:])
    np.testing.assert_array_equal(np.round(first.get_xdata()), range(11))
    assert np.all(second.get_xdata() - first.get_xdata()[:10] > 0.1)
    assert first.get_marker() != second.get_marker()
    tops = [stem[1][1] for stem in ax.collections[0].get_segments()]
    np.testing.assert_array_equal(tops, RAMP)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["signal", "output"]
    assert all(tick == int(tick) for tick in [*ax.get_xticks(), *ax.get_yticks()])
    single = plots.signals({"signal": RAMP}).lines[0]
    np.testing.assert_array_equal(single.get_xdata(), range(11))


def test_long_signals_are_lines_of_different_colour_and_style(rng):
    noise = {"a": rng.normal(size=60), "b": rng.normal(size=50)}
    ax = plots.signals(noise)
    a, b = [line for line in ax.lines if line.get_label() in noise]
    np.testing.assert_array_equal(a.get_ydata(), noise["a"])
    np.testing.assert_array_equal(b.get_xdata(), range(50))
    assert a.get_linestyle() != b.get_linestyle()
    assert not same_color(a.get_color(), b.get_color())
    assert not ax.collections
