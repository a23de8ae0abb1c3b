"""A network in training over processes and devices, with checkpoints: what `tools.train` runs."""

from __future__ import annotations

import argparse
import ast
import contextlib
import difflib
import inspect
import json
import math
import os
import sys
import time
import zlib
from pathlib import Path

import numpy as np

from lecture_utils import models
from lecture_utils.backend import keras
from tools.pictures import Pictures, batches

import tensorflow as tf  # isort: skip (Keras loads it quietly)

NOT_FOR_THIS = ("unet",)  # its answer is no class; the others without `width` are MNIST's
OWN = {"googlenet": {"auxiliary": True}, "efficientnet_lite0": {"weights": None}}
AUXILIARY = 0.3  # what the loss of each of GoogLeNet's heads in the middle counts
COLUMNS = ("epoch", "accuracy", "loss", "rate", "val_accuracy", "val_loss", "val_top5")
SUM, MEAN = tf.distribute.ReduceOp.SUM, tf.distribute.ReduceOp.MEAN


def networks() -> dict:
    """Return the builders that this trains: those that take `input_shape`, `classes`, `width`."""
    found = ((name, each) for name, each in vars(models).items() if inspect.isfunction(each))
    wanted = {"input_shape", "classes", "width"}
    fit = {name: each for name, each in found if wanted <= {*inspect.signature(each).parameters}}
    return {name: builder for name, builder in fit.items() if name not in NOT_FOR_THIS}


def build(given: argparse.Namespace, classes: int) -> keras.Model:
    """Build the network, its first weights drawn from the seed."""
    known = networks()
    if given.network not in known:
        near = difflib.get_close_matches(given.network, known, 1) or sorted(known)
        sys.exit(f"--network {given.network} is unknown or not for this: try {', '.join(near)}.")
    options = {"classes": classes, "width": given.width, **OWN.get(given.network, {})}
    if given.size is not None:
        options["input_shape"] = (given.size, given.size, 3)
    for name, _, value in (setting.partition("=") for setting in given.set):
        options[name] = value
        with contextlib.suppress(ValueError, SyntaxError):  # then it is a word
            options[name] = ast.literal_eval(value)
    keras.utils.set_random_seed(given.seed)
    try:
        return known[given.network](**options)
    except (TypeError, ValueError) as error:
        sys.exit(f"{given.network} cannot be built so: {error}")


def rate_at(step: int, steps: int, given: argparse.Namespace, base: float) -> float:
    """Return the rate: linear in the batch, with warm-up, a tenth after 3/9, 6/9 and 8/9 of all.

    Goyal and others, Accurate, Large Minibatch SGD, 2017 (arXiv:1706.02677), sections 2 and 5.1.
    """
    passed, peak = step / steps, base * given.batch / 256
    if passed < given.warm_up:
        start = min(base, peak)
        return start + (peak - start) * passed / given.warm_up
    return peak / 10 ** sum(9 * passed >= ninth * given.passes for ninth in (3, 6, 8))


