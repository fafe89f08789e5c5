"""`kill -9` of a backup or a restore at its worst moments: nothing is overwritten, the next run works."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import asyncpg
import pytest

from gym.app import open_gym
from gym.backup.errors import ChatNotRead, NoGymYet
from gym.backup.files.archive import OpenedBackup
from gym.backup.files.parts import backups_in, file_name, files_at
from gym.backup.journal import BackupJournal
from gym.backup.keys.key_store import BackupKeyStore
from gym.commands.backup.brought_keys import keep_keys
from gym.commands.backup.making import make, phrase
from gym.commands.backup.restoring import RestoreOrder, _fetched, forget, restore  # pyright: ignore[reportPrivateUsage]
from gym.core.clock import FrozenClock
from gym.core.config import Config
from gym.core.database.engine import plain_dsn
from gym.security.permissions import Actor
from tests.backup.conftest import PHRASE, BusyGym, facts_at
from tests.conftest import MORNING
from tests.e2e.process import ROOT
from tests.support.databases import administration

pytestmark = pytest.mark.live
SIDE: Final = "gym.backup.restoring.side_databases:SideDatabases"
POURED: Final = "subprocess:Popen.wait:before"
"""Everything is delivered to pg_restore, which is at work and goes on for a moment without us."""
FILLED: Final = "gym.backup.restoring.restoration:_require_same:before"
BEFORE_SWAP: Final = f"{SIDE}.swap:before"
AFTER_SWAP: Final = f"{SIDE}.swap:after"
SEALING: Final = "gym.backup.files.sealed_file:SealingWriter.finish:before"
NAMED: Final = "gym.backup.creation:_sync:after"
"""The file lies there, and no journal knows of it."""


@dataclass(frozen=True)
class Computer:
    """The environment of a command that is killed."""

    config: Config

    async def dies(self, place: str, *command: str) -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.backup.killed", place, *command),
            cwd=ROOT,
            env={
                **os.environ,
                "POWERGYM_HOME": str(self.config.powergym_home),
                "DATABASE_URL": self.config.database_url or "",
            },
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate(f"{PHRASE}\n".encode())
        assert process.returncode == -signal.SIGKILL, said.decode()

    async def databases(self) -> list[str]:
        """Beside the gym's own."""
        assert self.config.database_url is not None
        base = self.config.database_url.replace("/restore_target?", "/powergym?", 1)
        query = "SELECT datname FROM pg_database WHERE starts_with(datname, 'restore_target_')"
        async with administration(base) as connection:
            return [row[0] for row in await connection.fetch(query)]

    async def is_empty(self) -> bool:
        assert self.config.database_url is not None
        connection = await asyncpg.connect(plain_dsn(self.config.database_url))
        try:
            return not await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        finally:
            await connection.close()


@pytest.mark.parametrize("place", [POURED, FILLED, BEFORE_SWAP])
async def test_a_restore_that_was_killed_before_the_swap_has_changed_nothing_and_is_run_again(
    busy: BusyGym, tmp_path: Path, away: Config, place: str
) -> None:
    before = await busy.facts()
    made = await busy.backup(tmp_path / "backups")
    computer = Computer(away)
    await computer.dies(place, "restore", str(made.path))
    assert await computer.is_empty()
    assert await restore(away, RestoreOrder([made.path], replace=False, as_json=True)) == 0
    assert await computer.databases() == []
    assert away.database_url is not None
    assert (await facts_at(away.database_url)).sums == before.sums


async def test_what_a_killed_restore_has_left_half_filled_is_dropped_by_forget(
    busy: BusyGym, tmp_path: Path, away: Config
) -> None:
    made = await busy.backup(tmp_path / "backups")
    computer = Computer(away)
    await computer.dies(FILLED, "restore", str(made.path))
    assert await computer.databases() == ["restore_target_restoring"]
    await forget(away, as_json=True)
    assert await computer.databases() == []


