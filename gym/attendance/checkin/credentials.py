"""Whose QR it is, for the desk that wants to see the card before anybody comes in."""

from __future__ import annotations

from uuid import UUID

from gym.clients.repository import ClientRepository
from gym.security.permissions import Permission
from gym.security.signed_links import CardRevoked, QrInvalid, SignedLinks
from gym.unit_of_work import UnitOfWork


async def qr_owner(uow: UnitOfWork, text: str) -> UUID:
    """The client behind a member's QR or printed card. Raises `QrInvalid`, `CardRevoked`, `QrExpired`."""
    uow.actor.require(Permission.MANAGE_CLIENTS)
    qr = SignedLinks(uow.secrets.jwt).read_member_qr(text, uow.now)
    client = await ClientRepository(uow.session).get(qr.client_id)
    if client is None:
        raise QrInvalid
    if qr.card_serial and qr.card_serial != client.card_serial:
        raise CardRevoked
    return client.id
