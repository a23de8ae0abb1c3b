import re
import subprocess
import sys

import numpy as np
import pytest
from figures import data, picture

from lecture_utils import explore
from lecture_utils.explore.page import FOLDER

ALT = 'A kernel "slides" over <a signal> & costs $1.'
IMAGE = np.eye(4)
MAKE = "explore.convolution({'a < b': np.eye(4)}, {'e': np.ones((2, 2)) / 3}, 'a window')"


def test_a_page_has_what_came_its_words_and_a_first_picture():
    explorer = explore.convolution({"a < b": IMAGE}, {"blur": np.ones((2, 2)) / 3}, ALT)
    found = data(explorer)
    assert found["inputs"] == {"a < b": IMAGE.tolist()}
    assert found["kernels"] == {"blur": [[0.333333, 0.333333]] * 2}  # three make 1 to the eye
    assert found["words"]["stride"] == "stride"
    assert "kernels" not in data(explore.pooling({"image": IMAGE}, ALT))
    assert repr(explorer) == explorer.alt == ALT
    quoted = "A kernel &quot;slides&quot; over &lt;a signal&gt; &amp; costs $1."
    assert f' alt="{quoted}">' in explorer.html
    shown = picture(explorer.html)[..., 0]
    assert (shown[:, :4] == 255 * IMAGE).all() and (shown[:, 4:6] == 255).all()
    assert shown[0, 6:].tolist() == [255, 136, 0] and shown.shape == (4, 9)
    assert "run this cell, or trust this page" in explorer._repr_html_()


def test_a_signal_may_have_one_axis_and_meets_a_kernels_middle_row():
    kernels = {"Sobel": [[1, 0, -1], [2, 0, -2], [1, 0, -1]]}
    explorer = explore.convolution({"signal": [1, 2, 3, 4, 5]}, kernels, ALT)
    assert data(explorer)["inputs"] == {"signal": [[1, 2, 3, 4, 5]]}
    assert picture(explorer.html).shape == (1, 10, 3)
    assert picture(explore.pooling({"signal": [1, 2, 3, 4, 5]}, ALT).html).shape == (1, 9, 3)


def test_a_page_is_the_same_each_time_and_in_another_process():
    code = f"import numpy as np; from lecture_utils import explore; print({MAKE}.html, end='')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.decode() == eval(MAKE).html == eval(MAKE).html


def test_a_page_needs_no_network_and_leaves_no_names_behind():
    text = eval(MAKE).html
    assert not re.search(r"https?:|<link|@import|url\(|\bid=", text)
    assert re.search(r'<script>\n\(\(\) => {\n"use strict";', text)


def test_lines_of_scripts_are_short():
    scripts = [path for path in FOLDER.iterdir() if path.suffix in (".js", ".css", ".html")]
    lines = [line for path in scripts for line in path.read_text("utf-8").splitlines()]
    assert [line for line in lines if len(line) > 100] == []


SQUARE = {"square": IMAGE}
REFUSED = [
    ((SQUARE, SQUARE, " "), "alt must be words that say what the figure shows"),
    (({}, SQUARE, ALT), "inputs must be a dictionary of arrays by name, got {}"),
    ((IMAGE, SQUARE, ALT), "inputs must be a dictionary of arrays by name"),
    ((SQUARE, {"": IMAGE}, ALT), "kernels must be a dictionary of arrays by name"),
    (({"x": np.ones((2, 41))}, SQUARE, ALT), r"inputs\['x'\] must be of at most 40 on an axis"),
    ((SQUARE, {"x": np.ones((6, 6))}, ALT), r"kernels\['x'\] must be of at most 5 on an axis"),
    (({"x": [[np.nan]]}, SQUARE, ALT), r"inputs\['x'\] must be finite, got nan"),
    (({"x": np.ones((2, 2, 2))}, SQUARE, ALT), r"must be an array with the axes \(samples\) or"),
    ((SQUARE, {"x": np.ones((5, 5))}, ALT), "kernel must be no longer than the 4 pixels"),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_what_will_not_do_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        explore.convolution(*arguments)
