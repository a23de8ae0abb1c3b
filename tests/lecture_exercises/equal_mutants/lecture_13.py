"""Changes of the solutions of lecture 13 that change no result, each with the reason."""

HALVED = "the size can always be halved: it is even"
EVEN = "the difference is even"

EQUAL = {
    (
        "mean_iou",
        "line 4: (predicted == number, truth == number) -> (truth == number, predicted == number)",
    ): "IoU is the same with the masks exchanged",
    ("unet_output", "line 3: (size - 4) // 2 -> (size - 4) / 2"): HALVED,
    ("unet_output", "line 3: (size - 4) // 2 -> -(-(size - 4) // 2)"): HALVED,
    ("unet_output", "line 3: 4 -> 3"): HALVED,
    (
        "join",
        "line 3: (skip.shape[1] - height) // 2 -> -(-(skip.shape[1] - height) // 2)",
    ): EVEN,
    ("join", "line 3: (skip.shape[2] - width) // 2 -> -(-(skip.shape[2] - width) // 2)"): EVEN,
}
