"""Mapped rows of kiosks and pairing codes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, SmallInteger, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base, Id


class Kiosk(Base):
    """A device at the door."""

    __tablename__ = "kiosks"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(80))
    secret_hash: Mapped[str] = mapped_column(String(255))
    exit_pin_hash: Mapped[str | None] = mapped_column(String(255))
    door_address: Mapped[str | None] = mapped_column(String(300))
    active: Mapped[bool] = mapped_column(default=True, server_default=sql("true"))
    token_generation: Mapped[int] = mapped_column(default=0, server_default=sql("0"))
    paired_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    paired_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))


class PairingCode(Base):
    """A 9-digit code: ten minutes, one use, five wrong tries; only its HMAC and its first digits are kept."""

    __tablename__ = "pairing_codes"
    __table_args__ = (CheckConstraint("tries <= 5", name="tries"),)

    id: Mapped[Id]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    number: Mapped[int | None] = mapped_column(SmallInteger, index=True)
    """The first three digits, which name the code among the live ones: a wrong guess counts against it alone.
    None in codes of the first release, which ran out long ago."""
    name: Mapped[str] = mapped_column(String(80))
    exit_pin_hash: Mapped[str | None] = mapped_column(String(255))
    tries: Mapped[int] = mapped_column(SmallInteger, default=0, server_default=sql("0"))
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    kiosk_id: Mapped[UUID | None] = mapped_column(ForeignKey("kiosks.id", ondelete="SET NULL"))
