"""Imports of member lists: previewed, and carried out for all rows or for those without faults."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from gym.clients.bulk import BulkRegistration, FilledClient
from gym.clients.errors import ClientsClash
from gym.clients.fields.parsers import ParseContext
from gym.core.database.ids import new_id
from gym.core.database.repository import Page
from gym.faces.enrolment.listed_consents import ListedConsents
from gym.importing.errors import ImportHasProblems, JustRegistered
from gym.importing.file_reading import read_people
from gym.importing.memberships import Memberships
from gym.importing.models import FACE_CONSENT, ClientImport, ClientImportRow
from gym.importing.preview import ImportPreviewer
from gym.importing.reading.people import PersonRow
from gym.importing.repository import ImportRepository
from gym.importing.schemas import ImportChoices, ImportPreview, PreviewedRow, ReadSheet, RowOutcome
from gym.notifications.outbox import DESK
from gym.notifications.payloads.members import DeskImportedPayload
from gym.security.permissions import Permission
from gym.settings.schemas import GymSettings
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.sales.imported_plans import ImportedPlans
from gym.unit_of_work import UnitOfWork

AT_ONCE: Final = 250
"""Rows that are written between two reports of progress."""
Progress = Callable[[int, int], None]
"""Called with the rows done and all of them."""


async def read_file(
    data: bytes, choices: ImportChoices, settings: GymSettings, today: date, language: str
) -> ReadSheet:
    """The people of a file, read beside the event loop and outside of any transaction."""
    parse_context, conventions = ParseContext(settings.phone_region, today), settings.conventions(language)
    return await asyncio.to_thread(read_people, data, choices, parse_context, conventions)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What was done; `preview` is what this very call has judged."""

    run: ClientImport
    preview: ImportPreview


class ImportService:
    """An admin's. What it refuses, it refuses as a whole: nothing of the list is kept then."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._imports = ImportRepository(uow.session)

    async def preview(self, people: Sequence[PersonRow]) -> ImportPreview:
        """The dry run: what `take_in` would do now. Writes nothing."""
        self.uow.actor.require(Permission.IMPORT)
        memberships = Memberships(await self._imports.known_plans(), self.uow.today)
        known = await self._imports.known_clients()
        own = await FourEyes(self.uow).refused(Permission.SELL)
        return await asyncio.to_thread(ImportPreviewer(known, memberships, own).preview, people)

    async def take_in(
        self,
        people: Sequence[PersonRow],
        *,
        good_rows: bool,
        file_name: str = "",
        key: UUID | None = None,
        progress: Progress | None = None,
    ) -> ImportResult:
        """Register, fill and bring forward what the preview says, judged anew; a second time changes nothing.

        Without `good_rows` one faulty row keeps all out. Raises `ImportHasProblems`, `JustRegistered`,
        `JustChanged`, `ImportRunning`.
        """
        self.uow.actor.require(Permission.IMPORT)
        await self._imports.wait_for_turn()
        preview = await self.preview(people)
        if (done := await self._imports.by_key(key)) is not None:
            return ImportResult(done, preview)
        faulty = preview.count(RowOutcome.FAULTY)
        if faulty and not good_rows:
            raise ImportHasProblems(faulty)
        run = await self._imports.add(self._run(preview, file_name, key))
        try:
            await self._write(run, preview, progress or _silent)
        except ClientsClash:
            raise JustRegistered from None
        counts = {outcome.value: preview.count(outcome) for outcome in RowOutcome}
        self.uow.audit("clients.imported", run, None, counts | {"plans": len(preview.plans)})
        self._tell(run, preview)
        return ImportResult(run, preview)

    async def latest(self, page: int = 0) -> Page[ClientImport]:
        """The newest first."""
        self.uow.actor.require(Permission.IMPORT)
        return await self._imports.latest(page)

    async def beginning_with(self, text: str, shortest: int) -> ClientImport | None:
        """The one import whose id begins so; None where none does, several do, or too little is given."""
        self.uow.actor.require(Permission.IMPORT)
        return await self._imports.beginning_with(text) if len(text) >= shortest else None

    async def get(self, import_id: UUID) -> ClientImport:
        """Raises `ImportNotFound`."""
        self.uow.actor.require(Permission.IMPORT)
        return await self._imports.require(import_id)

    def _tell(self, run: ClientImport, preview: ImportPreview) -> None:
        """One notification for a whole list: plans enter without a sale, and colleagues have to see it."""
        if not preview.plans:
            return
        owed = sum(preview.owing, Decimal(0))
        payload = DeskImportedPayload(
            import_id=run.id,
            made=run.made,
            plans=len(preview.plans),
            owed=owed,
            staff_id=run.staff_id,
            staff_name=run.staff_name,
        )
        self.uow.notify(DESK, payload, dedup_key=f"import:{run.id}")

    def _run(self, preview: ImportPreview, file_name: str, key: UUID | None) -> ClientImport:
        actor = self.uow.actor
        return ClientImport(
            id=new_id(),
            file_name=file_name[:160],
            staff_id=actor.staff_id,
            staff_name=actor.name,
            at=self.uow.now,
            made=preview.count(RowOutcome.MADE),
            changed=preview.count(RowOutcome.CHANGED),
            left_out=preview.count(RowOutcome.FAULTY),
            idempotency_key=key,
        )

    async def _write(self, run: ClientImport, preview: ImportPreview, progress: Progress) -> None:
        rows = [*preview.of(RowOutcome.MADE), *preview.of(RowOutcome.CHANGED)]
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            await self._write_part(run, part)
            progress(start + len(part), len(rows))

    async def _write_part(self, run: ClientImport, rows: Sequence[PreviewedRow]) -> None:
        clients = await self._clients(rows)
        wanted = [(one.client.id, row.plan) for row, one in zip(rows, clients, strict=True) if row.plan]
        opened = {one.client_id: one.id for one in await ImportedPlans(self.uow).open(wanted)}
        agreed = [one.client.id for row, one in zip(rows, clients, strict=True) if row.agrees]
        await ListedConsents(self.uow).give(agreed)
        self.uow.session.add_all(
            ClientImportRow(
                import_id=run.id,
                client_id=one.client.id,
                line=row.row.line,
                made=row.outcome is RowOutcome.MADE,
                filled=sorted([*one.fields, *([FACE_CONSENT] if row.agrees else [])]),
                subscription_id=opened.get(one.client.id),
            )
            for row, one in zip(rows, clients, strict=True)
        )
        await self.uow.session.flush()

    async def _clients(self, rows: Sequence[PreviewedRow]) -> list[FilledClient]:
        """The client of each row, new, back again after an import was undone, or with what was filled."""
        bulk = BulkRegistration(self.uow)
        new = [row for row in rows if row.client_id is None]
        made = await bulk.register([row.person for row in new])
        by_line = {row.row.line: client for row, client in zip(new, made, strict=True)}
        known = {row.client_id: row for row in rows if row.client_id is not None}
        back = {key: row.person for key, row in known.items() if row.outcome is RowOutcome.MADE}
        fills = {key: row.fills for key, row in known.items() if row.fills is not None}
        await bulk.restore(back)
        filled = {one.client.id: one for one in await bulk.fill(fills)}
        by_id = {client.id: client for client in await bulk.lock(known)}
        return [
            filled.get(row.client_id) or FilledClient(by_id[row.client_id], ())
            if row.client_id
            else FilledClient(by_line[row.row.line], ())
            for row in rows
        ]


def _silent(done: int, total: int) -> None:
    """Default progress callback: reports nothing."""
