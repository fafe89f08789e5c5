"""What erasing means for whoever asks, the journal that travels with a backup, and an export's content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from gym.payments.schemas import JointPart


@dataclass(frozen=True, slots=True)
class ErasureNotice:
    """What is open at the moment."""

    client_id: UUID
    client_name: str
    owes: Decimal
    credit: Decimal
    """What the gym owes the client."""
    proofs: Decimal
    """What proofs of payment come to that nobody at the desk has answered."""
    plan_until: date | None
    """Last day of a plan that runs."""
    due_at: datetime
    """When it would be carried out."""


@dataclass(frozen=True, slots=True)
class WaitingErasure:
    """A wish that can still be taken back, and whose it is."""

    client_id: UUID
    client_name: str
    by_client: bool
    """Asked in the client's own chat."""
    due_at: datetime


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Everything that is kept of one client."""

    client_id: UUID
    client_name: str
    language: str
    made_at: datetime
    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    """Table → rows as JSON objects."""
    pictures: tuple[bytes, ...]
    """JPEG."""
    pictures_left_out: int
    """Those taken at the kiosk, where the export goes through a chat."""
    receipts: tuple[JointPart, ...]

    @property
    def rows(self) -> int:
        return sum(map(len, self.tables.values()))


class JournalEntry(BaseModel):
    """One wish to be erased that was not taken back."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)

    client_id: UUID
    by_client: bool
    asked_at: datetime
    due_at: datetime
    done_at: datetime | None
