"""Other right answers to the exercises of lecture 13."""

import keras
import numpy as np
import tensorflow as tf


def mean_iou__from_a_table_of_counts(predicted, truth, classes):
    table = np.zeros((classes, classes))
    np.add.at(table, (truth, predicted), 1)
    union = table.sum(0) + table.sum(1) - np.diag(table)
    return np.float32(np.mean(np.diag(table)[union > 0] / union[union > 0]))


def mean_iou__with_sets_of_pixels(predicted, truth, classes):
    values = []
    for number in range(classes):
        p, t = ({*map(tuple, np.argwhere(mask == number))} for mask in (predicted, truth))
        values += [len(p & t) / len(p | t)] if p | t else []
    return sum(values) / len(values)


def mean_iou__as_a_tensor(predicted, truth, classes):
    p, t = (keras.ops.one_hot(mask.ravel().astype("int32"), classes) for mask in (predicted, truth))
    common, union = tf.reduce_sum(p * t, 0), tf.reduce_sum(tf.maximum(p, t), 0)
    return tf.reduce_mean((common / union)[union > 0])


def mean_iou__mean_without_nan(predicted, truth, classes):
    each = np.arange(classes)[:, None, None]
    p, t = predicted == each, truth == each
    return np.nanmean((p & t).sum((1, 2)) / (p | t).sum((1, 2)))


def unet_output__by_recursion(size, depth):
    if depth == 0:
        return size - 4
    return 2 * unet_output__by_recursion((size - 4) // 2, depth - 1) - 4


def unet_output__by_a_formula(size, depth):
    return size - 12 * 2.0**depth + 8


def unet_output__by_its_layers(size, depth):
    convolve = keras.Sequential([keras.layers.Conv2D(1, 3), keras.layers.Conv2D(1, 3)])
    shape = (1, size, size, 1)
    for _ in range(depth):
        shape = keras.layers.MaxPooling2D().compute_output_shape(
            convolve.compute_output_shape(shape)
        )
    shape = convolve.compute_output_shape(shape)
    for _ in range(depth):
        shape = keras.layers.UpSampling2D().compute_output_shape(shape)
        shape = convolve.compute_output_shape(shape)
    return np.array(shape[1])


def join__with_keras_layers(skip, x):
    rows, columns = ((skip.shape[axis] - x.shape[axis]) // 2 for axis in (1, 2))
    middle = keras.layers.Cropping2D((rows, columns))(skip)
    return keras.layers.Concatenate()([middle, keras.ops.cast(x, middle.dtype)])


def join__pixel_by_pixel(skip, x):
    images, height, width, channels = x.shape
    rows, columns = (skip.shape[1] - height) // 2, (skip.shape[2] - width) // 2
    result = np.empty((images, height, width, skip.shape[3] + channels))
    for i, row, column in np.ndindex(images, height, width):
        result[i, row, column] = [*skip[i, row + rows, column + columns], *x[i, row, column]]
    return result


def join__by_numbers_of_rows_and_columns(skip, x):
    rows = range((skip.shape[1] - x.shape[1]) // 2, (skip.shape[1] + x.shape[1]) // 2)
    columns = range((skip.shape[2] - x.shape[2]) // 2, (skip.shape[2] + x.shape[2]) // 2)
    return np.c_[skip[:, rows][:, :, columns], x].tolist()


def paste__colour_by_colour(image, probability, background):
    pairs = zip(np.moveaxis(image, 2, 0), np.moveaxis(background, 2, 0), strict=True)
    return np.stack([b + probability * (a - b) for a, b in pairs], axis=-1)


def paste__in_place(image, probability, background):
    image *= probability[:, :, None]
    background *= 1 - np.repeat(probability[:, :, None], 3, axis=2)
    image += background
    return image


def paste__as_a_float32_tensor(image, probability, background):
    alpha = tf.cast(probability, "float32")[..., tf.newaxis]
    image, background = (tf.cast(one, "float32") for one in (image, background))
    return background * (1 - alpha) + image * alpha


def predict_tiles__all_at_once(image, network, tile, border):
    padded = np.pad(image, border, "reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (tile + 2 * border,) * 2)
    windows = windows[::tile, ::tile]
    answers = network(windows.reshape(-1, *windows.shape[2:])).reshape(
        *windows.shape[:2], tile, tile
    )
    return answers.swapaxes(1, 2).reshape(image.shape)


def predict_tiles__rows_of_tiles_as_lists(image, network, tile, border):
    padded, side = (
        np.pad(image, ((border, border), (border, border)), mode="reflect"),
        tile + 2 * border,
    )
    rows = []
    for top in range(0, len(image), tile):
        pieces = [padded[top : top + side, k : k + side] for k in range(0, image.shape[1], tile)]
        rows.append(np.hstack(network(pieces)))
    return [row.tolist() for band in rows for row in band]


def predict_tiles__mirrored_by_hand(image, network, tile, border):
    rows, columns = (
        [length - 1 - abs(length - 1 - abs(i)) for i in range(-border, length + border)]
        for length in image.shape
    )
    padded, result = keras.ops.convert_to_tensor(image[np.ix_(rows, columns)]), np.zeros_like(image)
    for top, left in np.ndindex(image.shape[0] // tile, image.shape[1] // tile):
        y, x = top * tile, left * tile
        piece = padded[None, y : y + tile + 2 * border, x : x + tile + 2 * border]
        result[y : y + tile, x : x + tile] = network(piece)[0]
    return result
