"""Which backups are kept: the newest of each of seven days and of four weeks, none beyond its days."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final
from uuid import UUID

from gym.backup.files.parts import made_at_of

DAILY: Final = 7
WEEKLY: Final = 4


@dataclass(frozen=True, slots=True)
class BackupAge:
    """A backup and when it was made."""

    id: UUID
    made_at: datetime


def superfluous(backups: Iterable[BackupAge], now: datetime, zone: tzinfo, days: int) -> list[UUID]:
    """Those that go. The newest stays whatever its age: an old backup is better than none.

    `days` beyond 30 keep one for each month as well, as long as the setting says.
    """
    newest_first = sorted(backups, key=lambda one: one.made_at, reverse=True)
    local = {one.id: one.made_at.astimezone(zone) for one in newest_first}
    kept = _first_of(newest_first, lambda one: local[one.id].date(), DAILY)
    kept |= _first_of(newest_first, lambda one: local[one.id].isocalendar()[:2], WEEKLY)
    kept |= _first_of(newest_first, lambda one: (local[one.id].year, local[one.id].month), days // 30)
    young = {one.id for one in newest_first if now - one.made_at <= timedelta(days=days)}
    newest = {one.id for one in newest_first[:1]}
    return [one.id for one in newest_first if one.id not in (kept & young) | newest]


def overdue_files(names: Iterable[str], journaled: Collection[str], now: datetime, days: int) -> list[str]:
    """Files beyond their days that the journal does not name as kept, the newest of all left out.

    A process that was killed between the file and its row leaves one, and so does a gym that was restored:
    its journal ends where the backup begins.
    """
    made = {name: at for name in names if (at := made_at_of(name)) is not None}
    newest = max(made, default=None)
    too_old = (name for name, at in made.items() if now - at > timedelta(days=days))
    return sorted(name for name in too_old if name != newest and name not in journaled)


def _first_of(
    newest_first: Sequence[BackupAge], period: Callable[[BackupAge], Hashable], most: int
) -> set[UUID]:
    """The newest of each of the last so many periods that have any."""
    found: dict[Hashable, UUID] = {}
    for one in newest_first:
        if len(found) == most and period(one) not in found:
            break
        found.setdefault(period(one), one.id)
    return set(found.values())
