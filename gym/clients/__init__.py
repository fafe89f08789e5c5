"""Clients: the people registered at the gym."""
