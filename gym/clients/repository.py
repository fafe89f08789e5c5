"""Queries of clients; one search box over name, alias, document and phone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from gym.clients.errors import ClientNotFound
from gym.clients.models import Client
from gym.core.repository import Page, Repository

LEAST_SIMILARITY = 0.45
"""Word similarity (pg_trgm) from which `Jaun Peres` still finds `Juan Pérez`."""


class ClientRepository(Repository[Client, UUID]):
    model = Client
    missing = ClientNotFound

    async def by_key(self, key: UUID) -> Client | None:
        return await self.session.scalar(select(Client).where(Client.idempotency_key == key))

    async def by_document(self, kind: str, number: str) -> Client | None:
        query = select(Client).where(Client.document_type == kind, Client.document_number == number)
        return await self.session.scalar(query)

    async def by_telegram(self, telegram_id: int) -> Client | None:
        return await self.session.scalar(select(Client).where(Client.telegram_id == telegram_id))

    async def lock_by_phone(self, phone: str) -> Sequence[Client]:
        """Active clients with a phone, locked; two are enough to know that it is shared."""
        query = select(Client).where(Client.phone == phone, Client.active).order_by(Client.id).limit(2)
        return (await self.session.scalars(query.with_for_update())).all()

    async def search(self, text: str, number: int) -> Page[Client]:
        """Best match first; the active before those who left."""
        query = _ranked(text) if text.strip() else select(Client)
        order = (Client.active.desc(), Client.last_name, Client.first_name, Client.id)
        return await self.page(query.order_by(*order), number)

    async def similar(self, full_name: str, phone: str | None) -> Sequence[Client]:
        """Who may be the same person: nearly the same name, or the same phone."""
        name = func.gym_fold(full_name)
        alike = func.similarity(Client.search, name) > 0.5
        found = or_(alike, Client.phone == phone) if phone else alike
        query = select(Client).where(found).order_by(func.similarity(Client.search, name).desc()).limit(5)
        return (await self.session.scalars(query)).all()


def _ranked(text: str) -> Select[Client]:
    """Every word must be found somewhere, exactly or nearly; whole documents and phones come first."""
    words = [func.gym_fold(word) for word in text.split()[:6]]
    found = and_(*(_has(word) for word in words))
    digits = re.sub(r"\D", "", text)
    exact: list[ColumnElement[bool]] = [func.lower(Client.document_number) == text.strip().lower()]
    if len(digits) >= 4:
        number = re.sub(r"[\s.\-+]", "", text)
        exact += [Client.document_number == number, Client.phone.endswith(digits)]
    rank = case((or_(*exact), 2.0), else_=func.word_similarity(func.gym_fold(text), Client.search))
    query = select(Client).where(or_(found, *exact))
    return query.order_by(Client.active.desc(), rank.desc())


def _has(word: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(
        Client.search.contains(word, autoescape=False),
        func.word_similarity(word, Client.search) >= LEAST_SIMILARITY,
    )
