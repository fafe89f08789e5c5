"""Visits in a range of gym days: by day, hour of the week and plan; people, refusals, overrides, no-shows.

A visit is a counted entry that was not undone, on its gym day and in its hour by the door's clock. Months
that are over are read from their roll-up (`gym.reports.rollup`), the others from the entries themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.attendance.models import VerdictCode
from gym.reports.figures.active import EVER_PAID, PAID_DAYS, paid_of
from gym.reports.figures.pages import EVERYTHING, Narrowing
from gym.reports.figures.terms import FigureTerms
from gym.reports.rollup.months import months_of

_VALID: Final = "r.zone = :zone AND CAST(timezone(:zone, r.rolled_at) AS date) <= :today"
MONTHS: Final = months_of("rolled_months", "reopened_months", _VALID)
# Of whole months the sums that need no visit's own day: of five years forty thousand rows, not two hundred
# thousand of an hour each.
COUNTS: Final = text(
    f"""
WITH {MONTHS}, counted AS MATERIALIZED (
    SELECT v.* FROM months m CROSS JOIN LATERAL (
        SELECT r.gym_day, r.hour, r.plan_id, r.visits FROM visit_rollups r
        WHERE m.is_rolled AND NOT m.is_whole AND r.gym_day BETWEEN m.begins AND m.ends
        UNION ALL
        SELECT i.gym_day, CAST(extract(hour FROM timezone(:zone, i.at)) AS integer), s.plan_id, 1
        FROM check_ins i LEFT JOIN subscriptions s ON s.id = i.subscription_id
        WHERE NOT m.is_rolled AND i.gym_day BETWEEN m.begins AND m.ends AND i.counted AND i.undone_at IS NULL
    ) v
), parts AS (
    SELECT CAST(extract(isodow FROM gym_day) AS integer) - 1 AS weekday, hour, plan_id, sum(visits) AS visits
    FROM counted GROUP BY 1, 2, 3
    UNION ALL
    SELECT h.weekday, h.hour, h.plan_id, h.visits FROM months m JOIN visit_hours h ON h.month = m.month
    WHERE m.is_rolled AND m.is_whole
), grouped AS (
    SELECT 3 AS bits, gym_day, CAST(NULL AS integer) AS weekday, CAST(NULL AS integer) AS hour,
        CAST(NULL AS uuid) AS plan_id, sum(visits) AS visits
    FROM counted GROUP BY gym_day
    UNION ALL
    SELECT 3, d.gym_day, NULL, NULL, NULL, d.visits
    FROM months m JOIN visit_days d ON d.gym_day BETWEEN m.begins AND m.ends WHERE m.is_rolled AND m.is_whole
    UNION ALL
    SELECT 4 + grouping(weekday, plan_id), NULL, weekday, hour, plan_id, sum(visits)
    FROM parts GROUP BY GROUPING SETS ((weekday, hour), (plan_id), ())
)
SELECT g.bits, g.gym_day, g.weekday, g.hour, g.plan_id, p.name AS plan_name,
    CAST(coalesce(g.visits, 0) AS integer) AS visits
FROM grouped g LEFT JOIN plans p ON p.id = g.plan_id
ORDER BY g.bits, g.gym_day, g.weekday, g.hour, g.visits DESC, p.name
"""  # noqa: S608 - the parts are ours
)
BY_DAY, BY_HOUR, BY_PLAN, ALL_VISITS = 0b011, 0b101, 0b110, 0b111
"""PostgreSQL's `grouping(gym_day, weekday, plan_id)`: a bit is set for what is summed over."""

