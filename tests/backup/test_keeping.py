"""Which backups stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from gym.backup.keeping import BackupAge, superfluous

BOGOTA = ZoneInfo("America/Bogota")
NOW = datetime(2026, 8, 3, 8, 30, tzinfo=UTC)


def nights(count: int) -> list[BackupAge]:
    return [BackupAge(UUID(int=back), NOW - timedelta(days=back)) for back in range(count)]


def kept(backups: list[BackupAge], days: int = 30, now: datetime = NOW) -> list[int]:
    gone = superfluous(backups, now, BOGOTA, days)
    return [one.id.int for one in backups if one.id not in gone]


def test_seven_days_and_four_weeks_stay_and_nothing_beyond_thirty_days() -> None:
    """3 August is a Monday: its week has one night, the week before ends on 2 August."""
    assert kept(nights(60)) == [0, 1, 2, 3, 4, 5, 6, 8, 15]


def test_several_of_one_day_are_as_good_as_the_last() -> None:
    hourly = [BackupAge(UUID(int=back), NOW - timedelta(minutes=back)) for back in range(60)]
    assert kept(hourly) == [0]


def test_the_newest_stays_whatever_its_age() -> None:
    assert kept(nights(3), now=NOW + timedelta(days=100)) == [0]


def test_a_longer_setting_keeps_one_of_each_month() -> None:
    found = kept(nights(400), days=365)
    assert len(found) == 7 + 2 + 10  # two of twelve months are in the week already
    assert max(found) <= 365


def test_a_shorter_setting_ends_sooner() -> None:
    assert kept(nights(60), days=7) == [0, 1, 2, 3, 4, 5, 6]
