"""After a busy week two clients are erased: no column of the gym has a word of theirs left."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import pytest
from sqlalchemy import select

from bot.app import RunningApp
from gym.clients.models import Client
from gym.faces.models import FaceTemplate
from gym.jobs.runner import run_due
from gym.privacy.erasure import ErasureService
from gym.security.permissions import Actor
from tests.findings.dump.loot import Loot, everything_done
from tests.findings.dump.week import MARISELA, ROSA, Device, Week
from tests.privacy.life import found_in
from tests.support.sandbox.client import SandboxClient

pytestmark = [pytest.mark.live, pytest.mark.long]
THEIRS: Final = (
    "Rosalinda",
    "Quiroga",
    ROSA,
    "573007654321",
    "operación de rodilla izquierda",
    "Marisela",
    "Tobonera",
    MARISELA,
    "573012468097",
    "mariposa77@correo.example",
    "Carrera Tornasol 91-07",
    "Hermenegilda Puertoreal",
    "Mariposita",
    "alergia al maracuyá",
    "entrena con dorsal verdemar",
    "tarjetazafiro",
    "cosecha de café en Salento",
    "se cayó la botella fucsia",
)


async def test_no_word_of_two_erased_clients_is_left_in_any_column(
    running_app: RunningApp, telegram: SandboxClient
) -> None:
    gym, loot = running_app.gym, Loot()
    assert running_app.web_url is not None
    async with Device(running_app.web_url, loot) as door:
        week = Week(running_app, telegram, door, loot)
        await week.lived()
    await everything_done(gym)
    words = [*THEIRS, str(week.rosa.id)]
    before = await found_in(gym, words)
    assert {"Quiroga", "Tobonera", ROSA, MARISELA, "Mariposita", str(week.rosa.id)} <= set(before)
    async with gym.unit_of_work(Actor.system()) as uow:
        named = select(Client.id).where(Client.first_name.in_(["Rosalinda", "Marisela"]))
        erased: list[UUID] = list(await uow.session.scalars(named))
        for client_id in erased:
            await ErasureService(uow).ask(client_id)
    assert len(erased) == 2
    await telegram.advance("25 hours")
    await run_due(gym.run)
    await everything_done(gym)
    assert await found_in(gym, words) == {}
    async with gym.unit_of_work(Actor.system()) as uow:
        assert list(await uow.session.scalars(select(FaceTemplate.id))) == []
