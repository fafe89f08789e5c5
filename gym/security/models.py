"""Mapped rows of one-time links, sign-ins, refresh tokens, idempotency keys and rate buckets."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base, Id, enum_column


class LinkPurpose(StrEnum):
    """What a one-time link does when it is opened."""

    CLAIM_GYM = "claim_gym"
    INVITE_STAFF = "invite_staff"
    LINK_CLIENT = "link_client"
    SET_PASSWORD = "set_password"  # noqa: S105 - a purpose, not a password
    MAKE_PASSPHRASE = "make_passphrase"  # noqa: S105 - a purpose


class OneTimeLink(Base):
    """A link that works once and not for long; only the HMAC of its token is kept."""

    __tablename__ = "one_time_links"

    id: Mapped[Id]
    purpose: Mapped[LinkPurpose] = mapped_column(enum_column(LinkPurpose))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    role: Mapped[str | None] = mapped_column(String(16))
    subject_id: Mapped[UUID | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class SignIn(Base):
    """A sign-in: the family of every token that came of it, and when that family ends."""

    __tablename__ = "sign_ins"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(index=True)
    scope: Mapped[str] = mapped_column(String(16))
    opened_at: Mapped[datetime]
    renewed_at: Mapped[datetime]
    """When its tokens were last swapped; they are good for hours, so this is when it was last in use."""
    ends_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    address: Mapped[str | None] = mapped_column(String(64))
    """The neighbourhood that it was opened from, so that its owner knows it again."""


class RefreshToken(Base):
    """One refresh token of a sign-in."""

    __tablename__ = "refresh_tokens"

    jti: Mapped[UUID] = mapped_column(primary_key=True)
    family: Mapped[UUID] = mapped_column(index=True)
    subject_id: Mapped[UUID] = mapped_column(index=True)
    scope: Mapped[str] = mapped_column(String(16))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    spent_at: Mapped[datetime | None]
    successor: Mapped[UUID | None]
    """The token it was swapped for; asked again within seconds (a lost reply), that same one is given."""
    revoked_at: Mapped[datetime | None]


class IdempotencyKey(Base):
    """A request seen before: claimed with a lease, then answered with the very same bytes."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_created_at", "created_at"),)  # for retention

    caller: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]
    leased_until: Mapped[datetime]
    status: Mapped[int | None] = mapped_column(SmallInteger)
    answer: Mapped[bytes | None]


class RateBucket(Base):
    """A bucket that is not full, and when it will be; unlogged, because nothing is lost with it."""

    __tablename__ = "rate_buckets"
    # Unlogged: a bucket that is lost in a crash is merely full again. The index is for the sweep.
    __table_args__ = (Index("ix_rate_buckets_full_at", "full_at"), {"prefixes": ["UNLOGGED"]})

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    full_at: Mapped[datetime]
