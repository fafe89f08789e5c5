"""Endpoints of the JSON API."""
