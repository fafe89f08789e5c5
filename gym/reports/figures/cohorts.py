"""Cohorts: of the clients who first started in a month, the share covered at the end of each later one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.reports.figures.coverage import COVERED
from gym.reports.figures.terms import FigureTerms

# The first period of each client comes out of one sort; whoever joined in the range is followed through the
# months that each of their periods covers the end of.
COHORTS: Final = text(
    f"""
WITH {COVERED}, earliest AS (
    SELECT DISTINCT ON (o.client_id) o.client_id, o.starts_on, o.brought
    FROM covered o WHERE o.starts_on <= :last
    ORDER BY o.client_id, o.starts_on, o.sold_at, o.id
), begun AS MATERIALIZED (
    SELECT client_id, CAST(date_trunc('month', CAST(starts_on AS timestamp)) AS date) AS month
    FROM earliest WHERE starts_on >= :first AND NOT brought
), month_ends AS MATERIALIZED (
    SELECT CAST(m AS date) AS month, CAST(m + interval '1 month' AS date) - 1 AS day
    FROM generate_series(
        date_trunc('month', CAST(:first AS timestamp)), CAST(:today AS timestamp), '1 month') m
    WHERE CAST(m + interval '1 month' AS date) - 1 < :today
), held AS (
    SELECT DISTINCT c.client_id,
        CAST(generate_series(date_trunc('month', CAST(c.starts_on AS timestamp)),
            CAST(least(c.until, CAST(:today AS date)) + 1 AS timestamp) - interval '1 month', '1 month')
            AS date) AS month
    FROM covered c WHERE c.client_id IN (SELECT client_id FROM begun)
), stayed AS (
    SELECT b.month, h.month AS later, count(*) AS clients
    FROM begun b JOIN held h ON h.client_id = b.client_id AND h.month > b.month
    GROUP BY b.month, h.month
), sizes AS (SELECT month, count(*) AS clients FROM begun GROUP BY month)
SELECT z.month, z.clients, e.month AS later, coalesce(s.clients, 0) AS stayed
FROM sizes z LEFT JOIN month_ends e ON e.month > z.month
LEFT JOIN stayed s ON s.month = z.month AND s.later = e.month
ORDER BY z.month, e.month
"""  # noqa: S608 - the parts are ours
)


@dataclass(frozen=True, slots=True)
class Cohort:
    """Clients whose first start lies in a month; `stayed` has those covered at the end of each later one."""

    month: date
    """Its first day."""
    clients: int
    stayed: Sequence[int]

    def share(self, later: int) -> Decimal:
        """The percentage that was covered at the end of the month so many months later, from 1 on."""
        return Decimal(100) * self.stayed[later - 1] / self.clients


class CohortRepository:
    """Who stays."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def cohorts(self, terms: FigureTerms) -> list[Cohort]:
        """Of first starts in the range, by month; months without any are left out."""
        rows = (await self.session.execute(COHORTS, terms.parameters())).all()
        found: dict[date, tuple[int, list[int]]] = {}
        for row in rows:
            stayed = found.setdefault(row.month, (row.clients, []))[1]
            if row.later is not None:
                stayed.append(row.stayed)
        return [Cohort(month, clients, stayed) for month, (clients, stayed) in found.items()]
