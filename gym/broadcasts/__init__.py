"""Broadcasts: one text for many members, written into the outbox bit by bit."""
