"""The table of client fields: complete, and refused at start where a row fits no type or column."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

import pytest
from pydantic import BaseModel

from gym.clients.fields import table
from gym.clients.fields.row import ClientField, FieldReader
from gym.clients.fields.table import CLIENT_FIELDS
from gym.clients.models import Client
from gym.importing.reading.headings import FIELD_OF

NOT_FIELDS: Final = {
    "the gym's own keys and times": {"id", "idempotency_key", "created_by", "created_at", "updated_at"},
    "settled with the document": {"document_in_doubt"},
    "set with the guardian's name": {"guardian_consent_at"},
    "chosen in the client's own chat": {"language", "telegram_id", "linked_at"},
    "operations with rules of their own": {"active", "blocked_until", "block_reason", "erased_at"},
    "of the printed card": {"card_serial", "card_issued_at"},
    "made by the database": {"search"},
}


def read(text: str, _: object) -> str:
    return text


def row(limit: int, *, columns: tuple[str, ...] = ()) -> ClientField:
    reader = FieldReader(str, read, read, limit)
    return ClientField(reader=reader, label="Alias", question="Which?", holds="name", columns=columns)


def test_every_column_of_clients_is_a_field_of_the_table_or_named_as_none() -> None:
    in_table = [column for one in CLIENT_FIELDS.values() for column in one.columns]
    others = [column for columns in NOT_FIELDS.values() for column in columns]
    assert sorted([*in_table, *others]) == sorted(column.name for column in Client.__table__.columns)


class WithoutRow(BaseModel):
    alias: str | None = None


class OtherType(BaseModel):
    alias: Annotated[date | None, row(80)] = None


class OtherLength(BaseModel):
    alias: Annotated[str | None, row(81)] = None


class NoColumn(BaseModel):
    nickname: Annotated[str | None, row(80)] = None


class Fitting(BaseModel):
    alias: Annotated[str | None, row(80)] = None


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (WithoutRow, "alias has no ClientField"),
        (OtherType, "its reader gives <class 'str'>"),
        (OtherLength, "holds 80 letters, its reader gives 81"),
        (NoColumn, "no column nickname"),
    ],
)
def test_a_row_that_does_not_fit_stops_the_program_at_start(
    model: type[BaseModel], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "ClientFields", model)
    with pytest.raises(TypeError, match=says):
        table._rows()


def test_a_row_gets_its_key_and_column_from_its_attribute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "ClientFields", Fitting)
    assert [(key, one.key, one.columns) for key, one in table._rows().items()] == [
        ("alias", "alias", ("alias",))
    ]


def test_every_heading_of_the_table_is_a_column_of_its_own() -> None:
    headed = {key for key, one in CLIENT_FIELDS.items() if one.heading is not None}
    assert {one.key for one in FIELD_OF.values()} == headed
    assert len(FIELD_OF) == len(headed)
