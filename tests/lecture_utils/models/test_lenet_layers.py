import numpy as np
import pytest

from lecture_utils.backend import keras
from lecture_utils.convolution import average_pool2d, conv2d
from lecture_utils.models import lenet, lenet_layers

# The tables of the two papers as they are printed.
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
    [(lenet_layers.C3_CONNECTIONS, TABLE_I), (lenet_layers.H3_CONNECTIONS, TABLE_1)],
)
def test_the_tables_as_printed(connections, printed):
    columns = zip(*printed.split(), strict=True)
    assert [sorted(inputs) for inputs in connections] == [
        [number for number, mark in enumerate(column) if mark == "X"] for column in columns
    ]


@pytest.mark.parametrize(
    ("connections", "channels", "size"),
    [
        (lenet_layers.C3_CONNECTIONS, 6, 5),
        (lenet_layers.H3_CONNECTIONS, 4, 5),
        ([[2], [0, 1], [1]], 3, 3),
        ([[1]], 2, 1),  # a map that nobody sees
    ],
)
def test_partial_convolution_is_a_full_one_with_zeros(connections, channels, size):
    rng = np.random.default_rng(2)
    images = rng.normal(size=(2, 9, 8, channels)).astype("float32")
    layer = lenet_layers.PartialConvolution2D(connections, size)
    layer.build(images.shape)
    kernels, bias = (rng.normal(size=weight.shape) for weight in layer.weights)
    layer.set_weights([kernels, bias])
    kernel, left = np.zeros((size, size, channels, len(connections))), iter(kernels)
    for by, inputs in enumerate(connections):
        for seen in inputs:
            kernel[:, :, seen, by] = next(left)
    assert not list(left)
    np.testing.assert_allclose(layer(images), conv2d(images, kernel, bias), atol=1e-4)
    full = keras.layers.Conv2D(len(connections), size)
    full.build(images.shape)
    full.set_weights([kernel, bias])
    np.testing.assert_allclose(layer(images), full(images), atol=1e-4)


def test_a_partial_convolution_begins_with_different_kernels_of_the_right_size():
    layer = lenet.lenet5().get_layer("C3")
    kernels = layer.kernel.numpy().reshape(60, 25)
    assert len(np.unique(kernels.round(5), axis=0)) == 60
    assert kernels.std() == pytest.approx(np.sqrt(1 / 150), rel=0.1)
    assert not layer.bias.numpy().any()


def test_each_map_must_see_maps_that_are_there():
    for connections in ([], [[]], [[0], []], [[-1]], [[0, 0]], [[0.5]], ["01"], [[True]], 3):
        with pytest.raises(ValueError, match="connections must be for each output map the numbers"):
            lenet_layers.PartialConvolution2D(connections, 5)
    for connections in ([[0], [3]], [[0, 1]]):  # a map that is not there, and one more than listed
        with pytest.raises(ValueError, match="numbers of the 3 input maps, 0 to 2"):
            lenet_layers.PartialConvolution2D(connections, 5)(np.zeros((1, 8, 8, 3)))


@pytest.mark.parametrize("size", [2, 3])
def test_sub_sampling_is_a_mean_first_and_then_a_sum_with_coefficient_and_bias(size):
    images = np.random.default_rng(4).normal(size=(2, 7, 9, 3)).astype("float32")
    layer, means = lenet_layers.SubSampling2D(size), average_pool2d(images, size)
    np.testing.assert_allclose(layer(images), means, atol=1e-5)
    coefficient, bias = np.array([0.5, -2, 3]), np.array([1, 0, -1])
    layer.set_weights([coefficient, bias])
    np.testing.assert_allclose(layer(images), coefficient * size**2 * means + bias, atol=1e-4)


def test_the_squashing_function():
    values = np.array([-100, -1, 0, 0.5, 1, 100], dtype="float32")
    squashed = lenet_layers.ScaledTanh()(values)
    np.testing.assert_allclose(squashed, 1.7159 * np.tanh(2 * values / 3), atol=1e-5)
    np.testing.assert_allclose(squashed[1:5:3], [-1, 1], atol=1e-4)  # 1 and -1 stay


def test_rbf():
    layer = lenet_layers.RBF([[1, 1, -1], [-1, 1, 1]])
    np.testing.assert_allclose(layer(np.array([[1.0, 1, -1], [0, 3, 1]])), [[0, 8], [9, 5]])
    assert not layer.trainable_weights
    rng = np.random.default_rng(5)
    centers, vectors = rng.normal(size=(10, 84)), rng.normal(size=(4, 84))
    expected = [[np.linalg.norm(v - center) ** 2 for center in centers] for v in vectors]
    np.testing.assert_allclose(lenet_layers.RBF(centers)(vectors), expected, rtol=1e-5)


def test_centers_must_be_as_long_as_the_vectors():
    with pytest.raises(ValueError, match=r"centers must be as long as .*, 1, got .*\(2, 3\)"):
        lenet_layers.RBF(np.ones((2, 3)))(np.ones((4, 1)))  # NumPy would stretch it to 3


def test_bitmaps():
    bitmaps = lenet_layers.digit_bitmaps()
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


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        (lenet_layers.SubSampling2D, {"size": 3}),
        (lenet_layers.PartialConvolution2D, {"connections": ((0,), (1, 0)), "kernel_size": 3}),
        (lenet_layers.RBF, {"centers": [[1.0, -1.0], [0.5, 2.0]]}),
        (lenet.MAPLoss, {"j": 7, "reduction": "sum"}),
    ],
)
def test_settings_are_kept(kind, settings):
    made = kind(name="mine", **settings)
    config = kind.from_config(made.get_config()).get_config()
    assert config == made.get_config()
    assert config.items() >= (settings | {"name": "mine"}).items()
    assert keras.saving.get_registered_name(kind) == f"lecture_utils>{kind.__name__}"
