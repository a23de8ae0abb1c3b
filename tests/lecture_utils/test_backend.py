"""What is changed of Keras when it is loaded, and what is said when it cannot be."""

import contextlib
import functools
import gc
import inspect
import itertools
import os
import subprocess
import sys
import timeit

import numpy as np
import pytest

from lecture_utils import backend
from tools.notebooks import ROOT


def test_arrays_are_read_without_the_tuning_that_fit_would_wait_for():
    # TensorFlow's tuning of the input made one fit in two wait, up to as long again as it took.
    import tensorflow as tf
    from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter

    dataset = ArrayDataAdapter(np.ones((8, 3)), batch_size=4).get_tf_dataset()
    assert backend.keras and isinstance(dataset, tf.data.Dataset)
    assert dataset.options().autotune.enabled is False


@pytest.mark.parametrize("metrics", [None, ["accuracy"]])
def test_a_training_step_is_traced_once(metrics):
    keras, traced = backend.keras, []

    class Counted(keras.optimizers.Adam):
        def update_step(self, gradient, variable, learning_rate):
            traced.append(variable.name)
            super().update_step(gradient, variable, learning_rate)

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile(Counted(), keras.losses.SparseCategoricalCrossentropy(True), metrics=metrics)
    model.fit(np.ones((8, 3)), np.zeros(8), batch_size=2, epochs=2, verbose=0)
    assert len(traced) == 2  # the kernel and the bias


def test_labels_of_another_shape_are_refused_as_keras_does():
    model = backend.keras.Sequential([backend.keras.Input((3,)), backend.keras.layers.Dense(2)])
    model.compile("sgd", "mse", metrics=["accuracy"])
    with pytest.raises(ValueError, match="Dimensions must be equal, but are 5 and 2"):
        model.fit(np.ones((8, 3)), np.zeros((8, 5, 5)), verbose=0)


def test_a_variable_of_a_new_name_takes_no_longer():
    def seconds(name):
        make = functools.partial(backend.keras.Variable, 0.0)
        return timeit.timeit(lambda: make(name=name.format(next(numbers))), number=200)

    numbers = itertools.count()
    ratios = [seconds(f"variable_{turn}_{{}}") / seconds("variable") for turn in range(5)]
    assert min(ratios) < 2  # as TensorFlow makes them, about 4


def test_the_input_is_not_optimized_for_each_epoch_and_networks_are():
    import tensorflow as tf

    def seconds(dataset):
        return timeit.timeit(lambda: iter(dataset), number=20)

    plain = tf.data.Dataset.range(2)
    ratios = [seconds(plain.map(lambda x: x + 1)) / seconds(plain) for _ in range(5)]
    assert min(ratios) < 5  # as TensorFlow does it, about 8
    assert not tf.config.optimizer.get_experimental_options().get("disable_meta_optimizer")


def test_layers_look_for_parts_where_parts_are_or_were(monkeypatch):
    tracker, asked = backend.keras.src.utils.tracking.Tracker, []
    monkeypatch.setattr(tracker, "track", lambda self, value: asked.append(value) or value)
    layer = backend.keras.layers.Dense(2)
    for layer.bias in (1, True, "a", parts := (2,), 0.3, None):
        pass
    assert asked[-2:] == [parts, 0.3] and 2 not in asked[:-2]


USUAL = [{"axis": 1}, {"scale": False}, {"center": False}, {"trainable": False}, {"mask": True}]
USUAL += [{"dtype": "mixed_float16"}, {"synchronized": True}, {"renorm": True}]


@pytest.mark.parametrize("options", [{}, *USUAL])
def test_maps_are_normalized_in_one_operation_as_keras_normalizes_volumes(options):
    import tensorflow as tf

    norm, masked = backend.keras.layers.BatchNormalization, "mask" in options
    options = {name: value for name, value in options.items() if name != "mask"}
    if {*options} - {*inspect.signature(norm).parameters} == {"renorm"}:
        pytest.skip("this Keras cannot do that yet")
    results, maps = [], np.random.default_rng(0).normal(2, 3, (4, 5, 6, 7)).astype("float32")
    for given in (maps[..., np.newaxis, :], maps):
        layer, told = norm(momentum=0.7, epsilon=0.1, **options), {"training": True}
        told |= {"mask": given[..., 0] > 2} if masked else {}
        layer.build(given.shape)
        layer.set_weights([np.linspace(1, 2, weight.shape[0]) for weight in layer.weights])
        with tf.GradientTape() as tape:
            tape.watch(x := tf.constant(given))
            outputs = layer(x, **told)
            loss = tf.reduce_sum(tf.cast(outputs, "float32") ** 3)
        weights = [weight.value for weight in layer.trainable_weights]
        results.append([outputs, *tape.gradient(loss, [x, *weights]), *layer.get_weights()])
    for theirs, ours in zip(*results, strict=True):
        np.testing.assert_allclose(ours, np.reshape(theirs, ours.shape), 1e-4, 1e-4)
        assert ours.dtype == theirs.dtype
    graph = tf.function(layer.call).get_concrete_function(maps, **told).graph
    kinds = [operation.type for operation in graph.get_operations()]
    assert ("FusedBatchNormV3" in kinds) == (not options and not masked)


