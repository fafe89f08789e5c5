"""Member cards: the QR payload of a client's printed card, issued, printed again and revoked.

A card has no end; its serial number, which counts up, says which one is in use.
"""

from __future__ import annotations

from uuid import UUID

from gym.clients.errors import CardChanged, ClientDeactivated
from gym.clients.locking import lock_client
from gym.clients.models import Client
from gym.security.permissions import Permission
from gym.security.signed_links import SignedLinks
from gym.unit_of_work import UnitOfWork


class MemberCards:
    """Every operation locks the client, so that two cards are never issued under one serial."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def new_card(self, client_id: UUID, *, after: int | None = None) -> str:
        """The QR payload of a printed card without an end; a card printed before stops working.

        `after` is the serial that the caller has seen: a second tap gets the same card once more.
        Raises `CardChanged` when somebody else has made or revoked one since, `ClientDeactivated`.
        """
        client = await lock_client(self.uow, client_id, Permission.MANAGE_CLIENTS)
        if not client.active:
            raise ClientDeactivated(client.full_name)
        if after is not None and after != client.card_serial:
            if client.card_issued_at is None or client.card_serial != after + 1:
                raise CardChanged
            return self._payload(client)
        client.card_serial += 1
        client.card_issued_at = self.uow.now
        self.uow.audit_changes("client.card_issued", client)
        return self._payload(client)

    async def card(self, client_id: UUID) -> str:
        """The payload of the card in use, to print it once more. Raises `CardChanged`."""
        client = await lock_client(self.uow, client_id, Permission.MANAGE_CLIENTS)
        if client.card_issued_at is None:
            raise CardChanged
        return self._payload(client)

    async def revoke_card(self, client_id: UUID) -> Client:
        """A lost card opens nothing any more; doing it twice changes nothing."""
        client = await lock_client(self.uow, client_id, Permission.MANAGE_CLIENTS)
        if client.card_issued_at is not None:
            client.card_serial += 1
            client.card_issued_at = None
            self.uow.audit_changes("client.card_revoked", client)
        return client

    def _payload(self, client: Client) -> str:
        return SignedLinks(self.uow.secrets.jwt).sign_member_qr(client.id, None, client.card_serial)
