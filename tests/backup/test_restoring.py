"""A gym comes back from its backup: whole or not at all."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import select, text

from gym.app import Gym, open_gym
from gym.backup.creation import BackupMaker
from gym.backup.errors import (
    BackupAltered,
    BackupError,
    DumpFailed,
    GymOpen,
    GymThere,
    KeysApart,
    NoRoom,
    PassphraseWrong,
    RestoreDiffers,
    RestoreFailed,
    RevisionUnknown,
)
from gym.backup.files.archive import OpenedBackup
from gym.backup.files.parts import BackupFiles, part_name
from gym.backup.files.passphrase import BackupKey
from gym.backup.programs import REFUSED_TIMEOUT, complaint, only_refused_timeout
from gym.backup.restoring import restoration
from gym.backup.restoring.proof import BackupProof
from gym.commands.backup import restoring
from gym.commands.backup.restoring import RestoreOrder, forget, restore
from gym.core.clock import FrozenClock
from gym.core.config import Config
from gym.core.database.engine import Database, plain_dsn
from gym.core.database.migrations import head
from gym.jobs.runner import run_due
from gym.notifications.models import Notification, NotificationKind, NotificationState
from gym.security.cipher import Keyring
from gym.security.keys.secrets import kept_value, load_secrets
from gym.security.permissions import Actor
from tests.backup.conftest import PHRASE, BusyGym, facts_at, told
from tests.conftest import MORNING
from tests.support.memberships import DeskClerk

pytestmark = pytest.mark.live


def order(*paths: Path, replace: bool = False) -> RestoreOrder:
    return RestoreOrder(paths, replace, as_json=True)


async def tables_of(config: Config) -> int:
    assert config.database_url is not None
    connection = await asyncpg.connect(plain_dsn(config.database_url))
    try:
        return await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    finally:
        await connection.close()


async def test_a_gym_comes_back_with_the_same_rows_and_sums(
    busy: BusyGym, tmp_path: Path, away: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    before = await busy.facts()
    made = await busy.backup(tmp_path / "backups")
    assert made.facts == before
    assert await restore(away, order(made.path)) == 0
    report = told(capsys.readouterr().out)
    assert report["sums"] == before.sums
    assert report["kept"] is None
    assert away.database_url is not None
    after = await facts_at(away.database_url)
    assert after.sums == before.sums
    assert after.schema_digest == before.schema_digest
    differing = {table for table in before.rows if before.rows[table] != after.rows[table]}
    assert differing <= {"audit_entries"}  # the restore itself is in the trail
    kept = load_secrets(away.powergym_home)
    assert kept.data == busy.gym.secrets.data
    assert kept.jwt == busy.gym.secrets.jwt


async def test_the_restored_gym_opens_and_works(busy: BusyGym, tmp_path: Path, away: Config) -> None:
    made = await busy.backup(tmp_path)
    await restore(away, order(made.path))
    async with open_gym(away, faces=False) as back:
        desk = DeskClerk(back, Actor.system())
        plan = await desk.plan(name="Another")
        sold = await desk.sell(await desk.client("Berta"), plan)
        receipt = await desk.pay(sold)
        # Numbers that were perhaps given after the backup are given to nobody else.
        assert receipt.number == 10_001


async def test_overdue_messages_wait_for_an_admin_and_links_have_ended(
    busy: BusyGym, tmp_path: Path, away: Config
) -> None:
    async with busy.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(
            text("UPDATE notifications SET state = 'pending', due_at = now() - interval '1 h'")
        )
        waiting = await uow.session.scalar(text("SELECT count(*) FROM notifications"))
        await uow.session.execute(
            text(
                "INSERT INTO one_time_links (id, purpose, digest, created_at)"
                " VALUES (gen_random_uuid(), 'invite_staff', '\\x01', now())"
            )
        )
    assert waiting
    made = await busy.backup(tmp_path)
    await restore(away, order(made.path))
    async with open_gym(away, faces=False) as back, back.unit_of_work(Actor.system()) as uow:
        held = "SELECT count(*) FROM notifications WHERE state = 'failed' AND error = 'restored'"
        assert await uow.session.scalar(text(held)) == waiting
        assert not await uow.session.scalar(
            text("SELECT count(*) FROM notifications WHERE state = 'pending'")
        )
        # The gym's own wall clock: the database's can be another, as in the runs at moved hours.
        live = "SELECT count(*) FROM one_time_links WHERE expires_at IS NULL OR expires_at > :wall"
        assert await uow.session.scalar(text(live), {"wall": uow.context.wall}) == 0


async def test_what_was_said_on_the_days_since_is_not_said_again_without_an_admin(
    busy: BusyGym, tmp_path: Path, away: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gym that is gone has told Rosalinda that her month is over; the backup does not know it."""
    await run_due(busy.gym.run)
    made = await busy.backup(tmp_path)
    later = FrozenClock(MORNING + timedelta(days=35))
    monkeypatch.setattr(restoring, "SystemClock", lambda: later)
    await restore(away, order(made.path))
    assert away.database_url is not None
    back = Gym(away, Database(away.database_url), later, load_secrets(away.powergym_home))
    try:
        assert await said(back, NotificationState.PENDING) == set()
        assert NotificationKind.SUBSCRIPTION_EXPIRED in await said(back, NotificationState.FAILED)
        await run_due(back.run)
        assert NotificationKind.SUBSCRIPTION_EXPIRED not in await said(back, NotificationState.PENDING)
    finally:
        await back.database.close()


