"""Changes of the solutions of lecture 14 that change no result, each with the reason."""

EQUAL = {
    (
        "front",
        "line 4: errors[i] < fewest -> errors[i] <= fewest",
    ): "the page says that no two numbers are equal",
    (
        "quiz_1",
        "line 8: kernel ** 2 * inputs * outputs // groups -> "
        "kernel ** 2 * inputs * outputs / groups",
    ): "the groups divide the channels",
    (
        "quiz_1",
        "line 8: kernel ** 2 * inputs * outputs // groups -> "
        "-(-(kernel ** 2 * inputs * outputs) // groups)",
    ): "the groups divide the channels",
}
