"""Other right answers to the exercises of lecture 15."""

from collections import Counter

import keras
import numpy as np
import tensorflow as tf


def turn__flips_and_transposition(pixels, orientation):
    if orientation == 1:
        return pixels
    if orientation == 3:
        return pixels[::-1, ::-1]
    crossed = np.swapaxes(pixels, 0, 1)
    return crossed[:, ::-1] if orientation == 6 else crossed[::-1]


def turn__by_tensorflow(pixels, orientation):
    image = pixels if pixels.ndim == 3 else pixels[..., np.newaxis]
    quarters = {1: 0, 3: 2, 6: 3, 8: 1}[orientation]
    turned = tf.image.rot90(image, quarters)
    return turned if pixels.ndim == 3 else turned[..., 0]


def turn__a_loop_of_lists(pixels, orientation):
    rows = pixels.tolist()
    for _ in range({1: 0, 6: 1, 3: 2, 8: 3}[orientation]):
        rows = [list(column) for column in zip(*rows[::-1], strict=True)]
    return rows


def leaked__numpy(train, other):
    return np.mean(np.isin(other, train))


def leaked__counted(train, other):
    counts = Counter(other)
    return sum(counts[source] for source in set(train)) / len(other)


def leaked__a_loop(train, other):
    known, found = set(train), 0
    for each in other:
        if each in known:
            found += 1
    return float(found) / len(other)


def nearest__squares_row_by_row(x_train, y_train, x):
    return [int(y_train[((x_train - row) ** 2).sum(axis=1).argmin()]) for row in x]


def nearest__products(x_train, y_train, x):
    likeness = x @ x_train.T - (x_train**2).sum(axis=1) / 2
    return y_train[likeness.argmax(axis=1)]


def nearest__sorted_by_keras(x_train, y_train, x):
    order = keras.ops.argsort(keras.ops.norm(x[:, None] - x_train, axis=-1), axis=-1)
    return np.take(y_train, order[:, 0])


def suspects__sorted(probabilities, labels, count):
    return sorted(range(len(labels)), key=lambda i: probabilities[i, labels[i]])[:count]


def suspects__one_hot(probabilities, labels, count):
    hot = np.eye(probabilities.shape[1])[labels]
    return (probabilities * hot).sum(axis=1).argsort()[:count]


def suspects__along_an_axis(probabilities, labels, count):
    loss = -np.log(np.take_along_axis(probabilities, labels[:, None], axis=1)).ravel()
    return loss.argsort()[::-1][:count]


def moved__a_sum_of_powers(start, means, momentum):
    powers = momentum ** np.arange(len(means))[::-1]
    return start * momentum ** len(means) + (1 - momentum) * np.sum(powers * means)


def moved__steps_towards(start, means, momentum):
    for mean in means:
        start += (1 - momentum) * (mean - start)
    return start


def moved__recursion(start, means, momentum):
    if not means:
        return start
    before = moved__recursion(start, means[:-1], momentum)
    return before * momentum + means[-1] * (1 - momentum)


def coverage__a_list(probabilities, labels, threshold):
    pairs = zip(probabilities, labels, strict=True)
    told = [np.argmax(row) == label for row, label in pairs if max(row) >= threshold]
    return [len(told) / len(labels), sum(told) / max(1, len(told))]


def coverage__numbers_of_rows(probabilities, labels, threshold):
    rows = np.flatnonzero(np.any(probabilities >= threshold, axis=1))
    right = np.count_nonzero(probabilities[rows].argmax(axis=1) == labels[rows])
    return len(rows) / len(labels), right / len(rows) if len(rows) else 0.0


def coverage__one_array(probabilities, labels, threshold):
    told = probabilities.max(1) >= threshold
    both = told & (probabilities.argmax(1) == labels)
    return np.array([told.sum() / told.size, both.sum() / max(told.sum(), 1)])
