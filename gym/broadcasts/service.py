"""Operations of broadcasts: asked for once, written into the outbox in batches, stopped at any moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, select, update

from gym.broadcasts.errors import (
    BroadcastNotFound,
    BroadcastOver,
    BroadcastTooLong,
    NobodyToTell,
    TextMissing,
)
from gym.broadcasts.segments import BroadcastAudience, Segment, can_be_told, members
from gym.clients.models import Client
from gym.core.database.repository import Page, Repository
from gym.notifications.models import (
    Broadcast,
    BroadcastState,
    Notification,
    NotificationState,
)
from gym.notifications.outbox import Recipient, insert_rows, row
from gym.notifications.payloads.members import BroadcastPayload
from gym.notifications.quiet_hours import after_quiet
from gym.security.permissions import Permission
from gym.staff.models import Staff
from gym.unit_of_work import UnitOfWork

LONGEST_TEXT: Final = 2000
BATCH: Final = 500
OPEN: Final = (BroadcastState.PREPARING, BroadcastState.SENDING)


@dataclass(frozen=True, slots=True)
class Reach:
    """How many belong to a segment, and how many of them can be told."""

    members: int
    told: int
    waits_until: datetime | None = None
    """The end of the gym's quiet hours, while they last: nothing of it leaves before."""
    others: int = 0
    """Broadcasts that are on their way already."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a broadcast is; the numbers are messages."""

    state: BroadcastState
    total: int
    sent: int
    missed: int
    """Could not be reached, or said meanwhile that they want no news."""
    failed: int
    waits_until: datetime | None = None
    """The end of the gym's quiet hours, while they last."""

    @property
    def left(self) -> int:
        return self.total - self.sent - self.missed - self.failed


class BroadcastRepository(Repository[Broadcast, UUID]):
    model = Broadcast
    missing = BroadcastNotFound

    async def by_key(self, key: UUID) -> Broadcast | None:
        return await self.session.scalar(select(Broadcast).where(Broadcast.idempotency_key == key))

    async def open(self) -> Sequence[Broadcast]:
        query = select(Broadcast).where(Broadcast.state.in_(OPEN)).order_by(Broadcast.created_at)
        return (await self.session.scalars(query)).all()

    async def lock_next(self) -> Broadcast | None:
        """The oldest one whose messages are not all written; whoever holds it writes."""
        query = select(Broadcast).where(Broadcast.state == BroadcastState.PREPARING)
        locked = query.order_by(Broadcast.created_at).limit(1).with_for_update(skip_locked=True)
        return await self.session.scalar(locked, execution_options={"populate_existing": True})

    async def newest(self, number: int) -> Page[Broadcast]:
        return await self.page(select(Broadcast).order_by(Broadcast.created_at.desc()), number)

    async def by_state(self, key: UUID) -> dict[NotificationState, int]:
        """How many of its messages stand where."""
        counted = select(Notification.state, func.count()).where(Notification.broadcast_id == key)
        rows = await self.session.execute(counted.group_by(Notification.state))
        return {row[0]: row[1] for row in rows}


