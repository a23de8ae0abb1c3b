"""Commands for who changes the course: record, check and stamp the notebooks."""
