"""Rows of subscriptions."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gym.clients.models import Client
from gym.core.database import Base, Id, enum_column
from gym.payments.models import Account
from gym.plans.models import Plan


class SubscriptionStatus(StrEnum):
    SCHEDULED = "scheduled"
    PENDING_PAYMENT = "pending_payment"
    ACTIVE = "active"
    FROZEN = "frozen"
    EXPIRED = "expired"
    LAPSED = "lapsed"
    CANCELED = "canceled"


OPEN = (
    SubscriptionStatus.SCHEDULED,
    SubscriptionStatus.PENDING_PAYMENT,
    SubscriptionStatus.ACTIVE,
    SubscriptionStatus.FROZEN,
)
"""Statuses that hold their days: two open subscriptions of a client never overlap."""
_OPEN_SQL = "status IN ('scheduled', 'pending_payment', 'active', 'frozen')"


class Subscription(Base):
    """One period `[starts_on, ends_on]`, both inclusive, at the price it was sold for."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="period"),
        CheckConstraint("anchor <= starts_on", name="anchor"),
        CheckConstraint("discount >= 0 AND discount <= base_price", name="discount"),
        CheckConstraint("final_price = base_price - discount", name="final_price"),
        CheckConstraint("visits_used >= 0 AND (visits IS NULL OR visits_used <= visits)", name="visits"),
        ExcludeConstraint(
            ("client_id", "="),
            (sql("daterange(starts_on, ends_on, '[]')"), "&&"),
            name="ex_subscriptions_no_overlap",
            using="gist",
            where=sql(_OPEN_SQL),
            deferrable=True,
        ),
        Index(
            "uq_subscriptions_one_waiting",
            "client_id",
            unique=True,
            postgresql_where=sql("status = 'scheduled'"),
        ),
        Index("ix_subscriptions_client_starts_on", "client_id", "starts_on"),
        Index("ix_subscriptions_open_ends_on", "ends_on", postgresql_where=sql(_OPEN_SQL)),
    )

    id: Mapped[Id]
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"), index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), unique=True)
    status: Mapped[SubscriptionStatus] = mapped_column(enum_column(SubscriptionStatus))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    anchor: Mapped[date]
    """First day of the unbroken chain; period k of it is counted from here, so month ends do not drift."""
    frozen_days: Mapped[int] = mapped_column(default=0, server_default=sql("0"))
    frozen_until: Mapped[date | None]
    base_price: Mapped[Decimal]
    discount: Mapped[Decimal] = mapped_column(default=Decimal(0), server_default=sql("0"))
    final_price: Mapped[Decimal]
    visits: Mapped[int | None]
    visits_used: Mapped[int] = mapped_column(default=0, server_default=sql("0"))
    renews_id: Mapped[UUID | None] = mapped_column(ForeignKey("subscriptions.id"))
    sold_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    sold_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None] = mapped_column(String(300))
    idempotency_key: Mapped[UUID | None] = mapped_column(unique=True)
    plan: Mapped[Plan] = relationship(lazy="raise")
    account: Mapped[Account] = relationship(lazy="raise")
    client: Mapped[Client] = relationship(lazy="raise")
