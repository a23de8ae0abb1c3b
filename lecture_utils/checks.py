"""Arguments, checked before they are used: returned in plain form, or refused in a sentence.

All sentences have one form, "X must be …, got Y: what would do." NumPy's numbers, booleans and
strings are as good as Python's; `True` is no number, and neither 1 nor "no" is a switch.
"""

import math
from numbers import Integral, Real
from typing import Any

import numpy as np

MOST = 2**63 - 1  # the largest whole number that NumPy and TensorFlow can count with


def refused(name: str, wanted: str, value: Any, advice: str = "") -> ValueError:
    """Return the error to raise for an argument that will not do: what it must be, what came."""
    return ValueError(f"{name} must be {wanted}, got {told(value)}{advice and f': {advice}'}.")


def told(value: Any) -> str:
    """Describe a value in a few words: an array by its shape and type, others as Python does."""
    if getattr(value, "shape", ()) and hasattr(value, "dtype"):
        kind = getattr(value.dtype, "name", value.dtype)
        return f"{type(value).__name__} of shape {tuple(value.shape)}, {kind}"
    try:
        text = repr(value)
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        return "thousands of digits"
    return text if len(text) <= 100 else f"{text[:100]}…"


def whole(
    name: str, value: Any, least: int = 1, most: int = MOST, otherwise: str = "", advice: str = ""
) -> int:
    """Return a whole number; `otherwise` says what else would do, `advice` what to do."""
    if isinstance(value, Integral) and not isinstance(value, bool) and least <= value <= most:
        return int(value)
    limits = f"of at least {least}" if most == MOST else f"from {least} to {most}"
    raise refused(name, f"{otherwise}a whole number {limits}", value, advice)


def number(
    name: str,
    value: Any,
    least: float = -math.inf,
    most: float = math.inf,
    above: float = -math.inf,
    advice: str = "",
) -> float:
    """Return a finite number, from `least` or `above` that up to `most`."""
    try:
        found = float(value) if isinstance(value, Real) and not isinstance(value, bool) else None
    except OverflowError:  # a whole number of hundreds of digits
        found = None
    if found is not None and math.isfinite(found) and above < found and least <= found <= most:
        return found
    limits = {f"above {above}": above, f"of at least {least}": least, f"of at most {most}": most}
    named = " and ".join(words for words, limit in limits.items() if math.isfinite(limit))
    raise refused(name, f"a number {named or 'that is finite'}", value, advice)


def switch(name: str, value: Any) -> bool:
    """Return True or False, of Python or NumPy; "no" is refused, it would be taken for yes."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    raise refused(name, "True or False", value)


def choice(name: str, value: Any, options: tuple) -> Any:
    """Return the one of these words and whole numbers, or None, that is equal to a value."""
    if isinstance(value, str | Integral | None) and not isinstance(value, bool):
        for option in options:
            if option == value:
                return option
    raise refused(name, f"one of {', '.join(map(repr, options))}", value)


def array(
    name: str, value: Any, *axes: tuple[str, ...], kinds: str = "biuf", finite: bool = True
) -> np.ndarray:
    """Return an array of numbers that is not empty, of lists, tensors and all that NumPy can read.

    `axes` are the names of its axes, or several such tuples where it may have one or the other; the
    letters of `kinds` are NumPy's, "iu" for whole numbers alone. With `finite` there is no NaN in
    it and nothing infinite. It is the array that came, where that is one: don't write into it.
    """
    if np.ma.is_masked(value):
        raise refused(name, "an array without a mask", value, "fill it, such as with .filled(0)")
    try:
        found = np.asarray(value)
    except (TypeError, ValueError, RuntimeError):
        raise refused(name, "an array, with rows that are equally long", value) from None
    if found.dtype.kind not in kinds:
        wanted = "whole numbers" if kinds == "iu" else "numbers"
        came = value if found.ndim == 0 else found
        raise refused(name, f"an array of {wanted}", came, "convert it with astype")
    if axes and found.ndim not in map(len, axes):
        words = " or ".join(f"({', '.join(each)})" for each in axes)
        few = found.ndim < min(map(len, axes))
        advice = "add an axis with np.newaxis" if few else "take a section of it"
        raise refused(name, f"an array with the axes {words}", found, advice)
    if found.size == 0:
        raise refused(name, "an array of at least one number", found)
    if finite and not np.isfinite(found).all():
        strange = found[~np.isfinite(found)].flat[0]
        raise refused(name, "finite", float(strange), "remove inf and nan")
    return found
