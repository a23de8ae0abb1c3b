import keras
import numpy as np
import tensorflow as tf

from lecture_utils.convolution import conv2d


def green_section__axis_by_axis(photo, top, left, size):
    return np.take(photo, 1, axis=-1)[top:][:size].T[left:][:size].T


def green_section__pixel_by_pixel(photo, top, left, size):
    return [[photo[top + i][left + j][1] for j in range(size)] for i in range(size)]


def green_section__of_tensorflow(photo, top, left, size):
    return tf.slice(photo, [top, left, 1], [size, size, 1])[..., 0]


def to_grey__channel_by_channel(images):
    red, green, blue = np.moveaxis(images.astype("float32"), -1, 0)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def to_grey__weighted_mean(images):
    return np.average(images, axis=-1, weights=[299, 587, 114])


def to_grey__of_keras(images):
    return keras.ops.sum(keras.ops.cast(images, "float32") * [0.299, 0.587, 0.114], axis=-1)


def shift_kernel__of_lists(down, right):
    return [[int((i, j) == (1 - down, 1 - right)) for j in range(3)] for i in range(3)]


def shift_kernel__rolled(down, right):
    return np.roll(np.outer([0, 1, 0], [0, 1, 0]), (-down, -right), axis=(0, 1))


def shift_kernel__a_product_as_a_tensor(down, right):
    column, row = (keras.ops.one_hot(1 - step, 3) for step in (down, right))
    return column[:, None] * row


def separate__singular_values(kernel):
    u, s, v = np.linalg.svd(kernel)
    return [u[:, :1] * np.sqrt(s[0]), v[:1] * np.sqrt(s[0])]


def separate__first_row_that_is_not_zero(kernel):
    row = next(row for row in kernel.tolist() if any(row))
    j = next(j for j in range(3) if row[j])
    return [[kernel[i, j] / row[j]] for i in range(3)], [row]


def separate__longest_row_as_float32(kernel):
    row = kernel[[np.linalg.norm(kernel, axis=1).argmax()]].astype("float32")
    return kernel @ row.T / (row @ row.T), row


def separate__projected_as_tensors(kernel):
    kernel = tf.constant(kernel, "float32")
    row = kernel[int(tf.argmax(tf.reduce_max(tf.abs(kernel), axis=1)))][tf.newaxis]
    return kernel @ tf.transpose(row) / tf.reduce_sum(row**2), row


def conv_layer__of_the_package(images, kernels, bias):
    return np.maximum(conv2d(images, kernels, bias), 0)


def conv_layer__of_keras(images, kernels, bias):
    images, kernels = (a.astype("float32") for a in (images, kernels))
    return keras.ops.relu(keras.ops.conv(images, kernels) + bias.astype("float32"))


def conv_layer__a_sum_of_shifted_batches(images, kernels, bias):
    height, width = (images.shape[axis + 1] - kernels.shape[axis] + 1 for axis in (0, 1))
    maps = np.zeros((len(images), height, width, len(bias))) + bias
    for i, j in np.ndindex(kernels.shape[:2]):
        maps += images[:, i : i + height, j : j + width] @ kernels[i, j]
    return np.where(maps > 0, maps, 0)


def conv_layer__window_by_window(images, kernels, bias):
    kh, kw, _, out = kernels.shape
    weights = kernels.reshape(-1, out)
    return [
        [
            [
                [
                    max(0.0, value)
                    for value in image[y : y + kh, x : x + kw].ravel() @ weights + bias
                ]
                for x in range(image.shape[1] - kw + 1)
            ]
            for y in range(image.shape[0] - kh + 1)
        ]
        for image in images
    ]
