"""Queries of conversations; the one that adds a message does so once for each message of Telegram."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, cast, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import selectinload

from gym.chats.models import ChatPerson
from gym.clients.models import Client
from gym.conversations.errors import ConversationMessageNotFound, ConversationNotFound
from gym.conversations.models import Conversation, ConversationMessage, MessageSide
from gym.core.database.ids import new_id
from gym.core.database.repository import Page, Repository
from gym.notifications.kinds import KindGroup
from gym.notifications.models import DeskChat, Notification
from gym.plans.models import Plan
from gym.subscriptions.models import Subscription, SubscriptionStatus

FRESH = {"populate_existing": True}
COVERING = (SubscriptionStatus.PENDING_PAYMENT, SubscriptionStatus.ACTIVE, SubscriptionStatus.FROZEN)
ASKING = text("notifications.kind IN ('member_wrote', 'desk_member_wrote')")
"""Messages that are answered by a reply, in the index's own words: bound ones would not match it."""


class ConversationRepository(Repository[Conversation, UUID]):
    model = Conversation
    missing = ConversationNotFound

    async def lock_of_client(self, client_id: UUID, now: datetime) -> Conversation:
        """The client's conversation, begun where there is none, locked until the end of the transaction."""
        fresh = insert(Conversation).values(id=new_id(), client_id=client_id, last_at=now)
        await self.session.execute(fresh.on_conflict_do_nothing(index_elements=["client_id"]))
        return await self._locked(Conversation.client_id == client_id)

    async def lock_loaded(self, key: UUID) -> Conversation:
        """With its client. Raises `ConversationNotFound`."""
        return await self._locked(Conversation.id == key)

    async def _locked(self, which: ColumnElement[bool]) -> Conversation:
        query = select(Conversation).options(selectinload(Conversation.client)).where(which)
        found = await self.session.scalar(query.with_for_update(of=Conversation), execution_options=FRESH)
        if found is None:
            raise ConversationNotFound
        return found

    async def require_loaded(self, key: UUID) -> Conversation:
        """With its client. Raises `ConversationNotFound`."""
        query = select(Conversation).options(selectinload(Conversation.client)).where(Conversation.id == key)
        found = await self.session.scalar(query, execution_options=FRESH)
        if found is None:
            raise ConversationNotFound
        return found

    async def waiting(self, number: int) -> Page[Conversation]:
        """Those with something unanswered, the longest waiting first, with their clients."""
        query = select(Conversation).options(selectinload(Conversation.client))
        waits = query.where(Conversation.waits_since.is_not(None))
        return await self.page(waits.order_by(Conversation.waits_since, Conversation.id), number)

    async def count_waiting(self) -> int:
        query = select(func.count()).select_from(Conversation).where(Conversation.waits_since.is_not(None))
        return await self.session.scalar(query) or 0

    async def asked_in(self, chat_id: int, message_id: int) -> tuple[UUID, int] | None:
        """The conversation that a message of the bot's told of, and up to which number.

        Both stand in its `dedup_key` (`notices.written_key`), for the payload is emptied when it has left.
        """
        query = select(Notification.dedup_key).where(
            Notification.chat_id == chat_id, Notification.message_id == message_id, ASKING
        )
        key = await self.session.scalar(query)
        if key is None:
            return None
        _, conversation_id, number, *_ = key.split(":")
        return UUID(conversation_id), int(number)

    async def notified(self, key: UUID, after: int, until: int) -> Sequence[int]:
        """The numbers above one and up to another that notifications to the desk have, the highest first."""
        number = cast(func.split_part(Notification.dedup_key, ":", 3), Integer)
        first = Notification.dedup_key.op("~>=~", is_comparison=True)(f"member-wrote:{key}:")
        beyond = Notification.dedup_key.op("~<~", is_comparison=True)(
            f"member-wrote:{key};"
        )  # follows the colon
        query = select(number).where(ASKING, first, beyond)
        found = (await self.session.scalars(query)).all()
        return sorted({one for one in found if after < one <= until}, reverse=True)

    async def current_plan(self, client_id: UUID, day: date) -> str | None:
        """The name of the plan that covers a day."""
        query = (
            select(Plan.name)
            .join(Subscription, Subscription.plan_id == Plan.id)
            .where(Subscription.client_id == client_id, Subscription.status.in_(COVERING))
            .where(Subscription.starts_on <= day, Subscription.ends_on >= day)
        )
        return await self.session.scalar(query.order_by(Subscription.ends_on).limit(1))

    async def is_reachable(self, client: Client) -> bool:
        """Whether the client has a chat with the bot, and has not blocked it there."""
        if client.telegram_id is None:
            return False
        query = select(ChatPerson.reachable).where(ChatPerson.user_id == client.telegram_id)
        return await self.session.scalar(query) is not False

    async def is_heard_in_a_desk_chat(self, group: KindGroup) -> bool:
        """Whether a desk chat listens that wants this group of kinds."""
        wants = DeskChat.kinds.is_(None) | (func.array_position(DeskChat.kinds, group.value).is_not(None))
        query = select(DeskChat.id).where(DeskChat.active, DeskChat.gone_at.is_(None), wants)
        return await self.session.scalar(query.limit(1)) is not None


class ConversationMessageRepository(Repository[ConversationMessage, UUID]):
    model = ConversationMessage
    missing = ConversationMessageNotFound

    async def keep(self, **values: Any) -> UUID | None:
        """Insert a message; None where it is there already."""
        row = insert(ConversationMessage).values(id=new_id(), **values)
        once = row.on_conflict_do_nothing(index_elements=["origin"])
        return await self.session.scalar(once.returning(ConversationMessage.id))

    async def of(self, conversation_id: UUID, number: int) -> Page[ConversationMessage]:
        """Those of both sides, the latest first."""
        query = select(ConversationMessage).where(ConversationMessage.conversation_id == conversation_id)
        newest = query.order_by(ConversationMessage.sent_at.desc(), ConversationMessage.id.desc())
        return await self.page(newest, number)

    async def parted(self, conversation: Conversation, seen: int) -> tuple[int, int, datetime | None]:
        """How many of the member's messages wait up to a number, and how many later ones, since when."""
        later = ConversationMessage.number > seen
        query = select(
            func.count().filter(~later),
            func.count().filter(later),
            func.min(ConversationMessage.sent_at).filter(later),
        ).where(*self._waits(conversation.id, conversation.settled))
        count, left, since = (await self.session.execute(query)).one()
        return count, left, since

    async def unanswered(
        self, conversation: Conversation, most: int, *, after: int | None = None, until: int | None = None
    ) -> Sequence[ConversationMessage]:
        """The member's last `most` messages that wait, the earliest first: those with a higher number than
        `after`, else than the last that is settled, and up to `until`."""
        settled = conversation.settled if after is None else after
        query = select(ConversationMessage).where(*self._waits(conversation.id, settled))
        if until is not None:
            query = query.where(ConversationMessage.number <= until)
        newest = query.order_by(ConversationMessage.sent_at.desc(), ConversationMessage.id.desc()).limit(most)
        return list(reversed((await self.session.scalars(newest, execution_options=FRESH)).all()))

    @staticmethod
    def _waits(conversation_id: UUID, after: int) -> tuple[ColumnElement[bool], ...]:
        return (
            ConversationMessage.conversation_id == conversation_id,
            ConversationMessage.side == MessageSide.MEMBER,
            ConversationMessage.number > after,
        )
