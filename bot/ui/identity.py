"""Identity: whether a person is staff, a member, both or a stranger, read on every update."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from telegram import User

from bot.ui.surfaces import Surface
from gym.chats.models import Draft
from gym.chats.service import ChatService
from gym.chats.sessions import AutocommitSessions
from gym.clients.identities import IdentityFacts, IdentityRepository
from gym.clients.models import Client
from gym.core.clock import WallClock, gym_day
from gym.core.config import Config
from gym.core.errors import Forbidden
from gym.core.language import N_, nearest_language
from gym.security.permissions import Actor, Permission, Role
from gym.settings.reading import SettingsReader
from gym.settings.schemas import GymSettings
from gym.staff.models import Staff


class IdentityKind(StrEnum):
    """What a person is to the gym."""

    STAFF = "staff"
    MEMBER = "member"
    BOTH = "both"
    STRANGER = "stranger"


class NotForYou(Forbidden):
    """A button or command of another audience; `was_open` of a role that was taken away meanwhile."""

    code = "not_for_you"
    message = N_("This is not open to you. Send /start to see what is.")

    def __init__(self, *, was_open: bool = False) -> None:
        super().__init__()
        if was_open:
            self.message = N_("This is not open to you any more. Send /start to see what is.")


@dataclass(frozen=True, slots=True)
class Identity:
    """A person, the chat and what holds for both at the moment of one update."""

    telegram_id: int
    chat_id: int
    surface: Surface
    """Where an answer would be read; decided here only."""
    first_name: str
    staff: Staff | None
    client: Client | None
    language: str
    settings: GymSettings
    now: datetime
    """Business time."""
    draft: Draft | None
    """The form this person left open in this chat."""
    known: bool
    """False on the first contact."""
    reachable: bool = True
    newest_card: int | None = None
    """The message of this chat that shows the newest client's card."""

    @property
    def kind(self) -> IdentityKind:
        if self.staff and self.client:
            return IdentityKind.BOTH
        if self.staff:
            return IdentityKind.STAFF
        return IdentityKind.MEMBER if self.client else IdentityKind.STRANGER

    @property
    def today(self) -> date:
        return gym_day(self.now, self.settings.zone)

    @property
    def is_admin(self) -> bool:
        return self.staff is not None and self.staff.role is Role.ADMIN

    @property
    def desk_actor(self) -> Actor:
        """Raises `NotForYou` for anybody who is not staff."""
        if self.staff is None:
            raise NotForYou
        return Actor.staff(self.staff.id, self.staff.name, self.staff.role, self.language)

    @property
    def member_actor(self) -> Actor:
        """Raises `NotForYou` for anybody who is not a linked, active client."""
        if self.client is None:
            raise NotForYou
        return Actor.member(self.client.id, self.client.full_name, self.language)

    def may(self, permission: Permission) -> bool:
        """Whether to show a button. The service checks the permission again."""
        return self.staff is not None and self.desk_actor.may(permission)


class IdentityResolver:
    """Reads who a person is, on every update; writes people down on first contact."""

    def __init__(self, config: Config, sessions: AutocommitSessions, clock: WallClock) -> None:
        self._settings = SettingsReader.of(config)
        self._sessions = sessions
        self._clock = clock
        self._chats = ChatService(sessions)

    async def identity(self, user: User, chat_id: int, topic_id: int | None = None) -> Identity:
        """The identity, by one query.

        A second statement writes a person down on first contact, in private only: in a group hundreds of
        strangers may write who never talk to the bot.
        """
        async with self._sessions.open() as session:
            facts = await IdentityRepository(session).find(user.id, chat_id, topic_id)
        wall = self._clock.now()
        identity = self._visitor(user, chat_id, facts, wall)
        if not identity.known and identity.surface is Surface.PRIVATE:
            await self._chats.remember_person(user.id, identity.language, wall)
        return identity

    def _visitor(self, user: User, chat_id: int, facts: IdentityFacts, wall: datetime) -> Identity:
        settings = self._settings.read(facts.settings)
        return Identity(
            telegram_id=user.id,
            chat_id=chat_id,
            surface=_surface(user, chat_id, facts),
            first_name=user.first_name,
            staff=facts.staff,
            client=facts.client,
            language=_language(user, facts, settings),
            settings=settings,
            now=wall + timedelta(seconds=facts.clock_offset_seconds),
            draft=facts.draft,
            known=facts.person is not None,
            reachable=facts.person is None or facts.person.reachable,
            newest_card=facts.newest_card,
        )


def _surface(user: User, chat_id: int, facts: IdentityFacts) -> Surface:
    """A private chat has the id of its person; groups and channels have negative ones."""
    if chat_id == user.id:
        return Surface.PRIVATE
    return Surface.ELSEWHERE if facts.desk_chat is None else Surface.DESK


def _language(user: User, facts: IdentityFacts, settings: GymSettings) -> str:
    """The person's own setting; before there is one, the language of their Telegram."""
    for row in (facts.staff, facts.client, facts.person):
        if row is not None:
            return row.language
    return nearest_language(user.language_code, settings.language)
