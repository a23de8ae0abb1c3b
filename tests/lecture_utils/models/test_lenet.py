import numpy as np
import pytest
import tensorflow as tf
from oracles import noise, randomize

from lecture_utils import anatomy
from lecture_utils.backend import keras
from lecture_utils.convolution import conv2d
from lecture_utils.models import lenet


def table_of(model):
    return {row.name: row for row in anatomy.layer_table(model)}


# Of each layer the output, and a side of the window that it sees of the image.
FIGURE = {
    lenet.lenet1: {
        "H1": ((24, 24, 4), 5), "H2": ((12, 12, 4), 6),
        "H3": ((8, 8, 12), 14), "H4": ((4, 4, 12), 16),
    },
    lenet.lenet5: {
        "C1": ((28, 28, 6), 5), "S2": ((14, 14, 6), 6),
        "C3": ((10, 10, 16), 14), "S4": ((5, 5, 16), 16), "C5": ((1, 1, 120), 32),
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("builder", "original", "trained", "fixed"),
    [
        (lenet.lenet1, True, 2_578, 0),
        (lenet.lenet1, False, 3_246, 0),
        (lenet.lenet5, True, 60_000, 840),
        (lenet.lenet5, False, 61_706, 0),
    ],
)
def test_parameters_as_published_and_shapes_as_in_the_figure(builder, original, trained, fixed):
    model = anatomy.blueprint(builder, original=original)
    assert sum(int(np.prod(weight.shape)) for weight in model.trainable_weights) == trained
    assert model.count_params() == trained + fixed
    rows = table_of(model)
    for name, (shape, window) in FIGURE[builder].items():
        assert rows[name].output_shape[1:] == shape
        assert anatomy.receptive_field(model, name).size == (window, window)
    assert model.output_shape == (None, 10)


def connections(row):
    """Count a layer's connections as the papers do: each unit's inputs and its bias."""
    units = int(np.prod(row.output_shape[1:]))
    return units * (4 + 1) if row.kind == "SubSampling2D" else row.macs + units


def test_the_paper_counts_the_parameters_and_connections_of_lenet5():
    rows = table_of(anatomy.blueprint(lenet.lenet5))
    counts = {
        name: (rows[name].parameters, connections(rows[name]))
        for name in ("C1", "S2", "C3", "S4", "C5", "F6")
    }
    assert counts == {
        "C1": (156, 122_304), "S2": (12, 5_880), "C3": (1_516, 151_600), "S4": (32, 2_000),
        "C5": (48_120, 48_120), "F6": (10_164, 10_164),
    }  # fmt: skip
    assert sum(count for _, count in counts.values()) + rows["penalties"].macs == 340_908


def test_the_paper_counts_the_units_and_connections_of_lenet1():
    rows = table_of(anatomy.blueprint(lenet.lenet1))
    names = ["H1", "H2", "H3", "H4", "output"]
    assert sum(connections(rows[name]) for name in names) == 98_442
    units = sum(int(np.prod(rows[name].output_shape[1:])) for name in ["image", *names])
    assert units + 1 == 4_635  # with the unit that is always 1, for the biases


def test_loss_by_hand():
    # 2 + log(e^-1 + e^-2 + e^-3) = 2 + log(0.36788 + 0.13534 + 0.04979) = 2 - 0.59239
    loss = lenet.MAPLoss(j=1)(np.array([0]), np.array([[2.0, 3.0]]))
    assert float(loss) == pytest.approx(1.40761, abs=1e-5)


@pytest.mark.parametrize("j", [0.1, 1.0, 30.0])
def test_loss_against_numpy(j):
    rng = np.random.default_rng(6)
    penalties, labels = rng.uniform(0, 60, (32, 10)), rng.integers(0, 10, 32)
    expected = [
        row[label] + np.log(np.exp(-j) + np.exp(-row).sum())
        for row, label in zip(penalties, labels, strict=True)
    ]
    assert min(expected) > 0
    for given in (labels, labels[:, None], labels.astype("uint8")):
        losses = lenet.MAPLoss(j=j, reduction=None)(given, penalties)
        np.testing.assert_allclose(losses, expected, rtol=1e-4, atol=1e-4)
    assert float(lenet.MAPLoss(j=j)(labels, penalties)) == pytest.approx(np.mean(expected))


def test_loss_of_penalties_too_large_for_exp():
    label, penalties = np.array([0]), np.array([[1000.0, 2000.0]])
    assert float(lenet.MAPLoss(j=1e4)(label, penalties)) == pytest.approx(0, abs=1e-3)
    assert float(lenet.MAPLoss(j=1)(label, penalties)) == pytest.approx(999, abs=1e-3)


def test_smallest_penalty_accuracy():
    penalties = np.array([[3.0, 1, 2], [0, 5, 5], [9, 8, 7], [1, 2, 3]])
    for labels in (np.array([1, 0, 0, 2]), np.array([[1], [0], [0], [2]])):
        hits = lenet.smallest_penalty_accuracy(labels, penalties)
        assert np.array(hits).tolist() == [1, 1, 0, 0]


@pytest.mark.parametrize("measure", [lenet.MAPLoss(), lenet.smallest_penalty_accuracy])
def test_one_hot_labels_are_refused(measure):
    with pytest.raises(ValueError, match=r"^labels must be class numbers.*got .* shape \(2, 10\)"):
        measure(np.eye(10)[:2], np.ones((2, 10)))


@pytest.mark.parametrize("measure", [lenet.MAPLoss(), lenet.smallest_penalty_accuracy])
@pytest.mark.parametrize("labels", [[0, 10], [-1, 0], [0.5, 0], [np.nan, 0]])
def test_labels_that_are_no_class_are_refused_or_make_a_training_nan(measure, labels):
    labels, penalties = np.array(labels, "float32"), np.ones((2, 10), "float32")
    with pytest.raises(ValueError, match=r"^labels must be class numbers from 0 to 9, got "):
        measure(labels, penalties)
    compiled = tf.function(measure)(tf.constant(labels), tf.constant(penalties))
    assert np.isnan(compiled) if measure is not lenet.smallest_penalty_accuracy else 0 in compiled


def test_one_label_for_each_row_of_penalties():
    with pytest.raises(ValueError, match=r"^labels must be .* as many as y_pred, \(4,\), .*\(1,\)"):
        lenet.smallest_penalty_accuracy(np.array([1]), np.ones((4, 10)))
    nan = np.where(np.eye(3) > 0, np.nan, np.float32(1))
    assert not np.any(lenet.smallest_penalty_accuracy(tf.range(3), tf.constant(nan)))


def squash(x):
    return 1.7159 * np.tanh(2 / 3 * x)


def stages(images, weights, table):
    """Compute both stages of a LeNet in NumPy, with the first eight of its weights."""
    k1, b1, s2, c2, k3, b3, s4, c4 = weights
    full, kernels = np.zeros((5, 5, k1.shape[-1], len(table))), iter(k3)
    for by, inputs in enumerate(table):
        for seen in inputs:
            full[:, :, seen, by] = next(kernels)
    x = images
    for kernel, bias, coefficient, shift in ((k1, b1, s2, c2), (full, b3, s4, c4)):
        x = squash(conv2d(x, kernel) + bias)
        x = x[:, ::2, ::2] + x[:, 1::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, 1::2]
        x = squash(coefficient * x + shift)
    return x.reshape(len(x), -1)


def test_lenet1_in_numpy():
    model, images = randomize(lenet.lenet1()), noise(3, 28, 28, 1)
    *first, w, b = [weight.numpy() for weight in model.trainable_weights]
    expected = squash(stages(images, first, lenet.H3_CONNECTIONS) @ w + b)
    np.testing.assert_allclose(model(images), expected, atol=1e-4)


def test_lenet5_in_numpy():
    model, images = randomize(lenet.lenet5()), noise(3, 32, 32, 1)
    *first, k5, b5, w, b = [weight.numpy() for weight in model.trainable_weights]
    x = stages(images, first, lenet.C3_CONNECTIONS)
    x = squash(squash(x @ k5.reshape(400, 120) + b5) @ w + b)
    bitmaps = lenet.digit_bitmaps().reshape(10, 84)
    expected = ((x[:, None, :] - bitmaps) ** 2).sum(axis=2)
    np.testing.assert_allclose(model(images), expected, rtol=1e-4)


@pytest.mark.parametrize(
    ("builder", "side", "maps", "dense"),
    [(lenet.lenet1, 28, (4, 12), ()), (lenet.lenet5, 32, (6, 16), (120, 84))],
)
def test_otherwise_it_is_the_tutorials_network(builder, side, maps, dense):
    layers = keras.layers
    stack = [keras.Input((side, side, 1))]
    for count in maps:
        stack += [layers.Conv2D(count, 5, activation="tanh"), layers.AveragePooling2D(2)]
    stack.append(layers.Flatten())
    stack += [layers.Dense(units, activation="tanh") for units in dense]
    reference = randomize(keras.Sequential([*stack, layers.Dense(10, activation="softmax")]))
    ours, images = builder(original=False), noise(3, side, side, 1)
    for mine, weight in zip(ours.weights, reference.weights, strict=True):
        mine.assign(np.reshape(weight, mine.shape))
    np.testing.assert_allclose(ours(images), reference(images), atol=1e-5)


def test_lenet5_learns_by_the_recipe_and_its_centres_stay():
    keras.utils.set_random_seed(3)
    model, targets = lenet.lenet5(), np.arange(20) % 10
    metrics = [lenet.smallest_penalty_accuracy]
    model.compile(keras.optimizers.Adam(2e-3), loss=lenet.MAPLoss(), metrics=metrics)
    images = noise(20, 32, 32, 1, scale=0.1)  # and the bitmaps, enlarged
    large = np.kron(lenet.digit_bitmaps() > 0, np.ones((1, 2, 2)))
    images[:, 2:26, 7:21, 0] += np.tile(large, (2, 1, 1))
    model.fit(images, targets, epochs=40, batch_size=20, verbose=0)
    assert model.evaluate(images, targets, verbose=0)[1] == 1
    (centers,) = model.non_trainable_weights
    np.testing.assert_array_equal(centers, lenet.digit_bitmaps().reshape(10, 84))


def test_what_only_the_tutorials_network_takes_is_refused():
    with pytest.raises(ValueError, match=r"classes must be 10 .* got 26: original=False"):
        lenet.lenet5(classes=26)
