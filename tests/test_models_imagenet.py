import json
import math

import h5py
import numpy as np
import pytest
from PIL import Image

from lecture_utils import anatomy, datasets
from lecture_utils.backend import keras
from lecture_utils.models import imagenet
from lecture_utils.models.efficientnet import efficientnet_lite0
from lecture_utils.models.imagenet import PUBLISHED, load_imagenet_weights, predict_top, prepare
from lecture_utils.models.inception import googlenet, inception_v3
from lecture_utils.models.mnist import convnet_mnist
from lecture_utils.models.resnet import resnet18, resnet50
from lecture_utils.models.vgg import vgg16, vgg19

legacy_h5_format = keras.src.legacy.saving.legacy_h5_format

# Where keras.applications keeps what belongs to each network.
MODULES = {
    "vgg16": keras.applications.vgg16,
    "vgg19": keras.applications.vgg19,
    "resnet50": keras.applications.resnet,
    "resnet101": keras.applications.resnet,
    "resnet152": keras.applications.resnet,
    "inception_v3": keras.applications.inception_v3,
    "inception_resnet_v2": keras.applications.inception_resnet_v2,
}


@pytest.fixture(scope="module")
def lite0():
    return efficientnet_lite0()


def resized_square(photo, size):
    """The largest square in the middle, resized with Pillow's bicubic filter."""
    image = Image.fromarray(photo)
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    square = image.crop((left, top, left + side, top + side))
    return np.asarray(square.resize((size, size), Image.Resampling.BICUBIC))


# ---------------------------------------------------------------------------------- predictions


def test_top_five_are_those_of_the_original_definition(lite0):
    known = json.loads(datasets.pretrained_file("efficientnet_lite0_expected_top5.json"))
    for name, expected in known.items():
        best = predict_top(lite0, datasets.photo(name))
        # There each class has all its names, here the first.
        assert [kind for kind, _ in best] == [kinds.split(", ")[0] for _, kinds, _ in expected]
        assert {type(p) for _, p in best} == {float}
        assert [p for _, p in best] == pytest.approx([p for *_, p in expected], abs=1e-3)


def test_top_may_be_one_or_all(lite0):
    photo = datasets.photo("coffee")
    assert [name for name, _ in predict_top(lite0, photo, top=1)] == ["espresso"]
    everything = predict_top(lite0, photo, top=1000)
    assert len(everything) == 1000
    probabilities = [probability for _, probability in everything]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("top", [0, 1001, 2.0, True, "5"])
def test_other_tops_are_refused(lite0, top):
    with pytest.raises(ValueError, match="top must be a whole number from 1 to 1000, got"):
        predict_top(lite0, datasets.photo("coffee"), top=top)


def test_other_input_sizes_and_photos_predict_too(lite0):
    tall = datasets.photo("coffee")[:, 100:330]
    larger = efficientnet_lite0(input_shape=(256, 192, 3))
    assert predict_top(larger, tall)[0][0] == "espresso"
    assert len(predict_top(lite0, np.zeros((1, 1, 3), "uint8"))) == 5
    assert len(predict_top(lite0, np.zeros((1, 500, 3), "uint8"))) == 5


@pytest.mark.parametrize("name", MODULES)
def test_prepared_photo_is_what_keras_applications_makes_of_it(name):
    model = anatomy.blueprint(PUBLISHED[name].build)
    size = model.input_shape[1]
    photo = datasets.photo("chelsea")
    expected = MODULES[name].preprocess_input(resized_square(photo, size).astype("float32"))
    if name.startswith(("vgg", "resnet")):  # blue first there, red first here
        expected = expected[..., ::-1]
    prepared = prepare(model, photo)
    assert (prepared.shape, prepared.dtype) == ((1, size, size, 3), np.float32)
    np.testing.assert_allclose(prepared[0], expected, atol=1e-4)


def test_photo_prepared_for_efficientnet(lite0):
    photo = datasets.photo("rocket")
    prepared = prepare(lite0, photo)
    np.testing.assert_array_equal(
        prepared[0], (resized_square(photo, 224).astype("float32") - 127) / 128
    )
    np.testing.assert_array_equal(prepare(lite0, Image.fromarray(photo)), prepared)


