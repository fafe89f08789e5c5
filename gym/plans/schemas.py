"""Input of plans, and parsers of their typed values: name, duration, visits, freeze days, price start."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from gym.core.money import LARGEST
from gym.core.reading.counts import DAYS, VISITS, read_count
from gym.core.reading.durations import read_length
from gym.plans.errors import (
    DurationInvalid,
    FreezeDaysInvalid,
    PlanNameInvalid,
    PriceStartInvalid,
    PriceStartTooFar,
    VisitsInvalid,
)
from gym.plans.models import DurationUnit, Plan, PlanPrice

LONGEST: Final = 1000
FURTHEST: Final = timedelta(days=366)
"""How far ahead a price may be planned: as far as a sale may start."""


@dataclass(frozen=True, slots=True)
class Duration:
    """So many units, from 1."""

    count: int
    unit: DurationUnit


class PlanInput(BaseModel):
    """A new plan with its first price."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(min_length=2, max_length=80)
    duration_unit: DurationUnit
    duration_count: int = Field(ge=1, le=LONGEST)
    price: Decimal = Field(ge=0, le=LARGEST)
    description: str | None = Field(default=None, max_length=1000)
    visits: int | None = Field(default=None, ge=1, le=LONGEST)
    window: dict[str, Any] | None = None
    """As `parse_window` gives it; none: always open."""
    freeze_days: int = Field(default=0, ge=0, le=365)
    once_per_client: bool = False


class PlanChanges(BaseModel):
    """What to change; a field that is not set stays, one set to None is emptied.

    The duration stays, because chains of renewals are counted in it: another length is another plan.
    """

    model_config = ConfigDict(frozen=True)

    name: str = Field(default="", min_length=2, max_length=80)
    description: str | None = Field(default=None, max_length=1000)
    visits: int | None = Field(default=None, ge=1, le=LONGEST)
    freeze_days: int = Field(default=0, ge=0, le=365)
    window: dict[str, Any] | None = None
    once_per_client: bool = False


@dataclass(frozen=True, slots=True)
class PricedPlan:
    """A plan with its price on one day."""

    plan: Plan
    price: Decimal
    coming: PlanPrice | None = None
    """The price that holds from a later day on, when a change is scheduled."""


def parse_plan_name(text: str) -> str:
    """Raises `PlanNameInvalid`."""
    name = " ".join(text.split())
    if not 2 <= len(name) <= 80:
        raise PlanNameInvalid
    return name


def parse_duration(text: str) -> Duration:
    """`1 month`, `15 días`, `mensual`, `una quincena`. Raises `DurationInvalid`, also without a unit."""
    found = read_length(text)
    if found is None or not 1 <= found.count <= LONGEST:
        raise DurationInvalid
    return Duration(found.count, DurationUnit(found.unit))


def parse_visits(text: str) -> int:
    """`12`, `12 visits`, `doce`; 45 days are no visits. Raises `VisitsInvalid`."""
    found = read_count(text, VISITS)
    if found is None or not 1 <= found <= LONGEST:
        raise VisitsInvalid
    return found


def parse_freeze_days(text: str) -> int:
    """`15`, `15 days`. Raises `FreezeDaysInvalid`."""
    found = read_count(text, DAYS)
    if found is None or found > 365:
        raise FreezeDaysInvalid
    return found


def checked_price_start(day: date, today: date) -> date:
    """The first day of a planned price. Raises `PriceStartInvalid`, `PriceStartTooFar`."""
    if day <= today:
        raise PriceStartInvalid
    if day > today + FURTHEST:
        raise PriceStartTooFar(today + FURTHEST)
    return day


def fold(text: str) -> str:
    """Lower case without accents."""
    decomposed = unicodedata.normalize("NFD", text.strip().lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def slug_of(name: str) -> str:
    """The name as part of a URL."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-") or "plan"
