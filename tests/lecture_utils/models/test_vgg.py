import numpy as np
import pytest
from oracles import logits_of, noise, randomize
from scipy.special import softmax

from lecture_utils import anatomy, models
from lecture_utils.backend import keras
from lecture_utils.models.vgg import vgg

# Table 1 of the paper, columns A, B, D and E: the maps of each 3x3 convolution, M for a pooling.
# Then the parameters, and billions of multiply-accumulates as they are often quoted.
PUBLISHED = {
    11: ("64 M 128 M 256 256 M 512 512 M 512 512 M", 132_863_336, 7.61),
    13: ("64 64 M 128 128 M 256 256 M 512 512 M 512 512 M", 133_047_848, 11.31),
    16: ("64 64 M 128 128 M 256 256 256 M 512 512 512 M 512 512 512 M", 138_357_544, 15.47),
    19: (
        "64 64 M 128 128 M 256 256 256 256 M 512 512 512 512 M 512 512 512 512 M",
        143_667_240,
        19.63,
    ),
}


@pytest.mark.parametrize("depth", PUBLISHED)
def test_layers_parameters_and_multiply_accumulates_as_published(depth):
    table, parameters, billions = PUBLISHED[depth]
    model = anatomy.blueprint(getattr(models, f"vgg{depth}"))
    assert (model.name, model.count_params()) == (f"vgg{depth}", parameters)
    assert anatomy.count_depth(model) == depth
    assert anatomy.layer_table(anatomy.blueprint(vgg, depth)) == anatomy.layer_table(model)

    rows = anatomy.layer_table(model)
    found = [row for row in rows if row.kind in ("Conv2D", "MaxPooling2D")]
    macs, side, channels = 0, 224, 3
    for row, entry in zip(found, table.split(), strict=True):
        if entry == "M":
            side //= 2
            assert (row.kind, row.parameters) == ("MaxPooling2D", 0)
        else:
            assert row.parameters == 9 * channels * int(entry) + int(entry)
            macs += side * side * 9 * channels * int(entry)
            channels = int(entry)
        assert row.output_shape == (None, side, side, channels)
    assert [(row.kind, row.output_shape[1]) for row in rows[-7:]] == [
        ("Flatten", 7 * 7 * 512),
        ("Dense", 4096), ("Dropout", 4096),
        ("Dense", 4096), ("Dropout", 4096),
        ("Dense", 1000), ("Softmax", 1000),
    ]  # fmt: skip
    if depth == 16:
        assert round(macs / 1e9, 2) == 15.35  # convolutions alone
    macs += 7 * 7 * 512 * 4096 + 4096 * 4096 + 4096 * 1000
    assert anatomy.count_macs(model) == macs
    assert round(macs / 1e9, 2) == billions


@pytest.mark.parametrize("depth", [16, 19])
def test_same_weights_give_the_outputs_of_keras_applications(depth):
    shape, classes = (43, 64, 3), 10
    build = getattr(keras.applications, f"VGG{depth}")
    theirs = randomize(
        build(weights=None, input_shape=shape, classes=classes, classifier_activation=None)
    )
    ours = getattr(models, f"vgg{depth}")(shape, classes, initializer="zeros")
    ours.set_weights(theirs.get_weights())
    images = noise(2, *shape)
    expected = np.asarray(theirs(images))
    assert np.ptp(expected) > 1  # not all the same
    np.testing.assert_allclose(logits_of(ours, images), expected, atol=1e-4)
    np.testing.assert_allclose(ours(images), softmax(expected, axis=1), atol=1e-4)


def test_the_initializer_is_that_of_the_hidden_layers():
    model = models.vgg11((32, 32, 1), 10, width=0.1, initializer="zeros")
    drawn = [weight.path for weight in model.weights if np.any(weight)]
    assert drawn == ["logits/kernel"]


def test_other_depths_are_refused():
    with pytest.raises(ValueError, match=r"^depth must be one of 11, 13, 16, 19, got 12\.$"):
        vgg(12)
