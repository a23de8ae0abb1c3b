"""What holds for every network: it trains, it is saved and loaded, it counts, it refuses nonsense.

What makes each of them the network of its paper is tested in a file a family.
"""

import inspect
import os
import subprocess
import sys

import class_size
import numpy as np
import pytest
import tensorflow as tf
from class_size import CLASS_SIZE, build, images_for
from small_models import keeps_pixels

from lecture_utils import anatomy, models
from lecture_utils.backend import keras

OTHERS = {"dense_mnist", "convnet_mnist", "lenet1", "lenet5", "resnet_cifar", "unet"}
OF_IMAGENET = [name for name in CLASS_SIZE if name not in OTHERS]


@pytest.fixture(scope="module")
def networks():
    """The networks at class size, each built once."""
    return {name: build(name) for name in CLASS_SIZE}


def test_every_builder_is_checked_here():
    builders = {
        name
        for name, value in vars(models).items()
        if inspect.isfunction(value)
        and inspect.signature(value).return_annotation in ("keras.Model", keras.Model)
        and name != "load_imagenet_weights"
    }
    assert builders == set(CLASS_SIZE)
    for name in OF_IMAGENET:
        arguments = inspect.signature(getattr(models, name)).parameters
        assert {"input_shape", "classes", "width"} <= set(arguments)


@pytest.mark.parametrize("name", CLASS_SIZE)
def test_saved_and_loaded_it_gives_equal_outputs(name, networks, tmp_path):
    model = networks[name]
    assert model.name == name
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert [type(layer) for layer in again.layers] == [type(layer) for layer in model.layers]
    images = images_for(model)
    for ours, loaded in zip(
        keras.tree.flatten(model(images)), keras.tree.flatten(again(images)), strict=True
    ):
        np.testing.assert_array_equal(ours, loaded)


@pytest.mark.parametrize("name", [name for name in CLASS_SIZE if name != "dense_mnist"])
def test_a_layout_set_after_the_import_is_refused(name, monkeypatch):
    monkeypatch.setattr(keras.config, "image_data_format", lambda: "channels_first")
    with pytest.raises(ValueError, match="image_data_format must be 'channels_last', got"):
        build(name)


def loss_of(model, images):
    """Return the network's loss for labels 0, 1, 2 ..., as in training but without dropout."""
    outputs = keras.tree.flatten(model(images, training=True))
    if model.name == "lenet5":
        return models.MAPLoss()(np.arange(len(images)) % 10, outputs[0])
    losses = []
    for output in outputs:
        labels = np.arange(np.prod(output.shape[:-1])).reshape(output.shape[:-1])
        losses.append(
            keras.losses.SparseCategoricalCrossentropy()(labels % output.shape[-1], output)
        )
    return sum(losses)


@pytest.mark.parametrize("name", CLASS_SIZE)
def test_gradients_reach_every_weight_and_a_step_lowers_the_loss(name, networks, monkeypatch):
    monkeypatch.setattr(keras.layers.Dropout, "call", lambda layer, maps, training: maps)
    model = networks[name]
    images = images_for(model, count=8)
    with tf.GradientTape() as tape:
        before = loss_of(model, images)
    gradients = tape.gradient(before, model.trainable_variables)
    for weight, gradient in zip(model.trainable_variables, gradients, strict=True):
        assert gradient is not None, weight.path
        assert np.isfinite(gradient).all(), weight.path
        assert np.abs(gradient).max() > 0, weight.path
    # So short a step that the slope alone would lower the loss by 2 %: deep networks with batch
    # normalization have slopes of thousands when they are new.
    slope = sum(float(tf.reduce_sum(gradient**2)) for gradient in gradients)
    for weight, gradient in zip(model.trainable_variables, gradients, strict=True):
        weight.assign_sub(0.02 * before / slope * gradient)
    assert loss_of(model, images) < before


@pytest.mark.parametrize(
    ("name", "options", "side"),
    [
        *(("lenet1", {"original": original}, 16) for original in (True, False)),
        *(("lenet5", {"original": original}, 32) for original in (True, False)),
        *(("alexnet", {"groups": groups}, 39) for groups in (1, 2)),
        ("zfnet", {}, 47),
        *((f"vgg{depth}", {}, 32) for depth in (11, 13, 16, 19)),
    ],
)
def test_an_image_that_is_too_small_is_told_the_smallest(name, options, side, monkeypatch):
    builder = getattr(models, name)

    def plan(*side):
        return anatomy.blueprint(builder, input_shape=(*side, 3), **options)

    classes = anatomy.blueprint(builder, **options).output_shape
    assert plan(side, side).output_shape == plan(side + 1, side + 14).output_shape == classes
    for shape in ((side - 1, side), (side, side - 1)):
        with pytest.raises(ValueError, match=rf"the smallest is \({side}, {side}, 3\)"):
            plan(*shape)
    monkeypatch.setattr(sys.modules[builder.__module__], "check_arguments", lambda *them: them[:3])
    for shape in ((side - 1, side), (side, side - 1)):
        assert not keeps_pixels(lambda shape=shape: plan(*shape))


