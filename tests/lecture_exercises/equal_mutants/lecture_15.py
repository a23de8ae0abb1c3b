"""Changes of the solutions of lecture 15 that change no result, each with the reason."""

EQUAL = {}
