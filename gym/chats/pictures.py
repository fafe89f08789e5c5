"""Register of sent messages that show a face, with the time at which each is to be deleted from its chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, DateTime, SmallInteger, Uuid, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.chats.sessions import AutocommitSessions
from gym.notifications.models import DeskChat
from gym.notifications.outbox import DESK
from gym.notifications.payloads.operations import DeskPictureStaysPayload
from gym.unit_of_work import UnitOfWork

SHOWN_FOR: Final = timedelta(minutes=10)
"""As long as a check-in can be undone; the consent text promises this figure, so it is no setting."""
DELETABLE: Final = timedelta(hours=48)
"""Telegram lets a bot delete what is younger: https://core.telegram.org/bots/api#deletemessage."""
FORM_HOLDS: Final = timedelta(hours=47)
"""The longest an open form keeps its photos: an hour before Telegram would keep them for ever."""
LEASE: Final = timedelta(minutes=3)
"""Longer than Telegram's slowest answers to one claim take."""
LONGEST_PAUSE: Final = timedelta(minutes=15)
"""Between tries to delete one picture."""
_MOMENT: Final = DateTime(timezone=True)


class UndeletableReason(StrEnum):
    """Why a picture could not be deleted."""

    TOO_OLD = "too_old"
    NO_RIGHT = "no_right"
    NO_CHAT = "no_chat"
    REFUSED = "refused"
    UNNUMBERED = "unnumbered"
    """Nobody knows which message it is, or whether it arrived."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One message that is due."""

    chat_id: int
    message_id: int
    own: bool
    shown_at: datetime
    tries: int

    @property
    def is_unnumbered(self) -> bool:
        """It was noted before it was sent, and Telegram's number for it was never learnt."""
        return self.message_id < 0


def unnumbered(mark: int) -> int:
    """A placeholder number for a message about to be sent: negative, as Telegram's own are positive."""
    return -mark


# A message that is shown, or edited, again is due anew.
NOTE: Final = text("""
INSERT INTO chat_pictures (chat_id, message_id, own, shown_at, due_at, form_key)
VALUES (:chat_id, :message_id, :own, :now, :due_at, :form_key)
ON CONFLICT (chat_id, message_id) DO UPDATE
SET due_at = excluded.due_at, form_key = excluded.form_key, tries = 0, stays = NULL
""").bindparams(
    bindparam("now", type_=_MOMENT), bindparam("due_at", type_=_MOMENT), bindparam("form_key", type_=Uuid)
)
# Its number is known now; a message that was noted under it meanwhile is due anew.
NUMBER: Final = text("""
WITH announced AS (
    DELETE FROM chat_pictures WHERE chat_id = :chat_id AND message_id = :announced
)
INSERT INTO chat_pictures (chat_id, message_id, own, shown_at, due_at)
VALUES (:chat_id, :message_id, true, :now, :due_at)
ON CONFLICT (chat_id, message_id) DO UPDATE SET due_at = excluded.due_at, tries = 0, stays = NULL
""").bindparams(bindparam("now", type_=_MOMENT), bindparam("due_at", type_=_MOMENT))
CLEAR: Final = text("DELETE FROM chat_pictures WHERE chat_id = :chat_id AND message_id = :message_id")
# That a form has ended is asked of its draft, so no way of ending one can be forgotten: saved, canceled,
# replaced by another form, swept away. Being claimed puts a row off, which is the lease.
CLAIM: Final = (
    text("""
WITH due AS MATERIALIZED (
    SELECT chat_id, message_id FROM chat_pictures AS picture
    WHERE stays IS NULL AND (
        due_at <= :now
        OR tries = 0 AND form_key IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM drafts WHERE drafts.key = picture.form_key)
    )
    ORDER BY due_at LIMIT :size
    FOR UPDATE SKIP LOCKED
)
UPDATE chat_pictures AS taken SET due_at = :until, tries = tries + 1
FROM due WHERE (taken.chat_id, taken.message_id) = (due.chat_id, due.message_id)
RETURNING taken.chat_id, taken.message_id, taken.own, taken.shown_at, taken.tries
""")
    .bindparams(bindparam("now", type_=_MOMENT), bindparam("until", type_=_MOMENT))
    .columns(chat_id=BigInteger, message_id=BigInteger, own=Boolean, shown_at=_MOMENT, tries=SmallInteger)
)
AGAIN: Final = text("""
UPDATE chat_pictures SET due_at = :at WHERE chat_id = :chat_id AND message_id = :message_id
""").bindparams(bindparam("at", type_=_MOMENT))
STAYS: Final = text("""
UPDATE chat_pictures SET stays = :reason WHERE chat_id = :chat_id AND message_id = :message_id
""")
LEFT: Final = text("SELECT count(*) FROM chat_pictures WHERE stays IS NOT NULL")


