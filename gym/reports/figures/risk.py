"""Risk: members whose own rhythm broke, with what their plan is worth a month.

Absence counts as everywhere (`gym.attendance.absence`): gym days since the last entry, of those whom the
door would let in, without days on which the gym was closed or the plan rested. Whoever has come five times or
more has a rhythm: the median of the last ten gaps between days with a visit. It is broken after three times
that, and more than a week; without a rhythm, ten days are the limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from gym.attendance.absence import absence_parameters, absent_members
from gym.plans.models import DurationUnit
from gym.reports.figures.active import ActivePlan, PlanFamily
from gym.settings.schemas import GymSettings

LEAST_VISITS: Final = 5
"""Fewer make no rhythm."""
GAPS: Final = 10
TIMES: Final = 3
"""So many times the usual gap breaks it."""
WEEK: Final = 7
"""Days of absence that break nobody's rhythm."""
AT_RISK_AFTER: Final = 10
"""Days of absence of whoever has no rhythm yet."""

RHYTHM: Final = f"""
CROSS JOIN LATERAL (
    SELECT count(*) AS visits,
        CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS numeric) AS usual
    FROM (
        SELECT gym_day - lead(gym_day) OVER (ORDER BY gym_day DESC) AS gap FROM (
            SELECT v.gym_day FROM check_ins v
            WHERE v.client_id = a.client_id AND v.counted AND v.undone_at IS NULL AND v.gym_day <= :day
            ORDER BY v.gym_day DESC LIMIT {GAPS + 1}
        ) recent
    ) gaps
) r
"""  # noqa: S608 - constants
"""The visits and usual gap of each row `a` of `absent`, which has to hold absences of `WEEK` + 1 days."""
IS_BROKEN: Final = f"""
CASE WHEN r.visits >= {LEAST_VISITS} THEN a.days > greatest({WEEK}, {TIMES} * r.usual)
    ELSE a.days >= {AT_RISK_AFTER} END
"""
COUNT_BROKEN: Final = f"SELECT count(*) FROM absent a {RHYTHM} WHERE {IS_BROKEN}"  # noqa: S608 - constants
BROKEN: Final = absent_members(
    f"""
SELECT a.id AS subscription_id, a.client_id, btrim(a.first_name || ' ' || a.last_name) AS client_name,
    a.telegram_id IS NOT NULL AS is_linked, a.plan_id, p.name AS plan_name, p.duration_unit, p.duration_count,
    p.once_per_client, s.visits AS pack, s.final_price, a.ends_on, a.since, a.last_visit, a.days, r.usual,
    r.visits, o.kind AS contact, o.gym_day AS contacted_on
FROM absent a
JOIN subscriptions s ON s.id = a.id
JOIN plans p ON p.id = a.plan_id
{RHYTHM}LEFT JOIN LATERAL (
    SELECT o.kind, o.gym_day FROM outreaches o
    WHERE o.client_id = a.client_id AND o.gym_day > coalesce(a.last_visit, a.since)
    ORDER BY o.at DESC LIMIT 1
) o ON true
WHERE {IS_BROKEN}
ORDER BY client_name, a.client_id
"""  # noqa: S608 - the parts are ours
)


@dataclass(frozen=True, slots=True)
class RiskyMember:
    """Somebody who may come in and stays away longer than usual."""

    held: ActivePlan
    is_linked: bool
    """Whether a message can be sent in chat."""
    ends_on: date
    since: date
    """From where absence is counted."""
    last_visit: date | None
    days: int
    """Of absence."""
    usual: Decimal | None
    """The median gap in days; None without a rhythm."""
    contact: str | None
    """How staff got in touch since the last visit, if they did."""
    contacted_on: date | None

    @property
    def value(self) -> Decimal:
        """At stake: what the plan is worth a month; of a pack, trial or day pass its price."""
        return self.held.monthly if self.held.family is PlanFamily.TIME else self.held.final_price


class RiskRepository:
    """One statement over everybody who has stayed away for ten days, or broke a rhythm of less."""

    def __init__(self, session: AsyncSession, settings: GymSettings) -> None:
        self.session = session
        self.settings = settings

    async def broken(self, day: date) -> list[RiskyMember]:
        """What is worth most first, then who has been away longest."""
        terms = absence_parameters(day, self.settings, WEEK + 1)
        rows = await self.session.execute(BROKEN, terms)
        found = [_read(row) for row in rows.all()]
        return sorted(found, key=lambda one: (-one.value, -one.days))


def _read(row: Any) -> RiskyMember:
    held = ActivePlan(
        subscription_id=row.subscription_id,
        client_id=row.client_id,
        client_name=row.client_name,
        plan_id=row.plan_id,
        plan_name=row.plan_name,
        unit=DurationUnit(row.duration_unit),
        count=row.duration_count,
        once=row.once_per_client,
        visits=row.pack,
        final_price=row.final_price,
    )
    rhythm = row.visits >= LEAST_VISITS
    return RiskyMember(
        held=held,
        is_linked=row.is_linked,
        ends_on=row.ends_on,
        since=row.since,
        last_visit=row.last_visit,
        days=row.days,
        usual=row.usual if rhythm else None,
        contact=row.contact,
        contacted_on=row.contacted_on,
    )
