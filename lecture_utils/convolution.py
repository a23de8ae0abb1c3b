"""The lecture's formulas made executable: correlation, convolution and pooling in plain NumPy.

Every function takes all windows of its input as one view and reduces each window to one number:
a weighted sum (correlation), the largest value (max pooling) or the mean (average pooling).

What the words for `padding` mean stands in `lecture_utils.sizes`. A ValueError names an argument
that has a wrong shape or value, or says that no window fits. NaN and infinity, which spread through
every sum that they are in, are refused; max pooling takes them.

Types: integers are summed as 64-bit integers, so that neither a `uint8` photo overflows nor an
integer example turns into floats; floats keep their precision (`float32` with `float32`, or with
`uint8`, gives `float32`, but so does `float16`). Sums that do not fit into their type are refused.
Max pooling keeps the type, average pooling of integers gives `float64`.
"""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from lecture_utils.checks import MOST, array, refused
from lecture_utils.sizes import margins, per_axis
from lecture_utils.sizes import output_size as output_size  # one of the lecture's formulas, too

SIGNAL = ("samples",)
IMAGE = ("height", "width")
IMAGES = ("batch", "height", "width", "channels")
KERNELS = ("height", "width", "in", "out")


def correlate1d(
    signal: ArrayLike,
    kernel: ArrayLike,
    stride: int = 1,
    padding: int | str = "valid",
    dilation: int = 1,
) -> np.ndarray:
    """Slide a kernel over a signal: output[i] = Σₘ signal[i + m] kernel[m].

    Args:
        signal: Numbers, shape (samples,).
        kernel: Numbers, shape (samples,).
        stride: Samples from one window to the next.
        padding: "valid", "same", "full" or a number of zeros on each side.
        dilation: Samples from one kernel value to the next; 1 leaves no gaps.

    Returns:
        Shape (output_size(samples, kernel size, stride, padding, dilation),).

    Example:
        >>> correlate1d([0, 0, 1, 2, 2], [-1, 1])
        array([0, 1, 1, 0])

    Lecture 02 builds it by hand.
    """
    signal, kernel = array("signal", signal, SIGNAL), array("kernel", kernel, SIGNAL)
    signal, kernel = _same_type(kernel.size, signal=signal, kernel=kernel)
    windows = _windows("kernel", signal, kernel.shape, stride, padding, dilation)
    return _finite("signal", np.einsum("im,m->i", windows, kernel))


def convolve1d(
    signal: ArrayLike,
    kernel: ArrayLike,
    stride: int = 1,
    padding: int | str = "valid",
    dilation: int = 1,
) -> np.ndarray:
    """Correlate with the flipped kernel, see `correlate1d`.

    With `padding="full"` it is the convolution of mathematics, Σₘ signal[i − m] kernel[m], in
    which signal and kernel can change places.

    Lecture 02 builds it by hand.
    """
    kernel = array("kernel", kernel, SIGNAL)
    return correlate1d(signal, kernel[::-1], stride, padding, dilation)


def correlate2d(
    image: ArrayLike,
    kernel: ArrayLike,
    stride: int | tuple[int, int] = 1,
    padding: int | str | tuple[int, int] = "valid",
    dilation: int | tuple[int, int] = 1,
) -> np.ndarray:
    """Slide a kernel over a grey image: output[y, x] = Σᵢⱼ image[y + i, x + j] kernel[i, j].

    Args:
        image: Numbers, shape (height, width).
        kernel: Numbers, shape (height, width).
        stride: Pixels from one window to the next, for both axes or (rows, columns).
        padding: "valid", "same", "full" or a number of zeros on each side; or (rows, columns).
        dilation: Pixels from one kernel value to the next, for both axes or (rows, columns).

    Returns:
        The response map, shape (height, width), each as `output_size` says.

    Example:
        >>> correlate2d([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[-1, 1]])
        array([[1, 1],
               [1, 1],
               [1, 1]])

    Lecture 03 builds it by hand.
    """
    image, kernel = array("image", image, IMAGE), array("kernel", kernel, IMAGE)
    image, kernel = _same_type(kernel.size, image=image, kernel=kernel)
    windows = _windows("kernel", image, kernel.shape, stride, padding, dilation)
    return _finite("image", np.einsum("yxij,ij->yx", windows, kernel))


