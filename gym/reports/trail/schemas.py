"""What is asked of the audit trail, and its rows as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from gym.audit.actions import TrailKind

GYM_ITSELF: Final = UUID(int=0)
"""Stands for jobs and the operator's shell among those who did something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailQuery:
    """Which rows; what is None does not matter."""

    by: UUID | None = None
    """Who did it: a member of staff, a kiosk, a client, or `GYM_ITSELF`."""
    client_id: UUID | None = None
    """Whom it is about, or who did it in person."""
    kind: TrailKind | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class TrailChange:
    """One value before and after; None where there was none."""

    key: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class TrailRow:
    """One row of the trail with everything that is still known of it."""

    id: UUID
    at: datetime
    actor_kind: str
    actor: str
    """Empty for a client who was erased."""
    action: str
    subject_type: str
    subject_id: UUID | None
    client_id: UUID | None
    subject: str
    """The name of the client, colleague, plan or kiosk; empty where there is none, or it is erased."""
    erased: bool
    """The client was erased, and with them what the row said of them."""
    changes: Sequence[TrailChange]


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Some rows, the newest first."""

    rows: Sequence[TrailRow]
    number: int
    pages: int
    capped: bool
    """There are more than can be paged through."""
    subject: str
    """Of whom `by` or `client_id` speak; empty without either."""
