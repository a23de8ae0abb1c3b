"""Changes of the solutions of lecture 11 that change no result, each with the reason."""

EQUAL = {}
