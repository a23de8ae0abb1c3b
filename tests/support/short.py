"""Cuts short, in the kernel of a page, what takes long: a page is run again for its other lines."""

import functools
import inspect
import itertools
import weakref

import keras
import numpy as np
import tensorflow as tf
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib_inline.backend_inline import set_matplotlib_formats

Model, graph, count = keras.Model, tf.function, tf.range
fit, predict, call = Model.fit, Model.predict, Model.__call__
known = weakref.WeakKeyDictionary()  # of each model, what it answered


def one_step(*arguments, **options):
    """Train for one step, without a graph. It stands for all epochs; callbacks hear of each."""
    given = inspect.signature(fit).bind(*arguments, **options).arguments
    model, first, last = given["self"], given.get("initial_epoch", 0), given.get("epochs", 1)
    if isinstance(given["x"], np.ndarray):  # around which Keras builds functions, to pick batches
        size = given.pop("batch_size", 32)
        batch = given["x"][:size].astype("float32"), given.pop("y")[:size]
        given["x"] = tf.data.Dataset.from_tensors(batch)
    model.run_eagerly = True
    try:
        done = fit(**given | {"epochs": min(first + 1, last), "steps_per_epoch": 1})
    finally:
        model.run_eagerly = False
    known.pop(model, None)
    callbacks = keras.tree.flatten(given.get("callbacks") or [])
    for epoch, callback in itertools.product(range(first + 1, last), callbacks):
        callback.on_epoch_end(epoch, {name: value for name, (value,) in done.history.items()})
    done.epoch = list(range(first, last))
    done.history = {name: len(done.epoch) * values for name, values in done.history.items()}
    return done


def of_two(whole, ask, take):
    """Answer for two images, asked once: they stand for all of their size."""

    def answer(self, images, *arguments, **options):
        if not isinstance(images, np.ndarray) or len(images) < 5:
            return whole(self, images, *arguments, **options)
        key, mine = (whole, images.shape[1:]), known.setdefault(self, {})
        if key not in mine or options.get("training"):  # a tape looks for the way here
            mine[key] = ask(self, images[:2], *arguments, **options)
        rows = np.arange(len(images)) % 2
        return keras.tree.map_structure(lambda answers: take(answers, rows, 0), mine[key])

    return answer


def once(function=None, **options):
    """Run a page's graph once, without a graph, and one round of its loop."""
    if function is None:
        return functools.partial(once, **options)
    if function.__module__.startswith("keras"):
        return graph(function, **options)
    answers = []

    def answer(*arguments, **options):
        if not answers:
            tf.range = lambda *limits: count(*limits)[:1]
            try:
                answers.append(function(*arguments, **options))
            finally:
                tf.range = count
        return answers[0]

    return answer


Model.fit, tf.function = one_step, once
arrays = functools.partial(keras.tree.map_structure, np.asarray)
Model.predict = of_two(predict, lambda self, two, **_: arrays(call(self, two)), np.take)
Model.__call__ = of_two(call, call, keras.ops.take)
set_matplotlib_formats("png", bbox_inches=None)  # which would draw each figure twice
ConstrainedLayoutEngine.execute = lambda *_: None  # more than half of what a figure takes