async def said(gym: Gym, state: NotificationState) -> set[NotificationKind]:
    async with gym.unit_of_work(Actor.system()) as uow:
        return set(await uow.session.scalars(select(Notification.kind).where(Notification.state == state)))


async def test_the_gym_goes_on_while_it_is_copied_and_the_copy_is_of_one_moment(
    busy: BusyGym, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gym.backup import creation

    real = creation.read_facts

    async def and_somebody_registers(connection: asyncpg.Connection) -> object:
        facts = await real(connection)
        await DeskClerk(busy.gym, Actor.system()).client("Latecomer")
        return facts

    monkeypatch.setattr(creation, "read_facts", and_somebody_registers)
    made = await busy.backup(tmp_path)
    await BackupProof(busy.gym.database).prove(opened(made.path, busy.key))


def opened(path: Path, key: BackupKey) -> OpenedBackup:
    return OpenedBackup(BackupFiles(path.name, [path]), key)


async def test_a_gym_that_is_there_is_replaced_only_when_asked_and_kept(
    busy: BusyGym, tmp_path: Path, away: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    made = await busy.backup(tmp_path)
    await restore(away, order(made.path))
    async with open_gym(away, faces=False) as back:
        await DeskClerk(back, Actor.system()).client("Newcomer")
    assert away.database_url is not None
    there = await facts_at(away.database_url)
    with pytest.raises(GymThere):
        await restore(away, order(made.path))
    assert await facts_at(away.database_url) == there
    capsys.readouterr()
    await restore(away, order(made.path, replace=True))
    kept = told(capsys.readouterr().out)["kept"]
    assert isinstance(kept, str)
    assert (await facts_at(away.database_url.replace("restore_target", kept))).rows == there.rows
    assert (await facts_at(away.database_url)).rows["clients"] == there.rows["clients"] - 1
    await forget(away, as_json=True)
    assert told(capsys.readouterr().out) == {"dropped": [kept]}


async def test_an_open_gym_is_not_replaced(busy: BusyGym, tmp_path: Path, away: Config) -> None:
    made = await busy.backup(tmp_path)
    await restore(away, order(made.path))
    async with open_gym(away, faces=False):
        with pytest.raises(GymOpen):
            await restore(away, order(made.path, replace=True))


async def test_a_wrong_pass_phrase_a_cut_and_a_changed_file_leave_nothing_behind(
    busy: BusyGym, tmp_path: Path, away: Config
) -> None:
    made = await busy.backup(tmp_path)
    raw = made.path.read_bytes()
    wrong = away.model_copy(update={"backup_passphrase": type(away.backup_passphrase)("7KQP-X2M0-4RTV-9HJ2")})  # type: ignore[call-arg, misc]
    with pytest.raises(PassphraseWrong):
        await restore(wrong, order(made.path))
    for name, harm in {
        "cut": raw[:-1],
        "half": raw[: len(raw) // 2],
        "bit": raw[:-9] + b"!" + raw[-8:],
    }.items():
        harmed = tmp_path / f"{name}.pgbackup"
        harmed.write_bytes(harm)
        with pytest.raises(BackupError):
            await restore(away, order(harmed))
    half = tmp_path / "uploading"
    half.mkdir()
    (half / part_name(made.name, 1)).write_bytes(raw[: len(raw) // 2])
    with pytest.raises(BackupAltered):
        await restore(away, order(half))
    assert await tables_of(away) == 0
    assert not (away.powergym_home / "secrets.env").exists()


async def test_a_backup_of_a_newer_release_is_refused_before_anything_is_made(
    busy: BusyGym, tmp_path: Path, away: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with busy.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    made = await busy.backup(tmp_path)
    with pytest.raises(RevisionUnknown):
        await restore(away, order(made.path))
    assert await tables_of(away) == 0


async def test_a_disk_that_is_too_small_is_named_first(
    busy: BusyGym, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gym.backup import creation

    monkeypatch.setattr(creation, "free_bytes", lambda _: 1000)
    with pytest.raises(NoRoom):
        await busy.backup(tmp_path / "full")
    assert list((tmp_path / "full").iterdir()) == []


async def test_a_disk_that_fills_up_in_the_middle_leaves_no_file(
    busy: BusyGym, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gym.backup import creation

    def full(self: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(creation.SealingWriter, "finish", full)
    with pytest.raises(BackupError) as fault:
        await busy.backup(tmp_path / "full")
    assert "No space left" in str(fault.value.context["reason"])
    assert list((tmp_path / "full").iterdir()) == []


async def test_a_dump_that_fails_is_no_backup(
    busy: BusyGym, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gym.backup import creation

    monkeypatch.setattr(creation, "OPTIONS", ("--format=custom", "--table=nothing_of_that_name"))
    with pytest.raises(DumpFailed) as fault:
        await busy.backup(tmp_path)
    assert "no matching tables" in str(fault.value.context["reason"])
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".pgbackup")]


async def test_what_differs_from_the_backup_is_not_put_in_place(
    busy: BusyGym, tmp_path: Path, away: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gym.backup import creation

    real = creation.read_facts

    async def one_more(connection: asyncpg.Connection) -> object:
        facts = await real(connection)
        return facts.model_copy(update={"rows": {**facts.rows, "clients": facts.rows["clients"] + 1}})

    monkeypatch.setattr(creation, "read_facts", one_more)
    made = await busy.backup(tmp_path)
    with pytest.raises(RestoreDiffers) as fault:
        await restore(away, order(made.path))
    assert "clients has 1 rows instead of 2" in str(fault.value.context["differences"])
    assert await tables_of(away) == 0


async def test_on_a_server_before_17_every_error_but_the_unknown_timeout_stops_a_restore(
    busy: BusyGym, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As far as a newer server can show it: that goes on after an error, and the errors are judged."""
    monkeypatch.setattr(restoration, "KNOWS_TIMEOUT", 99)
    made = await busy.backup(tmp_path)
    await BackupProof(busy.gym.database).prove(opened(made.path, busy.key))
    monkeypatch.setattr(restoration, "OPTIONS", (*restoration.OPTIONS, "--use-list=/nowhere"))
    with pytest.raises(RestoreFailed):
        await BackupProof(busy.gym.database).prove(opened(made.path, busy.key))


@pytest.mark.parametrize(
    ("lines", "harmless"),
    [
        (["pg_restore: warning: errors ignored on restore: 1"], False),
        ([f"pg_restore: error: could not execute query: ERROR:  {REFUSED_TIMEOUT}"], True),
        (
            [
                f"pg_restore: error: could not execute query: ERROR:  {REFUSED_TIMEOUT}",
                "Command was: SET transaction_timeout = 0;",
                "pg_restore: error: COPY failed for table clients: ERROR:  out of memory",
            ],
            False,
        ),
    ],
)
def test_what_an_older_server_refuses_is_told_apart(lines: list[str], harmless: bool) -> None:
    assert only_refused_timeout(io.BytesIO("\n".join(lines).encode())) is harmless


def test_what_an_older_server_could_not_do_is_told_and_not_the_setting_that_it_lacks() -> None:
    refused = f"pg_restore: error: could not execute query: ERROR:  {REFUSED_TIMEOUT}"
    cause = "pg_restore: error: COPY failed for table clients: ERROR:  could not extend file"
    said = "\n".join([refused, "Command was: SET transaction_timeout = 0;", cause])
    assert complaint(io.BytesIO(said.encode())) == cause
    assert complaint(io.BytesIO(refused.encode())) == refused


async def test_the_proof_leaves_nothing_beside_the_gym(busy: BusyGym, tmp_path: Path) -> None:
    made = await busy.backup(tmp_path)
    proved = await BackupProof(busy.gym.database).prove(opened(made.path, busy.key))
    assert proved.preface.facts == made.facts
    async with busy.gym.database.direct() as connection:
        assert not await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname LIKE '%proof'")


async def test_a_proof_notices_keys_that_open_nothing(busy: BusyGym, tmp_path: Path) -> None:
    """Faces that nobody could be recognised by are no restored gym."""
    from gym.faces.gallery.key_check import open_keys

    await open_keys(busy.gym.database, busy.gym.secrets.data, register=True)
    strange = replace(busy.gym.secrets, data=Keyring.generate())
    made = await BackupMaker(busy.gym.database, strange, busy.key, "Iron").make(
        tmp_path, busy.gym.clock.now()
    )
    with pytest.raises(RestoreDiffers):
        await BackupProof(busy.gym.database).prove(opened(made.path, busy.key))


async def test_keys_of_the_environment_must_be_those_of_the_backup(
    busy: BusyGym, tmp_path: Path, away: Config
) -> None:
    made = await busy.backup(tmp_path)
    other = Keyring.generate().text()
    given = Config.model_validate({**away.model_dump(), "data_keys": other})
    with pytest.raises(KeysApart):
        await restore(given, order(made.path))
    assert await tables_of(away) == 0


async def test_a_file_is_for_the_owner_alone(busy: BusyGym, tmp_path: Path) -> None:
    made = await busy.backup(tmp_path / "backups")
    assert made.path.stat().st_mode & 0o077 == 0
    assert (tmp_path / "backups").stat().st_mode & 0o077 == 0
    assert made.facts.revision == head()
    assert os.listdir(tmp_path / "backups") == [made.name]
    assert kept_value(tmp_path, "BACKUP_KEY") is None
    assert PHRASE not in repr(busy.key)
