"""Queries of photo imports: clients by document and card, with their consent and whether a face is known."""

from __future__ import annotations

from collections import defaultdict
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from gym.clients.errors import CardNumberInvalid, DocumentInvalid
from gym.clients.fields.card_numbers import parse_card_number
from gym.clients.fields.documents import Document, parse_document
from gym.clients.models import Client
from gym.faces.enrolment.consent import consent_version
from gym.faces.models import FaceConsent, FaceTemplate
from gym.importing.photos.schemas import KnownFace

_AGREED: Final = exists().where(
    FaceConsent.client_id == Client.id,
    FaceConsent.withdrawn_at.is_(None),
    FaceConsent.version == consent_version(),
)
_ENROLLED: Final = exists().where(FaceTemplate.client_id == Client.id)


class PhotoOwners:
    """Active clients by their documents' numbers, without the zeros that an earlier release kept."""

    def __init__(self) -> None:
        self._documents: dict[str, list[tuple[Document, KnownFace]]] = defaultdict(list)
        self._cards: dict[str, KnownFace] = {}

    def add(self, document: Document | None, card: str | None, face: KnownFace) -> None:
        if card is not None:
            self._cards[card] = face
        if document is not None:
            self._documents[document.number.lstrip("0")].append((document, face))

    def find(self, number: str) -> list[KnownFace]:
        """Whose number it is: of several with one number, the one whose type is named; then whose card."""
        return self._by_document(number) or self._by_card(number)

    def _by_card(self, number: str) -> list[KnownFace]:
        try:
            found = self._cards.get(parse_card_number(number))
        except CardNumberInvalid:
            return []
        return [found] if found is not None else []

    def _by_document(self, number: str) -> list[KnownFace]:
        try:
            wanted = parse_document(number)
        except DocumentInvalid:
            return []
        found = self._documents.get(wanted.number.lstrip("0"), [])
        if len(found) > 1 and not number.strip()[:1].isdecimal():
            found = [pair for pair in found if pair[0].type is wanted.type]
        return [face for _, face in found]


async def photo_owners(session: AsyncSession) -> PhotoOwners:
    """One query for the whole gym: a ZIP may hold a photo of everybody."""
    query = select(
        Client.id,
        Client.first_name,
        Client.last_name,
        Client.document_type,
        Client.document_number,
        Client.card_number,
        _AGREED.label("agreed"),
        _ENROLLED.label("enrolled"),
    ).where(Client.active)
    owners = PhotoOwners()
    rows = await session.execute(query)
    for client_id, first, last, kind, number, card, agreed, enrolled in rows:
        face = KnownFace(client_id, f"{first} {last}".strip(), bool(agreed), bool(enrolled))
        owners.add(Document(kind, number) if kind is not None and number else None, card, face)
    return owners


async def is_enrolled(session: AsyncSession, client_id: UUID) -> bool:
    found = select(FaceTemplate.id).where(FaceTemplate.client_id == client_id).limit(1)
    return await session.scalar(found) is not None
