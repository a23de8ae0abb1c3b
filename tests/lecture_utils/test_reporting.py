"""What is printed of a figure and its claim, what nbval compares of it, and live progress."""

import re
from pathlib import Path

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
    with pytest.raises(ValueError, match=r"claim must be .*got none"):
        reporting.report("accuracy", 0.9)
    with pytest.raises(ValueError, match=r"tolerance must say .*got None"):
        reporting.report("accuracy", 0.9, expected=0.9)


def sanitized(text):
    """Apply tests/nbval.cfg as nbval does."""
    rules = (Path(__file__).parents[1] / "nbval.cfg").read_text(encoding="utf-8")
    for pattern, replacement in re.findall(r"^regex: (.*)\nreplace: (.*)$", rules, re.MULTILINE):
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
    line = "parameters: 104,202 (counted by hand)"
    assert sanitized(line) == line


@pytest.fixture
def small_fit(monkeypatch):
    """A training of two epochs of eight batches, outside of a notebook."""
    monkeypatch.setattr(reporting.LiveProgress, "_PERIOD", 0.0)
    monkeypatch.delitem(reporting.sys.modules, "ipykernel", raising=False)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    x, y = np.ones((64, 3), "float32"), np.ones((64, 1), "float32")

    def fit(progress, **options):
        monkeypatch.setenv("LECTURE_PROGRESS", progress)
        options |= {"batch_size": 8, "epochs": 2, "verbose": 0}
        model.fit(x, y, callbacks=[reporting.LiveProgress()], **options)

    return fit


def test_progress_tells_epoch_loss_metric_and_time(small_fit, capsys):
    small_fit("on")
    lines = capsys.readouterr().err.split("\r")
    assert len(lines) == 1 + 2 * 8 + 1
    assert re.search(r"epoch 2 of 2 · loss \d\.\d{3} · mae \d\.\d{3} · \d+ s left", lines[-2])
    assert re.search(r"trained in \d+ s", lines[-1])


def test_progress_with_validation_counts_training_batches_only(small_fit, capsys):
    small_fit("on", validation_data=(np.ones((64, 3)), np.ones((64, 1))))
    error = capsys.readouterr().err
    assert "val_loss" in error
    assert "▱" not in error.split("\r")[-2]  # the bar is full at the last batch, not before
    assert "▱" in error.split("\r")[-3]


def test_progress_is_silent_while_pages_are_recorded(small_fit, capsys):
    small_fit("off")
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""
