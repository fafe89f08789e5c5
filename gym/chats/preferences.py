"""Readers' preferences: groups of notifications switched off, and quiet hours of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from gym.core.errors import Invalid
from gym.core.language import N_
from gym.notifications.kinds import CLIENT_GROUPS, DESK_GROUPS, KindGroup
from gym.notifications.models import NotificationPreference, RecipientKind
from gym.security.permissions import NotAllowed, Permission
from gym.unit_of_work import UnitOfWork


class QuietHoursUnclear(Invalid):
    """Not two hours."""

    code = "quiet_hours_unclear"
    message = N_("Type two hours, such as 22-7: from when to when nothing should ring.")


@dataclass(frozen=True, slots=True)
class Preferences:
    """What one reader wants."""

    muted: frozenset[KindGroup]
    quiet: tuple[time, time] | None
    """Quiet hours of one's own; None for the gym's. Equal limits mean none at all."""


class PreferenceService:
    """Each reader changes only their own: the actor is the reader."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    @property
    def groups(self) -> tuple[KindGroup, ...]:
        """What this reader may switch off."""
        return CLIENT_GROUPS if self._reader[0] is RecipientKind.CLIENT else DESK_GROUPS

    async def get(self) -> Preferences:
        row = await self.uow.session.get(NotificationPreference, self._reader, populate_existing=True)
        if row is None:
            return Preferences(frozenset(), None)
        muted = frozenset(group for group in self.groups if group in row.muted)
        if row.quiet_from is None or row.quiet_until is None:
            return Preferences(muted, None)
        return Preferences(muted, (row.quiet_from, row.quiet_until))

    async def set_group(self, group: KindGroup, *, wanted: bool) -> Preferences:
        """Switch a group on or off."""
        now = await self.get()
        muted = now.muted - {group} if wanted else now.muted | {group}
        await self._write(muted=sorted(muted & set(self.groups)))
        return await self.get()

    async def set_quiet_hours(self, hours: tuple[time, time] | None) -> Preferences:
        """From when until when reminders wait; None for the gym's hours."""
        begins, ends = hours or (None, None)
        await self._write(quiet_from=begins, quiet_until=ends)
        return await self.get()

    @property
    def _reader(self) -> tuple[RecipientKind, UUID]:
        actor = self.uow.actor
        if actor.client_id is not None:
            return RecipientKind.CLIENT, actor.client_id
        if actor.staff_id is not None:
            return RecipientKind.STAFF, actor.staff_id
        raise NotAllowed(Permission.CHANGE_SETTINGS)

    async def _write(self, **values: object) -> None:
        kind, key = self._reader
        values["updated_at"] = self.uow.now
        row = {"recipient_kind": kind, "recipient_id": key, **values}
        statement = insert(NotificationPreference).values(row)
        await self.uow.session.execute(
            statement.on_conflict_do_update(index_elements=["recipient_kind", "recipient_id"], set_=values)
        )


def parse_quiet_hours(text: str) -> tuple[time, time]:
    """`22-7`, `22:30 – 7`. Raises `QuietHoursUnclear`."""
    parts = [part.strip() for part in text.replace("–", "-").replace("—", "-").split("-")]
    if len(parts) != 2:
        raise QuietHoursUnclear
    return _hour(parts[0]), _hour(parts[1])


def _hour(text: str) -> time:
    hours, _, minutes = text.partition(":")
    if not hours.isdecimal() or not (minutes or "0").isdecimal():
        raise QuietHoursUnclear
    try:
        return time(int(hours[:4]) % 24 if hours == "24" else int(hours[:4]), int(minutes[:4] or 0))
    except ValueError as error:
        raise QuietHoursUnclear from error
