"""What is printed of a figure and its claim, what nbval compares of it, and live progress."""

import contextlib
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

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
        ({"at_least": 0.9817, "at_most": 0.9817}, "(at least 0.9817, at most 0.9817: yes)"),
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


def test_a_report_without_a_claim_is_refused():
    with pytest.raises(ValueError, match=r"claim must be .*got none"):
        reporting.report("accuracy", 0.9)


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
    plain = "parameters: 104,202 (counted by hand)"
    assert sanitized(plain) == plain


@pytest.fixture
def told(monkeypatch, capsys):
    """What stood on the line, one after the other, outside of a notebook."""
    monkeypatch.setattr(reporting.LiveProgress, "_PERIOD", 0.0)
    monkeypatch.setenv("LECTURE_PROGRESS", "on")
    monkeypatch.delitem(reporting.sys.modules, "ipykernel", raising=False)
    return lambda: capsys.readouterr().err.replace("\033[K", "").split("\r")[1:]


X, Y = np.ones((64, 3), "float32"), np.ones((64, 1), "float32")


def network(**options):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"], run_eagerly=True, **options)
    return model


def endless():
    while True:
        yield X[:8], Y[:8]


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 8

    def __getitem__(self, number):
        return X[:8], Y[:8]


def of_unknown_length():
    return tf.data.Dataset.from_tensor_slices((X, Y)).filter(lambda x, y: True).batch(8)


EVENLY = [number / 16 for number in range(1, 17)]  # two epochs of eight steps
STREAM = {"y": None, "batch_size": None}


@pytest.mark.parametrize(
    ("options", "shares"),
    [
        ({}, EVENLY),
        ({"initial_epoch": 8, "epochs": 10}, EVENLY),
        ({"validation_data": (X, Y), "validation_freq": 2}, EVENLY),
        (STREAM | {"x": endless(), "steps_per_epoch": 8}, EVENLY),
        (STREAM | {"x": Batches}, EVENLY),
        (STREAM | {"x": of_unknown_length}, [None] * 16),
        (STREAM | {"x": endless(), "steps_per_epoch": 2, "epochs": 1}, [0.5, 1]),
        ({"epochs": 1, "steps_per_execution": 3}, [3 / 8, 6 / 8, 1]),
        ({"initial_epoch": 2}, []),
    ],
)
def test_progress_is_what_keras_tells(told, options, shares):
    options = {"x": X, "y": Y, "batch_size": 8, "epochs": 2, "verbose": 0} | options
    model = network(steps_per_execution=options.pop("steps_per_execution", 1))
    options["x"] = options["x"]() if callable(options["x"]) else options["x"]
    model.fit(callbacks=[reporting.LiveProgress()], **options)
    *lines, last = told()
    assert [line.count("▰") for line in lines] == [round(20 * (share or 0)) for share in shares]
    assert [line.endswith(" s left") for line in lines] == [share is not None for share in shares]
    if not shares:
        assert last == "no epoch to train · trained in 0 s\n"
        return
    first, epochs = options.get("initial_epoch", 0) + 1, options["epochs"]
    figures = r"loss \d+\.\d{3} · mae \d+\.\d{3}"
    assert re.search(rf"epoch {first} of {epochs} · {figures}( · \d+ s left)?$", lines[0])
    figures += r" · val_loss .* · val_mae .*" if "validation_data" in options else ""
    assert re.match(rf"epoch {epochs} of {epochs} · {figures} · trained in \d+ s\n", last)


def test_progress_is_silent_while_pages_are_recorded(told, monkeypatch, capsys):
    monkeypatch.setenv("LECTURE_PROGRESS", "off")
    network().fit(X, Y, verbose=0, callbacks=[reporting.LiveProgress()])
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_no_log_ends_a_training(told):
    class Odd(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs):
            logs |= {"note": "warm", "none": None, "pair": np.array([1.0, 2.0])}

    each = keras.metrics.F1Score(average=None)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile("sgd", "mse", metrics=[each], run_eagerly=True)
    model.fit(X, np.eye(2)[[0] * 64], verbose=0, callbacks=[Odd(), reporting.LiveProgress()])
    assert "f1_score … · loss " in told()[-1].replace(" · note … · none … · pair …", "")


