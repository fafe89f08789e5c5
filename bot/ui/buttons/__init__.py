"""Buttons that several rooms offer: their data, by area."""