class BroadcastService:
    """Admins ask for them; the gym itself writes and finishes them."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._broadcasts = BroadcastRepository(uow.session)

    async def reach(self, audience: BroadcastAudience) -> Reach:
        """Whom it would be for."""
        self.uow.actor.require(Permission.BROADCAST)
        everybody = members(audience, self.uow.today, self.uow.settings)
        return Reach(
            await self._count(everybody),
            await self._count(everybody.where(can_be_told())),
            self._quiet_until(),
            len(await self._broadcasts.open()),
        )

    async def tags(self) -> Sequence[str]:
        """Every tag that an active client has."""
        self.uow.actor.require(Permission.BROADCAST)
        tag = func.unnest(Client.tags).label("tag")
        return (
            await self.uow.session.scalars(select(tag).where(Client.active).distinct().order_by(tag))
        ).all()

    async def begin(self, audience: BroadcastAudience, text: str, *, key: UUID) -> Broadcast:
        """Ask for one; the same key is the same broadcast. Raises `NobodyToTell`, `BroadcastTooLong`."""
        self.uow.actor.require(Permission.BROADCAST)
        found = await self._broadcasts.by_key(key)
        if found is not None:
            return found
        text = checked_text(text)
        if not (await self.reach(audience)).told:
            raise NobodyToTell
        assert self.uow.actor.id is not None, "somebody of the staff asks"
        broadcast = await self._broadcasts.add(
            Broadcast(
                text=text,
                segment=audience.segment,
                plan_id=audience.plan_id,
                tag=audience.tag,
                state=BroadcastState.PREPARING,
                total=0,
                asked_by=self.uow.actor.id,
                idempotency_key=key,
                created_at=self.uow.now,
            )
        )
        self.uow.audit("broadcast.begun", broadcast, after={"segment": audience.segment, "text": text})
        return broadcast

    async def shown_at(self, key: UUID, chat_id: int, message_id: int) -> None:
        """Where its progress is shown."""
        broadcast = await self._broadcasts.lock(key)
        broadcast.chat_id, broadcast.message_id = chat_id, message_id

    async def write_next(self) -> int:
        """Write the next batch of the oldest unfinished broadcast; how many messages, 0 when none waits.

        The last client's id is written with them, so a process that ends in the middle repeats nothing.
        """
        broadcast = await self._broadcasts.lock_next()
        if broadcast is None:
            return 0
        batch = await self._batch(broadcast)
        if not batch:
            broadcast.state = BroadcastState.SENDING
            await self.uow.session.flush()
            return await self.write_next()
        await insert_rows(self.uow.statements, [self._row(broadcast, client) for client in batch])
        broadcast.total += len(batch)
        broadcast.last_client_id = batch[-1]
        return len(batch)

    async def finish_sent(self) -> int:
        """Close broadcasts of which nothing is left to send; returns how many."""
        done = 0
        for broadcast in await self._broadcasts.open():
            if broadcast.state is BroadcastState.PREPARING or (await self._progress(broadcast)).left:
                continue
            broadcast.state, broadcast.finished_at = BroadcastState.DONE, self.uow.now
            done += 1
        return done

    async def stop(self, key: UUID) -> Broadcast:
        """What has not left by now stays unsaid. Raises `BroadcastOver`."""
        self.uow.actor.require(Permission.BROADCAST)
        broadcast = await self._broadcasts.lock(key)
        if broadcast.state not in OPEN:
            raise BroadcastOver
        waiting = update(Notification).where(
            Notification.broadcast_id == key,
            Notification.state == NotificationState.PENDING,
            Notification.leased_until.is_(None) | (Notification.leased_until < self.uow.context.wall),
        )
        await self.uow.session.execute(waiting.values(state=NotificationState.DISMISSED))
        broadcast.state, broadcast.finished_at = BroadcastState.STOPPED, self.uow.now
        self.uow.audit("broadcast.stopped", broadcast)
        return broadcast

    async def get(self, key: UUID) -> Broadcast:
        self.uow.actor.require(Permission.BROADCAST)
        return await self._broadcasts.require(key)

    async def page(self, number: int) -> Page[Broadcast]:
        """The newest first."""
        self.uow.actor.require(Permission.BROADCAST)
        return await self._broadcasts.newest(number)

    async def open(self) -> Sequence[Broadcast]:
        """Those that are not over."""
        return list(await self._broadcasts.open())

    async def language_of(self, broadcast: Broadcast) -> str:
        """What whoever asked for it speaks."""
        asked_by = await self.uow.session.get(Staff, broadcast.asked_by)
        return asked_by.language if asked_by is not None else self.uow.settings.language

    async def progress(self, key: UUID) -> Progress:
        return await self._progress(await self._broadcasts.require(key))

    async def _progress(self, broadcast: Broadcast) -> Progress:
        count = await self._broadcasts.by_state(broadcast.id)
        return Progress(
            state=broadcast.state,
            total=broadcast.total,
            sent=count.get(NotificationState.SENT, 0),
            missed=count.get(NotificationState.UNREACHABLE, 0) + count.get(NotificationState.MUTED, 0),
            failed=count.get(NotificationState.FAILED, 0) + count.get(NotificationState.DISMISSED, 0),
            waits_until=self._quiet_until(),
        )

    def _quiet_until(self) -> datetime | None:
        until = after_quiet(self.uow.now, self.uow.settings)
        return until if until > self.uow.now else None

    async def _batch(self, broadcast: Broadcast) -> Sequence[UUID]:
        audience = BroadcastAudience(Segment(broadcast.segment), broadcast.plan_id, broadcast.tag)
        query = members(audience, self.uow.today, self.uow.settings).where(can_be_told()).limit(BATCH)
        if broadcast.last_client_id is not None:
            query = query.where(Client.id > broadcast.last_client_id)
        return (await self.uow.session.scalars(query)).all()

    def _row(self, broadcast: Broadcast, client: UUID) -> dict[str, Any]:
        """The text itself stays in the broadcast."""
        uow = self.uow
        message = row(
            Recipient.client(client),
            BroadcastPayload(),
            dedup_key=f"broadcast:{broadcast.id}:{client}",
            due_at=after_quiet(uow.now, uow.settings),
            wall=uow.context.wall,
        )
        return message | {"broadcast_id": broadcast.id}

    async def _count(self, query: Select[UUID]) -> int:
        inner = query.order_by(None).subquery()
        return await self.uow.session.scalar(select(func.count()).select_from(inner)) or 0


def checked_text(text: str) -> str:
    """Raises `TextMissing`, `BroadcastTooLong`."""
    text = text.strip()
    if not text:
        raise TextMissing
    if len(text) > LONGEST_TEXT:
        raise BroadcastTooLong(len(text), LONGEST_TEXT)
    return text
