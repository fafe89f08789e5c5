"""Undo of an import: reversed, never deleted; refused once a client of it has come, paid or been linked."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from gym.clients.models import Client
from gym.core.language import N_
from gym.faces.service import FaceRecognitionService
from gym.importing.errors import ImportInUse, ImportUndone
from gym.importing.models import FACE_CONSENT, ClientImport, ClientImportRow
from gym.importing.repository import ImportRepository
from gym.payments.models import Account
from gym.security.permissions import Permission
from gym.subscriptions.models import Subscription
from gym.subscriptions.sales.imported_plans import ImportedPlans
from gym.unit_of_work import UnitOfWork


class ImportUndo:
    """Clients that the list made are deactivated, fields that it filled are emptied, plans are canceled."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._imports = ImportRepository(uow.session)

    async def undo(self, import_id: UUID) -> ClientImport:
        """Raises `ImportNotFound`, `ImportUndone`, `ImportInUse`."""
        self.uow.actor.require(Permission.IMPORT)
        await self._imports.wait_for_turn()
        run = await self._imports.lock(import_id)
        if run.undone_at is not None:
            raise ImportUndone
        rows = await self._imports.rows(import_id)
        clients = await self._locked([row.client_id for row in rows])
        in_use = await self._imports.in_use(import_id)
        if in_use:
            raise ImportInUse(in_use[0], len(in_use))
        await self._cancel([row.subscription_id for row in rows if row.subscription_id])
        for row in rows:
            self._reverse(run, row, clients[row.client_id])
            if FACE_CONSENT in row.filled:
                await self._withdraw_consent(row.client_id)
        run.undone_at, run.undone_by_name = self.uow.now, self.uow.actor.name
        self.uow.audit("clients.import_undone", run, None, {"clients": len(rows)})
        return run

    def _reverse(self, run: ClientImport, row: ClientImportRow, client: Client) -> None:
        """What somebody has written on the card since then stays."""
        if row.made:
            client.active = False
        elif client.updated_at == run.at:
            for name in row.filled:
                self._empty(client, name)
        if self.uow.audit_changes("client.import_undone", client):
            client.updated_at = self.uow.now

    async def _withdraw_consent(self, client_id: UUID) -> None:
        """Unless a face was enrolled with it since: that one is somebody's own decision at the desk."""
        faces = FaceRecognitionService(self.uow)
        if not (await faces.state(client_id)).enrolled:
            await faces.withdraw_consent(client_id)

    def _empty(self, client: Client, name: str) -> None:
        if name == "document":
            client.document_type = client.document_number = None
        elif name not in (
            "tags",
            FACE_CONSENT,
        ):  # nobody can tell afterwards which of them the list had brought
            setattr(client, name, None)

    async def _locked(self, client_ids: Sequence[UUID]) -> dict[UUID, Client]:
        query = select(Client).where(Client.id.in_(client_ids)).order_by(Client.id)
        found = await self.uow.session.scalars(
            query.with_for_update(key_share=True), execution_options={"populate_existing": True}
        )
        return {client.id: client for client in found}

    async def _cancel(self, subscription_ids: Sequence[UUID]) -> None:
        query = select(Subscription, Account).join(Account, Account.id == Subscription.account_id)
        query = query.where(Subscription.id.in_(subscription_ids)).order_by(Subscription.id)
        found = await self.uow.session.execute(query.with_for_update(key_share=True))
        reason = self.uow.settings.translator()(N_("import undone"))
        for subscription, account in found.all():
            await ImportedPlans(self.uow).take_back(subscription, account, reason)
