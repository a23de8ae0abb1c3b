"""Measured figures with their claims, and live progress while a model trains.

The digits of a figure differ a little from machine to machine, so nbval ignores them
(tests/nbval.cfg) and compares the rest: the name, the claim and the verdict.
"""

import os
import sys
import time
from types import SimpleNamespace

import numpy as np

from lecture_utils.backend import keras
from lecture_utils.checks import number, refused, switch, whole


def report(
    name: str,
    value: float,
    *,
    expected: float | None = None,
    tolerance: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    digits: int = 3,
    unit: str = "",
    timed: bool = False,
) -> None:
    """Print a measured figure, what the page claims of it, and whether that is so.

    Args:
        name: What was measured.
        value: The figure.
        expected: The claim, to be met within `tolerance`.
        tolerance: How far from `expected` the figure may be.
        at_least: The claim that the figure is not below this.
        at_most: The claim that the figure is not above this.
        digits: Number of decimals to print.
        unit: Printed after the figure, `"%"` or `"times"`.
        timed: Whether the figure comes from a clock, so that it differs from run to run.

    Raises:
        ValueError: If no claim is given, `expected` without `tolerance`, or an argument that will
            not do. A `value` that is not a number (NaN) holds no claim.

    Example:
        >>> report("test accuracy", 0.9817, expected=0.980, tolerance=0.005)
        test accuracy: 0.982 (expected 0.98 ± 0.005: yes)

    Lecture 01 uses it.
    """
    found = np.asarray(None if isinstance(value, list | tuple) else value)
    if found.ndim or found.dtype.kind not in "iuf":
        raise refused("value", "a number", value)
    # A whole number as Python's, since a difference of two `uint8` may wrap.
    value = int(found) if found.dtype.kind in "iu" else found[()]
    for argument, words in (("name", name), ("unit", unit)):
        if not isinstance(words, str):
            raise refused(argument, "text", words)
    digits, timed = whole("digits", digits, 0, 20), switch("timed", timed)
    if (expected is None) != (tolerance is None):
        raise refused("tolerance", "given with expected, and only with it", tolerance)
    claims = {}
    if expected is not None:
        expected, tolerance = number("expected", expected), number("tolerance", tolerance, 0)
        claims[f"expected {expected:g} ± {tolerance:g}"] = abs(value - expected) <= tolerance
    if at_least is not None:
        at_least = number("at_least", at_least)
        claims[f"at least {at_least:g}"] = value >= at_least
    if at_most is not None:
        at_most = number("at_most", at_most)
        claims[f"at most {at_most:g}"] = value <= at_most
    if not claims:
        raise ValueError("the claim must be `expected`, `at_least` or `at_most`, got none of them.")
    figure = f"{value:.{digits}f}" + (f" {unit}" if unit else "")
    verdict = "yes" if all(claims.values()) else "NO"
    print(f"{name}: {figure} ({'timed, ' if timed else ''}{', '.join(claims)}: {verdict})")


class LiveProgress(keras.callbacks.Callback):
    """Show epoch, loss, accuracy and the time left while `fit` runs.

    In a notebook it is one line that updates itself, at most four times a second. Use it with
    `verbose=0`, in place of Keras's own bar, which prints hundreds of lines into the stored page.

    Example:
        >>> model.fit(x, y, epochs=5, verbose=0, callbacks=[LiveProgress()])

    Lecture 01 uses it.
    """

    _PERIOD = 0.25  # seconds between two updates: more often costs time and cannot be read

    def __init__(self):
        super().__init__()
        self._fit = None  # the one that runs
        self._write = self._to_notebook if "ipykernel" in sys.modules else self._to_terminal
        if os.environ.get("LECTURE_PROGRESS") == "off":  # while pages are recorded or checked
            self._write = lambda line: None

    def on_train_begin(self, logs=None):
        """Start the clock, and keep what was told: a callback may start a fit inside this one."""
        told = self.params or {}
        fit = SimpleNamespace(epochs=told.get("epochs"), steps=told.get("steps"), epoch=None)
        fit.start, fit.next, fit.handle = time.monotonic(), 0.0, None
        fit.outer, self._fit = self._fit, fit

    def on_epoch_begin(self, epoch, logs=None):
        """Remember the epoch, which need not be 0 at first."""
        if self._fit.epoch is None:
            self._fit.first = epoch
        self._fit.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        """Update the line, unless it was updated a moment ago."""
        if self._fit.epoch is None:  # a loop of one's own tells no epochs
            self.on_epoch_begin(0)
        if time.monotonic() >= self._fit.next:
            self._fit.next = time.monotonic() + self._PERIOD
            self._write(self._line(batch, logs or {}))

    def on_train_end(self, logs=None):
        """Leave the last figures and the time that the training took."""
        seconds = time.monotonic() - self._fit.start
        self._write(f"{self._describe(logs or {})} · trained in {seconds:.0f} s")
        if self._write == self._to_terminal:
            print(file=sys.stderr)
        self._fit = self._fit.outer

    def _line(self, batch, logs):
        fit, line = self._fit, self._describe(logs)
        if not fit.steps or not fit.epochs:
            return line
        done = (fit.epoch - fit.first) * fit.steps + min(batch + 1, fit.steps)
        share = min(1.0, done / (fit.steps * max(1, fit.epochs - fit.first)))
        filled = round(20 * share)
        left = (time.monotonic() - fit.start) * (1 - share) / share
        return f"{'▰' * filled}{'▱' * (20 - filled)} {line} · {left:.0f} s left"

    def _describe(self, logs):
        if self._fit.epoch is None:
            return "no epoch to train"
        of = f" of {self._fit.epochs}" if self._fit.epochs else ""
        figures = [self._figure(name, value) for name, value in logs.items()]
        return " · ".join([f"epoch {self._fit.epoch + 1}{of}", *figures])

    def _figure(self, name, value):
        try:
            return f"{name} {float(value):.3f}"
        except Exception:  # whatever a log is, such as a number for each class: no training ends
            return f"{name} …"

    def _to_notebook(self, line):
        from IPython.display import display

        bundle = {"text/plain": line}
        if self._fit.handle is None:
            self._fit.handle = display(bundle, raw=True, display_id=True)
        else:
            self._fit.handle.update(bundle, raw=True)

    def _to_terminal(self, line):
        print(f"\r{line}\033[K", end="", file=sys.stderr, flush=True)
