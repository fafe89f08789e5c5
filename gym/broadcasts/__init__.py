"""Broadcasts: one text for a segment of members, written into the outbox in batches."""
