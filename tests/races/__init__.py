"""Thirty-two people do the same thing at once, on the real database: it is done once."""
