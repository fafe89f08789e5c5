"""Mapped rows of plans and their dated prices."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gym.core.database.engine import Base, Id, enum_column


class DurationUnit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Plan(Base):
    """A kind of membership. With history it is deactivated, never deleted."""

    __tablename__ = "plans"
    __table_args__ = (
        CheckConstraint("duration_count BETWEEN 1 AND 1000", name="duration"),
        CheckConstraint("visits IS NULL OR visits > 0", name="visits"),
        CheckConstraint("freeze_days >= 0", name="freeze_days"),
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(80))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str | None] = mapped_column(Text)
    duration_unit: Mapped[DurationUnit] = mapped_column(enum_column(DurationUnit))
    duration_count: Mapped[int]
    visits: Mapped[int | None]
    window: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """`{"weekdays": [0..6, Monday first], "from": "HH:MM", "until": "HH:MM"}`; none: always open."""
    freeze_days: Mapped[int] = mapped_column(default=0, server_default=sql("0"))
    once_per_client: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    active: Mapped[bool] = mapped_column(default=True, server_default=sql("true"))
    idempotency_key: Mapped[UUID | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    prices: Mapped[list[PlanPrice]] = relationship(
        back_populates="plan", order_by="PlanPrice.valid_from", lazy="raise"
    )


class PlanPrice(Base):
    """A price in force on `[valid_from, valid_until)`."""

    __tablename__ = "plan_prices"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="range"),
        ExcludeConstraint(
            ("plan_id", "="),
            (sql("daterange(valid_from, valid_until)"), "&&"),
            name="ex_plan_prices_one_at_a_time",
            using="gist",
            deferrable=True,
        ),
    )

    id: Mapped[Id]
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"), index=True)
    amount: Mapped[Decimal]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    plan: Mapped[Plan] = relationship(back_populates="prices", lazy="raise")
