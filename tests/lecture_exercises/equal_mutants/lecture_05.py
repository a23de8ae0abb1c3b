"""Changes of the solutions of lecture 05 that change no result, each with the reason."""

EQUAL = {
    ("learning_rate", "line 2: step < warmup -> step <= warmup"): "both lines meet at the peak",
    (
        "like_mnist",
        "line 9: digit.sum -> digit.mean",
    ): "weights of a mean may have any common factor",
    ("like_mnist", "line 10: digit.sum -> digit.mean"): "the same",
}
