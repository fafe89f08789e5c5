"""Trouble reports: admins are told of a method that fails on Telegram's side, once a day for each method."""

from __future__ import annotations

from contextlib import suppress

from bot.bot_api.method_health import OTHER_WAYS
from gym.app import Gym
from gym.core.errors import DatabaseUnavailable
from gym.notifications.outbox import DESK
from gym.notifications.payloads.operations import DeskTelegramFailsPayload
from gym.security.permissions import Actor


async def report_trouble(gym: Gym, method: str) -> None:
    """Count a message that left in another way, and tell the desk; a second report of a method that day is
    dropped."""
    OTHER_WAYS.labels(method).inc()
    with suppress(DatabaseUnavailable):
        async with gym.unit_of_work(Actor.system()) as uow:
            key = f"telegram:{method}:{uow.today}"
            uow.notify(DESK, DeskTelegramFailsPayload(method=method), dedup_key=key)
