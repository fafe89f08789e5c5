"""Writes of client rows under their unique constraints: PostgreSQL's refusals become typed faults."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from gym.clients.errors import DocumentTaken, KeyTaken, LinkTaken
from gym.clients.repository import ClientRepository
from gym.core.database.engine import violated_constraint
from gym.unit_of_work import UnitOfWork


class UniqueClientWrites:
    """One document, one chat and one idempotency key belong to one client at most."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._clients = ClientRepository(uow.session)

    @asynccontextmanager
    async def savepoint(self, values: Mapping[str, object]) -> AsyncGenerator[None]:
        """A savepoint around a write of these column values, flushed at its end.

        Raises `DocumentTaken`, `LinkTaken`, `KeyTaken`; the transaction goes on after any of them.
        """
        try:
            async with self.uow.session.begin_nested():
                yield
                await self.uow.session.flush()
        except IntegrityError as error:
            raise await self._fault(error, values) from None

    async def require_new_document(self, client_id: UUID | None, values: Mapping[str, object]) -> None:
        """Raises `DocumentTaken` when another client has the document of these column values.

        Beyond the unique constraint: releases before 0.2 kept leading zeros as they were typed, so the same
        number may stand in a row in another spelling, which the constraint does not see.
        """
        if not values.get("document_number"):
            return
        other = await self._clients.by_document(str(values["document_type"]), str(values["document_number"]))
        if other is not None and other.id != client_id:
            raise DocumentTaken(other.full_name)

    async def _fault(self, error: IntegrityError, values: Mapping[str, object]) -> Exception:
        match violated_constraint(error):
            case "uq_clients_telegram_id":
                return LinkTaken()
            case "uq_clients_idempotency_key":
                return KeyTaken()
            case "uq_clients_document":
                kind, number = str(values["document_type"]), str(values["document_number"])
                other = await self._clients.by_document(kind, number)
                return DocumentTaken(other.full_name if other else "")
            case _:
                return error
