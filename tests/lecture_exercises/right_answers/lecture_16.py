"""Other right answers to the exercises of lecture 16."""

import keras
import numpy as np
import tensorflow as tf


def training_days__step_by_step(macs, images, passes, machines, peak, share):
    forward = macs * images * passes
    seconds = (forward + 2 * forward) / machines / peak / share
    return seconds / 86_400


def training_days__in_numpy(macs, images, passes, machines, peak, share):
    return np.prod([3.0, macs, images, passes]) / np.prod([machines, peak, share, 24, 3600])


def training_days__hours_first(macs, images, passes, machines, peak, share):
    return 3 * macs * images * passes / (3600 * machines * share * peak) / 24


def merged__numpy_average(gradients, counts):
    return np.average(gradients, axis=0, weights=counts)


def merged__shares_in_tensorflow(gradients, counts):
    return tf.add_n([tf.constant(g) * (c / sum(counts)) for g, c in zip(gradients, counts)])


def merged__as_if_each_image_had_it(gradients, counts):
    return np.mean(np.repeat(gradients, counts, axis=0), axis=0).tolist()


def merged__in_place(gradients, counts):
    total = np.zeros(np.shape(gradients[0]))
    for gradient, count in zip(gradients, counts, strict=True):
        gradient *= count
        total += gradient
    return total / np.sum(counts)


def parts_added__by_running_the_ring(workers, steps, worker, chunk):
    held = np.ones((workers, workers), dtype=int)
    for step in range(steps):
        before = held.copy()
        for w in range(workers):
            moving = (w - step) % workers
            held[(w + 1) % workers, moving] += before[w, moving]
    return held[worker, chunk]


def parts_added__arithmetic(workers, steps, worker, chunk):
    way = (workers + worker - chunk) % workers
    return 1 + way * (way <= steps)


def parts_added__along_the_way(workers, steps, worker, chunk):
    place, parts = chunk, 1
    for _ in range(steps):
        if place == worker:
            break
        place, parts = (place + 1) % workers, parts + 1
    return parts if place == worker else 1


def batch_seconds__milliseconds_and_back(macs, parameters, images, machines, speed, bandwidth):
    computing = 1000 * 3 * macs * (images / machines) / speed
    return (computing + 1000 * 8 * parameters * (1 - 1 / machines) / bandwidth) / 1000


def batch_seconds__step_by_step(macs, parameters, images, machines, speed, bandwidth):
    chunk = 4 * parameters / machines
    sending = sum(chunk / bandwidth for _ in range(2 * (machines - 1)))
    return np.float64(sending + 3 * macs * images / machines / speed)


def batch_seconds__one_machine_apart(macs, parameters, images, machines, speed, bandwidth):
    alone = 3 * macs * images / speed
    if machines == 1:
        return alone
    return alone / machines + 4 * parameters / bandwidth * (2 - 2 / machines)


def warm_rate__three_cases(step, base, small, large, warmup):
    if step >= warmup:
        return base * large / small
    return base * (1 + (large / small - 1) * step / warmup)


def warm_rate__interpolated(step, base, small, large, warmup):
    scaled = large / small * base
    return scaled if warmup == 0 else np.interp(step, [0, warmup], [base, scaled])


def warm_rate__by_keras_operations(step, base, small, large, warmup):
    share = keras.ops.minimum(1.0, step / warmup) if warmup > 0 else 1.0
    return (1 - share) * base + share * base * large / small


def my_images__one_by_one(count, workers, worker, number):
    order = np.random.default_rng(number).permutation(count)
    return [int(order[worker + workers * turn]) for turn in range(count // workers)]


def my_images__a_table(count, workers, worker, number):
    order = np.random.default_rng(number).permutation(count)
    return order[: count - count % workers].reshape(-1, workers)[:, worker]


def my_images__by_tf_data(count, workers, worker, number):
    order = np.random.default_rng(number).permutation(np.arange(count))
    dataset = tf.data.Dataset.from_tensor_slices(order).shard(workers, worker)
    return [int(image) for image in dataset.take(count // workers)]


def steps_computed__played_through(steps, every, kills):
    total, done = 0, 0
    for killed in [*kills, steps]:
        total, done = total + killed - done, killed - killed % every
    return total


def steps_computed__in_numpy(steps, every, kills):
    return steps + np.sum(np.mod(np.array(kills, dtype=int), every))


def steps_computed__divmod(steps, every, kills):
    for killed in kills:
        steps += divmod(killed, every)[1]
    return steps
