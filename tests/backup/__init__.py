"""Backups: made, proved, restored."""
