"""The embedded PostgreSQL: a server under the gym's home, shared by every process that needs it."""

from gym.core.postgres.launcher import EmbeddedPostgres, PostgresUnavailable

__all__ = ["EmbeddedPostgres", "PostgresUnavailable"]
