"""Broadcasts: begun once per key, written into the outbox in batches, stopped at any moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, select, update

from gym.broadcasts.errors import BroadcastOver, BroadcastTooLong, NobodyToTell, TextMissing
from gym.broadcasts.repository import OPEN, BroadcastRepository
from gym.broadcasts.schemas import BroadcastProgress, BroadcastReach
from gym.broadcasts.segments import BroadcastAudience, Segment, can_be_told, members
from gym.clients.models import Client
from gym.core.database.repository import Page
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
"""Letters; one message of Telegram takes 4,096."""
BATCH: Final = 500
"""Messages written in one transaction."""


class BroadcastService:
    """Admins ask for them; the gym itself writes and finishes them."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._broadcasts = BroadcastRepository(uow.session)

    async def reach(self, audience: BroadcastAudience) -> BroadcastReach:
        """How many members it would reach."""
        self.uow.actor.require(Permission.BROADCAST)
        everybody = members(audience, self.uow.today, self.uow.settings)
        return BroadcastReach(
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
        """Dismiss the messages that have not been sent. Raises `BroadcastOver`."""
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
        """The language of whoever asked for it."""
        asked_by = await self.uow.session.get(Staff, broadcast.asked_by)
        return asked_by.language if asked_by is not None else self.uow.settings.language

    async def progress(self, key: UUID) -> BroadcastProgress:
        return await self._progress(await self._broadcasts.require(key))

    async def _progress(self, broadcast: Broadcast) -> BroadcastProgress:
        count = await self._broadcasts.by_state(broadcast.id)
        return BroadcastProgress(
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
        """Without the text: the claim of the outbox joins it from the broadcast's row."""
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
