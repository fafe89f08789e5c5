"""What a plan is made of, and readers for what people type about one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from gym.core.money import LARGEST, to_cents
from gym.plans.errors import (
    DescriptionTooLong,
    DurationInvalid,
    FreezeDaysInvalid,
    PlanNameInvalid,
    PriceInvalid,
    VisitsInvalid,
)
from gym.plans.models import DurationUnit, Plan, PlanPrice

UNITS: Final = {
    DurationUnit.DAY: ("d", "day", "days", "dia", "dias"),
    DurationUnit.WEEK: ("w", "week", "weeks", "semana", "semanas"),
    DurationUnit.MONTH: ("m", "month", "months", "mes", "meses"),
    DurationUnit.YEAR: ("y", "year", "years", "ano", "anos"),
}
ONE: Final = ("", "a", "an", "one", "un", "una", "uno")
LONGEST: Final = {
    DurationUnit.DAY: 1000,
    DurationUnit.WEEK: 260,
    DurationUnit.MONTH: 60,
    DurationUnit.YEAR: 5,
}


@dataclass(frozen=True, slots=True)
class Duration:
    """So many days, weeks, months or years."""

    unit: DurationUnit
    count: int

    def __post_init__(self) -> None:
        if not 1 <= self.count <= LONGEST[self.unit]:
            raise DurationInvalid


class PlanInput(BaseModel):
    """A new plan with its first price; the service applies the rules."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(max_length=200)
    duration_unit: DurationUnit
    duration_count: int = 1
    price: Decimal
    description: str | None = None
    visits: int | None = None
    window: dict[str, Any] | None = None
    """As `AccessWindow.stored()` gives it."""
    freeze_days: int = 0
    once_per_client: bool = False


class PlanChanges(BaseModel):
    """Only fields that were set are changed; None empties. The duration stays, because chains of renewals
    are counted in it: a plan of another length is another plan."""

    model_config = ConfigDict(frozen=True)

    name: str | None = None
    description: str | None = None
    visits: int | None = None
    window: dict[str, Any] | None = None
    freeze_days: int | None = None
    once_per_client: bool | None = None


@dataclass(frozen=True, slots=True)
class PricedPlan:
    """A plan with the price of one day, and the change that is planned."""

    plan: Plan
    price: Decimal
    pending: PlanPrice | None = None

    @property
    def id(self) -> UUID:
        return self.plan.id


def parse_plan_name(text: str) -> str:
    """Raises `PlanNameInvalid`."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not 1 <= len(name) <= 80 or not slug_of(name):
        raise PlanNameInvalid
    return name


def slug_of(name: str) -> str:
    """Lower case, no accents, hyphens: `Mes Básico` is `mes-basico`."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return re.sub(r"[\W_]+", "-", plain.casefold()).strip("-")[:80]


def parse_duration(text: str) -> Duration:
    """`1 month`, `30 días`, `2 semanas`, `3m`, `a year`. Raises `DurationInvalid`."""
    plain = slug_of(text).replace("-", " ")
    found = re.fullmatch(r"(\d{1,4}|[a-z]*?)\s*([a-z]+)", plain)
    if found is None:
        raise DurationInvalid
    count = int(found[1]) if found[1].isdecimal() else 1 if found[1] in ONE else 0
    for unit, names in UNITS.items():
        if found[2] in names:
            return Duration(unit, count)
    raise DurationInvalid


def parse_visits(text: str) -> int | None:
    """The allowance; empty means any number. Raises `VisitsInvalid`."""
    return check_visits(_count(text, VisitsInvalid)) if text.strip() else None


def parse_freeze_days(text: str) -> int:
    """Raises `FreezeDaysInvalid`."""
    return check_freeze_days(_count(text, FreezeDaysInvalid))


def parse_description(text: str | None) -> str | None:
    """Raises `DescriptionTooLong`."""
    description = (text or "").strip()
    if len(description) > 1000:
        raise DescriptionTooLong
    return description or None


def check_visits(count: int | None) -> int | None:
    if count is not None and not 1 <= count <= 10_000:
        raise VisitsInvalid
    return count


def check_freeze_days(count: int) -> int:
    if not 0 <= count <= 366:
        raise FreezeDaysInvalid
    return count


def check_price(amount: Decimal) -> Decimal:
    """A price in cents. Raises `PriceInvalid`."""
    if not amount.is_finite() or not 0 <= amount <= LARGEST:
        raise PriceInvalid
    return to_cents(amount)


def price_in_force(prices: list[PlanPrice], day: date) -> PlanPrice:
    """The price of a day, out of a plan's prices by date; before the first one, the first."""
    in_force = [price for price in prices if price.valid_from <= day]
    return in_force[-1] if in_force else prices[0]


def _count(text: str, fault: type[VisitsInvalid | FreezeDaysInvalid]) -> int:
    found = re.fullmatch(r"\s*(\d{1,5})\s*\w*\s*", text, re.ASCII)
    if found is None:
        raise fault
    return int(found[1])
