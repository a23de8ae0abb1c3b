"""Sizes on one axis: how many places a kernel has, and what padding adds.

What `padding` means, on each axis:

- `"valid"`: no padding, so that every window lies inside the input;
- `"same"`: zeros such that there are ceil(size / stride) outputs. As in Keras, an odd number of
  zeros puts the extra one after the input, so an even kernel, and often a stride above one, pads
  unevenly (`numpy.convolve` and `scipy.signal` centre an even kernel differently);
- `"full"`: zeros such that every window that touches the input counts;
- a whole number: that many zeros on each side.
"""

from typing import Any

from lecture_utils.checks import refused, whole


def output_size(
    size: int, kernel: int, stride: int = 1, padding: int | str = "valid", dilation: int = 1
) -> int:
    """Count the places of a kernel on one axis: ⌊(I − F + 2P) / S⌋ + 1.

    Args:
        size: Pixels of the input (I).
        kernel: Pixels of the kernel, which spans F = (kernel − 1) · dilation + 1 of the input.
        stride: Pixels from one place to the next (S).
        padding: "valid", "same", "full" or a number of pixels on each side (P).
        dilation: Pixels from one kernel value to the next.

    Returns:
        Pixels of the output.

    Raises:
        ValueError: If an argument is not such a number, or the kernel does not fit.

    Example:
        >>> output_size(227, kernel=11, stride=4)
        55

    Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016),
    arXiv:1603.07285; its figures show these sizes place by place.

    Lecture 04 builds it by hand.
    """
    before, after = margins(size, kernel, stride, padding, dilation)
    size, kernel, stride, dilation = map(int, (size, kernel, stride, dilation))
    return int((before + size + after - (kernel - 1) * dilation - 1) // stride + 1)


def margins(
    size: int,
    kernel: int,
    stride: int = 1,
    padding: int | str = "valid",
    dilation: int = 1,
    name: str = "kernel",
) -> tuple[int, int]:
    """Count the zeros that a padding adds before and after the input on one axis.

    The arguments are those of `output_size`; errors call the kernel `name`.

    Lecture 04 builds it by hand, as `same_padding`.
    """
    size, kernel = whole("size", size), whole(name, kernel)
    stride, dilation = whole("stride", stride), whole("dilation", dilation)
    if not (isinstance(padding, str) and padding in ("valid", "same", "full")):
        padding = whole("padding", padding, least=0, otherwise='"valid", "same", "full" or ')
    span = (kernel - 1) * dilation + 1
    if padding == "same":
        places = -(-size // stride)  # rounded up
        missing = max((places - 1) * stride + span - size, 0)
        before, after = missing // 2, missing - missing // 2
    else:
        before = after = {"valid": 0, "full": span - 1}.get(padding, padding)
    if span > before + size + after:
        wanted = f"no longer than the {before + size + after} pixels of its axis, padding included"
        advice = f'use a smaller {name} or dilation, a larger input or padding="same"'
        raise refused(name, wanted, span, advice)
    return before, after


def per_axis(name: str, value: Any, axes: int) -> tuple:
    """Return one value for each axis, from one for all or one for each."""
    if not isinstance(value, tuple | list):
        return (value,) * axes
    if len(value) != axes:
        raise refused(name, f"one value or one for each axis ({axes})", value)
    return tuple(value)
