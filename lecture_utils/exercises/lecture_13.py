"""Exercises of lecture 13, U-Net and a label for every pixel."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lecture_utils.exercises._exercise import (
    Exercise,
    Mistake,
    call,
    expect_array,
    print_not_done,
    show,
)


def _draw_masks(rng: np.random.Generator, used: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Draw two masks of shape (6, 8) with these classes, mostly background, that agree in part."""
    truth = np.where(rng.random((6, 8)) < 0.6, 0, rng.choice(used, (6, 8)))
    truth.flat[rng.permutation(48)[: 2 * len(used)]] = 2 * used
    predicted = np.where(rng.random((6, 8)) < 0.6, truth, rng.choice(used, (6, 8)))
    for number in used:  # one pixel of each class is right
        predicted.flat[rng.choice(np.flatnonzero(truth == number))] = number
    return predicted, truth


def _mean_iou_reasons(predicted, truth, classes) -> tuple[float, list[tuple[float, str]]]:
    """Return the right answer, and the likely wrong ones with their reasons."""
    pairs = [(predicted == number, truth == number) for number in range(classes)]
    common, union = (np.array([join(*p).sum() for p in pairs]) for join in (np.minimum, np.maximum))
    there = union > 0
    guessed, drawn = np.array([[mask.any() for mask in pair] for pair in pairs]).T
    common, union = common[there], union[there]
    each, found = common / union, (predicted > 0, truth > 0)
    counts = "has counts, too: its union is not empty, and its IoU is 0."
    missing = " and ".join(map(str, np.flatnonzero(~there)))
    return each.mean(), [
        (np.mean(predicted == truth), "this is the pixel accuracy."),
        (each[1:].mean(), "the background, class 0, is missing in the mean."),
        ((2 * common / (common + union)).mean(), "this is the mean of Dice, not of IoU."),
        (
            (common / (common + union)).mean(),
            "|P| + |T| counts the common pixels twice: divide by the union.",
        ),
        (
            common.sum() / union.sum(),
            "you added up all intersections and all unions. Divide for each class, then take "
            "the mean.",
        ),
        (
            np.minimum(*found).sum() / np.maximum(*found).sum(),
            "you treat all classes above 0 as one. Compute IoU for each of them.",
        ),
        (each[drawn[there]].mean(), f"a class that only `predicted` {counts}"),
        (each[guessed[there]].mean(), f"a class that only `truth` {counts}"),
        (each.sum() / classes, f"neither mask has class {missing}, but you count it as 0."),
        (
            (each.sum() + classes - len(each)) / classes,
            f"neither mask has class {missing}, but you count it as 1.",
        ),
    ]


def _check_mean_iou(mean_iou, rng: np.random.Generator) -> None:
    every = [0, 1, 2, 3]
    for used, alone in ((every, ""), ([0, 1, 3], ""), ([0, 2], ""), (every, "p"), (every, "t")):
        classes, distinct = max(used) + 1, False
        while not distinct:  # so that no reason fits by chance
            predicted, truth = _draw_masks(rng, used)
            number = int(rng.choice(used[1:]))
            if alone == "p":
                truth[truth == number] = 0
            elif alone == "t":
                predicted[predicted == number] = 0
            right, reasons = _mean_iou_reasons(predicted, truth, classes)
            extra = {"": slice(6, 6), "p": slice(6, 7), "t": slice(7, 8)}[alone]
            if len(used) == 3:  # a class is in neither mask
                extra = slice(8, None)
            likely = [*reasons[:6], *reasons[extra]]
            values = sorted([right, *(value for value, _ in likely)])
            distinct = len(used) == 2 or np.diff(values).min() > 1e-3
        case = f"masks of shape (6, 8), classes={classes}, of which {used} occur"
        if alone:
            case += f", {number} only in `{'predicted' if alone == 'p' else 'truth'}`"
        with np.errstate(all="ignore"):
            result = call(mean_iou, predicted, truth, classes)
        if np.ndim(result):
            raise Mistake(f"{case}: one number is expected, but this came: {show(result)}.")
        if isinstance(result, float | np.floating) and np.isnan(result):
            raise Mistake(f"{case}: your result is nan, 0 / 0. Skip a class whose union is empty.")
        expect_array(result, np.asarray(right), case, reasons)


mean_iou = Exercise(
    "lecture_13.mean_iou",
    _check_mean_iou,
    hints=(
        "`predicted == number` is the mask of one class, with True and False.",
        "A loop over `range(classes)`; the union of a class that is nowhere is empty: skip it.",
        "Collect `np.sum(p & t) / np.sum(p | t)` in a list, and return its mean.",
    ),
    answer="""
    def mean_iou(predicted, truth, classes):
        values = []
        for number in range(classes):
            p, t = predicted == number, truth == number
            union = np.sum(p | t)
            if union:
                values.append(np.sum(p & t) / union)
        return np.mean(values)
    """,
)


