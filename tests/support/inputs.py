"""What the package's functions take, and the odd things that they are given instead."""

import importlib
import inspect
import math
import pkgutil
import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from small_models import chain

import lecture_utils
from lecture_utils.backend import keras
from lecture_utils.models import efficientnet_lite0
from lecture_utils.plots import animate_1d

# The last line of a docstring. Where a page has another name for it, the line says which.
LECTURE = re.compile(
    r"Lectures? (?P<pages>\d\d(?:, \d\d)*(?: and \d\d)?) "
    r"(builds? it by hand|uses? it|(?P<treats>treats? [a-z ]+))(?P<how>, .*)?\."
)


def modules():
    for found in pkgutil.walk_packages(lecture_utils.__path__, "lecture_utils."):
        if not any(part.startswith("_") for part in found.name.split(".")):
            yield importlib.import_module(found.name)


def public():
    """Return what the public modules define and their packages hand on, by name."""
    return {
        f"{thing.__module__.removeprefix('lecture_utils.')}.{name}": thing
        for module in modules()
        for name, thing in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(thing) or inspect.isclass(thing))
        and thing.__module__.startswith("lecture_utils")
        and (thing.__module__ == module.__name__ or hasattr(module, "__path__"))
    }


def on_pages():
    """Return what of it is for pages, and not for the package alone: it names its lecture."""
    return {
        name: thing
        for name, thing in public().items()
        if LECTURE.fullmatch((thing.__doc__ or "nothing").strip().splitlines()[-1].strip())
    }


# ------------------------------------------------------------------------------- odd values

RNG = np.random.default_rng(0)
TYPES = [*"?bBlQefdFO", "str", "M8[s]"]
POOL = [
    *(None, True, False, np.True_, "no", "", "a/b", b"x", "5", 0, -1, 1, 3, 2**31, 2**63, 10**12),
    *(10**400, 0.5, -0.5, 3.0, 1e300, 1e-300, math.nan, math.inf, -math.inf, 1j),
    *(Fraction(1, 3), Decimal(3), object, len, range(3), {"a": 1}, {1, 2}, [], (), [None], ["a"]),
    *((0, 0), (-1, 2), (2, 2), (2.0, 2), (1, 2, 3), (64, 64, 3), ("a", 1, 2), [[1, 2], [3]]),
    *(np.uint8(3), np.int64(-1), np.uint64(2**63), np.float16(np.nan), np.float32(2), np.str_("A")),
    *(np.array(3), np.zeros(0), np.zeros((0, 3)), np.ones(3), np.ones((1,) * 6)),
]


def changed(valid):
    """Yield what a valid argument becomes by a slip: another type, rank or size, holes in it."""
    if isinstance(valid, np.ndarray):
        yield from (valid.tolist(), valid[None], valid[0], valid[:0], valid.T, -valid, valid * 0)
        yield from (np.ma.masked_equal(valid, valid.flat[0]), keras.ops.convert_to_tensor(valid))
        yield from (np.asarray(valid, dtype=each) for each in TYPES if valid.dtype.kind != "M")
        for strange in (np.nan, np.inf, -1, 1e30, 1e300):
            holed = valid.astype(float)
            holed.flat[-1] = strange
            yield holed
        yield np.full(valid.shape, 2**62)
    elif isinstance(valid, bool):
        yield from (int(valid), float(valid), str(valid), np.bool_(valid), "no", [valid])
    elif isinstance(valid, int | float):
        yield from (-valid, valid + 0.5, float(valid), str(valid), [valid], (valid,) * 4)
        yield from (np.uint8(valid), np.int16(valid), np.float16(valid), valid + 1, valid * 10**9)
    elif isinstance(valid, str):
        yield from (valid.upper(), f" {valid}", valid[:-1], valid.encode(), [valid], np.str_(valid))
    elif isinstance(valid, tuple | list):
        yield from (valid[:-1], (*valid, 1), list(valid), valid[::-1], {})
        yield from (tuple(map(each, valid)) for each in (str, lambda _: None, lambda _: -1))


