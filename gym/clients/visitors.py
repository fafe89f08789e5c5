"""Who stands behind a Telegram user: staff, client, both or nobody, found in one query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select
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


class VisitorRepository:
    """Read on every update, so that a role taken away is gone on the next tap."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def find(self, user_id: int, chat_id: int) -> VisitorFacts:
        query = (
            select(GymState.clock_offset_seconds, GymState.settings, ChatPerson, Staff, Client, Draft)
            .select_from(GymState)
            .outerjoin(ChatPerson, ChatPerson.user_id == user_id)
            .outerjoin(Staff, and_(Staff.telegram_id == user_id, Staff.active))
            .outerjoin(Client, and_(Client.telegram_id == user_id, Client.active))
            .outerjoin(Draft, and_(Draft.user_id == user_id, Draft.chat_id == chat_id))
        )
        return VisitorFacts(*(await self.session.execute(query)).one())
