"""Helpers for a course on convolutional networks: data, convolution, models and plots.

Importing the package loads neither TensorFlow nor matplotlib; each module brings what it needs.
"""

import os

# TensorFlow reads these when it starts. Its log of available instructions would otherwise be the
# first thing a reader sees, and would differ on every machine.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# The faster kernels: a convnet trains in about two thirds of the time. Set here, not left to
# TensorFlow, since its own default differs between processors.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
