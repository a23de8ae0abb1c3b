"""Comparisons of networks: bars as long as the counts, errors as published."""

import pytest
from drawings import network
from on_axes import tick_texts

from lecture_utils import plots
from lecture_utils.anatomy import count_depth, layer_table


def notes(ax):
    return [text.get_text() for text in ax.texts]


def test_bars_are_as_long_as_the_counts():
    chosen = [network(name) for name in ("alexnet", "vgg16", "googlenet", "resnet50")]
    figure = plots.compare(chosen, title="Four")
    lengths = [[bar.get_width() for bar in ax.patches] for ax in figure.axes]
    assert lengths[0] == [model.count_params() for model in chosen]
    assert lengths[1] == [layer_table(model).macs for model in chosen]
    assert lengths[2] == [count_depth(model) for model in chosen] == [8, 16, 22, 50]
    assert lengths[3] == [19.8, 9.9, 10.07, 7.8]
    assert figure.get_suptitle() == "Four" and figure.axes[0].yaxis_inverted()
    assert notes(figure.axes[0]) == ["61.0 M", "138.4 M", "7.0 M", "25.6 M"]
    assert notes(figure.axes[1])[1:] == ["15.5 G", "1.6 G", "3.9 G"]
    assert notes(figure.axes[3]) == ["19.8", "9.9", "10.07", "7.8"]
    assert tick_texts(figure.axes[0].yaxis) == ["AlexNet", "VGG-16", "GoogLeNet", "ResNet-50"]


def test_names_may_be_given_and_errors_may_be_unknown():
    figure = plots.compare({"small": network("convnet_mnist"), "smaller": network("dense_mnist")})
    assert len(figure.axes) == 3 and tick_texts(figure.axes[0].yaxis) == ["small", "smaller"]
    figure = plots.compare([network("alexnet"), network("vgg19"), network("resnet152")])
    assert notes(figure.axes[3]) == ["19.8", "–", "6.7"]


def test_values_stay_in_their_panel_and_small_ones_are_seen():
    figure = plots.compare([network(name) for name in ("lenet5", "vgg16", "resnet152", "alexnet")])
    figure.canvas.draw()
    ends = [(ax, text.get_window_extent().x1) for ax in figure.axes for text in ax.texts]
    assert all(end <= ax.get_window_extent().x1 for ax, end in ends)
    assert [ax.get_xscale() for ax in figure.axes] == ["log", "log", "linear", "linear"]
    assert figure.axes[0].get_xlim()[0] < network("lenet5").count_params()


def test_two_networks_of_one_name_are_refused():
    with pytest.raises(ValueError, match="models must be networks with names that differ"):
        plots.compare([network("lenet5"), network("lenet5")])
