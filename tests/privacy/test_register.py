"""The privacy register answers for every column, every JSON key and every statement it makes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import text

from gym.app import Gym
from gym.audit.personal_values import PersonalValues, is_personal, split
from gym.clients.models import Client
from gym.core.database.json_values import encode
from gym.notifications.kinds import BY_KIND
from gym.notifications.payloads.base import Payload, flat_fields
from gym.payments.models import EntryCause
from gym.privacy.payloads import PAYLOAD_KEYS
from gym.privacy.register import ClientRows, Entry, Holds, OnErasure, Whose
from gym.privacy.repository import erasing, reading
from gym.privacy.tables import PLACES, REGISTER
from gym.security.permissions import Actor
from gym.tables import METADATA

BY_TABLE = {entry.table: entry for entry in REGISTER}


def test_every_table_that_points_at_a_client_says_which_rows_are_the_clients() -> None:
    """By a foreign key, or by a column that is named so."""
    pointing = {
        table.name
        for table in METADATA.tables.values()
        for column in table.columns
        if column.name in {"client_id", "person_id"}
        or any(
            key.column.table.name in {"clients", "subscriptions", "accounts"} for key in column.foreign_keys
        )
    }
    assert len(pointing) > 12
    assert {name for name in pointing if BY_TABLE[name].client is None} == set()


def test_a_table_that_holds_data_of_clients_erases_or_keeps_each_column_for_a_reason() -> None:
    for entry in REGISTER:
        if entry.client is None:
            assert Whose.CLIENT not in entry.of
            continue
        for column in entry.holds:
            rows = entry.client
            assert rows.on_erasure is OnErasure.DELETED or column in {*rows.sets, *rows.keeps}, column


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({}, "of whom it tells"),
        ({"whose": "client"}, "of whom it tells"),
        ({"whose": "client", "why": "x"}, "which rows"),
        ({"whose": "staff", "why": "x", "client": ClientRows(which="true")}, "which rows"),
        ({"whose": "client", "why": "x", "client": ClientRows(which="true")}, "each column"),
        (
            {"whose": "client", "why": "x", "client": ClientRows(which="true", keeps={"shoe": "x"})},
            "no column",
        ),
    ],
)
def test_a_table_that_does_not_answer_is_refused(more: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Entry("leads", {"name": "name"}, "id", stays="x", **more)  # pyright: ignore[reportArgumentType]


async def test_every_statement_that_the_register_makes_runs(gym: Gym) -> None:
    values = {"client_id": uuid4(), "telegram_id": None, "marks": ["%x%"], "at": gym.clock.now()}
    async with gym.unit_of_work(Actor.system()) as uow:
        for entry in REGISTER:
            if entry.client is None:
                continue
            for statement in (erasing(entry, entry.client), reading(entry, entry.client)):
                if statement is not None:
                    await uow.session.execute(statement, values)


def test_each_key_of_a_message_says_what_it_holds() -> None:
    """Text in a payload is a word of the program, or it may tell of somebody."""
    keys = {name for spec in BY_KIND.values() for name in texts(spec.payload)}
    assert keys == set(PAYLOAD_KEYS)
    held = {kind for kinds in PAYLOAD_KEYS.values() for kind in map(Holds, kinds.split())}
    declared = BY_TABLE["notifications"].columns["payload"]
    assert held <= declared


def texts(model: type[Payload]) -> set[str]:
    """Names of the fields that hold text, those of models within them as well."""
    found: set[str] = set()
    for name, field in model.model_fields.items():
        kinds = kinds_in(field.annotation)
        inner = [one for one in kinds if isinstance(one, type) and issubclass(one, Payload)]
        if name not in flat_fields(model) and str in kinds:
            found.add(name)
        for one in inner:
            found |= texts(one)
    return found


def kinds_in(annotation: object) -> list[object]:
    from typing import get_args

    parts = get_args(annotation)
    return [kind for part in parts for kind in kinds_in(part)] if parts else [annotation]


def test_what_the_register_calls_personal_of_a_client_stands_apart_in_the_trail() -> None:
    samples = {"birth_date": date(1990, 3, 8), "telegram_id": 5, "tags": ["vip"], "gender": "female"}
    columns = BY_TABLE["clients"].columns
    for name, kinds in columns.items():
        if kinds and name != "search":
            assert is_personal(name, encode(samples.get(name, "some text"))), name
    assert set(columns) == set(Client.__table__.columns.keys())


def test_sums_days_and_words_of_the_program_stay_in_the_trail() -> None:
    facts = encode(
        {
            "amount": Decimal(5),
            "cause": EntryCause.ROUNDING,
            "on": date(2026, 8, 3),
            "id": uuid4(),
            "count": 3,
            "reason": "knee",
            "none": None,
            "inner": {"name": "Rosa"},
        }
    )
    plain, personal = split(facts)
    assert personal == {"reason": "knee", "inner": {"name": "Rosa"}}
    assert plain is not None
    assert set(plain) == {"amount", "cause", "on", "id", "count", "none"}
    assert split(None) == (None, None)


def test_a_digest_tells_nothing_without_its_salt_and_changes_with_each_value() -> None:
    values = PersonalValues("Rosa", None, {"reason": "knee"})
    assert values.digest(b"a" * 16) == PersonalValues("Rosa", None, {"reason": "knee"}).digest(b"a" * 16)
    others = [
        values.digest(b"b" * 16),
        PersonalValues("Rosa", {"reason": "knee"}, None).digest(b"a" * 16),
        PersonalValues(None, None, {"reason": "knee"}).digest(b"a" * 16),
    ]
    assert values.digest(b"a" * 16) not in others


def test_places_outside_of_the_tables_are_named() -> None:
    assert {"your backups", "Telegram's chats"} <= {place.name for place in PLACES}


async def test_the_database_has_no_table_that_the_register_does_not_know(gym: Gym) -> None:
    catalogue = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    async with gym.unit_of_work(Actor.system()) as uow:
        names = set(await uow.session.scalars(text(catalogue)))
    assert names - {"alembic_version"} == set(BY_TABLE)
