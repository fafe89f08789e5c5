"""After a restore: what would be said, opened or numbered a second time waits, ends or moves on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import CursorResult, text

from gym.audit.chain_key import TrailKeyStore
from gym.audit.restore_mark import mark_restored
from gym.chats.dead_letters import RESTORED
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

SERIES: Final = 10_000
HEADROOM: Final = 5_000
"""Receipts that were perhaps given after the backup, on numbers that nobody knows any more."""

# Some of them left after the backup was made; which, an admin may know. The days since were caught up before
# this: whatever that has written may have been told as well, though the quiet hours put it off until later.
_HOLD: Final = text("""
UPDATE notifications SET state = 'failed', error = :reason, leased_until = NULL
WHERE state = 'pending' AND (due_at <= :now OR created_at > :made)
""")
# A sign-in that was ended since, and the token of whoever stole it, would be good again. Staff sign in anew;
# a kiosk keeps its own, or nobody would come in until each is paired again.
_END_SIGN_INS: Final = (
    text("UPDATE sign_ins SET ended_at = :wall WHERE ended_at IS NULL AND scope <> 'kiosk'"),
    text("UPDATE refresh_tokens SET revoked_at = :wall WHERE revoked_at IS NULL AND scope <> 'kiosk'"),
)
# Somebody may have refused them since.
_END_CANDIDATES: Final = text("""
UPDATE admin_candidates SET expires_at = :wall WHERE state = 'waiting' AND expires_at > :wall
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
# What the backup cannot know: who has left the team, which tablet was stolen, who took a wish back.
_WHO: Final = text("""
SELECT (SELECT count(*) FROM staff WHERE active), (SELECT count(*) FROM kiosks WHERE active),
    (SELECT count(*) FROM erasures WHERE canceled_at IS NULL AND done_at IS NULL)
""")
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
    colleagues: int
    """Active members of staff, as they were then."""
    kiosks: int
    """Kiosks that are paired, as they were then."""
    waiting: int
    """Clients who will be erased a day from now, unless their wish is taken back."""


async def settle(uow: UnitOfWork, made_at: datetime) -> Settled:
    """Make a restored gym ready to be opened; safe to do twice, but each time begins a series of receipts.

    `made_at` is when the backup was made, in wall time.
    """
    uow.actor.require(Permission.RUN_JOBS)
    now, wall = {"now": uow.now}, {"wall": uow.context.wall}
    held = await uow.session.execute(_HOLD, {**now, "made": made_at, "reason": RESTORED})
    assert isinstance(held, CursorResult)
    await uow.session.execute(_STOP_BROADCASTS, wall)
    for statement in (*_END_SIGN_INS, _END_CANDIDATES):
        await uow.session.execute(statement, wall)
    await uow.session.execute(_END_LINKS, wall)
    await uow.session.execute(_END_CODES, wall)
    await uow.session.execute(_END_REQUESTS, now)
    await uow.session.execute(_FORGET_DRAFTS)
    await uow.session.execute(_FORGET_UPDATES)
    series = await uow.session.scalar(_NEW_SERIES, {"headroom": HEADROOM, "series": SERIES})
    colleagues, kiosks, waiting = (await uow.session.execute(_WHO)).one()
    done = Settled(held.rowcount, series, colleagues, kiosks, waiting)
    facts = {"made_at": made_at, "held": done.held, "receipts_after": done.receipts_after}
    uow.audit("gym.restored", ("gym_state", None), None, facts)
    await mark_restored(TrailKeyStore(uow.session, uow.secrets.data), uow.context.wall)
    return done
