"""What each check lets through, as what, and how it words what it refuses."""

import math

import numpy as np
import pytest

from lecture_utils import checks

MASKED = np.ma.array([1, 2], mask=[False, True])


@pytest.mark.parametrize(
    ("check", "returned"),
    [
        (lambda: checks.whole("n", np.uint8(10)), 10),
        (lambda: checks.whole("n", np.int64(0), least=0, most=0), 0),
        (lambda: checks.number("n", np.float32(0.5), above=0), 0.5),
        (lambda: checks.number("n", 1, least=1, most=1), 1.0),
        (lambda: checks.switch("n", np.False_), False),
        (lambda: checks.choice("n", np.int8(50), (18, 50)), 50),
        (lambda: checks.choice("n", None, (None, "imagenet")), None),
    ],
)
def test_what_numpy_has_is_returned_as_what_python_has(check, returned):
    assert (check(), type(check())) == (returned, type(returned))


@pytest.mark.parametrize("value", [None, "3", True, np.True_, 3.0, np.float64(3), -1, [3], 2**63])
def test_no_whole_number(value):
    with pytest.raises(ValueError, match=r'^n must be "x" or a whole number .*, got .*: use 3\.$'):
        checks.whole("n", value, otherwise='"x" or ', advice="use 3")


def test_a_number_that_python_does_not_write_is_refused_too():
    with pytest.raises(ValueError, match=r"^n must be a whole number from 1 to 5, got thousands"):
        checks.whole("n", 10**5000, most=5)


@pytest.mark.parametrize("value", [None, "0", False, math.nan, -math.inf, 0, 1.5, 1j, [1], 10**400])
def test_no_number_in_a_range(value):
    with pytest.raises(ValueError, match=r"^n must be a number above 0 and of at most 1, got "):
        checks.number("n", value, above=0, most=1)


@pytest.mark.parametrize("value", ["no", "", 0, 1, None, [], np.array([True])])
def test_no_switch(value):
    with pytest.raises(ValueError, match=r"^n must be True or False, got "):
        checks.switch("n", value)


@pytest.mark.parametrize("value", ["C", "a", True, 1.0, None, ["A"], np.array(["A"]), b"A"])
def test_no_choice(value):
    with pytest.raises(ValueError, match=r"^n must be one of 'A', 1, got "):
        checks.choice("n", value, ("A", 1))


@pytest.mark.parametrize(
    ("value", "options", "message"),
    [
        (None, {}, "an array of numbers, got None"),
        (["a"], {}, r"an array of numbers, got .*shape \(1,\), str32: convert it"),
        ([[1], [1, 2]], {}, r"an array, with rows that .*, got \[\[1\], \[1, 2\]\]"),
        ([1.0], {"kinds": "iu"}, "an array of whole numbers, got .*float64"),
        (MASKED, {}, "an array without a mask, got MaskedArray .*filled"),
        ([[1]], {}, r"an array with the axes \(x\), got .*\(1, 1\), int64: take a section"),
        (1, {}, r"an array with the axes \(x\), got .*1.*: add an axis"),
        ([], {}, "an array of at least one number, got"),
        ([1, np.nan, np.inf], {}, "finite, got nan"),
    ],
)
def test_no_array(value, options, message):
    with pytest.raises(ValueError, match=f"^n must be {message}"):
        checks.array("n", value, ("x",), **options)


def test_an_array_is_handed_on_as_it_is():
    given = np.array([1.0, np.nan])
    assert checks.array("n", given, ("y", "x"), ("x",), finite=False) is given
    assert checks.array("n", np.ma.array([1, 2]), ("x",)).tolist() == [1, 2]
