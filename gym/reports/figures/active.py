"""Active clients: those whose paid or graced period covers the end of a day; and what their plans are worth.

Whether a day was paid is read from the ledger as it stood at the end of that day: while more was owed than
the gym overlooks and the grace was over, the door would have refused. Resting days of a plan that is frozen
count, as its period covers them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.money import to_cents
from gym.plans.models import DurationUnit
from gym.reports.figures.coverage import COVERED, OPEN_OR_LATER
from gym.reports.figures.pages import EVERYTHING, Found, Narrowing
from gym.reports.figures.terms import FigureTerms
from gym.subscriptions.periods import DAYS, MONTHS

DAYS_A_MONTH: Final = Fraction(365, 12)


def paid_of(whose: str = "TRUE") -> str:
    """A table `paid` of what covers a day of a range, by subscription, with the days that were not paid.

    `whose` is a condition on its row `s` of `subscriptions`: what is known of few clients is asked of few.
    """
    # Nearly every account is settled on the day on which it was opened: the balance of each day is summed for
    # the others alone, that several days have moved, or that owe.
    return f"""
{COVERED}, span AS MATERIALIZED (
    SELECT s.id, s.client_id, s.plan_id, s.account_id, s.starts_on, s.final_price, s.visits,
        greatest(s.starts_on, CAST(:first AS date)) AS begins,
        least(s.until, CAST(:last AS date)) + 1 AS ends
    FROM covered s WHERE s.starts_on <= :last AND {OPEN_OR_LATER} AND (s.until < :first) IS NOT TRUE
        AND {whose}
), owing AS MATERIALIZED (
    SELECT s.account_id FROM span s JOIN accounts a ON a.id = s.account_id
    WHERE a.first_entry_day < a.last_entry_day OR a.balance > CAST(:overlooked AS numeric)
), owed AS (
    SELECT e.account_id, e.gym_day AS since, lead(e.gym_day) OVER by_day AS until,
        sum(sum(CASE WHEN e.kind IN ('payment', 'credit') THEN -e.amount ELSE e.amount END)) OVER by_day
            AS balance
    FROM ledger_entries e WHERE e.account_id IN (SELECT account_id FROM owing) AND e.gym_day <= :last
    GROUP BY e.account_id, e.gym_day
    WINDOW by_day AS (PARTITION BY e.account_id ORDER BY e.gym_day)
), unpaid AS (
    SELECT s.id, range_agg(daterange(
        least(greatest(o.since, s.starts_on + CAST(:grace_days AS integer), s.begins), s.ends),
        greatest(least(coalesce(o.until, s.ends), s.ends), s.begins,
            least(greatest(o.since, s.starts_on + CAST(:grace_days AS integer)), s.ends)))) AS days
    FROM span s JOIN owed o ON o.account_id = s.account_id AND o.balance > CAST(:overlooked AS numeric)
    GROUP BY s.id
), paid AS (
    SELECT s.*, u.days AS unpaid FROM span s LEFT JOIN unpaid u ON u.id = s.id
)
"""  # noqa: S608 - the parts are ours


PAID: Final = paid_of()
PAID_DAYS: Final = "(datemultirange(daterange(p.begins, p.ends)) - coalesce(p.unpaid, '{}'))"
"""Of a row `p` of `paid`; it is dear, and few rows have unpaid days."""
EVER_PAID: Final = f"(p.unpaid IS NULL OR NOT isempty({PAID_DAYS}))"

# Who has two plans on a day counts once: each part begins no earlier than those before it have ended.
A_DAY: Final = text(
    f"""
