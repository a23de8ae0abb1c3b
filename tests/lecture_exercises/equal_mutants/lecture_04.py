"""Changes of the solutions of lecture 04 that change no result, each with the reason."""

EQUAL = {
    (
        "settings",
        "line 6: (kernel - 1) // 2 -> -(-(kernel - 1) // 2)",
    ): "the kernels are odd, so nothing is rounded",
    ("settings", "line 6: 1 -> 0"): "of kernel - 1: an odd kernel has as large a half",
    ("build", "line 3: 8 -> 9"): "the channels in between are free",
    ("build", "line 3: 8 -> 7"): "the channels in between are free",
}
