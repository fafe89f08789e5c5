"""Notifications of conversations: to the desk or its staff that a member wrote, to the member an answer.

Of each conversation one leaves a minute at most; what is written before the next one leaves is added to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from gym.conversations.models import Conversation, ConversationMessage
from gym.conversations.repository import ConversationMessageRepository, ConversationRepository
from gym.conversations.schemas import WrittenMessage
from gym.core.text import shortened
from gym.notifications.kinds import KindGroup
from gym.notifications.outbox import DESK, Recipient
from gym.notifications.payloads.conversations import (
    ConversationDetails,
    DeskMemberAnsweredPayload,
    DeskMemberWrotePayload,
    GymAnsweredPayload,
    MemberAnsweredPayload,
    MemberWrotePayload,
    SaidDetails,
    SettledDetails,
)
from gym.security.permissions import ROLE_MAY, Permission
from gym.staff.repository import StaffRepository
from gym.unit_of_work import UnitOfWork

PACE: Final = timedelta(minutes=1)
MOST_SAID: Final = 5
"""Messages that a notification repeats; the others are read in the conversation."""
MOST_LETTERS: Final = 500
"""Of each, as Telegram counts: five of them and an answer, with the rest around, are below its 4,096."""
MOST_SETTLED: Final = 5
"""Notifications of one conversation that an answer edits; an older one says how it stands when pressed."""


class ConversationNotices:
    """Called with the conversation's row locked, and its client loaded."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._conversations = ConversationRepository(uow.session)
        self._messages = ConversationMessageRepository(uow.session)

    async def tell_written(self, conversation: Conversation) -> None:
        """Tell of the message that was kept last, whose number is `told`; each reader once a minute at most.

        A notification that has not left (it is due in a minute, or after the quiet hours) says it as well.
        """
        told = await self._newest(conversation)
        waiting = await self._amend(conversation, told)
        fresh = [one for one in await self._recipients() if one not in waiting]
        if not fresh:
            return
        due = self.uow.now
        if conversation.told_at is not None:
            due = max(due, conversation.told_at + PACE)
        conversation.told_at = due
        key = written_key(conversation, conversation.told)
        for reader in fresh:
            payload = told if reader.id else DeskMemberWrotePayload(about=told.about, told=told.told)
            self.uow.notify(reader, payload, dedup_key=_for(key, reader), due_at=due)

    async def tell_left(self, conversation: Conversation) -> None:
        """What waits to be told repeats nothing that is settled by now."""
        await self._amend(conversation, await self._newest(conversation))

    async def _newest(self, conversation: Conversation) -> MemberWrotePayload:
        asked = await self._messages.unanswered(conversation, MOST_SAID)
        about = await self.details(conversation, asked, conversation.waiting)
        return MemberWrotePayload(about=about, told=conversation.told)

    async def _amend(self, conversation: Conversation, told: MemberWrotePayload) -> set[Recipient]:
        """By one statement for staff and desk chats: their kinds differ in nothing that is stored."""
        return await self.uow.amend(_key(conversation), told, written_key(conversation, told.told))

    async def tell_settled(
        self,
        conversation: Conversation,
        about: ConversationDetails,
        numbers: Sequence[int],
        answer: ConversationMessage | None,
    ) -> None:
        """Edit the messages that told of what is settled where they have arrived, call them off where not."""
        facts = SettledDetails(
            about=about,
            answered_by=self.uow.actor.name,
            closed=answer is None,
            answer=_said(answer) if answer is not None else None,
        )
        staff = await self._staff()
        for number in numbers[:MOST_SETTLED]:
            key = written_key(conversation, number)
            await self.uow.call_off(key)
            over = f"member-answered:{conversation.id}:{number}"
            self.uow.notify(DESK, DeskMemberAnsweredPayload(settled=facts, replaces=key), dedup_key=over)
            told = MemberAnsweredPayload(settled=facts, replaces=key)
            for reader in staff:
                self.uow.notify(reader, told, dedup_key=_for(over, reader))

    def tell_answer(self, conversation: Conversation, answer: WrittenMessage, key: UUID) -> None:
        """To the member, as from the gym."""
        told = GymAnsweredPayload(
            conversation_id=conversation.id,
            client_id=conversation.client_id,
            client_name=conversation.client.full_name,
            kind=answer.kind,
            text=answer.text,
            signed=self.uow.actor.name if self.uow.settings.sign_answers else None,
            from_chat_id=answer.chat_id,
            message_id=answer.message_id,
        )
        member = Recipient.client(conversation.client_id)
        self.uow.notify(member, told, dedup_key=f"gym-answered:{key}")

    async def details(
        self, conversation: Conversation, messages: Sequence[ConversationMessage], count: int
    ) -> ConversationDetails:
        """Of `count` messages, the last of which are given, the earliest first."""
        plan = await self._conversations.current_plan(conversation.client_id, self.uow.today)
        return ConversationDetails(
            conversation_id=conversation.id,
            client_id=conversation.client_id,
            client_name=conversation.client.full_name,
            plan_name=plan,
            count=count,
            said=tuple(_said(one) for one in messages[-MOST_SAID:]),
        )

    async def _recipients(self) -> list[Recipient]:
        """The desk chats that hear of clients, as one; without any, everybody who serves them."""
        if await self._conversations.is_heard_in_a_desk_chat(KindGroup.DESK_CLIENTS):
            return [DESK]
        return await self._staff()

    async def _staff(self) -> list[Recipient]:
        able = [role for role, may in ROLE_MAY.items() if Permission.MANAGE_CLIENTS in may]
        found = await StaffRepository(self.uow.session).active_with_chat(able)
        return [Recipient.staff(one) for one in found]


def _key(conversation: Conversation) -> str:
    """The common beginning of the `dedup_key`s of what tells that a member wrote."""
    return f"member-wrote:{conversation.id}"


def written_key(conversation: Conversation, number: int) -> str:
    """The same for one notification, whoever reads it; `ConversationRepository.asked_in` reads it back."""
    return f"{_key(conversation)}:{number}"


def _for(key: str, reader: Recipient) -> str:
    return f"{key}:{reader.id}" if reader.id else key


def _said(message: ConversationMessage) -> SaidDetails:
    text = shortened(message.text, MOST_LETTERS) if message.text is not None else None
    return SaidDetails(kind=message.kind, text=text)