@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_left_as_it_was(enabled, monkeypatch):
    heard = []
    monkeypatch.setattr(gc, "isenabled", lambda: enabled)
    for name in ("disable", "enable", "freeze"):
        monkeypatch.setattr(gc, name, functools.partial(heard.append, name))
    with contextlib.suppress(KeyError), backend._without_garbage_collection():
        raise KeyError
    with backend._without_garbage_collection():  # Keras is there, and maybe networks of a reader
        pass
    monkeypatch.delitem(sys.modules, "keras")
    with backend._without_garbage_collection():
        pass
    end = ["enable"] * enabled
    assert heard == ["disable", *end, "disable", *end, "disable", "freeze", *end]


def on_a_page(folder, script, settings=None, **environ):
    """Run a script in a folder as a page does, with settings in Keras's file; return the process.

    The folder is asked first, as it is in a kernel.
    """
    home = folder / "home of keras"
    home.mkdir(exist_ok=True)
    if settings is not None:
        (home / "keras.json").write_text(settings)
    page = f"import sys; sys.path[:] = ['', *sys.path[1:], {str(ROOT)!r}]\n{script}"
    environ = {**os.environ, "KERAS_HOME": str(home), **environ}
    command = [sys.executable, "-c", page]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True)


OWN = "is loaded in place of the library {name!r}: rename it and restart the kernel."


@pytest.mark.parametrize(
    ("file", "text", "name"),
    [
        ("numpy.py", "", "numpy"),
        ("keras.py", "from lecture_utils.backend import keras", "keras"),
        ("tensorflow.py", "import tensorflow as tf; tf.constant(1)", "tensorflow"),
        ("matplotlib.py", "", "matplotlib"),  # which Keras does without, and the page does not
        ("numpy/__init__.py", "", "numpy"),
        ("random.py", "", "random"),  # which no list names: the error leads to it
        ("absl.py", "x = = 1", "absl"),
    ],
)
def test_a_file_of_the_readers_in_place_of_a_library_is_named(tmp_path, file, text, name):
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text)
    error = on_a_page(tmp_path, "import lecture_utils.backend").stderr.splitlines()[-1]
    place = tmp_path / file.removesuffix("/__init__.py")
    assert error == f"ImportError: Your {place} " + OWN.format(name=name)


def test_a_readers_other_files_and_folders_are_left_alone(tmp_path, monkeypatch):
    for name in ("keras", "data", "tensorflow"):  # folders without Python are no libraries
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    backend._refuse_own(
        spec.origin for name in backend.LIBRARIES if (spec := backend.find_spec(name))
    )
    backend._refuse_own([None, np.__file__, str(tmp_path / "data" / "numpy.py")])


@pytest.mark.parametrize(
    ("settings", "environ", "sentence"),
    [
        ("", {"KERAS_BACKEND": "no_such"}, "as the environment variable KERAS_BACKEND tells it"),
        ('{"backend": "theano"}', {}, "as {file} tells it (backend theano; ValueError: Unable"),
        ('{"floatx": "float128"}', {}, "as {file} tells it (backend tensorflow; "),
    ],
)
def test_a_setting_that_keras_cannot_run_with_is_named(tmp_path, settings, environ, sentence):
    environ = {"KERAS_BACKEND": "", **environ}
    result = on_a_page(tmp_path, "import lecture_utils.backend", settings, **environ)
    file = tmp_path / "home of keras" / "keras.json"
    error = result.stderr.splitlines()[-1]
    assert error.startswith("ImportError: Keras cannot run " + sentence.format(file=file))
    assert "and restart the kernel" in error


@pytest.mark.parametrize(
    "error",
    [
        ModuleNotFoundError("No module named 'tensorflow'", name="tensorflow"),
        TypeError("Descriptors cannot be created directly."),
        AttributeError("module 'numpy' has no attribute 'x'", name="x", obj=np),
    ],
)
def test_whatever_else_keeps_keras_away_is_a_broken_environment(monkeypatch, tmp_path, error):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    try:
        raise error
    except Exception as caught:
        sentence = backend._cause(caught)
    assert sentence.startswith("The course needs Keras with TensorFlow, and one of them is")
    assert str(error) in sentence and "delete .venv and run `make lab`" in sentence


COUNT = """
import keras
keras.config.set_dtype_policy("mixed_float16")  # by the page; what the file says stands in it
from lecture_utils import models
print(models.resnet50().count_params(), keras.Input((8, 8, 3)).dtype, end=" ")
print(keras.layers.Dense(1).compute_dtype, keras.config.image_data_format())
"""


def test_networks_are_the_same_whatever_keras_is_set_to(tmp_path):
    settings = '{"image_data_format": "channels_first", "floatx": "float64", "epsilon": 1e-07}'
    result = on_a_page(tmp_path, COUNT, settings)
    assert result.stdout == "25610152 float32 float32 channels_last\n"
    told = [line for line in result.stderr.splitlines() if "UserWarning: Keras had" in line]
    file = tmp_path / "home of keras" / "keras.json"
    assert len(told) == 3
    assert f"image_data_format 'channels_first' ({file}); the course sets 'channels_las" in told[0]
    assert f"floatx 'float64' ({file}); the course sets 'float32', which keras.config" in told[1]
    assert "dtype_policy 'mixed_float16' (set by other code); the course sets 'float32'" in told[2]
