"""Whole stories: the real bot over HTTP, the real kiosk API, real weights and photos."""
