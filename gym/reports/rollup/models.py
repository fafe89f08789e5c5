"""Mapped rows of the roll-ups. All of it can be counted again from `check_ins` and `ledger_entries`."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, SmallInteger, String, func
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base, Id

SUM: Final = Numeric(18, 2)
"""Of a month of a gym of ten thousand, in pesos: an entry's twelve digits would be too few in a good one."""


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


class VisitDay(Base):
    """Visits of one gym day; a day without any has no row."""

    __tablename__ = "visit_days"

    gym_day: Mapped[date] = mapped_column(primary_key=True, autoincrement=False)
    visits: Mapped[int]


class VisitHour(Base):
    """Visits of a month by hour of the week and plan."""

    __tablename__ = "visit_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
        Index("ix_visit_hours_month", "month"),
    )

    id: Mapped[Id]
    month: Mapped[date]
    """Its first day."""
    weekday: Mapped[int] = mapped_column(SmallInteger)
    """Monday is 0."""
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


class MoneyDay(Base):
    """What moved the tills on one gym day; a day without any has no row."""

    __tablename__ = "money_days"

    gym_day: Mapped[date] = mapped_column(primary_key=True, autoincrement=False)
    payments: Mapped[int]
    received: Mapped[Decimal] = mapped_column(SUM)
    voided: Mapped[Decimal] = mapped_column(SUM)
    refunded: Mapped[Decimal] = mapped_column(SUM)


class MoneyMonth(Base):
    """Entries of a month, summed by all that the report of money tells apart.

    What moves a till by method, bank account, whose till it is and plan; what was billed by its cause.
    """

    __tablename__ = "money_months"
    __table_args__ = (
        CheckConstraint("entries > 0", name="entries"),
        Index("ix_money_months_month", "month", "kind"),
    )

    id: Mapped[Id]
    month: Mapped[date]
    """Its first day."""
    kind: Mapped[str] = mapped_column(String(32))
    cause: Mapped[str | None] = mapped_column(String(32))
    method: Mapped[str | None] = mapped_column(String(32))
    """Copied from entries, whose constraints say what they may be: a new cause needs no change here."""
    destination: Mapped[str | None] = mapped_column(String(60))
    till: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"))
    """Of a void that of the payment it undid."""
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plans.id"))
    entries: Mapped[int]
    amount: Mapped[Decimal] = mapped_column(SUM)


class TaxDay(Base):
    """Receipts, voids and refunds of one gym day, with the part of them that is no tax."""

    __tablename__ = "tax_days"

    gym_day: Mapped[date] = mapped_column(primary_key=True, autoincrement=False)
    rows: Mapped[int]
    total: Mapped[Decimal] = mapped_column(SUM)
    base: Mapped[Decimal] = mapped_column(SUM)


class CollectionDay(Base):
    """What came in for debts on one gym day."""

    __tablename__ = "collected_days"

    gym_day: Mapped[date] = mapped_column(primary_key=True, autoincrement=False)
    payments: Mapped[int]
    amount: Mapped[Decimal] = mapped_column(SUM)


class RolledMoneyMonth(Base):
    """A month whose money is summed. Entries know their gym day, so no zone is kept with it."""

    __tablename__ = "rolled_money_months"

    month: Mapped[date] = mapped_column(primary_key=True, autoincrement=False)
    rolled_at: Mapped[datetime]
    tax_percent: Mapped[Decimal | None] = mapped_column(Numeric())
    """The rate by which its taxes are summed; none where they and what was collected are not."""


class ReopenedMoneyMonth(Base):
    """A mark that an entry of a month came late: what was summed of it is not used.

    Written by a trigger on `ledger_entries`, one row an entry, so that no two desks wait for each other.
    """

    __tablename__ = "reopened_money_months"
    __table_args__ = (Index("ix_reopened_money_months_month", "month"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    month: Mapped[date]
