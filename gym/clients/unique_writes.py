"""Writes of client rows under their unique constraints: PostgreSQL's refusals become typed faults."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from gym.clients.errors import CardNumberTaken, DocumentTaken, KeyTaken, LinkTaken, ListBeingImported
from gym.clients.repository import ClientRepository
from gym.core.database.engine import violated_constraint
from gym.core.database.lock_patience import LockWaitTooLong, waiting_at_most
from gym.unit_of_work import UnitOfWork

PATIENCE: Final = timedelta(seconds=3)
"""An import holds its documents until all of it is in, perhaps a minute; the desk does not wait so long."""


class UniqueClientWrites:
    """One document, card, chat and idempotency key belong to one client at most."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._clients = ClientRepository(uow.session)

    @asynccontextmanager
    async def savepoint(self, values: Mapping[str, object]) -> AsyncGenerator[None]:
        """A savepoint around a write of these column values, flushed at its end.

        Raises `DocumentTaken`, `CardNumberTaken`, `LinkTaken`, `KeyTaken`, and `ListBeingImported` where an
        import that has not come to its end has the document or card. The transaction goes on after any of
        them.
        """
        session = self.uow.session
        try:
            async with session.begin_nested(), waiting_at_most(session, PATIENCE):
                yield
                await session.flush()
        except LockWaitTooLong:
            raise ListBeingImported from None
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
            case "uq_clients_card_number":
                other = await self._clients.by_card(str(values["card_number"]))
                return CardNumberTaken(other.full_name if other else "")
            case _:
                return error
