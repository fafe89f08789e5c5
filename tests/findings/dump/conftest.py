"""A whole gym, as the journeys through it have one."""

from tests.e2e.conftest import house, telegram

__all__ = ["house", "telegram"]
