"""The exercises of the lectures: solutions with their likely mistakes beside them."""
