"""Conversations of members with the desk: messages received, answered, closed, and read.

What an answer settles is what its writer had been told of: a message that comes meanwhile goes on waiting.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from gym.conversations.errors import AnswerInvalid, WrittenMeanwhile
from gym.conversations.models import Conversation, ConversationMessage, MessageKind, MessageSide
from gym.conversations.notices import MOST_SAID, ConversationNotices
from gym.conversations.repository import ConversationMessageRepository, ConversationRepository
from gym.conversations.schemas import OpenedConversation, ReceivedMessage, SentAnswer, WrittenMessage
from gym.core.database.repository import Page
from gym.core.text import telegram_length
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

MOST_LETTERS: Final = 3500
"""Of an answer: a message holds 4,096, with the heading."""

PAUSE: Final = timedelta(minutes=10)
"""After so long without a word another message is acknowledged in words again."""


class ConversationService:
    """Every conversation it returns has its client loaded."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._conversations = ConversationRepository(uow.session)
        self._messages = ConversationMessageRepository(uow.session)
        self._notices = ConversationNotices(uow)

    async def receive(self, client_id: UUID, written: WrittenMessage) -> ReceivedMessage:
        """Keep what a member wrote, and tell the desk; the same message of Telegram once."""
        self.uow.actor.require_own_or(Permission.MANAGE_CLIENTS, client_id)
        conversation = await self._conversations.lock_of_client(client_id, self.uow.now)
        number = conversation.told + 1
        key = await self._keep(conversation, MessageSide.MEMBER, written, number=number)
        if key is None:
            return ReceivedMessage(is_new=False, is_first=True)
        quiet = self.uow.now - conversation.last_at >= PAUSE
        is_first = conversation.waits_since is None or quiet
        conversation.waits_since = conversation.waits_since or self.uow.now
        conversation.waiting += 1
        conversation.told, conversation.last_at = number, self.uow.now
        await self._notices.tell_written(conversation)
        return ReceivedMessage(is_new=True, is_first=is_first)

    async def answer(self, conversation_id: UUID, written: WrittenMessage, seen: int) -> SentAnswer:
        """Send the member an answer, which settles the messages up to the number `seen`.

        Answered before or not, it is sent: the first answer is not the last. Raises `AnswerInvalid`,
        `ConversationNotFound`.
        """
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        _check(written)
        conversation = await self._conversations.lock_loaded(conversation_id)
        before = self._answered_before(conversation, seen)
        key = await self._keep(
            conversation,
            MessageSide.DESK,
            written,
            staff_id=self.uow.actor.staff_id,
            staff_name=self.uow.actor.name,
        )
        reachable = await self._conversations.is_reachable(conversation.client)
        if key is None:
            return SentAnswer(conversation, reachable, None)
        await self._settle(conversation, seen, await self._messages.require(key))
        conversation.answered_at, conversation.last_at = self.uow.now, self.uow.now
        conversation.answered_by, conversation.answered_by_name = self.uow.actor.staff_id, self.uow.actor.name
        self.uow.audit("client.answered", ("clients", conversation.client_id), after={"kind": written.kind})
        if reachable:  # else whoever answers is told so at once, and not again by the outbox
            self._notices.tell_answer(conversation, written, key)
        return SentAnswer(conversation, reachable, before)

    async def close(self, conversation_id: UUID, seen: int) -> Conversation:
        """Nothing has to be answered: a word of thanks. Closed already it is no fault.

        Raises `WrittenMeanwhile` where there is a later message than `seen`, and `ConversationNotFound`.
        """
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        conversation = await self._conversations.lock_loaded(conversation_id)
        if await self._messages.unanswered(conversation, 1, after=max(seen, conversation.settled)):
            raise WrittenMeanwhile(client=conversation.client.full_name)
        if conversation.waits_since is not None:
            await self._settle(conversation, seen, None)
            conversation.answered_at = conversation.answered_by = conversation.answered_by_name = None
            self.uow.audit("client.message_closed", ("clients", conversation.client_id))
        return conversation

    async def open(self, conversation_id: UUID, page: int = 0) -> OpenedConversation:
        """A conversation and a page of its messages; that they were read is recorded.

        Raises `ConversationNotFound`.
        """
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        conversation = await self._conversations.require_loaded(conversation_id)
        found = await self._messages.of(conversation_id, page)
        self.uow.audit("client.messages_read", ("clients", conversation.client_id))
        return OpenedConversation(
            conversation,
            await self._conversations.current_plan(conversation.client_id, self.uow.today),
            found.items,
            found.number,
            found.pages,
            await self._conversations.is_reachable(conversation.client),
        )

    async def message(self, key: UUID) -> tuple[ConversationMessage, Conversation]:
        """One message, to be shown as it was sent, and its conversation.

        Raises `ConversationMessageNotFound`.
        """
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        found = await self._messages.require(key)
        self.uow.audit("client.messages_read", ("clients", found.client_id))
        return found, await self._conversations.require_loaded(found.conversation_id)

    async def asked_in(self, chat_id: int, message_id: int) -> tuple[UUID, int] | None:
        """The conversation that a message of the bot's told of, and up to which number."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        return await self._conversations.asked_in(chat_id, message_id)

    async def waiting(self, page: int = 0) -> Page[Conversation]:
        """Those with something unanswered, the longest waiting first."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        return await self._conversations.waiting(page)

    async def count_waiting(self) -> int:
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        return await self._conversations.count_waiting()

    async def _keep(
        self, conversation: Conversation, side: MessageSide, written: WrittenMessage, **values: object
    ) -> UUID | None:
        return await self._messages.keep(
            conversation_id=conversation.id,
            client_id=conversation.client_id,
            side=side,
            kind=written.kind,
            text=written.text,
            file_id=written.file_id,
            chat_id=written.chat_id,
            message_id=written.message_id,
            origin=written.origin,
            sent_at=self.uow.now,
            **values,
        )

    async def _settle(
        self, conversation: Conversation, seen: int, answer: ConversationMessage | None
    ) -> None:
        """What was told up to `seen` waits no longer; what came later does."""
        count, left, left_since = await self._messages.parted(conversation, seen)
        settled = await self._messages.unanswered(conversation, MOST_SAID, until=seen)
        numbers = await self._conversations.notified(conversation.id, conversation.settled, seen)
        conversation.settled = max(conversation.settled, min(seen, conversation.told))
        conversation.waiting, conversation.waits_since = left, left_since
        about = await self._notices.details(conversation, settled, count)
        await self._notices.tell_settled(conversation, about, numbers, answer)
        if left:
            await self._notices.tell_left(conversation)

    def _answered_before(self, conversation: Conversation, seen: int) -> tuple[str, datetime] | None:
        """The colleague who had answered what this answer is about."""
        by, at = conversation.answered_by_name, conversation.answered_at
        mine = self.uow.actor.is_staff(conversation.answered_by)
        if by is None or at is None or mine or conversation.settled < seen:
            return None
        return by, at


def _check(written: WrittenMessage) -> None:
    words = (written.text or "").strip()
    if telegram_length(words) > MOST_LETTERS or (written.kind is MessageKind.TEXT and not words):
        raise AnswerInvalid(most=MOST_LETTERS)
