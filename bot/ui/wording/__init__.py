"""Wording that several routers and messages share."""
