"""docs/networks.md says what is: every network is there, with the figures and a picture."""

import re

from class_size import CLASS_SIZE

from tools import networks


def test_the_page_is_as_it_would_be_written_now_and_has_every_network():
    text = networks.PAGE.read_text(encoding="utf-8")
    assert text == networks.page(), "run `make networks`"
    built = {name for name in CLASS_SIZE if not name.endswith("_mnist")}
    assert set(re.findall(r"models\.(\w+)\(", text)) == built
    for alt, path in re.findall(r"!\[(.*?)\]\((.*?)\)", text):
        assert len(alt) > 30
        assert 5_000 < (networks.PAGE.parent / path).stat().st_size < 150_000


def test_a_picture_is_drawn(tmp_path):
    networks.draw("lenet5", {}, tmp_path)
    assert (tmp_path / "lenet5.png").read_bytes().startswith(b"\x89PNG")
