"""Changes of the solutions of lecture 07 that change no result, each with the reason."""

EQUAL = {
    ("grouped_parameters", "line 2: inputs // groups -> inputs / groups"): "groups are equal",
    ("grouped_parameters", "line 2: inputs // groups -> -(-inputs // groups)"): "groups are equal",
    (
        "dropout",
        "line 6: rng.random(values.shape) >= rate -> rng.random(values.shape) > rate",
    ): "a draw is equal to `rate` once in 2**53 values",
    ("ten_crops", "line 3: bottom // 2 -> -(-bottom // 2)"): "only an even rest has a middle",
    ("ten_crops", "line 3: right // 2 -> -(-right // 2)"): "only an even rest has a middle",
}
