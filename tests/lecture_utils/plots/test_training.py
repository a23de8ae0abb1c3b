import csv
from types import SimpleNamespace

import numpy as np
import pytest

from lecture_utils import plots
from lecture_utils.backend import keras

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


class Note(keras.callbacks.Callback):
    """The epochs of a training and of its validations, and its losses, as they are told."""

    def on_train_begin(self, logs=None):
        self.told = {"loss": [], "val_loss": []}

    def on_epoch_end(self, epoch, logs=None):
        for name, points in self.told.items():
            if name in logs:
                points.append((epoch + 1, logs[name]))
        self.model.stop_training = epoch == 12


@pytest.mark.parametrize(
    ("options", "from_history", "separator"),
    [
        ({}, "right", ","),
        ({"validation_freq": 2}, "right", ";"),
        ({"validation_freq": 4}, "refused", ","),  # two in ten: every fourth or fifth?
        ({"validation_freq": [1, 3]}, "refused", ","),
        ({"initial_epoch": 8, "epochs": 11, "validation_freq": 3}, "refused", ","),
        ({"initial_epoch": 7, "epochs": 12, "validation_freq": 2}, "right", "\t"),
        ({"epochs": 20, "validation_freq": 3}, "right", ","),  # ends early, after 13
        ({"validation_data": None}, "right", ","),
    ],
)
def test_points_stand_where_they_were_measured(options, from_history, separator, tmp_path):
    x, y = np.ones((8, 1)), np.zeros((8, 1))
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    path, note = tmp_path / "log.csv", Note()
    callbacks = [note, keras.callbacks.CSVLogger(path, separator)]
    options = {"epochs": 10, "validation_data": (x, y), "callbacks": callbacks, **options}
    histories = [path, model.fit(x, y, verbose=0, **options)]
    if from_history == "refused":
        with pytest.raises(ValueError, match=r"^history must be the file of a CSVLogger"):
            plots.training_curves(histories.pop(), "loss")
    for history in histories:
        lines = plots.training_curves(history, "loss").lines
        assert len(lines) == 1 + bool(note.told["val_loss"])
        for line, points in zip(lines, note.told.values(), strict=False):
            np.testing.assert_allclose(line.get_xydata(), points, rtol=1e-6)


def test_an_epoch_without_a_number_has_no_point_and_rows_will_do():
    rows = list(csv.DictReader(["epoch,loss,val_loss", "4,0.5,NA", "5,nan,0.75", "6,0.25,"]))
    training, validation = plots.training_curves(rows, "loss").lines
    assert training.get_xydata().tolist() == [[5, 0.5], [7, 0.25]]
    assert validation.get_xydata().tolist() == [[6, 0.75]]
    (line,) = plots.training_curves({"loss": [1, np.inf, np.nan, 2]}, "loss").lines
    assert line.get_xydata().tolist() == [[1, 1], [4, 2]]


ROWS = "epoch,loss\n0,1\n1,2\n"


@pytest.mark.parametrize(
    ("history", "metric", "told"),
    [
        *((odd, "loss", "history must be what model.fit") for odd in ("no", [{"epoch": "a"}])),
        ({}, "loss", "history must be of one epoch"),
        (HISTORY, "val_accuracy", "metric must be one of 'accuracy', 'loss', got"),
        *(({"loss": odd}, "loss", r"history\['loss'\] must") for odd in ([], 3, [[1]], ["a"])),
        ({"loss": [np.nan, np.inf]}, "loss", "history must be finite in loss .*learning rate"),
        ({"loss": [1], "val_loss": [1, 2]}, "loss", "history must be of one training"),
        ({"loss": [1, 2], "epoch": [0]}, "loss", "history must be of one training.*2 values"),
        ({"loss": [1, 2, 3], "val_loss": [1]}, "loss", "history must be the file .*1 of 3"),
        *((ROWS + odd, "loss", "history must be what model.fit") for odd in ("2,a", "2,3,4")),
        (ROWS + "0,1", "loss", "history must be of one training.*by itself"),
    ],
)
def test_odd_histories_are_refused(history, metric, told, tmp_path):
    if isinstance(history, str) and "\n" in history:
        (tmp_path / "log.csv").write_text(history)
        history = tmp_path / "log.csv"
    with pytest.raises(ValueError, match=f"^{told}"):
        plots.training_curves(history, metric)