def test_window_has_the_shape_of_the_models_input():
    model = anatomy.blueprint(efficientnet_lite0, weights=None, input_shape=(30, 60, 3))
    rows, columns = np.mgrid[:200, :300].astype("uint8")
    photo = np.stack([rows, columns, columns], axis=-1)
    prepared = prepare(model, photo)[0] * 128 + 127
    # 300 columns need 150 rows, 25 to 174; a pixel is the mean of 5.
    np.testing.assert_allclose(prepared[1:-1, 5, 0], 27 + 5 * np.arange(1, 29), atol=1)
    np.testing.assert_allclose(prepared[5, 1:50, 1], 2 + 5 * np.arange(1, 50), atol=1)


@pytest.mark.parametrize(
    ("shape", "dtype", "advice"),
    [
        ((20, 30), "uint8", r"uint8 \(20, 30\): repeat the grey.*np\.dstack"),
        ((20, 30, 1), "uint8", r"repeat the grey.*np\.dstack"),
        ((2, 20, 30, 3), "uint8", r"one photo at a time, such as photos\[0\]"),
        ((20, 30, 4), "uint8", r"leave the transparency out: photo\[\.\.\., :3\]"),
        ((20, 30, 3), "float32", r"float32 \(20, 30, 3\): give values from 0 to 255"),
        ((20, 30, 2), "uint8", r"load one with datasets\.photo"),
        ((0, 30, 3), "uint8", r"uint8 \(0, 30, 3\)"),
    ],
)
def test_other_photos_are_refused_with_advice(lite0, shape, dtype, advice):
    for function in (prepare, predict_top):
        with pytest.raises(ValueError, match=rf"photo must be a uint8 array .*{advice}"):
            function(lite0, np.zeros(shape, dtype))


def test_advice_for_grey_photos_works(lite0):
    for grey in (datasets.photo("camera"), datasets.photo("camera")[..., None]):
        assert len(predict_top(lite0, np.dstack([grey] * 3))) == 5


def test_models_of_unknown_input_are_refused(lite0):
    photo = datasets.photo("coffee")
    features = keras.Model(lite0.input, lite0.get_layer("head_relu").output)
    others = [
        anatomy.blueprint(googlenet),
        anatomy.blueprint(resnet18),
        anatomy.blueprint(vgg16, input_shape=(224, 224, 1)),
        anatomy.blueprint(keras.applications.VGG16, weights=None),  # blue first
        features,
    ]
    for model in others:
        with pytest.raises(ValueError, match=r"model must be one of the course's.*efficientnet"):
            predict_top(model, photo)


def test_model_with_other_classes_has_no_names():
    model = anatomy.blueprint(efficientnet_lite0, weights=None, classes=10)
    with pytest.raises(ValueError, match=r"1000 classes, got outputs of \(None, 10\)"):
        predict_top(model, datasets.photo("coffee"))


# -------------------------------------------------------------------------------------- weights


def randomized(name, size):
    """Build the network of keras.applications with random weights in which each number matters."""
    rng = np.random.default_rng(0)
    build = getattr(keras.applications, PUBLISHED[name].counterpart)
    model = build(weights=None, input_shape=(size, size, 3))
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            shape = layer.beta.shape
            layer.beta.assign(rng.normal(0, 0.3, shape))
            layer.moving_mean.assign(rng.normal(0, 0.3, shape))
            # Small variances, as trained networks have, show a wrong epsilon.
            variance = (
                10 ** rng.uniform(-6, 0, shape) if layer.scale else rng.uniform(0.5, 2, shape)
            )
            layer.moving_variance.assign(variance)
            if layer.scale:
                layer.gamma.assign(np.sqrt(variance) * rng.uniform(0.5, 1.2, shape))
        elif layer.weights:
            fan_in = math.prod(layer.kernel.shape[:-1])
            layer.kernel.assign(rng.standard_normal(layer.kernel.shape, "float32") / fan_in**0.5)
            if layer.use_bias:
                layer.bias.assign(rng.normal(0, 0.3, layer.bias.shape))
    return model


def expected_probabilities(model, name, photo):
    """Predict as keras.applications does it, the logits scaled so that all classes take part."""
    size = model.input_shape[1]
    image = MODULES[name].preprocess_input(resized_square(photo, size).astype("float32"))
    features = keras.Model(model.input, model.layers[-2].output).predict(image[None], verbose=0)[0]
    kernel, bias = model.layers[-1].get_weights()
    kernel /= np.std(features @ kernel)
    model.layers[-1].set_weights([kernel, bias])
    logits = features @ kernel + bias
    return np.exp(logits) / np.exp(logits).sum()


