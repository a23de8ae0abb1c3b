from types import SimpleNamespace

import numpy as np
import pytest

from lecture_utils import plots

HISTORY = {"accuracy": [0.9, 0.95, 0.97], "val_accuracy": [0.92, 0.94, 0.93], "loss": [3, 2, 1]}


@pytest.mark.parametrize("history", [HISTORY, SimpleNamespace(history=HISTORY)])
def test_curves_of_training_and_validation(history):
    ax = plots.training_curves(history)
    training, validation = ax.lines
    np.testing.assert_array_equal(training.get_xdata(), [1, 2, 3])
    np.testing.assert_array_equal(training.get_ydata(), HISTORY["accuracy"])
    np.testing.assert_array_equal(validation.get_ydata(), HISTORY["val_accuracy"])
    assert (training.get_linestyle(), validation.get_linestyle()) == ("-", "--")
    assert [line.get_label() for line in ax.lines] == ["training", "validation"]
    assert training.get_marker() == "o"  # one epoch is a point, not an invisible line
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "accuracy")
    loss = plots.training_curves(history, metric="loss")
    assert (len(loss.lines), loss.get_ylabel()) == (1, "loss")
