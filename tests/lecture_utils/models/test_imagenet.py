import io
import json
import math
import re

import h5py
import numpy as np
import pytest
from PIL import Image, ImageOps

from lecture_utils import models
from lecture_utils.anatomy import blueprint
from lecture_utils.backend import keras
from lecture_utils.datasets import photo, pretrained_file
from lecture_utils.models import load_imagenet_weights, predict_top, prepare
from lecture_utils.models.imagenet import PUBLISHED, transfer
from tools import notebooks

legacy_h5_format = keras.src.legacy.saving.legacy_h5_format


def module_of(name):
    """Where keras.applications keeps what belongs to a network."""
    return getattr(keras.applications, "resnet" if name.startswith("resnet") else name)


@pytest.fixture(scope="module")
def lite0():
    return models.efficientnet_lite0()


def resized_square(picture, size):
    """The largest square in the middle, resized with Pillow's bicubic filter."""
    image = Image.fromarray(picture)
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    square = image.crop((left, top, left + side, top + side))
    return np.asarray(square.resize((size, size), Image.Resampling.BICUBIC))


def test_top_five_are_those_of_the_original_definition(lite0):
    known = json.loads(pretrained_file("efficientnet_lite0_expected_top5.json"))
    for name, expected in known.items():
        best = predict_top(lite0, photo(name))
        # There each class has all its names, here the first.
        assert [kind for kind, _ in best] == [kinds.split(", ")[0] for _, kinds, _ in expected]
        assert {type(p) for _, p in best} == {float}
        assert [p for _, p in best] == pytest.approx([p for *_, p in expected], abs=1e-3)


def test_all_classes_have_probabilities_that_sum_to_1(lite0):
    names, probabilities = zip(*predict_top(lite0, photo("coffee"), top=1000), strict=True)
    assert (names[0], len(names)) == ("espresso", 1000)
    assert list(probabilities) == sorted(probabilities, reverse=True)
    assert sum(probabilities) == pytest.approx(1, abs=1e-4)


def test_other_input_sizes_and_photos_predict_too(lite0):
    larger = models.efficientnet_lite0(input_shape=(256, 192, 3))
    assert predict_top(larger, photo("coffee")[:, 100:330], top=1)[0][0] == "espresso"
    for shape in ((1, 1, 3), (1, 500, 3)):
        assert len(predict_top(lite0, np.zeros(shape, "uint8"), top=np.uint8(5))) == 5


@pytest.mark.parametrize("name", PUBLISHED)
def test_prepared_photo_is_what_keras_applications_makes_of_it(name):
    model = blueprint(PUBLISHED[name].build)
    size = model.input_shape[1]
    square = resized_square(photo("chelsea"), size)
    expected = module_of(name).preprocess_input(square.astype("float32"))
    if name.startswith(("vgg", "resnet")):  # blue first there, red first here
        expected = expected[..., ::-1]
    prepared = prepare(model, photo("chelsea"))
    assert (prepared.shape, prepared.dtype) == ((1, size, size, 3), np.float32)
    np.testing.assert_allclose(prepared[0], expected, atol=1e-4)


def test_photo_prepared_for_efficientnet(lite0):
    expected = (resized_square(photo("rocket"), 224).astype("float32") - 127) / 128
    for same in (photo("rocket"), Image.fromarray(photo("rocket"))):
        np.testing.assert_array_equal(prepare(lite0, same)[0], expected)


def test_window_has_the_shape_of_the_models_input():
    model = blueprint(models.efficientnet_lite0, weights=None, input_shape=(30, 60, 3))
    rows, columns = np.mgrid[:200, :300].astype("uint8")
    prepared = prepare(model, np.stack([rows, columns, columns], axis=-1))[0] * 128 + 127
    # 300 columns need 150 rows, 25 to 174; a pixel is the mean of 5.
    np.testing.assert_allclose(prepared[1:-1, 5, 0], 27 + 5 * np.arange(1, 29), atol=1)
    np.testing.assert_allclose(prepared[5, 1:50, 1], 2 + 5 * np.arange(1, 50), atol=1)


