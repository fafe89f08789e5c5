"""Plans sold, renewed, changed and cancelled in a range of gym days, at the price they were billed for.

A plan that came with a list was not sold here, and one of a list that was undone was not cancelled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.reports.figures.coverage import BROUGHT, SELLER, TAKEN_BACK
from gym.reports.figures.pages import EVERYTHING, Found, Narrowing
from gym.reports.figures.terms import FigureTerms


class PlanEventKind(StrEnum):
    """What was done with a plan; how it was begun is told by the sale."""

    SOLD = "sold"
    RENEWED = "renewed"
    CHANGED = "changed"
    """Begun in the middle of another one."""
    CANCELED = "canceled"


_ACTS: Final = f"""
WITH acts AS (
    SELECT CASE WHEN s.replaces_id IS NOT NULL THEN 'changed' WHEN s.renews_id IS NOT NULL THEN 'renewed'
            ELSE 'sold' END AS kind,
        CAST(timezone(:zone, s.sold_at) AS date) AS day, s.id, s.client_id, s.plan_id, {SELLER} AS seller_id,
        s.final_price AS amount
    FROM subscriptions s
    WHERE s.sold_at >= :begins AND s.sold_at < :ends AND NOT {BROUGHT}
    UNION ALL
    SELECT 'canceled', CAST(timezone(:zone, s.closed_at) AS date), s.id, s.client_id, s.plan_id, {SELLER}, 0
    FROM subscriptions s
    WHERE s.status = 'canceled' AND s.closed_at >= :begins AND s.closed_at < :ends
        AND NOT {TAKEN_BACK} AND NOT EXISTS (SELECT FROM subscriptions r WHERE r.replaces_id = s.id)
)
"""  # noqa: S608 - the parts are ours
TALLIES: Final = text(
    f"""{_ACTS}
SELECT a.kind, a.plan_id, p.name, a.seller_id, t.name, a.plans, a.amount
FROM (
    SELECT kind, plan_id, seller_id, CAST(count(*) AS integer) AS plans, sum(amount) AS amount
    FROM acts GROUP BY 1, 2, 3
) a
JOIN plans p ON p.id = a.plan_id LEFT JOIN staff t ON t.id = a.seller_id
ORDER BY p.name, t.name, a.kind
"""  # noqa: S608
)
ACTS: Final = """{acts}
SELECT a.kind, a.day, a.id, a.client_id, btrim(c.first_name || ' ' || c.last_name), a.plan_id, p.name,
    a.seller_id, t.name, a.amount, a.total
FROM (SELECT *, count(*) OVER () AS total FROM acts WHERE {where}) a
JOIN clients c ON c.id = a.client_id JOIN plans p ON p.id = a.plan_id
LEFT JOIN staff t ON t.id = a.seller_id
ORDER BY a.day, a.kind, c.first_name, a.id LIMIT :size OFFSET :skip
"""


@dataclass(frozen=True, slots=True)
class PlanEvent:
    """One plan sold, renewed, changed to or cancelled on a day; `amount` is what was billed."""

    kind: PlanEventKind
    day: date
    subscription_id: UUID
    client_id: UUID
    client_name: str
    plan_id: UUID
    plan_name: str
    seller_id: UUID | None
    seller_name: str | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PlanEventTally:
    """How many of a kind there were of a plan by a seller, and what they came to."""

    kind: PlanEventKind
    plan_id: UUID
    plan_name: str
    seller_id: UUID | None
    seller_name: str | None
    plans: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PlanEventCounts:
    """How many of each, and what the sales among them came to."""

    sold: int
    renewed: int
    changed: int
    canceled: int
    billed: Decimal


class PlanSalesRepository:
    """Sales and cancellations of plans."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def tallies(self, terms: FigureTerms) -> list[PlanEventTally]:
        """By name of plan and seller."""
        rows = await self.session.execute(TALLIES, terms.parameters())
        return [PlanEventTally(PlanEventKind(kind), *rest) for kind, *rest in rows.all()]

    async def acts(self, terms: FigureTerms, wanted: Narrowing = EVERYTHING) -> Found[PlanEvent]:
        """By day."""
        query = ACTS.format(acts=_ACTS, where=wanted.where)
        return await wanted.found(
            self.session, query, terms.parameters(), lambda row: PlanEvent(PlanEventKind(row[0]), *row[1:-1])
        )


def count_acts(tallies: Iterable[PlanEventTally]) -> PlanEventCounts:
    """All of them together."""
    counts: Counter[PlanEventKind] = Counter()
    billed = Decimal(0)
    for one in tallies:
        counts[one.kind] += one.plans
        billed += one.amount
    return PlanEventCounts(
        sold=counts[PlanEventKind.SOLD],
        renewed=counts[PlanEventKind.RENEWED],
        changed=counts[PlanEventKind.CHANGED],
        canceled=counts[PlanEventKind.CANCELED],
        billed=billed,
    )
