"""Clients out of a spreadsheet."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from gym.app import Gym
from gym.audit.models import AuditEntry
from gym.clients import importing
from gym.clients.errors import (
    BirthDateInvalid,
    DocumentTaken,
    ImportColumnsMissing,
    ImportTooLarge,
    ImportUnreadable,
    NameInvalid,
    PhoneInvalid,
)
from gym.clients.importing import ClientImport, ImportOutcome, ImportReport
from gym.clients.models import Client, Gender
from gym.notifications.models import NotificationKind
from gym.security.permissions import Actor, NotAllowed
from tests.support.front_desk import Desk

FILE = """Nombres;Apellidos;Tipo de documento;Cédula;Celular;Fecha de nacimiento;Sexo;Etiquetas;Columna rara
Juán;Pérez Gómez;CC;1.020.304.050;300 123 4567;3/8/1990;Hombre;VIP, mañana;x
Rosa;Vargas;;;12;;;;
;Nadie;;;;;;;
Ana;Alba;CC;1020304050;;;;;

Leo;Gil;;;;1/1/2030;;;
María;Núñez;PP;AB-123456;;;Mujer;;
"""


async def load(gym: Gym, actor: Actor, data: str | bytes, *, dry_run: bool = False) -> ImportReport:
    raw = data.encode() if isinstance(data, str) else data
    async with gym.unit_of_work(actor) as uow:
        return await ClientImport(uow).run(raw, dry_run=dry_run)


async def clients(gym: Gym) -> list[Client]:
    async with gym.unit_of_work(Actor.system()) as uow:
        return list(await uow.session.scalars(select(Client).order_by(Client.id)))


async def test_each_row_is_reported_and_the_good_ones_are_kept(gym: Gym, desk: Desk) -> None:
    report = await load(gym, desk.actor, FILE)
    assert [(row.line, row.outcome.value) for row in report.rows] == [
        (2, "created"),
        (3, "refused"),
        (4, "refused"),
        (5, "refused"),
        (7, "refused"),
        (8, "created"),
    ]
    faults = [type(row.fault) for row in report.rows if row.fault]
    assert faults == [PhoneInvalid, NameInvalid, DocumentTaken, BirthDateInvalid]
    juan, maria = await clients(gym)
    assert (juan.full_name, juan.phone) == ("Juán Pérez Gómez", "+573001234567")
    assert juan.birth_date == date(1990, 8, 3)
    assert (juan.gender, juan.tags, maria.document_number) == (Gender.MALE, ["vip", "mañana"], "AB123456")


async def test_a_dry_run_says_the_same_and_keeps_nothing(gym: Gym, desk: Desk) -> None:
    tried = await load(gym, desk.actor, FILE, dry_run=True)
    assert await clients(gym) == []
    async with gym.unit_of_work(desk.actor) as uow:
        assert await uow.session.scalar(select(func.count()).select_from(AuditEntry)) == 0
    done = await load(gym, desk.actor, FILE)
    assert [(row.line, row.outcome) for row in tried.rows] == [(row.line, row.outcome) for row in done.rows]


async def test_the_same_file_again_adds_nobody(gym: Gym, desk: Desk) -> None:
    await load(gym, desk.actor, FILE)
    again = await load(gym, desk.actor, FILE)
    assert (again.count(ImportOutcome.KNOWN), again.count(ImportOutcome.CREATED)) == (2, 0)
    assert len(await clients(gym)) == 2


async def test_an_import_spares_the_desk_and_is_in_the_trail(gym: Gym, desk: Desk) -> None:
    await load(gym, desk.actor, "name,surname\nRosa,Vargas\n")
    assert await desk.told(NotificationKind.DESK_CLIENT_REGISTERED) == []
    async with gym.unit_of_work(desk.actor) as uow:
        entries = list(await uow.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    assert [entry.action for entry in entries] == ["client.registered", "clients.imported"]
    assert entries[1].after == {"created": 1, "known": 0, "refused": 0}


@pytest.mark.parametrize(
    "data",
    [
        "first_name,last_name\nJosé,Núñez\n".encode(),
        "\ufefffirst-name\tLAST NAME\r\nJosé\tNúñez\r\n".encode(),
        "nombre;apellido\nJosé;Núñez".encode("cp1252"),
        '"Nombre","Apellido"\n"José","Núñez"\n'.encode(),
    ],
)
async def test_what_spreadsheets_write_is_read(gym: Gym, desk: Desk, data: bytes) -> None:
    await load(gym, desk.actor, data)
    assert [one.full_name for one in await clients(gym)] == ["José Núñez"]


@pytest.mark.parametrize("data", [b"", b"  \n", b"PK\x03\x04\0\0", b'name,surname\n"Rosa,Vargas'])
async def test_what_is_no_table_is_refused(gym: Gym, desk: Desk, data: bytes) -> None:
    with pytest.raises(ImportUnreadable):
        await load(gym, desk.actor, data)


async def test_a_table_without_names_is_refused(gym: Gym, desk: Desk) -> None:
    with pytest.raises(ImportColumnsMissing) as refused:
        await load(gym, desk.actor, "nombre,celular\nRosa,3001234567\n")
    assert refused.value.context == {"columns": "last_name"}


async def test_a_file_without_end_is_refused(gym: Gym, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_ROWS", 3)
    with pytest.raises(ImportTooLarge):
        await load(gym, desk.actor, "name,surname\n" + "Rosa,Vargas\n" * 4)
    with pytest.raises(ImportTooLarge):
        await load(gym, desk.actor, b"name,surname\n" + b"x" * importing.MOST_BYTES)
    assert await clients(gym) == []


async def test_a_member_imports_nobody(gym: Gym, desk: Desk) -> None:
    rosa = await desk.registers()
    with pytest.raises(NotAllowed):
        await load(gym, Actor.member(rosa.id, "Rosa"), "name,surname\nA,B\n")
