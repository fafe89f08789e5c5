"""Payload models of notifications, one for each kind, in a module for each area."""