def save_as_published(model, path):
    """Save in the format of the published files, which is older than Keras 3."""
    with h5py.File(path, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, model)
    return path


def check_loaded(name, size, folder):
    """Load a file with random weights and compare the predictions for a photo."""
    photo = datasets.photo("astronaut")
    reference = randomized(name, size)
    expected = expected_probabilities(reference, name, photo)
    path = save_as_published(reference, folder / "random.h5")
    del reference
    model = PUBLISHED[name].build(input_shape=(size, size, 3))
    assert load_imagenet_weights(model, path=path) is model
    probabilities = model.predict(prepare(model, photo), verbose=0)[0]
    assert 0.001 < expected.max() < 0.5
    np.testing.assert_allclose(probabilities, expected, atol=1e-4)
    np.testing.assert_allclose(probabilities, expected, rtol=1e-2)


# ResNets and Inceptions end in a mean over the map, so that a small input shows it quickly.
@pytest.mark.parametrize(("name", "size"), [("resnet50", 64), ("inception_v3", 80)])
def test_loaded_weights_predict_as_keras_applications(name, size, tmp_path):
    check_loaded(name, size, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("vgg16", 224),
        ("vgg19", 224),
        ("resnet50", 224),
        ("resnet101", 224),
        ("resnet152", 224),
        ("inception_v3", 299),
        ("inception_resnet_v2", 299),
    ],
)
def test_loaded_weights_predict_as_keras_applications_at_the_published_size(name, size, tmp_path):
    check_loaded(name, size, tmp_path)


def test_weights_of_vgg_are_rewritten_for_red_first():
    # At 32 pixels, where VGG's dense layers are small enough for a quick test.
    photo = datasets.photo("astronaut")
    reference = randomized("vgg16", 32)
    expected = expected_probabilities(reference, "vgg16", photo)
    model = vgg16(input_shape=(32, 32, 3))
    imagenet._transfer(reference, model, caffe=True)
    probabilities = model.predict(prepare(model, photo), verbose=0)[0]
    np.testing.assert_allclose(probabilities, expected, atol=1e-4)


def test_bias_and_epsilon_are_folded_into_the_normalization():
    def model(bias, epsilon):
        image = keras.Input((5, 5, 3))
        x = keras.layers.Conv2D(20, 3, use_bias=bias)(image)
        x = keras.layers.BatchNormalization(epsilon=epsilon)(x)
        return keras.Model(image, keras.layers.Dense(2)(x))

    rng = np.random.default_rng(0)
    reference, ours = model(True, 1.001e-5), model(False, 1e-5)
    _, convolution, normalization, _ = reference.layers
    convolution.bias.assign(rng.normal(0, 1, 20))
    normalization.moving_mean.assign(rng.normal(0, 1, 20))
    # Where a map hardly varies, the epsilon is most of what is divided by.
    normalization.moving_variance.assign(10 ** rng.uniform(-8, -6, 20))
    imagenet._transfer(reference, ours, caffe=False)
    images = rng.normal(size=(4, 5, 5, 3)).astype("float32")
    expected = reference.predict(images, verbose=0)
    np.testing.assert_allclose(
        ours.predict(images, verbose=0), expected, atol=1e-5 * np.abs(expected).max()
    )


@pytest.mark.parametrize("name", PUBLISHED)
def test_address_and_checksum_are_those_of_keras_applications(name, monkeypatch):
    from keras.src.utils import file_utils

    asked = {}

    class Stop(Exception):
        pass

    def get_file(fname, origin, cache_subdir, file_hash):
        asked.update(fname=fname, origin=origin, cache_subdir=cache_subdir, file_hash=file_hash)
        raise Stop

    monkeypatch.setattr(file_utils, "get_file", get_file)
    with pytest.raises(Stop):
        anatomy.blueprint(getattr(keras.applications, PUBLISHED[name].counterpart))
    network = PUBLISHED[name]
    assert asked == {
        "fname": network.file,
        "origin": network.address,
        "cache_subdir": "models",
        "file_hash": network.checksum,
    }


