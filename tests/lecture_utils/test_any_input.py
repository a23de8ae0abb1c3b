"""Every public function, with every argument odd in turn: refused by name, or the right result."""

import contextlib
import re
import time
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inputs import examples, odd, on_pages
from scipy import signal

from lecture_utils.backend import keras, without_weights

EXAMPLES = examples()
PUBLIC = {name.rpartition(".")[2]: thing for name, thing in on_pages().items()}
# Weights that are downloaded, and what only hands on its arguments.
UNTRIED = {"blueprint", "Published", "load_imagenet_weights", "transfer"}
# These take seconds each.
HEAVY = re.compile(r"inception_(resnet_)?v|resnet\d+|player|predict_top|maximize|window|digits_on")
# What an argument is called where it is refused, if not by its own name.
ALSO = {
    "y_true": "labels",
    "y_pred": "labels",
    "signal": "kernel",
    "image": "kernel",
    "images": "kernels size",
    "layers": "layer",
    "build": "argument",  # of `len`, which cannot be called so
}


def call(name, arguments):
    """Call a function, networks without weights; its arrays stay, its time is short."""
    kept = {key: value.copy() for key, value in arguments.items() if isinstance(value, np.ndarray)}
    builds = re.match(r"lecture_utils\.models\.(?!imagenet)", PUBLIC[name].__module__)
    start = time.process_time()
    try:
        with warnings.catch_warnings(), without_weights() if builds else contextlib.nullcontext():
            warnings.simplefilter("error", RuntimeWarning)
            return PUBLIC[name](**arguments)
    finally:
        plt.close("all")
        for key, value in kept.items():
            np.testing.assert_array_equal(arguments[key], value, f"{name} changes {key}")
        assert time.process_time() - start < 10, f"{name} takes its time"


def correlated(array, kernel, stride, padding, dilation):
    """Correlate in float64 with SciPy, on an array that is padded as Keras says."""
    around, steps, spread = [], [], kernel
    for axis, size in enumerate(array.shape):
        each = (v[axis] if isinstance(v, tuple | list) else v for v in (stride, dilation, padding))
        step, gap, pad = (v if isinstance(v, str) else int(v) for v in each)
        span = (kernel.shape[axis] - 1) * gap + 1
        missing = max((-(-size // step) - 1) * step + span - size, 0)
        same = (missing // 2, missing - missing // 2)
        around.append({"same": same, "valid": (0, 0), "full": (span - 1,) * 2}.get(pad, (pad, pad)))
        steps.append(slice(None, None, step))
        gaps = np.zeros([*spread.shape[:axis], span, *spread.shape[axis + 1 :]])
        gaps[(*(slice(None),) * axis, slice(None, None, gap))] = spread
        spread = gaps
    padded = np.pad(array.astype(float), around)
    return signal.correlate(padded, spread, "valid", method="direct")[tuple(steps)]


def check_result(name, arguments, result):
    """What is accepted gives what something independent gives."""
    if isinstance(result, keras.Model) and "classes" in arguments:
        assert result.outputs[0].shape[-1] == arguments["classes"]
        assert result.input_shape[1:] == tuple(arguments["input_shape"])
    if name == "each_seed":
        assert list(result) == list(arguments["seeds"])
    if re.search("correlate|convolve", name):
        array, kernel, *_ = map(np.asarray, arguments.values())
        kernel = kernel.astype(float) if "correlate" in name else np.flip(kernel).astype(float)
        settings = {key: arguments[key] for key in ("stride", "padding", "dilation")}
        expected = correlated(array, kernel, **settings)
        size = np.abs(expected).max() + np.abs(array.astype(float)).max() * np.abs(kernel).max()
        np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-5 * size)


def test_every_public_function_is_tried():
    assert PUBLIC.keys() - UNTRIED == EXAMPLES.keys()


@pytest.mark.parametrize("name", [name for name, arguments in EXAMPLES.items() if arguments])
def test_an_odd_argument_is_refused_by_name_or_right(name):
    @settings(
        max_examples=8 if HEAVY.search(name) else 120 if name.startswith("co") else 50,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def check(data):
        argument = data.draw(st.sampled_from(sorted(EXAMPLES[name])))
        arguments = EXAMPLES[name] | {argument: data.draw(odd(EXAMPLES[name][argument]))}
        try:
            result = call(name, arguments)
        except (ValueError, TypeError) as error:
            names = "|".join([argument, *ALSO.get(argument, "").split()])
            assert re.search(rf"\b({names})\b", str(error)), f"{argument} is not named: {error}"
        else:
            check_result(name, arguments, result)

    check()


def in_numpy(value):
    """Return what a student has who took a number from an array, or a shape."""
    if isinstance(value, tuple | list):
        return type(value)(map(in_numpy, value))
    kinds = {bool: np.bool_, int: np.uint8, float: np.float64, str: np.str_}
    return kinds.get(type(value), lambda it: it)(value)


@pytest.mark.parametrize("name", [name for name in EXAMPLES if not HEAVY.search(name)])
def test_numbers_of_numpy_are_numbers(name):
    plain, ours = EXAMPLES[name], {key: in_numpy(each) for key, each in EXAMPLES[name].items()}
    expected, result = call(name, plain), call(name, ours)
    if isinstance(expected, keras.Model):
        expected, result = ([w.shape for w in each.weights] for each in (expected, result))
    if isinstance(expected, np.ndarray | list | tuple | int):
        np.testing.assert_equal(result, expected)
