"""The stored convnet: rounded as it says, and as accurate as the page's."""

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from lecture_utils import datasets
from lecture_utils.models import convnet_mnist
from tools import digit, site, site_pages, web
from tools.notebooks import notebook_paths, read, tags


def test_the_stored_network_reads_99_of_100_digits():
    images, labels = digit.digits()[1]
    given = convnet_mnist(weights="mnist").predict(images, batch_size=1000, verbose=0)
    assert np.mean(given.argmax(axis=1) == labels) >= 0.991


def test_rounding_moves_a_weight_by_half_a_step_at_most():
    model = convnet_mnist()
    arrays = digit.rounded(model)
    for layer in model.layers:
        if layer.weights:
            kernel, bias = layer.get_weights()
            whole, scale = arrays[f"{layer.name}/kernel"], arrays[f"{layer.name}/scale"]
            assert whole.dtype == np.int8 and whole.shape == kernel.shape
            assert np.abs(whole).reshape(-1, scale.size).max(axis=0).tolist() == [127] * scale.size
            assert np.all(np.abs(whole * scale - kernel) <= 0.501 * scale)
            assert np.array_equal(arrays[f"{layer.name}/bias"], bias)


def test_a_filter_of_zeros_stays_one():
    model = convnet_mnist()
    model.get_layer("conv1").set_weights([np.zeros((3, 3, 1, 32)), np.zeros(32)])
    arrays = digit.rounded(model)
    assert not arrays["conv1/kernel"].any() and np.isfinite(arrays["conv1/scale"]).all()


def test_what_is_stored_is_found_again(tmp_path, monkeypatch):
    model, sums = convnet_mnist(), tmp_path / "SHA256SUMS"
    (tmp_path / "pretrained").mkdir()
    sums.write_text(f"{'0' * 64}  mnist.npz\n{'0' * 64}  {digit.NAME}\n", encoding="utf-8")
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    monkeypatch.setattr(datasets, "CHECKSUMS", sums)
    digit.store(digit.rounded(model))
    once = (tmp_path / digit.NAME).read_bytes()
    digit.store(digit.rounded(model))
    assert (tmp_path / digit.NAME).read_bytes() == once
    names = [line.split()[1] for line in sums.read_text().splitlines()]
    assert names == ["mnist.npz", digit.NAME]
    again = convnet_mnist(weights="mnist")
    for found, first in zip(again.get_weights(), model.get_weights(), strict=True):
        assert np.allclose(found, first, atol=np.abs(first).max() / 127)
    (tmp_path / digit.NAME).write_bytes(b"damaged")
    with pytest.raises(ValueError, match="is damaged"):
        convnet_mnist(weights="mnist")


def test_site_and_slides_show_the_canvas():
    words = web.words()
    page = site_pages.digit(words)
    assert "](notebooks/05_convnet_mnist.ipynb)" in page and 'data-kind="drawing"' in page
    plain, tagged = (new_code_cell("1", metadata={"tags": tags}) for tags in ([], ["digit"]))
    assert site_pages.with_digit(plain, words) is plain
    (output,) = site_pages.with_digit(tagged, words).outputs
    assert 'data-kind="drawing"' in output.data["text/html"] and tagged.outputs == []
    notebook = site.shown(new_notebook(cells=[plain, tagged]), words)
    assert plain.outputs == [] and "../digit.html" in tagged.outputs[0].data["text/markdown"]
    assert notebook.cells == [plain, tagged]


def test_lecture_5_has_one_cell_for_the_canvas():
    page = next(path for path in notebook_paths() if path.name.startswith("05"))
    assert sum(site_pages.DIGIT_TAG in tags(cell) for cell in read(page).cells) == 1
