"""Mapped row of an outreach: somebody who stayed away was written to or called."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base, Id, enum_column


class OutreachKind(StrEnum):
    """How."""

    MESSAGE = "message"
    CALL = "call"


class Outreach(Base):
    """One contact. A client is contacted once a gym day at most."""

    __tablename__ = "outreaches"
    __table_args__ = (
        CheckConstraint("days_away >= 0", name="days_away"),
        Index("uq_outreaches_one_a_day", "client_id", "gym_day", unique=True),
        Index("ix_outreaches_day", "gym_day"),
    )

    id: Mapped[Id]
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id"))
    kind: Mapped[OutreachKind] = mapped_column(enum_column(OutreachKind))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    staff_name: Mapped[str] = mapped_column(String(160))
    at: Mapped[datetime]
    gym_day: Mapped[date]
    days_away: Mapped[int]
    """As it stood that day."""
    value: Mapped[Decimal]
    """What was at stake: the plan's worth a month."""
