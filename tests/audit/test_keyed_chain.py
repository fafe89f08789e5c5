"""Without the gym's key file nobody writes the trail's past anew, and what was put into it is found."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from gym.app import Gym
from gym.audit import chain
from gym.audit.chain import TrailChain, link_hash, lowest_id, moment_of
from gym.audit.chain_key import CONTEXT, KeyOrigin, TrailKey, TrailKeyStore
from gym.audit.trail_head import BEFORE_ALL, GENESIS, TrailHead
from gym.audit.verification import ENTRY_DIGEST, TrailFault, TrailFaultKind, verify_trail
from gym.backup.creation import BackupMaker
from gym.backup.files.passphrase import BackupKey
from gym.backup.keys.key_store import BackupKeyStore
from gym.backup.restoring.settling import settle
from gym.clients.models import Client
from gym.commands.audit import verifying
from gym.commands.audit.verifying import verify
from gym.core.config import Config
from gym.core.database.ids import new_id
from gym.security.cipher import Cipher, Keyring
from gym.security.permissions import Actor
from tests.audit.conftest import Tamper, connected, finished, sealed

KIND = TrailFaultKind
SYSTEM = Actor.system()
PUT_IN = (
    "INSERT INTO audit_entries (id, at, actor_kind, actor_name, action, subject_type)"
    " VALUES ($1, $2, 'staff', 'Ana', 'payment.voided', 'accounts')"
)


async def seal(gym: Gym) -> int:
    """As the job does it."""
    return await sealed(gym, is_keyed=True)


async def act(gym: Gym, times: int = 3) -> None:
    async with gym.unit_of_work(SYSTEM) as uow:
        for _ in range(times):
            uow.audit("thing.done", ("thing", None))
    await finished(gym)


async def fault_of(gym: Gym, keyring: Keyring | None = None) -> TrailFault | None:
    async with connected(gym) as connection:
        return (await verify_trail(connection, keyring=keyring or gym.secrets.data)).fault


async def forged_anew(connection: asyncpg.Connection) -> None:
    """Every link computed anew by somebody who knows the code and owns the tables."""
    await connection.execute("SET session_replication_role = replica")
    links = "audit_links l JOIN audit_entries e ON e.id = l.entry_id ORDER BY l.number"
    rows: Sequence[asyncpg.Record] = await connection.fetch(
        f"SELECT l.number, {ENTRY_DIGEST} AS digest FROM {links}"
    )
    head = GENESIS
    for row in rows:
        head = link_hash(head, row["number"], row["digest"])
        change = "UPDATE audit_links SET hash = $1, sealed_at = {} WHERE number = $2"
        await connection.execute(change.format("NULL"), head, row["number"])


async def test_a_past_that_was_written_anew_does_not_fit_without_the_key(
    gym: Gym, berta: Client, tamper: Tamper
) -> None:
    await seal(gym)
    assert await fault_of(gym) is None
    async with connected(gym) as connection:
        older = await connection.fetchval("SELECT count(*) FROM audit_links WHERE sealed_at IS NULL")
    assert older == 0
    await tamper("UPDATE audit_links SET hash = sha256('x') WHERE number = 2")
    fault = await fault_of(gym)
    assert fault is not None
    assert (fault.kind, fault.number) == (KIND.ENTRY_CHANGED, 2)
    other = await fault_of(gym, Keyring.generate())
    assert other is not None
    assert (other.kind, other.number) == (KIND.KEY_GONE, 1)


async def test_links_of_before_the_key_stay_verifiable_and_none_follows_a_keyed_one(
    gym: Gym, tamper: Tamper
) -> None:
    await act(gym)
    async with gym.unit_of_work(SYSTEM) as uow:
        assert await TrailChain(uow.session).seal(uow.context.wall) == 3
    await act(gym)
    assert await seal(gym) == 3
    assert await fault_of(gym) is None
    await tamper("UPDATE audit_links SET sealed_at = NULL WHERE number = 6")
    fault = await fault_of(gym)
    assert fault is not None
    assert (fault.kind, fault.number) == (KIND.LINK_UNKEYED, 6)


@pytest.mark.parametrize("is_sealed", [False, True])
async def test_an_entry_that_was_put_into_the_past_is_found(
    gym: Gym, tamper: Tamper, *, is_sealed: bool
) -> None:
    await act(gym)
    await seal(gym)
    await act(gym)
    await seal(gym)
    now = moment_of(new_id())
    young, old = lowest_version(now - timedelta(minutes=5)), lowest_version(now - timedelta(hours=3))
    await tamper(PUT_IN, young, now)
    await seal(gym)
    assert await fault_of(gym) is None, "the clocks of two computers may differ by minutes"
    await tamper(PUT_IN, old, now)
    if is_sealed:
        assert await seal(gym) == 1
    fault = await fault_of(gym)
    assert fault is not None
    assert (fault.kind, fault.entry_id, fault.number) == (KIND.ENTRY_INSERTED, old, 8)


async def test_an_entry_that_says_another_time_than_its_id_is_found_in_a_real_gym(
    gym: Gym, tamper: Tamper
) -> None:
    now = moment_of(new_id())
    await tamper(PUT_IN, new_id(), now - timedelta(days=30))
    await seal(gym)
    assert await fault_of(gym) is None, "a sandbox moves its clock"
    await tamper("UPDATE gym_state SET kind = 'real'")
    fault = await fault_of(gym)
    assert fault is not None
    assert fault.kind is KIND.ENTRY_INSERTED


async def test_a_clock_that_was_wrong_for_a_while_accuses_nobody(
    gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The computer woke up four years ahead, worked, and was set right."""
    ahead = moment_of(new_id()) + timedelta(days=1460)
    async with gym.unit_of_work(SYSTEM) as uow:
        entry = {"id": lowest_version(ahead), "now": ahead}
        await uow.session.execute(
            text(
                "INSERT INTO audit_entries (id, at, actor_kind, actor_name, action, subject_type)"
                " VALUES (:id, :now, 'system', 'PowerGym', 'thing.done', 'thing')"
            ),
            entry,
        )
    with monkeypatch.context() as wrong:
        wrong.setattr(chain, "new_id", lambda: lowest_version(ahead))
        await seal(gym)
    for _ in range(2):
        await act(gym)
        await seal(gym)
    assert await fault_of(gym) is None


