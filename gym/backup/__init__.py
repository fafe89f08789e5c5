"""Backups: sealed copies of the whole gym, kept in a folder and a chat, proved by restoring them."""
