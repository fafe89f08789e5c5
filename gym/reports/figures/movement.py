"""Coming and going: whose membership began, began again or ended in a range of gym days.

A membership is an unbroken chain of covered days: at most `LAPSE_DAYS` uncovered ones lie between two periods
of it. Exactly so many break no chain, so that everybody who left and returns is counted as back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.reports.figures.coverage import COVERED, LAPSE_DAYS
from gym.reports.figures.terms import FigureTerms


class MovementKind(StrEnum):
    """What happened to a membership."""

    NEW = "new"
    """The client's first start ever."""
    BACK = "back"
    LEFT = "left"
    NOT_YET = "not_yet"
    """Over and not renewed, but not for `LAPSE_DAYS` days yet."""


_EARLIER: Final = """SELECT FROM covered e WHERE e.client_id = o.client_id
        AND (e.starts_on, e.sold_at, e.id) < (o.starts_on, o.sold_at, o.id)"""
_NAMED: Final = """o.id, o.client_id, btrim(c.first_name || ' ' || c.last_name) AS client_name,
    o.plan_id, p.name AS plan_name, o.seller_id, t.name AS seller_name"""
_WHO: Final = """JOIN clients c ON c.id = o.client_id JOIN plans p ON p.id = o.plan_id
LEFT JOIN staff t ON t.id = o.seller_id"""

MOVEMENTS: Final = text(
    f"""
WITH {COVERED}, started AS (
    SELECT o.*, EXISTS ({_EARLIER}) AS was_here FROM covered o
    WHERE o.starts_on BETWEEN :first AND :last
        AND NOT EXISTS ({_EARLIER} AND e.until >= o.starts_on - {LAPSE_DAYS + 1})
), ended AS (
    SELECT o.* FROM covered o
    WHERE o.until BETWEEN :first AND :last AND o.until < :today
        AND NOT EXISTS (SELECT FROM covered n WHERE n.client_id = o.client_id
            AND (n.until, n.starts_on, n.sold_at, n.id) > (o.until, o.starts_on, o.sold_at, o.id)
            AND n.starts_on <= o.until + {LAPSE_DAYS + 1})
)
SELECT CASE WHEN o.was_here THEN 'back' ELSE 'new' END AS kind, o.starts_on AS day, {_NAMED}
FROM started o {_WHO} WHERE o.was_here OR NOT o.brought
UNION ALL
SELECT CASE WHEN o.until < CAST(:today AS date) - {LAPSE_DAYS} THEN 'left' ELSE 'not_yet' END, o.until,
    {_NAMED}
FROM ended o {_WHO}
ORDER BY day, client_name, id
"""  # noqa: S608 - the parts are ours
)


@dataclass(frozen=True, slots=True)
class Movement:
    """One membership that began on its first or ended after its last covered `day`.

    Plan and seller are those of the period that began or ended it.
    """

    kind: MovementKind
    day: date
    subscription_id: UUID
    client_id: UUID
    client_name: str
    plan_id: UUID
    plan_name: str
    seller_id: UUID | None
    seller_name: str | None


@dataclass(frozen=True, slots=True)
class MovementCounts:
    """How many came and went."""

    new: int = 0
    back: int = 0
    left: int = 0
    not_yet: int = 0

    @property
    def net(self) -> int:
        return self.new + self.back - self.left


class MovementRepository:
    """Memberships that began or ended."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def movements(self, terms: FigureTerms) -> list[Movement]:
        """By day and name."""
        rows = await self.session.execute(MOVEMENTS, terms.parameters())
        return [Movement(MovementKind(kind), *rest) for kind, *rest in rows.all()]


def count_movements(movements: Iterable[Movement]) -> MovementCounts:
    """All of them together."""
    counts = Counter(one.kind.value for one in movements)
    return MovementCounts(**counts)


def movements_by(
    movements: Iterable[Movement], key: Callable[[Movement], str]
) -> list[tuple[str, MovementCounts]]:
    """The counts of each plan or seller, whoever moved most people first."""
    grouped: dict[str, list[Movement]] = {}
    for one in movements:
        grouped.setdefault(key(one), []).append(one)
    found = sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(name, count_movements(group)) for name, group in found]
