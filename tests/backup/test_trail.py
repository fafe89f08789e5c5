"""The head of the audit trail goes with a backup, and a trail that was changed is told."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import select

from gym.backup.errors import TrailBroken
from gym.backup.files.archive import OpenedBackup
from gym.backup.files.manifest import BackupManifest
from gym.backup.files.parts import BackupFiles
from gym.backup.files.passphrase import BackupKey
from gym.backup.journal import BackupJournal
from gym.backup.models import Backup
from gym.backup.restoring.proof import BackupProof
from gym.commands.backup.restoring import RestoreOrder, restore
from gym.core.config import Config
from gym.core.database.engine import plain_dsn
from gym.security.permissions import Actor
from tests.audit.conftest import sealed
from tests.backup.conftest import BusyGym, told

pytestmark = pytest.mark.live


async def test_a_backup_says_where_the_trail_ends_and_a_proof_verifies_it(
    busy: BusyGym, tmp_path: Path
) -> None:
    await sealed(busy.gym)
    made = await busy.backup(tmp_path)
    opened = OpenedBackup(BackupFiles(made.name, [made.path]), busy.key)
    proved = await BackupProof(busy.gym.database).prove(opened)
    assert proved.trail is not None
    assert proved.trail.is_whole
    assert made.facts.trail is not None
    assert made.facts.trail.number == proved.trail.head.number > 0
    assert made.facts.trail.head == proved.trail.head.hash.hex()
    async with busy.gym.unit_of_work(Actor.system()) as uow:
        await BackupJournal(uow).noted(made)
        await uow.flush()
        row = (await uow.session.scalars(select(Backup))).one()
    assert (row.trail_number, row.trail_head) == (made.facts.trail.number, made.facts.trail.head)


async def test_a_trail_that_was_changed_fails_the_proof_and_is_told_by_a_restore(
    busy: BusyGym, tmp_path: Path, away: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    await sealed(busy.gym)
    connection = await asyncpg.connect(plain_dsn(busy.gym.database.url))
    await connection.execute("SET session_replication_role = replica")
    await connection.execute(
        "UPDATE audit_entries SET actor_name = 'Somebody else' WHERE actor_kind = 'staff'"
    )
    await connection.close()
    made = await busy.backup(tmp_path)
    opened = OpenedBackup(BackupFiles(made.name, [made.path]), busy.key)
    with pytest.raises(TrailBroken):
        await BackupProof(busy.gym.database).prove(opened)
    assert await restore(away, RestoreOrder([made.path], replace=False, as_json=True)) == 0
    trail = told(capsys.readouterr().out)["trail"]
    assert isinstance(trail, dict)
    assert trail["whole"] is False
    assert trail["fault"]["kind"] == "entry_changed"


def test_the_seal_of_a_manifest_without_a_head_is_what_it_was(backup_key: BackupKey) -> None:
    facts = {"name": "a.pgbackup", "made_at": "2026-08-03T15:00:00Z", "size": 1, "sha256": "ab", "parts": []}
    earlier = BackupManifest.model_validate(facts)
    assert "trail" not in earlier.text().decode()
    assert b"trail" not in earlier.model_copy(update={"trail_number": None}).text()
    later = earlier.model_copy(update={"trail_number": 7, "trail_head": "ff"})
    assert later.sealed(backup_key).seal != earlier.sealed(backup_key).seal
    later.sealed(backup_key).require_seal(backup_key)