@pytest.mark.parametrize(
    ("name", "arguments", "channels"),
    [
        ("alexnet", (1,), [24, 64, 96, 96, 64, 1024, 1024, 1000]),
        ("alexnet", (2,), [24, 64, 96, 96, 64, 1024, 1024, 1000]),
        ("zfnet", (), [24, 64, 96, 96, 64, 1024, 1024, 1000]),
        ("vgg11", (), [16, 32, 64, 64, 128, 128, 128, 128, 1024, 1024, 1000]),
    ],
)
def test_width_scales_every_hidden_layer(name, arguments, channels):
    builder = getattr(models, name)
    rows = anatomy.layer_table(anatomy.blueprint(builder, *arguments, width=0.25))
    assert [row.output_shape[-1] for row in rows if row.parameters] == channels
    narrow = anatomy.blueprint(builder, *arguments, (53, 48, 1), classes=7, width=0.001)
    assert narrow.output_shape == (None, 7)


@pytest.mark.parametrize("name", ["alexnet", "zfnet", "vgg11"])
def test_first_weights_keep_the_size_of_the_signal_and_half_the_dense_outputs_drop_out(name):
    model = getattr(models, name)(input_shape=(67, 67, 3), width=0.25)
    learned = [layer for layer in model.layers if layer.weights]
    for layer in learned[1:-1]:
        kernel, bias = layer.get_weights()
        assert kernel.std() == pytest.approx(np.sqrt(2 / np.prod(kernel.shape[:-1])), rel=0.05)
        assert not bias.any()
    rates = [layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
    assert rates == [0.5, 0.5]


@pytest.mark.parametrize("name", CLASS_SIZE)
def test_the_anatomy_is_understood(name, networks):
    model = networks[name]
    table = anatomy.layer_table(model)
    assert table.parameters == model.count_params()
    assert table.macs == anatomy.count_macs(model) > 0
    convolutions = [row.name for row in table if "Conv2D" in row.kind]
    for layer in convolutions[:1] + convolutions[-1:]:
        assert min(anatomy.receptive_field(model, layer).size) >= 1


# Of some layers a side of the window of the image that a value sees, and from one to the next.
# AlexNet's as in Araujo, Norris and Sim, Computing Receptive Fields (Distill, 2019).
WINDOWS = {
    "alexnet": {
        "conv1": (11, 4), "pool1": (19, 8), "conv2": (51, 8), "pool2": (67, 16),
        "conv3": (99, 16), "conv4": (131, 16), "conv5": (163, 16), "pool5": (195, 32),
    },
    "zfnet": {
        "conv1": (7, 2), "pool1": (11, 4), "conv2": (27, 8), "pool2": (43, 16),
        "conv3": (75, 16), "conv4": (107, 16), "conv5": (139, 16), "pool5": (171, 32),
    },
    "vgg16": {
        "block1_pool": (6, 2), "block2_pool": (16, 4), "block3_pool": (44, 8),
        "block4_pool": (100, 16), "block5_conv3": (196, 16), "block5_pool": (212, 32),
    },
    "resnet50": {"conv5_3_out": (483, 32)},  # the stride in the first convolution of a block
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "options"), [("alexnet", {"groups": 1}), *((name, {}) for name in WINDOWS)]
)
def test_receptive_fields(name, options):
    model = anatomy.blueprint(getattr(models, name), **options)
    for layer, (size, jump) in WINDOWS[name].items():
        field = anatomy.receptive_field(model, layer)
        assert (field.size, field.jump) == ((size, size), (jump, jump))


@pytest.mark.slow
def test_tensorflow_and_jax_give_equal_outputs(networks, tmp_path):
    for name, model in networks.items():
        for weight in model.weights:
            # A new ResNet doubles its maps at each addition: damped, so that the outputs of the
            # deepest are probabilities and not just 0 and 1.
            if name.startswith("resnet") and weight.name == "gamma":
                weight.assign(0.6 * weight)
        weights = {f"weight{i}": weight for i, weight in enumerate(model.get_weights())}
        np.savez(tmp_path / f"{name}.npz", images=images_for(model), **weights)
    subprocess.run(
        [sys.executable, class_size.__file__, tmp_path],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        check=True,
    )
    for name, model in networks.items():
        ours = keras.tree.flatten(model(images_for(model)))
        theirs = np.load(tmp_path / f"{name}_outputs.npz")
        assert theirs["backend"] == "jax"
        assert len(np.unique(ours[0])) > 2
        for number, output in enumerate(ours):
            np.testing.assert_allclose(
                theirs[f"output{number}"], output, rtol=1e-4, atol=1e-5, err_msg=name
            )
