"""Wording that several flows and messages share."""