def _unet_output(size, depth, taken=4, doubled=2, bottom=True, up=True, late=False, early=False):
    """The side after a U-Net, with what a student may forget or exchange."""
    for _ in range(depth):
        size = size // 2 - taken if late else (size - taken) // 2
    if bottom:
        size -= taken
    for _ in range(depth):
        size = doubled * (size - taken) if early else doubled * size - (taken if up else 0)
    return size


def _unet_output_reasons(size, depth) -> list[tuple[int, str]]:
    return [
        (size, "this is the size of the image: without padding the border is lost."),
        (
            _unet_output(size, depth, taken=2),
            "there are two convolutions on each level, and each takes 2 pixels.",
        ),
        (
            _unet_output(size, depth, bottom=False),
            "the two convolutions at the bottom are missing.",
        ),
        (
            _unet_output(size, depth, up=False),
            "on the way up, too, there are two convolutions on each level.",
        ),
        (
            _unet_output(size, depth, doubled=1),
            "on the way up each up-convolution doubles the size first.",
        ),
        (
            _unet_output(size, depth, doubled=1, up=False),
            "this is the size at the bottom. The way up is missing.",
        ),
        *[
            (
                _unet_output(size, depth, **{exchanged: True}),
                "on the way down the convolutions come before the pooling, on the way up after "
                "the up-convolution.",
            )
            for exchanged in ("late", "early")
        ],
        (
            _unet_output(size, depth - 1),
            "one pooling and one up-convolution are missing: there are `depth` of each.",
        ),
        (
            size - 4 * (2 * depth + 1),
            "a pixel on a lower level is worth more than one of the image: halve and double "
            "the size on the way.",
        ),
        (
            size - 184,
            "184 is what the paper's network loses, with four poolings. It depends on depth.",
        ),
    ]


def _check_unet_output(unet_output, rng: np.random.Generator) -> None:
    for depth in (4, *rng.permutation([2, 3]).tolist(), 1):
        distinct = False
        while not distinct:  # so that no reason fits by chance
            size = int(rng.integers(18, 60))  # pixels after the last pooling
            for _ in range(depth):
                size = 2 * size + 4
            reasons = _unet_output_reasons(size, depth)
            distinct = depth == 1 or len({value for value, _ in reasons}) == len(set(reasons))
        result = call(unet_output, size, depth)
        right = np.asarray(_unet_output(size, depth))
        expect_array(result, right, f"size={size}, depth={depth}", reasons)


unet_output = Exercise(
    "lecture_13.unet_output",
    _check_unet_output,
    hints=(
        "Follow the cell that traces the sizes, with a loop over `depth` instead of four levels.",
        "Down: `size = (size - 4) // 2`, as often as there are poolings.",
        "Then 4 less at the bottom, and up: `size = 2 * size - 4`, as often again.",
    ),
    answer="""
    def unet_output(size, depth):
        for _ in range(depth):
            size = (size - 4) // 2
        size = size - 4
        for _ in range(depth):
            size = 2 * size - 4
        return size
    """,
)


def _check_join(join, rng: np.random.Generator) -> None:
    # First with equal channels: adding, or another axis, is possible then, and wrong.
    for (down, right), channels in (((1, 2), 4), ((2, 1), 2), ((3, 0), 4), ((0, 0), 3)):
        rows, columns = rng.permutation([3, 4, 5])[:2].tolist()
        skip = rng.normal(size=(2, rows + 2 * down, columns + 2 * right, 4))
        x = rng.normal(size=(2, rows, columns, channels))
        case = f"skip of shape {skip.shape}, x of shape {x.shape}"
        nothing = (
            f"{case}: a slice of your skip is empty. With a border of 0, [0:-0] is [0:0], which is "
            "nothing; count from the front: [border : border + size]."
        )
        try:
            result = np.asarray(call(join, skip, x))
        except Mistake as mistake:
            if "has size 0" in str(mistake):
                raise Mistake(nothing) from None
            raise
        if result.ndim == 4 and not result.size:
            raise Mistake(nothing)
        middle = skip[:, down : down + rows, right : right + columns]
        corners = {
            "upper left": skip[:, :rows, :columns],
            "lower right": skip[:, 2 * down :, 2 * right :],
        }
        reasons = [
            (
                np.concatenate([part, x], axis=3),
                f"you kept the {name} corner of the skip. Both must look at the same place: crop "
                "from the middle.",
            )
            for name, part in corners.items()
        ]
        reasons += [
            (np.concatenate([x, middle], axis=3), "the skip comes first, then x."),
            (middle, "the skip is cropped well, but x is missing."),
        ]
        for border in {down, right} if down != right else ():
            part = skip[:, border : border + rows, border : border + columns]
            if part.shape == middle.shape:
                reasons.append(
                    (
                        np.concatenate([part, x], axis=3),
                        "you crop as much from the columns as from the rows. Compute both: the "
                        "image need not be a square.",
                    )
                )
        if channels == 4:
            reasons.append((middle + x, "you add the two, as ResNet does. U-Net concatenates."))
            reasons += [
                (
                    np.concatenate([middle, x], axis=axis),
                    "concatenate along the channels, the last axis.",
                )
                for axis in (0, 1, 2)
            ]
        expect_array(result, np.concatenate([middle, x], axis=3), case, reasons)


