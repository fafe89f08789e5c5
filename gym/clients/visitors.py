"""Who stands behind a Telegram user: staff, client, both or nobody, found in one query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from gym.chats.models import ChatPerson, Draft
from gym.clients.models import Client
from gym.settings.models import GymState
from gym.staff.models import Staff


@dataclass(frozen=True, slots=True)
class VisitorFacts:
    """What the database says at this moment; inactive staff and clients are nobody."""

    clock_offset_seconds: int
    settings: dict[str, Any]
    person: ChatPerson | None
    staff: Staff | None
    client: Client | None
    draft: Draft | None


_USER = bindparam("user_id", type_=BigInteger)
_CHAT = bindparam("chat_id", type_=BigInteger)
VISITOR = (
    select(GymState.clock_offset_seconds, GymState.settings, ChatPerson, Staff, Client, Draft)
    .select_from(GymState)
    .outerjoin(ChatPerson, ChatPerson.user_id == _USER)
    .outerjoin(Staff, and_(Staff.telegram_id == _USER, Staff.active))
    .outerjoin(Client, and_(Client.telegram_id == _USER, Client.active))
    .outerjoin(Draft, and_(Draft.user_id == _USER, Draft.chat_id == _CHAT))
)


class VisitorRepository:
    """Read on every update, so that a role taken away is gone on the next tap."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def find(self, user_id: int, chat_id: int) -> VisitorFacts:
        found = await self.session.execute(VISITOR, {"user_id": user_id, "chat_id": chat_id})
        return VisitorFacts(*found.one())
