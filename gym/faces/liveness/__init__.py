"""Liveness: a passive model, and the challenge to turn the head."""