def odd(valid):
    """Draw what an argument, of which one valid value is known, may be given by mistake."""
    shapes = arrays.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=4)
    anything = [
        st.sampled_from(POOL),
        *([st.integers(), st.floats()] if isinstance(valid, int | float) else []),
        *([st.text(max_size=3)] if isinstance(valid, str) else []),
        arrays.arrays(st.sampled_from([np.dtype(each) for each in TYPES[:8]]), shapes),
    ]
    slips = list(changed(valid))
    return st.one_of(*([st.sampled_from(slips)] * 2 if slips else []), *anything)


# --------------------------------------------------------------------------- valid arguments


def examples():
    """Return for each public function, by its name, arguments that are right, and cheap."""
    signal, kernel, image = RNG.random(6), RNG.random(3), RNG.random((6, 7))
    photos, square, kernels = RNG.random((2, 6, 7, 3)), RNG.random((3, 3)), RNG.random((3, 3, 3, 4))
    line = {"signal": signal, "kernel": kernel, "stride": 1, "padding": 1, "dilation": 1}
    steps = {"stride": (1, 2), "padding": "same", "dilation": 1}
    plane = {"image": image, "kernel": square, **steps}
    pool = {"images": photos, "size": 2, "stride": 2, "padding": 1}
    size = {"size": 8, "kernel": 3, "stride": 1, "padding": 1, "dilation": 1}
    return {
        **{"correlate1d": line, "convolve1d": line, "correlate2d": plane, "convolve2d": plane},
        "conv2d": {"images": photos, "kernels": kernels, "bias": RNG.random(4), **steps},
        **{"max_pool2d": pool, "average_pool2d": pool, "output_size": size, "margins": size},
        **{name: {} for name in ("glossary", "ilsvrc", "networks", "LiveProgress")},
        **{name: {} for name in ("load_fashion_mnist", "load_mnist")},
        "digits_on_photos": {"count": 2, "size": 32, "seed": 0, "part": "train"},
        "photo": {"name": "rocket"},
        "report": {
            **{"name": "accuracy", "value": 0.5, "expected": 0.5, "tolerance": 0.1, "digits": 3},
            **{"unit": "%", "timed": False},
        },
        **_networks(),
        **_looked_at(),
        **_pictures(),
    }


def _networks():
    maps = keras.Input((8, 8, 8))
    small = {"input_shape": (32, 32, 3), "classes": 5}
    tiny = {**small, "width": 0.05}
    lenet = {**small, "original": False}
    block = {"x": maps, "channels": 4, "stride": 2, "name": "block"}
    resnet = {"shortcut": "B", "residual": True}
    residual = {**block, **resnet, "bottleneck": False}
    deep = {**tiny, **resnet, "preactivation": True}
    large = {**tiny, "input_shape": (79, 79, 1)}
    counts = ("conv_1x1", "reduce_3x3", "conv_3x3", "reduce_5x5", "conv_5x5", "pool_proj")
    scaled = {"kind": "block8", "scale": 0.1, "relu": True, "width": 0.1}
    return {
        **{name: {} for name in ("dense_mnist", "ScaledTanh", "digit_bitmaps")},
        **{"convnet_mnist": {"pooling": True}, "SubSampling2D": {"size": 2}, "MAPLoss": {"j": 1.0}},
        **dict.fromkeys(("lenet1", "lenet5"), lenet),
        "smallest_penalty_accuracy": {"y_true": np.array([0, 2]), "y_pred": RNG.random((2, 3))},
        "PartialConvolution2D": {"connections": ((0, 1), (1,)), "kernel_size": 3},
        "RBF": {"centers": RNG.random((2, 3))},
        **{"alexnet": {**large, "groups": 2}, "googlenet": {**large, "auxiliary": True}},
        **dict.fromkeys(("inception_v3", "inception_v4", "inception_resnet_v2", "zfnet"), large),
        **dict.fromkeys(("vgg11", "vgg13", "vgg16", "vgg19", "inception_v2"), tiny),
        "inception_block": {"x": maps, **dict.fromkeys(counts, 2), "name": "block", "width": 1.0},
        "inception_resnet_block": {"x": maps, "name": "block", **scaled},
        **{f"resnet{depth}": deep for depth in (18, 34, 50, 101, 152)},
        "resnet_cifar": {**deep, "depth": 20, "bottleneck": False},
        **{"residual_block": residual, "preactivated_block": {**residual, "activated": False}},
        "unet": {**tiny, "padding": "same", "depth": 2},
        "efficientnet_lite0": {**tiny, "weights": None},
        "inverted_residual_block": {**block, "kernel": 3, "expansion": 2},
    }


