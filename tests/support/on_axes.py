"""What stands on axes: numbers, cells and frames by their place."""

from matplotlib.colors import same_color

from lecture_utils.plots.style import RED, TAP


def texts_at(ax):
    """The texts on axes by their place, (row, column)."""
    places = [tuple(round(at, 3) for at in text.get_position()[::-1]) for text in ax.texts]
    return {place: text.get_text() for place, text in zip(places, ax.texts, strict=True)}


def numbers_at(ax):
    """The numbers on axes by their place, (row, column)."""
    return {place: float(text.replace("−", "-")) for place, text in texts_at(ax).items()}


def tick_texts(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def _places(patches):
    return {(round(patch.get_y() + 0.5), round(patch.get_x() + 0.5)) for patch in patches}


def hatched(ax):
    """The cells with a hatch, (row, column)."""
    return _places(patch for patch in ax.patches if patch.get_hatch())


def tapped(ax):
    """The cells under a kernel, (row, column)."""
    patches = [patch for patch in ax.patches if patch.get_alpha()]
    return _places(patch for patch in patches if same_color(patch.get_facecolor()[:3], TAP))


def framed(ax):
    """Row, column, height and width of what has a red frame."""
    return [
        (patch.get_y() + 0.5, patch.get_x() + 0.5, patch.get_height(), patch.get_width())
        for patch in ax.patches
        if same_color(patch.get_edgecolor(), RED) and patch.get_linewidth() >= 2
    ]


def image_axes(figure):
    return [ax for ax in figure.axes if ax.images]
