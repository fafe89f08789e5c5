"""Trouble reports: admins hear of a method that fails on Telegram's side, once a day for each method."""

from __future__ import annotations

from contextlib import suppress

from bot.bot_api.method_health import OTHER_WAYS
from gym.app import Gym
from gym.core.errors import DatabaseUnavailable
from gym.notifications.outbox import DESK
from gym.notifications.payloads.house import DeskTelegramFailsPayload
from gym.security.permissions import Actor


async def report_trouble(gym: Gym, method: str) -> None:
    """Count what left in another way, and tell the desk; the day's second report of a method is none."""
    OTHER_WAYS.labels(method).inc()
    with suppress(DatabaseUnavailable):
        async with gym.unit_of_work(Actor.system()) as uow:
            key = f"telegram:{method}:{uow.today}"
            uow.notify(DESK, DeskTelegramFailsPayload(method=method), dedup_key=key)
