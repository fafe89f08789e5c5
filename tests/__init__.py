"""The suite mirrors the packages; `e2e` drives the real bot and the real page."""
