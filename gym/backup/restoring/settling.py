"""After a restore: what would be said, opened or numbered a second time waits, ends or moves on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import CursorResult, text

from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

RESTORED: Final = "restored"
"""Why a message waits for an admin, under *Undelivered*."""
SERIES: Final = 10_000
HEADROOM: Final = 5_000
"""Receipts that were perhaps given after the backup, on numbers that nobody knows any more."""

# Some of them left after the backup was made; which, an admin may know.
_HOLD: Final = text("""
UPDATE notifications SET state = 'failed', error = :reason, leased_until = NULL
WHERE state = 'pending' AND due_at <= :now
""")
_STOP_BROADCASTS: Final = text("""
UPDATE broadcasts SET state = 'stopped', finished_at = :wall WHERE state IN ('preparing', 'sending')
""")
_END_LINKS: Final = text("""
UPDATE one_time_links SET expires_at = :wall
WHERE used_at IS NULL AND (expires_at IS NULL OR expires_at > :wall)
""")
_END_CODES: Final = text("""
UPDATE pairing_codes SET expires_at = :wall WHERE used_at IS NULL AND expires_at > :wall
""")
# The job that closes old requests finds them and tells whoever asked.
_END_REQUESTS: Final = text("""
UPDATE approvals SET expires_at = :now WHERE state = 'pending' AND expires_at > :now
""")
# Half-filled forms and unread updates of that day were finished since, or their buttons are gone.
_FORGET_DRAFTS: Final = text("DELETE FROM drafts")
_FORGET_UPDATES: Final = text("DELETE FROM inbox_updates WHERE done_at IS NULL")
_NEW_SERIES: Final = text("""
UPDATE counters SET value = ((value + :headroom + :series - 1) / :series) * :series
WHERE name = 'receipt' AND value > 0 RETURNING value
""")


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done to a restored gym."""

    held: int
    """Messages that wait for an admin."""
    receipts_after: int | None
    """The next receipt is the one after this; None where none was ever given."""


async def settle(uow: UnitOfWork, made_at: datetime) -> Settled:
    """Make a restored gym ready to be opened; safe to do twice, but each time begins a series of receipts."""
    uow.actor.require(Permission.RUN_JOBS)
    now, wall = {"now": uow.now}, {"wall": uow.context.wall}
    held = await uow.session.execute(_HOLD, {**now, "reason": RESTORED})
    assert isinstance(held, CursorResult)
    await uow.session.execute(_STOP_BROADCASTS, wall)
    await uow.session.execute(_END_LINKS, wall)
    await uow.session.execute(_END_CODES, wall)
    await uow.session.execute(_END_REQUESTS, now)
    await uow.session.execute(_FORGET_DRAFTS)
    await uow.session.execute(_FORGET_UPDATES)
    series = await uow.session.scalar(_NEW_SERIES, {"headroom": HEADROOM, "series": SERIES})
    done = Settled(held.rowcount, series)
    facts = {"made_at": made_at, "held": done.held, "receipts_after": done.receipts_after}
    uow.audit("gym.restored", ("gym_state", None), None, facts)
    return done
