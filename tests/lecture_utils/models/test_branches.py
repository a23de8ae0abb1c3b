"""What holds for all networks of parallel branches."""

import math
import sys
from functools import cache

import pytest
from small_models import keeps_pixels

from lecture_utils.anatomy import blueprint
from lecture_utils.backend import keras
from lecture_utils.models.googlenet import googlenet
from lecture_utils.models.inception import inception_v2, inception_v3, inception_v4
from lecture_utils.models.inception_resnet import inception_resnet_v2

HEADS = {"auxiliary1_dropout": 0.7, "auxiliary2_dropout": 0.7}
NETWORKS = [
    # builder, options, smallest side, trainable parameters, all with means and variances, dropout
    (googlenet, {}, 31, 6_998_552, 6_998_552, {"dropout": 0.4}),
    (googlenet, {"auxiliary": True}, 79, 13_378_280, 13_378_280, {"dropout": 0.4} | HEADS),
    (inception_v2, {}, 7, 11_194_984, 11_214_888, {}),
    (inception_v3, {}, 75, 23_817_352, 23_851_784, {}),
    (inception_v4, {}, 75, 42_679_816, 42_742_984, {"dropout": 0.2}),
    (inception_resnet_v2, {}, 75, 55_813_192, 55_873_736, {}),
]
IDS = ["googlenet", "auxiliary", "v2", "v3", "v4", "resnet_v2"]
each_network = pytest.mark.parametrize(
    ("build", "options", "smallest"), [row[:3] for row in NETWORKS], ids=IDS
)

published = cache(blueprint)  # the large ones take a second


@pytest.mark.parametrize(
    ("build", "options", "smallest", "trainable", "total", "rates"), NETWORKS, ids=IDS
)
def test_parameters_dropout_and_normalization_as_published(
    build, options, smallest, trainable, total, rates
):
    model = published(build, **options)
    assert model.name == build.__name__
    assert sum(math.prod(weight.shape) for weight in model.trainable_weights) == trainable
    assert model.count_params() == total
    dropouts = [layer for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
    assert {layer.name: layer.rate for layer in dropouts} == rates
    kinds = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert bool(kinds) == (build is not googlenet)
    learns_a_factor = build in (inception_v2, inception_v4)
    for layer in kinds:
        assert (layer.momentum, layer.epsilon) == (0.9, 1e-3)
        assert (layer.scale, layer.center) == (learns_a_factor, True)


@each_network
def test_smallest_input_works_and_one_pixel_less_is_refused(build, options, smallest, monkeypatch):
    def small(height, width):
        return blueprint(build, input_shape=(height, width, 3), width=0.1, classes=10, **options)

    assert small(smallest, smallest).output_names[0] == "probabilities"
    for size in ((smallest - 1, smallest), (smallest, smallest - 1)):
        with pytest.raises(ValueError, match=rf"smallest is \({smallest}, {smallest}, 3\)"):
            small(*size)
    # The message is true: without the check, nothing is left to pool or to convolve.
    monkeypatch.setattr(sys.modules[build.__module__], "check_arguments", lambda *them: them[:3])
    assert not keeps_pixels(lambda: small(smallest - 1, smallest))


@each_network
def test_odd_sizes_other_shapes_and_odd_widths_build(build, options, smallest):
    for more, wide in ((1, 0.33), (2, 0.07)):
        size = (smallest + more, smallest + 3 * more, 1)
        model = blueprint(build, input_shape=size, width=wide, classes=3, **options)
        assert {tensor.shape for tensor in model.outputs} == {(None, 3)}


@each_network
def test_width_scales_every_layer_but_the_last(build, options, smallest):
    full, half = (
        [layer for layer in model.layers if layer.weights]
        for model in (published(build, **options), blueprint(build, width=0.5, **options))
    )
    for ours, theirs in zip(half, full, strict=True):
        factor = 1 if "logits" in ours.name else 0.5
        assert ours.output.shape[-1] == theirs.output.shape[-1] * factor