async def test_a_restore_that_was_killed_after_the_swap_is_a_whole_gym_that_goes_on_backing_up(
    busy: BusyGym, tmp_path: Path, away: Config
) -> None:
    before = await busy.facts()
    made = await busy.backup(tmp_path / "backups")
    computer = Computer(away)
    await computer.dies(AFTER_SWAP, "restore", str(made.path))
    assert away.database_url is not None
    assert (await facts_at(away.database_url)).sums == before.sums
    unnamed = away.model_copy(update={"backup_passphrase": None})
    assert (await BackupKeyStore(unnamed).key()).salt == busy.key.salt
    async with open_gym(unnamed, faces=False) as gym:
        assert gym.secrets.data == busy.gym.secrets.data
    assert len(await computer.databases()) == 1  # the empty one that was there
    await forget(away, as_json=True)
    assert await computer.databases() == []


async def test_a_gym_that_a_killed_restore_was_to_replace_is_still_the_one_in_place(
    busy: BusyGym, tmp_path: Path, away: Config
) -> None:
    made = await busy.backup(tmp_path / "backups")
    order = RestoreOrder([made.path], replace=True, as_json=True)
    await restore(away, order)
    assert away.database_url is not None
    there = await facts_at(away.database_url)
    computer = Computer(away)
    await computer.dies(BEFORE_SWAP, "restore", "--replace", str(made.path))
    assert await facts_at(away.database_url) == there
    await restore(away, order)
    assert all("_before_" in name for name in await computer.databases())


@pytest.mark.parametrize(("place", "whole"), [(SEALING, 0), (NAMED, 1)])
async def test_a_backup_that_was_killed_leaves_no_half_file_to_the_next(
    busy: BusyGym, tmp_path: Path, place: str, whole: int
) -> None:
    given = {"powergym_home": tmp_path / "home", "database_url": busy.gym.database.url}
    config = busy.gym.config.model_copy(update=given)
    keep_keys(config, busy.gym.secrets)
    BackupKeyStore(config).keep(busy.key)
    before = await busy.facts()
    await Computer(config).dies(place, "backup", "make")
    left = backups_in(config.backups_root)
    assert len(left) == whole
    for path in left:
        OpenedBackup(files_at([path]), busy.key).check()
    assert (await busy.facts()).rows == before.rows
    await make(config, None, as_json=True)
    assert not list(config.backups_root.glob(".*"))
    assert backups_in(config.backups_root)


async def test_a_file_that_no_journal_knows_goes_after_its_days(busy: BusyGym, clock: FrozenClock) -> None:
    """Of a program that was killed between the file and its row, or from before a restore."""
    old, recent, newest = (file_name(MORNING - timedelta(days=days)) for days in (31, 3, 0))
    names = [old, recent, newest, "by hand.pgbackup"]
    async with busy.gym.unit_of_work(Actor.system()) as uow:
        assert await BackupJournal(uow).let_go(names) == [old]
        assert await BackupJournal(uow).let_go([old]) == []  # better than none
    clock.advance(timedelta(days=40))
    async with busy.gym.unit_of_work(Actor.system()) as uow:
        assert await BackupJournal(uow).let_go(names) == [old, recent]


async def test_a_pass_phrase_made_before_the_first_start_does_not_hinder_it(
    tmp_path: Path, database_url: str
) -> None:
    config = Config(_env_file=None, powergym_home=tmp_path, database_url=database_url)  # type: ignore[call-arg]
    await phrase(config, replace=False, as_json=True)
    async with open_gym(config, faces=False):
        assert BackupKeyStore(config).is_there()


async def test_where_no_gym_was_begun_a_backup_says_so(tmp_path: Path, away: Config) -> None:
    with pytest.raises(NoGymYet):
        await make(away, tmp_path, as_json=True)


def test_what_a_killed_restore_fetched_out_of_the_chat_is_cleared_away(tmp_path: Path) -> None:
    left = tmp_path / "from-chat-left"
    left.mkdir()
    (left / "powergym-20260803-150000.pgbackup.001").write_bytes(b"sealed")
    config = Config(_env_file=None, powergym_home=tmp_path)  # type: ignore[call-arg]
    with pytest.raises(ChatNotRead), _fetched(config):  # nobody can be asked without a token
        raise AssertionError
    assert not left.exists()
