"""Notifications: the transactional outbox of everything that must be told."""
