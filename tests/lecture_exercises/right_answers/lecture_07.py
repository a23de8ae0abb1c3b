"""Other right answers to the exercises of lecture 07."""

import keras
import numpy as np
import tensorflow as tf


def top_error__loops_and_sets(probabilities, labels, k):
    wrong = 0
    for row, label in zip(probabilities, labels, strict=True):
        wrong += label not in {*sorted(range(len(row)), key=row.__getitem__)[-k:]}
    return wrong / len(labels)


def top_error__a_metric_of_keras(probabilities, labels, k):
    right = keras.metrics.sparse_top_k_categorical_accuracy(labels, probabilities, k)
    return 1 - keras.ops.mean(right)


def top_error__how_many_are_better(probabilities, labels, k):
    own = np.take_along_axis(probabilities, labels[:, None], axis=1)
    return np.float32(np.count_nonzero((probabilities > own).sum(axis=1) >= k) / len(labels))


def top_error__tensorflow(probabilities, labels, k):
    return tf.reduce_mean(1 - tf.cast(tf.math.in_top_k(labels, probabilities, k), "float32"))


def grouped_parameters__counted_by_keras(kernel, inputs, filters, groups):
    layer = keras.layers.Conv2D(filters, kernel, groups=groups)
    layer.build((None, 32, 32, inputs))
    return layer.count_params()


def grouped_parameters__group_by_group(kernel, inputs, filters, groups):
    total = 0
    for _ in range(groups):
        total += kernel**2 * (inputs // groups) * (filters // groups) + filters // groups
    return total


def grouped_parameters__a_float(kernel, inputs, filters, groups):
    return filters * (1 + kernel**2 * inputs / groups)


def grouped_parameters__a_tensor(kernel, inputs, filters, groups):
    return tf.reduce_prod([kernel, kernel, inputs // groups, filters]) + filters


def dropout__one_by_one(values, rate, rng, training):
    if training:
        result = [0 if rng.uniform() < rate else v / (1 - rate) for v in np.ravel(values)]
        return np.reshape(result, values.shape).tolist()
    return values.tolist()


def dropout__in_place_float32(values, rate, rng, training):
    if training:
        values[rng.random(values.shape, dtype="float32") < rate] = 0
        values /= 1 - rate
    return values.astype("float32")


def dropout__factors_are_drawn(values, rate, rng, training):
    factors = rng.choice([0, 1 / (1 - rate)], values.shape, p=[rate, 1 - rate])
    return values * (factors if training else 1)


def dropout__by_keras_with_a_seed(values, rate, rng, training):
    seed = int(rng.integers(2**31))
    return keras.random.dropout(values, rate, seed=seed) if training else tf.constant(values)


def ten_crops__the_reflected_image(image, size):
    def five(image):
        rows, columns = np.array(image.shape) - size
        for top in (0, rows // 2, rows):
            for left in (0, columns // 2, columns):
                if (top == rows // 2) == (left == columns // 2):
                    yield image[top:, left:][:size, :size]

    return np.array([*five(image), *five(np.fliplr(image))], dtype="float32")


def ten_crops__lists(image, size):
    a, b = (image.shape[0] - size) // 2, (image.shape[1] - size) // 2
    crops = []
    for top, left in ((2 * a, 2 * b), (0, 0), (a, b), (2 * a, 0), (0, 2 * b)):
        crop = [list(row[left : left + size]) for row in image[top : top + size]]
        crops += [crop, [row[::-1] for row in crop]]
    return crops


def ten_crops__tensorflow(image, size):
    image = tf.constant(image)[..., tf.newaxis]
    middle = tf.image.resize_with_crop_or_pad(image, size, size)
    crops = [image[:size, :size], image[:size, -size:], image[-size:, :size], image[-size:, -size:]]
    crops = tf.stack([*crops, middle])
    return tf.concat([crops, tf.image.flip_left_right(crops)], axis=0)[..., 0]


def paper_step__in_place(w, v, gradient, rate, momentum, decay):
    v *= momentum
    v -= rate * (gradient + decay * w)
    w += v
    return [w, v]


def paper_step__a_tensor(w, v, gradient, rate, momentum, decay):
    v = tf.constant(v, "float32") * momentum - rate * (gradient + decay * w)
    return tf.stack([w + v, v])


def paper_step__by_keras(w, v, gradient, rate, momentum, decay):
    weights, optimizer = keras.Variable(w), keras.optimizers.SGD(rate, momentum=momentum)
    optimizer.build([weights])
    optimizer.momentums[0].assign(v)
    optimizer.apply([gradient + decay * w], [weights])
    return weights.numpy(), optimizer.momentums[0].numpy()
