import numpy as np
import pytest

from lecture_utils import anatomy
from lecture_utils.backend import keras
from lecture_utils.convolution import average_pool2d, conv2d
from lecture_utils.models import lenet

NETWORKS = [
    (builder, original) for builder in (lenet.lenet1, lenet.lenet5) for original in (True, False)
]


def table_of(model):
    return {row.name: row for row in anatomy.layer_table(model)}


def count(weights):
    return sum(int(np.prod(weight.shape)) for weight in weights)


def randomized(model, seed=0):
    """Give every weight that is trained a random value: biases and coefficients, too."""
    rng = np.random.default_rng(seed)
    for weight in model.trainable_weights:
        weight.assign(rng.normal(0, 0.3, weight.shape))
    return model


def images_for(model, count=3):
    return np.random.default_rng(1).normal(size=(count, *model.input_shape[1:])).astype("float32")


# ------------------------------------------------------------------------- as published


@pytest.mark.parametrize(
    ("builder", "original", "trained", "fixed"),
    [
        (lenet.lenet1, True, 2_578, 0),
        (lenet.lenet1, False, 3_246, 0),
        (lenet.lenet5, True, 60_000, 840),
        (lenet.lenet5, False, 61_706, 0),
    ],
)
def test_parameters_as_published(builder, original, trained, fixed):
    model = anatomy.blueprint(builder, original=original)
    assert count(model.trainable_weights) == trained
    assert count(model.non_trainable_weights) == fixed
    assert model.name == builder.__name__


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("C1", 156), ("S2", 12), ("C3", 1_516), ("S4", 32), ("C5", 48_120), ("F6", 10_164)],
)
def test_the_paper_names_the_parameters_of_each_layer(name, parameters):
    assert table_of(anatomy.blueprint(lenet.lenet5))[name].parameters == parameters


SHAPES_1 = {"H1": (24, 24, 4), "H2": (12, 12, 4), "H3": (8, 8, 12), "H4": (4, 4, 12)}
SHAPES_5 = {
    "C1": (28, 28, 6), "S2": (14, 14, 6), "C3": (10, 10, 16), "S4": (5, 5, 16), "C5": (1, 1, 120),
    "F6": (84,),
}  # fmt: skip


@pytest.mark.parametrize("original", [True, False])
@pytest.mark.parametrize(
    ("builder", "shapes"), [(lenet.lenet1, SHAPES_1), (lenet.lenet5, SHAPES_5)]
)
def test_shapes_as_in_the_figure(builder, shapes, original):
    model = anatomy.blueprint(builder, original=original)
    rows = table_of(model)
    assert {name: rows[name].output_shape[1:] for name in shapes} == shapes
    assert model.output_shape == (None, 10)


def connections(row, pooled):
    """Count a layer's connections as the papers do: each unit's inputs and its bias."""
    *size, channels = row.output_shape[1:]
    units = int(np.prod(size)) * channels
    if pooled:
        return units * (4 + 1)
    return row.macs + units


def test_the_paper_counts_the_connections_of_lenet5():
    rows = table_of(anatomy.blueprint(lenet.lenet5))
    counts = {name: connections(rows[name], name[0] == "S") for name in SHAPES_5}
    assert counts == {
        "C1": 122_304, "S2": 5_880, "C3": 151_600, "S4": 2_000, "C5": 48_120, "F6": 10_164,
    }  # fmt: skip
    assert rows["C3"].macs == 60 * 25 * 10 * 10 == 150_000
    assert sum(counts.values()) + rows["penalties"].macs == 340_908


def test_the_paper_counts_the_units_and_connections_of_lenet1():
    rows = table_of(anatomy.blueprint(lenet.lenet1))
    names = [*SHAPES_1, "output"]
    assert sum(connections(rows[name], name in ("H2", "H4")) for name in names) == 98_442
    units = sum(int(np.prod(rows[name].output_shape[1:])) for name in ["image", *names])
    assert units + 1 == 4_635  # with the unit that is always 1, for the biases


@pytest.mark.parametrize("original", [True, False])
@pytest.mark.parametrize(
    ("builder", "sizes"),
    [
        (lenet.lenet1, {"H1": 5, "H2": 6, "H3": 14, "H4": 16}),
        (lenet.lenet5, {"C1": 5, "S2": 6, "C3": 14, "S4": 16, "C5": 32}),
    ],
)
def test_windows(builder, sizes, original):
    model = anatomy.blueprint(builder, original=original)
    for name, size in sizes.items():
        assert anatomy.receptive_field(model, name).size == (size, size)