async def test_a_beginning_that_was_cut_off_is_found_and_what_retention_cuts_is_not(
    gym: Gym, tamper: Tamper
) -> None:
    await act(gym, 6)
    await seal(gym)
    async with connected(gym) as connection:
        third = await connection.fetchval("SELECT hash FROM audit_links WHERE number = 3")
    soon = moment_of(new_id()) + timedelta(hours=1)
    await tamper("INSERT INTO audit_checkpoints (number, hash, made_at) VALUES (3, $1, now())", third)
    await tamper("DELETE FROM audit_links WHERE number <= 3")
    fault = await fault_of(gym)
    assert fault is not None
    assert (fault.kind, fault.number) == (KIND.LINK_UNKEYED, 3)
    await tamper("DELETE FROM audit_checkpoints")
    await tamper("DELETE FROM audit_links")
    await tamper("DELETE FROM audit_entries")
    await act(gym, 2)
    await seal(gym)
    async with gym.unit_of_work(SYSTEM) as uow:
        keys = TrailKeyStore(uow.session, uow.secrets.data)
        assert await TrailChain(uow.session, keys).forget_before(soon, soon) == 2
    await act(gym)
    await seal(gym)
    assert await fault_of(gym) is None


async def test_the_key_survives_the_data_key_that_it_was_sealed_with(gym: Gym) -> None:
    await act(gym)
    await seal(gym)
    first = gym.secrets.data
    rotated = first.rotated()
    async with gym.unit_of_work(SYSTEM) as uow:
        before = await TrailKeyStore(uow.session, first).read()
        await TrailKeyStore(uow.session, rotated).move()
        assert await TrailKeyStore(uow.session, rotated.without(first.first)).read() == before
        assert before is not None
        assert "secret" not in repr(before)
    assert await fault_of(gym, rotated.without(first.first)) is None


