"""Beginning anew from several seeds, against networks that are new."""

import numpy as np
import pytest

from lecture_utils.backend import keras
from lecture_utils.models import lenet5
from lecture_utils.seeds import each_seed

x, y = np.random.default_rng(0).normal(size=(40, 6)).astype("float32"), np.arange(40) % 3
FALL = keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)
# Adagrad's sums begin above 0, Nadam's product at 1, a schedule needs the steps.
OPTIMIZERS = {"Adagrad": (0.1, {}), "Nadam": (0.1, {"use_ema": True}), "SGD": (FALL, {})}


def network(optimizer, rate, options):
    parts = keras.layers.Dense(8), keras.layers.BatchNormalization(), keras.layers.Dense(3)
    model = keras.Sequential([keras.Input((6,)), *parts])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(getattr(keras.optimizers, optimizer)(rate, **options), loss, jit_compile=False)
    return model


def trained(model):
    model.fit(x, y, epochs=3, batch_size=10, shuffle=False, verbose=0)
    return model.get_weights()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_seed_gives_what_a_new_network_gives_from_its_weights(name):
    model, firsts = network(name, *OPTIMIZERS[name]), []
    trained(model)  # nothing of it is left afterwards
    for _ in each_seed(model, np.array([5, 0, 5])):
        firsts.append(model.get_weights())
        new = network(name, *OPTIMIZERS[name])
        new.set_weights(firsts[-1])
        for ours, theirs in zip(trained(model), trained(new), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
        if name != "SGD":
            model.optimizer.learning_rate = 0.001  # as a callback would
    for one, other, again in zip(*firsts, strict=True):
        np.testing.assert_array_equal(one, again)
        assert one.ndim == 1 or np.abs(one - other).max() > 0.1


def test_the_first_weights_are_a_builder_s_and_fixed_ones_stay():
    model = lenet5()
    model.compile("sgd")
    for seed in each_seed(model, [3]):
        keras.utils.set_random_seed(seed)
        for ours, theirs in zip(model.get_weights(), lenet5().get_weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("compiled", "seeds"), [(False, [0]), (True, [0, 1.5]), (True, [-1]), (True, 3)]
)
def test_what_will_not_do_is_refused(compiled, seeds):
    model = network("SGD", 0.1, {}) if compiled else lenet5()
    with pytest.raises(ValueError, match="^seeds must be" if compiled else "^model must be"):
        each_seed(model, seeds)