# -------------------------------------------------------------------------- the tables

TABLE_I = """
X...XXX..XXXX.XX
XX...XXX..XXXX.X
XXX...XXX..X.XXX
.XXX..XXXX..X.XX
..XXX..XXXX.XX.X
...XXX..XXXX.XXX
"""
TABLE_1 = """
XXX.XX......
.XXXXX......
......XXX.XX
.......XXXXX
"""


@pytest.mark.parametrize(
    ("connections", "printed"),
    [(lenet.C3_CONNECTIONS, TABLE_I), (lenet.H3_CONNECTIONS, TABLE_1)],
)
def test_the_tables_as_printed(connections, printed):
    columns = zip(*printed.split(), strict=True)
    assert [sorted(inputs) for inputs in connections] == [
        [number for number, mark in enumerate(column) if mark == "X"] for column in columns
    ]


def test_what_the_paper_says_about_table_i():
    table = lenet.C3_CONNECTIONS
    assert [len(inputs) for inputs in table] == [3] * 6 + [4] * 9 + [6]
    assert sum(map(len, table)) == 60

    def contiguous(size):
        return {frozenset((start + i) % 6 for i in range(size)) for start in range(6)}

    assert set(map(frozenset, table[:6])) == contiguous(3)
    assert set(map(frozenset, table[6:12])) == contiguous(4)
    assert not set(map(frozenset, table[12:15])) & contiguous(4)
    assert len(set(map(frozenset, table))) == 16
    assert [sum(seen in inputs for inputs in table) for seen in range(6)] == [10] * 6


def test_the_networks_use_their_tables():
    assert lenet.lenet1().get_layer("H3").connections == lenet.H3_CONNECTIONS
    assert lenet.lenet5().get_layer("C3").connections == lenet.C3_CONNECTIONS


# -------------------------------------------------------------------------- the layers


def partial(connections, channels, size=5):
    layer = lenet.PartialConvolution2D(connections, size)
    layer.build((None, 9, 8, channels))
    rng = np.random.default_rng(2)
    for weight in layer.weights:
        weight.assign(rng.normal(size=weight.shape))
    return layer


@pytest.mark.parametrize(
    ("connections", "channels", "size"),
    [
        (lenet.C3_CONNECTIONS, 6, 5),
        (lenet.H3_CONNECTIONS, 4, 5),
        ([[2], [0, 1], [1]], 3, 3),
        ([[1]], 2, 1),  # a map that nobody sees
    ],
)
def test_partial_convolution_is_a_full_one_with_zeros(connections, channels, size):
    layer = partial(connections, channels, size)
    images = np.random.default_rng(3).normal(size=(2, 9, 8, channels)).astype("float32")
    kernel = np.zeros((size, size, channels, len(connections)))
    number = 0
    for by, inputs in enumerate(connections):
        for seen in inputs:
            kernel[:, :, seen, by] = layer.kernel.numpy()[number]
            number += 1
    assert count(layer.weights) == number * size**2 + len(connections)

    full = keras.layers.Conv2D(len(connections), size)
    full.build(images.shape)
    full.set_weights([kernel, layer.bias.numpy()])
    outputs = layer(images)
    assert layer.compute_output_shape((None, *images.shape[1:])) == (None, *outputs.shape[1:])
    np.testing.assert_allclose(outputs, full(images), atol=1e-4)
    np.testing.assert_allclose(outputs, conv2d(images, kernel, bias=layer.bias.numpy()), atol=1e-4)


def test_a_partial_convolution_begins_with_different_kernels_of_the_right_size():
    layer = lenet.lenet5().get_layer("C3")
    kernels = layer.kernel.numpy().reshape(60, 25)
    assert len(np.unique(kernels.round(5), axis=0)) == 60
    assert kernels.std() == pytest.approx(np.sqrt(1 / 150), rel=0.1)
    assert not layer.bias.numpy().any()


@pytest.mark.parametrize("connections", [[], [[]], [[0], []]])
def test_each_map_must_see_a_map(connections):
    with pytest.raises(ValueError, match="connections must give each output map"):
        lenet.PartialConvolution2D(connections, 5)


@pytest.mark.parametrize("connections", [[[0], [3]], [[-1]]])
def test_it_must_see_maps_that_are_there(connections):
    with pytest.raises(ValueError, match="numbers of the 3 input maps, 0 to 2"):
        lenet.PartialConvolution2D(connections, 5)(np.zeros((1, 8, 8, 3)))


