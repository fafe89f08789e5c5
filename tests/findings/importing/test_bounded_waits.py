"""Nobody at the desk waits for the whole of a list: who has to, hears it in a sentence after seconds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gym.app import Gym
from gym.clients import unique_writes as clients
from gym.clients.errors import DocumentTaken, ListBeingImported
from gym.clients.schemas import ClientInput
from gym.clients.service import ClientService
from gym.importing import repository as imports
from gym.importing.errors import ImportRunning
from gym.importing.service import ImportService
from gym.security.permissions import Actor
from tests.support.importing import Importer

SHEET = "Nombre;Documento\nRosa Ruiz;1020304601\n"
SOON = timedelta(milliseconds=50)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "PATIENCE", SOON)
    monkeypatch.setattr(imports, "PATIENCE", SOON)


async def register(gym: Gym, actor: Actor, document: str) -> None:
    from gym.clients.fields.documents import parse_document

    person = ClientInput(first_name="Rosa", last_name="Ruiz", document=parse_document(document))
    async with gym.unit_of_work(actor) as uow:
        await ClientService(uow).register(person)


async def test_a_registration_of_somebody_on_a_list_that_comes_in_is_refused_soon(
    importer: Importer, gym: Gym, admin: Actor, employee: Actor
) -> None:
    read = await importer.reads(SHEET)
    async with gym.unit_of_work(admin) as uow:
        await ImportService(uow).take_in(read.people, good_rows=True)
        with pytest.raises(ListBeingImported):
            await register(gym, employee, "1020304601")
        await register(gym, employee, "1020304602")
    with pytest.raises(DocumentTaken):
        await register(gym, employee, "1020304601")


async def test_a_second_list_at_once_is_refused_soon(importer: Importer, gym: Gym, admin: Actor) -> None:
    read = await importer.reads(SHEET)
    async with gym.unit_of_work(admin) as uow:
        await ImportService(uow).take_in(read.people, good_rows=True)
        with pytest.raises(ImportRunning):
            await importer.imports(SHEET)
    assert [row.outcome.value for row in (await importer.imports(SHEET)).rows] == ["known"]
