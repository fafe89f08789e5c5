"""A whole gym, as the journeys through it have one."""

from tests.e2e.conftest import running_app, telegram

__all__ = ["running_app", "telegram"]
