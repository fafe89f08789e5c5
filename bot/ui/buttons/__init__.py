"""Buttons that several rooms offer: their callback data, by area."""
