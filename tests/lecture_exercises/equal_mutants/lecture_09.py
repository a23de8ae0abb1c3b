"""Changes of the solutions of lecture 09 that change no result, each with the reason."""

EQUAL = {
    ("stack_weights", "line 2: (kernel - 1) // 2 -> (kernel - 1) / 2"): "kernels are odd",
    ("stack_weights", "line 2: (kernel - 1) // 2 -> -(-(kernel - 1) // 2)"): "kernels are odd",
    ("stack_weights", "line 2: 1 -> 0"): "kernels are odd",
    (
        "jitter",
        "line 7: (top:top + size, left:left + size) -> (left:left + size, top:top + size)",
    ): "both are drawn in the same way",
}