def _looked_at():
    layers = keras.layers
    keras.utils.set_random_seed(0)
    stack = [layers.Conv2D(2, 3, activation="relu", name="conv"), layers.MaxPooling2D(name="pool")]
    stack += [layers.Flatten(), layers.Dense(3, name="logits"), layers.Softmax()]
    model, image = {"model": chain((8, 8, 1), *stack)}, {"image": RNG.random((8, 8, 1))}
    digits = chain((784,), layers.Dense(10, activation="softmax"))
    digits.compile("adam", "mse")
    trained = efficientnet_lite0(weights=None, input_shape=(32, 32, 3))
    photo = {"model": trained, "photo": RNG.integers(0, 256, (40, 50, 3), dtype="uint8")}
    climb = {"channel": 1, "steps": 2, "rate": 0.1, "decay": 0.01, "seed": 0}
    return {
        **dict.fromkeys(("layer_table", "count_macs", "count_depth", "DeconvNet"), model),
        "receptive_field": {**model, "layer": "pool", "position": (1, 2)},
        "receptive_fields": {**model, **image, "alt": "A window", "layers": ["conv", "pool"]},
        "draw_digit": {"model": digits, "example": RNG.random((28, 28))},
        "each_seed": {"model": digits, "build": lambda: digits, "seeds": [3, 0]},
        "grad_cam": {**model, **image, "label": 1, "layer": "conv"},
        "maximize_activation": {**model, "layer": "conv", **climb},
        "occlusion_map": {**model, **image, "label": 1, "size": 4, "stride": 4, "fill": 0.5},
        **{"predict_top": {**photo, "top": 2}, "prepare": photo},
        **{"architecture": {**model, "title": "A"}, "compare": {"models": [*model.values()]}},
    }


def _pictures():
    signal, kernel = RNG.random(6), RNG.random(3)
    image, square = RNG.random((6, 7)), RNG.random((3, 3))
    line = {"signal": signal, "kernel": kernel, "padding": 0}
    slide = {"image": image, "kernel": square, "stride": 1, "padding": 0, "dilation": 1}
    title, labels = {"title": "A title"}, np.array([0, 1, 1])
    grid, answers = {"columns": 2, **title}, {"labels": labels, "predictions": labels}
    return {
        **{"animate_1d": line, "animate_2d": slide, "filmstrip_1d": line, "set_style": {}},
        "filmstrip_2d": {**slide, "count": 2, **title},
        "window_positions": {"image": image, "kernel": square, **title},
        "player": {"animation": animate_1d(signal, kernel), "alt": "A kernel slides"},
        "feature_maps": {"maps": RNG.random((4, 5, 3)), "shared": True, "labels": [*"abc"], **grid},
        "kernels": {"kernels": RNG.random((3, 3, 1, 2)), "labels": ["a", "b"], **grid},
        "response_map": {"image": image, "response": square, **title},
        "image_grid": {"images": RNG.random((3, 4, 4)), **answers, **grid},
        "show_image": {"image": square, "values": True, "limits": (0.0, 1.0), **title},
        "confusion_matrix": {"truth": labels, "predicted": labels, **title},
        "probability_bars": {"probabilities": np.array([0.2, 0.8]), "label": 1, **title},
        "signals": {"signals": {"a": signal}, **title},
        "convolution": {"inputs": {"a": image}, "kernels": {"b": square}, "alt": "A kernel"},
        "pooling": {"inputs": {"a": image}, "alt": "A window"},
        "training_curves": {"history": {"accuracy": [0.1, 0.2]}, "metric": "accuracy", **title},
    }
