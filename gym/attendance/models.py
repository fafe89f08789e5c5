"""Mapped row of a check-in attempt, admitted or not, and its methods, outcomes and codes."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base, Id, enum_column


class CheckInMethod(StrEnum):
    FACE = "face"
    QR = "qr"
    DOCUMENT = "document"
    STAFF = "staff"


class Outcome(StrEnum):
    ADMITTED = "admitted"
    DENIED = "denied"


class VerdictCode(StrEnum):
    """Why; the order is what the person must fix first."""

    NOT_RECOGNIZED = "not_recognized"
    UNCERTAIN = "uncertain"
    SPOOF_SUSPECTED = "spoof_suspected"
    CLIENT_INACTIVE = "client_inactive"
    BLOCKED = "blocked"
    NO_SUBSCRIPTION = "no_subscription"
    NOT_STARTED = "not_started"
    EXPIRED = "expired"
    FROZEN = "frozen"
    PAYMENT_DUE = "payment_due"
    VISITS_USED_UP = "visits_used_up"
    OUTSIDE_HOURS = "outside_hours"
    ALREADY_INSIDE = "already_inside"
    ADMITTED = "admitted"
    REENTRY = "reentry"


class CheckIn(Base):
    """One attempt. `at` is door time; a counted one is the visit of that client's gym day."""

    __tablename__ = "check_ins"
    __table_args__ = (
        CheckConstraint("NOT counted OR outcome = 'admitted'", name="counted_admitted"),
        CheckConstraint("NOT counted OR client_id IS NOT NULL", name="counted_client"),
        CheckConstraint("left_at IS NULL OR (left_at >= at AND outcome = 'admitted')", name="left"),
        Index(
            "uq_check_ins_one_counted_a_day",
            "client_id",
            "gym_day",
            unique=True,
            postgresql_where=sql("counted AND undone_at IS NULL"),
        ),
        Index("ix_check_ins_client_at", "client_id", "at"),
        Index("ix_check_ins_day", "gym_day", "at"),
        # What reports count of the door, a small part of all attempts.
        Index("ix_check_ins_denied", "gym_day", "code", postgresql_where=sql("outcome = 'denied'")),
        Index(
            "ix_check_ins_denied_let_in",
            "gym_day",
            "code",
            postgresql_where=sql("outcome = 'denied' AND override_reason IS NOT NULL"),
        ),
        Index(
            "ix_check_ins_overridden",
            "gym_day",
            postgresql_where=sql("outcome = 'admitted' AND override_reason IS NOT NULL"),
        ),
        # Some hundred among millions, by day for the report of the team.
        Index("ix_check_ins_undone", "undone_at", postgresql_where=sql("undone_at IS NOT NULL")),
        # BRIN: rows are inserted in the order of this column, so a summary of each block range (a few bytes)
        # finds a time, and an insert costs next to nothing.
        Index("ix_check_ins_received", "received_at", postgresql_using="brin"),
    )

    id: Mapped[Id]
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("clients.id"))
    subscription_id: Mapped[UUID | None] = mapped_column(ForeignKey("subscriptions.id"))
    outcome: Mapped[Outcome] = mapped_column(enum_column(Outcome))
    code: Mapped[VerdictCode] = mapped_column(enum_column(VerdictCode))
    method: Mapped[CheckInMethod] = mapped_column(enum_column(CheckInMethod))
    counted: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    visit_number: Mapped[int | None]
    balance: Mapped[Decimal | None]
    kiosk_id: Mapped[UUID | None] = mapped_column(ForeignKey("kiosks.id", ondelete="SET NULL"))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    """When the person checked out, where the gym wants that."""
    gym_day: Mapped[date]
    override_reason: Mapped[str | None] = mapped_column(String(300))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    idempotency_key: Mapped[UUID | None] = mapped_column(unique=True)
