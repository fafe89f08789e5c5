"""Rows of backups: what was asked for, made, sent and proved, and the parts that lie in a chat."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base, Id, enum_column


class BackupReason(StrEnum):
    """Why one was made."""

    NIGHTLY = "nightly"
    ASKED = "asked"


class BackupState(StrEnum):
    """How far one is."""

    ASKED = "asked"
    MADE = "made"
    FAILED = "failed"
    GONE = "gone"
    """It was kept for its time; file and parts are gone or about to go."""


class Backup(Base):
    """One backup. All times are wall time."""

    __tablename__ = "backups"
    __table_args__ = (Index("ix_backups_made_at", "made_at", postgresql_where=text("state = 'made'")),)

    id: Mapped[Id]
    reason: Mapped[BackupReason] = mapped_column(enum_column(BackupReason))
    state: Mapped[BackupState] = mapped_column(enum_column(BackupState), default=BackupState.ASKED)
    asked_at: Mapped[datetime] = mapped_column(index=True)
    asked_by: Mapped[UUID | None]
    made_at: Mapped[datetime | None]
    name: Mapped[str | None] = mapped_column(String(80), unique=True)
    """Of the file in the folder of backups."""
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
    trail_number: Mapped[int | None] = mapped_column(BigInteger)
    trail_head: Mapped[str | None] = mapped_column(String(64))
    """Of the audit trail in it; None before there was a chain."""
    error: Mapped[str | None] = mapped_column(String(200))
    proved_at: Mapped[datetime | None]
    proof_failed_at: Mapped[datetime | None]
    proof_error: Mapped[str | None] = mapped_column(String(200))
    copied_at: Mapped[datetime | None]
    """When `BACKUP_COMMAND` took it."""
    copy_failed_at: Mapped[datetime | None]
    copy_error: Mapped[str | None] = mapped_column(String(200))
    chat_id: Mapped[int | None] = mapped_column(BigInteger)
    manifest_id: Mapped[int | None] = mapped_column(BigInteger)
    """The pinned message that names the parts."""
    manifest_digest: Mapped[str | None] = mapped_column(String(64))
    """Of what it says now: it is edited when that has changed."""
    sent_at: Mapped[datetime | None]
    expired_at: Mapped[datetime | None]
    """When its parts in the chat were emptied."""


class BackupPart(Base):
    """A part of a backup that has reached a chat."""

    __tablename__ = "backup_parts"

    backup_id: Mapped[UUID] = mapped_column(ForeignKey("backups.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    chat_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int] = mapped_column(BigInteger)
    file_id: Mapped[str] = mapped_column(String(200))
