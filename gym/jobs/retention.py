"""Retention: what has served is forgotten, a few thousand rows at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import CursorResult, TextClause, text

from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

BATCH: Final = 5000
MOST_BATCHES: Final = 40
"""Of one kind in one run, so that the first run of an old gym is no long transaction; the rest comes next."""


@dataclass(frozen=True, slots=True)
class Old:
    """Rows of a table that are forgotten: `condition` is true of those older than `:moment`."""

    table: str
    condition: str
    age: timedelta | None
    """None: the gym's setting for messages."""

    @property
    def statement(self) -> TextClause:
        # Table and condition are constants of this module.
        chosen = f"SELECT ctid FROM {self.table} WHERE {self.condition} LIMIT {BATCH}"  # noqa: S608
        return text(f"DELETE FROM {self.table} WHERE ctid = ANY (ARRAY({chosen}))")  # noqa: S608


# A price is announced once for each member, perhaps a year ahead: that key must outlive the announcement.
OLD: Final = (
    Old("idempotency_keys", "created_at < :moment", timedelta(hours=72)),
    Old("inbox_updates", "done_at < :moment", timedelta(days=7)),
    Old("dead_updates", "at < :moment", timedelta(days=30)),
    Old("one_time_links", "coalesce(used_at, expires_at) < :moment", timedelta(days=7)),
    Old("refresh_tokens", "expires_at < :moment", timedelta(days=1)),
    Old("sign_ins", "ends_at < :moment", timedelta(days=1)),
    Old("rate_buckets", "full_at < :moment", timedelta(hours=1)),
    Old("chat_pictures", "stays IS NOT NULL AND due_at < :moment", timedelta(days=30)),
    Old(
        "notifications",
        "state <> 'pending' AND kind <> 'price_changed' AND created_at < :moment",
        None,
    ),
    Old("notifications", "state <> 'pending' AND created_at < :moment", timedelta(days=800)),
)


class Retention:
    """Forgets by wall time, whatever the business clock says."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def forget_old(self) -> int:
        """How many rows went."""
        self.uow.actor.require(Permission.RUN_JOBS)
        return sum([await self._forget(old) for old in OLD])

    async def _forget(self, old: Old) -> int:
        age = old.age or timedelta(days=self.uow.settings.keep_messages_days)
        moment = self.uow.context.wall - age
        gone = 0
        for _ in range(MOST_BATCHES):
            batch = await self._drop(old, moment)
            gone += batch
            if batch < BATCH:
                break
        return gone

    async def _drop(self, old: Old, moment: datetime) -> int:
        result = await self.uow.session.execute(old.statement, {"moment": moment})
        assert isinstance(result, CursorResult)
        return result.rowcount
