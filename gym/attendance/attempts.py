"""Today's check-in attempts for the desk, paged by a cursor, the latest received first."""

from __future__ import annotations

import binascii
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from gym.attendance.checkin.notices import LATE_AFTER
from gym.attendance.models import CheckIn
from gym.attendance.repository import AttendanceRepository
from gym.clients.models import Client
from gym.core.clock import day_start
from gym.core.errors import Invalid
from gym.core.language import N_
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

MOST: Final = 100
"""Attempts of one page."""
_CURSOR: Final = struct.Struct("!q16s")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)
"""Resolution of PostgreSQL's timestamps, in which a cursor counts."""


class CursorInvalid(Invalid):
    """Not a `next` that was given out here."""

    code = "cursor_invalid"
    message = N_("That page is not there. Begin with the first one.")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt; the client is there only when face or credential was accepted."""

    row: CheckIn
    client: Client | None
    kiosk_name: str | None

    @property
    def is_late(self) -> bool:
        """Recorded by a kiosk that was offline, and confirmed or refused only later."""
        return self.row.received_at - self.row.at > LATE_AFTER


@dataclass(frozen=True, slots=True)
class AttemptPage:
    """A page; `following` opens the next one, and `total` counts every attempt of today."""

    items: Sequence[Attempt]
    total: int
    following: str | None


class AttemptService:
    """Today's attempts are those received today: a late replay is listed, whenever it was recorded."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._attendance = AttendanceRepository(uow.session)

    async def today(
        self, *, since: datetime | None = None, cursor: str | None = None, limit: int
    ) -> AttemptPage:
        """Attempts of this gym day, or of its part since a moment. Raises `CursorInvalid`."""
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        begins = day_start(self.uow.today, self.uow.settings.zone)
        first = begins if since is None else max(begins, since)
        after = None if cursor is None else _read(cursor)
        total = await self._attendance.count_received(first)
        found = await self._attendance.received(first, after, min(limit, MOST) + 1)
        items = [Attempt(*row) for row in found[: min(limit, MOST)]]
        more = len(found) > len(items) and bool(items)
        return AttemptPage(items, total, _write(items[-1].row) if more else None)


def _write(row: CheckIn) -> str:
    ticks = (row.received_at - _EPOCH) // _TICK
    return urlsafe_b64encode(_CURSOR.pack(ticks, row.id.bytes)).decode()


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        ticks, key = _CURSOR.unpack(urlsafe_b64decode(cursor.encode("ascii")))
        return _EPOCH + ticks * _TICK, UUID(bytes=key)
    except (ValueError, OverflowError, binascii.Error, struct.error):
        raise CursorInvalid from None
