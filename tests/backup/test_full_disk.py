"""A disk that is really full, at a backup and at a restore: one clear line, and nothing half is left."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import text

from gym.backup.errors import DiskFull, NoRoom
from gym.backup.files.archive import OpenedBackup
from gym.backup.files.erasure_list import write_erasures
from gym.backup.files.parts import backups_in, files_at
from gym.backup.keys.key_store import BackupKeyStore
from gym.backup.restoring.proof import BackupProof
from gym.commands.backup.brought_keys import keep_keys
from gym.security.permissions import Actor
from tests.backup.conftest import PHRASE, BusyGym
from tests.e2e.process import ROOT

pytestmark = pytest.mark.live
MEGABYTE: Final = 1_000_000
BALLAST: Final = 24 * MEGABYTE
"""Random: the backup is as large, which is more than the half of the database that is asked for."""


@dataclass(frozen=True)
class SmallDisk:
    """A file system of its own."""

    folder: Path

    def resize(self, megabytes: int) -> None:
        options = f"remount,size={megabytes * MEGABYTE}"
        subprocess.run(["mount", "-o", options, str(self.folder)], check=True)

    def fill(self) -> None:
        """To the last byte."""
        with suppress(OSError), (self.folder / "pictures").open("wb", 0) as file:
            while file.write(bytes(4096)):
                pass


MountDisk = Callable[[int], SmallDisk]


@pytest.fixture
def mount(tmp_path: Path) -> Generator[MountDisk]:
    """Makes small disks where root may; the limit of a file's size stands in elsewhere, see below."""
    made: list[Path] = []

    def make(megabytes: int) -> SmallDisk:
        folder = tmp_path / f"disk-{len(made)}"
        folder.mkdir()
        options = f"size={megabytes * MEGABYTE},mode=0755"
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        if sys.platform != "linux" or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("no file system can be mounted here")
        made.append(folder)
        return SmallDisk(folder)

    yield make
    for folder in made:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
async def heavy(busy: BusyGym) -> BusyGym:
    """With data that nothing makes smaller."""
    query = text(
        "CREATE TABLE ballast AS SELECT string_agg(sha512((random()::text || n || m)::bytea), '') AS data "
        "FROM generate_series(1, :rows) n, generate_series(1, 1000) m GROUP BY n"
    )
    async with busy.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(query, {"rows": BALLAST // 64_000})
    return busy


async def test_a_disk_that_fills_up_in_the_middle_of_a_backup(heavy: BusyGym, mount: MountDisk) -> None:
    async with heavy.gym.database.direct() as connection:
        size = await connection.fetchval("SELECT pg_database_size(current_database())")
    disk = mount(size // 2 // MEGABYTE + 2)
    assert size // 2 + 2 * MEGABYTE < BALLAST, "it is let in, and does not fit"
    folder = disk.folder / "backups"
    with pytest.raises(DiskFull):
        await heavy.backup(folder)
    assert os.listdir(folder) == []
    disk.resize(100)
    made = await heavy.backup(folder)
    OpenedBackup(files_at([made.path]), heavy.key).check()


async def test_an_older_backup_stays_when_the_next_one_does_not_fit(busy: BusyGym, mount: MountDisk) -> None:
    disk = mount(40)
    folder = disk.folder / "backups"
    made = await busy.backup(folder)
    whole = made.path.read_bytes()
    (disk.folder / "pictures").write_bytes(os.urandom(36 * MEGABYTE))
    with pytest.raises(NoRoom):
        await busy.backup(folder)
    assert backups_in(folder) == [made.path]
    assert made.path.read_bytes() == whole


async def test_a_list_of_erasures_that_does_not_fit_leaves_the_old_one(
    busy: BusyGym, mount: MountDisk
) -> None:
    disk = mount(1)
    assert write_erasures(disk.folder, [], busy.key)
    before = (disk.folder / "erasures.json").read_bytes()
    disk.fill()
    other = type(busy.key)(b"o" * 16, b"k" * 32)
    with pytest.raises(OSError, match="No space"):
        write_erasures(disk.folder, [], other)
    assert sorted(os.listdir(disk.folder)) == ["erasures.json", "pictures"]
    assert (disk.folder / "erasures.json").read_bytes() == before


async def test_the_proof_of_a_backup_is_not_tried_where_it_would_fill_the_gyms_own_disk(
    busy: BusyGym, tmp_path: Path, mount: MountDisk
) -> None:
    """PostgreSQL ends when it cannot write its log: the weekly proof would close the gym."""
    made = await busy.backup(tmp_path / "backups")
    disk = mount(60)
    with pytest.raises(NoRoom):
        await BackupProof(busy.gym.database, disk.folder).prove(OpenedBackup(files_at([made.path]), busy.key))
    disk.resize(200)
    await BackupProof(busy.gym.database, disk.folder).prove(OpenedBackup(files_at([made.path]), busy.key))


async def test_a_new_computer_with_too_small_a_disk_says_so_and_keeps_nothing(
    busy: BusyGym, tmp_path: Path, mount: MountDisk
) -> None:
    made = await busy.backup(tmp_path / "backups")
    disk = mount(50)
    home = disk.folder / "home"
    status, said = await operator(home, "restore", str(made.path), typed=PHRASE)
    assert (status, said.count("\n")) == (1, 1), said
    assert "not enough room" in said
    assert not (home / "secrets.env").exists()


async def test_the_largest_file_that_may_be_written_is_a_full_disk_too(busy: BusyGym, tmp_path: Path) -> None:
    """Without root: the system refuses the byte after the limit, as a quota does."""
    given = {"powergym_home": tmp_path / "home", "database_url": busy.gym.database.url}
    config = busy.gym.config.model_copy(update=given)
    keep_keys(config, busy.gym.secrets)
    BackupKeyStore(config).keep(busy.key)
    status, said = await operator(
        config.powergym_home, "backup", "make", database=busy.gym.database.url, most_bytes=20_000
    )
    assert (status, said) == (
        1,
        "The disk is full. Nothing was overwritten and nothing half is left. Make room and try again.\n",
    )
    assert os.listdir(config.backups_root) == []


async def operator(
    home: Path, *command: str, typed: str = "", database: str = "", most_bytes: int | None = None
) -> tuple[int, str]:
    """`python -m gym …`; its status and what it said on standard error."""

    def limited() -> None:
        if most_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    environment = {**os.environ, "POWERGYM_HOME": str(home), "DATABASE_URL": database, "LOG_LEVEL": "ERROR"}
    if not database:
        del environment["DATABASE_URL"]
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "gym", *command],
        cwd=ROOT,
        env=environment,
        input=f"{typed}\n".encode(),
        capture_output=True,
        check=False,
        preexec_fn=limited,
    )
    return done.returncode, done.stderr.decode()
