"""Queries of clients, and their search by name, alias, document and phone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Float, Select, and_, case, false, func, literal, or_, select

from gym.clients.errors import CardNumberInvalid, ClientNotFound
from gym.clients.fields.card_numbers import parse_card_number
from gym.clients.fields.documents import with_zeros
from gym.clients.fields.phones import same_phone
from gym.clients.models import Client
from gym.clients.searching import VERY_FORGIVING_FROM, SearchTerms, pattern
from gym.core.database.repository import Page, Repository

ALIKE = 0.6
"""Similarity (pg_trgm) of two full names from which they may be one person's."""


class ClientRepository(Repository[Client, UUID]):
    model = Client
    missing = ClientNotFound

    async def by_key(self, key: UUID) -> Client | None:
        return await self.session.scalar(select(Client).where(Client.idempotency_key == key))

    async def by_document(self, kind: str, number: str) -> Client | None:
        """Whoever has this document, also with zeros before its number."""
        numbers = Client.document_number.in_(with_zeros(number))
        return await self.session.scalar(select(Client).where(Client.document_type == kind, numbers).limit(1))

    async def by_card(self, number: str) -> Client | None:
        return await self.session.scalar(select(Client).where(Client.card_number == number))

    async def in_doubt(self, number: int) -> Page[Client]:
        """Whose document an earlier release may have read wrongly, by name."""
        query = select(Client).where(Client.document_in_doubt).order_by(Client.search, Client.id)
        return await self.page(query, number)

    async def by_telegram(self, telegram_id: int) -> Client | None:
        return await self.session.scalar(select(Client).where(Client.telegram_id == telegram_id))

    async def lock_by_phone(self, phone: str) -> Sequence[Client]:
        """Active clients with a phone, however it is dialled, locked; two are enough to know it is shared."""
        number = Client.phone.in_(same_phone(phone))
        query = select(Client).where(number, Client.active).order_by(Client.id).limit(2)
        return (await self.session.scalars(query.with_for_update())).all()

    async def search(self, text: str, number: int) -> Page[Client]:
        """Best match first: a document or phone in full, then the active, then by likeness and name."""
        query: Select[Client] = select(Client).where(Client.erased_at.is_(None))
        order: list[ColumnElement[bool] | ColumnElement[float]] = [Client.active.desc()]
        if text.strip():
            terms = SearchTerms.read(text)
            exact = or_(_exact(terms), _card(text))
            query = query.where(or_(exact, *_all_found(terms)))
            order = [func.coalesce(exact, False).desc(), Client.active.desc(), _likeness(terms).desc()]
        # The search column begins with the folded name: sorting by it needs no folding of every row.
        return await self.page(query.order_by(*order, Client.search, Client.id), number)

    async def similar(self, full_name: str, phone: str | None, born: date | None) -> Sequence[Client]:
        """Who may be the same person: the same phone, the same birthday with a name like it, or nearly
        the same name."""
        name = func.gym_fold(Client.first_name + " " + Client.last_name)
        likeness = func.similarity(name, func.gym_fold(full_name))
        found = [likeness >= ALIKE]
        if phone:
            found.append(Client.phone.in_(same_phone(phone)))
        if born:
            found.append(and_(Client.birth_date == born, likeness >= ALIKE / 2))
        query = select(Client).where(or_(*found)).order_by(likeness.desc(), Client.id).limit(5)
        return (await self.session.scalars(query)).all()


def _exact(terms: SearchTerms) -> ColumnElement[bool]:
    """A whole document or phone; each is also part of the search column, whose index finds it."""
    exact: list[ColumnElement[bool]] = [false()]
    if any(sign.isdigit() for sign in terms.document):
        part = Client.search.contains(terms.document.lower(), autoescape=True)
        exact.append(and_(part, Client.document_number.in_(terms.documents)))
    for end in terms.phone_ends:
        part = Client.search.contains(end, autoescape=True)
        exact.append(and_(part, Client.phone.endswith(end)))
    return or_(*exact)


def _card(text: str) -> ColumnElement[bool]:
    """A card's whole number, as a reader at the desk types it."""
    try:
        return Client.card_number == parse_card_number(text)
    except CardNumberInvalid:
        return false()


def _all_found(terms: SearchTerms) -> list[ColumnElement[bool]]:
    """One condition that every word is found; None without words, and then nobody is found."""
    return [and_(*(_found(word) for word in terms.words))] if terms.words else []


def _found(word: str) -> ColumnElement[bool]:
    """Both sides can use the trigram index; digits have to stand as they were typed."""
    if any(sign.isdigit() for sign in word):
        return Client.search.contains(word, autoescape=True)
    close = Client.search.regexp_match(pattern(word))
    if len(word) < VERY_FORGIVING_FROM:
        return close
    return or_(close, Client.search.op("%>", is_comparison=True)(word))


def _likeness(terms: SearchTerms) -> ColumnElement[float]:
    """Rank: whole words first, then beginnings and parts, then similar words."""
    total: ColumnElement[float] = literal(0.0, Float)
    for word in terms.words:
        whole = Client.search.regexp_match(rf"\m{word}\M")
        part = Client.search.contains(word, autoescape=True)
        total = total + case((whole, 1.5), (part, 1.0), else_=func.word_similarity(word, Client.search))
    return total