class Training:
    """A network, what its training needs, and how far it is.

    Args:
        given: The command line.
        strategy: What shares out a batch.
        place: Which worker this is, and of how many.
        pictures: Those of train and of val.
        settings: What a run must keep to go on.
    """

    def __init__(self, given, strategy, place, pictures: list[Pictures], settings: str):
        self.given, self.strategy, self.place, self.settings = given, strategy, place, settings
        self.train, self.val = pictures
        self.steps = len(self.train.files) // given.batch  # of a pass: the rest is left out
        with strategy.scope():
            self.model = build(given, len(self.train.classes))
            self.weights = [each.value for each in self.model.trainable_variables]
            self.velocities = [tf.Variable(tf.zeros(each.shape)) for each in self.weights]
        layers = self.model.layers
        normal = [each for each in layers if isinstance(each, keras.layers.BatchNormalization)]
        for layer in normal:
            layer.synchronized = given.synchronize
        self.statistics = [each.value for layer in normal for each in layer.non_trainable_variables]
        seeded = (layer for layer in layers if hasattr(layer, "seed_generator"))
        self.seeds = [layer.seed_generator.state for layer in seeded]
        self.state = [*self.weights, *self.velocities, *self.statistics]
        self.base = given.rate or (0.1 if normal else 0.01)
        self.rows, self.totals = [], np.zeros(3)

    def each(self, function, *values):
        """Run a function on every replica; return what this worker's first one returns."""
        return self.strategy.experimental_local_results(self.strategy.run(function, values))[0]

    def measure(self, images: tf.Tensor, labels: tf.Tensor, training: bool) -> tuple:
        """Return the loss, and what is counted: the loss, the right ones, those in the top five."""
        first, *heads = keras.tree.flatten(self.model(images, training=training))
        real, truth = labels >= 0, tf.maximum(labels, 0)
        loss = keras.losses.sparse_categorical_crossentropy
        hits = [tf.math.in_top_k(truth, first, k) for k in (1, min(5, first.shape[-1]))]
        counted = [tf.where(real, tf.cast(n, "float32"), 0) for n in (loss(truth, first), *hits)]
        counted = [tf.reduce_sum(each) for each in counted]
        extra = [tf.reduce_sum(AUXILIARY * loss(truth, head)) for head in heads]
        return tf.add_n([counted[0], *extra]) / self.given.batch, tf.stack(counted)

    @tf.function(autograph=False)
    def learn(self, images, labels, step: tf.Tensor, rate: tf.Tensor) -> tf.Tensor:
        """Take a step down the whole batch's gradient; return what was counted on the way."""

        def learn(images, labels):
            context = tf.distribute.get_replica_context()
            replica = tf.cast(context.replica_id_in_sync_group, step.dtype)
            draw = step * self.strategy.num_replicas_in_sync + replica
            for number, seed in enumerate(self.seeds):
                seed.assign(tf.cast(tf.stack([draw, number]), seed.dtype))
            with tf.GradientTape() as tape:
                loss, counted = self.measure(images, labels, training=True)
            gradients = tape.gradient(loss, self.weights)
            *gradients, counted = context.all_reduce(SUM, [*gradients, counted])
            for weight, velocity, gradient in zip(self.weights, self.velocities, gradients):
                if "kernel" in weight.name:
                    gradient += self.given.decay * weight
                moved = self.given.momentum * velocity + gradient
                velocity.assign(moved)
                weight.assign_sub(rate * moved)
            return counted

        return self.each(learn, images, labels)

    @tf.function(autograph=False)
    def judge(self, images, labels) -> tf.Tensor:
        """Return what is counted in a batch of val, over all workers."""

        def judge(images, labels):
            counted = self.measure(images, labels, training=False)[1]
            return tf.distribute.get_replica_context().all_reduce(SUM, counted)

        return self.each(judge, images, labels)

    @tf.function(autograph=False)
    def average(self) -> None:
        """Give every replica the mean of all replicas' statistics of batch normalization.

        They are running means that no step reads: averaged now or after each step, they are equal.
        """

        def average():
            context, values = tf.distribute.get_replica_context(), self.statistics
            values = context.all_reduce(MEAN, [1.0 * value for value in values]) if values else []
            for variable, value in zip(self.statistics, values):
                variable.assign(value)

        self.strategy.run(average)

    @tf.function(autograph=False)
    def share(self, numbers: tf.Tensor) -> tf.Tensor:
        """Give every replica the first one's variables, and return the first one's numbers."""

        def share():
            context = tf.distribute.get_replica_context()
            first = tf.equal(context.replica_id_in_sync_group, 0)
            values = [tf.where(first, each, tf.zeros_like(each)) for each in [*self.state, numbers]]
            *values, shared = [context.all_reduce(SUM, value) for value in values]
            for variable, value in zip(self.state, values):
                variable.assign(value)
            return shared

        return self.each(share)

    def feed(self, pictures: Pictures, order: np.ndarray, seed=None):
        """Return this worker's part of each batch of an order."""
        batch, side = self.given.batch, self.model.input_shape[1]
        return batches(pictures, order, batch, side, seed, self.strategy, self.place)

    def save(self, step: int) -> None:
        """Write all that a restart needs: the first worker does, beside the old state."""
        self.average()
        if self.place[0] == 0:
            arrays = {f"state{number}": each.numpy() for number, each in enumerate(self.state)}
            arrays |= {"step": step, "totals": self.totals, "rows": np.array(self.rows)}
            with beside(self.given.results / "state.npz") as part:
                np.savez(part, settings=self.settings, **arrays)

    def restore(self) -> int:
        """Bring all workers to the first one's last checkpoint, or to its first weights."""
        step, path = 0, self.given.results / "state.npz"
        if self.place[0] == 0 and path.exists():
            with np.load(path) as stored:
                theirs, ours = (
                    json.loads(each) for each in (str(stored["settings"]), self.settings)
                )
                if differ := [name for name in ours if ours[name] != theirs.get(name)]:
                    what = "; ".join(f"{n} was {theirs.get(n)} and is {ours[n]}" for n in differ)
                    sys.exit(f"{path} is another training's: {what}. Choose other --results.")
                for number, variable in enumerate(self.state):
                    variable.assign(stored[f"state{number}"])
                self.rows, self.totals = stored["rows"].tolist(), stored["totals"]
                step = int(stored["step"])
        step, *totals = self.share(tf.constant([step, *self.totals], tf.float64)).numpy()
        self.totals = np.array(totals)
        return int(step)

    def run(self) -> None:
        """Train to the end, from the last checkpoint on, and write the network."""
        step, last = self.restore(), self.steps * self.given.passes
        if self.place[0] == 0:
            with beside(self.given.results / "settings.json") as part:
                part.write_text(self.settings, encoding="utf-8")
            print(f"{self.model.count_params():,} weights, {self.steps} steps a pass, from {step}")
        while step < last:
            step = self.one_pass(step)
        mark = zlib.crc32(b"".join(each.numpy().tobytes() for each in self.state))
        print(f"worker {self.place[0]} is done, its weights are {mark:08x}", flush=True)
        if self.place[0] == 0:
            copy = build(self.given, len(self.train.classes))
            copy.set_weights([each.numpy() for each in self.model.weights])
            with beside(self.given.results / "network.keras") as part:
                keras.Model(copy.input, copy.outputs[0], name=copy.name).save(part)
        self.share(tf.zeros(4, tf.float64))  # nobody leaves before the first worker has written

    def one_pass(self, step: int) -> int:
        """Train through the rest of a pass, judge, and note it; return the step that follows."""
        given, start, count = self.given, time.perf_counter(), len(self.train.files)
        number, begun = divmod(step, self.steps)
        order = np.random.default_rng([given.seed, number]).permutation(count)
        order = order[begun * given.batch : self.steps * given.batch]
        for batch in self.feed(self.train, order, (given.seed, number * count)):
            rate = rate_at(step, self.steps, given, self.base)
            self.totals += self.learn(*batch, tf.constant(step, "int64"), tf.constant(rate)).numpy()
            step += 1
            if step % given.every == 0 and step % self.steps:
                self.save(step)
        loss, right, _ = self.totals / (self.steps * given.batch)
        if not math.isfinite(loss):
            sys.exit(f"The loss became {loss} in pass {number + 1}: choose a smaller --rate.")
        self.average()
        self.rows.append([number, right, loss, rate, *self.validate()])
        self.totals = np.zeros(3)
        self.save(step)
        if self.place[0] == 0:
            self.log(order.size / (time.perf_counter() - start))
        return step

    def validate(self) -> tuple[float, float, float]:
        """Return accuracy, loss and top-five accuracy on val; every picture counts once."""
        count, totals = len(self.val.files), np.zeros(3)
        order = np.pad(np.arange(count), (0, -count % self.given.batch), constant_values=-1)
        for batch in self.feed(self.val, order):
            totals += self.judge(*batch).numpy()
        loss, right, five = totals / count
        return right, loss, five

    def log(self, speed: float) -> None:
        """Write the log, a line a pass, and tell its last one."""
        lines = [f"{int(row[0])},{','.join(map(str, row[1:]))}\n" for row in self.rows]
        with beside(self.given.results / "log.csv") as part:
            part.write_text("".join([",".join(COLUMNS) + "\n", *lines]), encoding="utf-8")
        told = ", ".join(f"{name} {value:.4g}" for name, value in zip(COLUMNS, self.rows[-1]))
        print(f"{told}, {speed:.1f} images a second", flush=True)


@contextlib.contextmanager
def beside(path: Path):
    """Give a file to write, which takes the place of `path` only when it is whole."""
    part = path.with_name(f"part-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(path)
    except OSError as error:
        advice = "make room, or mend the folder, and give the same command again"
        sys.exit(f"{path} could not be written ({error.strerror or error}): {advice}.")
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
