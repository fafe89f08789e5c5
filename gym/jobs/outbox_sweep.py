"""Outbox sweep: messages whose worker died or missed its wake-up are released and announced again."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import text

from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

UNHEARD: Final = timedelta(minutes=2)
"""A worker that lives takes what is due within seconds."""

# A worker that died holds its leases until they run out; then its messages are anybody's.
LET_GO: Final = text("""
UPDATE notifications SET leased_until = NULL WHERE state = 'pending' AND leased_until < :wall
""")
STUCK: Final = text("""
SELECT count(*) FROM notifications
WHERE state = 'pending' AND next_try_at < :since AND leased_until IS NULL
""")
WAKE: Final = text("NOTIFY powergym_outbox")


async def sweep_outbox(uow: UnitOfWork) -> int:
    """Take back leases that ran out and wake every worker; how many messages wait too long."""
    uow.actor.require(Permission.RUN_JOBS)
    await uow.session.execute(LET_GO, {"wall": uow.context.wall})
    waiting = await uow.session.scalar(STUCK, {"since": uow.now - UNHEARD}) or 0
    if waiting:
        await uow.session.execute(WAKE)
    return waiting