def test_fits_inside_a_fit_and_fits_after_an_interruption_tell_their_own(told):
    progress, options = reporting.LiveProgress(), {"batch_size": 32, "verbose": 0}

    class Inside(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs):
            network().fit(X, Y, **options, callbacks=[progress])
            network().evaluate(X, Y, **options, callbacks=[progress])

    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs):
            raise KeyboardInterrupt

    model = network()
    bars = []
    for callbacks in [progress, Inside()], [progress, Stop()], [progress]:
        with contextlib.suppress(KeyboardInterrupt):
            model.fit(X, Y, **options, epochs=2, callbacks=callbacks)
        bars.append([(line.count("▰"), re.search(r"epoch \d of \d", line)[0]) for line in told()])
    outer = [(5, "epoch 1 of 2"), (10, "epoch 1 of 2"), (15, "epoch 2 of 2"), (20, "epoch 2 of 2")]
    inner = [(10, "epoch 1 of 1"), (20, "epoch 1 of 1"), (0, "epoch 1 of 1")]
    assert bars[0] == [*outer[:2], *inner, *outer[2:], *inner, (0, "epoch 2 of 2")]
    assert bars[1:] == [outer[:1], [*outer, (0, "epoch 2 of 2")]]


@pytest.mark.parametrize(("params", "of"), [({"epochs": 3, "steps": 2}, " of 3"), ({}, "")])
def test_progress_serves_a_loop_of_ones_own(told, params, of):
    model = network()
    callbacks = keras.callbacks.CallbackList([reporting.LiveProgress()], model=model, **params)
    callbacks.on_train_begin()
    for batch in range(2):
        callbacks.on_train_batch_end(batch, model.train_on_batch(X, Y, return_dict=True))
    callbacks.on_train_end()
    lines = told()
    assert all(f"epoch 1{of} · " in line for line in lines) and len(lines) == 3
    model.evaluate(X, Y, verbose=0, callbacks=[reporting.LiveProgress()])
    model.predict(X, verbose=0, callbacks=[reporting.LiveProgress()])
    assert told() == []


def test_a_notebooks_line_is_updated_at_most_four_times_a_second_with_the_time_left(monkeypatch):
    now, shown = [100.0], []

    def display(bundle, raw, display_id=False):
        shown.append(raw and bundle["text/plain"])
        return display_id and SimpleNamespace(update=display)

    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=display))
    monkeypatch.setitem(sys.modules, "ipykernel", None)
    monkeypatch.delenv("LECTURE_PROGRESS")
    monkeypatch.setattr(reporting, "time", SimpleNamespace(monotonic=lambda: now[0]))
    progress = reporting.LiveProgress()
    progress.set_params({"epochs": 2, "steps": 4})
    progress.on_train_begin()
    for step, seconds in enumerate([16, 0.125, 0.125, 0.125, 7.625, 8, 8, 8]):
        now[0] += seconds
        if step % 4 == 0:
            progress.on_epoch_begin(step // 4)
        progress.on_train_batch_end(step % 4, {"loss": 0.25})
    progress.on_train_end({"loss": 0.125})
    line = re.compile(r"[▰▱]{20} epoch (\d) of 2 · loss 0.250 · (\d+) s left")
    left = map(line.fullmatch, shown[:-1])
    assert [tuple(map(int, each.groups())) for each in left] == [
        *((1, 112), (1, 27), (2, 14), (2, 11), (2, 6), (2, 0)),
    ]
    assert shown[-1] == "epoch 2 of 2 · loss 0.125 · trained in 48 s"


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        *(("value", odd) for odd in (True, [0.9], np.ones(2), 10**400)),
        *(("at_least", "1"), ("at_most", np.nan), ("tolerance", -1), ("tolerance", None)),
        *(("digits", 999), ("name", 3), ("unit", np.ones(2)), ("timed", "no")),
    ],
)
def test_odd_arguments_of_a_report_are_named(argument, value):
    options = {"name": "loss", "value": 1.0, "expected": 1, "tolerance": 1, argument: value}
    with pytest.raises(ValueError, match=f"^{argument} must "):
        reporting.report(**options)


@pytest.mark.parametrize("value", [np.uint8(3), np.float16(3), np.array(3.0), tf.constant(3)])
def test_numbers_of_numpy_and_keras_are_numbers(capsys, value):
    options = {"expected": np.uint8(5), "tolerance": 2, "digits": np.int8(1), "unit": "%"}
    assert printed(capsys, "errors", value, **options) == "errors: 3.0 % (expected 5 ± 2: yes)\n"
