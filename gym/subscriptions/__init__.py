"""Subscriptions: a client's periods of membership."""
