"""Figures that answer to the hand, without a kernel: on a page, on the site, in a slide."""

from lecture_utils.explore.field import receptive_fields as receptive_fields
from lecture_utils.explore.maps import feature_maps as feature_maps
from lecture_utils.explore.windows import convolution as convolution
from lecture_utils.explore.windows import pooling as pooling
