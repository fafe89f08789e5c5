"""The dry run: what becomes of each row, beside the clients that are registered. Changes nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from gym.clients.schemas import ClientChanges, ClientInput
from gym.importing.errors import DocumentInRow, DocumentOfAnother, ProbablyRegistered
from gym.importing.matching import Found, Identities, Identity, Match
from gym.importing.reading.people import PersonRow
from gym.importing.schemas import ImportPreview, Outcome, PreviewedRow

FILLED: Final = (
    "document",
    "alias",
    "phone",
    "email",
    "birth_date",
    "gender",
    "address",
    "emergency_contact",
    "warning",
    "notes",
    "guardian_name",
)
"""Fields that a row fills where the gym has nothing; what the gym has stays, for it may be newer."""


@dataclass(frozen=True, slots=True)
class KnownClient:
    """A registered client as the form of registration would have it."""

    id: UUID
    fields: ClientInput
    active: bool


def identity_of(person: ClientInput) -> Identity:
    name = f"{person.first_name} {person.last_name}".strip()
    return Identity(name, person.document, person.phone, person.email, person.birth_date)


class Previewing:
    """Judges rows one after the other: each may be a client, or a row above."""

    def __init__(self, clients: Sequence[KnownClient]) -> None:
        self._clients: Mapping[UUID, KnownClient] = {client.id: client for client in clients}
        self._known = Identities((client.id, identity_of(client.fields)) for client in clients)
        self._above: Identities[int] = Identities()
        self._taken: dict[UUID, int] = {}

    def preview(self, people: Iterable[PersonRow]) -> ImportPreview:
        return ImportPreview([self._row(row) for row in people])

    def _row(self, row: PersonRow) -> PreviewedRow:
        if row.person is None:
            return PreviewedRow(row, Outcome.FAULTY)
        identity = identity_of(row.person)
        found = self._known.find(identity)
        if found is None or found.match is Match.DOUBTFUL:
            # Two rows of one list are two people unless they agree: whoever kept it wrote both.
            above = self._above.find(identity)
            if above is not None and above.match is Match.SAME:
                return PreviewedRow(row, Outcome.REPEATED, same_as=above.key)
            if above is not None and above.match is Match.DOCUMENT_OF_ANOTHER:
                return PreviewedRow(row, Outcome.FAULTY, fault=DocumentInRow(above.key))
        if found is None:
            self._above.add(row.line, identity)
            return PreviewedRow(row, Outcome.MADE)
        return self._registered(row, row.person, found)

    def _registered(self, row: PersonRow, person: ClientInput, found: Found[UUID]) -> PreviewedRow:
        client = self._clients[found.key]
        name = identity_of(client.fields).name
        match found.match:
            case Match.DOCUMENT_OF_ANOTHER:
                return PreviewedRow(row, Outcome.FAULTY, fault=DocumentOfAnother(name))
            case Match.DOUBTFUL:
                return PreviewedRow(row, Outcome.FAULTY, fault=ProbablyRegistered(name))
            case Match.SAME:
                pass
        if client.id in self._taken:
            return PreviewedRow(row, Outcome.REPEATED, client.id, same_as=self._taken[client.id])
        self._taken[client.id] = row.line
        fills = _fills(person, client.fields)
        differs = tuple(field for field in FILLED if _differs(person, client.fields, field))
        outcome = Outcome.CHANGED if fills else Outcome.KNOWN
        return PreviewedRow(row, outcome, client.id, fills, differs)


def _fills(person: ClientInput, known: ClientInput) -> ClientChanges | None:
    new: dict[str, object] = {
        field: value for field in FILLED if (value := getattr(person, field)) and not getattr(known, field)
    }
    if tags := [tag for tag in person.tags if tag not in known.tags]:
        new["tags"] = [*known.tags, *tags]
    return ClientChanges.model_validate(new) if new else None


def _differs(person: ClientInput, known: ClientInput, field: str) -> bool:
    theirs, ours = getattr(person, field), getattr(known, field)
    return bool(theirs and ours) and theirs != ours
