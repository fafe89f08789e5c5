"""Rows of the audit trail, their personal values (erased with the person), its hash chain and checkpoints."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base, Id


class AuditEntry(Base):
    """One change (or one look at a person's data); staff are kept by name, a client by id alone."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_subject", "subject_type", "subject_id", "at"),
        Index("ix_audit_entries_actor", "actor_id", "at"),
        Index("ix_audit_entries_action", "action", "at"),
        # What the gym did itself has no `actor_id`: without this a search for it reads past everything since.
        Index("ix_audit_entries_system", "at", postgresql_where=text("actor_kind = 'system'")),
    )

    id: Mapped[Id]
    at: Mapped[datetime] = mapped_column(index=True)
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(String(160))
    """Empty for a client, whose name stands in the row's `AuditDetail`."""
    action: Mapped[str] = mapped_column(String(64))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """Both without what tells of a person (`gym.audit.personal_values`)."""
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Salted SHA-256 of the personal values; None without any.

    It stays when they are erased, so that what is computed over the rows of the trail still verifies."""


class AuditDetail(Base):
    """The personal values of one row of the trail. PostgreSQL lets them go only once the client is erased."""

    __tablename__ = "audit_details"

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    """The row's id; no foreign key, which would hold up every write of the trail."""
    person_id: Mapped[UUID] = mapped_column(index=True)
    """The client whose they are."""
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    actor_name: Mapped[str | None] = mapped_column(String(160))
    """The client's own, where the client acted."""
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class AuditLink(Base):
    """The place of one entry in the hash chain; written by the sealing job once the entry is committed."""

    __tablename__ = "audit_links"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """From 1, without gaps."""
    entry_id: Mapped[UUID] = mapped_column(unique=True)
    """No foreign key: an entry that was deleted has to be missed, not its deletion prevented."""
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Keyed (`gym.audit.chain_key`); of before the key SHA-256 alone (`gym.audit.chain`)."""
    sealed_at: Mapped[datetime | None]
    """The run of the job that has sealed it, by the clock that ids are made with; None of before the key."""


class AuditCheckpoint(Base):
    """Up to where retention has deleted the trail: the chain goes on from this hash."""

    __tablename__ = "audit_checkpoints"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """Of the last entry that retention may delete."""
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_at: Mapped[datetime]
    """Wall time."""
    seal: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Keyed, so that nobody cuts the beginning off; None of before the key."""