@pytest.mark.parametrize("size", [2, 3])
def test_sub_sampling_by_hand(size):
    images = np.random.default_rng(4).normal(size=(2, 7, 9, 3)).astype("float32")
    layer = lenet.SubSampling2D(size)
    np.testing.assert_allclose(layer(images), average_pool2d(images, size), atol=1e-5)
    coefficient, bias = np.array([0.5, -2, 3]), np.array([1, 0, -1])
    layer.set_weights([coefficient, bias])
    sums = [
        [
            images[:, row : row + size, column : column + size].sum(axis=(1, 2))
            for column in range(0, 9 - size + 1, size)
        ]
        for row in range(0, 7 - size + 1, size)
    ]
    expected = coefficient * np.moveaxis(sums, 2, 0) + bias
    outputs = layer(images)
    np.testing.assert_allclose(outputs, expected, atol=1e-4)
    assert layer.compute_output_shape(images.shape) == outputs.shape


def test_the_squashing_function():
    values = np.array([-100, -1, 0, 0.5, 1, 100], dtype="float32")
    squashed = lenet.ScaledTanh()(values)
    np.testing.assert_allclose(squashed, 1.7159 * np.tanh(2 * values / 3), atol=1e-5)
    np.testing.assert_allclose(squashed[1:5:3], [-1, 1], atol=1e-4)  # 1 and -1 stay


def test_rbf_by_hand():
    layer = lenet.RBF([[1, 1, -1], [-1, 1, 1]])
    np.testing.assert_allclose(layer(np.array([[1.0, 1, -1], [0, 3, 1]])), [[0, 8], [9, 5]])
    assert not layer.trainable_weights


def test_rbf_against_numpy():
    rng = np.random.default_rng(5)
    centers, vectors = rng.normal(size=(10, 84)), rng.normal(size=(4, 84))
    expected = [[np.linalg.norm(v - center) ** 2 for center in centers] for v in vectors]
    np.testing.assert_allclose(lenet.RBF(centers)(vectors), expected, rtol=1e-5)


# ------------------------------------------------------------------- bitmaps, loss, metric


def test_bitmaps():
    bitmaps = lenet.digit_bitmaps()
    assert bitmaps.shape == (10, 12, 7)
    assert set(bitmaps.ravel()) == {-1, 1}
    # The one: its foot is 5 wide, its stem 9 high; nothing above the digits or below the line.
    assert (bitmaps[1, 9] > 0).tolist() == [False, True, True, True, True, True, False]
    assert (bitmaps[1, :, 3] > 0).sum() == 9
    ink = (bitmaps > 0).any(axis=2)
    assert ink[:, 1:10].all()
    assert not ink[:, [0, 10, 11]].any()
    different = (bitmaps[:, None] != bitmaps[None]).sum(axis=(2, 3))
    assert different[~np.eye(10, dtype=bool)].min() >= 5


def test_a_layer_f6_that_draws_a_digit_has_penalty_0_for_it():
    penalties = lenet.lenet5().get_layer("penalties")(lenet.digit_bitmaps().reshape(10, 84))
    assert np.argmin(penalties, axis=1).tolist() == list(range(10))
    np.testing.assert_allclose(np.diag(penalties), 0)


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
    mean = float(lenet.MAPLoss(j=j)(labels, penalties))
    assert mean == pytest.approx(np.mean(expected), rel=1e-4)


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
    with pytest.raises(ValueError, match=r"class numbers.*got shape \(2, 10\)"):
        measure(np.eye(10)[:2], np.ones((2, 10)))


# ------------------------------------------------------------------------- whole networks


def squash(x):
    return 1.7159 * np.tanh(2 / 3 * x)


def sub_sample(x, coefficient, bias):
    sums = x[:, ::2, ::2] + x[:, 1::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, 1::2]
    return squash(coefficient * sums + bias)


def spread(kernels, connections, channels):
    full = np.zeros((5, 5, channels, len(connections)))
    kernels = iter(kernels)
    for by, inputs in enumerate(connections):
        for seen in inputs:
            full[:, :, seen, by] = next(kernels)
    return full


def test_lenet1_in_numpy():
    model = randomized(lenet.lenet1())
    k1, b1, s2, c2, k3, b3, s4, c4, w, b = [weight.numpy() for weight in model.trainable_weights]
    images = images_for(model)
    x = sub_sample(squash(conv2d(images, k1) + b1), s2, c2)
    x = squash(conv2d(x, spread(k3, lenet.H3_CONNECTIONS, 4)) + b3)
    x = sub_sample(x, s4, c4)
    expected = squash(x.reshape(3, 192) @ w + b)
    np.testing.assert_allclose(model.predict(images, verbose=0), expected, atol=1e-4)


