"""Rows of Telegram's side: updates waiting to be handled, drafts, and the people who write."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, SmallInteger, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database import Base
from gym.core.ids import new_id


class InboxUpdate(Base):
    """An update of Telegram, kept before its offset is confirmed, until it has been handled."""

    __tablename__ = "inbox_updates"
    __table_args__ = (
        Index("ix_inbox_updates_waiting", "chat_id", "update_id", postgresql_where=text("done_at IS NULL")),
    )

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    received_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    sent: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    """New messages that have left as answers; they are not sent again when the update is handled again."""
    done_at: Mapped[datetime | None] = mapped_column(index=True)
    failed: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


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


class ChatPerson(Base):
    """A Telegram user who has written at least once, known to the gym or not."""

    __tablename__ = "chat_people"

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    language: Mapped[str] = mapped_column(String(8), default="en")
    reachable: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    first_seen_at: Mapped[datetime]
    home_message_id: Mapped[int | None] = mapped_column(BigInteger)
