"""Renewals: of the periods that ended in a range of gym days, when each was renewed.

A period is renewed by the client's next one that began or will begin, whatever its plan, on the day on which
that was sold. Cancelled and changed periods did not end by themselves and are not asked about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.reports.figures.coverage import LAPSE_DAYS
from gym.reports.figures.pages import EVERYTHING, Found, Narrowing
from gym.reports.figures.terms import FigureTerms
from gym.reports.rollup.memberships import PERIODS

PROMPT_DAYS: Final = 7
"""Days after its end within which a period is renewed promptly."""

# Of what ended by itself the last covered day is that of its period.
_ENDED: Final = f"""
WITH {PERIODS}, ended AS (
    SELECT o.subscription_id AS id, o.client_id, o.plan_id, o.until AS ends_on, o.renewed_on, CASE
        WHEN o.renewed_on <= o.until THEN 'before'
        WHEN o.renewed_on <= o.until + {PROMPT_DAYS} THEN 'prompt'
        WHEN o.renewed_on <= o.until + {LAPSE_DAYS} THEN 'late'
        WHEN CAST(:today AS date) <= o.until + {LAPSE_DAYS} THEN 'not_yet' ELSE 'not' END AS outcome
    FROM periods o
    WHERE o.ends_itself AND o.until BETWEEN :first AND :last AND o.until < :today
)
"""  # noqa: S608 - the parts are ours
TALLIES: Final = text(
    f"""{_ENDED}
SELECT e.outcome, e.plan_id, p.name, e.periods
FROM (SELECT outcome, plan_id, CAST(count(*) AS integer) AS periods FROM ended GROUP BY 1, 2) e
JOIN plans p ON p.id = e.plan_id ORDER BY p.name, e.plan_id
"""  # noqa: S608
)
ENDED: Final = """{ended}
SELECT e.outcome, e.id, e.client_id, btrim(c.first_name || ' ' || c.last_name) AS client_name, e.plan_id,
    p.name, e.ends_on, e.renewed_on, e.total
FROM (SELECT *, count(*) OVER () AS total FROM ended WHERE {where}) e
JOIN clients c ON c.id = e.client_id JOIN plans p ON p.id = e.plan_id
ORDER BY e.ends_on, client_name, e.id LIMIT :size OFFSET :skip
"""


class RenewalOutcome(StrEnum):
    """When a period that ended was renewed."""

    BEFORE = "before"
    """Not later than on its last day."""
    PROMPT = "prompt"
    """Within `PROMPT_DAYS` days."""
    LATE = "late"
    """Within `LAPSE_DAYS` days."""
    NOT_YET = "not_yet"
    """Not so far, and there is still time."""
    NOT = "not"


@dataclass(frozen=True, slots=True)
class EndedPeriod:
    """A period whose last day is over; `renewed_on` is the day on which the next one was sold."""

    outcome: RenewalOutcome
    subscription_id: UUID
    client_id: UUID
    client_name: str
    plan_id: UUID
    plan_name: str
    ends_on: date
    renewed_on: date | None


@dataclass(frozen=True, slots=True)
class RenewalTally:
    """How many periods of a plan came to an outcome."""

    outcome: RenewalOutcome
    plan_id: UUID
    plan_name: str
    periods: int


@dataclass(frozen=True, slots=True)
class RenewalCounts:
    """Ended periods by what became of them."""

    before: int = 0
    prompt: int = 0
    late: int = 0
    not_yet: int = 0
    not_renewed: int = 0

    @property
    def ended(self) -> int:
        return self.renewed + self.not_yet + self.not_renewed

    @property
    def renewed(self) -> int:
        return self.before + self.prompt + self.late


class RenewalRepository:
    """Periods that ended."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def tallies(self, terms: FigureTerms) -> list[RenewalTally]:
        """By name of the plan."""
        rows = await self.session.execute(TALLIES, terms.parameters())
        return [RenewalTally(RenewalOutcome(outcome), *rest) for outcome, *rest in rows.all()]

    async def ended(self, terms: FigureTerms, wanted: Narrowing = EVERYTHING) -> Found[EndedPeriod]:
        """By last day and name."""
        query = ENDED.format(ended=_ENDED, where=wanted.where)
        return await wanted.found(
            self.session,
            query,
            terms.parameters(),
            lambda row: EndedPeriod(RenewalOutcome(row[0]), *row[1:-1]),
        )


def count_renewals(tallies: Iterable[RenewalTally]) -> RenewalCounts:
    """All of them together."""
    counts: Counter[RenewalOutcome] = Counter()
    for one in tallies:
        counts[one.outcome] += one.periods
    return RenewalCounts(
        before=counts[RenewalOutcome.BEFORE],
        prompt=counts[RenewalOutcome.PROMPT],
        late=counts[RenewalOutcome.LATE],
        not_yet=counts[RenewalOutcome.NOT_YET],
        not_renewed=counts[RenewalOutcome.NOT],
    )
