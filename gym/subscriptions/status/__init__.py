"""Statuses: what is due by day and balance, bringing rows in line with it, and the client's plan state."""
