"""Beginning anew from several seeds, against networks that are new."""

from functools import partial

import numpy as np
import pytest

from lecture_utils.backend import keras
from lecture_utils.seeds import each_seed

x, y = np.random.default_rng(0).normal(size=(40, 6)).astype("float32"), np.arange(40) % 3
FALL = keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)
# Adagrad's sums begin above 0, Nadam's product at 1, a schedule needs the steps.
OPTIMIZERS = {"Adagrad": (0.1, {}), "Nadam": (0.1, {"use_ema": True}), "SGD": (FALL, {})}


def network(optimizer="SGD", rate=0.1, options=None, classes=3):
    parts = [keras.layers.Dense(8, activation="relu"), keras.layers.BatchNormalization()]
    parts += [keras.layers.Dropout(0.5), keras.layers.Dense(classes, activation="softmax")]
    model = keras.Sequential([keras.Input((6,)), *parts])
    optimizer = getattr(keras.optimizers, optimizer)(rate, **options or {})
    model.compile(optimizer, "sparse_categorical_crossentropy", jit_compile=False)
    return model


def trained(model):
    model.fit(x, y, epochs=3, batch_size=10, shuffle=False, verbose=0)
    return model.get_weights()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_seed_gives_what_a_new_network_gives(name):
    build, found = partial(network, name, *OPTIMIZERS[name]), []
    model = build()
    trained(model)  # nothing of it is left afterwards
    for seed in each_seed(model, build, np.array([5, 0, 5])):
        found.append((seed, trained(model)))
        if name != "SGD":
            model.optimizer.learning_rate = 0.001  # as a callback would
    assert [seed for seed, _ in found] == [5, 0, 5]
    assert list(each_seed(model, build)) == [0, 1, 2]
    for seed, weights in found:
        keras.utils.set_random_seed(seed)
        for ours, theirs in zip(weights, trained(build()), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("build", [keras.Sequential(), partial(network, classes=4), print])
def test_builders_of_others_and_seeds_below_0_are_refused(build):
    with pytest.raises(ValueError, match=r"^build must be a function"):
        each_seed(network(), build)
    with pytest.raises(ValueError, match=r"^seeds must be .* from 0 to 4294967295, got -1"):
        each_seed(network(), network, [-1])
