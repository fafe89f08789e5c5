"""Kiosks: paired with a code that an admin is shown, revoked at once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from gym.core.errors import Invalid, NotFound
from gym.core.language import N_
from gym.core.repository import Page, Repository
from gym.kiosks.models import Kiosk, PairingCode
from gym.notifications.models import NotificationKind
from gym.notifications.outbox import DESK
from gym.security.links import Links
from gym.security.permissions import Permission
from gym.security.sessions import revoke_all
from gym.unit_of_work import UnitOfWork

LIFETIME: Final = timedelta(minutes=10)
MOST_TRIES: Final = 5


class KioskNotFound(NotFound):
    code = "kiosk_not_found"
    message = N_("That kiosk is not there any more. Go back and choose again.")


class PairingRefused(Invalid):
    """Wrong, used, run out or tried too often: which one is not said."""

    code = "pairing_refused"
    message = N_("This code is wrong or has run out. Ask an admin for a new one.")


@dataclass(frozen=True, slots=True)
class PairingIssued:
    """A code, shown once."""

    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Paired:
    """The device's credentials; the secret is shown once."""

    kiosk_id: UUID
    secret: str


def new_secret() -> str:
    """A device's secret: 256 random bits."""
    return secrets.token_urlsafe(32)


class KioskRepository(Repository[Kiosk, UUID]):
    model = Kiosk
    missing = KioskNotFound


class KioskService:
    """A code works for ten minutes and once. A wrong guess cannot name its code, so it counts against every
    live one: after five wrong guesses none of them works any more."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._kiosks = KioskRepository(uow.session)
        self._links = Links(uow.secrets.jwt)

    async def new_code(self, name: str, exit_pin_hash: str | None = None) -> PairingIssued:
        """Nine digits for a device to type."""
        self.uow.actor.require(Permission.MANAGE_KIOSKS)
        code = f"{secrets.randbelow(10**9):09d}"
        expires_at = self.uow.context.wall + LIFETIME
        row = PairingCode(
            digest=self._links.digest(code),
            name=name[:80],
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
        if await self._live_code(code) is not None:
            return True
        live = (PairingCode.used_at.is_(None), PairingCode.expires_at > self.uow.context.wall)
        guessed = update(PairingCode).where(*live, PairingCode.tries < MOST_TRIES)
        await self.uow.session.execute(guessed.values(tries=PairingCode.tries + 1))
        return False

    async def pair(self, code: str, name: str, secret_hash: str) -> Kiosk:
        """Use a code up for a device. Raises `PairingRefused`."""
        row = await self._live_code(code, lock=True)
        if row is None:
            raise PairingRefused
        kiosk = Kiosk(
            name=name.strip()[:80] or row.name,
            secret_hash=secret_hash,
            exit_pin_hash=row.exit_pin_hash,
            paired_at=self.uow.context.wall,
            paired_by=row.created_by,
        )
        await self._kiosks.add(kiosk)
        row.used_at, row.kiosk_id = self.uow.context.wall, kiosk.id
        self.uow.audit("kiosk.paired", kiosk, None, {"name": kiosk.name})
        self.uow.notify(DESK, NotificationKind.DESK_NEW_KIOSK, {"name": kiosk.name})
        return kiosk

    async def page(self, number: int = 0) -> Page[Kiosk]:
        """Every kiosk, those in use first."""
        self.uow.actor.require(Permission.MANAGE_KIOSKS)
        query = select(Kiosk).order_by(Kiosk.active.desc(), Kiosk.name, Kiosk.id)
        return await self._kiosks.page(query, number)

    async def get(self, kiosk_id: UUID) -> Kiosk:
        self.uow.actor.require(Permission.MANAGE_KIOSKS)
        return await self._kiosks.require(kiosk_id)

    async def revoke(self, kiosk_id: UUID) -> Kiosk:
        """The device is refused from its very next request."""
        self.uow.actor.require(Permission.MANAGE_KIOSKS)
        kiosk = await self._kiosks.lock(kiosk_id)
        kiosk.active = False
        kiosk.token_generation += 1
        await revoke_all(self.uow.session, kiosk.id, self.uow.context.wall)
        self.uow.audit("kiosk.revoked", kiosk)
        return kiosk

    async def _live_code(self, code: str, *, lock: bool = False) -> PairingCode | None:
        query = select(PairingCode).where(
            PairingCode.digest == self._links.digest(code),
            PairingCode.used_at.is_(None),
            PairingCode.expires_at > self.uow.context.wall,
            PairingCode.tries < MOST_TRIES,
        )
        return await self.uow.session.scalar(query.with_for_update() if lock else query)
