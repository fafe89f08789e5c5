"""A client's fields in the API's answers: the models and values of each place that the field table names."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, create_model

from gym.clients.fields.documents import Document
from gym.clients.fields.row import ApiPlace
from gym.clients.fields.table import CLIENT_FIELDS
from gym.clients.models import Client

Answer = TypeVar("Answer", bound=BaseModel)


def with_client_fields(base: type[Answer], place: ApiPlace) -> type[Answer]:
    """The answer and the fields of one place; what a client does not have is null."""
    # A document is one text, `CC 1020304050`.
    kinds = {
        key: str if row.reader.kind is Document else row.reader.kind
        for key, row in CLIENT_FIELDS.items()
        if row.api is place
    }
    fields: dict[str, Any] = {key: (kind | None, None) for key, kind in kinds.items()}
    return create_model(f"{base.__name__}WithFields", __base__=base, **fields)


def field_values(client: Client, place: ApiPlace) -> dict[str, Any]:
    """The values of a client's fields in one place."""
    values = {key: row.value_of(client) for key, row in CLIENT_FIELDS.items() if row.api is place}
    return {key: str(value) if isinstance(value, Document) else value for key, value in values.items()}
