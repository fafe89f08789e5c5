"""Verdicts: the answer of a check-in, for chat, kiosk and API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from gym.attendance.models import CheckInMethod, Outcome, VerdictCode


@dataclass(frozen=True, slots=True)
class Loyalty:
    """What is to be said of rewards at the door."""

    percent: Decimal | None = None
    """Off the next subscription: the best reward that waits, until `until`."""
    until: date | None = None
    earned: bool = False
    """True when this very visit has earned it."""
    milestone: int | None = None
    """The milestone that this very visit is."""
    to_go: int | None = None
    """How many more visits of the subscription earn a reward."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer at the door. The client's fields are empty unless the face or credential was accepted."""

    id: UUID
    outcome: Outcome
    code: VerdictCode
    method: CheckInMethod
    at: datetime
    client_id: UUID | None = None
    client_name: str | None = None
    display_name: str | None = None
    subscription_id: UUID | None = None
    plan_name: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    days_left: int | None = None
    visits_left: int | None = None
    visit_number: int | None = None
    balance: Decimal = Decimal(0)
    closed_debt: Decimal = Decimal(0)
    until: date | None = None
    reason: str | None = None
    opens_on: date | None = None
    opens_at: time | None = None
    warning: str | None = None
    birthday: bool = False
    counted: bool = False
    loyalty: Loyalty = Loyalty()
    waiting_id: UUID | None = None
    """The renewal that waits."""
    debt_id: UUID | None = None
    """The oldest closed subscription with debt."""

    @property
    def admitted(self) -> bool:
        return self.outcome is Outcome.ADMITTED