join = Exercise(
    "lecture_13.join",
    _check_join,
    hints=(
        "How many rows has `skip` more than `x`? Half of them go at the top.",
        "`top = (skip.shape[1] - x.shape[1]) // 2`, and `left` in the same way from axis 2.",
        "Slice with `top : top + x.shape[1]`, then `np.concatenate([..., x], axis=3)`.",
    ),
    answer="""
    def join(skip, x):
        height, width = x.shape[1:3]
        top, left = (skip.shape[1] - height) // 2, (skip.shape[2] - width) // 2
        middle = skip[:, top : top + height, left : left + width]
        return np.concatenate([middle, x], axis=3)
    """,
)


def _check_paste(paste, rng: np.random.Generator) -> None:
    for height, width in ((4, 6), (3, 3)):
        image, background = rng.random((2, height, width, 3))
        probability = rng.random((height, width))
        probability.flat[:4] = 0, 1, 0.4, 0.6
        alpha = probability[..., np.newaxis]
        hard = alpha > 0.5
        right = alpha * image + (1 - alpha) * background
        reasons = [
            (
                alpha * background + (1 - alpha) * image,
                "the two are exchanged: where the probability is 1 the image is seen.",
            ),
            (
                np.where(hard, image, background),
                "you cut at 0.5, so the edges are hard. Where the probability is 0.5 both are "
                "mixed by half.",
            ),
            (alpha * image + background, "the background must give way: weigh it with 1 - alpha."),
            (
                np.clip(alpha * image + background, 0, 1),
                "the background must give way: weigh it with 1 - alpha.",
            ),
            (alpha * image, "this is the object on black; the background is missing."),
            ((image + background) / 2, "this is half of each, without the probability."),
            (255 * right, "the values should go from 0 to 1, yours go to 255."),
            (
                np.concatenate([image, alpha], axis=2),
                "this is the image with an alpha channel. Compute the mixture itself.",
            ),
        ]
        case = f"image and background of shape {image.shape}, probability of {probability.shape}"
        try:
            result = call(paste, image, probability, background)
        except Mistake as mistake:
            if "broadcast" in str(mistake):
                raise Mistake(
                    f"{case}: the shapes do not fit. The probability needs a last axis for the "
                    "colours: probability[..., np.newaxis]."
                ) from None
            raise
        expect_array(result, right, case, reasons)


paste = Exercise(
    "lecture_13.paste",
    _check_paste,
    hints=(
        "A mixture of two colours: a share of one, and the rest of the other.",
        "`probability[..., np.newaxis]` has the shape (height, width, 1), which fits the colours.",
        "alpha * image + (1 - alpha) * background",
    ),
    answer="""
    def paste(image, probability, background):
        alpha = probability[..., np.newaxis]
        return alpha * image + (1 - alpha) * background
    """,
)


