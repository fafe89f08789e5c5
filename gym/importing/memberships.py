"""Running memberships in a member list: plan, first and last day, and amount owed of each row. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from gym.clients.searching import fold
from gym.core.reading.durations import Length, read_length
from gym.importing.errors import (
    EndsBeforeStart,
    NoPlansYet,
    PaidMoreThanPrice,
    PlanNotNamed,
    PlanUnknown,
    RowFault,
    RowProblem,
)
from gym.importing.reading.people import WrittenMembership, YesNoCell
from gym.plans.models import DurationUnit
from gym.subscriptions.errors import PlanWithoutPrice, StartTooFar
from gym.subscriptions.periods import DAY, add_units, first_period
from gym.subscriptions.sales.imported_plans import RunningPlan
from gym.subscriptions.sales.offers import LATEST_START

ZERO: Final = Decimal(0)
SHORTEST_BEGINNING: Final = 4
"""Letters of a plan's name that may stand for it."""
OVERLAP: Final = timedelta(days=1)
"""Many lists end a month on the day of the month on which it began."""


@dataclass(frozen=True, slots=True)
class KnownPlan:
    """A plan that is sold, with its prices from their first days on, oldest first."""

    id: UUID
    name: str
    unit: DurationUnit
    count: int
    visits: int | None
    prices: Sequence[tuple[date, Decimal]]

    def price_on(self, day: date) -> Decimal | None:
        return next((amount for since, amount in reversed(self.prices) if since <= day), None)

    def lasts(self, length: Length) -> bool:
        return (self.unit.value, self.count) == (length.unit.value, length.count)

    def fits(self, starts_on: date, ends_on: date) -> bool:
        end = first_period(starts_on, self.unit, self.count).ends_on
        return end <= ends_on <= end + OVERLAP


class Memberships:
    """Reads what rows say of plans, beside the plans of the gym."""

    def __init__(self, plans: Sequence[KnownPlan], today: date) -> None:
        self._plans, self._today = plans, today

    def running(self, written: WrittenMembership) -> RunningPlan | None:
        """None for what has ended and is paid, and where the row says nothing of a plan.

        Raises `NoPlansYet`, `PlanUnknown`, `PlanNotNamed`, `EndsBeforeStart`, `PaidMoreThanPrice`,
        `PlanWithoutPrice`, `StartTooFar`, and `RowFault` where the days or the plan of a debt are missing.
        """
        if not written.dated and written.plan:
            raise RowFault(RowProblem.MEMBERSHIP_UNDATED)
        written = self._without_number_of_name(written)
        if not written.dated:
            if _owes_something(written):
                raise RowFault(RowProblem.DEBT_WITHOUT_PLAN)
            return None
        if self._is_over_and_paid(written):
            return None
        plan = self._plan(written)
        starts_on, ends_on = self._days(written, plan)
        price = self._price(written, plan, starts_on)
        owing = _owing(written, price)
        if ends_on < self._today and not owing:
            return None
        return RunningPlan(plan.id, starts_on, ends_on, price, owing, plan.visits)

    def _without_number_of_name(self, written: WrittenMembership) -> WrittenMembership:
        """`Running 10k` costs no 10,000 where a plan is called so, or begins so."""
        name = fold(written.plan).strip()
        if written.priced_by_plan and any(fold(plan.name).startswith(name) for plan in self._plans):
            return replace(written, price=None, plan_name="", priced_by_plan=False)
        return written

    def _is_over_and_paid(self, written: WrittenMembership) -> bool:
        """By the list alone: its plan need not be sold any more."""
        starts_on, ends_on = written.starts_on, written.ends_on
        if ends_on is None or ends_on >= self._today or (starts_on is not None and ends_on < starts_on):
            return False
        return _is_paid(written)

    def _plan(self, written: WrittenMembership) -> KnownPlan:
        """By its name, its length, its days or its price, whatever leaves exactly one."""
        if not self._plans:
            raise NoPlansYet
        names = dict.fromkeys((written.plan, written.plan_name or written.plan))
        found = next(filter(None, map(self._named, names)), ()) if written.plan else self._plans
        if written.plan and not found:
            raise PlanUnknown(written.plan, ", ".join(plan.name for plan in self._plans))
        for narrowed in (
            [plan for plan in found if self._has_days(written, plan)],
            [plan for plan in found if written.price == plan.price_on(written.starts_on or self._today)],
        ):
            found = narrowed or found
            if len(found) == 1:
                return found[0]
        if len(found) == 1:
            return found[0]
        raise PlanNotNamed(", ".join(plan.name for plan in found or self._plans))

    def _named(self, words: str) -> Sequence[KnownPlan]:
        name = fold(words).strip()
        same = [plan for plan in self._plans if fold(plan.name) == name]
        if same:
            return same
        if (length := read_length(words)) is not None and (
            lasting := [plan for plan in self._plans if plan.lasts(length)]
        ):
            return lasting
        return [plan for plan in self._plans if _begin_alike(fold(plan.name), name)]

    def _has_days(self, written: WrittenMembership, plan: KnownPlan) -> bool:
        if written.starts_on is None or written.ends_on is None:
            return False
        return plan.fits(written.starts_on, written.ends_on)

    def _days(self, written: WrittenMembership, plan: KnownPlan) -> tuple[date, date]:
        """The other day follows from the plan's length; where both stand there, the list is right."""
        starts_on, ends_on = written.starts_on, written.ends_on
        if starts_on is None:
            assert ends_on is not None, "one of them is there"
            starts_on = add_units(ends_on + DAY, plan.unit, -plan.count)
        ends_on = ends_on or first_period(starts_on, plan.unit, plan.count).ends_on
        if ends_on < starts_on:
            raise EndsBeforeStart(starts_on, ends_on)
        if starts_on > (latest := self._today + LATEST_START):
            raise StartTooFar(latest)
        return starts_on, ends_on

    def _price(self, written: WrittenMembership, plan: KnownPlan, day: date) -> Decimal:
        if written.price is not None:
            return written.price
        price = plan.price_on(day)
        if price is None:
            raise PlanWithoutPrice(plan.name, day)
        return price


def _owes_something(written: WrittenMembership) -> bool:
    return bool(written.owing) and written.owing is not YesNoCell.NO


def _is_paid(written: WrittenMembership) -> bool:
    """Whatever the plan costs."""
    if written.owing is not None:
        return not _owes_something(written)
    if isinstance(written.paid, Decimal):
        return written.paid == written.price
    return written.paid is not YesNoCell.NO


def _owing(written: WrittenMembership, price: Decimal) -> Decimal:
    """What is owed, where the list says it; else what is left of the price; else nothing."""
    match written.owing:
        case Decimal():
            return written.owing
        case YesNoCell.YES:
            return price
        case YesNoCell.NO:
            return ZERO
        case None:
            pass
    match written.paid:
        case Decimal():
            if written.paid > price:
                raise PaidMoreThanPrice(written.paid, price)
            return price - written.paid
        case YesNoCell.NO:
            return price
        case _:
            return ZERO


def _begin_alike(one: str, other: str) -> bool:
    """`mensual` and `mensualidad`."""
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= SHORTEST_BEGINNING and longer.startswith(shorter)
