"""Commands for those who change the course: `python -m tools.record` from its folder."""
