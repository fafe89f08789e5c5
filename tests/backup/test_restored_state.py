"""A restored gym brings back no power that was ended, erases nobody by surprise, tells nothing twice."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text

from gym.app import Gym, open_gym
from gym.backup.creation import BackupMaker
from gym.backup.errors import ErasuresSealedOtherwise
from gym.backup.files.erasure_list import NAME, erasures_in
from gym.backup.files.passphrase import BackupKey
from gym.backup.keys.key_store import BackupKeyStore
from gym.commands.backup import restoring
from gym.commands.backup.restoring import RestoreOrder, restore
from gym.core.clock import FrozenClock
from gym.core.config import Config
from gym.core.database.engine import Database
from gym.core.database.ids import new_id
from gym.jobs.runner import run_due
from gym.notifications.models import Notification, NotificationState
from gym.notifications.outbox import Recipient
from gym.notifications.payloads.members import ErasureStoppedPayload
from gym.privacy.erasure import TIME_TO_RECONSIDER, ErasureService
from gym.privacy.models import Erasure
from gym.security.keys.secrets import load_secrets
from gym.security.permissions import Actor
from gym.security.tls.certificate_folder import CertificateFolder
from gym.security.tls.certificates import HostNames, KeyedCertificate
from tests.backup.conftest import PHRASE, BusyGym, told
from tests.conftest import MORNING

pytestmark = pytest.mark.live
SYSTEM = Actor.system()
STATE = {
    "staff sign-ins": "SELECT count(*) FROM sign_ins WHERE ended_at IS NULL AND scope = 'admin'",
    "kiosk sign-ins": "SELECT count(*) FROM sign_ins WHERE ended_at IS NULL AND scope = 'kiosk'",
    "staff tokens": "SELECT count(*) FROM refresh_tokens WHERE revoked_at IS NULL AND scope = 'admin'",
    "candidates": "SELECT count(*) FROM admin_candidates WHERE state = 'waiting' AND expires_at > :wall",
}


def order(*paths: Path) -> RestoreOrder:
    return RestoreOrder(paths, replace=False, as_json=True)


async def state_of(gym: Gym) -> Mapping[str, int]:
    async with gym.unit_of_work(SYSTEM) as uow:
        wall = {"wall": uow.context.wall}
        return {name: await uow.session.scalar(text(query), wall) for name, query in STATE.items()}


async def sign_in(gym: Gym, scope: str, wall: FrozenClock) -> None:
    values = {"id": new_id(), "who": new_id(), "scope": scope, "now": wall.now()}
    values |= {"until": wall.now() + timedelta(days=30), "jti": new_id()}
    async with gym.unit_of_work(SYSTEM) as uow:
        await uow.session.execute(
            text(
                "INSERT INTO sign_ins (id, subject_id, scope, opened_at, renewed_at, ends_at)"
                " VALUES (:id, :who, :scope, :now, :now, :until)"
            ),
            values,
        )
        await uow.session.execute(
            text(
                "INSERT INTO refresh_tokens (jti, family, subject_id, scope, issued_at, expires_at)"
                " VALUES (:jti, :id, :who, :scope, :now, :until)"
            ),
            values,
        )


async def test_what_was_ended_since_the_backup_is_not_alive_again(
    busy: BusyGym, clock: FrozenClock, tmp_path: Path, away: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    await sign_in(busy.gym, "admin", clock)
    await sign_in(busy.gym, "kiosk", clock)
    async with busy.gym.unit_of_work(SYSTEM) as uow:
        await uow.session.execute(
            text(
                "INSERT INTO admin_candidates"
                " (id, telegram_id, name, language, state, created_at, expires_at)"
                " VALUES (gen_random_uuid(), 5, 'Eve', 'en', 'waiting', :now, :until)"
            ),
            {"now": clock.now(), "until": clock.now() + timedelta(days=9000)},
        )
    assert set((await state_of(busy.gym)).values()) == {1}
    made = await busy.backup(tmp_path)
    capsys.readouterr()
    await restore(away, order(made.path))
    report = told(capsys.readouterr().out)
    assert (report["active_staff"], report["paired_kiosks"], report["erasures_waiting"]) == (1, 0, 0)
    async with open_gym(away, faces=False) as back:
        assert await state_of(back) == {
            "staff sign-ins": 0,
            "kiosk sign-ins": 1,
            "staff tokens": 0,
            "candidates": 0,
        }


async def test_a_wish_to_be_erased_that_was_perhaps_taken_back_waits_another_day(
    busy: BusyGym, tmp_path: Path, away: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with busy.gym.unit_of_work(SYSTEM) as uow:
        await ErasureService(uow).ask(busy.client.id)
    await run_due(busy.gym.run)  # its job has run before
    made = await busy.backup(tmp_path)
    later = FrozenClock(MORNING + timedelta(days=3))
    monkeypatch.setattr(restoring, "SystemClock", lambda: later)
    await restore(away, order(made.path))
    assert away.database_url is not None
    back = Gym(away, Database(away.database_url), later, load_secrets(away.powergym_home))
    try:
        async with back.unit_of_work(SYSTEM) as uow:
            [wish] = await uow.session.scalars(select(Erasure))
        assert (wish.done_at, wish.due_at) == (None, later.now() + TIME_TO_RECONSIDER)
    finally:
        await back.database.close()


async def test_tablets_trust_the_new_computer_as_they_did_the_old_one(
    busy: BusyGym, clock: FrozenClock, tmp_path: Path, away: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = CertificateFolder(tmp_path / "old home"), CertificateFolder(away.powergym_home)
    old.make("Iron", HostNames.of(["desk.local", "192.168.1.20"]), clock.now())
    maker = BackupMaker(busy.gym.database, busy.gym.secrets, busy.key, "Iron", tmp_path / "old home")
    made = await maker.make(tmp_path, clock.now())
    assert b"CERTIFICATE" not in made.path.read_bytes()
    capsys.readouterr()
    await restore(away, order(made.path))
    assert told(capsys.readouterr().out)["certificates"] is True
    assert new.contents() == old.contents()
    assert stat.S_IMODE(new.authority.stat().st_mode) == 0o600
    new.make("Iron", HostNames.of(["desk.local", "192.168.1.77"]), clock.now())
    issued = KeyedCertificate.read(new.server.read_bytes()).certificate
    issued.verify_directly_issued_by(KeyedCertificate.read(old.authority.read_bytes()).certificate)
    # Tablets of a gym that has an authority trust that one.
    other = CertificateFolder(tmp_path / "another")
    other.make("Other", HostNames.of(["desk.local"]), clock.now())
    assert other.bring(old.contents()) is False
    assert other.contents()[other.authority.name] != old.contents()[old.authority.name]
    assert CertificateFolder(tmp_path / "none").bring({"authority.pem": "x", "../evil": "y"}) is False
    assert not (tmp_path / "none").exists()


async def test_what_the_day_of_the_restore_would_tell_is_held_too(
    busy: BusyGym, clock: FrozenClock, tmp_path: Path, away: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Her month ends in three days: the gym that is gone told her an hour ago."""
    await run_due(busy.gym.run)
    clock.advance(timedelta(days=26, hours=5))
    await run_due(busy.gym.run)
    tomorrow = clock.now() + timedelta(days=1)
    async with busy.gym.unit_of_work(SYSTEM) as uow:
        await uow.session.execute(text("UPDATE notifications SET state = 'sent'"))
        uow.notify(Recipient.client(busy.client.id), ErasureStoppedPayload(), due_at=tomorrow)
    made = await busy.backup(tmp_path)
    later = FrozenClock(MORNING + timedelta(days=27, hours=3))
    monkeypatch.setattr(restoring, "SystemClock", lambda: later)
    await restore(away, order(made.path))
    assert away.database_url is not None
    back = Gym(away, Database(away.database_url), later, load_secrets(away.powergym_home))
    try:
        await run_due(back.run)
        async with back.unit_of_work(SYSTEM) as uow:
            rows = list(await uow.session.scalars(select(Notification)))
    finally:
        await back.database.close()
    waits = {str(one.kind) for one in rows if one.state is NotificationState.PENDING}
    held = {str(one.kind) for one in rows if one.state is NotificationState.FAILED}
    assert waits == {"erasure_stopped"}  # due tomorrow, and nobody can have told it
    assert "ends_soon" in held


async def test_the_list_of_erasures_is_read_with_the_key_that_sealed_it(
    gym: Gym, tmp_path: Path, backup_key: BackupKey
) -> None:
    """`backup phrase --replace` seals the list anew; older backups beside it open with the old phrase."""
    newer = BackupKey.stretched("ANOT-HER0-PHRA-SE00")
    given = {"backup_passphrase": SecretStr("ANOT-HER0-PHRA-SE00"), "backup_folder": tmp_path}
    other = replace(gym, config=gym.config.model_copy(update=given))
    await other.backup_rounds._note_erasures(newer)  # pyright: ignore[reportPrivateUsage]
    assert (tmp_path / NAME).exists()
    with pytest.raises(ErasuresSealedOtherwise):
        erasures_in([tmp_path], PHRASE, [backup_key])
    store = BackupKeyStore(gym.config.model_copy(update={"powergym_home": tmp_path / "home"}))
    store.keep(newer)
    assert erasures_in([tmp_path], PHRASE, [backup_key, *store.kept_here()]) == []
