"""Mapped row of a request for approval, and its kinds and states."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gym.clients.models import Client
from gym.core.database.engine import Base, Id, enum_column


class ApprovalKind(StrEnum):
    """What is asked for. A freeze is asked by a member and any staff decides; the rest is for admins."""

    DISCOUNT = "discount"
    VOID = "void"
    REFUND = "refund"
    FREEZE = "freeze"
    WRITE_OFF = "write_off"
    LONG_FREEZE = "long_freeze"
    """Of more days than the plan has left, asked by staff."""


class ApprovalState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    """Taken back by whoever asked."""


class Approval(Base):
    """One request. An approved discount is used once (`used_at`); the other kinds are done when approved."""

    __tablename__ = "approvals"
    __table_args__ = (
        CheckConstraint(
            "(state IN ('approved', 'rejected', 'withdrawn')) = (decided_at IS NOT NULL)", name="decided"
        ),
        CheckConstraint("used_at IS NULL OR state = 'approved'", name="used"),
        Index("ix_approvals_pending", "expires_at", postgresql_where=sql("state = 'pending'")),
    )

    id: Mapped[Id]
    kind: Mapped[ApprovalKind] = mapped_column(enum_column(ApprovalKind))
    state: Mapped[ApprovalState] = mapped_column(enum_column(ApprovalState))
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id"), index=True)
    """Whom it is about."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What was asked, by kind (`gym.approvals.schemas`), packed by `gym.core.database.json_values`."""
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """Staff who asked; None for the client's own request."""
    asked_by_name: Mapped[str] = mapped_column(String(160))
    reason: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    """Until when it can be decided, and an approved discount used."""
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    decided_by_name: Mapped[str | None] = mapped_column(String(160))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(String(300))
    """Why it was rejected, if whoever did so said it."""
    used_at: Mapped[datetime | None]
    idempotency_key: Mapped[UUID | None] = mapped_column(unique=True)
    client: Mapped[Client] = relationship(lazy="raise")
