"""Door facts: everything that a verdict about one client stands on, as one query reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from gym.attendance.checkin.access import SubscriptionFacts
from gym.attendance.checkin.windows import AccessWindow
from gym.attendance.models import CheckInMethod
from gym.faces.schemas import MatchOutcome
from gym.plans.models import DurationUnit


@dataclass(frozen=True, slots=True)
class AttemptContext:
    """How and when somebody wants in: door time (`at`, in gym time) is an offline kiosk's capture time."""

    method: CheckInMethod
    at: datetime
    kiosk_id: UUID | None
    key: UUID | None
    answered_in: UUID | None = None
    """The desk chat that reads the verdict as an answer to its photo."""

    @property
    def day(self) -> date:
        return self.at.date()


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """The client in person."""

    id: UUID
    first_name: str
    last_name: str
    alias: str | None
    active: bool
    blocked_until: date | None
    block_reason: str | None
    birth_date: date | None
    warning: str | None
    card_serial: int

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def display_name(self) -> str:
        return self.alias or self.first_name


@dataclass(frozen=True, slots=True)
class HeldPlan:
    """The subscription that counts on the day, and its plan."""

    subscription_id: UUID
    plan_name: str
    unit: DurationUnit
    access: SubscriptionFacts


@dataclass(frozen=True, slots=True)
class DoorFacts:
    """About the moment of the attempt; money in the gym's currency."""

    client: ClientFacts | None
    """None: nobody was asked about, or the client is gone."""
    plan: HeldPlan | None
    closed_debt: Decimal
    debt_id: UUID | None
    """The oldest closed subscription with debt."""
    reward_percent: Decimal | None
    """Off the next subscription: the best reward that waits, until `reward_until`."""
    reward_until: date | None
    rewarded: bool
    """True when the subscription's visits have earned their reward already."""
    visits_in_all: int
    waiting_id: UUID | None
    """The renewal that waits."""
    visited_today: bool
    number_today: int | None
    last_at: datetime | None
    """The last entry before the attempt."""
    gallery_number: int
    """Of the gallery's last change: a snapshot with a lower one is old."""
    done_id: UUID | None
    """The attempt that the same key has made already."""

    @property
    def visits_used(self) -> int:
        return 0 if self.plan is None else self.plan.access.visits_used

    @property
    def unit(self) -> DurationUnit | None:
        return None if self.plan is None else self.plan.unit


@dataclass(frozen=True, slots=True)
class Match:
    """The client that the face or credential names, with their facts; None for nobody."""

    facts: DoorFacts | None
    match: MatchOutcome = MatchOutcome.FOUND
    spoof: bool = False


def facts_from(row: Mapping[Any, Any]) -> DoorFacts:
    """The facts in a row with the columns of `facts.sql.COLUMNS`."""
    return DoorFacts(
        client=_client(row),
        plan=_plan(row),
        closed_debt=row["closed_debt"],
        debt_id=row["debt_id"],
        reward_percent=row["reward_percent"],
        reward_until=row["reward_until"],
        rewarded=row["rewarded"],
        visits_in_all=row["visits_in_all"],
        waiting_id=row["waiting_id"],
        visited_today=row["visited_today"],
        number_today=row["number_today"],
        last_at=row["last_at"],
        gallery_number=row["gallery_number"],
        done_id=row["done_id"],
    )


def _client(row: Mapping[Any, Any]) -> ClientFacts | None:
    if row["client_id"] is None:
        return None
    return ClientFacts(
        id=row["client_id"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        alias=row["alias"],
        active=row["active"],
        blocked_until=row["blocked_until"],
        block_reason=row["block_reason"],
        birth_date=row["birth_date"],
        warning=row["warning"],
        card_serial=row["card_serial"],
    )


def _plan(row: Mapping[Any, Any]) -> HeldPlan | None:
    if row["subscription_id"] is None:
        return None
    access = SubscriptionFacts(
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        balance=row["balance"],
        visits=row["visits"],
        visits_used=row["visits_used"],
        frozen=row["frozen"],
        frozen_until=row["frozen_until"],
        window=AccessWindow.read(row["plan_window"]),
    )
    return HeldPlan(row["subscription_id"], row["plan_name"], DurationUnit(row["duration_unit"]), access)
