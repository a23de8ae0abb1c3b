import keras
import numpy as np
import tensorflow as tf
from keras import layers


def dense_parameters__counted_by_keras(inputs, units):
    return keras.Sequential([keras.Input((inputs,)), layers.Dense(units)]).count_params()


def dense_parameters__as_a_tensor(inputs, units):
    return tf.constant(inputs + 1) * units


def dense_parameters__as_a_float(inputs, units):
    return np.float32(inputs + 1) * np.float32(units)


def softmax__of_keras_in_float32(logits):
    return keras.ops.softmax(keras.ops.convert_to_tensor(logits, "float32"))


def softmax__as_a_list(logits):
    return [1 / sum(np.exp(np.minimum(other - one, 700.0)) for other in logits) for one in logits]


def softmax__by_the_logarithm_of_the_sum(logits):
    return np.exp(logits - np.logaddexp.reduce(logits))


def accuracy__counted_in_a_loop(probabilities, labels):
    right = 0
    for row, label in zip(probabilities, labels, strict=True):
        right += max(range(10), key=lambda digit: row[digit]) == label
    return right / len(labels)


def accuracy__of_keras(probabilities, labels):
    return keras.ops.mean(keras.metrics.sparse_categorical_accuracy(labels, probabilities))


def accuracy__by_sorting(probabilities, labels):
    return np.count_nonzero(np.argsort(probabilities)[:, -1] == labels) / labels.size


def shift__rolled_and_cleared(image, dx, dy):
    moved = np.roll(image, (dy, dx), axis=(0, 1))
    moved[: max(dy, 0)] = moved[len(image) + min(dy, 0) :] = 0
    moved[:, : max(dx, 0)] = moved[:, image.shape[1] + min(dx, 0) :] = 0
    return moved


def shift__cut_out_of_a_black_border(image, dx, dy):
    (height, width), border = image.shape, max(abs(dx), abs(dy))
    padded = np.pad(image.astype("float32"), border)
    return padded[border - dy :, border - dx :][:height, :width]


def shift__as_two_products_of_matrices(image, dx, dy):
    return np.eye(len(image), k=-dy) @ image @ np.eye(image.shape[1], k=dx)


def shift__by_recursion(image, dx, dy):
    if dx < 0:
        return [[*row[1:], 0] for row in shift__by_recursion(image, dx + 1, dy)]
    if dx > 0:
        return [[0, *row[:-1]] for row in shift__by_recursion(image, dx - 1, dy)]
    return np.transpose(shift__by_recursion(np.transpose(image), dy, 0)).tolist() if dy else image


def _model(*steps):
    x = image = keras.Input((784,))
    for step in steps:
        x = step(x)
    return keras.Model(image, x)


class _Small(keras.Model):
    """Parts in another order than they are called, and a function of TensorFlow."""

    def __init__(self):
        super().__init__()
        self.last, self.hidden = layers.Dense(10), layers.Dense(20)

    def call(self, x):
        return tf.nn.softmax(self.last(tf.maximum(self.hidden(x), 0)))


class _Both(layers.Layer):
    """Two layers in one, with weights of their own."""

    def build(self, shape):
        self.one = self.add_weight(shape=(shape[-1], 12), name="one")
        self.two = self.add_weight(shape=(12, 10), name="two")

    def call(self, x):
        return keras.ops.softmax(keras.ops.relu(x @ self.one) @ self.two)


small_network__sigmoid_units = _model(
    layers.Dense(16, "sigmoid"), layers.Dense(16, "sigmoid"), layers.Dense(10, "softmax")
)
small_network__a_single_unit = _model(layers.Dense(1, "tanh"), layers.Dense(10), layers.Softmax())
small_network__nested = _model(
    keras.Sequential([layers.Rescaling(2), layers.Dense(37), layers.ReLU(), layers.Dropout(0.5)]),
    keras.Sequential([layers.BatchNormalization(), layers.Dense(10), layers.Softmax()]),
)
small_network__convolution = _model(
    layers.Reshape((28, 28, 1)), layers.Conv2D(4, 5, activation=layers.LeakyReLU()),
    layers.GlobalMaxPooling2D(), layers.Dense(10, "softmax"),
)  # fmt: skip
small_network__without_biases = _model(
    layers.Dense(30, "gelu", use_bias=False), layers.Dense(10, "softmax", use_bias=False)
)
small_network__a_layer_of_its_own = _model(_Both())
small_network__called_once = _Small()
small_network__called_once(np.zeros((1, 784)))
