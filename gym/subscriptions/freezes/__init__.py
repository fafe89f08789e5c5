"""Freezes, closings of the gym and gift days: days that do not count, and what they move."""
