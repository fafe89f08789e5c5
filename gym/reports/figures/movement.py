"""Coming and going: whose membership began, began again or ended in a range of gym days.

What a membership is, and how it is followed, stands in `gym.reports.rollup.memberships`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
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


class MovementKind(StrEnum):
    """What happened to a membership."""

    NEW = "new"
    """The client's first start ever."""
    BACK = "back"
    LEFT = "left"
    NOT_YET = "not_yet"
    """Over and not renewed, but not for `LAPSE_DAYS` days yet."""


_MOVED: Final = f"""
WITH {PERIODS}, moved AS (
    SELECT k.kind, k.day, c.subscription_id AS id, c.client_id, c.plan_id, c.seller_id
    FROM periods c CROSS JOIN LATERAL (
        SELECT c.begins AS kind, c.starts_on AS day
        WHERE c.begins IS NOT NULL AND c.starts_on BETWEEN :first AND :last
        UNION ALL
        SELECT CASE WHEN c.until < CAST(:today AS date) - {LAPSE_DAYS} THEN 'left' ELSE 'not_yet' END, c.until
        WHERE c.is_last AND c.until BETWEEN :first AND :last AND c.until < :today
    ) k
)
"""  # noqa: S608 - the parts are ours
TALLIES: Final = text(
    f"""{_MOVED}
SELECT m.kind, m.plan_id, p.name, m.seller_id, t.name, m.clients
FROM (SELECT kind, plan_id, seller_id, CAST(count(*) AS integer) AS clients FROM moved GROUP BY 1, 2, 3) m
JOIN plans p ON p.id = m.plan_id LEFT JOIN staff t ON t.id = m.seller_id
ORDER BY p.name, t.name, m.kind
"""  # noqa: S608
)
MOVEMENTS: Final = """{moved}
SELECT m.kind, m.day, m.id, m.client_id, btrim(c.first_name || ' ' || c.last_name) AS client_name, m.plan_id,
    p.name, m.seller_id, t.name, m.total
FROM (SELECT *, count(*) OVER () AS total FROM moved WHERE {where}) m
JOIN clients c ON c.id = m.client_id JOIN plans p ON p.id = m.plan_id
LEFT JOIN staff t ON t.id = m.seller_id
ORDER BY m.day, client_name, m.id LIMIT :size OFFSET :skip
"""


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
class MovementTally:
    """How many movements of a kind there were by a plan and a seller."""

    kind: MovementKind
    plan_id: UUID
    plan_name: str
    seller_id: UUID | None
    seller_name: str | None
    clients: int


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

    async def tallies(self, terms: FigureTerms) -> list[MovementTally]:
        """By name of plan and seller."""
        rows = await self.session.execute(TALLIES, terms.parameters())
        return [MovementTally(MovementKind(kind), *rest) for kind, *rest in rows.all()]

    async def movements(self, terms: FigureTerms, wanted: Narrowing = EVERYTHING) -> Found[Movement]:
        """By day and name."""
        query = MOVEMENTS.format(moved=_MOVED, where=wanted.where)
        # By position: the columns of MOVEMENTS stand in the order of `Movement`, the total last.
        return await wanted.found(
            self.session, query, terms.parameters(), lambda row: Movement(MovementKind(row[0]), *row[1:-1])
        )


def count_movements(tallies: Iterable[MovementTally]) -> MovementCounts:
    """All of them together."""
    counts: Counter[str] = Counter()
    for one in tallies:
        counts[one.kind.value] += one.clients
    return MovementCounts(**counts)


def movements_by(
    tallies: Iterable[MovementTally], key: Callable[[MovementTally], UUID | None]
) -> list[tuple[Sequence[MovementTally], MovementCounts]]:
    """The tallies of each plan or seller with their sum, whoever moved most people first."""
    grouped: dict[UUID | None, list[MovementTally]] = {}
    for one in tallies:
        grouped.setdefault(key(one), []).append(one)
    found = sorted(grouped.values(), key=lambda group: -sum(one.clients for one in group))
    return [(group, count_movements(group)) for group in found]
