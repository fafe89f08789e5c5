"""Queries of broadcasts and of their messages in the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from gym.broadcasts.errors import BroadcastNotFound
from gym.core.database.repository import Page, Repository
from gym.notifications.models import Broadcast, BroadcastState, Notification, NotificationState

OPEN: Final = (BroadcastState.PREPARING, BroadcastState.SENDING)


class BroadcastRepository(Repository[Broadcast, UUID]):
    model = Broadcast
    missing = BroadcastNotFound

    async def by_key(self, key: UUID) -> Broadcast | None:
        return await self.session.scalar(select(Broadcast).where(Broadcast.idempotency_key == key))

    async def open(self) -> Sequence[Broadcast]:
        query = select(Broadcast).where(Broadcast.state.in_(OPEN)).order_by(Broadcast.created_at)
        return (await self.session.scalars(query)).all()

    async def lock_next(self) -> Broadcast | None:
        """The oldest one whose messages are not all written, locked; one locked elsewhere is skipped."""
        query = select(Broadcast).where(Broadcast.state == BroadcastState.PREPARING)
        locked = query.order_by(Broadcast.created_at).limit(1).with_for_update(skip_locked=True)
        return await self.session.scalar(locked, execution_options={"populate_existing": True})

    async def newest(self, number: int) -> Page[Broadcast]:
        return await self.page(select(Broadcast).order_by(Broadcast.created_at.desc()), number)

    async def by_state(self, key: UUID) -> dict[NotificationState, int]:
        """The number of its messages in each state."""
        counted = select(Notification.state, func.count()).where(Notification.broadcast_id == key)
        rows = await self.session.execute(counted.group_by(Notification.state))
        return {row[0]: row[1] for row in rows}
