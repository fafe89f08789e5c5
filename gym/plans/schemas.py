"""What a plan is made of, and how people write it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from gym.core.money import LARGEST
from gym.plans.errors import (
    DurationInvalid,
    FreezeDaysInvalid,
    PlanNameInvalid,
    PriceStartInvalid,
    PriceStartTooFar,
    VisitsInvalid,
)
from gym.plans.models import DurationUnit, Plan

UNITS: Final = {
    DurationUnit.DAY: ("day", "days", "dia", "dias", "d"),
    DurationUnit.WEEK: ("week", "weeks", "semana", "semanas", "w"),
    DurationUnit.MONTH: ("month", "months", "monthly", "mes", "meses", "mensual", "m"),
    DurationUnit.YEAR: ("year", "years", "yearly", "annual", "ano", "anos", "anual", "y"),
}
UNIT_OF: Final = {word: unit for unit, words in UNITS.items() for word in words}
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


def parse_plan_name(text: str) -> str:
    """Raises `PlanNameInvalid`."""
    name = " ".join(text.split())
    if not 2 <= len(name) <= 80:
        raise PlanNameInvalid
    return name


def parse_duration(text: str) -> Duration:
    """`1 month`, `15 days`, `mensual`, `2 años`. Raises `DurationInvalid`."""
    written = re.sub(r"^(an?|one|una?|uno) ", "1 ", fold(text))
    found = re.fullmatch(r"([0-9]{1,4})?\s*([a-z]+)", written)
    unit = UNIT_OF.get(found[2]) if found else None
    if found is None or unit is None or not 1 <= int(found[1] or 1) <= LONGEST:
        raise DurationInvalid
    return Duration(int(found[1] or 1), unit)


def parse_visits(text: str) -> int:
    """`12`, `12 visits`. Raises `VisitsInvalid`."""
    found = re.fullmatch(r"([0-9]{1,4})( [a-z]+)?", fold(text))
    if found is None or not 1 <= int(found[1]) <= LONGEST:
        raise VisitsInvalid
    return int(found[1])


def parse_freeze_days(text: str) -> int:
    """`15`, `15 days`. Raises `FreezeDaysInvalid`."""
    found = re.fullmatch(r"([0-9]{1,3})( [a-z]+)?", fold(text))
    if found is None or int(found[1]) > 365:
        raise FreezeDaysInvalid
    return int(found[1])


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
    """The name as it stands in an address."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-") or "plan"
