"""What a model is made of: its layers, their cost, and what part of the input each of them sees.

The functions read the graph of a functional or sequential `keras.Model`: branches, nested models
and shared layers included. They never guess: a ValueError names what they do not know. `graph`
lists the calls of a model, `counts` adds up what they cost, `kinds` knows which window of its input
each kind of layer reads, and `fields` follows these windows back to the pixels.

A layer of your own joins in with one attribute, `anatomy`, a dictionary. It says which window of
its input one output position depends on, in the terms of a convolution, and what that costs:

    class SubSampling(keras.layers.Layer):
        anatomy = {"size": 2, "stride": 2, "macs": 0}

`size` and `macs` (multiply-accumulates for one output position, all channels together) must be
there. `stride`, `dilation` (otherwise 1) and `padding` ("same", "full" or a number of pixels on
each side, otherwise "valid") may be. Each but `macs` is one value, or one for each axis. A layer
that works on each position alone, such as a normalization across channels, has `size` 1. A nested
model with an `anatomy` of its own counts as one layer.
"""
# ruff: noqa: F401 (what is imported here is what the package offers)

from lecture_utils.anatomy.counts import LayerRow, LayerTable, count_depth, count_macs, layer_table
from lecture_utils.anatomy.fields import ReceptiveField, receptive_field
from lecture_utils.anatomy.graph import blueprint
