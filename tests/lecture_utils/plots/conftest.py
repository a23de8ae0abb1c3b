"""Settings of the tests of pictures: nobody sees a window, and no test sees another's figures."""

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")

import matplotlib.pyplot as plt


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