def convolve2d(
    image: ArrayLike,
    kernel: ArrayLike,
    stride: int | tuple[int, int] = 1,
    padding: int | str | tuple[int, int] = "valid",
    dilation: int | tuple[int, int] = 1,
) -> np.ndarray:
    """Correlate with the kernel flipped on both axes, see `correlate2d`.

    Lecture 09 uses it.
    """
    kernel = array("kernel", kernel, IMAGE)
    return correlate2d(image, kernel[::-1, ::-1], stride, padding, dilation)


def conv2d(
    images: ArrayLike,
    kernels: ArrayLike,
    bias: ArrayLike | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | str | tuple[int, int] = "valid",
    dilation: int | tuple[int, int] = 1,
) -> np.ndarray:
    """Compute what a `Conv2D` layer computes: a correlation, summed over the input channels.

    output[n, y, x, o] = Σ images[n, y + i, x + j, c] kernels[i, j, c, o] + bias[o],
    summed over i, j and c.

    Args:
        images: Numbers, shape (batch, height, width, channels).
        kernels: Numbers, shape (height, width, in, out); `in` is the number of channels.
        bias: One number for each of the `out` feature maps, or None for no bias.
        stride: Pixels from one window to the next, for both axes or (rows, columns).
        padding: "valid", "same", "full" or a number of zeros on each side; or (rows, columns).
        dilation: Pixels from one kernel value to the next, for both axes or (rows, columns).

    Returns:
        The feature maps, shape (batch, height, width, out), sizes as `output_size` says.

    Lecture 03 builds it by hand.
    """
    images, kernels = array("images", images, IMAGES), array("kernels", kernels, KERNELS)
    *_, inputs, outputs = kernels.shape
    if images.shape[-1] != inputs:
        wanted = f"of {images.shape[-1]} input channels, their third axis, as images have channels"
        raise refused("kernels", wanted, inputs)
    images, kernels = _same_type(kernels[..., 0].size, images=images, kernels=kernels)
    channels_first = np.moveaxis(images, -1, 1)
    windows = _windows("kernels", channels_first, kernels.shape[:2], stride, padding, dilation)
    # optimize=True lets NumPy compute the sum as one product of two matrices, which is much faster.
    with np.errstate(over="ignore"):
        maps = np.einsum("ncyxij,ijco->nyxo", windows, kernels, optimize=True)
    if bias is None:
        return _finite("images", maps)
    bias = array("bias", bias, ("out",))
    if len(bias) != outputs:
        raise refused("bias", f"one number for each of the {outputs} kernels", len(bias))
    if {maps.dtype.kind, bias.dtype.kind} <= set("biu"):
        _check_size("images and bias", _largest(maps) + _largest(bias))
        bias = bias.astype(np.int64)
    return _finite("images", maps + bias)


def max_pool2d(
    images: ArrayLike,
    size: int | tuple[int, int] = 2,
    stride: int | tuple[int, int] | None = None,
    padding: int | str | tuple[int, int] = "valid",
) -> np.ndarray:
    """Take the largest value of each window, in each channel.

    Args:
        images: Numbers, shape (batch, height, width, channels).
        size: Height and width of a window, one for both or (rows, columns).
        stride: Pixels from one window to the next, as `size`; None for windows side by side.
        padding: "valid", "same" or a number of cells smaller than `size` on each side; or (rows,
            columns). Padded cells never count.

    Returns:
        Shape (batch, height, width, channels), sizes as `output_size` says.

    Lecture 04 builds it by hand.
    """
    images = array("images", images, IMAGES, finite=False)
    # A copy of the border beats no maximum: a window that holds the copy holds the border too.
    return _pooling_windows(images, size, stride, padding, fill="edge").max(axis=(-2, -1))


