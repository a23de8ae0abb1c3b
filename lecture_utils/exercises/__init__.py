"""The exercises of the lectures, one module a lecture.

Example:
    >>> from lecture_utils.exercises import lecture_02
    >>> lecture_02.output_length.hint()
    Hint 1 of 3: ...
"""
