"""First steps of a new gym: what is set up and what is not, read from the gym's own rows."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import text

from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

NEW_FOR: Final = timedelta(days=30)
"""After that only what no gym can do without is still asked for."""
FACTS: Final = text("""
SELECT
    EXISTS (SELECT FROM plans) AS plan,
    EXISTS (SELECT FROM clients) AS client,
    EXISTS (SELECT FROM kiosks WHERE active AND exit_pin_hash IS NOT NULL) AS kiosk,
    EXISTS (SELECT FROM desk_chats WHERE offered_at IS NULL AND gone_at IS NULL) AS desk_chat,
    EXISTS (SELECT FROM payment_keys WHERE shown) AS payment_key,
    (SELECT count(*) FROM staff WHERE active AND telegram_id IS NOT NULL) > 1 AS colleague,
    (SELECT min(created_at) FROM staff) AS since
""")


class FirstStep(StrEnum):
    """One thing to set up, in the order in which it is done."""

    PLAN = "plan"
    CLIENT = "client"
    BACKUP = "backup"
    COLLEAGUE = "colleague"
    KIOSK = "kiosk"
    DESK_CHAT = "desk_chat"
    PAYMENT_KEY = "payment_key"


NEEDED: Final = frozenset({FirstStep.PLAN, FirstStep.CLIENT, FirstStep.BACKUP})


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """How far the gym has come."""

    done: AbstractSet[FirstStep]
    is_offered: bool
    """Whether the home screen still leads to them."""


class FirstStepsService:
    """For admins; one query."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def read(self, *, has_backup_key: bool, is_sandbox: bool) -> FirstSteps:
        """`has_backup_key`: whether a backup could be sealed, which no row says. A sandbox needs none."""
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        row = (await self.uow.session.execute(FACTS)).one()
        done = {step for step in FirstStep if step is not FirstStep.BACKUP and getattr(row, step.value)}
        if has_backup_key:
            done.add(FirstStep.BACKUP)
        is_new = row.since is not None and self.uow.now - row.since < NEW_FOR
        asked = set(FirstStep) if is_new else NEEDED - ({FirstStep.BACKUP} if is_sandbox else set())
        return FirstSteps(done, is_offered=not asked <= done)