# One corner is red of a picture that is blue below and green above: no turn of it is like another.
UPRIGHT = np.full((60, 90, 3), (0, 0, 255), "uint8")
UPRIGHT[:30] = 0, 255, 0
UPRIGHT[:30, :30] = 255, 0, 0


def reopened(picture, kind, **options):
    """Write a picture to a file, and read it as a student does."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return Image.open(io.BytesIO(file.getvalue()))


# How a camera that was held so sees the picture: EXIF's tag 274 tells what to do with it.
SEEN = {
    **{1: UPRIGHT, 2: UPRIGHT[:, ::-1], 3: UPRIGHT[::-1, ::-1], 4: UPRIGHT[::-1]},
    **{5: UPRIGHT.transpose(1, 0, 2), 7: UPRIGHT[::-1, ::-1].transpose(1, 0, 2)},
    **{6: np.rot90(UPRIGHT, 1), 8: np.rot90(UPRIGHT, -1)},
}


def taken(orientation, kind):
    """The picture as a camera writes it that was held so."""
    exif = Image.Exif()
    exif[274] = orientation
    seen = Image.fromarray(np.ascontiguousarray(SEEN[orientation]))
    picture = reopened(seen, kind, exif=exif, **({} if kind == "TIFF" else {"quality": 95}))
    assert picture.getexif().get(274, 1) == orientation
    return picture


@pytest.mark.parametrize("orientation", SEEN)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_phones_photo_is_turned_upright(lite0, kind, orientation):
    picture = taken(orientation, kind)
    # JPEG and WebP blur colours at edges; the mean of another turn is three times as far away.
    assert np.abs(prepare(lite0, picture) - prepare(lite0, UPRIGHT)).mean() < 0.1


@pytest.mark.parametrize("orientation", SEEN)
def test_lecture_5s_recipe_turns_a_photo_too(orientation, tmp_path, monkeypatch):
    page = notebooks.read(notebooks.NOTEBOOKS / "05_convnet_mnist.ipynb")
    text = "".join(cell.source for cell in page.cells)
    (recipe,) = re.findall(r"`([^`]*my_photo[^`]*)`", text)
    assert "`from PIL import ImageOps`" in text
    (tmp_path / "my_photo.jpg").write_bytes(taken(orientation, "JPEG").fp.getvalue())
    monkeypatch.chdir(tmp_path)
    read = eval(recipe, {"Image": Image, "ImageOps": ImageOps, "np": np})
    expected = np.asarray(Image.fromarray(UPRIGHT).resize((600, 450)), float)
    assert (read.shape, read.dtype) == ((450, 600, 3), np.uint8)
    assert np.abs(read - expected).mean() < 10


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        *(("RGB", kind) for kind in ("PNG", "WEBP", "BMP", "TIFF", "GIF")),
        *(("P", kind) for kind in ("PNG", "GIF")),
        *(("CMYK", kind) for kind in ("TIFF", "JPEG")),
        ("YCbCr", "TIFF" if Image.__version__ > "12" else "JPEG"),  # Pillow 11 cannot read its own
        *((mode, "TIFF") for mode in ("LAB", "RGBX")),
        *((mode, "PNG") for mode in ("RGBA", "PA", "HSV")),
    ],
)
def test_pictures_of_all_modes_are_read_in_red_green_and_blue(lite0, mode, kind):
    through = {"PA": "P", "LAB": "RGB"}.get(mode, mode)
    picture = Image.fromarray(UPRIGHT).convert(through).convert(mode)
    before = picture.tobytes()
    for given in (picture, *([] if mode in ("PA", "HSV") else [reopened(picture, kind)])):
        assert np.abs(prepare(lite0, given) - prepare(lite0, UPRIGHT)).mean() < 0.1
    assert picture.tobytes() == before


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P"])
def test_grey_pictures_are_grey_and_what_is_transparent_is_white(lite0, mode):
    grey = np.where(UPRIGHT.any(axis=-1) & (np.arange(90) < 40), 255, 0).astype("uint8")
    expected = prepare(lite0, np.dstack([grey] * 3))
    np.testing.assert_array_equal(prepare(lite0, Image.fromarray(grey).convert(mode)), expected)
    black = Image.new("RGBA", (90, 60), (0, 0, 0, 255))
    black.putalpha(Image.fromarray(255 - grey))  # white shines through where it was white
    for given in (black, reopened(black, "PNG"), reopened(black.convert("LA"), "PNG")):
        np.testing.assert_array_equal(prepare(lite0, given), expected)
    half = Image.new("RGBA", (90, 60), (0, 0, 0, 128))
    np.testing.assert_array_equal(prepare(lite0, half), prepare(lite0, np.full_like(UPRIGHT, 127)))


@pytest.mark.parametrize(
    ("photo", "advice"),
    [
        (np.zeros((20, 30), "uint8"), "uint8: repeat the grey"),
        (np.zeros((20, 30, 1), "uint8"), "repeat the grey"),
        *((np.zeros(shape, "uint8"), "give one") for shape in ((2, 9, 9, 3), (9, 9, 4), (3, 9, 9))),
        *((np.zeros((9, 9, 3), kind), "values from 0 to 255") for kind in ("float32", bool)),
        (np.full((9, 9, 3), np.nan), "values from 0 to 255"),
        (Image.new("I;16", (30, 20)), r"uint16: .*photo // 257\)"),
        (Image.new("F", (30, 20)), "float32: .*values from 0 to 255"),
        ("photo.jpg", r"an array or a picture, got 'photo\.jpg': open it with PIL's Image\.open"),
    ],
)
def test_other_photos_are_refused_with_advice(lite0, photo, advice):
    with pytest.raises(ValueError, match=f"^photo must be .*{advice}"):
        predict_top(lite0, photo)


@pytest.mark.parametrize("top", [0, 1001])
def test_there_are_a_thousand_classes(lite0, top):
    with pytest.raises(ValueError, match=r"^top must be .* from 1 to 1000"):
        predict_top(lite0, photo("coffee"), top)


def test_a_picture_that_is_cut_short_or_closed_is_refused(lite0, tmp_path):
    Image.fromarray(photo("coffee")).save(tmp_path / "coffee.jpg")
    content = (tmp_path / "coffee.jpg").read_bytes()
    with Image.open(tmp_path / "coffee.jpg") as closed:
        pass
    for picture in (closed, Image.open(io.BytesIO(content[: len(content) // 2]))):
        with pytest.raises(ValueError, match=r"photo must be a whole picture, .*get the file anew"):
            prepare(lite0, picture)


def test_models_of_unknown_input_are_refused(lite0):
    features = keras.Model(lite0.input, lite0.get_layer("head_relu").output)
    for model in (
        blueprint(models.googlenet),
        blueprint(models.resnet18),
        blueprint(models.vgg16, input_shape=(224, 224, 1)),
        blueprint(keras.applications.VGG16, weights=None),  # blue first
        features,
        None,
        keras.Sequential(name="vgg16"),
    ):
        with pytest.raises(ValueError, match=r"model must be one of the course's.*efficientnet"):
            predict_top(model, photo("coffee"))


def test_model_with_other_classes_has_no_names():
    model = blueprint(models.efficientnet_lite0, weights=None, classes=10)
    with pytest.raises(ValueError, match=r"1000 classes, got \(None, 10\)"):
        predict_top(model, photo("coffee"))


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
            low, high = (-6, 0) if layer.scale else (-0.3, 0.3)
            variance = 10 ** rng.uniform(low, high, shape)
            layer.moving_variance.assign(variance)
            if layer.scale:
                layer.gamma.assign(np.sqrt(variance) * rng.uniform(0.5, 1.2, shape))
        elif layer.weights:
            fan_in = math.prod(layer.kernel.shape[:-1])
            layer.kernel.assign(rng.standard_normal(layer.kernel.shape, "float32") / fan_in**0.5)
            if layer.use_bias:
                layer.bias.assign(rng.normal(0, 0.3, layer.bias.shape))
    return model


def expected_probabilities(model, name, picture):
    """Predict as keras.applications does it, the logits scaled so that all classes take part."""
    size = model.input_shape[1]
    image = module_of(name).preprocess_input(resized_square(picture, size).astype("float32"))
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


# ResNets and Inceptions end in a mean over the map, so that a small input shows it quickly.
@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("resnet50", 64),
        ("inception_v3", 80),
        *(pytest.param(name, None, marks=pytest.mark.slow) for name in PUBLISHED),
    ],
)
def test_loaded_weights_predict_as_keras_applications(name, size, tmp_path):
    picture = photo("astronaut")
    size = size or blueprint(PUBLISHED[name].build).input_shape[1]
    reference = randomized(name, size)
    expected = expected_probabilities(reference, name, picture)
    path = save_as_published(reference, tmp_path / "random.h5")
    del reference
    model = PUBLISHED[name].build(input_shape=(size, size, 3))
    assert load_imagenet_weights(model, path=path) is model
    probabilities = model.predict(prepare(model, picture), verbose=0)[0]
    assert 0.001 < expected.max() < 0.5
    np.testing.assert_allclose(probabilities, expected, atol=1e-4)
    np.testing.assert_allclose(probabilities, expected, rtol=1e-2)


def test_weights_of_vgg_are_rewritten_for_red_first():
    # At 32 pixels, where VGG's dense layers are small enough for a quick test.
    reference = randomized("vgg16", 32)
    expected = expected_probabilities(reference, "vgg16", photo("astronaut"))
    model = models.vgg16(input_shape=(32, 32, 3))
    transfer(reference, model, caffe=True)
    probabilities = model.predict(prepare(model, photo("astronaut")), verbose=0)[0]
    np.testing.assert_allclose(probabilities, expected, atol=1e-4)


def test_bias_and_epsilon_are_folded_into_the_normalization():
    def build(bias, epsilon):
        x = image = keras.Input((5, 5, 3))
        x = keras.layers.Conv2D(20, 3, use_bias=bias)(x)
        x = keras.layers.BatchNormalization(epsilon=epsilon)(x)
        return keras.Model(image, keras.layers.Dense(2)(x))

    rng = np.random.default_rng(0)
    theirs, ours = build(True, 1.001e-5), build(False, 1e-5)
    _, convolution, normalization, _ = theirs.layers
    convolution.bias.assign(rng.normal(size=20))
    # Where a map hardly varies, the epsilon is most of what is divided by.
    normalization.moving_variance.assign(10 ** rng.uniform(-8, -6, 20))
    transfer(theirs, ours, caffe=False)
    images = rng.normal(size=(4, 5, 5, 3)).astype("float32")
    assert np.abs(theirs(images) - ours(images)).max() < 1e-5 * np.abs(theirs(images)).max()


@pytest.mark.parametrize("name", PUBLISHED)
def test_address_and_checksum_are_those_of_keras_applications(name, monkeypatch):
    class Stop(Exception):
        pass

    def get_file(fname, origin, cache_subdir, file_hash):
        assert (origin, file_hash) == (PUBLISHED[name].address, PUBLISHED[name].checksum)
        raise Stop

    monkeypatch.setattr(keras.src.utils.file_utils, "get_file", get_file)
    with pytest.raises(Stop):
        blueprint(getattr(keras.applications, PUBLISHED[name].counterpart))


def test_download_is_asked_for_and_its_file_read(monkeypatch, tmp_path):
    def get_file(**asked):
        address, checksum = PUBLISHED["resnet50"].address, PUBLISHED["resnet50"].checksum
        assert asked == {"origin": address, "cache_subdir": "models", "file_hash": checksum}
        return str(tmp_path / "downloaded.h5")

    monkeypatch.setattr(keras.utils, "get_file", get_file)
    with pytest.raises(FileNotFoundError, match=r"path must be a file, got .*downloaded\.h5"):
        load_imagenet_weights(blueprint(models.resnet50, input_shape=(64, 64, 3)))


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (Exception("URL fetch failure: Network is unreachable"), ""),
        (OSError(28, "No space left on device"), r" \(No space left on device\)"),
    ],
)
def test_without_a_download_one_sentence_says_what_to_do(monkeypatch, error, cause):
    def offline(**asked):
        raise error

    monkeypatch.setattr(keras.utils, "get_file", offline)
    address = PUBLISHED["vgg16"].address
    told = f"vgg16 could not be downloaded{cause}: connect .* room .* a copy of {address}"
    with pytest.raises(FileNotFoundError, match=told):
        load_imagenet_weights(blueprint(models.vgg16))


@pytest.mark.parametrize("damage", ["no weights", "cut short", "another network", "no classifier"])
def test_files_that_will_not_do_are_refused(damage, tmp_path):
    other = models.convnet_mnist()
    if damage == "no classifier":
        other = keras.applications.ResNet50(weights=None, include_top=False)
    path = save_as_published(other, tmp_path / "weights.h5")
    content = path.read_bytes()
    half, nothing = content[: len(content) // 2], b"not a file of weights"
    path.write_bytes({"no weights": nothing, "cut short": half}.get(damage, content))
    told = r"path must be a file with .*ResNet50 and its classifier, got .*weights\.h5.* from https"
    with pytest.raises(ValueError, match=told):
        load_imagenet_weights(blueprint(models.resnet50), path=path)


@pytest.mark.parametrize("path", ["missing.h5", ".", 3])
def test_a_path_to_no_file_is_refused(path):
    with pytest.raises(FileNotFoundError, match=f"path must be a file, got '{path}': give that of"):
        load_imagenet_weights(blueprint(models.resnet50), path=path)


def test_a_file_that_may_not_be_read_is_said_to_be_so(monkeypatch, tmp_path):
    def not_allowed(**options):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "weights.h5").touch()
    monkeypatch.setattr(keras.applications, "ResNet50", not_allowed)
    with pytest.raises(ValueError, match=r"path must .* got .*weights\.h5' \(PermissionError\)"):
        load_imagenet_weights(blueprint(models.resnet50), path=tmp_path / "weights.h5")


@pytest.mark.parametrize(
    ("build", "options"),
    [
        (models.vgg16, {"classes": 10}),
        (models.vgg16, {"width": 0.5}),
        (models.vgg16, {"input_shape": (224, 224, 1)}),
        (models.vgg19, {"input_shape": (256, 224, 3)}),
        (models.resnet50, {"residual": False}),
        (models.resnet50, {"shortcut": "A"}),
        (models.resnet50, {"preactivation": True}),
        (models.inception_v3, {"width": 1.01}),
        (keras.applications.VGG16, {"weights": None}),
    ],
)
def test_other_shapes_than_the_published_are_refused(build, options):
    name = build.__name__.lower()
    with pytest.raises(ValueError, match=rf"model must be {name} as .* models\.{name}\(\)"):
        load_imagenet_weights(blueprint(build, **options))


def test_other_networks_are_refused_with_the_names_of_those_that_will_do(lite0):
    for model in (blueprint(models.resnet18), lite0, "vgg16"):
        with pytest.raises(ValueError, match=", ".join(PUBLISHED)):
            load_imagenet_weights(model)
