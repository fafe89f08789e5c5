"""Daily limits: how often a member may do one thing on a gym day, counted on the audit trail itself."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.audit.models import AuditEntry
from gym.core.errors import Conflict
from gym.core.language import N_
from gym.security.permissions import ActorKind

# Two taps at once would both count what neither has written yet.
_ONE_BY_ONE: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")


class TooOftenToday(Conflict):
    """A member did the same thing as often as a day allows."""

    code = "too_often_today"
    message = N_(
        "You have done this {count} times today. It works again tomorrow, and the desk helps you now."
    )

    def __init__(self, count: int) -> None:
        super().__init__(count=count)
        self.count = count


async def require_below(
    session: AsyncSession, member_id: UUID, action: str, most: int, since: datetime
) -> None:
    """Raise `TooOftenToday` when the member's trail has `action` so often since an instant already.

    The next who asks for the same waits until this transaction ends.
    """
    await session.execute(_ONE_BY_ONE, {"key": f"{action}:{member_id}"})
    done = select(func.count()).where(
        AuditEntry.at >= since,
        AuditEntry.actor_kind == ActorKind.MEMBER,
        AuditEntry.actor_id == member_id,
        AuditEntry.action == action,
    )
    count = await session.scalar(done) or 0
    if count >= most:
        raise TooOftenToday(count)