def test_download_is_asked_for_and_its_file_read(monkeypatch, tmp_path):
    asked = []

    def get_file(**arguments):
        asked.append(arguments)
        return str(tmp_path / "downloaded.h5")

    monkeypatch.setattr(keras.utils, "get_file", get_file)
    with pytest.raises(FileNotFoundError, match=r"There is no file .*downloaded\.h5"):
        load_imagenet_weights(anatomy.blueprint(resnet50, input_shape=(64, 64, 3)))
    network = PUBLISHED["resnet50"]
    assert asked == [
        {"origin": network.address, "cache_subdir": "models", "file_hash": network.checksum}
    ]


def test_offline_one_sentence_says_what_to_do(monkeypatch):
    def offline(**arguments):
        raise Exception("URL fetch failure: Network is unreachable")

    monkeypatch.setattr(keras.utils, "get_file", offline)
    with pytest.raises(FileNotFoundError) as raised:
        load_imagenet_weights(anatomy.blueprint(vgg16))
    assert str(raised.value) == (
        "The weights of vgg16 could not be downloaded: connect to the internet once, or give the "
        "path of a copy of https://storage.googleapis.com/tensorflow/keras-applications/vgg16/"
        "vgg16_weights_tf_dim_ordering_tf_kernels.h5 as `path`."
    )


def test_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"There is no file .*nowhere\.h5: give the path"):
        load_imagenet_weights(anatomy.blueprint(vgg19), path=tmp_path / "nowhere.h5")


@pytest.mark.parametrize("damage", ["no weights", "cut short", "another network"])
def test_damaged_file_is_named_as_damaged(damage, tmp_path):
    path = save_as_published(convnet_mnist(), tmp_path / "another.h5")
    content = path.read_bytes()
    if damage == "no weights":
        path.write_bytes(b"not a file of weights")
    elif damage == "cut short":
        path.write_bytes(content[: len(content) // 2])
    with pytest.raises(
        ValueError, match=rf"{path.name} is damaged, or not .*ResNet50.*get it anew from"
    ):
        load_imagenet_weights(anatomy.blueprint(resnet50), path=path)


def test_file_of_the_published_name_must_have_the_published_checksum(tmp_path, monkeypatch):
    monkeypatch.setattr(keras.applications, "ResNet50", lambda weights: pytest.fail("it was read"))
    path = tmp_path / PUBLISHED["resnet50"].file
    path.write_bytes(b"one byte of it is wrong")
    with pytest.raises(ValueError, match=rf"{path.name} is damaged"):
        load_imagenet_weights(anatomy.blueprint(resnet50), path=path)


def test_file_without_the_classifier_is_refused(tmp_path):
    path = tmp_path / "features.h5"
    save_as_published(keras.applications.ResNet50(weights=None, include_top=False), path)
    with pytest.raises(ValueError, match=r"features\.h5 is damaged, or not .* and its classifier"):
        load_imagenet_weights(anatomy.blueprint(resnet50), path=path)


@pytest.mark.parametrize(
    ("build", "options"),
    [
        (vgg16, {"classes": 10}),
        (vgg16, {"width": 0.5}),
        (vgg16, {"input_shape": (224, 224, 1)}),
        (vgg16, {"input_shape": (64, 64, 3)}),
        (vgg19, {"input_shape": (256, 224, 3)}),
        (resnet50, {"residual": False}),
        (resnet50, {"shortcut": "A"}),
        (resnet50, {"shortcut": "C"}),
        (resnet50, {"preactivation": True}),
        (resnet50, {"classes": 1001}),
        (inception_v3, {"width": 1.01}),
    ],
)
def test_other_shapes_than_the_published_are_refused(build, options):
    name = build.__name__
    with pytest.raises(ValueError, match=rf"model '{name}' .* build it with models\.{name}\(\)"):
        load_imagenet_weights(anatomy.blueprint(build, **options))


def test_other_networks_are_refused_with_the_names_of_those_that_will_do(lite0):
    names = r"vgg16, vgg19, resnet50, resnet101, resnet152, inception_v3, inception_resnet_v2"
    for model in (anatomy.blueprint(resnet18), lite0, "vgg16"):
        with pytest.raises(ValueError, match=names):
            load_imagenet_weights(model)
    with pytest.raises(ValueError, match=r"build it with models\.vgg16\(\)"):
        load_imagenet_weights(anatomy.blueprint(keras.applications.VGG16, weights=None))
