"""What the page of a figure holds."""

import base64
import io
import json
import re

import numpy as np
from PIL import Image


def data(figure):
    """Return what an explorer's script reads."""
    return json.loads(re.search(r'json">(.*?)</script>', figure.html)[1])


def picture(html):
    """Return the first picture in a text, which is a BMP: an array of red, green and blue."""
    code = re.search(r'data:image/bmp;base64,([^"]+)', html)[1]
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(code))).convert("RGB"))
