"""Backups by themselves: at night, made up for, proved weekly, rung when they fail."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from pydantic import SecretStr
from sqlalchemy import select

from gym.app import Gym
from gym.backup import creation, rounds
from gym.backup.errors import NoRoom, RestoreDiffers
from gym.backup.files.parts import backups_in
from gym.backup.health import BackupHealthReader, BackupTrouble
from gym.backup.journal import BackupJournal
from gym.backup.models import Backup, BackupState
from gym.backup.service import BackupService
from gym.core.clock import FrozenClock
from gym.notifications.models import Notification, NotificationKind
from gym.security.permissions import Actor, Role
from tests.backup.conftest import PHRASE
from tests.conftest import hire
from web.api.gauges import measure

SYSTEM = Actor.system()
DAY = timedelta(days=1)


@pytest.fixture
async def backed(gym: Gym, admin: Actor, tmp_path: Path) -> Gym:
    """A gym with a pass-phrase; its wall clock stands at ten in the morning."""
    del admin
    given = {"backup_passphrase": SecretStr(PHRASE), "backup_folder": tmp_path / "backups"}
    return replace(gym, config=gym.config.model_copy(update=given))


async def journal(gym: Gym) -> list[Backup]:
    async with gym.unit_of_work(SYSTEM) as uow:
        return list(await uow.session.scalars(select(Backup).order_by(Backup.asked_at, Backup.id)))


async def alarms(gym: Gym) -> list[str]:
    query = select(Notification.payload).where(Notification.kind == NotificationKind.BACKUP_ALARM)
    async with gym.unit_of_work(SYSTEM) as uow:
        rows = await uow.session.scalars(query.order_by(Notification.created_at, Notification.id))
        return [row["trouble"] for row in rows]


async def trouble(gym: Gym) -> BackupTrouble | None:
    async with gym.unit_of_work(SYSTEM) as uow:
        return (await BackupHealthReader(uow.session).read(uow.context.wall, to_chat=False)).trouble


async def test_without_a_pass_phrase_nothing_is_made(gym: Gym, tmp_path: Path) -> None:
    bare = replace(gym, config=gym.config.model_copy(update={"powergym_home": tmp_path}))
    await bare.backup_rounds.round()
    assert await journal(bare) == []


async def test_a_backup_is_made_each_night_once_and_proved_at_once_then_weekly(
    backed: Gym, clock: FrozenClock
) -> None:
    await backed.backup_rounds.round()
    await backed.backup_rounds.round()
    [first] = await journal(backed)
    assert first.state is BackupState.MADE
    assert first.proved_at is not None
    assert first.name is not None
    assert (backed.config.backups_root / first.name).stat().st_size == first.size
    for _ in range(7):
        clock.advance(DAY)
        await backed.backup_rounds.round()
    made = await journal(backed)
    assert len(made) == 8
    assert [row.proved_at is not None for row in made] == [True, *[False] * 6, True]
    assert await alarms(backed) == []
    assert await trouble(backed) is None


async def test_what_a_night_missed_is_made_up_for_in_the_morning(backed: Gym, clock: FrozenClock) -> None:
    await backed.backup_rounds.round()
    clock.advance(timedelta(hours=16))  # two in the morning: the hour has not come
    await backed.backup_rounds.round()
    assert len(await journal(backed)) == 1
    clock.advance(timedelta(hours=9))
    await backed.backup_rounds.round()
    assert len(await journal(backed)) == 2


async def test_an_admin_gets_one_when_they_want_it(backed: Gym, clock: FrozenClock) -> None:
    await backed.backup_rounds.round()
    boss = await hire(backed, "Berta", Role.ADMIN)
    async with backed.unit_of_work(boss) as uow:
        assert await BackupService(uow).ask()
        assert not await BackupService(uow).ask()
    clock.advance(timedelta(minutes=1))
    await backed.backup_rounds.round()
    assert [row.state for row in await journal(backed)] == [BackupState.GONE, BackupState.MADE]


async def test_a_failed_one_rings_each_admin_once_a_day_and_is_tried_again(
    backed: Gym, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise NoRoom(1, 2)

    with monkeypatch.context() as harm:
        harm.setattr(creation, "_require_room", full)
        await backed.backup_rounds.round()
        await backed.backup_rounds.round()
        assert await alarms(backed) == ["failed"]
        assert await trouble(backed) is BackupTrouble.FAILED
        clock.advance(timedelta(minutes=31))
        await backed.backup_rounds.round()
        assert await alarms(backed) == ["failed"]
    assert [row.error for row in await journal(backed)] == ["backup_no_room"] * 2
    clock.advance(timedelta(minutes=31))
    await backed.backup_rounds.round()
    assert await trouble(backed) is None


async def test_a_proof_that_fails_rings_and_is_tried_again_the_next_day(
    backed: Gym, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def differs(*_: object) -> None:
        raise RestoreDiffers(["clients has 1 rows instead of 2"])

    with monkeypatch.context() as harm:
        harm.setattr(rounds.BackupProof, "prove", differs)
        await backed.backup_rounds.round()
        await backed.backup_rounds.round()
        assert await alarms(backed) == ["proof_failed"]
        assert await trouble(backed) is BackupTrouble.PROOF_FAILED
    clock.advance(DAY)
    await backed.backup_rounds.round()
    assert await trouble(backed) is None


async def test_a_file_that_was_damaged_on_the_disk_is_found_by_the_proof(
    backed: Gym, clock: FrozenClock
) -> None:
    await backed.backup_rounds.round()
    [row] = await journal(backed)
    path = backed.config.backups_root / (row.name or "")
    raw = path.read_bytes()
    path.write_bytes(raw[:-1] + b"!")
    async with backed.unit_of_work(SYSTEM) as uow:
        (await uow.session.get_one(Backup, row.id)).proved_at = None
    await backed.backup_rounds.round()
    assert await alarms(backed) == ["proof_failed"]


async def test_two_nights_without_a_backup_ring(backed: Gym, clock: FrozenClock) -> None:
    await backed.backup_rounds.round()
    clock.advance(timedelta(hours=37))
    async with backed.unit_of_work(SYSTEM) as uow:
        assert await BackupJournal(uow).watch() is BackupTrouble.TOO_OLD
    assert await alarms(backed) == ["too_old"]


async def test_old_files_go_and_their_rows_say_so(backed: Gym, clock: FrozenClock) -> None:
    for _ in range(12):
        await backed.backup_rounds.round()
        clock.advance(DAY)
    rows = await journal(backed)
    kept = sorted(row.name or "" for row in rows if row.state is BackupState.MADE)
    assert sorted(path.name for path in backups_in(backed.config.backups_root)) == kept
    assert len(kept) < len(rows)


async def test_metrics_say_when_and_how_large_the_last_backup_was_and_that_one_failed(
    backed: Gym, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await measure(backed)
    assert metric("last_success_seconds") == 0
    await backed.backup_rounds.round()
    await measure(backed)
    [row] = await journal(backed)
    assert row.made_at is not None
    assert metric("last_success_seconds") == metric("last_proof_seconds") == row.made_at.timestamp()
    assert metric("size_bytes") == row.size
    assert metric("seconds") > 0
    assert metric("failed") == 0

    async def full(*_: object) -> None:
        raise NoRoom(1, 2)

    clock.advance(DAY)
    monkeypatch.setattr(creation, "_require_room", full)
    await backed.backup_rounds.round()
    await measure(backed)
    assert metric("failed") == 1
    assert metric("last_success_seconds") == row.made_at.timestamp()


def metric(name: str) -> float:
    value = REGISTRY.get_sample_value(f"powergym_backup_{name}")
    assert value is not None
    return value
