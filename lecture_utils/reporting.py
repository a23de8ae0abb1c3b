"""Measured figures with their claims, and live progress while a model trains.

A page prints what was measured together with what it claims and whether the claim holds. The
digits differ a little from machine to machine, so nbval ignores them (tests/nbval.cfg) and
compares the rest: the name, the claim and the verdict.
"""

import os
import sys
import time

from lecture_utils.backend import keras


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
        ValueError: If no claim is given, or `expected` without `tolerance`.

    Example:
        >>> report("test accuracy", 0.9817, expected=0.980, tolerance=0.005)
        test accuracy: 0.982 (expected 0.98 ± 0.005: yes)

    Lecture 01 uses it.
    """
    claims = []
    if expected is not None:
        if tolerance is None:
            raise ValueError("tolerance must say how far off the figure may be, got None.")
        holds = abs(value - expected) <= tolerance
        claims.append((f"expected {expected:g} ± {tolerance:g}", holds))
    if at_least is not None:
        claims.append((f"at least {at_least:g}", value >= at_least))
    if at_most is not None:
        claims.append((f"at most {at_most:g}", value <= at_most))
    if not claims:
        raise ValueError("the claim must be `expected`, `at_least` or `at_most`, got none of them.")
    figure = f"{value:.{digits}f}" + (f" {unit}" if unit else "")
    text = ", ".join(claim for claim, _ in claims)
    verdict = "yes" if all(holds for _, holds in claims) else "NO"
    print(f"{name}: {figure} ({'timed, ' if timed else ''}{text}: {verdict})")


class LiveProgress(keras.callbacks.Callback):
    """Show epoch, loss, accuracy and the time left while `fit` runs.

    In a notebook it is one line that updates itself, at most four times a second. Use it with
    `verbose=0`, in place of Keras's own bar, which prints hundreds of lines into the stored page.

    Example:
        >>> model.fit(x, y, epochs=5, verbose=0, callbacks=[LiveProgress()])

    Lecture 01 uses it.
    """

    _PERIOD = 0.25  # seconds between two updates: more often costs time and cannot be read

    def on_train_begin(self, logs=None):
        """Start the clock."""
        self._start = time.monotonic()
        self._next = 0.0
        self._done = 0
        self._epoch = 0
        self._handle = None
        self._write = self._choose_output()

    def on_epoch_begin(self, epoch, logs=None):
        """Remember the epoch."""
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        """Update the line, unless it was updated a moment ago."""
        self._done += 1
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + self._PERIOD
            self._write(self._line(logs or {}))

    def on_train_end(self, logs=None):
        """Leave the last figures and the time that the training took."""
        seconds = time.monotonic() - self._start
        self._write(f"{self._describe(logs or {})} · trained in {seconds:.0f} s")
        if self._write == self._to_terminal:
            print(file=sys.stderr)

    def _line(self, logs):
        steps, epochs = self.params.get("steps"), self.params["epochs"]
        line = self._describe(logs)
        if not steps:
            return line
        share = min(1.0, self._done / (steps * epochs))
        filled = round(20 * share)
        left = (time.monotonic() - self._start) * (1 - share) / share
        return f"{'▰' * filled}{'▱' * (20 - filled)} {line} · {left:.0f} s left"

    def _describe(self, logs):
        figures = " · ".join(f"{name} {float(value):.3f}" for name, value in logs.items())
        return f"epoch {self._epoch + 1} of {self.params['epochs']} · {figures}"

    def _choose_output(self):
        # Off while the pages are recorded or checked.
        if os.environ.get("LECTURE_PROGRESS", "on") == "off":
            return lambda line: None
        return self._to_notebook if "ipykernel" in sys.modules else self._to_terminal

    def _to_notebook(self, line):
        from IPython.display import display

        bundle = {"text/plain": line}
        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)

    def _to_terminal(self, line):
        print(f"\r{line}\033[K", end="", file=sys.stderr, flush=True)
