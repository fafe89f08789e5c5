"""Mapped rows of the roll-up of visits. All of it can be counted again from `check_ins`."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, func
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base, Id


class VisitRollup(Base):
    """Visits of one gym day, hour of the gym's clock and plan; without a plan: people who were let in."""

    __tablename__ = "visit_rollups"
    __table_args__ = (
        CheckConstraint("visits > 0", name="visits"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
        Index("ix_visit_rollups_day", "gym_day"),
    )

    id: Mapped[Id]
    gym_day: Mapped[date]
    hour: Mapped[int] = mapped_column(SmallInteger)
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plans.id"))
    visits: Mapped[int]


class VisitorMonth(Base):
    """A client who came in a month, and how often."""

    __tablename__ = "visitor_months"

    month: Mapped[date] = mapped_column(primary_key=True)
    """Its first day."""
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id"), primary_key=True)
    visits: Mapped[int]


class RolledMonth(Base):
    """A month that is counted, by the clock of a zone."""

    __tablename__ = "rolled_months"

    month: Mapped[date] = mapped_column(primary_key=True)
    zone: Mapped[str] = mapped_column(String(60))
    rolled_at: Mapped[datetime]


class ReopenedMonth(Base):
    """A mark that a visit of a month came late, changed or was undone: what was counted of it is not used.

    Written by triggers on `check_ins`, one row a visit, so that no two doors wait for each other.
    """

    __tablename__ = "reopened_months"
    __table_args__ = (Index("ix_reopened_months_month", "month"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    month: Mapped[date]
