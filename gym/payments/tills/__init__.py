"""Tills: expected and counted amounts by method, for each of the staff and day."""
