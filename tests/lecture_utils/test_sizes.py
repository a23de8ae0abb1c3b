"""Sizes and margins against the lecture's examples and Keras."""

import doctest

import numpy as np
import pytest

from lecture_utils import sizes
from lecture_utils.sizes import margins, output_size, per_axis


def test_output_size_rounds_down_as_the_lecture_says():
    assert output_size(5, 3) == 3
    assert output_size(28, 3) == 26
    assert output_size(28, 5, padding=2) == 28
    assert output_size(6, 3, stride=2) == output_size(5, 3, stride=2) == 2
    assert output_size(5, 3, stride=2, padding="same") == 3
    assert output_size(227, 11, stride=4) == 55
    assert output_size(7, 3, dilation=3) == 1
    assert type(output_size(np.int64(9), np.int64(3))) is int


@pytest.mark.parametrize(
    ("size", "kernel", "stride"), [(28, 3, 2), (7, 4, 1), (9, 2, 3), (5, 5, 1)]
)
def test_margins_are_where_keras_reads_zeros(size, kernel, stride):
    """Over ones, a kernel of powers of two tells which of its values lie on the input."""
    from lecture_utils.backend import keras

    weights = 2.0 ** np.arange(kernel)[::-1].reshape(-1, 1, 1)
    shape = (1, size, 1)
    sums = np.asarray(keras.ops.conv(np.ones(shape), weights, stride, "same")).ravel()
    inside = [f"{int(total):0{kernel}b}" for total in sums]
    before, after = margins(size, kernel, stride, "same")
    assert inside[0].index("1") == before
    assert len(inside[-1]) - 1 - inside[-1].rindex("1") == after
    assert len(inside) == output_size(size, kernel, stride, "same")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: output_size(2, 3), r"kernel must be no longer than the 2 pixels .*got 3"),
        (lambda: output_size(5, 0), r"kernel must be a whole number of at least 1, got 0"),
        (lambda: output_size(5, 3, padding=True), r'padding must be "valid", "same".*got True'),
        (lambda: margins(5, 3, padding=-1), r"padding must be .*whole .*at least 0, got -1"),
        (lambda: per_axis("stride", (1, 2), 1), r"stride must be one .*axis \(1\), got \(1, 2\)"),
    ],
)
def test_what_is_no_size_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_examples_in_the_text():
    assert doctest.testmod(sizes).failed == 0