def average_pool2d(
    images: ArrayLike,
    size: int | tuple[int, int] = 2,
    stride: int | tuple[int, int] | None = None,
    padding: int | str | tuple[int, int] = "valid",
) -> np.ndarray:
    """Take the mean of each window, in each channel, see `max_pool2d`.

    Padded cells are left out: a window over them is the mean of its pixels alone.

    Lecture 04 builds it by hand.
    """
    images = array("images", images, IMAGES)
    exact = np.float64 if images.dtype.kind in "biu" else np.result_type(images, np.float32)
    images = images.astype(exact, copy=False)
    with np.errstate(over="ignore"):
        sums = _pooling_windows(images, size, stride, padding).sum(axis=(-2, -1))
    pixel = np.ones_like(images[:1, :, :, :1])  # padding turns it into 1 on the image, 0 around it
    counts = _pooling_windows(pixel, size, stride, padding).sum(axis=(-2, -1))
    return _finite("images", sums) / counts


def _windows(name, planes, kernel, stride, padding, dilation=1, fill="constant"):
    """View the last axes as windows of a kernel's shape: (..., places, cells), on each axis."""
    axes = len(kernel)
    strides = per_axis("stride", stride, axes)
    paddings = per_axis("padding", padding, axes)
    dilations = per_axis("dilation", dilation, axes)
    settings = zip(planes.shape[-axes:], kernel, strides, paddings, dilations, strict=True)
    around = [margins(*axis, name=name) for axis in settings]
    sides = [size + sum(each) for size, each in zip(planes.shape[-axes:], around, strict=True)]
    if math.prod(planes.shape[:-axes]) * math.prod(sides) > 10**6 + 10 * planes.size:
        wanted = "so small that zeros do not outnumber the input by far"
        raise refused("padding", wanted, padding, "a dilation adds to it, too")
    padded = np.pad(planes, [(0, 0)] * (planes.ndim - axes) + around, mode=fill)
    spans = [(cells - 1) * gap + 1 for cells, gap in zip(kernel, dilations, strict=True)]
    windows = sliding_window_view(padded, spans, axis=tuple(range(-axes, 0)))
    return windows[..., *(slice(None, None, step) for step in strides + dilations)]


def _pooling_windows(images, size, stride, padding, fill="constant"):
    """View images as windows, shape (batch, height, width, channels, rows, columns)."""
    sizes = per_axis("size", size, 2)
    stride = sizes if stride is None else stride
    channels_first = np.moveaxis(images, -1, 1)
    windows = _windows("size", channels_first, sizes, stride, padding, fill=fill)
    for cells, around in zip(sizes, per_axis("padding", padding, 2), strict=True):
        if around not in ("valid", "same") and (around == "full" or around >= cells):
            wanted = f'"valid", "same" or below the size {cells}, so that windows hold a pixel'
            raise refused("padding of pooling", wanted, around)
    return np.moveaxis(windows, 1, 3)


def _same_type(cells, **arrays):
    """Return arrays, by name, in one type in which as many of their products can be summed."""
    dtype = np.result_type(*arrays.values(), np.float32)  # half floats end at 65,504
    if all(each.dtype.kind in "biu" for each in arrays.values()):
        dtype = np.int64
        _check_size(" and ".join(arrays), cells * math.prod(map(_largest, arrays.values())))
    return [each.astype(dtype, copy=False) for each in arrays.values()]


def _largest(integers):
    """Return the largest size of whole numbers, as one of Python's, which does not overflow."""
    return max(int(integers.max()), -int(integers.min()))


def _check_size(names, largest):
    """Raise a ValueError if sums of whole numbers can become too large for 64 bits."""
    if largest > MOST:
        raise refused(names, f"so small that sums stay below {MOST}", largest, "use astype(float)")


def _finite(name, sums):
    """Return sums of finite numbers, after a check that they fit into their type."""
    if not np.isfinite(sums).all():
        wanted = f"so small that sums fit into {sums.dtype}"
        raise refused(name, wanted, np.inf, "divide it, or convert it with astype")
    return sums
