"""Payloads of check-ins: who came in, who was refused and why."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from gym.notifications.payloads.base import Flat, Payload


class VerdictDetails(Payload):
    """A verdict of the door with the facts that its sentence needs; what is not known is None."""

    code: str
    """A `VerdictCode`."""
    method: str
    """A `CheckInMethod`."""
    at: datetime | None = None
    client_id: UUID | None = None
    client_name: str | None = None
    display_name: str | None = None
    plan_name: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    until: date | None = None
    """The last day of a block or a freeze."""
    days_left: int | None = None
    visits_left: int | None = None
    visit_number: int | None = None
    balance: Decimal | None = None
    closed_debt: Decimal | None = None
    """Owed for closed plans."""
    reason: str | None = None
    opens_on: date | None = None
    opens_at: str | None = None
    """`HH:MM`."""
    birthday: bool = False
    reward_percent: Decimal | None = None
    reward_until: date | None = None
    """Of a reward that waits."""
    visits_to_reward: int | None = None


class CheckedInPayload(Payload):
    verdict: Flat[VerdictDetails]
    late: bool = False
    """Recorded by a kiosk that was offline."""


class DeskCheckedInPayload(Payload):
    verdict: Flat[VerdictDetails]
    late: bool = False
    answered_in: UUID | None = None
    """The desk chat that has read it as an answer to its photo."""


class DeniedPayload(Payload):
    verdict: Flat[VerdictDetails]
    late: bool = False


class DeskDeniedPayload(Payload):
    verdict: Flat[VerdictDetails]
    late: bool = False
    answered_in: UUID | None = None


class DeskOverridePayload(Payload):
    verdict: Flat[VerdictDetails]
    staff_name: str
    denied_code: str
    """The `VerdictCode` against which somebody was let in."""
