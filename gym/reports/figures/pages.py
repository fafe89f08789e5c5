"""Pages of the rows behind a figure, and the keys by which rows are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.database.repository import PAGE_SIZE
from gym.core.language import N_
from gym.reports.figures.terms import FigureTerms
from gym.reports.results import (
    Asked,
    LinkKind,
    ReportColumn,
    Row,
    RowLink,
    RowsBehind,
    RowsPlace,
    Table,
    Term,
    id_of,
    row_key,
)
from gym.unit_of_work import UnitOfWork

Item = TypeVar("Item")

NOBODY_KEY: Final = "-"
"""Of a row without an id."""
GYM_ITSELF: Final = Term("none", N_("The gym itself"))
"""Instead of a name of the staff."""


def terms_of(uow: UnitOfWork, asked: Asked) -> FigureTerms:
    """The days that were asked for, by the gym's settings."""
    return FigureTerms.of(asked.days.first, asked.days.last, uow.today, uow.settings)


def key_of(key: UUID | None) -> str:
    """By which the rows of a plan or person are asked for."""
    return NOBODY_KEY if key is None else row_key(key)


def to_card(client_id: UUID) -> RowLink:
    """A row that opens the client's card."""
    return RowLink(LinkKind.CLIENT, client_id)


@dataclass(frozen=True, slots=True)
class Found(Generic[Item]):
    """A page of the rows behind a figure, and how many there are in all."""

    items: Sequence[Item]
    total: int


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which rows of a figure are wanted: a condition that is a constant, and its parameters."""

    where: str = "TRUE"
    values: Mapping[str, object] = field(default_factory=dict[str, object])
    page: int | None = None
    """None: all of them."""

    def parameters(self) -> dict[str, object]:
        size = None if self.page is None else PAGE_SIZE
        return {**self.values, "size": size, "skip": (self.page or 0) * PAGE_SIZE}

    async def found(
        self, session: AsyncSession, query: str, values: Mapping[str, object], item: Callable[[Any], Item]
    ) -> Found[Item]:
        """What a query finds whose last column is the total of all; `item` makes one of each row."""
        rows = (await session.execute(text(query), {**values, **self.parameters()})).all()
        return Found([item(row) for row in rows], rows[0].total if rows else 0)


EVERYTHING: Final = Narrowing()
OF_PLAN: Final = "plan_id = CAST(:id AS uuid)"
OF_SELLER: Final = "seller_id IS NOT DISTINCT FROM CAST(:id AS uuid)"


def narrowed(place: RowsPlace, page: int, conditions: Mapping[str, str]) -> Narrowing | None:
    """The rows behind a row of a table, or behind a figure; None for a place that there is not.

    `conditions` are those of each table by its key; that of figures has the empty one. A condition asks for
    the row's key as `:row`, or for the id in it as `:id`.
    """
    where = conditions.get(place.table)
    if where is None:
        return None
    if ":id" not in where:
        return Narrowing(where, {"row": place.row} if ":row" in where else {}, page)
    key = id_of(place.row)
    known = key is not None or (place.row == NOBODY_KEY and where == OF_SELLER)
    return Narrowing(where, {"id": key}, page) if known else None


def page_of(title: str, columns: tuple[ReportColumn, ...], rows: Sequence[Row], number: int) -> RowsBehind:
    """One page of all rows; beyond the last one an empty page."""
    shown = rows[number * PAGE_SIZE : (number + 1) * PAGE_SIZE]
    return RowsBehind(Table("rows", title, columns, shown), number, len(rows))
