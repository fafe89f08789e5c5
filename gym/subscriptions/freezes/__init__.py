"""Freezes, closings of the gym and gift days: days that do not count, and the periods that they move."""
