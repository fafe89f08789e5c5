"""Input of clients: registered, changed; and the column values of either."""

from __future__ import annotations

from gym.clients.fields.documents import Document
from gym.clients.fields.parsers import ParseContext
from gym.clients.fields.table import CLIENT_FIELDS, ClientFields


class ClientInput(ClientFields, frozen=True):
    """A new client; each value is checked once more by its row of the table."""

    last_name: str
    """Empty for a person with one name."""
    language: str | None = None
    """The chat's; None: the gym's."""


class ClientChanges(ClientFields, frozen=True):
    """What to change: a field that is not set stays, one set to None is emptied."""

    first_name: str = ""
    last_name: str | None = None


def columns(data: ClientFields, parse_context: ParseContext) -> dict[str, object]:
    """The values of the fields that were set, normalised; the first wrong one raises its own fault."""
    values: dict[str, object] = {}
    for key, row in CLIENT_FIELDS.items():
        if key in data.model_fields_set:
            kept = row.kept(getattr(data, key), parse_context)
            values |= _document_columns(kept) if key == "document" else {key: kept}
    return values


def _document_columns(document: object) -> dict[str, object]:
    """Whatever was in doubt, now it has been written anew."""
    known = document if isinstance(document, Document) else None
    return {
        "document_type": known.type if known else None,
        "document_number": known.number if known else None,
        "document_in_doubt": False,
    }
