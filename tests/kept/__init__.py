"""Gyms of earlier releases, kept as they were, and what must still be true of them."""