def test_lenet5_in_numpy():
    model = randomized(lenet.lenet5())
    k1, b1, s2, c2, k3, b3, s4, c4, k5, b5, w, b = [
        weight.numpy() for weight in model.trainable_weights
    ]
    images = images_for(model)
    x = sub_sample(squash(conv2d(images, k1) + b1), s2, c2)
    x = squash(conv2d(x, spread(k3, lenet.C3_CONNECTIONS, 6)) + b3)
    x = sub_sample(x, s4, c4)
    x = squash(x.reshape(3, 400) @ k5.reshape(400, 120) + b5)
    x = squash(x @ w + b)
    bitmaps = lenet.digit_bitmaps().reshape(10, 84)
    expected = ((x[:, None, :] - bitmaps) ** 2).sum(axis=2)
    np.testing.assert_allclose(model.predict(images, verbose=0), expected, rtol=1e-4)


def tutorials_lenet1():
    layers = keras.layers
    return keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Conv2D(4, 5, activation="tanh"), layers.AveragePooling2D(2),
        layers.Conv2D(12, 5, activation="tanh"), layers.AveragePooling2D(2),
        layers.Flatten(), layers.Dense(10, activation="softmax"),
    ])  # fmt: skip


def tutorials_lenet5():
    layers = keras.layers
    return keras.Sequential([
        keras.Input((32, 32, 1)),
        layers.Conv2D(6, 5, activation="tanh"), layers.AveragePooling2D(2),
        layers.Conv2D(16, 5, activation="tanh"), layers.AveragePooling2D(2),
        layers.Flatten(),
        layers.Dense(120, activation="tanh"), layers.Dense(84, activation="tanh"),
        layers.Dense(10, activation="softmax"),
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("builder", "tutorial"), [(lenet.lenet1, tutorials_lenet1), (lenet.lenet5, tutorials_lenet5)]
)
def test_otherwise_it_is_the_tutorials_network(builder, tutorial):
    reference, ours = randomized(tutorial()), builder(original=False)
    for mine, weight in zip(ours.weights, reference.weights, strict=True):
        mine.assign(np.reshape(weight, mine.shape))
    images = images_for(ours)
    np.testing.assert_allclose(
        ours.predict(images, verbose=0), reference.predict(images, verbose=0), atol=1e-5
    )
    assert [layer.name for layer in ours.layers[-2:]] == ["logits", "probabilities"]


def compiled(builder, original):
    """Compile a network as its docstring says; return it with targets for twenty digits."""
    keras.utils.set_random_seed(3)
    model = builder(original=original)
    labels = np.arange(20) % 10
    loss, metric, targets = "sparse_categorical_crossentropy", "accuracy", labels
    if original and builder is lenet.lenet1:
        loss, targets = "mse", 2 * np.eye(10)[labels] - 1
    if original and builder is lenet.lenet5:
        loss, metric = lenet.MAPLoss(), lenet.smallest_penalty_accuracy
    model.compile(keras.optimizers.Adam(2e-3), loss=loss, metrics=[metric])
    return model, targets


def drawn_digits(model):
    """Draw twenty digits: the bitmaps, enlarged, with noise."""
    height, width, _ = model.input_shape[1:]
    images = np.zeros((20, height, width, 1), dtype="float32")
    large = np.kron(lenet.digit_bitmaps() > 0, np.ones((1, 2, 2)))
    images[:, 2:26, 7:21, 0] = np.tile(large, (2, 1, 1))
    return images + np.random.default_rng(7).normal(0, 0.1, images.shape).astype("float32")


@pytest.mark.parametrize(("builder", "original"), NETWORKS)
def test_it_learns_by_the_recipe_and_is_the_same_after_loading(builder, original, tmp_path):
    model, targets = compiled(builder, original)
    images = drawn_digits(model)
    fixed = [weight.numpy() for weight in model.non_trainable_weights]
    before = model.evaluate(images, targets, verbose=0)[0]
    before_weights = [weight.numpy() for weight in model.trainable_weights]
    model.fit(images, targets, epochs=1, batch_size=20, verbose=0)
    assert model.evaluate(images, targets, verbose=0)[0] < before
    for old, weight in zip(before_weights, model.trainable_weights, strict=True):
        assert np.isfinite(weight).all()
        assert (old != weight.numpy()).any(), weight.path
    model.fit(images, targets, epochs=40, batch_size=20, verbose=0)
    assert model.evaluate(images, targets, verbose=0)[1] == 1
    for old, weight in zip(fixed, model.non_trainable_weights, strict=True):
        np.testing.assert_array_equal(old, weight)

    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        again.predict(images, verbose=0), model.predict(images, verbose=0)
    )
    assert again.evaluate(images, targets, verbose=0) == model.evaluate(images, targets, verbose=0)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        (lenet.SubSampling2D, {"size": 3}),
        (lenet.PartialConvolution2D, {"connections": ((0,), (1, 0)), "kernel_size": 3}),
        (lenet.RBF, {"centers": [[1.0, -1.0], [0.5, 2.0]]}),
        (lenet.ScaledTanh, {}),
        (lenet.MAPLoss, {"j": 7, "reduction": "sum"}),
    ],
)
def test_settings_are_kept(kind, settings):
    made = kind(name="mine", **settings)
    config = kind.from_config(made.get_config()).get_config()
    assert config == made.get_config()
    assert config.items() >= (settings | {"name": "mine"}).items()
    assert keras.saving.get_registered_name(kind) == f"lecture_utils>{kind.__name__}"


