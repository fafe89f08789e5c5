"""BACKUP_COMMAND gets each backup on its standard input; where it fails, the gym says so."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from gym.app import Gym
from gym.backup.command_copy import CommandCopy
from gym.backup.errors import CommandFailed, CommandMissing
from gym.backup.files.parts import backups_in
from gym.backup.health import BackupHealthReader, BackupTrouble
from gym.backup.rounds import BackupRounds
from gym.commands.backup.making import note
from gym.core.config import ConfigError, load_config
from gym.notifications.models import Notification, NotificationKind
from gym.security.permissions import Actor
from tests.backup.conftest import PHRASE, BusyGym

pytestmark = pytest.mark.live
SYSTEM = Actor.system()
COPY = "import os,sys; open(sys.argv[1], 'wb').write(sys.stdin.buffer.read()); print(os.environ)"
TOLD = "import json,os,sys; sys.stdin.buffer.read(); json.dump(dict(os.environ), open(sys.argv[1], 'w'))"


def backed_up_by(gym: Gym, folder: Path, *command: str) -> Gym:
    given = {"backup_passphrase": SecretStr(PHRASE), "backup_folder": folder, "backup_command": command}
    return replace(gym, config=gym.config.model_copy(update=given))


async def trouble_of(gym: Gym) -> BackupTrouble | None:
    async with gym.unit_of_work(SYSTEM) as uow:
        return (await BackupHealthReader(uow.session).read(uow.context.wall, to_chat=False)).trouble


async def a_night(rounds: BackupRounds) -> None:
    await rounds.round()
    await rounds.copy()


async def test_the_command_gets_the_whole_file_once_and_no_key_of_the_gym(
    busy: BusyGym, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("JWT_KEYS", "DATA_KEYS", "BACKUP_PASSPHRASE", "TELEGRAM_BOT_TOKEN", "DATABASE_URL"):
        monkeypatch.setenv(name, "a secret")
    monkeypatch.setenv("BUCKET_TOKEN", "for the command")
    folder = tmp_path / "backups"
    # A shell would run the second command; here it is an argument like any other.
    odd = tmp_path / "{name}; touch $HOME && x"
    gym = backed_up_by(busy.gym, folder, sys.executable, "-c", COPY, str(odd))
    await a_night(gym.backup_rounds)
    [made] = backups_in(folder)
    copy = tmp_path / f"{made.name}; touch $HOME && x"
    assert copy.read_bytes() == made.read_bytes()
    copy.unlink()
    await a_night(gym.backup_rounds)
    assert not copy.exists(), "once"
    assert await trouble_of(gym) is None
    told = tmp_path / "environment"
    command = CommandCopy.of(backed_up_by(busy.gym, folder, sys.executable, "-c", TOLD, str(told)).config)
    assert command is not None
    await command.copy(made)
    seen = json.loads(told.read_text())
    assert seen["BUCKET_TOKEN"] == "for the command"
    assert "a secret" not in seen.values()


async def test_a_command_that_fails_rings_and_is_seen_and_the_backup_stays(
    busy: BusyGym, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    gym = backed_up_by(busy.gym, folder, sys.executable, "-c", "import sys; sys.exit(3)")
    await a_night(gym.backup_rounds)
    assert len(backups_in(folder)) == 1
    assert await trouble_of(gym) is BackupTrouble.COPY_FAILED
    async with gym.unit_of_work(SYSTEM) as uow:
        kinds = list(await uow.session.scalars(select(Notification.kind)))
    assert kinds.count(NotificationKind.BACKUP_ALARM) == 1
    mended = backed_up_by(busy.gym, folder, sys.executable, "-c", COPY, str(tmp_path / "copy"))
    await mended.backup_rounds.copy()
    assert await trouble_of(gym) is BackupTrouble.COPY_FAILED, "tried again after half an hour"


async def test_faults_of_the_command_are_one_line_without_what_it_printed(tmp_path: Path) -> None:
    file = tmp_path / "x.pgbackup"
    file.write_bytes(b"sealed")
    with pytest.raises(CommandFailed) as fault:
        await CommandCopy([sys.executable, "-c", "raise SystemExit('token 123')"], {}).copy(file)
    assert fault.value.context == {"reason": "status 1"}
    with pytest.raises(CommandMissing) as missing:
        await CommandCopy(["/nowhere/rclone"], {}).copy(file)
    assert missing.value.context == {"program": "/nowhere/rclone", "reason": "No such file or directory"}


async def test_a_gym_that_stops_waits_for_no_command_that_has_not_begun(tmp_path: Path) -> None:
    file, trace = tmp_path / "x.pgbackup", tmp_path / "trace"
    file.write_bytes(b"sealed")
    go_on, threads = threading.Event(), ThreadPoolExecutor(1)
    asyncio.get_running_loop().set_default_executor(threads)
    threads.submit(go_on.wait)
    begin = "import sys,time; open(sys.argv[1], 'w'); time.sleep(20)"
    copying = asyncio.create_task(CommandCopy([sys.executable, "-c", begin, str(trace)], {}).copy(file))
    await asyncio.sleep(0)
    copying.cancel()
    await asyncio.sleep(0)
    go_on.set()
    done, _ = await asyncio.wait([copying], timeout=5)
    assert done, "it waits for the command"
    assert copying.cancelled()
    assert not trace.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no groups of processes")
async def test_a_gym_that_stops_ends_what_the_command_has_started_too(tmp_path: Path) -> None:
    file, pipe = tmp_path / "x.pgbackup", tmp_path / "pipe"
    file.write_bytes(b"sealed")
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    script = '(echo up; exec sleep 20) > "$0" & wait'
    copying = asyncio.create_task(CommandCopy(["sh", "-c", script, str(pipe)], os.environ).copy(file))
    assert await heard(reader) == b"up\n"
    copying.cancel()
    await asyncio.wait([copying])
    assert await heard(reader, at_end=True) == b"", "it writes no more"
    os.close(reader)


async def heard(reader: int, *, at_end: bool = False) -> bytes | None:
    """What a pipe gives within five seconds; `at_end`: that nobody holds its other end."""
    for _ in range(250):
        with suppress(BlockingIOError):
            found = os.read(reader, 9)
            if found or at_end:
                return found
        await asyncio.sleep(0.02)
    return None


async def test_a_copy_that_fails_hides_no_chat_that_got_nothing_and_ends_with_its_setting(
    busy: BusyGym, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    gym = backed_up_by(busy.gym, folder, sys.executable, "-c", "raise SystemExit(3)")
    await a_night(gym.backup_rounds)
    async with gym.unit_of_work(SYSTEM) as uow:
        later = uow.context.wall + timedelta(hours=13)
        health = await BackupHealthReader(uow.session).read(later, to_chat=True)
        assert health.trouble is BackupTrouble.NOT_SENT
        health = await BackupHealthReader(uow.session).read(later, to_chat=False)
        assert health.trouble is BackupTrouble.COPY_FAILED
    await backed_up_by(busy.gym, folder).backup_rounds.copy()
    assert await trouble_of(gym) is None


async def test_a_backup_by_hand_that_was_not_copied_ends_with_a_fault(tmp_path: Path, busy: BusyGym) -> None:
    made = await busy.backup(tmp_path)
    gym = backed_up_by(busy.gym, tmp_path, sys.executable, "-c", "raise SystemExit(4)")
    with pytest.raises(CommandFailed):
        await note(gym, made)
    assert await trouble_of(busy.gym) is BackupTrouble.COPY_FAILED


def test_the_command_is_split_as_a_shell_would(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_COMMAND", "rclone rcat 'my bucket:gym/{name}'")
    assert load_config().backup_command == ("rclone", "rcat", "my bucket:gym/{name}")
    monkeypatch.setenv("BACKUP_COMMAND", "rclone 'open")
    with pytest.raises(ConfigError, match="BACKUP_COMMAND: has a quote that is not closed"):
        load_config()
