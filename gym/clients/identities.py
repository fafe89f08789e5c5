"""Identity of a Telegram user or chat: staff, client, both or neither, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, and_, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gym.chats.models import ChatPerson, Draft, NewestCard
from gym.clients.models import Client
from gym.notifications.models import DeskChat
from gym.settings.models import GymState
from gym.staff.models import Staff


@dataclass(frozen=True, slots=True)
class IdentityFacts:
    """Facts of one moment; inactive staff and clients are left out."""

    clock_offset_seconds: int
    settings: dict[str, Any]
    person: ChatPerson | None
    staff: Staff | None
    client: Client | None
    draft: Draft | None
    desk_chat: UUID | None
    """The confirmed desk chat of this place, if it is one."""
    newest_card: int | None
    """The message of this chat that shows the newest client's card."""


_USER = bindparam("user_id", type_=BigInteger)
_CHAT = bindparam("chat_id", type_=BigInteger)
_TOPIC = bindparam("topic_id", type_=BigInteger)
VISITOR = (
    select(
        *(GymState.clock_offset_seconds, GymState.settings, ChatPerson, Staff, Client, Draft),
        *(DeskChat.id, NewestCard.message_id),
    )
    .select_from(GymState)
    .outerjoin(ChatPerson, ChatPerson.user_id == _USER)
    .outerjoin(Staff, and_(Staff.telegram_id == _USER, Staff.active))
    .outerjoin(Client, and_(Client.telegram_id == _USER, Client.active))
    .outerjoin(Draft, and_(Draft.user_id == _USER, Draft.chat_id == _CHAT))
    .outerjoin(
        DeskChat,
        and_(
            DeskChat.chat_id == _CHAT,
            func.coalesce(DeskChat.topic_id, 0) == _TOPIC,
            DeskChat.active,
            DeskChat.gone_at.is_(None),
        ),
    )
    .outerjoin(NewestCard, NewestCard.chat_id == _CHAT)
)


class IdentityRepository:
    """Queried on every update, so that a role that was taken away is gone at the next one."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def find(self, user_id: int, chat_id: int, topic_id: int | None = None) -> IdentityFacts:
        values = {"user_id": user_id, "chat_id": chat_id, "topic_id": topic_id or 0}
        found = await self.session.execute(VISITOR, values)
        return IdentityFacts(*found.one())
