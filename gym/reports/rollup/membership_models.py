"""Mapped rows of the roll-up of memberships. All of it can be counted again from `subscriptions`."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base


class MembershipPeriod(Base):
    """A subscription that covered the end of a day, and what it was in the chain of its client's periods."""

    __tablename__ = "membership_periods"
    __table_args__ = (Index("ix_membership_periods_client", "client_id"),)

    subscription_id: Mapped[UUID] = mapped_column(
        ForeignKey("subscriptions.id", ondelete="CASCADE"), primary_key=True
    )
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"))
    seller_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    starts_on: Mapped[date]
    until: Mapped[date]
    """The last day at whose end it was open; none is ahead of one that rests until its client returns."""
    begins: Mapped[str | None] = mapped_column(String(8))
    """`new` or `back`, where a membership began with it."""
    is_last: Mapped[bool]
    """Whether a membership ends with it, once its last day is over."""
    ends_itself: Mapped[bool]
    """Whether it can be renewed: it was neither cancelled nor changed."""
    renewed_on: Mapped[date | None]
    """The day on which the client's next one was sold."""


class CountedMembership(Base):
    """A client whose periods are followed, by the clock of a zone."""

    __tablename__ = "counted_memberships"

    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True)
    zone: Mapped[str] = mapped_column(String(60))


class ChangedMembership(Base):
    """A mark that a client's subscriptions have changed: what was counted of them is not used.

    Written by triggers, one row a change, so that no two desks wait for each other.
    """

    __tablename__ = "changed_memberships"
    __table_args__ = (Index("ix_changed_memberships_client", "client_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"))
