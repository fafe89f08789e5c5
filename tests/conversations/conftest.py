"""Fixtures of conversations: Rosa who writes, Bruno and Ana who answer, and an outbox that can be emptied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from gym.app import Gym
from gym.clients.models import Client
from gym.conversations.models import Conversation, MessageKind
from gym.conversations.schemas import WrittenMessage
from gym.conversations.service import ConversationService
from gym.core.clock import FrozenClock
from gym.notifications.models import Notification, NotificationKind, NotificationState
from gym.notifications.repository import OutboxRepository
from gym.security.permissions import Actor
from gym.staff.models import Staff
from tests.support.memberships import DeskClerk

ROSA = 7001


def words(text: str, number: int, chat: int = ROSA) -> WrittenMessage:
    origin = WrittenMessage.of_chat(chat, number)
    return WrittenMessage(MessageKind.TEXT, origin, text=text, chat_id=chat, message_id=number)


@dataclass
class Talk:
    """What Rosa and the desk do, one thing per transaction."""

    gym: Gym
    clock: FrozenClock
    rosa: Client
    member: Actor
    bruno: Actor
    ana: Actor
    numbers: int = 0

    async def does(self, actor: Actor, operation: str, *arguments: Any, **more: Any) -> Any:
        return await self.gym.run(
            actor, lambda uow: getattr(ConversationService(uow), operation)(*arguments, **more)
        )

    async def writes(self, text: str) -> Any:
        """Rosa writes one more message."""
        self.numbers += 1
        return await self.does(self.member, "receive", self.rosa.id, words(text, self.numbers))

    async def answers(self, actor: Actor, text: str, seen: int) -> Any:
        self.numbers += 1
        conversation = await self.conversation()
        return await self.does(actor, "answer", conversation.id, words(text, self.numbers, chat=99), seen)

    async def conversation(self) -> Conversation:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            found = await uow.session.scalar(select(Conversation))
            assert found is not None
            return found

    async def rows(
        self, kind: NotificationKind, state: NotificationState | None = None
    ) -> list[Notification]:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            query = select(Notification).where(Notification.kind == kind).order_by(Notification.id)
            found = (await uow.session.scalars(query)).all()
            return [one for one in found if state in (None, one.state)]

    async def leased(self, number: int, until: timedelta | None) -> None:
        """Each notification of this number is on its way for so long; None when its lease has come back."""
        ends = self.clock.now() + until if until is not None else None
        query = update(Notification).where(Notification.kind == NotificationKind.MEMBER_WROTE)
        of_number = func.split_part(Notification.dedup_key, ":", 3) == str(number)
        async with self.gym.unit_of_work(Actor.system()) as uow:
            await uow.session.execute(query.where(of_number).values(leased_until=ends))

    async def leaves(self) -> list[tuple[NotificationKind, UUID | None, dict[str, Any]]]:
        """Everything that is due leaves the outbox, as the desk's fan-out and its worker do it."""
        now, wall = self.clock.now(), self.clock.now()
        async with self.gym.unit_of_work(Actor.system()) as uow:
            outbox = OutboxRepository(uow.session)
            await outbox.spread(now=now, wall=wall, size=100)
            due = select(Notification).where(
                Notification.state == NotificationState.PENDING,
                Notification.next_try_at <= now,
                Notification.leased_until.is_(None),
            )
            found = (await uow.session.scalars(due.order_by(Notification.id))).all()
            left = [(one.kind, one.recipient_id, dict(one.payload)) for one in found]
            for number, one in enumerate(found):
                await outbox.sent(one.id, chat_id=500, message_id=1000 + number, wall=wall)
        return left


@pytest.fixture
async def talk(gym: Gym, clock: FrozenClock, employee: Actor, admin: Actor) -> Talk:
    rosa = await DeskClerk(gym, employee).client("Rosa", telegram_id=ROSA)
    async with gym.unit_of_work(Actor.system()) as uow:
        for number, actor in enumerate((employee, admin), start=1):
            await uow.session.execute(
                update(Staff).where(Staff.id == actor.id).values(telegram_id=8000 + number)
            )
    return Talk(gym, clock, rosa, Actor.member(rosa.id, rosa.full_name), employee, admin)


MINUTE = timedelta(minutes=1)