async def test_the_trail_is_compared_with_the_newest_backup_by_itself(
    gym: Gym, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything written anew, without the key and the marks of keyed links: only the backup knows better."""
    config, key = with_backups(gym, tmp_path, monkeypatch)
    await act(gym)
    await seal(gym)
    assert await verify(config, None, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["compared_with"] is None
    made = await BackupMaker(gym.database, gym.secrets, key, "Iron").make(tmp_path, gym.clock.now())
    assert await verify(config, None, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["compared_with"] == made.name
    async with connected(gym) as connection:
        await connection.execute("UPDATE gym_state SET settings = settings - 'audit_key'")
        await connection.execute("SET session_replication_role = replica")
        await connection.execute("UPDATE audit_entries SET action = 'client.viewed'")
        await forged_anew(connection)
    assert await fault_of(gym) is None, "the chain alone fits"
    assert await verify(config, None, as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["fault"]["kind"] == "other_head"


async def test_only_a_restore_says_that_the_newest_backup_is_of_another_past(
    gym: Gym, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry that says so is put in by whoever can write the database, and sealed with the rest."""
    config, key = with_backups(gym, tmp_path, monkeypatch)
    await act(gym)
    await seal(gym)
    made = await BackupMaker(gym.database, gym.secrets, key, "Iron").make(tmp_path, gym.clock.now())

    async def compared() -> str | None:
        assert await verify(config, None, as_json=True) == 0
        return json.loads(capsys.readouterr().out)["compared_with"]

    async with gym.unit_of_work(SYSTEM) as uow:
        uow.audit("gym.restored", ("gym_state", None), None, {"made_at": uow.now})
    await seal(gym)
    assert await compared() == made.name
    later = gym.clock.now() + timedelta(hours=1)
    forged = (
        f"{later.isoformat()} {'00' * 32}",
        f"{later.isoformat()} {TrailKey(bytes(32)).restored(later).hex()}",
        f"{later.replace(tzinfo=None).isoformat()} 00",
        "yesterday",
        "",
    )
    for mark in forged:
        async with connected(gym) as connection:
            await connection.execute(
                "UPDATE gym_state SET settings = settings || jsonb_build_object('audit_restored', $1::text)",
                mark,
            )
        assert await compared() == made.name, mark
    async with gym.unit_of_work(SYSTEM) as uow:
        await settle(uow, made.made_at)
    assert await compared() is None
    async with connected(gym) as connection:
        await connection.execute(
            "UPDATE gym_state SET settings = jsonb_set(settings, '{audit_restored}',"
            " to_jsonb(replace(settings ->> 'audit_restored', '20', '21')))"
        )
    assert await compared() == made.name, "its instant cannot be moved"


def with_backups(gym: Gym, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Config, BackupKey]:
    @asynccontextmanager
    async def opened(*_: object, **__: object) -> AsyncGenerator[Gym]:
        yield gym

    monkeypatch.setattr(verifying, "open_gym", opened)
    config = gym.config.model_copy(update={"powergym_home": folder, "backup_folder": folder})
    key = BackupKey.stretched("7KQP-X2M0-4RTV-9HJ1")
    BackupKeyStore(config).keep(key)
    return config, key


@pytest.mark.parametrize("is_head", [True, False])
async def test_a_key_that_was_deleted_with_the_trail_is_found_by_the_backup(
    gym: Gym,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_head: bool,
) -> None:
    """The gym begins anew behind a checkpoint at the backup's own head, or behind it."""
    config, key = with_backups(gym, tmp_path, monkeypatch)
    await act(gym)
    await seal(gym)
    made = await BackupMaker(gym.database, gym.secrets, key, "Iron").make(tmp_path, gym.clock.now())
    head = await head_of(gym)
    forged = head if is_head else TrailHead(head.number + 5, bytes(31) + b"x")
    async with connected(gym) as connection:
        await connection.execute("UPDATE gym_state SET settings = settings - 'audit_key'")
        await cut_off(connection, forged)
    await act(gym)
    await seal(gym)
    assert await fault_of(gym) is None, "the chain alone fits"
    assert await verify(config, None, as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["fault"]["kind"], told["fault"]["number"]) == ("other_head", head.number)
    assert told["compared_with"] == (made.name if is_head else None)


async def test_a_head_that_retention_has_deleted_is_not_said_to_be_compared(
    gym: Gym, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config, key = with_backups(gym, tmp_path, monkeypatch)
    await act(gym)
    await seal(gym)
    made = await BackupMaker(gym.database, gym.secrets, key, "Iron").make(tmp_path, gym.clock.now())
    noted = await head_of(gym)
    await act(gym)
    await seal(gym)
    soon = moment_of(new_id()) + timedelta(hours=1)
    async with gym.unit_of_work(SYSTEM) as uow:
        keys = TrailKeyStore(uow.session, uow.secrets.data)
        assert await TrailChain(uow.session, keys).forget_before(soon, soon) == 6
    assert await verify(config, f"{noted.number}:{noted.mark}", as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["compared_with"] is None
    assert await verify(config, f"{noted.number}:{noted.mark}", as_json=False) == 0
    told = capsys.readouterr().out
    assert f"Not compared with the head in {made.name}" in told
    assert "Not compared with the head of --expect" in told
    assert "Compared with" not in told


async def head_of(gym: Gym) -> TrailHead:
    async with gym.unit_of_work(SYSTEM) as uow:
        return await TrailChain(uow.session).head()


async def cut_off(connection: asyncpg.Connection, begin: TrailHead) -> None:
    """Everything deleted, and a checkpoint without a seal in its place."""
    await connection.execute("SET session_replication_role = replica")
    for table in ("audit_details", "audit_entries", "audit_links", "audit_checkpoints"):
        await connection.execute(f"DELETE FROM {table}")
    checkpoint = "INSERT INTO audit_checkpoints (number, hash, made_at) VALUES ($1, $2, now())"
    await connection.execute(checkpoint, begin.number, begin.hash)


async def put_on(connection: asyncpg.Connection, begin: TrailHead) -> None:
    """An entry with the link that anybody can compute."""
    forged = new_id()
    await connection.execute(PUT_IN, forged, moment_of(forged))
    digest = await connection.fetchval(f"SELECT {ENTRY_DIGEST} FROM audit_entries e WHERE id = $1", forged)
    number = begin.number + 1
    link = "INSERT INTO audit_links (number, entry_id, hash) VALUES ($1, $2, $3)"
    await connection.execute(link, number, forged, link_hash(begin.hash, number, digest))


@pytest.mark.parametrize("number", [2, 4, 6, 60])
async def test_a_trail_cut_off_behind_a_forged_checkpoint_is_not_whole(gym: Gym, number: int) -> None:
    """The gym chains keyed links on a forged one, which hides from those that it follows no keyed one."""
    await act(gym, 3)
    async with gym.unit_of_work(SYSTEM) as uow:
        assert await TrailChain(uow.session).seal(uow.context.wall) == 3
    await act(gym, 3)
    await seal(gym)
    begin = TrailHead(number, bytes(31) + b"x")
    async with connected(gym) as connection:
        await cut_off(connection, begin)
        await put_on(connection, begin)
    forged = await fault_of(gym)
    await act(gym)
    assert await seal(gym) == 3
    fault = await fault_of(gym)
    assert fault is not None
    assert (fault.kind, fault.number) == (KIND.LINK_UNKEYED, number + 1)
    assert forged is not None
    assert (forged.kind, forged.number) == (fault.kind, fault.number)


async def test_what_was_there_before_the_key_is_sealed_with_it(gym: Gym, tamper: Tamper) -> None:
    """Nobody puts another past under the key, takes some of it away, or lets the chain begin anew."""
    await act(gym, 3)
    async with gym.unit_of_work(SYSTEM) as uow:
        assert await TrailChain(uow.session).seal(uow.context.wall) == 3
    last = await head_of(gym)
    await act(gym)
    await seal(gym)
    assert await fault_of(gym) is None
    async with gym.unit_of_work(SYSTEM) as uow:
        key = await TrailKeyStore(uow.session, uow.secrets.data).read()
    assert key is not None
    assert key.origin == KeyOrigin(BEFORE_ALL, last)
    # As it was kept before origins were: the next sealing adds the same one.
    bare = b64encode(Cipher(gym.secrets.data).encrypt(key.secret, context=CONTEXT)).decode()
    await tamper(
        "UPDATE gym_state SET settings = settings || jsonb_build_object('audit_key', $1::text)", bare
    )
    assert await fault_of(gym) is None
    await act(gym)
    await seal(gym)
    async with gym.unit_of_work(SYSTEM) as uow:
        assert await TrailKeyStore(uow.session, uow.secrets.data).read() == key
    assert await fault_of(gym) is None
    kept = "SELECT settings ->> 'audit_key' FROM gym_state"
    async with connected(gym) as connection:
        sealed = await connection.fetchval(kept)
        await tamper("DELETE FROM audit_links WHERE number > 3")
        await tamper("UPDATE audit_entries SET action = 'client.viewed'")
        await forged_anew(connection)
        assert await faulty(gym) == (KIND.LINK_UNKEYED, 3)
        await tamper('UPDATE gym_state SET settings = settings || \'{"audit_key": "AAAA"}\'')
        assert await faulty(gym) == (KIND.KEY_GONE, 3)
        mended = "UPDATE gym_state SET settings = settings || jsonb_build_object('audit_key', $1::text)"
        await tamper(mended, sealed)
        begin = TrailHead(1, bytes(31) + b"x")
        await cut_off(connection, begin)
        assert await faulty(gym) == (KIND.LINK_UNKEYED, 1)
        await tamper("DELETE FROM audit_checkpoints")
        assert await faulty(gym) == (KIND.OTHER_HEAD, 3)
    await act(gym)
    await seal(gym)
    assert await faulty(gym) == (KIND.OTHER_HEAD, 3)


async def faulty(gym: Gym) -> tuple[TrailFaultKind, int] | None:
    fault = await fault_of(gym)
    return None if fault is None else (fault.kind, fault.number)


def lowest_version(moment: object) -> UUID:
    """An id of version 7 of that moment."""
    from datetime import datetime

    assert isinstance(moment, datetime)
    return UUID(int=lowest_id(moment).int | (0x7 << 76) | (0b10 << 62) | (new_id().int & ((1 << 62) - 1)))
