"""The one place where Keras is loaded: quietly, in a version that the course knows."""

import contextlib
import os

OLDEST = (3, 13)


@contextlib.contextmanager
def _without_native_stderr():
    """Drop what native code writes to stderr.

    TensorFlow announces its oneDNN kernels there, with the time and the process, whatever the log
    level: the first thing that a reader would see, and never the same twice. Python's own errors
    are raised as exceptions and stay.
    """
    try:
        kept = os.dup(2)
    except OSError:  # no stderr, as under Windows' pythonw
        yield
        return
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 2)
    os.close(sink)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


try:
    with _without_native_stderr():
        import keras
except ImportError as error:
    raise ImportError(
        "The course needs Keras with TensorFlow, and one of them is missing here: "
        "run `make lab` in the course folder, or `pip install -r requirements.txt`."
    ) from error

if tuple(int(part) for part in keras.__version__.split(".")[:2]) < OLDEST:
    raise ImportError(
        f"The course needs Keras {OLDEST[0]}.{OLDEST[1]} or newer, this is {keras.__version__}: "
        "run `pip install --upgrade keras` and restart the kernel."
    )


def _stop_input_tuning() -> None:
    """Let training end when its last batch ends.

    TensorFlow tunes the reading of data in a thread that sleeps 10 ms, then 20, 40, ... and that
    `fit` has to wait for when it finishes: a fit of 12 seconds often took 20. Arrays in memory
    need no tuning, so the data sets that Keras makes of them are built without it.
    """
    try:
        import tensorflow as tf
        from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter
    except ImportError:  # another backend, or a Keras that keeps it elsewhere: slower, not wrong
        return
    if hasattr(ArrayDataAdapter, "_tuned_tf_dataset"):
        return
    ArrayDataAdapter._tuned_tf_dataset = ArrayDataAdapter.get_tf_dataset

    def get_tf_dataset(self):
        options = tf.data.Options()
        options.autotune.enabled = False
        return self._tuned_tf_dataset().with_options(options)

    ArrayDataAdapter.get_tf_dataset = get_tf_dataset


_stop_input_tuning()


@contextlib.contextmanager
def without_weights():
    """Build layers whose weights have shapes, but never values.

    Keras keeps a list of the weights that it has put off, and fills all of them the next time that
    it works out the shape of a layer. So what is put off here is taken off the list: VGG-19 would
    otherwise take its 575 MB later, when nobody expects it.

    Lecture 07 uses it, through `blueprint`.
    """
    from keras.src.backend.common import global_state

    waiting = list(global_state.get_global_attribute("uninitialized_variables") or [])
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        global_state.set_global_attribute("uninitialized_variables", waiting)