_CAME: Final = """months m CROSS JOIN LATERAL (
    SELECT o.client_id FROM visitor_months o WHERE m.is_rolled AND m.is_whole AND o.month = m.month
    UNION ALL
    SELECT i.client_id FROM check_ins i WHERE NOT (m.is_rolled AND m.is_whole)
        AND i.gym_day BETWEEN m.begins AND m.ends AND i.counted AND i.undone_at IS NULL
) v"""
TOTAL: Final = text(
    f"""
WITH {MONTHS}
SELECT CAST(coalesce(sum(v.visits), 0) AS integer) FROM months m CROSS JOIN LATERAL (
    SELECT d.visits FROM visit_days d WHERE m.is_rolled AND d.gym_day BETWEEN m.begins AND m.ends
    UNION ALL
    SELECT count(*) FROM check_ins i
    WHERE NOT m.is_rolled AND i.gym_day BETWEEN m.begins AND m.ends AND i.counted AND i.undone_at IS NULL
) v
"""  # noqa: S608
)
REFUSALS: Final = text("""
SELECT code, count(*) AS refusals, count(*) FILTER (WHERE override_reason IS NOT NULL) AS let_in
FROM check_ins WHERE outcome = 'denied' AND gym_day BETWEEN :first AND :last
GROUP BY code ORDER BY refusals DESC, code
""")
OVERRIDES: Final = text("""
SELECT i.staff_id, t.name, count(*) AS overrides
FROM check_ins i LEFT JOIN staff t ON t.id = i.staff_id
WHERE i.outcome = 'admitted' AND i.override_reason IS NOT NULL AND i.undone_at IS NULL
    AND i.gym_day BETWEEN :first AND :last
GROUP BY i.staff_id, t.name ORDER BY overrides DESC, t.name
""")
# Whoever came is read from the roll-up, not by an index for each plan sold. Over years nearly everybody came,
# so the days that were paid are asked of the few others alone.
_PAID: Final = paid_of("s.client_id NOT IN (SELECT v.client_id FROM came v WHERE v.client_id IS NOT NULL)")
_ABSENT: Final = f"""
WITH {MONTHS}, came AS MATERIALIZED (SELECT DISTINCT v.client_id FROM {_CAME}), {_PAID}, rest AS (
    SELECT f.subscription_id, range_agg(daterange(f.starts_on, f.ends_on, '[]')) AS days
    FROM freezes f
    WHERE f.canceled_at IS NULL AND f.starts_on <= :last AND (f.ends_on IS NULL OR f.ends_on >= :first)
        AND f.subscription_id IN (SELECT id FROM span)
    GROUP BY f.subscription_id
), absent AS (
    SELECT p.* FROM paid p LEFT JOIN rest r ON r.subscription_id = p.id
    WHERE {EVER_PAID} AND (r.days IS NULL OR NOT isempty({PAID_DAYS} - r.days))
)
"""  # noqa: S608
NO_SHOWS: Final = text(
    f"""{_ABSENT}
SELECT DISTINCT ON (client_name, p.client_id)
    p.client_id, btrim(c.first_name || ' ' || c.last_name) AS client_name,
    n.name AS plan_name
FROM absent p JOIN clients c ON c.id = p.client_id JOIN plans n ON n.id = p.plan_id
ORDER BY client_name, p.client_id, p.starts_on DESC, p.id LIMIT :size OFFSET :skip
"""  # noqa: S608
)
PEOPLE: Final = text(
    f"""{_ABSENT}
SELECT (SELECT count(client_id) FROM came) AS visitors,
    (SELECT count(DISTINCT client_id) FROM absent) AS absent
"""  # noqa: S608
)


@dataclass(frozen=True, slots=True)
class DayVisits:
    """Visits of one gym day."""

    day: date
    visits: int


@dataclass(frozen=True, slots=True)
class HourVisits:
    """Visits of one hour of the week; weekday 0 is Monday."""

    weekday: int
    hour: int
    visits: int


@dataclass(frozen=True, slots=True)
class PlanVisits:
    """Visits by one plan; None: let in without one."""

    plan_id: UUID | None
    plan_name: str | None
    visits: int


@dataclass(frozen=True, slots=True)
class VisitCounts:
    """A range's visits, counted in four ways; days and hours without any are left out."""

    total: int
    days: Sequence[DayVisits]
    hours: Sequence[HourVisits]
    plans: Sequence[PlanVisits]


@dataclass(frozen=True, slots=True)
class RefusalCount:
    """Refusals for one reason, and how many of them staff overrode."""

    code: VerdictCode
    refusals: int
    let_in: int


@dataclass(frozen=True, slots=True)
class OverrideCount:
    """How many people one of the staff let in against the verdict."""

    staff_id: UUID | None
    staff_name: str | None
    overrides: int


@dataclass(frozen=True, slots=True)
class PeopleCounts:
    """How many clients came, and how many active ones never did."""

    visitors: int
    absent: int


@dataclass(frozen=True, slots=True)
class NoShow:
    """An active client who never came in the range, though the plan did not rest all the while."""

    client_id: UUID
    client_name: str
    plan_name: str


class VisitRepository:
    """Counts at the door; one statement each."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def counts(self, terms: FigureTerms) -> VisitCounts:
        rows = (await self.session.execute(COUNTS, terms.parameters())).all()
        return VisitCounts(
            total=sum(row.visits for row in rows if row.bits == ALL_VISITS),
            days=[DayVisits(row.gym_day, row.visits) for row in rows if row.bits == BY_DAY],
            hours=[HourVisits(row.weekday, row.hour, row.visits) for row in rows if row.bits == BY_HOUR],
            plans=[PlanVisits(row.plan_id, row.plan_name, row.visits) for row in rows if row.bits == BY_PLAN],
        )

    async def total(self, terms: FigureTerms) -> int:
        """How many visits there were."""
        return await self.session.scalar(TOTAL, terms.parameters()) or 0

    async def people(self, terms: FigureTerms) -> PeopleCounts:
        """Of both one reading of who came."""
        row = (await self.session.execute(PEOPLE, terms.parameters())).one()
        return PeopleCounts(row.visitors, row.absent)

    async def refusals(self, terms: FigureTerms) -> list[RefusalCount]:
        """The most frequent reason first."""
        rows = await self.session.execute(REFUSALS, terms.parameters())
        return [RefusalCount(VerdictCode(row.code), row.refusals, row.let_in) for row in rows.all()]

    async def overrides(self, terms: FigureTerms) -> list[OverrideCount]:
        """Whoever let in most people first."""
        rows = await self.session.execute(OVERRIDES, terms.parameters())
        return [OverrideCount(*row) for row in rows.all()]

    async def no_shows(self, terms: FigureTerms, wanted: Narrowing = EVERYTHING) -> list[NoShow]:
        """By name."""
        rows = await self.session.execute(NO_SHOWS, terms.parameters() | wanted.parameters())
        return [NoShow(row.client_id, row.client_name, row.plan_name) for row in rows.all()]
