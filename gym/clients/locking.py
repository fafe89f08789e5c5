"""Locking a client's row for a change, once the actor's permission has been checked."""

from __future__ import annotations

from uuid import UUID

from gym.clients.errors import ClientErased
from gym.clients.models import Client
from gym.clients.repository import ClientRepository
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork


async def lock_books(uow: UnitOfWork, client_id: UUID, permission: Permission) -> Client:
    """As `lock_client`, for the money of somebody erased too: the row stays as it is, what was sold can be
    taken back.

    Raises `NotAllowed`, `ClientNotFound`.
    """
    uow.actor.require(permission)
    return await ClientRepository(uow.session).lock(client_id)


async def lock_client(uow: UnitOfWork, client_id: UUID, permission: Permission) -> Client:
    """The row as it stands now, locked until the end of the transaction.

    Raises `NotAllowed`, `ClientNotFound`, and `ClientErased`: an erased client's empty row is never written.
    """
    client = await lock_books(uow, client_id, permission)
    if client.erased_at is not None:
        raise ClientErased
    return client
