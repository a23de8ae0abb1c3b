"""The one place where Keras is loaded: quietly, in a known version, and made quicker in places."""

import contextlib
import gc
import json
import os
import sys
import traceback
import warnings
from importlib.util import find_spec
from pathlib import Path

OLDEST = (3, 13)
LIBRARIES = ("keras", "tensorflow", "numpy", "matplotlib", "PIL", "IPython")
SETTINGS = {"image_data_format": "channels_last", "floatx": "float32", "dtype_policy": "float32"}


@contextlib.contextmanager
def _without_native_stderr():
    """Drop what native code writes to stderr; Python's errors are raised as exceptions and stay.

    TensorFlow announces its oneDNN kernels there, whatever the log level: the first thing that a
    reader would see, with the time, and so never the same twice.
    """
    try:
        kept = os.dup(2)
    except OSError:  # no stderr, as under Windows' pythonw
        yield
        return
    try:
        with Path(os.devnull).open("wb") as sink:
            os.dup2(sink.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@contextlib.contextmanager
def _without_garbage_collection():
    """Load Keras without searching it for garbage, then and later: it took a fifth of the time."""
    # What is frozen stays for ever: a reader's networks, if Keras was there before, shall not.
    enabled, first = gc.isenabled(), "keras" not in sys.modules
    gc.disable()
    try:
        yield
        if first:
            gc.freeze()
    finally:
        if enabled:
            gc.enable()


def _refuse_own(files) -> None:
    """Raise if one of these files lies beside the page or in the course's folder."""
    folders = {Path.cwd(), Path(__file__).parents[1]}
    for file in map(Path, filter(None, files)):
        place = file.parent if file.name == "__init__.py" else file
        if place.parent in folders and "-packages" not in place.parent.name:
            raise ImportError(
                f"Your {place} is loaded in place of the library {place.stem!r}: rename it and "
                "restart the kernel."
            )


def _told(setting: str) -> tuple[object, str]:
    """Return what Keras is told from outside, and where: by a variable, or else by its file."""
    if told := os.environ.get(variable := f"KERAS_{setting.upper()}"):
        return told, f"the environment variable {variable}"
    file = Path(os.environ.get("KERAS_HOME", "~/.keras"), "keras.json").expanduser()
    try:
        return json.loads(file.read_text()).get(setting), str(file)
    except (OSError, ValueError):
        return None, str(file)


def _cause(error: Exception) -> str:
    """Return why Keras could not be loaded, and what helps."""
    name = str(getattr(error, "name", "")).partition(".")[0]
    module = getattr(error, "obj", sys.modules.get(name))
    files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    _refuse_own([getattr(error, "filename", ""), getattr(module, "__file__", ""), *files])
    told, place = _told("backend")
    said = f"(backend {told or 'tensorflow'}; {type(error).__name__}: {error})"
    if told not in (None, "tensorflow") or Path(files[-1]).match("backend/config.py"):
        return (
            f"Keras cannot run as {place} tells it {said}: take that setting out, or set "
            "'tensorflow' there, and restart the kernel."
        )
    return (
        f"The course needs Keras with TensorFlow, and one of them is missing or broken {said}: "
        "in its folder, delete .venv and run `make lab`, or `pip install -r requirements.txt`."
    )


# A file beside the page may also be met later, as matplotlib.py is: so it is looked for at once.
_refuse_own(spec.origin for name in LIBRARIES if (spec := find_spec(name)))
try:
    with _without_native_stderr(), _without_garbage_collection():
        import keras
        from keras import __version__ as VERSION  # which a mere folder called keras lacks
except Exception as error:
    raise ImportError(_cause(error)) from error

if tuple(int(part) for part in VERSION.split(".")[:2]) < OLDEST:
    raise ImportError(
        f"The course needs Keras {OLDEST[0]}.{OLDEST[1]} or newer, this is {VERSION}: "
        "run `pip install --upgrade keras` and restart the kernel."
    )


def _stop_input_tuning() -> None:
    """Let training end with its last batch: arrays in memory are read without tuning.

    TensorFlow tunes the reading in a thread that sleeps 10 ms, then 20, 40, ..., and `fit` has to
    wait for it in the end: a fit of 12 seconds often took 20.
    """
    import tensorflow as tf
    from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter

    tuned = ArrayDataAdapter.get_tf_dataset

    def get_tf_dataset(self):
        options = tf.data.Options()
        options.autotune.enabled = False
        return tuned(self).with_options(options)

    ArrayDataAdapter.get_tf_dataset = get_tf_dataset


def _build_before_tracing() -> None:
    """Make the variables of optimizers and metrics before the training step becomes a graph.

    TensorFlow traces a step again when its first tracing made variables, and Keras makes these
    there: the first batch took twice as long, of a deep network 10 seconds in place of 5.
    """
    from keras.src.backend.tensorflow.trainer import TensorFlowTrainer as Trainer

    usual = Trainer._maybe_symbolic_build

    def build(self, iterator=None, data_batch=None):
        usual(self, iterator, data_batch)
        if iterator and not self.run_eagerly and all(part.built for part in self._flatten_layers()):
            with contextlib.suppress(Exception):  # what is wrong is told when it is traced
                self._symbolic_build(data_batch=iterator._distributed_dataset.element_spec)

    Trainer._maybe_symbolic_build = build


def _share_kernels() -> None:
    """Make variables without a name for debugging: TensorFlow makes a kernel anew for each name.

    A variable took four times as long, a network whose layers have no given names twice as long.
    """
    from tensorflow.python.ops import gen_resource_variable_ops as operations

    make = operations.var_handle_op
    operations.var_handle_op = lambda *given, debug_name="", **named: make(*given, **named)


def _leave_input_alone() -> None:
    """Let functions that pick the next batch run as they are; what networks compute is optimized.

    TensorFlow optimized them for each epoch and each `predict` anew: up to half of a short `fit`.
    """
    from tensorflow.core.protobuf.config_pb2 import ConfigProto
    from tensorflow.python.eager.context import pywrap_tfe as library

    settle, never = library.TFE_ContextOptionsSetConfig, {"disable_meta_optimizer": True}
    ours = ConfigProto(graph_options={"rewrite_options": never}).SerializeToString()
    library.TFE_ContextOptionsSetConfig = lambda options, told: settle(options, told + ours)


def _normalize_in_one_operation() -> None:
    """Let TensorFlow's own operation normalize a batch of maps, as Keras did up to version 2.

    Keras takes a dozen, which read all maps again and again: up to a third of a training step.
    """
    import tensorflow as tf

    layer, operation = keras.layers.BatchNormalization, tf.raw_ops.FusedBatchNormV3
    usual = layer.call

    def call(self, inputs, training=None, mask=None):
        maps = tf.is_tensor(inputs) and len(inputs.shape) == 4 and self.axis in (-1, 3)
        single = maps and self.compute_dtype == inputs.dtype == tf.float32
        usable = training and self.trainable and self.scale and self.center and mask is None
        special = self.synchronized or getattr(self, "renorm", False)
        if special or not (single and usable):
            return usual(self, inputs, training, mask)
        given = {"x": inputs, "scale": self.gamma, "offset": self.beta, "epsilon": self.epsilon}
        outputs, mean, variance, *_ = operation(mean=[], variance=[], **given)
        # Its variance divides by one less than the number of values, Keras's by that number.
        variance -= variance / tf.cast(tf.size(inputs) / tf.size(mean), tf.float32)
        for moving, new in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + new * (1 - self.momentum))
        return outputs

    layer.call = call


