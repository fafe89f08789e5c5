"""Clients: registered, changed, searched, deactivated; and by name what the services of this room do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from gym.clients.access.blocks import ClientBlocks
from gym.clients.access.chat_links import ChatLinks
from gym.clients.access.member_cards import MemberCards
from gym.clients.errors import (
    DocumentTaken,
    GuardianNeeded,
    KeyTaken,
    NobodyFound,
    ReferralCircle,
    ReferrerUnknown,
    SelfReferral,
    SeveralFound,
)
from gym.clients.fields.parsers import ParseContext, is_minor
from gym.clients.locking import lock_client
from gym.clients.models import Client
from gym.clients.repository import ClientRepository
from gym.clients.schemas import ClientChanges, ClientInput, columns
from gym.clients.unique_writes import UniqueClientWrites
from gym.core.database.repository import Page
from gym.core.language import LANGUAGES, nearest_language
from gym.notifications.outbox import DESK
from gym.notifications.payloads.members import (
    ClientDetails,
    DeskClientChangedPayload,
    DeskClientDeactivatedPayload,
    DeskClientRegisteredPayload,
)
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.unit_of_work import UnitOfWork

LANGUAGE_CHANGED: Final = "client.language_changed"
LANGUAGES_A_DAY: Final = 10
"""How often a client changes the own language: each one is a line of the trail."""
LONGEST_SEARCH: Final = 80


class ClientService:
    """The desk's operations on clients, and the few that are a client's own.

    Registration and editing are written here; cards, chat links and blocks are services of their own, and
    their operations are called by this one's name.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._clients = ClientRepository(uow.session)
        self._writes = UniqueClientWrites(uow)
        self._four_eyes = FourEyes(uow)

        cards = MemberCards(uow)
        self.new_card, self.card, self.revoke_card = cards.new_card, cards.card, cards.revoke_card

        links = ChatLinks(uow)
        self.issue_link, self.link_owner, self.unlink = links.issue_link, links.link_owner, links.unlink
        self.accept_link, self.link_contact = links.accept_link, links.link_contact

        blocks = ClientBlocks(uow)
        self.block, self.unblock, self.check_block = blocks.block, blocks.unblock, blocks.check_block

    async def register(self, data: ClientInput, key: UUID | None = None, *, quiet: bool = False) -> Client:
        """A new client; the same key gives the same client. `quiet` spares the desk a message.

        Raises `DocumentTaken`, `GuardianNeeded` and those of the fields.
        """
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        if key is not None and (known := await self._clients.by_key(key)) is not None:
            return known
        values = columns(data, self._parse_context)
        await self._require_referrer(None, values)
        client = Client(
            **values,
            language=nearest_language(data.language, self.uow.settings.language),
            idempotency_key=key,
            created_by=self.uow.actor.id,
            created_at=self.uow.now,
            updated_at=self.uow.now,
        )
        self._require_guardian(client)
        try:
            await self._writes.require_new_document(None, values)
            async with self._writes.savepoint(values):
                self.uow.session.add(client)
        except (KeyTaken, DocumentTaken):
            # The same tap on two workers: the other one has committed.
            if key is not None and (known := await self._clients.by_key(key)) is not None:
                return known
            raise
        self.uow.audit("client.registered", client, None, {"name": client.full_name})
        if not quiet:
            self.uow.notify(DESK, DeskClientRegisteredPayload(about=self._about(client)))
        return client

    async def is_registered(self, key: UUID) -> bool:
        """Whether a key has registered somebody."""
        return await self._clients.by_key(key) is not None

    async def edit(self, client_id: UUID, changes: ClientChanges) -> Client:
        """Change the fields that are set; None empties one.

        Raises `DocumentTaken`, `GuardianNeeded`, `SelfReferral`, `ReferralCircle`.
        """
        client = await lock_client(self.uow, client_id, Permission.MANAGE_CLIENTS)
        values = columns(changes, self._parse_context)
        await self._require_referrer(client_id, values)
        await self._writes.require_new_document(client_id, values)
        async with self._writes.savepoint(values):
            for name, value in values.items():
                setattr(client, name, value)
            self._require_guardian(client)
            changed = self.uow.audit_changes("client.changed", client)
            client.updated_at = self.uow.now if changed else client.updated_at
        if changed:
            names = ", ".join(sorted(changes.model_fields_set))
            self.uow.notify(DESK, DeskClientChangedPayload(about=self._about(client), fields=names))
        return client

    async def documents_in_doubt(self, page: int = 0) -> Page[Client]:
        """Whose document an earlier release may have read wrongly."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        return await self._clients.in_doubt(page)

    async def confirm_document(self, client_id: UUID) -> Client:
        """The document is right as it is kept."""
        client = await lock_client(self.uow, client_id, Permission.MANAGE_CLIENTS)
        client.document_in_doubt = False
        self.uow.audit_changes("client.document_confirmed", client)
        return client

    async def deactivate(self, client_id: UUID) -> Client:
        """Access ends at once, and the face leaves the gallery."""
        client = await lock_client(self.uow, client_id, Permission.DEACTIVATE_CLIENT)
        client.active = False
        if self.uow.audit_changes("client.deactivated", client):
            self.uow.notify(DESK, DeskClientDeactivatedPayload(about=self._about(client)))
        return client

    async def reactivate(self, client_id: UUID) -> Client:
        await self._four_eyes.require_another(client_id, Permission.DEACTIVATE_CLIENT)
        client = await lock_client(self.uow, client_id, Permission.DEACTIVATE_CLIENT)
        client.active = True
        self.uow.audit_changes("client.reactivated", client)
        return client

    async def get(self, client_id: UUID) -> Client:
        """One client, for the desk or for the client in person."""
        self.uow.actor.require_own_or(Permission.MANAGE_CLIENTS, client_id)
        return await self._clients.require(client_id)

    async def by_telegram(self, telegram_id: int) -> Client | None:
        """The active client behind a Telegram account."""
        found = await self._clients.by_telegram(telegram_id)
        return found if found and found.active else None

    async def referrer(self, client: Client) -> Client | None:
        """The member who brought a client, if that is known."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        return await self._clients.get(client.referred_by) if client.referred_by else None

    async def search(self, text: str, page: int = 0) -> Page[Client]:
        """Accent-blind and typo-tolerant; best match first."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        return await self._clients.search(text[:LONGEST_SEARCH], page)

    async def only(self, text: str) -> Client:
        """The one whom the search finds. Raises `NobodyFound`, `SeveralFound`."""
        found = await self.search(text)
        if not found.total:
            raise NobodyFound(text[:LONGEST_SEARCH])
        if found.total > 1:
            raise SeveralFound(text[:LONGEST_SEARCH], found.total)
        return found.items[0]

    async def similar(
        self, full_name: str, phone: str | None = None, birth_date: date | None = None
    ) -> Sequence[Client]:
        """Who may be the same person as one who is being registered."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        return await self._clients.similar(full_name, phone, birth_date)

    async def set_language(self, client_id: UUID, language: str) -> Client:
        """One of the languages that are spoken here; another code changes nothing."""
        self.uow.actor.require_own_or(Permission.MANAGE_CLIENTS, client_id)
        client = await self._clients.lock(client_id)
        if language in LANGUAGES and language != client.language:
            await self.uow.require_below_daily_limit(LANGUAGE_CHANGED, LANGUAGES_A_DAY)
            client.language = language
        self.uow.audit_changes(LANGUAGE_CHANGED, client)
        return client

    @property
    def _parse_context(self) -> ParseContext:
        return ParseContext(self.uow.settings.phone_region, self.uow.today)

    def _require_guardian(self, client: Client) -> None:
        if not is_minor(client.birth_date, self.uow.today):
            return
        if not client.guardian_name:
            raise GuardianNeeded
        client.guardian_consent_at = client.guardian_consent_at or self.uow.now

    async def _require_referrer(self, client_id: UUID | None, values: Mapping[str, object]) -> None:
        """Somebody who is registered, not the client in person, and not somebody the client has brought."""
        key = values.get("referred_by")
        if not isinstance(key, UUID):
            return
        if key == client_id:
            raise SelfReferral
        # Whoever brings somebody is rewarded for it.
        await self._four_eyes.require_another(key, Permission.MANAGE_CLIENTS)
        referrer = await self._clients.get(key)
        if referrer is None:
            raise ReferrerUnknown
        if client_id is not None and referrer.referred_by == client_id:
            raise ReferralCircle(referrer.full_name)

    def _about(self, client: Client) -> ClientDetails:
        return ClientDetails(
            client_id=client.id, client_name=client.full_name, staff_name=self.uow.actor.name
        )
