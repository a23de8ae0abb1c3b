"""Wrong answers to the exercises of lecture 13, and what the student is told about each."""

from lecture_utils.exercises import lecture_13

_MEAN_IOU = lecture_13.mean_iou.answer

_OUTPUT = lecture_13.unet_output.answer

_JOIN = lecture_13.join.answer

_TILES = lecture_13.predict_tiles.answer


def _paste(expression):
    return (
        "def paste(image, probability, background):\n"
        "    alpha = probability[..., np.newaxis]\n"
        f"    return {expression}"
    )


_ALONE = _TILES.replace(
    "padded[top : top + side, left : left + side]",
    "np.pad(image[top : top + tile, left : left + tile], border, mode='reflect')",
)

WRONG = {
    "mean_iou": [
        (
            "def mean_iou(predicted, truth, classes):\n    return np.mean(predicted == truth)",
            "this is the pixel accuracy",
        ),
        (
            _MEAN_IOU.replace("np.mean(values)", "np.sum(values) / classes"),
            "but you count it as 0",
        ),
        (
            _MEAN_IOU.replace(
                "    return", "        else:\n            values.append(1)\n    return"
            ),
            "but you count it as 1",
        ),
        (_MEAN_IOU.replace("        if union:", "        if True:"), "nan, 0 / 0"),
        (_MEAN_IOU.replace("range(classes)", "range(1, classes)"), "the background, class 0"),
        (
            _MEAN_IOU.replace("np.sum(p & t) / union", "2 * (p & t).sum() / (p.sum() + t.sum())"),
            "mean of Dice",
        ),
        (
            _MEAN_IOU.replace("np.sum(p & t) / union", "(p & t).sum() / (p.sum() + t.sum())"),
            "counts the common pixels twice",
        ),
        (
            "def mean_iou(predicted, truth, classes):\n"
            "    masks = [(predicted == c, truth == c) for c in range(classes)]\n"
            "    return sum((p & t).sum() for p, t in masks) / sum((p | t).sum() for p, t in masks)",
            "Divide for each class",
        ),
        (
            "def mean_iou(predicted, truth, classes):\n"
            "    p, t = predicted > 0, truth > 0\n"
            "    return (p & t).sum() / (p | t).sum()",
            "all classes above 0 as one",
        ),
        (
            _MEAN_IOU.replace("range(classes)", "np.unique(truth)"),
            "class that only `predicted` has",
        ),
        (
            _MEAN_IOU.replace("range(classes)", "np.unique(predicted)"),
            "class that only `truth` has",
        ),
        (_MEAN_IOU.replace("np.mean(values)", "values"), "one number is expected"),
    ],
    "unet_output": [
        ("def unet_output(size, depth):\n    return size", "this is the size of the image"),
        (_OUTPUT.replace("4", "2"), "two convolutions on each level, and each"),
        (_OUTPUT.replace("    size = size - 4\n    for", "    for"), "at the bottom are missing"),
        (_OUTPUT.replace("2 * size - 4", "2 * size"), "on the way up, too"),
        (_OUTPUT.replace("2 * size - 4", "size - 4"), "doubles the size first"),
        (
            "def unet_output(size, depth):\n"
            "    for _ in range(depth):\n"
            "        size = (size - 4) // 2\n"
            "    return size - 4",
            "The way up is missing",
        ),
        (
            "def unet_output(size, depth):\n    return size - 4 * (2 * depth + 1)",
            "worth more than one of the image",
        ),
        ("def unet_output(size, depth):\n    return size - 184", "It depends on depth"),
        (_OUTPUT.replace("(size - 4) // 2", "size // 2 - 4"), "come before the pooling"),
        (_OUTPUT.replace("2 * size - 4", "2 * (size - 4)"), "on the way up after"),
        (_OUTPUT.replace("range(depth)", "range(depth - 1)"), "one up-convolution are missing"),
    ],
    "join": [
        (_JOIN.replace("top : top + ", ":").replace("left : left + ", ":"), "upper left"),
        (
            "def join(skip, x):\n"
            "    rows, columns = skip.shape[1] - x.shape[1], skip.shape[2] - x.shape[2]\n"
            "    return np.concatenate([skip[:, rows:, columns:], x], axis=3)",
            "lower right",
        ),
        (_JOIN.replace("[middle, x]", "[x, middle]"), "the skip comes first"),
        (_JOIN.replace("np.concatenate([middle, x], axis=3)", "middle"), "x is missing"),
        (
            _JOIN.replace("top + height", "-top").replace("left + width", "-left"),
            "which is nothing",
        ),
        (_JOIN.replace("axis=3", "axis=1"), "along the channels"),
        (_JOIN.replace("np.concatenate([middle, x], axis=3)", "middle + x"), "as ResNet does"),
        (
            _JOIN.replace("middle = skip[", "middle = skip.copy()  # ["),
            "stopped with ValueError",
        ),
        (_JOIN.replace("left : left +", "top : top +"), "from the columns as from the rows"),
        (_JOIN.replace("    return", "   "), "returned nothing"),
    ],
    "paste": [
        (_paste("alpha * background + (1 - alpha) * image"), "the two are exchanged"),
        (_paste("np.where(alpha > 0.5, image, background)"), "the edges are hard"),
        (_paste("alpha * image + background"), "must give way"),
        (_paste("alpha * image"), "the background is missing"),
        (_paste("(image + background) / 2"), "half of each"),
        (_paste("255 * (alpha * image + (1 - alpha) * background)"), "yours go to 255"),
        (_paste("np.concatenate([image, alpha], axis=2)"), "with an alpha channel"),
        (
            _paste("probability * image + (1 - probability) * background"),
            "needs a last axis for the colours",
        ),
    ],
    "predict_tiles": [
        (_TILES.replace('"reflect"', '"constant"'), "the border is black"),
        (_TILES.replace('"reflect"', '"symmetric"'), "repeats the pixel at the edge"),
        (_TILES.replace('"reflect"', '"edge"'), "repeats the last pixel"),
        (_TILES.replace('"reflect"', '"wrap"'), "comes from the other side"),
        (_ALONE, "you pad each tile alone"),
        (_TILES.replace("return result", "return result.T"), "rows and columns are exchanged"),
        (
            _TILES.replace("top + side, left : left + side", "top + tile, left : left + tile"),
            "without its border",
        ),
        (_TILES.replace("piece[np.newaxis])[0]", "piece)"), "axis for the count"),
        (
            _TILES.replace("padded[top", "image[top"),
            r"mirrored border on all four|without its border",
        ),
        (
            _TILES.replace("return result", "return image"),
            "the network was not used",
        ),
        (
            "def predict_tiles(image, network, tile, border):\n"
            "    padded = np.pad(image, border, mode='reflect')\n"
            "    side = tile + 2 * border\n"
            "    return np.concatenate([network(padded[None, t : t + side, l : l + side])\n"
            "        for t in range(0, image.shape[0], tile) for l in range(0, image.shape[1], tile)])",
            "a list of them",
        ),
        (
            "def predict_tiles(image, network, tile, border):\n"
            "    padded = np.pad(image, border, mode='reflect')\n"
            "    side = tile + 2 * border\n"
            "    return np.concatenate([network(padded[None, t : t + side, l : l + side])\n"
            "        for t in range(0, image.shape[0], tile) for l in range(0, image.shape[1], tile)]).reshape(image.shape)",
            "reshape alone does not",
        ),
        (
            "def predict_tiles(image, network, tile, border):\n"
            "    padded = np.pad(image, border, mode='reflect')\n"
            "    side, (height, width) = tile + 2 * border, image.shape\n"
            "    tiles = [network(padded[None, t : t + side, l : l + side])[0]\n"
            "        for l in range(0, width, tile) for t in range(0, height, tile)]\n"
            "    blocks = np.reshape(tiles, (height // tile, width // tile, tile, tile))\n"
            "    return blocks.swapaxes(1, 2).reshape(image.shape)",
            "cut out column by column",
        ),
        (
            "def predict_tiles(image, network, tile, border):\n"
            "    return network(np.pad(image, border, mode='reflect')[None])[0]",
            "got the whole image",
        ),
        (_TILES.replace("    return result", "    result"), "returned nothing"),
    ],
}
