"""Rows of erasures: which client, asked when and by whom, done when; nothing of the person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base, Id


class Erasure(Base):
    """One wish to be erased: it waits, was taken back, or is done.

    Done ones are what a restored backup has to repeat, so they stay.
    """

    __tablename__ = "erasures"
    __table_args__ = (
        Index("uq_erasures_open", "client_id", unique=True, postgresql_where=text("canceled_at IS NULL")),
        Index(
            "ix_erasures_due",
            "due_at",
            postgresql_where=text("canceled_at IS NULL AND done_at IS NULL"),
        ),
        CheckConstraint("canceled_at IS NULL OR done_at IS NULL", name="one_end"),
    )

    id: Mapped[Id]
    client_id: Mapped[UUID]
    """No foreign key: a list of erasures is replayed over backups that may not know the client."""
    by_client: Mapped[bool]
    """Asked in the client's own chat."""
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """The member of staff who asked; None for the client and for the operator's shell."""
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """Business time; until then it can be taken back."""
    canceled_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