def _track_parts_alone() -> None:
    """Let layers look for parts in no number and no name: building took a tenth longer."""
    usual, plain = keras.Layer.__setattr__, {bool, int, float, str, type(None)}

    def assign(self, name, value):
        simple = {type(value), type(self.__dict__.get(name))} <= plain
        (object.__setattr__ if simple else usual)(self, name, value)

    keras.Layer.__setattr__ = assign


def _set_for_the_course() -> None:
    """Set what changes networks as the lectures take it, and say so; a reader may set it again."""
    for name, ours in SETTINGS.items():
        found = getattr(keras.config, name)()
        if (found := getattr(found, "name", found)) != ours:
            getattr(keras.config, f"set_{name}")(ours)
            told, place = _told(name)
            text = f"Keras had {name} {found!r} ({place if told == found else 'set by other code'})"
            text += f"; the course sets {ours!r}, which keras.config.set_{name} changes afterwards."
            warnings.warn(text, stacklevel=3)


for _speed_up in (
    _stop_input_tuning,
    _build_before_tracing,
    _share_kernels,
    _leave_input_alone,
    _normalize_in_one_operation,
    _track_parts_alone,
):
    with contextlib.suppress(ImportError, AttributeError):  # kept elsewhere: slower, not wrong
        _speed_up()
_set_for_the_course()


@contextlib.contextmanager
def without_weights():
    """Build layers whose weights have shapes, but never values.

    Keras lists the weights that it has put off, and fills them when it next works out the shape of
    a layer. So they are taken off the list: VGG-19 would take its 575 MB when nobody expects it.
    """
    from keras.src.backend.common import global_state

    waiting = list(global_state.get_global_attribute("uninitialized_variables") or [])
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        global_state.set_global_attribute("uninitialized_variables", waiting)
