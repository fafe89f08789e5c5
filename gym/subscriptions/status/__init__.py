"""Statuses: the rule by day and balance, synchronisation of rows with it, and the client's plan state."""
