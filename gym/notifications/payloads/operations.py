"""Payloads about operations: kiosks, door relays, jobs, Telegram's faults, the day in figures."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from gym.notifications.payloads.base import Payload


class DeskNewKioskPayload(Payload):
    name: str


class DeskDoorFailedPayload(Payload):
    name: str
    """The kiosk whose relay does not answer."""


class DeskJobFailedPayload(Payload):
    job: str
    code: str
    """Of the fault."""


class DeskJobLatePayload(Payload):
    job: str
    last_success_at: datetime | None


class MonthlyLetterPayload(Payload):
    """One month in figures, as the reports had them when it was over."""

    first: date
    last: date
    received: Decimal
    received_before: Decimal
    received_year_before: Decimal
    billed: Decimal
    debts: int
    owed: Decimal
    new: int
    back: int
    left: int


class ReportFileLostPayload(Payload):
    """A report's file that a process has not finished."""

    report: str
    """Its name in the registry of reports."""
    first: date
    last: date


class BackupAlarmPayload(Payload):
    trouble: str
    """A `BackupTrouble`."""
    error: str | None
    """The code of the fault, where one made it ring."""
    since: datetime | None
    """When the last good backup was made."""


class DeskTelegramFailsPayload(Payload):
    method: str
    """As the Bot API calls it."""


class DeskPictureStaysPayload(Payload):
    reason: str
    """A `UndeletableReason`."""
    chat: str | None
    """The title of a group."""


class DenialCount(Payload):
    code: str
    """A `VerdictCode`."""
    count: int


class MethodNet(Payload):
    method: str
    """A `Method`."""
    net: Decimal


class DeskDigestPayload(Payload):
    """One gym day in figures."""

    day: date
    visits: int
    denials: tuple[DenialCount, ...]
    money: tuple[MethodNet, ...]
    new_clients: int
    ending_week: int
    debts: int
    owed: Decimal
    at_risk: int
    """Clients who have not come for long."""
    conversations: int = 0
    """Of members who wait for an answer."""
    proofs: int = 0
    """Of payment, that wait for an answer."""
    proofs_approved: int = 0
    trail_entries: int | None = None
    trail_mark: str | None = None
    """The head of the audit trail's chain, which a chat keeps where nobody at the database reaches it."""
