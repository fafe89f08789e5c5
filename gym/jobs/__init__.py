"""Scheduled jobs: their table, the runner with catch-up, the leader's scheduler, health, retention."""
