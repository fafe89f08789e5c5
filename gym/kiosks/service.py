"""Kiosks: paired with a code that an admin is shown, revoked at once."""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update

from gym.core.database.repository import Page, Repository
from gym.core.errors import Forbidden, Invalid, NotFound
from gym.core.language import N_
from gym.kiosks.models import Kiosk, PairingCode
from gym.notifications.outbox import DESK
from gym.notifications.payloads.house import DeskDoorFailedPayload, DeskNewKioskPayload
from gym.security.passwords import verify_secret
from gym.security.permissions import Permission, Role
from gym.security.pins import Pins
from gym.security.sessions import revoke_all
from gym.security.signed_links import SignedLinks
from gym.staff.models import Staff
from gym.unit_of_work import UnitOfWork

LIFETIME: Final = timedelta(minutes=10)
MOST_TRIES: Final = 5
_ADMINS: Final = select(Staff.id).where(Staff.active, Staff.role == Role.ADMIN)
"""A person's code is good as long as that person could still make one; the gym's own computer always can."""


class KioskNotFound(NotFound):
    code = "kiosk_not_found"
    message = N_("That kiosk is not there any more. Go back and choose again.")


class PairingRefused(Invalid):
    """Wrong, used, run out or tried too often: which one is not said."""

    code = "pairing_refused"
    message = N_("This code is wrong or has run out. Ask an admin for a new one.")


class KioskRefused(Forbidden):
    """Unknown, revoked or a wrong secret: which one is not said."""

    code = "kiosk_refused"
    message = N_("This kiosk is not known here. Pair it again.")


class KioskNameInvalid(Invalid):
    code = "kiosk_name_invalid"
    message = N_("Write a name of 1 to 80 letters for the kiosk, such as Front door.")


class ExitPinInvalid(Invalid):
    code = "exit_pin_invalid"
    message = N_("Choose a PIN of 4 to 8 digits.")


class ExitPinWrong(Forbidden):
    code = "exit_pin_wrong"
    message = N_("That is not the PIN of this kiosk. Ask an admin.")


class DoorAddressInvalid(Invalid):
    code = "door_address_invalid"
    message = N_("Write the door's address like http://192.168.1.50/open.")


@dataclass(frozen=True, slots=True)
class PairingIssued:
    """A code, shown once."""

    code: str
    expires_at: datetime

    @property
    def grouped(self) -> str:
        """As it is read out and typed: 123 456 789."""
        return " ".join(self.code[start : start + 3] for start in range(0, len(self.code), 3))


@dataclass(frozen=True, slots=True)
class Paired:
    """The device's credentials; the secret is shown once."""

    kiosk_id: UUID
    secret: str


def new_secret() -> str:
    """A device's secret: 256 random bits."""
    return secrets.token_urlsafe(32)


def parse_kiosk_name(text: str) -> str:
    """Raises `KioskNameInvalid`."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= 80:
        raise KioskNameInvalid
    return name


def parse_exit_pin(text: str) -> str:
    """What must be typed to leave the page; `Pins` hashes it before it is kept. Raises `ExitPinInvalid`."""
    pin = text.strip()
    if not re.fullmatch(r"[0-9]{4,8}", pin):
        raise ExitPinInvalid
    return pin


def parse_door_address(text: str) -> str:
    """Raises `DoorAddressInvalid`."""
    address = text.strip()
    if len(address) > 300 or re.search(r"\s", address):
        raise DoorAddressInvalid
    try:
        parts = urlsplit(address)
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a bracket that is not closed, a port that is none
        whole = False
    if not whole:
        raise DoorAddressInvalid
    return address


def _digits(code: str) -> str:
    """Nine digits, however they were grouped; empty where it is no code at all."""
    found = re.fullmatch(r"[0-9]{9}", re.sub(r"[\s.-]", "", code[:40]))
    return found.group() if found else ""


def _is_one_of(digest: bytes, digests: Sequence[bytes]) -> bool:
    return any(hmac.compare_digest(digest, one) for one in digests)


class KioskRepository(Repository[Kiosk, UUID]):
    model = Kiosk
    missing = KioskNotFound


class KioskService:
    """A code works for ten minutes and once. Its first three digits name it and the other six are secret:
    five wrong guesses at those end it, and no other one."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._kiosks = KioskRepository(uow.session)
        self._links = SignedLinks(uow.secrets.jwt)

    async def new_code(self, name: str, exit_pin_hash: str | None = None) -> PairingIssued:
        """Three digits that name it and six secret ones, for a device to type."""
        self.uow.actor.require(Permission.MANAGE_KIOSKS)
        name = parse_kiosk_name(name)
        number = await self._free_number()
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

    async def code_fits(self, code: str) -> bool:
        """Whether a code could be swapped now; a wrong one counts, once this is committed."""
        digits = _digits(code)
        named = await self._named(digits)
        if self._right(named, digits) is not None:
            return True
        for row in named:
            row.tries += 1
        return False

    async def pair(self, code: str, name: str, secret_hash: str) -> Kiosk:
        """Use a code up for a device. Raises `PairingRefused`."""
        digits = _digits(code)
        row = self._right(await self._named(digits), digits)
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
        query = select(Kiosk).order_by(Kiosk.active.desc(), Kiosk.name, Kiosk.id)
        return await self._kiosks.page(query, number)

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

    async def may_leave(self, kiosk_id: UUID, pin: str) -> bool:
        """Whether a PIN lets somebody leave the kiosk page; without one set, anybody may.

        One that was hashed in an older way is hashed anew, unless an admin sets another one meanwhile.
        """
        kiosk = await self._kiosks.require(kiosk_id)
        kept = kiosk.exit_pin_hash
        if kept is None:
            return True
        fits, renewed = await asyncio.to_thread(Pins(self.uow.secrets.jwt).verify, pin.strip(), kept)
        if renewed is not None:
            same = (Kiosk.id == kiosk_id, Kiosk.exit_pin_hash == kept)
            await self.uow.session.execute(update(Kiosk).where(*same).values(exit_pin_hash=renewed))
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

    async def _free_number(self) -> int:
        """One that names no live code. Two made in the same moment may be named alike: a wrong guess then
        counts against both."""
        live = select(PairingCode.number).where(*self._is_live, PairingCode.number.is_not(None))
        taken = set(await self.uow.session.scalars(live))
        return secrets.choice([number for number in range(1000) if number not in taken] or range(1000))

    async def _named(self, digits: str) -> Sequence[PairingCode]:
        """The live code that the first digits name, locked: guesses at one code are judged one by one."""
        if not digits:
            return []
        query = select(PairingCode).where(PairingCode.number == int(digits[:3]), *self._is_live)
        return (await self.uow.session.scalars(query.order_by(PairingCode.id).with_for_update())).all()

    def _right(self, named: Sequence[PairingCode], digits: str) -> PairingCode | None:
        digests = self._links.digests(digits)
        return next((row for row in named if _is_one_of(row.digest, digests)), None)

    @property
    def _is_live(self) -> tuple[ColumnElement[bool], ...]:
        return (
            PairingCode.used_at.is_(None),
            PairingCode.expires_at > self.uow.context.wall,
            PairingCode.tries < MOST_TRIES,
            or_(PairingCode.created_by.is_(None), PairingCode.created_by.in_(_ADMINS)),
        )
