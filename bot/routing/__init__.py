"""Routers and routes: which handler answers which button, text, photo, link and command."""
