"""Mapped row of a client, with the types of documents and genders."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base, Id, enum_column


class DocumentType(StrEnum):
    """Colombian identity documents: citizen, minor, foreigner, passport, temporary protection; any other."""

    CC = "CC"
    TI = "TI"
    CE = "CE"
    PP = "PP"
    PPT = "PPT"
    ID = "ID"


class Gender(StrEnum):
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class Client(Base):
    """A person registered at the gym. Optional fields are NULL when empty."""

    __tablename__ = "clients"
    __table_args__ = (
        UniqueConstraint("document_type", "document_number", name="uq_clients_document"),
        CheckConstraint("referred_by IS NULL OR referred_by <> id", name="referred_by_another"),
        CheckConstraint("(document_type IS NULL) = (document_number IS NULL)", name="document_whole"),
        # Trigrams, for parts of words and words with typing errors.
        Index(
            "ix_clients_search", "search", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}
        ),
        Index("ix_clients_phone", "phone"),
    )

    id: Mapped[Id]
    document_type: Mapped[DocumentType | None] = mapped_column(enum_column(DocumentType))
    document_number: Mapped[str | None] = mapped_column(String(32))
    document_in_doubt: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    """An earlier release may have read it wrongly; an admin is asked."""
    first_name: Mapped[str] = mapped_column(String(80))
    last_name: Mapped[str] = mapped_column(String(80))
    """Empty for a person with one name."""
    alias: Mapped[str | None] = mapped_column(String(80))
    phone: Mapped[str | None] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(160))
    birth_date: Mapped[date | None]
    gender: Mapped[Gender | None] = mapped_column(enum_column(Gender))
    address: Mapped[str | None] = mapped_column(String(200))
    emergency_contact: Mapped[str | None] = mapped_column(String(200))
    tags: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list, server_default="{}")
    warning: Mapped[str | None] = mapped_column(String(300))
    notes: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8), default="en")
    guardian_name: Mapped[str | None] = mapped_column(String(160))
    guardian_consent_at: Mapped[datetime | None]
    telegram_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    linked_at: Mapped[datetime | None]
    blocked_until: Mapped[date | None]
    block_reason: Mapped[str | None] = mapped_column(String(300))
    referred_by: Mapped[UUID | None] = mapped_column(ForeignKey("clients.id", ondelete="SET NULL"))
    """The member who brought this one."""
    card_number: Mapped[str | None] = mapped_column(String(40), unique=True)
    """Of a card, key fob or code that the gym had before; see `gym.clients.fields.card_numbers`."""
    card_serial: Mapped[int] = mapped_column(default=0, server_default=sql("0"))
    """Of the last printed card; any other opens nothing."""
    card_issued_at: Mapped[datetime | None]
    """When the card in use was made; None without one, and once it was revoked."""
    active: Mapped[bool] = mapped_column(default=True, server_default=sql("true"))
    erased_at: Mapped[datetime | None]
    """Since when nothing tells who this was; the row stays for the visits and the money that point at it."""
    idempotency_key: Mapped[UUID | None] = mapped_column(unique=True)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    search: Mapped[str] = mapped_column(
        Text,
        Computed(
            "gym_fold(first_name || ' ' || last_name || ' ' || coalesce(alias, '') || ' ' || "
            "coalesce(document_number, '') || ' ' || coalesce(phone, ''))",
            persisted=True,
        ),
        deferred=True,
    )

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def display_name(self) -> str:
        """What a screen may call the person: the alias, or the first name."""
        return self.alias or self.first_name
