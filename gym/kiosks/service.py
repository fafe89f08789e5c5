"""Kiosks: pairing by a one-time code, credentials, exit PIN, door relay and revocation."""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from gym.core.database.repository import Page
from gym.kiosks.errors import KioskRefused, PairingRefused
from gym.kiosks.models import Kiosk, PairingCode
from gym.kiosks.repository import KioskRepository, PairingCodeRepository
from gym.kiosks.schemas import PairingIssued, parse_door_address, parse_kiosk_name
from gym.notifications.outbox import DESK
from gym.notifications.payloads.operations import DeskDoorFailedPayload, DeskNewKioskPayload
from gym.security.passwords import verify_secret
from gym.security.permissions import Permission
from gym.security.pins import Pins
from gym.security.sessions import revoke_all
from gym.security.signed_links import SignedLinks
from gym.unit_of_work import UnitOfWork

LIFETIME: Final = timedelta(minutes=10)


def new_secret() -> str:
    """A device's secret: 256 random bits."""
    return secrets.token_urlsafe(32)


def _digits(code: str) -> str:
    """Nine digits, however they were grouped; empty where it is no code at all."""
    found = re.fullmatch(r"[0-9]{9}", re.sub(r"[\s.-]", "", code[:40]))
    return found.group() if found else ""


def _is_one_of(digest: bytes, digests: Sequence[bytes]) -> bool:
    return any(hmac.compare_digest(digest, one) for one in digests)


class KioskService:
    """A code works for ten minutes and once. Its first three digits name it and the other six are secret:
    five wrong guesses at those end it, and no other one."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._kiosks = KioskRepository(uow.session)
        self._codes = PairingCodeRepository(uow.session, uow.context.wall)
        self._links = SignedLinks(uow.secrets.jwt)

    async def new_code(self, name: str, exit_pin_hash: str | None = None) -> PairingIssued:
        """Three digits that name it and six secret ones, for a device to type."""
        self.uow.actor.require(Permission.MANAGE_KIOSKS)
        name = parse_kiosk_name(name)
        number = await self._codes.free_number()
        code = f"{number:03d}{secrets.randbelow(10**6):06d}"
        expires_at = self.uow.context.wall + LIFETIME
        row = PairingCode(
            digest=self._links.digest(code),
            number=number,
            name=name,
            exit_pin_hash=exit_pin_hash,
            created_by=self.uow.actor.id,
            created_at=self.uow.context.wall,
            expires_at=expires_at,
        )
        self.uow.session.add(row)
        self.uow.audit("kiosk.code_issued", ("kiosks", None), None, {"name": name})
        return PairingIssued(code, expires_at)

    async def is_valid_code(self, code: str) -> bool:
        """Whether a code could be swapped now; a wrong one counts, once this is committed."""
        digits = _digits(code)
        named = await self._codes.lock_named(digits)
        if self._right(named, digits) is not None:
            return True
        for row in named:
            row.tries += 1
        return False

    async def pair(self, code: str, name: str, secret_hash: str) -> Kiosk:
        """Use a code up for a device. Raises `PairingRefused`."""
        digits = _digits(code)
        row = self._right(await self._codes.lock_named(digits), digits)
        if row is None:
            raise PairingRefused
        kiosk = Kiosk(
            name=" ".join(name.split())[:80] or row.name,
            secret_hash=secret_hash,
            exit_pin_hash=row.exit_pin_hash,
            paired_at=self.uow.context.wall,
            paired_by=row.created_by,
        )
        await self._kiosks.add(kiosk)
        row.used_at, row.kiosk_id = self.uow.context.wall, kiosk.id
        self.uow.audit("kiosk.paired", kiosk, None, {"name": kiosk.name})
        self.uow.notify(DESK, DeskNewKioskPayload(name=kiosk.name))
        return kiosk

    async def page(self, number: int = 0) -> Page[Kiosk]:
        """Every kiosk, those in use first."""
        self.uow.actor.require(Permission.MANAGE_KIOSKS)
        return await self._kiosks.page_of_all(number)

    async def get(self, kiosk_id: UUID) -> Kiosk:
        self.uow.actor.require(Permission.MANAGE_KIOSKS)
        return await self._kiosks.require(kiosk_id)

    async def verify(self, kiosk_id: UUID, secret: str) -> Kiosk:
        """The active kiosk that a secret opens. Raises `KioskRefused`, which does not say why."""
        kiosk = await self._kiosks.get(kiosk_id)
        stored = kiosk.secret_hash if kiosk is not None and kiosk.active else None
        fits, _ = await asyncio.to_thread(verify_secret, secret, stored)
        if kiosk is None or not fits:
            raise KioskRefused
        return kiosk

    async def pin_allows_exit(self, kiosk_id: UUID, pin: str) -> bool:
        """Whether a PIN lets somebody leave the kiosk page; without one set, anybody may.

        One that was hashed in an older way is hashed anew, unless an admin sets another one meanwhile.
        """
        kiosk = await self._kiosks.require(kiosk_id)
        kept = kiosk.exit_pin_hash
        if kept is None:
            return True
        fits, renewed = await asyncio.to_thread(Pins(self.uow.secrets.jwt).verify, pin.strip(), kept)
        if renewed is not None:
            await self._kiosks.renew_exit_pin(kiosk_id, kept, renewed)
        return fits

    async def set_exit_pin(self, kiosk_id: UUID, pin_hash: str | None) -> Kiosk:
        """The PIN, hashed, that leaves the kiosk's page; with None anybody may leave it."""
        self.uow.actor.require(Permission.MANAGE_KIOSKS)
        kiosk = await self._kiosks.lock(kiosk_id)
        kiosk.exit_pin_hash = pin_hash
        self.uow.audit("kiosk.exit_pin_changed", kiosk, None, {"set": pin_hash is not None})
        return kiosk

    async def set_door(self, kiosk_id: UUID, address: str | None) -> Kiosk:
        """The relay that opens on admission; None takes it away. Raises `DoorAddressInvalid`."""
        self.uow.actor.require(Permission.MANAGE_KIOSKS)
        kiosk = await self._kiosks.lock(kiosk_id)
        kiosk.door_address = parse_door_address(address) if address and address.strip() else None
        self.uow.audit_changes("kiosk.door_changed", kiosk)
        return kiosk

    def tell_door_failed(self, kiosk: Kiosk) -> None:
        """The desk hears of a door that does not answer, once an hour."""
        self.uow.actor.require(Permission.MANAGE_KIOSKS)
        key = f"door_failed:{kiosk.id}:{self.uow.context.wall:%Y%m%d%H}"
        self.uow.notify(DESK, DeskDoorFailedPayload(name=kiosk.name), dedup_key=key)

    async def revoke(self, kiosk_id: UUID) -> Kiosk:
        """The device is refused from its very next request."""
        self.uow.actor.require(Permission.MANAGE_KIOSKS)
        kiosk = await self._kiosks.lock(kiosk_id)
        if not kiosk.active:
            return kiosk
        kiosk.active = False
        kiosk.token_generation += 1
        await revoke_all(self.uow.session, kiosk.id, self.uow.context.wall)
        self.uow.audit("kiosk.revoked", kiosk)
        return kiosk

    def _right(self, named: Sequence[PairingCode], digits: str) -> PairingCode | None:
        digests = self._links.digests(digits)
        return next((row for row in named if _is_one_of(row.digest, digests)), None)
