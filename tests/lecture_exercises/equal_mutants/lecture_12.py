"""Changes of the solutions of lecture 12 that change no result, each with the reason."""

EQUAL = {
    ("cifar_parameters", "line 3: (depth - 2) // 3 -> -(-(depth - 2) // 3)"): "depth - 2 is 6n",
    ("cifar_parameters", "line 3: 2 -> 1"): "of depth - 2: 6n + 1 gives as many thirds as 6n",
    (
        "stochastic_depth",
        "line 6: rng.random() < survival -> rng.random() <= survival",
    ): "a draw is equal to `survival` once in 2**53 calls",
}
