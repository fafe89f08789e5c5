"""Mapped rows of chats: inbox of updates, dead updates, drafts of forms, pictures, people who write."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base, Id
from gym.core.database.ids import new_id


class SenderRank(IntEnum):
    """What the sender of an update was when it came; the lower number is served first."""

    STAFF = 0
    MEMBER = 1
    STRANGER = 2


class InboxUpdate(Base):
    """An update of Telegram, kept before its offset is confirmed, until it has been handled."""

    __tablename__ = "inbox_updates"
    __table_args__ = (
        Index("ix_inbox_updates_waiting", "chat_id", "update_id", postgresql_where=text("done_at IS NULL")),
        # Partial, without the updates that wait: the planner would use it for the claim, which needs the
        # order of the other index.
        Index("ix_inbox_updates_done_at", "done_at", postgresql_where=text("done_at IS NOT NULL")),
    )

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    received_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    crashes: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    """Attempts in a row that nobody ended: the process died with the update in hand."""
    sent: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    """New messages that have left as answers; they are not sent again when the update is handled again."""
    done_at: Mapped[datetime | None]
    failed: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    rank: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    """The sender's `SenderRank`."""
    excess: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """One too many at once: it is not read, and stands for all that were not kept."""


class DeadUpdate(Base):
    """An update that was put aside: its number, when and why, and nothing of what it said."""

    __tablename__ = "dead_updates"
    __table_args__ = (UniqueConstraint("update_id", "reason", postgresql_nulls_not_distinct=True),)

    id: Mapped[Id]
    update_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(32))
    code: Mapped[str | None] = mapped_column(String(16))
    """The code that the person was told."""
    times: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    at: Mapped[datetime] = mapped_column(index=True)


class Draft(Base):
    """A form half filled in. Holds file ids and verdicts of photos, never pixels or vectors."""

    __tablename__ = "drafts"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    form: Mapped[str] = mapped_column(String(40))
    step: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    key: Mapped[UUID] = mapped_column(default=new_id)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    last_update_id: Mapped[int | None] = mapped_column(BigInteger)
    updated_at: Mapped[datetime]


class ChatPicture(Base):
    """A message that shows a face, until Telegram has deleted it. Names no person and no file."""

    __tablename__ = "chat_pictures"
    __table_args__ = (
        Index("ix_chat_pictures_waiting", "due_at", postgresql_where=text("stays IS NULL")),
        CheckConstraint("stays IN ('too_old', 'no_right', 'no_chat', 'refused', 'unnumbered')", name="stays"),
    )

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    own: Mapped[bool]
    """The bot's own message: where it can no longer be deleted, its picture can still be replaced."""
    shown_at: Mapped[datetime]
    due_at: Mapped[datetime]
    form_key: Mapped[UUID | None]
    """The draft that needs the picture: when that is gone, it is due whatever `due_at` says."""
    tries: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    stays: Mapped[str | None] = mapped_column(String(20))
    """Why it could not be deleted; it is not tried again."""


class NewestCard(Base):
    """The message of a chat that shows the newest client's card: the next one takes its buttons away."""

    __tablename__ = "newest_cards"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    message_id: Mapped[int] = mapped_column(BigInteger)
    shown_at: Mapped[datetime]


class ChatPerson(Base):
    """A Telegram user who has written at least once, known to the gym or not."""

    __tablename__ = "chat_people"

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    language: Mapped[str] = mapped_column(String(8), default="en")
    reachable: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    first_seen_at: Mapped[datetime]
    home_message_id: Mapped[int | None] = mapped_column(BigInteger)
