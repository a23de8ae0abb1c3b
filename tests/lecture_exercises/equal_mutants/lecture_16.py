"""Changes of the solutions of lecture 16 that change no result, each with the reason."""

EQUAL = {}
