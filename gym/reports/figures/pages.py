"""Pages of the rows behind a figure, and the keys by which rows are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from gym.core.database.repository import PAGE_SIZE
from gym.core.language import N_
from gym.reports.figures.terms import FigureTerms
from gym.reports.results import Asked, LinkKind, ReportColumn, Row, RowLink, RowsBehind, Table, Term, row_key
from gym.unit_of_work import UnitOfWork

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


def page_of(title: str, columns: tuple[ReportColumn, ...], rows: Sequence[Row], number: int) -> RowsBehind:
    """One page of all rows; beyond the last one an empty page."""
    shown = rows[number * PAGE_SIZE : (number + 1) * PAGE_SIZE]
    return RowsBehind(Table("rows", title, columns, shown), number, len(rows))
