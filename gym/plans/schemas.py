"""What a plan is made of, and how people write it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from gym.core.money import parse_amount
from gym.plans.errors import DurationInvalid, PlanNameInvalid, VisitsInvalid
from gym.plans.models import DurationUnit, Plan

UNITS: Final = {
    DurationUnit.DAY: ("day", "days", "dia", "dias", "d"),
    DurationUnit.WEEK: ("week", "weeks", "semana", "semanas", "w"),
    DurationUnit.MONTH: ("month", "months", "monthly", "mes", "meses", "mensual", "m"),
    DurationUnit.YEAR: ("year", "years", "yearly", "annual", "ano", "anos", "anual", "y"),
}
UNIT_OF: Final = {word: unit for unit, words in UNITS.items() for word in words}
LONGEST: Final = 1000


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
    price: Decimal = Field(ge=0)
    description: str | None = None
    visits: int | None = Field(None, ge=1, le=LONGEST)
    window: dict[str, Any] | None = None
    freeze_days: int = Field(0, ge=0, le=365)
    once_per_client: bool = False


class PlanChanges(BaseModel):
    """What to change; a field that is not set stays, one set to None is emptied."""

    model_config = ConfigDict(frozen=True)

    name: str | None = Field(None, min_length=2, max_length=80)
    description: str | None = None
    freeze_days: int | None = Field(None, ge=0, le=365)
    window: dict[str, Any] | None = None


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
    found = re.fullmatch(r"(\d{1,4})?\s*([a-z]+)", fold(text))
    unit = UNIT_OF.get(found[2]) if found else None
    if found is None or unit is None or not 1 <= int(found[1] or 1) <= LONGEST:
        raise DurationInvalid
    return Duration(int(found[1] or 1), unit)


def parse_visits(text: str) -> int:
    """Raises `VisitsInvalid`."""
    if not re.fullmatch(r"[0-9]{1,4}", text.strip()) or not 1 <= int(text) <= LONGEST:
        raise VisitsInvalid
    return int(text)


def parse_price(text: str) -> Decimal:
    """An amount of 0 or more. Raises `NotAnAmount`."""
    return parse_amount(text)


def fold(text: str) -> str:
    """Lower case without accents."""
    decomposed = unicodedata.normalize("NFD", text.strip().lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def slug_of(name: str) -> str:
    """The name as it stands in an address."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-") or "plan"
