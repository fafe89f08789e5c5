"""Calls to the Bot API: what became of them, and how often they are made again."""
