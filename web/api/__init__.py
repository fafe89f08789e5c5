"""Endpoints of the JSON API, a module for each area."""
