"""Desk chats: groups, and topics of groups, that receive the desk's notifications once an admin confirms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from gym.core.database.ids import new_id
from gym.core.database.repository import Repository
from gym.core.errors import NotFound
from gym.core.language import N_
from gym.notifications.kinds import DESK_GROUPS, KindGroup
from gym.notifications.models import DeskChat
from gym.notifications.repository import OutboxRepository
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

LONGEST_TITLE = 160


class DeskChatNotFound(NotFound):
    """Removed meanwhile."""

    code = "desk_chat_not_found"
    message = N_("This desk chat was removed. Open the list and choose again.")


@dataclass(frozen=True, slots=True)
class ChatPlace:
    """A group, or one topic of it, as Telegram numbers them."""

    chat_id: int
    topic_id: int | None
    title: str


class DeskChatRepository(Repository[DeskChat, UUID]):
    model = DeskChat
    missing = DeskChatNotFound

    async def all(self) -> Sequence[DeskChat]:
        return (await self.session.scalars(select(DeskChat).order_by(DeskChat.created_at, DeskChat.id))).all()

    async def of_group(self, chat_id: int) -> Sequence[DeskChat]:
        return (await self.session.scalars(select(DeskChat).where(DeskChat.chat_id == chat_id))).all()

    async def at(self, chat_id: int, topic_id: int | None) -> DeskChat | None:
        topic = func.coalesce(DeskChat.topic_id, 0) == (topic_id or 0)
        return await self.session.scalar(select(DeskChat).where(DeskChat.chat_id == chat_id, topic))


class DeskChatService:
    """An admin decides which chats are the desk's, and which groups of kinds each receives."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._chats = DeskChatRepository(uow.session)

    async def all(self) -> Sequence[DeskChat]:
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        return await self._chats.all()

    async def get(self, key: UUID) -> DeskChat:
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        return await self._chats.require(key)

    async def at(self, place: ChatPlace) -> DeskChat | None:
        """The desk chat of a place that the bot can write to, if there is one."""
        return await self.here(place.chat_id, place.topic_id)

    async def here(self, chat_id: int, topic_id: int | None) -> DeskChat | None:
        """The same by Telegram's numbers."""
        chat = await self._chats.at(chat_id, topic_id)
        return chat if chat is not None and chat.gone_at is None else None

    async def offer(self, place: ChatPlace) -> DeskChat:
        """A chat that a colleague added the bot to waits for an admin; a known one stays as it is."""
        self.uow.actor.require(Permission.REPORT_OWN_DAY)  # whoever works here
        return await self._put(place, {"active": False, "offered_at": self.uow.now}, {})

    async def confirm(self, place: ChatPlace) -> DeskChat:
        """The chat receives the desk's messages from now on, also after it was lost or paused; idempotent."""
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        now = {"active": True, "offered_at": None, "gone_at": None}
        chat = await self._put(place, now, now)
        self.uow.audit("desk_chat.confirmed", chat, after={"title": chat.title})
        return chat

    async def accept(self, key: UUID) -> DeskChat:
        """An admin confirms an offered chat; idempotent."""
        chat = await self._locked(key)
        chat.active, chat.offered_at, chat.gone_at = True, None, None
        self.uow.audit("desk_chat.confirmed", chat, after={"title": chat.title})
        return chat

    async def set_group(self, key: UUID, group: KindGroup, *, wanted: bool) -> DeskChat:
        """Switch one group of kinds on or off."""
        chat = await self._locked(key)
        heard = set(chat.kinds if chat.kinds is not None else DESK_GROUPS)
        heard = heard | {group} if wanted else heard - {group}
        chat.kinds = None if heard == set(DESK_GROUPS) else sorted(heard)
        self.uow.audit_changes("desk_chat.changed", chat)
        return chat

    async def set_photos(self, key: UUID, *, check_in: bool) -> DeskChat:
        """Whether photos that staff send there check clients in."""
        chat = await self._locked(key)
        chat.checks_in = check_in
        self.uow.audit_changes("desk_chat.changed", chat)
        return chat

    async def set_messages(self, key: UUID, *, told: bool) -> DeskChat:
        """Whether it reads what members write, and not only that they did."""
        chat = await self._locked(key)
        chat.tells_messages = told
        self.uow.audit_changes("desk_chat.changed", chat)
        return chat

    async def pause(self, key: UUID, *, paused: bool) -> DeskChat:
        """A paused chat receives nothing, and what happens meanwhile is not sent to it later either."""
        chat = await self._locked(key)
        chat.active = not paused
        chat.offered_at = None
        self.uow.audit_changes("desk_chat.changed", chat)
        return chat

    async def remove(self, key: UUID) -> None:
        chat = await self._locked(key)
        self.uow.audit("desk_chat.removed", chat, before={"title": chat.title})
        await self._chats.delete(chat)

    async def lost(self, chat_id: int) -> int:
        """The bot was taken out of a group: no topic of it can be written to; returns how many listened."""
        chats = await self._chats.of_group(chat_id)
        for chat in chats:
            wall = self.uow.context.wall
            await OutboxRepository(self.uow.session).gone(
                chat.id, now=self.uow.now, wall=wall, reason="taken out of the group"
            )
            if chat.offered_at is not None and not chat.active:
                await self._chats.delete(chat)
        return len(chats)

    async def moved(self, old: int, new: int) -> None:
        """A group became a supergroup: its desk chats move to the new number; idempotent."""
        await OutboxRepository(self.uow.session).moved(old, new)

    async def _put(
        self, place: ChatPlace, values: Mapping[str, object], changed: Mapping[str, object]
    ) -> DeskChat:
        """The row of a place, under its present title; `changed` holds for one that is known already."""
        named = {"title": place.title[:LONGEST_TITLE]}
        fresh = {
            "id": new_id(),
            "chat_id": place.chat_id,
            "topic_id": place.topic_id,
            "created_at": self.uow.now,
        }
        statement = (
            insert(DeskChat)
            .values({**fresh, **named, **values})
            .on_conflict_do_update(
                index_elements=[DeskChat.chat_id, text("coalesce(topic_id, 0)")], set_={**named, **changed}
            )
        )
        await self.uow.session.execute(statement)
        chat = await self._chats.at(place.chat_id, place.topic_id)
        assert chat is not None
        await self.uow.session.refresh(chat)
        return chat

    async def _locked(self, key: UUID) -> DeskChat:
        self.uow.actor.require(Permission.CHANGE_SETTINGS)
        return await self._chats.lock(key)
