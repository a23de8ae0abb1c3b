import numpy as np
from inception_checks import WIDTH, assert_equal, assert_stages, join, max3
from oracles import ceil_mode_pool, noise, normalize_responses

from lecture_utils.anatomy import blueprint, layer_table
from lecture_utils.backend import keras
from lecture_utils.convolution import average_pool2d
from lecture_utils.models.googlenet import googlenet, inception_block

# Table 1 of the paper, every row.
STAGES = """
    conv1         112 112   64
    pool1          56  56   64
    conv2          56  56  192
    pool2          28  28  192
    inception_3a   28  28  256
    inception_3b   28  28  480
    pool3          14  14  480
    inception_4a   14  14  512
    inception_4b   14  14  512
    inception_4c   14  14  512
    inception_4d   14  14  528
    inception_4e   14  14  832
    pool4           7   7  832
    inception_5a    7   7  832
    inception_5b    7   7 1024
    pool5                 1024
    dropout               1024
    logits                1000
    probabilities         1000
"""


def test_stages_have_the_sizes_of_the_papers_table():
    assert_stages(googlenet, STAGES)


def test_normalizes_behind_the_first_pooling_and_before_the_second():
    # Pooling and this normalization nearly commute: outputs hardly tell their order.
    layer = blueprint(googlenet).get_layer
    assert layer("norm1").input is layer("pool1").output
    assert layer("conv2_reduce").input is layer("norm1").output
    assert layer("norm2").input is layer("conv2").output


# Table 1 of the paper, the column "ops", in millions.
GOOGLENET_OPS = {
    "conv1": 34, "conv2": 360, "inception_3a": 128, "inception_3b": 304, "inception_4a": 73,
    "inception_4b": 88, "inception_4c": 100, "inception_4d": 119, "inception_4e": 170,
    "inception_5a": 54, "inception_5b": 71, "logits": 1,
}  # fmt: skip


def test_multiply_accumulates_are_the_papers_but_in_two_rows():
    table = layer_table(blueprint(googlenet))
    millions = {
        stage: sum(row.macs for row in table if row.name.startswith(stage)) / 1e6
        for stage in GOOGLENET_OPS
    }
    differ = {stage for stage, ops in GOOGLENET_OPS.items() if not abs(millions[stage] - ops) < 0.7}
    assert differ == {"conv1", "inception_5a"}
    # A plain 7x7 convolution costs more than the paper says. What it says fits a separable one:
    # 8 depthwise kernels a colour, then 1x1.
    assert round(millions["conv1"], 3) == 118.014
    assert round(112 * 112 * (7 * 7 * 3 * 8 + 3 * 8 * 64) / 1e6) == 34
    # 54 would fit 48 channels before the 5x5 convolution, as 5b has, and not 32 as the table says.
    assert round(millions["inception_5a"], 3) == 51.079
    more = 7 * 7 * (48 - 32) * (832 + 5 * 5 * 128)
    assert round(millions["inception_5a"] + more / 1e6) == 54


def googlenet_in_numpy(n, x):
    def block(x, name, one, reduce3, three, reduce5, five, proj):
        return join(
            n.relu_conv(x, f"{name}_1x1", one, 1),
            n.relu_conv(n.relu_conv(x, f"{name}_3x3_reduce", reduce3, 1), f"{name}_3x3", three, 3),
            n.relu_conv(n.relu_conv(x, f"{name}_5x5_reduce", reduce5, 1), f"{name}_5x5", five, 5),
            n.relu_conv(max3(x), f"{name}_pool_proj", proj, 1),
        )

    def head(x, name):
        x = average_pool2d(x, 5, 3)
        x = n.relu_conv(x, f"{name}_conv", 128, 1)
        x = np.maximum(n.dense(x.reshape(len(x), -1), f"{name}_dense"), 0)
        assert x.shape[-1] == 1024 * WIDTH
        return n.dense(x, f"{name}_logits")

    x = n.relu_conv(x, "conv1", 64, 7, 2)
    x = normalize_responses(ceil_mode_pool(x), k=1, alpha=1e-4 / 5)
    x = n.relu_conv(x, "conv2_reduce", 64, 1)
    x = normalize_responses(n.relu_conv(x, "conv2", 192, 3), k=1, alpha=1e-4 / 5)
    x = ceil_mode_pool(x)
    x = block(x, "inception_3a", 64, 96, 128, 16, 32, 32)
    x = block(x, "inception_3b", 128, 128, 192, 32, 96, 64)
    x = ceil_mode_pool(x)
    x = block(x, "inception_4a", 192, 96, 208, 16, 48, 64)
    first = head(x, "auxiliary1")
    x = block(x, "inception_4b", 160, 112, 224, 24, 64, 64)
    x = block(x, "inception_4c", 128, 128, 256, 24, 64, 64)
    x = block(x, "inception_4d", 112, 144, 288, 32, 64, 64)
    second = head(x, "auxiliary2")
    x = block(x, "inception_4e", 256, 160, 320, 32, 128, 128)
    x = ceil_mode_pool(x)
    x = block(x, "inception_5a", 256, 160, 320, 32, 128, 128)
    x = block(x, "inception_5b", 384, 192, 384, 48, 128, 128)
    x = x.mean(axis=(1, 2))
    logits = n.dense(x, "logits")
    return {"pool5": x, "logits": logits, "auxiliary1_logits": first, "auxiliary2_logits": second}


def test_the_network_is_that_of_the_paper_computed_in_numpy():
    keras.utils.set_random_seed(0)
    model = googlenet(auxiliary=True, input_shape=(96, 83, 3), classes=5, width=WIDTH)
    assert_equal(model, googlenet_in_numpy, noise(2, 96, 83, 3))


def test_inception_block_as_a_lecture_calls_it():
    def reference(n, x):
        three = n.relu_conv(x, "block_3x3", 6, 3)
        five = n.relu_conv(x, "block_5x5", 2, 5)
        return {"block": join(n.relu_conv(x, "block_1x1", 4, 1), three, five, max3(x))}

    x = keras.Input((7, 6, 3))
    block = inception_block(x, 4, None, 6, None, 2, None, "block")
    assert_equal(keras.Model(x, block), reference, noise(2, 7, 6, 3), scale=1)


def test_in_training_each_auxiliary_loss_counts_0_3():
    keras.utils.set_random_seed(0)
    model = googlenet(auxiliary=True, input_shape=(79, 79, 3), classes=3, width=0.1)
    assert model.output_names[1:] == ["auxiliary1_probabilities", "auxiliary2_probabilities"]
    loss = "sparse_categorical_crossentropy"
    model.compile("sgd", [loss] * 3, loss_weights=[1, 0.3, 0.3], run_eagerly=True)
    images, labels = noise(4, 79, 79, 3), np.array([0, 1, 2, 0])
    each = [-np.log(p.numpy()[range(4), labels]).mean() for p in model(images, training=False)]
    found = model.evaluate(images, [labels] * 3, verbose=0, return_dict=True)["loss"]
    np.testing.assert_allclose(found, each[0] + 0.3 * (each[1] + each[2]), rtol=1e-5)
