"""Clients: registered, changed, found, linked to their own chat, blocked and deactivated."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from gym.clients.errors import (
    AlreadyLinked,
    BlockDateInvalid,
    BlockNeedsAdmin,
    BlockTooLong,
    CardChanged,
    ClientDeactivated,
    ClientErased,
    DocumentTaken,
    GuardianNeeded,
    KeyTaken,
    LinkTaken,
    NoSuchPhone,
    ReferralCircle,
    ReferrerUnknown,
    SelfReferral,
    SharedPhone,
)
from gym.clients.fields.parsers import ParseContext, is_minor, parse_reason
from gym.clients.models import Client
from gym.clients.phones import parse_contact_phone
from gym.clients.repository import ClientRepository
from gym.clients.schemas import ClientChanges, ClientInput, columns
from gym.core.database.engine import violated_constraint
from gym.core.database.repository import Page
from gym.core.language import LANGUAGES, nearest_language
from gym.notifications.outbox import DESK, Recipient
from gym.notifications.payloads.members import (
    ClientDetails,
    DeskClientChangedPayload,
    DeskClientDeactivatedPayload,
    DeskClientRegisteredPayload,
    WelcomePayload,
)
from gym.security.models import LinkPurpose
from gym.security.one_time_links import IssuedLink, OneTimeLinks
from gym.security.permissions import Permission
from gym.security.signed_links import SignedLinks
from gym.staff.four_eyes import FourEyes
from gym.unit_of_work import UnitOfWork

LANGUAGE_CHANGED: Final = "client.language_changed"
LANGUAGES_A_DAY: Final = 10
"""How often a client changes the own language: each one is a line of the trail."""
LINK_LIFETIME: Final = timedelta(hours=24)
SHORT_BLOCK: Final = timedelta(days=7)
"""How long an employee may block; an admin may for longer."""


class ClientService:
    """The desk's operations on clients, and the few that are a client's own."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._clients = ClientRepository(uow.session)
        self._links = OneTimeLinks(uow.session, SignedLinks(uow.secrets.jwt))

    async def register(self, data: ClientInput, key: UUID | None = None, *, quiet: bool = False) -> Client:
        """A new client; the same key gives the same client. `quiet` spares the desk a message.

        Raises `DocumentTaken`, `GuardianNeeded` and those of the fields.
        """
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        if key is not None and (known := await self._clients.by_key(key)) is not None:
            return known
        values = columns(data, self._habits)
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
            await self._require_new_document(None, values)
            async with self._unique(values):
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
        client = await self._lock(client_id, Permission.MANAGE_CLIENTS)
        values = columns(changes, self._habits)
        await self._require_referrer(client_id, values)
        await self._require_new_document(client_id, values)
        async with self._unique(values):
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
        client = await self._lock(client_id, Permission.MANAGE_CLIENTS)
        client.document_in_doubt = False
        self.uow.audit_changes("client.document_confirmed", client)
        return client

    async def deactivate(self, client_id: UUID) -> Client:
        """Access ends at once, and the face leaves the gallery."""
        client = await self._lock(client_id, Permission.DEACTIVATE_CLIENT)
        client.active = False
        if self.uow.audit_changes("client.deactivated", client):
            self.uow.notify(DESK, DeskClientDeactivatedPayload(about=self._about(client)))
        return client

    async def reactivate(self, client_id: UUID) -> Client:
        await self._four_eyes.require_another(client_id, Permission.DEACTIVATE_CLIENT)
        client = await self._lock(client_id, Permission.DEACTIVATE_CLIENT)
        client.active = True
        self.uow.audit_changes("client.reactivated", client)
        return client

    async def block(self, client_id: UUID, until: date, reason: str) -> Client:
        """Deny entry up to and including a day.

        Raises `BlockTooLong` for employees beyond a week, `BlockDateInvalid`, `ReasonInvalid`.
        """
        self.check_block(until)
        await self._four_eyes.require_another(client_id, Permission.BLOCK_SHORT)
        client = await self._lock(client_id, Permission.BLOCK_SHORT)
        self._require_short_block(client)
        client.blocked_until, client.block_reason = until, parse_reason(reason)
        self.uow.audit_changes("client.blocked", client)
        return client

    def check_block(self, until: date) -> None:
        """Whether the actor may block up to a day. Raises `BlockTooLong`, `BlockDateInvalid`."""
        latest = self.uow.today + SHORT_BLOCK
        if until > latest and not self.uow.actor.may(Permission.BLOCK_LONG):
            raise BlockTooLong(latest)
        if until < self.uow.today:
            raise BlockDateInvalid

    async def unblock(self, client_id: UUID) -> Client:
        """Raises `BlockNeedsAdmin` when an employee would lift a block of more than a week."""
        await self._four_eyes.require_another(client_id, Permission.BLOCK_SHORT)
        client = await self._lock(client_id, Permission.BLOCK_SHORT)
        self._require_short_block(client)
        client.blocked_until = client.block_reason = None
        self.uow.audit_changes("client.unblocked", client)
        return client

    async def get(self, client_id: UUID) -> Client:
        """One client, for the desk or for the client in person."""
        self.uow.actor.require_own_or(Permission.MANAGE_CLIENTS, client_id)
        return await self._clients.require(client_id)

    async def referrer(self, client: Client) -> Client | None:
        """The member who brought a client, if that is known."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        return await self._clients.get(client.referred_by) if client.referred_by else None

    async def search(self, text: str, page: int = 0) -> Page[Client]:
        """Accent-blind and typo-tolerant; best match first."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        return await self._clients.search(text[:80], page)

    async def similar(
        self, full_name: str, phone: str | None = None, birth_date: date | None = None
    ) -> Sequence[Client]:
        """Who may be the same person as one who is being registered."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        return await self._clients.similar(full_name, phone, birth_date)

    async def new_card(self, client_id: UUID, *, after: int | None = None) -> str:
        """The QR payload of a printed card without an end; a card printed before stops working.

        `after` is the serial that the caller has seen: a second tap gets the same card once more.
        Raises `CardChanged` when somebody else has made or revoked one since.
        """
        client = await self._lock(client_id, Permission.MANAGE_CLIENTS)
        if not client.active:
            raise ClientDeactivated(client.full_name)
        if after is not None and after != client.card_serial:
            if client.card_issued_at is None or client.card_serial != after + 1:
                raise CardChanged
            return self._card(client)
        client.card_serial += 1
        client.card_issued_at = self.uow.now
        self.uow.audit_changes("client.card_issued", client)
        return self._card(client)

    async def card(self, client_id: UUID) -> str:
        """The payload of the card in use, to print it once more. Raises `CardChanged`."""
        client = await self._lock(client_id, Permission.MANAGE_CLIENTS)
        if client.card_issued_at is None:
            raise CardChanged
        return self._card(client)

    def _card(self, client: Client) -> str:
        return SignedLinks(self.uow.secrets.jwt).sign_member_qr(client.id, None, client.card_serial)

    async def revoke_card(self, client_id: UUID) -> Client:
        """A lost card opens nothing any more; doing it twice changes nothing."""
        client = await self._lock(client_id, Permission.MANAGE_CLIENTS)
        if client.card_issued_at is not None:
            client.card_serial += 1
            client.card_issued_at = None
            self.uow.audit_changes("client.card_revoked", client)
        return client

    async def issue_link(self, client_id: UUID) -> IssuedLink:
        """A one-time link for the client's own phone; an earlier unused one ends."""
        await self._four_eyes.require_another(client_id, Permission.MANAGE_CLIENTS)
        client = await self._lock(client_id, Permission.MANAGE_CLIENTS)
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
        """Whose link it is, without spending it. Raises `LinkUnknown` and its kin."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        link = await self._links.look(token, [LinkPurpose.LINK_CLIENT], self.uow.context.wall)
        assert link.subject_id is not None
        return await self._clients.require(link.subject_id)

    async def accept_link(self, token: str, telegram_id: int, language: str) -> Client:
        """Open a link in the client's own chat.

        Raises `LinkUnknown` and its kin, `LinkTaken`, and `LinkedByYourself` for who has made the link.
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
        """The chat is nobody's any more; whose it was at the desk stays known."""
        await self._four_eyes.require_another(client_id, Permission.MANAGE_CLIENTS)
        client = await self._lock(client_id, Permission.MANAGE_CLIENTS)
        client.telegram_id = client.linked_at = None
        self.uow.audit_changes("client.unlinked", client)
        return client

    async def by_telegram(self, telegram_id: int) -> Client | None:
        """The active client behind a Telegram account."""
        found = await self._clients.by_telegram(telegram_id)
        return found if found and found.active else None

    async def set_language(self, client_id: UUID, language: str) -> Client:
        """One of the languages that are spoken here; another code changes nothing."""
        self.uow.actor.require_own_or(Permission.MANAGE_CLIENTS, client_id)
        client = await self._clients.lock(client_id)
        if language in LANGUAGES and language != client.language:
            await self.uow.require_below_daily_limit(LANGUAGE_CHANGED, LANGUAGES_A_DAY)
            client.language = language
        self.uow.audit_changes(LANGUAGE_CHANGED, client)
        return client

    async def _link(self, client: Client, telegram_id: int, language: str) -> Client:
        if not client.active:
            raise ClientDeactivated(client.full_name)
        if client.telegram_id == telegram_id:
            return client
        if client.telegram_id is not None:
            raise AlreadyLinked(client.full_name)
        await self._free_chat(telegram_id)
        async with self._unique({}):
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
        """A chat stays with an active client; one who was deactivated gives it up."""
        other = await self._clients.by_telegram(telegram_id)
        if other is None:
            return
        if other.active:
            raise LinkTaken
        other.telegram_id = other.linked_at = None
        self.uow.audit_changes("client.unlinked", other)
        await self.uow.session.flush()

    async def _lock(self, client_id: UUID, permission: Permission) -> Client:
        """Raises `ClientErased`: an empty row is written by nobody any more."""
        self.uow.actor.require(permission)
        client = await self._clients.lock(client_id)
        if client.erased_at is not None:
            raise ClientErased
        return client

    @asynccontextmanager
    async def _unique(self, values: Mapping[str, object]) -> AsyncGenerator[None]:
        """Write inside; PostgreSQL decides what is unique, and its refusal is said in our words."""
        try:
            async with self.uow.session.begin_nested():
                yield
                await self.uow.session.flush()
        except IntegrityError as error:
            raise await self._clash(error, values) from None

    async def _require_new_document(self, client_id: UUID | None, values: Mapping[str, object]) -> None:
        """One more look than the unique constraint's: old rows have the zeros that were typed."""
        if not values.get("document_number"):
            return
        other = await self._clients.by_document(str(values["document_type"]), str(values["document_number"]))
        if other is not None and other.id != client_id:
            raise DocumentTaken(other.full_name)

    async def _clash(self, error: IntegrityError, values: Mapping[str, object]) -> Exception:
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

    @property
    def _four_eyes(self) -> FourEyes:
        return FourEyes(self.uow)

    @property
    def _habits(self) -> ParseContext:
        return ParseContext(self.uow.settings.phone_region, self.uow.today)

    def _require_short_block(self, client: Client) -> None:
        """What an admin has set for long, an employee neither shortens nor lifts."""
        until = client.blocked_until
        if until is None or self.uow.actor.may(Permission.BLOCK_LONG):
            return
        if until > self.uow.today + SHORT_BLOCK:
            raise BlockNeedsAdmin(until)

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
