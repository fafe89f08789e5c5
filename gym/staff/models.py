"""Mapped rows of staff, of own memberships and of candidates."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base, Id, enum_column
from gym.security.permissions import Role


class Staff(Base):
    """Somebody who works at the gym."""

    __tablename__ = "staff"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(160))
    role: Mapped[Role] = mapped_column(enum_column(Role))
    telegram_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    username: Mapped[str | None] = mapped_column(String(40))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    language: Mapped[str] = mapped_column(String(8), default="en")
    active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    token_generation: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    created_at: Mapped[datetime]


Index("uq_staff_username", func.lower(Staff.username), unique=True)


class OwnMembership(Base):
    """A client who is the same person as a member of staff; noted by triggers on both tables for ever.

    The pair stays when the chat is unlinked: who has been somebody's own membership remains it.
    """

    __tablename__ = "own_memberships"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[UUID] = mapped_column(
        ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    acted_alone: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """How often the colleague did something for it while nobody else worked here."""
    last_alone_at: Mapped[datetime | None]


class CandidateState(StrEnum):
    """What has been said about a candidate."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class AdminCandidate(Base):
    """Somebody who has opened an admin's invitation and is not of the team until an admin confirms them.

    A table of its own: whatever asks for staff cannot find them, so that no reader has to leave them out.
    The times are wall time, as those of a link.
    """

    __tablename__ = "admin_candidates"

    id: Mapped[Id]
    """Also the id of the staff row that a confirmation makes."""
    telegram_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    name: Mapped[str] = mapped_column(String(160))
    username: Mapped[str | None] = mapped_column(String(40))
    """As in Telegram, without the @."""
    language: Mapped[str] = mapped_column(String(8))
    invited_by: Mapped[UUID | None]
    """None for an invitation from the operator's shell."""
    invited_by_name: Mapped[str | None] = mapped_column(String(160))
    state: Mapped[CandidateState] = mapped_column(enum_column(CandidateState), default=CandidateState.WAITING)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decided_by_name: Mapped[str | None] = mapped_column(String(160))
