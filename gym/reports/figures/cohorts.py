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

COHORTS: Final = text(
    f"""
WITH {COVERED}, begun AS MATERIALIZED (
    SELECT o.client_id, CAST(date_trunc('month', CAST(o.starts_on AS timestamp)) AS date) AS month
    FROM covered o
    WHERE o.starts_on BETWEEN :first AND :last AND NOT o.brought
        AND NOT EXISTS (SELECT FROM covered e WHERE e.client_id = o.client_id
            AND (e.starts_on, e.sold_at, e.id) < (o.starts_on, o.sold_at, o.id))
), month_ends AS (
    SELECT CAST(m AS date) AS month, CAST(m + interval '1 month' AS date) - 1 AS day
    FROM generate_series(
        date_trunc('month', CAST(:first AS timestamp)), CAST(:today AS timestamp), '1 month') m
    WHERE CAST(m + interval '1 month' AS date) - 1 < :today
), stayed AS (
    SELECT b.month, e.month AS later, count(DISTINCT b.client_id) AS clients
    FROM begun b JOIN covered c ON c.client_id = b.client_id
    JOIN month_ends e ON e.month > b.month AND e.day BETWEEN c.starts_on AND c.until
    GROUP BY b.month, e.month
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
