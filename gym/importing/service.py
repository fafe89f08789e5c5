"""Imports: a list of people is compared with the gym, and taken in, all of it or its good rows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from gym.clients.bulk import BulkRegistration
from gym.clients.errors import ClientsClash
from gym.clients.schemas import ClientInput, Habits
from gym.importing.errors import ImportHasProblems, JustRegistered
from gym.importing.previewing import Previewing
from gym.importing.reading.choosing import read_people
from gym.importing.reading.people import PersonRow
from gym.importing.repository import ImportRepository
from gym.importing.schemas import ImportChoices, ImportPreview, Outcome, PreviewedRow, ReadSheet
from gym.security.permissions import Permission
from gym.settings.schemas import GymSettings
from gym.unit_of_work import UnitOfWork

AT_ONCE: Final = 250
"""Clients that are written between two reports of progress."""
Progress = Callable[[int, int], None]
"""Called with the rows done and all of them."""


async def read_file(
    data: bytes, choices: ImportChoices, settings: GymSettings, today: date, language: str
) -> ReadSheet:
    """The people of a file, read beside the event loop and outside of any transaction."""
    habits, conventions = Habits(settings.phone_region, today), settings.conventions(language)
    return await asyncio.to_thread(read_people, data, choices, habits, conventions)


class ImportService:
    """An admin's. What it refuses, it refuses as a whole: nothing of the list is kept then."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._imports = ImportRepository(uow.session)

    async def preview(self, people: Sequence[PersonRow]) -> ImportPreview:
        """The dry run: what `take_in` would do now. Writes nothing."""
        self.uow.actor.require(Permission.IMPORT)
        known = await self._imports.known_clients()
        return await asyncio.to_thread(Previewing(known).preview, people)

    async def take_in(
        self, people: Sequence[PersonRow], *, good_rows: bool, progress: Progress | None = None
    ) -> ImportPreview:
        """Register and fill what the preview says, judged anew; a second time changes nothing.

        Without `good_rows` one faulty row keeps all out. Raises `ImportHasProblems`, `JustRegistered`.
        """
        self.uow.actor.require(Permission.IMPORT)
        await self._imports.wait_for_turn()
        preview = await self.preview(people)
        faulty = preview.count(Outcome.FAULTY)
        if faulty and not good_rows:
            raise ImportHasProblems(faulty)
        try:
            await self._write(preview, progress or _silent)
        except ClientsClash:
            raise JustRegistered from None
        counts = {outcome.value: preview.count(outcome) for outcome in Outcome}
        self.uow.audit("clients.imported", ("clients", None), None, counts)
        return preview

    async def _write(self, preview: ImportPreview, progress: Progress) -> None:
        bulk = BulkRegistration(self.uow)
        made, changed = preview.of(Outcome.MADE), preview.of(Outcome.CHANGED)
        total = len(made) + len(changed)
        for start in range(0, len(made), AT_ONCE):
            part = made[start : start + AT_ONCE]
            await bulk.register([_person(row) for row in part])
            progress(start + len(part), total)
        for start in range(0, len(changed), AT_ONCE):
            part = changed[start : start + AT_ONCE]
            await bulk.fill({row.client_id: row.fills for row in part if row.client_id and row.fills})
            progress(len(made) + start + len(part), total)


def _person(row: PreviewedRow) -> ClientInput:
    assert row.row.person is not None, "a faulty row is not made"
    return row.row.person


def _silent(done: int, total: int) -> None:
    """Nobody waits for the figures."""
