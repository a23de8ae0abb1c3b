"""Draw and count every network for docs/networks.md: `python -m tools.networks`."""

from __future__ import annotations

import math
from pathlib import Path

from lecture_utils import anatomy, models
from lecture_utils.datasets import networks
from tools.notebooks import ROOT

PAGE = ROOT / "docs" / "networks.md"

# Builders whose figures stand in data/networks.csv, and those that have none there.
OTHERS = {
    "resnet_cifar": (
        "ResNet-20 for CIFAR-10",
        "He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, CVPR 2016, section 4.2",
        "https://arxiv.org/abs/1512.03385",
        {"depth": 20},
    ),
    "efficientnet_lite0": (
        "EfficientNet-Lite0",
        "Tan, Le: EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, "
        "ICML 2019; the Lite variant is Google's of 2020",
        "https://arxiv.org/abs/1905.11946",
        {"weights": None},
    ),
}

# The lectures, by what the names of their networks begin with.
LECTURES = {
    **{"lenet": "06_cortex_to_lenet", "alexnet": "07_alexnet", "zfnet": "08_zfnet"},
    **{"vgg": "09_vgg", "googlenet": "10_googlenet", "inception": "11_inception"},
    **{"resnet": "12_resnet", "unet": "13_unet", "efficientnet": "14_ilsvrc"},
}

HEAD = """\
# The networks

Every network that `lecture_utils.models` builds, drawn by `plots.architecture` from the model
itself. Trainable parameters and multiply-accumulates (convolutions and dense layers, one image) are
counted by `lecture_utils.anatomy`; the tests hold them to the papers. Activations, normalizations,
dropout and the like are left out of the drawings. In ResNet-20 a shortcut that changes the shape
has no weights (option A): it takes every second pixel, drawn as a pooling, and adds zeros.
`make networks` writes this page.
"""


def entries() -> dict[str, tuple[str, str, str, dict]]:
    """Return title, paper, address and arguments of each network, by its builder's name."""
    rows = {
        row["name"]: (row["title"], f"{row['authors']}: {row['paper']}", row["link"] or "", {})
        for row in networks()
    }
    return rows | {name: entry for name, entry in OTHERS.items() if name not in rows}


def section(name: str, title: str, paper: str, link: str, options: dict) -> str:
    """Return the page's section on one network; it is built without weights."""
    model = anatomy.blueprint(getattr(models, name), **options)
    parameters = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    call = ", ".join(f"{key}={value!r}" for key, value in options.items())
    source = f"[{paper}]({link})" if link else paper
    lecture = next(file for start, file in LECTURES.items() if name.startswith(start))
    return (
        f"## {title}\n\n"
        f"`models.{name}({call})`: {parameters:,} trainable parameters, "
        f"{anatomy.count_macs(model):,} multiply-accumulates, "
        f"{anatomy.count_depth(model)} layers deep. {source}. "
        f"[Lecture {int(lecture[:2])}](../notebooks/{lecture}.ipynb).\n\n"
        f"![{title}, drawn layer by layer from its input at the left to its output]"
        f"(networks/{name}.png)\n"
    )


def page() -> str:
    """Return the text of docs/networks.md."""
    return "\n".join([HEAD, *(section(name, *entry) for name, entry in entries().items())])


def draw(name: str, options: dict, folder: Path) -> None:
    """Draw one network into a folder."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from lecture_utils import plots

    plots.set_style()
    figure = plots.architecture(anatomy.blueprint(getattr(models, name), **options))
    figure.savefig(folder / f"{name}.png", metadata={"Software": None})
    plt.close(figure)


def main() -> None:
    """Write the page and its pictures."""
    folder = PAGE.parent / "networks"
    folder.mkdir(parents=True, exist_ok=True)
    for name, (*_, options) in entries().items():
        draw(name, options, folder)
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(f"{len(entries())} networks are drawn in {PAGE.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
