"""The last restore of this gym, as the audit trail has it, with what waits for an admin since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text

from gym.audit.models import AuditEntry
from gym.chats.dead_letters import DeadLetterService
from gym.core.database.json_values import decode
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

_WHO = text("""
SELECT (SELECT count(*) FROM staff WHERE active), (SELECT count(*) FROM kiosks WHERE active),
    (SELECT count(*) FROM erasures WHERE canceled_at IS NULL AND done_at IS NULL)
""")


@dataclass(frozen=True, slots=True)
class LastRestore:
    """What an admin has to look at."""

    made_at: datetime
    """When the backup was made, in wall time."""
    held: int
    """Messages that wait for a decision."""
    receipts_after: int | None
    """The first receipt since is the one after this; None where none had been given."""
    colleagues: int
    kiosks: int
    erasures: int
    """Active members of staff, paired kiosks and wishes to be erased, as they stand now."""


async def last_restore(uow: UnitOfWork) -> LastRestore | None:
    """The newest one; None for a gym that was never restored from a backup. For admins."""
    uow.actor.require(Permission.CHANGE_SETTINGS)
    restored = (
        select(AuditEntry.after)
        # A gym that was read back out of an export has an entry of the same action, without this day.
        .where(AuditEntry.action == "gym.restored", AuditEntry.after["made_at"].is_not(None))
        .order_by(AuditEntry.at.desc())
        .limit(1)
    )
    facts = await uow.session.scalar(restored)
    if facts is None:
        return None
    colleagues, kiosks, erasures = (await uow.session.execute(_WHO)).one()
    held = await DeadLetterService(uow).held()
    return LastRestore(
        decode(facts["made_at"]), held, facts.get("receipts_after"), colleagues, kiosks, erasures
    )