def test_the_initializer_is_kept():
    made = lenet.PartialConvolution2D([[0]], 3, kernel_initializer="he_normal")
    again = lenet.PartialConvolution2D.from_config(made.get_config())
    assert isinstance(again.kernel_initializer, keras.initializers.HeNormal)


# ---------------------------------------------------------------------- arguments, sizes


@pytest.mark.parametrize("original", [True, False])
@pytest.mark.parametrize(("builder", "smallest"), [(lenet.lenet1, 16), (lenet.lenet5, 32)])
def test_the_smallest_input(builder, smallest, original):
    model = builder(original=original, input_shape=(smallest, smallest, 3))
    assert model.predict(images_for(model), verbose=0).shape == (3, 10)
    for shape in [(smallest - 1, smallest, 3), (smallest, smallest - 1, 3)]:
        with pytest.raises(ValueError, match=rf"smallest is \({smallest}, {smallest}, 3\)"):
            builder(original=original, input_shape=shape)


@pytest.mark.parametrize(("builder", "original"), NETWORKS)
def test_odd_sizes(builder, original):
    model = builder(original=original, input_shape=(45, 38, 1))
    assert model.predict(images_for(model), verbose=0).shape == (3, 10)
    anatomy.layer_table(model)
    anatomy.receptive_field(model, model.layers[-1])


@pytest.mark.parametrize("width", [0.1, 0.33, 2])
def test_widths(width):
    rows = table_of(anatomy.blueprint(lenet.lenet5, original=False, width=width, classes=7))
    names = ["C1", "C3", "C5", "F6", "logits"]
    channels = [max(1, round(maps * width)) for maps in (6, 16, 120, 84)]
    assert [rows[name].output_shape[-1] for name in names] == [*channels, 7]
    rows = table_of(anatomy.blueprint(lenet.lenet1, original=False, width=width))
    assert [rows[name].output_shape[-1] for name in ("H1", "H3")] == [
        max(1, round(maps * width)) for maps in (4, 12)
    ]


def test_lenet1_takes_other_classes_as_published():
    assert anatomy.blueprint(lenet.lenet1, classes=26).output_shape == (None, 26)


@pytest.mark.parametrize(
    ("builder", "arguments", "message"),
    [
        (lenet.lenet1, {"width": 0.5}, r"width must be 1 .* got 0\.5: original=False"),
        (lenet.lenet5, {"width": 2}, r"width must be 1 .* got 2: original=False"),
        (lenet.lenet5, {"classes": 26}, r"classes must be 10 .* got 26: original=False"),
        (lenet.lenet5, {"original": "no"}, r"original must be one of True, False, got 'no'"),
        (lenet.lenet1, {"original": None}, r"original must be one of True, False, got None"),
        (lenet.lenet1, {"classes": 0}, "classes must be"),
        (lenet.lenet1, {"original": False, "width": 0}, "width must be"),
        (lenet.lenet5, {"input_shape": (32, 32)}, "input_shape must be"),
    ],
)
def test_bad_arguments(builder, arguments, message):
    with pytest.raises(ValueError, match=message):
        builder(**arguments)
