"""Other right answers to the exercises of lecture 14."""

from itertools import combinations

import keras
import numpy as np
from keras import layers


def front__each_against_all_others(work, errors):
    kept = [i for i in range(len(work)) if not np.any((work < work[i]) & (errors < errors[i]))]
    return np.array(sorted(kept, key=lambda i: work[i]))


def front__by_recursion(work, errors):
    if not len(work):
        return ()
    best = int(np.argmin(errors))
    less = np.flatnonzero(work < work[best])
    return (*(less[i] for i in front__by_recursion(work[less], errors[less])), best)


def front__by_a_running_minimum(work, errors):
    order = np.argsort(work)
    return order[errors[order] == np.minimum.accumulate(errors[order])]


def _fair(a, b):
    keys = ("images", "networks", "crops", "outside_data")
    return all(a[key] == b[key] and a[key] not in (None, "") for key in keys)


def fair_pairs__sorts_the_list_itself(rows):
    rows.sort(key=lambda row: row["top5"])
    return [[a["entry"], b["entry"]] for a, b in combinations(rows, 2) if _fair(a, b)]


def fair_pairs__takes_rows_off_the_list(rows):
    pairs = []
    while rows:
        one = rows.pop()
        for other in filter(lambda row: _fair(one, row), rows):
            names = one["entry"], other["entry"]
            pairs.append(names if one["top5"] < other["top5"] else names[::-1])
    return tuple(pairs)


def fair_pairs__as_an_array(rows):
    pairs = [(a, b) for a in rows for b in rows if _fair(a, b) and a["top5"] < b["top5"]]
    return np.array([[row["entry"] for row in pair] for pair in pairs])


def separable_macs__by_counting_weights(size, kernel, inputs, outputs):
    x = image = keras.Input((size, size, inputs))
    x = layers.DepthwiseConv2D(kernel, padding="same", use_bias=False)(x)
    x = layers.Conv2D(outputs, 1, use_bias=False)(x)
    return np.int64(keras.Model(image, x).count_params()) * size**2


def separable_macs__place_by_place(size, kernel, inputs, outputs):
    return sum(inputs * (kernel**2 + outputs) for _ in np.ndindex(size, size))


def separable_macs__as_a_float(size, kernel, inputs, outputs):
    return float(size**2 * inputs * (kernel**2 + outputs))


class _Inverted(layers.Layer):
    def __init__(self, inputs, channels, stride, expansion):
        super().__init__()
        self.project = layers.Conv2D(channels, 1, use_bias=False)
        self.look = layers.DepthwiseConv2D(3, stride, "same", use_bias=False)
        self.expand = layers.Conv2D(inputs * expansion, 1, use_bias=False)
        self.norms = [layers.BatchNormalization() for _ in range(3)]

    def call(self, x):
        y = keras.ops.relu6(self.norms[0](self.expand(x)))
        y = keras.ops.minimum(keras.ops.maximum(self.norms[1](self.look(y)), 0), 6)
        y = self.norms[2](self.project(y))
        return x + y if x.shape == y.shape else y


def inverted__own_layer(x, channels, stride, expansion):
    return _Inverted(x.shape[-1], channels, stride, expansion)(x)


def inverted__sequential_grouped_and_dense(x, channels, stride, expansion):
    wide, norm = x.shape[-1] * expansion, layers.BatchNormalization
    look = layers.Conv2D(wide, 3, stride, "same", groups=wide, use_bias=False)
    parts = [layers.Conv2D(wide, 1, use_bias=False), norm(), layers.ReLU(max_value=6), look]
    parts += [norm(), layers.Activation("relu6"), layers.Dense(channels, use_bias=False), norm()]
    y = keras.Sequential(parts)(x)
    return layers.add([y, x]) if y.shape == x.shape else y


def inverted__a_model_inside(x, channels, stride, expansion):
    def norm(y):
        return layers.BatchNormalization(epsilon=1e-3)(y)

    inside = keras.Input(x.shape[1:])
    y = layers.Conv2D(x.shape[-1] * expansion, (1, 1), (1, 1), use_bias=False)(inside)
    y = layers.DepthwiseConv2D(3, (stride,) * 2, "same", use_bias=False)(
        keras.activations.relu6(norm(y))
    )
    y = layers.Conv2D(channels, 1, padding="same", use_bias=False)(layers.ReLU(6)(norm(y)))
    y = keras.Model(inside, norm(y), name="block")(x)
    return keras.ops.add(x, y) if stride == 1 and x.shape[-1] == channels else y


def _width(size, kernel, padding, stride):
    return len(range(0, size + 2 * padding - kernel + 1, stride))


def _weights(kernel, inputs, outputs, groups):
    return groups * kernel * kernel * (inputs // groups) * (outputs // groups)


def _window(count):
    return 1 if count == 0 else _window(count - 1) + 2


quiz_1__in_capitals = {1: lambda i, u: i * u + u, 4: _width, 7: _weights}
quiz_1__in_capitals |= {2: "C", 3: " B", 5: "A ", 6: np.str_("D")}
quiz_1__from_the_last_to_the_first = dict(reversed(quiz_1__in_capitals.items()))
quiz_1__as_floats_and_arrays = quiz_1__in_capitals | {
    1: lambda inputs, units: float(units * (1 + inputs)),
    4: lambda n, f, p, s: np.floor((n - f + 2 * p) / s) + 1,
    7: lambda k, i, o, g: np.array(k * k * i * o) / g,
}
quiz_2__by_recursion = {9: _window, 8: "b", 11: "C", 12: "b", 13: "a", 14: "D"}
quiz_2__by_recursion[10] = lambda s, k, i, m, o: s * s * m * (i + k * k * o)
quiz_2__as_an_array = quiz_2__by_recursion | {9: lambda count: np.array(3) + 2 * (count - 1)}
quiz_2__by_counting_places = quiz_2__by_recursion | {
    10: lambda s, k, i, m, o: sum(i * m + m * k * k * o for _ in range(s) for _ in range(s))
}
