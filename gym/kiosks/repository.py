"""Queries of kiosks and of their pairing codes."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.database.repository import Page, Repository
from gym.kiosks.errors import KioskNotFound
from gym.kiosks.models import Kiosk, PairingCode
from gym.security.permissions import Role
from gym.staff.models import Staff

MOST_TRIES: Final = 5
"""Wrong guesses of a code's six secret digits: a chance of five in a million."""
_ADMINS: Final = select(Staff.id).where(Staff.active, Staff.role == Role.ADMIN)
"""A person's code is good as long as that person could still make one; the gym's own computer always can."""


class KioskRepository(Repository[Kiosk, UUID]):
    model = Kiosk
    missing = KioskNotFound

    async def page_of_all(self, number: int) -> Page[Kiosk]:
        """Every kiosk, those in use first."""
        return await self.page(select(Kiosk).order_by(Kiosk.active.desc(), Kiosk.name, Kiosk.id), number)

    async def renew_exit_pin(self, kiosk_id: UUID, kept: str, renewed: str) -> None:
        """Replace a hash, unless it is another one by now."""
        same = (Kiosk.id == kiosk_id, Kiosk.exit_pin_hash == kept)
        await self.session.execute(update(Kiosk).where(*same).values(exit_pin_hash=renewed))


class PairingCodeRepository:
    """Live codes at one moment of the wall clock: unused, not run out, not guessed at too often."""

    def __init__(self, session: AsyncSession, wall: datetime) -> None:
        self._session = session
        self._wall = wall

    async def free_number(self) -> int:
        """One that names no live code. Two made in the same moment may be named alike: a wrong guess then
        counts against both."""
        live = select(PairingCode.number).where(*self._is_live, PairingCode.number.is_not(None))
        taken = set(await self._session.scalars(live))
        return secrets.choice([number for number in range(1000) if number not in taken] or range(1000))

    async def lock_named(self, digits: str) -> Sequence[PairingCode]:
        """The live code that the first digits name, locked: guesses at one code are judged one by one."""
        if not digits:
            return []
        query = select(PairingCode).where(PairingCode.number == int(digits[:3]), *self._is_live)
        return (await self._session.scalars(query.order_by(PairingCode.id).with_for_update())).all()

    @property
    def _is_live(self) -> tuple[ColumnElement[bool], ...]:
        return (
            PairingCode.used_at.is_(None),
            PairingCode.expires_at > self._wall,
            PairingCode.tries < MOST_TRIES,
            or_(PairingCode.created_by.is_(None), PairingCode.created_by.in_(_ADMINS)),
        )
