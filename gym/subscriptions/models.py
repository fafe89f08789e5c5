"""Mapped rows of subscriptions, freezes, closings and gift days."""

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
from gym.core.database.engine import Base, Id, enum_column
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
        CheckConstraint("frozen_days >= 0 AND gift_days >= 0", name="extra_days"),
        CheckConstraint("NOT held OR status IN ('scheduled', 'canceled')", name="held_waits"),
        CheckConstraint("visits_used >= 0 AND (visits IS NULL OR visits_used <= visits)", name="visits"),
        # One subscription of a client a day. Deferrable: when days move, two rows change in one flush and
        # overlap between its two UPDATEs (`FreezeRepository.flush_moved`).
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
        # A client's latest subscription; and the open ones by last day, for nightly jobs and lists.
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
    """Days by which freezes have moved the end; an open freeze moves it when the client returns."""
    gift_days: Mapped[int] = mapped_column(default=0, server_default=sql("0"))
    held: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    """Waits behind an open freeze, whatever its dates say; they move when the freeze ends."""
    base_price: Mapped[Decimal]
    discount: Mapped[Decimal] = mapped_column(default=Decimal(0), server_default=sql("0"))
    final_price: Mapped[Decimal]
    visits: Mapped[int | None]
    visits_used: Mapped[int] = mapped_column(default=0, server_default=sql("0"))
    renews_id: Mapped[UUID | None] = mapped_column(ForeignKey("subscriptions.id"))
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("subscriptions.id"), unique=True)
    """The one that a change of plan has closed for this one."""
    sold_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    sold_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None] = mapped_column(String(300))
    idempotency_key: Mapped[UUID | None] = mapped_column(unique=True)
    plan: Mapped[Plan] = relationship(lazy="raise")
    account: Mapped[Account] = relationship(lazy="raise")
    client: Mapped[Client] = relationship(lazy="raise")
    freezes: Mapped[list[Freeze]] = relationship(
        lazy="raise",
        viewonly=True,
        order_by="Freeze.starts_on",
        primaryjoin="and_(Subscription.id == Freeze.subscription_id, Freeze.canceled_at.is_(None))",
    )
    """Those that count, in order; never overlapping."""


class FreezeKind(StrEnum):
    """Why the days do not count: the client's wish, or the gym was closed."""

    CLIENT = "client"
    CLOSURE = "closure"


class Freeze(Base):
    """Days `[starts_on, ends_on]` on which a subscription rests; without an end until the client returns."""

    __tablename__ = "freezes"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="period"),
        ExcludeConstraint(
            ("subscription_id", "="),
            (sql("daterange(starts_on, ends_on, '[]')"), "&&"),
            name="ex_freezes_no_overlap",
            using="gist",
            where=sql("canceled_at IS NULL"),
            deferrable=True,
        ),
        Index("ix_freezes_closure", "closure_id", postgresql_where=sql("closure_id IS NOT NULL")),
        Index("ix_freezes_ends_on", "ends_on", postgresql_where=sql("canceled_at IS NULL")),
    )

    id: Mapped[Id]
    subscription_id: Mapped[UUID] = mapped_column(ForeignKey("subscriptions.id"), index=True)
    kind: Mapped[FreezeKind] = mapped_column(enum_column(FreezeKind))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(300))
    closure_id: Mapped[UUID | None]
    """Shared by the freezes of one closure of the gym."""
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    staff_name: Mapped[str] = mapped_column(String(160))
    created_at: Mapped[datetime]
    canceled_at: Mapped[datetime | None]
    """Set when the client returned before the first frozen day was over: nothing was frozen."""
    idempotency_key: Mapped[UUID | None] = mapped_column(unique=True)


class GymClosure(Base):
    """Days on which the gym is closed; no plan loses them, whenever it was sold."""

    __tablename__ = "gym_closures"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="period"),)

    id: Mapped[Id]
    """The idempotency key it was announced with."""
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(300))
    frozen: Mapped[int] = mapped_column(default=0, server_default=sql("0"))
    extended: Mapped[int] = mapped_column(default=0, server_default=sql("0"))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    staff_name: Mapped[str] = mapped_column(String(160))
    created_at: Mapped[datetime]
    canceled_at: Mapped[datetime | None]
    """Set when the gym opened before the first closed day was over."""


class GiftDays(Base):
    """Days that the gym gave to a subscription."""

    __tablename__ = "gift_days"
    __table_args__ = (CheckConstraint("days > 0", name="days"),)

    id: Mapped[Id]
    subscription_id: Mapped[UUID] = mapped_column(ForeignKey("subscriptions.id"), index=True)
    days: Mapped[int]
    reason: Mapped[str] = mapped_column(String(300))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    staff_name: Mapped[str] = mapped_column(String(160))
    created_at: Mapped[datetime]
    idempotency_key: Mapped[UUID | None] = mapped_column(unique=True)
