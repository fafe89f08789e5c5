"""Calls to the Bot API: transport, delivery status, retries, health by method."""