WITH {PAID}, parts AS (
    SELECT p.client_id, p.begins, p.ends FROM paid p WHERE p.unpaid IS NULL
    UNION ALL
    SELECT p.client_id, lower(part), upper(part) FROM paid p CROSS JOIN LATERAL unnest({PAID_DAYS}) part
    WHERE p.unpaid IS NOT NULL
), alone AS (
    SELECT greatest(begins, max(ends) OVER (PARTITION BY client_id ORDER BY begins, ends
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) AS begins, ends
    FROM parts
), moved AS (
    SELECT step.day, sum(step.change) AS change
    FROM alone a CROSS JOIN LATERAL (VALUES (a.begins, 1), (a.ends, -1)) step(day, change)
    WHERE a.begins < a.ends GROUP BY step.day
)
SELECT CAST(d.day AS date) AS day,
    CAST(sum(coalesce(m.change, 0)) OVER (ORDER BY d.day) AS integer) AS clients
FROM generate_series(CAST(:first AS date), CAST(:last AS date), '1 day') d(day)
LEFT JOIN moved m ON m.day = d.day
ORDER BY d.day
"""  # noqa: S608 - the parts are ours
)
ANY_DAY: Final = text(f"WITH {PAID} SELECT count(DISTINCT p.client_id) FROM paid p WHERE {EVER_PAID}")  # noqa: S608
# As `ActivePlan.family`; a trial stays a trial, whatever else it is.
_FAMILY: Final = """CASE WHEN n.once_per_client THEN 'trial' WHEN p.visits IS NOT NULL THEN 'pack'
    WHEN n.duration_unit = 'day' AND n.duration_count = 1 THEN 'day_pass' ELSE 'time' END"""
_HELD: Final = f"""
WITH {PAID}, held AS (
    SELECT p.id, p.client_id, p.plan_id, n.name AS plan_name, n.duration_unit, n.duration_count,
        n.once_per_client, p.visits, p.final_price, {_FAMILY} AS family
    FROM paid p JOIN plans n ON n.id = p.plan_id WHERE {EVER_PAID}
)
"""  # noqa: S608 - the parts are ours
HELD: Final = """{held}
SELECT h.id AS subscription_id, h.client_id, btrim(c.first_name || ' ' || c.last_name) AS client_name,
    h.plan_id, h.plan_name, h.duration_unit, h.duration_count, h.once_per_client, h.visits, h.final_price,
    h.total
FROM (SELECT *, count(*) OVER () AS total FROM held WHERE {where}) h
JOIN clients c ON c.id = h.client_id
ORDER BY h.plan_name, client_name, h.id LIMIT :size OFFSET :skip
"""
TALLIES: Final = text(
    f"""{_HELD}
SELECT plan_id, plan_name, duration_unit, duration_count, family, final_price,
    CAST(count(*) AS integer) AS plans, CAST(count(DISTINCT client_id) AS integer) AS clients
FROM held
GROUP BY GROUPING SETS ((plan_id, plan_name, duration_unit, duration_count, family, final_price),
    (plan_id, plan_name))
ORDER BY plan_name, plan_id, family, final_price
"""  # noqa: S608
)


class PlanFamily(StrEnum):
    """What a plan is for the figures that compare months."""

    TIME = "time"
    PACK = "pack"
    TRIAL = "trial"
    DAY_PASS = "day_pass"  # noqa: S105 - not a password


@dataclass(frozen=True, slots=True)
class ActiveDay:
    """Clients who were active at the end of a day."""

    day: date
    clients: int


@dataclass(frozen=True, slots=True)
class ActivePlan:
    """A subscription that is active on a day."""

    subscription_id: UUID
    client_id: UUID
    client_name: str
    plan_id: UUID
    plan_name: str
    unit: DurationUnit
    count: int
    once: bool
    visits: int | None
    final_price: Decimal

    @property
    def family(self) -> PlanFamily:
        """A trial stays a trial, whatever else it is."""
        if self.once:
            return PlanFamily.TRIAL
        if self.visits is not None:
            return PlanFamily.PACK
        is_pass = self.unit is DurationUnit.DAY and self.count == 1
        return PlanFamily.DAY_PASS if is_pass else PlanFamily.TIME

    @property
    def monthly(self) -> Decimal:
        """The price divided by the plan's months, to the cent; nothing but time plans has one."""
        if self.family is not PlanFamily.TIME:
            return Decimal(0)
        return monthly_price(self.final_price, self.unit, self.count)


def monthly_price(price: Decimal, unit: DurationUnit, count: int) -> Decimal:
    """A price divided by the plan's months, to the cent."""
    share = 1 / plan_months(unit, count)
    return to_cents(price * share.numerator / share.denominator)


def plan_months(unit: DurationUnit, count: int) -> Fraction:
    """A duration in months; days and weeks by 365 ÷ 12 days a month."""
    if unit in MONTHS:
        return Fraction(MONTHS[unit] * count)
    return DAYS[unit] * count / DAYS_A_MONTH


@dataclass(frozen=True, slots=True)
class ActiveTally:
    """How many active subscriptions of a plan were sold at a price."""

    plan_id: UUID
    plan_name: str
    unit: DurationUnit
    count: int
    family: PlanFamily
    final_price: Decimal
    plans: int

    @property
    def monthly(self) -> Decimal:
        """What they are worth a month together, each rounded to the cent; nothing but time plans is."""
        if self.family is not PlanFamily.TIME:
            return Decimal(0)
        return self.plans * monthly_price(self.final_price, self.unit, self.count)


@dataclass(frozen=True, slots=True)
class ActiveTallies:
    """All of a day."""

    prices: Sequence[ActiveTally]
    """By name of the plan."""
    holders: Sequence[tuple[UUID, str, int]]
    """Each plan with its name and how many clients hold one of it, by name."""

    @property
    def monthly(self) -> Decimal:
        """MRR."""
        return sum((one.monthly for one in self.prices), Decimal(0))


class ActiveRepository:
    """Clients and plans that were active."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def each_day(self, terms: FigureTerms) -> list[ActiveDay]:
        """Every day of the range, in order."""
        rows = await self.session.execute(A_DAY, terms.parameters())
        return [ActiveDay(*row) for row in rows.all()]

    async def on_any_day(self, terms: FigureTerms) -> int:
        """How many clients were active on one of the days or more."""
        return await self.session.scalar(ANY_DAY, terms.parameters()) or 0

    async def tallies_on(self, day: date, terms: FigureTerms) -> ActiveTallies:
        """The active subscriptions at the end of a day, counted by plan and price."""
        rows = (await self.session.execute(TALLIES, terms.parameters() | {"first": day, "last": day})).all()
        prices = [
            ActiveTally(
                row.plan_id,
                row.plan_name,
                DurationUnit(row.duration_unit),
                row.duration_count,
                PlanFamily(row.family),
                row.final_price,
                row.plans,
            )
            for row in rows
            if row.family is not None
        ]
        holders = [(row.plan_id, row.plan_name, row.clients) for row in rows if row.family is None]
        return ActiveTallies(prices, holders)

    async def held_on(
        self, day: date, terms: FigureTerms, wanted: Narrowing = EVERYTHING
    ) -> Found[ActivePlan]:
        """The active subscriptions at the end of a day, by plan and client."""
        query = HELD.format(held=_HELD, where=wanted.where)
        days = {"first": day, "last": day}
        return await wanted.found(self.session, query, terms.parameters() | days, _active_plan)


def _active_plan(row: Any) -> ActivePlan:
    return ActivePlan(
        subscription_id=row.subscription_id,
        client_id=row.client_id,
        client_name=row.client_name,
        plan_id=row.plan_id,
        plan_name=row.plan_name,
        unit=DurationUnit(row.duration_unit),
        count=row.duration_count,
        once=row.once_per_client,
        visits=row.visits,
        final_price=row.final_price,
    )
