"""Backups in an admin's chat: what goes there, what stands there, what has to be emptied."""
