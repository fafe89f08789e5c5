"""Mapped row of a reward, and its kinds."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base, Id, enum_column


class RewardKind(StrEnum):
    """What it was earned by: visits within one period, visits in all, a friend who paid."""

    VISITS = "visits"
    MILESTONE = "milestone"
    REFERRAL = "referral"


class Reward(Base):
    """A percentage off the client's next subscription, good for `[granted_on, expires_on]`, used once."""

    __tablename__ = "rewards"
    __table_args__ = (
        CheckConstraint("percent >= 0 AND percent <= 100", name="percent"),
        CheckConstraint("expires_on >= granted_on", name="period"),
        CheckConstraint("redeemed_at IS NULL OR revoked_at IS NULL", name="one_end"),
        CheckConstraint("(redeemed_at IS NULL) = (redeemed_by IS NULL)", name="redeemed"),
        CheckConstraint("redeemed_by <> subscription_id", name="for_another"),
        CheckConstraint("(kind = 'referral') = (friend_id IS NOT NULL)", name="friend"),
        UniqueConstraint(
            "kind",
            "client_id",
            "subscription_id",
            "threshold",
            name="uq_rewards_earned",
            postgresql_nulls_not_distinct=True,
        ),
        Index(
            "uq_rewards_one_a_subscription",
            "subscription_id",
            unique=True,
            postgresql_where=sql("kind = 'visits'"),
        ),
        Index(
            "ix_rewards_waiting",
            "client_id",
            "expires_on",
            postgresql_where=sql("redeemed_at IS NULL AND revoked_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id"))
    kind: Mapped[RewardKind] = mapped_column(enum_column(RewardKind))
    subscription_id: Mapped[UUID | None] = mapped_column(ForeignKey("subscriptions.id"))
    """The subscription whose visits earned it; the friend's, for a referral."""
    friend_id: Mapped[UUID | None] = mapped_column(ForeignKey("clients.id"), unique=True)
    """Who was brought along: one reward for a friend, for ever."""
    threshold: Mapped[int]
    """How many visits it took; 0 for a referral."""
    percent: Mapped[Decimal]
    granted_on: Mapped[date]
    expires_on: Mapped[date]
    granted_at: Mapped[datetime]
    redeemed_at: Mapped[datetime | None]
    redeemed_by: Mapped[UUID | None] = mapped_column(ForeignKey("subscriptions.id"), unique=True)
    """The subscription whose price it lowered."""
    revoked_at: Mapped[datetime | None]
    """Set when the visit or the payment that earned it was undone; earned again, it is as before."""
