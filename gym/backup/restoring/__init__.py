"""Restoring: a database of its own, compared, made ready, put in place or dropped."""
