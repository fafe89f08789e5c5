"""Payloads about clients: registered, changed, deactivated; birthdays, absences, prices, broadcasts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from gym.notifications.payloads.base import Flat, Payload


class WelcomePayload(Payload):
    client_name: str
    first_name: str


class BirthdayPayload(Payload):
    first_name: str


class AbsentPayload(Payload):
    first_name: str
    days: int
    since: date | None = None
    """From where the days are counted; 0.1.0 wrote only how many there were."""
    last_visit: date | None = None
    """None for a client who has not come yet."""


class PriceChangedPayload(Payload):
    first_name: str
    plan_name: str
    price: Decimal
    valid_from: date


class FaceConsentRenewedPayload(Payload):
    version: int


class ErasureAskedPayload(Payload):
    """To admins: a client will be erased."""

    client_id: UUID
    client_name: str
    asked_by: str = ""
    """The colleague who asked; empty when it was the client."""
    due_at: datetime


class ErasureStoppedPayload(Payload):
    """To a client whose own wish the team has taken back."""


class BroadcastPayload(Payload):
    text: str | None = None
    """Not stored: the outbox reads it from the broadcast's own row."""


class ClientDetails(Payload):
    """Who was registered or changed, and by whom."""

    client_id: UUID
    client_name: str
    staff_name: str


class DeskClientRegisteredPayload(Payload):
    about: Flat[ClientDetails]


class DeskClientChangedPayload(Payload):
    about: Flat[ClientDetails]
    fields: str = ""
    """The names of what was changed, separated by commas."""


class DeskClientDeactivatedPayload(Payload):
    about: Flat[ClientDetails]


class DeskWantsRenewalPayload(Payload):
    client_id: UUID
    client_name: str


class DeskImportedPayload(Payload):
    """A list of clients was imported with plans that had begun elsewhere."""

    import_id: UUID
    made: int
    """New clients."""
    plans: int
    owed: Decimal
    staff_id: UUID | None
    staff_name: str
