"""Links between a client and their Telegram chat: by a one-time link, by a shared contact, and undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from gym.clients.errors import AlreadyLinked, ClientDeactivated, LinkTaken, NoSuchPhone, SharedPhone
from gym.clients.fields.phones import parse_contact_phone
from gym.clients.locking import lock_client
from gym.clients.models import Client
from gym.clients.repository import ClientRepository
from gym.clients.unique_writes import UniqueClientWrites
from gym.core.language import nearest_language
from gym.notifications.outbox import Recipient
from gym.notifications.payloads.members import WelcomePayload
from gym.security.models import LinkPurpose
from gym.security.one_time_links import IssuedLink, OneTimeLinks
from gym.security.permissions import Permission
from gym.security.signed_links import SignedLinks
from gym.staff.four_eyes import FourEyes
from gym.unit_of_work import UnitOfWork

LINK_LIFETIME: Final = timedelta(hours=24)


class ChatLinks:
    """One chat for each client. Staff neither issue nor open a link for the own membership."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._clients = ClientRepository(uow.session)
        self._links = OneTimeLinks(uow.session, SignedLinks(uow.secrets.jwt))
        self._four_eyes = FourEyes(uow)

    async def issue_link(self, client_id: UUID) -> IssuedLink:
        """A one-time link for the client's own phone; an earlier unused one ends.

        Raises `ClientDeactivated`, `AlreadyLinked`.
        """
        await self._four_eyes.require_another(client_id, Permission.MANAGE_CLIENTS)
        client = await lock_client(self.uow, client_id, Permission.MANAGE_CLIENTS)
        if not client.active:
            raise ClientDeactivated(client.full_name)
        if client.telegram_id is not None:
            raise AlreadyLinked(client.full_name)
        wall = self.uow.context.wall
        await self._links.withdraw(wall, purpose=LinkPurpose.LINK_CLIENT, subject_id=client_id)
        self.uow.audit("client.link_issued", client)
        return await self._links.issue(
            LinkPurpose.LINK_CLIENT, wall, LINK_LIFETIME, created_by=self.uow.actor.id, subject_id=client_id
        )

    async def link_owner(self, token: str) -> Client:
        """Whose link it is, without using it up. Raises `LinkUnknown`, `LinkUsed`, `LinkExpired`."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        link = await self._links.peek(token, [LinkPurpose.LINK_CLIENT], self.uow.context.wall)
        assert link.subject_id is not None
        return await self._clients.require(link.subject_id)

    async def accept_link(self, token: str, telegram_id: int, language: str) -> Client:
        """Open a link in the client's own chat.

        Raises `LinkUnknown`, `LinkUsed`, `LinkExpired`, `LinkTaken`, and `LinkedByYourself` for who has made
        the link.
        """
        link = await self._links.redeem(token, [LinkPurpose.LINK_CLIENT], self.uow.context.wall)
        assert link.subject_id is not None
        await self._four_eyes.require_another_maker(link.created_by, telegram_id)
        client = await self._clients.lock(link.subject_id)
        return await self._link(client, telegram_id, language)

    async def link_contact(self, phone: str, telegram_id: int, language: str) -> Client:
        """Link by the client's own shared contact, if the phone is one active client's.

        Raises `NoSuchPhone`, `SharedPhone`, `LinkTaken`.
        """
        number = parse_contact_phone(phone, self.uow.settings.phone_region)
        found = await self._clients.lock_by_phone(number)
        if not found:
            raise NoSuchPhone
        if len(found) > 1:
            raise SharedPhone
        return await self._link(found[0], telegram_id, language)

    async def unlink(self, client_id: UUID) -> Client:
        """Free the chat; which colleague's own membership it was stays noted (`OwnMembership`)."""
        await self._four_eyes.require_another(client_id, Permission.MANAGE_CLIENTS)
        client = await lock_client(self.uow, client_id, Permission.MANAGE_CLIENTS)
        client.telegram_id = client.linked_at = None
        self.uow.audit_changes("client.unlinked", client)
        return client

    async def _link(self, client: Client, telegram_id: int, language: str) -> Client:
        if not client.active:
            raise ClientDeactivated(client.full_name)
        if client.telegram_id == telegram_id:
            return client
        if client.telegram_id is not None:
            raise AlreadyLinked(client.full_name)
        await self._free_chat(telegram_id)
        async with UniqueClientWrites(self.uow).savepoint({}):
            client.telegram_id, client.linked_at = telegram_id, self.uow.now
            client.language = nearest_language(language, client.language)
        # A link that was shown before would tell whoever opens it whose it is.
        wall = self.uow.context.wall
        await self._links.withdraw(wall, purpose=LinkPurpose.LINK_CLIENT, subject_id=client.id)
        self.uow.audit("client.linked", client, None, {"by": self.uow.actor.name})
        welcome = WelcomePayload(client_name=client.full_name, first_name=client.first_name)
        self.uow.notify(Recipient.client(client.id), welcome)
        return client

    async def _free_chat(self, telegram_id: int) -> None:
        """A chat stays with an active client; one who was deactivated gives it up. Raises `LinkTaken`."""
        other = await self._clients.by_telegram(telegram_id)
        if other is None:
            return
        if other.active:
            raise LinkTaken
        other.telegram_id = other.linked_at = None
        self.uow.audit_changes("client.unlinked", other)
        # Written before the new owner: the two rows may not hold one `telegram_id` at the same moment.
        await self.uow.session.flush()
