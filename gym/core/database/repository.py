"""The base of every repository: rows by id, pages and counts. Queries, no rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.database.engine import Base
from gym.core.errors import NotFound

Model = TypeVar("Model", bound=Base)
Item = TypeVar("Item")
Key = TypeVar("Key", UUID, int, str)

PAGE_SIZE = 8
"""Rows on one page of a chat list."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """A slice of a list, with the size of the whole."""

    items: Sequence[Item]
    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def has_next(self) -> bool:
        return self.number + 1 < self.pages


class Repository(Generic[Model, Key]):
    """Subclasses name their `model` and the typed error for a missing row."""

    model: type[Model]
    missing: ClassVar[type[NotFound]] = NotFound

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def get(self, key: Key) -> Model | None:
        return await self.session.get(self.model, key)

    async def require(self, key: Key) -> Model:
        """The row, or the room's typed not-found."""
        row = await self.get(key)
        if row is None:
            raise self.missing
        return row

    async def lock(self, key: Key) -> Model:
        """The row as it stands now, locked until the end of the transaction."""
        row = await self.session.get(self.model, key, with_for_update=True, populate_existing=True)
        if row is None:
            raise self.missing
        return row

    async def add(self, row: Model) -> Model:
        """Insert now, so that constraints speak here and not at commit."""
        self.session.add(row)
        await self.session.flush()
        return row

    async def delete(self, row: Model) -> None:
        await self.session.delete(row)
        await self.session.flush()

    async def page(self, query: Select[Model], number: int = 0, size: int = PAGE_SIZE) -> Page[Model]:
        total = await self.count(query)
        number = max(0, min(number, (total - 1) // size if total else 0))
        rows = await self.session.scalars(query.limit(size).offset(number * size))
        return Page(rows.all(), number, total, size)

    async def count(self, query: Select[Model] | None = None) -> int:
        inner = (select(self.model) if query is None else query).order_by(None).subquery()
        return await self.session.scalar(select(func.count()).select_from(inner)) or 0