def _convolve_valid(images: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """A network for the exercise: a correlation without padding, followed by a square root."""
    windows = sliding_window_view(images, kernel.shape, axis=(1, 2))
    return np.sqrt(np.einsum("nyxij,ij->nyx", windows, kernel))


def _tiles(image, kernel, tile, border, mode):
    """The right answer, or what comes out if each tile is padded alone."""
    result = np.empty(image.shape)
    for top in range(0, image.shape[0], tile):
        for left in range(0, image.shape[1], tile):
            piece = np.pad(image[top : top + tile, left : left + tile], border, mode=mode)
            result[top : top + tile, left : left + tile] = _convolve_valid(piece[None], kernel)[0]
    return result


def _check_predict_tiles(predict_tiles, rng: np.random.Generator) -> str:
    for rows, columns in ((2, 3), (3, 1), (1, 2)):
        tile, border = int(rng.integers(4, 7)), int(rng.integers(2, 4))
        image = rng.random((rows * tile, columns * tile))
        kernel = rng.uniform(0.5, 2, (2 * border + 1, 2 * border + 1))
        side = tile + 2 * border
        case = f"image of shape {image.shape}, tile={tile}, border={border}"

        def network(
            tiles, case=case, side=side, tile=tile, kernel=kernel, image=image, border=border
        ):
            tiles = np.asarray(tiles)
            if tiles.shape == (side, side):
                raise Mistake(
                    f"{case}: the network got one tile without the axis for the count. Give it "
                    "tile[np.newaxis]."
                )
            if tiles.ndim == 3 and tiles.shape[1:] == (tile, tile):
                raise Mistake(
                    f"{case}: the network got a tile without its border. It needs {side}x{side} "
                    "pixels."
                )
            if tiles.shape[-2:] == (image.shape[0] + 2 * border, image.shape[1] + 2 * border):
                raise Mistake(
                    f"{case}: the network got the whole image with its border. Give it tiles of "
                    f"{side}x{side} pixels."
                )
            if tiles.ndim != 3 or tiles.shape[1:] != (side, side):
                raise Mistake(
                    f"{case}: the network got the shape {tiles.shape}, but (count, {side}, {side}) "
                    "is expected. Does the image have its mirrored border on all four sides?"
                )
            return _convolve_valid(tiles, kernel)

        if not callable(predict_tiles):
            raise Mistake(f"A function is expected here, but this is {show(predict_tiles)}.")
        result = predict_tiles(image.copy(), network, tile, border)
        if result is None:
            raise Mistake(f"{case}: your function returned nothing. Does it end with `return`?")

        def whole(mode, image=image, border=border, kernel=kernel):
            return _convolve_valid(np.pad(image, border, mode=mode)[None], kernel)[0]

        right = whole("reflect")
        blocks = right.reshape(rows, tile, columns, tile)
        reasons = [
            (whole("constant"), "the border is black. Mirror the image instead."),
            (
                whole("symmetric"),
                'mode="symmetric" repeats the pixel at the edge; a mirror in the edge itself does '
                'not: mode="reflect".',
            ),
            (whole("edge"), "the border repeats the last pixel. Mirror the image instead."),
            (whole("wrap"), "the border comes from the other side. Mirror the image instead."),
            *[
                (
                    _tiles(image, kernel, tile, border, mode),
                    "you pad each tile alone. Its border is what lies around it in the image; "
                    "mirror the image only at its own edges.",
                )
                for mode in ("reflect", "symmetric", "constant", "edge")
            ],
            (right.T, "rows and columns are exchanged."),
            (
                blocks.transpose(2, 0, 1, 3)
                .reshape(rows, columns, tile, tile)
                .swapaxes(1, 2)
                .reshape(image.shape),
                "the tiles are cut out column by column, but put together row by row.",
            ),
            (
                blocks.transpose(0, 2, 1, 3).reshape(rows * columns, tile, tile),
                "the tiles are right, but a list of them. Put them together to one image.",
            ),
            (
                blocks.transpose(0, 2, 1, 3).reshape(image.shape),
                "the tiles are not at their places: reshape alone does not put them together.",
            ),
            (image, "this is the image itself: the network was not used."),
        ]
        expect_array(result, right, case, reasons)
    return "So can an image of any size pass through a memory of one tile."


predict_tiles = Exercise(
    "lecture_13.predict_tiles",
    _check_predict_tiles,
    hints=(
        '`np.pad(image, border, mode="reflect")` mirrors the whole image at its edges, once.',
        "In the padded image the tile for row `top`, column `left` begins at `[top, left]`, and "
        "has `tile + 2 * border` pixels each way.",
        "Two loops over `range(0, height, tile)` and `range(0, width, tile)`; write "
        "`network(piece[np.newaxis])[0]` into `result[top : top + tile, left : left + tile]`.",
    ),
    answer="""
    def predict_tiles(image, network, tile, border):
        padded = np.pad(image, border, mode="reflect")
        side = tile + 2 * border
        result = np.zeros(image.shape)
        for top in range(0, image.shape[0], tile):
            for left in range(0, image.shape[1], tile):
                piece = padded[top : top + side, left : left + side]
                answer = network(piece[np.newaxis])[0]
                result[top : top + tile, left : left + tile] = answer
        return result
    """,
)

EXERCISES = (mean_iou, unet_output, join, paste, predict_tiles)


def not_done_yet() -> None:
    """Print which of these exercises are still to be done."""
    print_not_done(EXERCISES)
