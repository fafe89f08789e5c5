"""Plans sold, renewed, changed and cancelled in a range of gym days, at the price they were billed for.

A plan that came with a list was not sold here, and one of a list that was undone was not cancelled.
"""

from __future__ import annotations

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
from gym.reports.figures.terms import FigureTerms


class PlanEventKind(StrEnum):
    """What was done with a plan; how it was begun is told by the sale."""

    SOLD = "sold"
    RENEWED = "renewed"
    CHANGED = "changed"
    """Begun in the middle of another one."""
    CANCELED = "canceled"


ACTS: Final = text(
    f"""
WITH acts AS (
    SELECT CASE WHEN s.replaces_id IS NOT NULL THEN 'changed' WHEN s.renews_id IS NOT NULL THEN 'renewed'
            ELSE 'sold' END AS kind,
        CAST(timezone(:zone, s.sold_at) AS date) AS day, s.*, {SELLER} AS seller_id,
        s.final_price AS amount
    FROM subscriptions s
    WHERE CAST(timezone(:zone, s.sold_at) AS date) BETWEEN :first AND :last AND NOT {BROUGHT}
    UNION ALL
    SELECT 'canceled', CAST(timezone(:zone, s.closed_at) AS date), s.*, {SELLER}, 0
    FROM subscriptions s
    WHERE s.status = 'canceled' AND CAST(timezone(:zone, s.closed_at) AS date) BETWEEN :first AND :last
        AND NOT {TAKEN_BACK} AND NOT EXISTS (SELECT FROM subscriptions r WHERE r.replaces_id = s.id)
)
SELECT a.kind, a.day, a.id, a.client_id, btrim(c.first_name || ' ' || c.last_name), a.plan_id, p.name,
    a.seller_id, t.name, a.amount
FROM acts a JOIN clients c ON c.id = a.client_id JOIN plans p ON p.id = a.plan_id
LEFT JOIN staff t ON t.id = a.seller_id
ORDER BY a.day, a.kind, c.first_name, a.id
"""  # noqa: S608 - the parts are ours
)


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

    async def acts(self, terms: FigureTerms) -> list[PlanEvent]:
        """By day."""
        rows = await self.session.execute(ACTS, terms.parameters())
        return [PlanEvent(PlanEventKind(kind), *rest) for kind, *rest in rows.all()]


def count_acts(acts: Iterable[PlanEvent]) -> PlanEventCounts:
    """All of them together."""
    found = list(acts)
    counts = {kind: sum(1 for one in found if one.kind is kind) for kind in PlanEventKind}
    return PlanEventCounts(
        sold=counts[PlanEventKind.SOLD],
        renewed=counts[PlanEventKind.RENEWED],
        changed=counts[PlanEventKind.CHANGED],
        canceled=counts[PlanEventKind.CANCELED],
        billed=sum((one.amount for one in found), Decimal(0)),
    )
