import re

import numpy as np
import pytest

from lecture_utils import reporting
from lecture_utils.backend import keras


def printed(capsys, *arguments, **options):
    reporting.report(*arguments, **options)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "claim"),
    [
        ({"expected": 0.98, "tolerance": 0.005}, "(expected 0.98 ± 0.005: yes)"),
        ({"expected": 0.97, "tolerance": 0.005}, "(expected 0.97 ± 0.005: NO)"),
        ({"at_least": 0.98}, "(at least 0.98: yes)"),
        ({"at_least": 0.99}, "(at least 0.99: NO)"),
        ({"at_most": 0.99}, "(at most 0.99: yes)"),
        ({"at_most": 0.98}, "(at most 0.98: NO)"),
        ({"at_least": 0.9, "at_most": 0.98}, "(at least 0.9, at most 0.98: NO)"),
        ({"at_least": 0.9, "timed": True}, "(timed, at least 0.9: yes)"),
    ],
)
def test_report_prints_figure_claim_and_verdict(capsys, options, claim):
    assert printed(capsys, "test accuracy", 0.9817, **options) == f"test accuracy: 0.982 {claim}\n"


def test_not_a_number_is_never_within_a_claim(capsys):
    assert "NO" in printed(capsys, "loss", float("nan"), at_most=1)
    assert "NO" in printed(capsys, "loss", float("nan"), expected=1, tolerance=9)


def test_digits_and_unit(capsys):
    text = printed(capsys, "error", 1.26, at_most=2, digits=1, unit="%")
    assert text == "error: 1.3 % (at most 2: yes)\n"


def test_a_report_without_a_claim_is_refused():
    with pytest.raises(ValueError, match="no claim given"):
        reporting.report("accuracy", 0.9)
    with pytest.raises(ValueError, match="tolerance is missing"):
        reporting.report("accuracy", 0.9, expected=0.9)


def sanitized(text):
    """Apply tests/nbval.cfg as nbval does."""
    from pathlib import Path

    rules = re.findall(
        r"^regex: (.*)\nreplace: (.*)$",
        (Path(__file__).parent / "nbval.cfg").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    for pattern, replacement in rules:
        text = re.sub(pattern, replacement, text)
    return text


@pytest.mark.parametrize("unit", ["", "%", "times"])
@pytest.mark.parametrize("timed", [True, False])
def test_nbval_ignores_the_digits_of_a_report_but_nothing_else(capsys, unit, timed):
    def page(name, value, **claim):
        return sanitized(printed(capsys, name, value, unit=unit, timed=timed, **claim))

    stored = page("accuracy", 0.98123, at_least=0.9)
    assert page("accuracy", 0.9777, at_least=0.9) == stored
    assert page("accuracy", 12345.6, at_least=0.9) == stored
    assert page("accuracy", 0.8, at_least=0.9) != stored
    assert page("accuracy", 0.98, at_least=0.95) != stored
    assert page("accuracy", 0.98, at_most=0.99) != stored
    assert page("error", 0.98, at_least=0.9) != stored


def test_nbval_still_sees_plain_numbers():
    assert (
        sanitized("parameters: 104,202 (counted by hand)")
        == "parameters: 104,202 (counted by hand)"
    )


@pytest.fixture
def small_fit():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])

    def fit(**options):
        x, y = np.ones((64, 3), "float32"), np.ones((64, 1), "float32")
        return model.fit(x, y, batch_size=8, verbose=0, **options)

    return fit


def test_progress_tells_epoch_loss_metric_and_time(small_fit, capsys, monkeypatch):
    monkeypatch.setenv("LECTURE_PROGRESS", "on")
    monkeypatch.setattr(reporting.LiveProgress, "_PERIOD", 0.0)
    monkeypatch.delitem(reporting.sys.modules, "ipykernel", raising=False)
    small_fit(epochs=2, callbacks=[reporting.LiveProgress()])
    lines = capsys.readouterr().err.split("\r")
    assert len(lines) == 1 + 2 * 8 + 1
    assert re.search(r"epoch 2 of 2 · loss \d\.\d{3} · mae \d\.\d{3} · \d+ s left", lines[-2])
    assert re.search(r"trained in \d+ s", lines[-1])


def test_progress_with_validation_counts_training_batches_only(small_fit, capsys, monkeypatch):
    monkeypatch.setenv("LECTURE_PROGRESS", "on")
    monkeypatch.setattr(reporting.LiveProgress, "_PERIOD", 0.0)
    monkeypatch.delitem(reporting.sys.modules, "ipykernel", raising=False)
    x, y = np.ones((64, 3), "float32"), np.ones((64, 1), "float32")
    small_fit(epochs=2, validation_data=(x, y), callbacks=[reporting.LiveProgress()])
    error = capsys.readouterr().err
    assert "val_loss" in error
    assert "▱" not in error.split("\r")[-2]  # the bar is full at the last batch, not before
    assert "▱" in error.split("\r")[-3]


def test_progress_is_silent_while_pages_are_recorded(small_fit, capsys, monkeypatch):
    monkeypatch.setenv("LECTURE_PROGRESS", "off")
    small_fit(epochs=1, callbacks=[reporting.LiveProgress()])
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_arrays_are_read_without_the_tuning_that_fit_would_wait_for():
    # TensorFlow's tuning of the input made one fit in two wait, up to as long again as it took.
    import tensorflow as tf
    from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter

    dataset = ArrayDataAdapter(np.ones((8, 3)), batch_size=4).get_tf_dataset()
    assert isinstance(dataset, tf.data.Dataset)
    assert dataset.options().autotune.enabled is False
