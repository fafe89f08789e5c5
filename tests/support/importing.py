"""An admin who sends lists of people."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from gym.app import Gym
from gym.clients.models import Client
from gym.importing.schemas import ImportChoices, ImportPreview, ReadSheet
from gym.importing.service import ImportService, read_file
from gym.security.permissions import Actor


@dataclass(frozen=True)
class Importer:
    """One thing per transaction, as chat and command do it."""

    gym: Gym
    actor: Actor

    async def reads(self, data: bytes | str, choices: ImportChoices | None = None) -> ReadSheet:
        raw = data.encode() if isinstance(data, str) else data
        async with self.gym.unit_of_work(self.actor) as uow:
            settings, today = uow.settings, uow.today
        return await read_file(raw, choices or ImportChoices(), settings, today, "es")

    async def previews(self, data: bytes | str) -> ImportPreview:
        read = await self.reads(data)
        async with self.gym.unit_of_work(self.actor) as uow:
            return await ImportService(uow).preview(read.people)

    async def imports(self, data: bytes | str, *, good_rows: bool = True) -> ImportPreview:
        read = await self.reads(data)
        async with self.gym.unit_of_work(self.actor) as uow:
            return (await ImportService(uow).take_in(read.people, good_rows=good_rows)).preview

    async def clients(self) -> list[Client]:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            return list(await uow.session.scalars(select(Client).order_by(Client.id)))


def outcomes(preview: ImportPreview) -> list[str]:
    """`2 made`, and the codes of what is wrong."""
    return [
        " ".join([f"{row.row.line} {row.outcome}", *(fault.code for _, fault in row.faults)])
        for row in preview.rows
    ]