class PictureRepository:
    """Statements of the list, on a plain session."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def note(
        self, chat_id: int, message_id: int, *, own: bool, now: datetime, form_key: UUID | None
    ) -> None:
        """This message shows a face; while the form is open it may, else for ten minutes."""
        due_at = now + (SHOWN_FOR if form_key is None else FORM_HOLDS)
        place = {"chat_id": chat_id, "message_id": message_id}
        values = {**place, "own": own, "now": now, "due_at": due_at, "form_key": form_key}
        await self.session.execute(NOTE, values)

    async def number(self, chat_id: int, announced: int, message_id: int, now: datetime) -> None:
        """The message that was announced has this number; in one statement, so that neither is lost."""
        values = {"chat_id": chat_id, "announced": announced, "message_id": message_id}
        await self.session.execute(NUMBER, {**values, "now": now, "due_at": now + SHOWN_FOR})

    async def clear(self, chat_id: int, message_id: int) -> None:
        """This message shows none any more, or is gone."""
        await self.session.execute(CLEAR, {"chat_id": chat_id, "message_id": message_id})

    async def claim(self, now: datetime, size: int) -> Sequence[Picture]:
        """What is due, the oldest first, leased to the caller."""
        rows = await self.session.execute(CLAIM, {"now": now, "until": now + LEASE, "size": size})
        return [Picture(*row) for row in rows.all()]

    async def again(self, picture: Picture, at: datetime) -> None:
        place = {"chat_id": picture.chat_id, "message_id": picture.message_id}
        await self.session.execute(AGAIN, {**place, "at": at})

    async def stays(self, picture: Picture, reason: UndeletableReason) -> None:
        """Telegram refuses to delete it: counted, not tried again."""
        place = {"chat_id": picture.chat_id, "message_id": picture.message_id}
        await self.session.execute(STAYS, {**place, "reason": reason.value})

    async def title(self, chat_id: int) -> str | None:
        """What the desk calls this chat, if it is one of its groups."""
        named = select(DeskChat.title).where(DeskChat.chat_id == chat_id)
        return await self.session.scalar(named.limit(1))

    async def left(self) -> int:
        """How many could not be deleted."""
        return await self.session.scalar(LEFT) or 0


class PictureLog:
    """Writes the register while messages are sent: one statement each, in a quick session."""

    def __init__(self, sessions: AutocommitSessions) -> None:
        self._sessions = sessions

    async def note(
        self, chat_id: int, message_id: int, *, own: bool, now: datetime, form_key: UUID | None = None
    ) -> None:
        async with self._sessions.open() as session:
            await PictureRepository(session).note(chat_id, message_id, own=own, now=now, form_key=form_key)

    async def number(self, chat_id: int, announced: int, message_id: int, *, now: datetime) -> None:
        async with self._sessions.open() as session:
            await PictureRepository(session).number(chat_id, announced, message_id, now)

    async def clear(self, chat_id: int, message_id: int) -> None:
        async with self._sessions.open() as session:
            await PictureRepository(session).clear(chat_id, message_id)


class PictureService:
    """What is due, and what became of it."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._pictures = PictureRepository(uow.session)

    async def claim(self, size: int, ahead: timedelta) -> Sequence[Picture]:
        """Messages that are due, or will be `ahead` of now; leased to the caller."""
        return await self._pictures.claim(self.uow.now + ahead, size)

    async def gone(self, picture: Picture) -> None:
        await self._pictures.clear(picture.chat_id, picture.message_id)

    async def again(self, picture: Picture, pause: timedelta) -> None:
        """Later, but not for ever: an hour after Telegram would refuse it, it counts as too old."""
        if self.uow.now - picture.shown_at > DELETABLE + timedelta(hours=1):
            await self.stays(picture, UndeletableReason.TOO_OLD)
        else:
            await self._pictures.again(picture, self.uow.now + min(pause, LONGEST_PAUSE))

    async def stays(self, picture: Picture, reason: UndeletableReason) -> None:
        """Counted, not tried again, and told to the desk once for each chat and reason."""
        await self._pictures.stays(picture, reason)
        key = f"picture_stays:{picture.chat_id}:{reason.value}"
        title = await self._pictures.title(picture.chat_id)
        self.uow.notify(DESK, DeskPictureStaysPayload(reason=reason, chat=title), dedup_key=key)

    async def left(self) -> int:
        """How many faces could not be deleted from their chats lately."""
        return await self._pictures.left()
