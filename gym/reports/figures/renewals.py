"""Renewals: of the periods that ended in a range of gym days, when each was renewed.

A period is renewed by the client's next one that began or will begin, whatever its plan, on the day on which
that was sold. Cancelled and changed periods did not end by themselves and are not asked about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.reports.figures.coverage import COVERED, LAPSE_DAYS
from gym.reports.figures.terms import FigureTerms

PROMPT_DAYS: Final = 7
"""Days after its end within which a period is renewed promptly."""

ENDED: Final = text(
    f"""
WITH {COVERED}
SELECT o.id, o.client_id, btrim(c.first_name || ' ' || c.last_name) AS client_name, o.plan_id,
    p.name AS plan_name, o.ends_on, next.sold_on
FROM covered o
JOIN clients c ON c.id = o.client_id
JOIN plans p ON p.id = o.plan_id
CROSS JOIN LATERAL (
    SELECT min(CAST(timezone(:zone, n.sold_at) AS date)) AS sold_on FROM covered n
    WHERE n.client_id = o.client_id AND (n.starts_on, n.sold_at, n.id) > (o.starts_on, o.sold_at, o.id)
) next
WHERE o.status <> 'canceled' AND o.until BETWEEN :first AND :last AND o.until < :today
ORDER BY o.ends_on, client_name, o.id
"""  # noqa: S608 - the parts are ours
)


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

    subscription_id: UUID
    client_id: UUID
    client_name: str
    plan_id: UUID
    plan_name: str
    ends_on: date
    renewed_on: date | None

    def outcome(self, today: date) -> RenewalOutcome:
        """How it stands on a day."""
        limit = self.ends_on + timedelta(LAPSE_DAYS)
        if self.renewed_on is None or self.renewed_on > limit:
            return RenewalOutcome.NOT_YET if today <= limit else RenewalOutcome.NOT
        if self.renewed_on <= self.ends_on:
            return RenewalOutcome.BEFORE
        prompt = self.renewed_on <= self.ends_on + timedelta(PROMPT_DAYS)
        return RenewalOutcome.PROMPT if prompt else RenewalOutcome.LATE


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

    async def ended(self, terms: FigureTerms) -> list[EndedPeriod]:
        """By last day and name."""
        rows = await self.session.execute(ENDED, terms.parameters())
        return [EndedPeriod(*row) for row in rows.all()]


def count_renewals(periods: Iterable[EndedPeriod], today: date) -> RenewalCounts:
    """All of them together, as of a day."""
    counts = Counter(one.outcome(today) for one in periods)
    return RenewalCounts(
        before=counts[RenewalOutcome.BEFORE],
        prompt=counts[RenewalOutcome.PROMPT],
        late=counts[RenewalOutcome.LATE],
        not_yet=counts[RenewalOutcome.NOT_YET],
        not_renewed=counts[RenewalOutcome.NOT],
    )
