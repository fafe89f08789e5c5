"""Mapped rows of conversations: one for each member, and every message of it, from either side."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gym.clients.models import Client
from gym.core.database.engine import Base, Id, enum_column


class MessageKind(StrEnum):
    """What a message of Telegram is."""

    TEXT = "text"
    PHOTO = "photo"
    DOCUMENT = "document"
    VOICE = "voice"
    VIDEO = "video"
    VIDEO_NOTE = "video_note"
    AUDIO = "audio"
    ANIMATION = "animation"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    OTHER = "other"
    """A poll, a game, and whatever Telegram invents next: it can be shown, and is not named."""


class MessageSide(StrEnum):
    """Which side of a conversation has written a message."""

    MEMBER = "member"
    DESK = "desk"


class Conversation(Base):
    """What one member and the desk write to each other; its row is locked by whoever adds to it."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index("ix_conversations_waiting", "waits_since", postgresql_where=sql("waits_since IS NOT NULL")),
    )

    id: Mapped[Id]
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id"), unique=True)
    waits_since: Mapped[datetime | None]
    """When the first message came that nobody has answered; None where nothing waits."""
    waiting: Mapped[int] = mapped_column(default=0, server_default=sql("0"))
    """How many messages of the member nobody has answered."""
    told: Mapped[int] = mapped_column(default=0, server_default=sql("0"))
    """The number of the member's latest message."""
    told_at: Mapped[datetime | None]
    """When the latest notification to the desk is due: the next one leaves a minute later at the earliest."""
    settled: Mapped[int] = mapped_column(default=0, server_default=sql("0"))
    """Up to which number the desk has answered or closed."""
    last_at: Mapped[datetime]
    """Of the latest message, from either side."""
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    answered_by_name: Mapped[str | None] = mapped_column(String(160))
    client: Mapped[Client] = relationship(lazy="raise")


class ConversationMessage(Base):
    """One message. Of a picture, a voice or a file only Telegram's name for it is kept."""

    __tablename__ = "conversation_messages"
    __table_args__ = (Index("ix_conversation_messages_thread", "conversation_id", "sent_at"),)

    id: Mapped[Id]
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id"), index=True)
    side: Mapped[MessageSide] = mapped_column(enum_column(MessageSide))
    kind: Mapped[MessageKind] = mapped_column(enum_column(MessageKind))
    text: Mapped[str | None] = mapped_column(Text)
    """What was typed, or stands below a picture."""
    file_id: Mapped[str | None] = mapped_column(String(200))
    chat_id: Mapped[int | None] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    """Telegram's numbers of the message that was sent to the bot, from which it is copied."""
    origin: Mapped[str] = mapped_column(String(60), unique=True)
    """The message of Telegram, or the form, that it came by: an update that is handled again adds nothing."""
    number: Mapped[int] = mapped_column(default=0, server_default=sql("0"))
    """Of the member's messages, counted from 1; 0 for the desk's."""
    sent_at: Mapped[datetime] = mapped_column(index=True)
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    staff_name: Mapped[str | None] = mapped_column(String(160))
