"""What is changed of Keras when it is loaded."""

import numpy as np


def test_arrays_are_read_without_the_tuning_that_fit_would_wait_for():
    # TensorFlow's tuning of the input made one fit in two wait, up to as long again as it took.
    import tensorflow as tf
    from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter

    from lecture_utils import backend

    dataset = ArrayDataAdapter(np.ones((8, 3)), batch_size=4).get_tf_dataset()
    assert backend.keras and isinstance(dataset, tf.data.Dataset)
    assert dataset.options().autotune.enabled is False
