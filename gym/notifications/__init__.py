"""Notifications: the transactional outbox, its kinds, payloads, fan-out and claims."""
