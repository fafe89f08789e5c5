"""Mapped rows of an import and of each client it made or filled, by which it can be undone."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base, Id

FACE_CONSENT: Final = "face_consent"
"""Among the filled columns of a row: a consent to face check-in was recorded."""


class ClientImport(Base):
    """One list that was taken in."""

    __tablename__ = "client_imports"

    id: Mapped[Id]
    file_name: Mapped[str] = mapped_column(String(160))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    staff_name: Mapped[str] = mapped_column(String(160))
    at: Mapped[datetime]
    made: Mapped[int]
    changed: Mapped[int]
    left_out: Mapped[int]
    """Rows with problems."""
    idempotency_key: Mapped[UUID | None] = mapped_column(unique=True)
    undone_at: Mapped[datetime | None]
    undone_by_name: Mapped[str | None] = mapped_column(String(160))


class ClientImportRow(Base):
    """One client of a list."""

    __tablename__ = "client_import_rows"

    import_id: Mapped[UUID] = mapped_column(
        ForeignKey("client_imports.id", ondelete="CASCADE"), primary_key=True
    )
    client_id: Mapped[UUID] = mapped_column(
        ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    line: Mapped[int]
    made: Mapped[bool]
    """False: the client was registered, and fields were filled."""
    filled: Mapped[list[str]] = mapped_column(ARRAY(String(40)))
    """Columns that were empty before, and `face_consent` where the list said that it was signed."""
    subscription_id: Mapped[UUID | None] = mapped_column(ForeignKey("subscriptions.id"))
    """The plan that was brought forward."""
