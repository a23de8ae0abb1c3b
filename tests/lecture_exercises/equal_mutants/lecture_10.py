"""Changes of the solutions of lecture 10 that change no result, each with the reason."""

EQUAL = {}
