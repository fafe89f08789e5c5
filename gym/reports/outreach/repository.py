"""Queries of outreach: the contacts of a range, and whether each client came within a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.reports.figures.terms import FigureTerms
from gym.reports.outreach.models import OutreachKind

MONTH: Final = timedelta(days=30)
"""Within which a visit counts as coming back."""

CONTACTS: Final = text("""
SELECT o.client_id, btrim(c.first_name || ' ' || c.last_name) AS client_name, o.kind, o.staff_id,
    o.staff_name, o.gym_day, o.days_away, o.value, came.gym_day AS back_on
FROM outreaches o JOIN clients c ON c.id = o.client_id
LEFT JOIN LATERAL (
    SELECT v.gym_day FROM check_ins v
    WHERE v.client_id = o.client_id AND v.counted AND v.undone_at IS NULL
        AND v.gym_day BETWEEN o.gym_day AND o.gym_day + 30 AND v.at > o.at
    ORDER BY v.gym_day LIMIT 1
) came ON true
WHERE o.gym_day BETWEEN :first AND :last
ORDER BY o.gym_day, client_name, o.id
""")


@dataclass(frozen=True, slots=True)
class Contact:
    """One outreach and the first visit within a month after it."""

    client_id: UUID
    client_name: str
    kind: OutreachKind
    staff_id: UUID | None
    staff_name: str
    day: date
    days_away: int
    value: Decimal
    back_on: date | None

    def is_open(self, today: date) -> bool:
        """Not back, and the month is not over."""
        return self.back_on is None and today <= self.day + MONTH


class OutreachRepository:
    """Contacts."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def contacts(self, terms: FigureTerms) -> list[Contact]:
        """By day and name."""
        rows = await self.session.execute(CONTACTS, {"first": terms.first, "last": terms.last})
        return [
            Contact(
                client_id=row.client_id,
                client_name=row.client_name,
                kind=OutreachKind(row.kind),
                staff_id=row.staff_id,
                staff_name=row.staff_name,
                day=row.gym_day,
                days_away=row.days_away,
                value=row.value,
                back_on=row.back_on,
            )
            for row in rows.all()
        ]
