"""Without the gym's key file nobody writes the trail's past anew, and what was put into it is found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from gym.app import Gym
from gym.audit import chain
from gym.audit.chain import GENESIS, TrailChain, link_hash, lowest_id, moment_of
from gym.audit.chain_key import TrailKeyStore
from gym.audit.verification import ENTRY_DIGEST, TrailFault, TrailFaultKind, verify_trail
from gym.backup.creation import BackupMaker
from gym.backup.files.passphrase import BackupKey
from gym.backup.keys.key_store import BackupKeyStore
from gym.clients.models import Client
from gym.commands.audit.verifying import verify
from gym.core.database.ids import new_id
from gym.security.cipher import Keyring
from gym.security.permissions import Actor
from tests.audit.conftest import Tamper, connected

KIND = TrailFaultKind
SYSTEM = Actor.system()
PUT_IN = (
    "INSERT INTO audit_entries (id, at, actor_kind, actor_name, action, subject_type)"
    " VALUES ($1, $2, 'staff', 'Ana', 'payment.voided', 'accounts')"
)


async def seal(gym: Gym) -> int:
    """As the job does it."""
    async with gym.unit_of_work(SYSTEM) as uow:
        keys = TrailKeyStore(uow.session, uow.secrets.data)
        return await TrailChain(uow.session, keys).seal(uow.context.wall)


async def act(gym: Gym, times: int = 3) -> None:
    async with gym.unit_of_work(SYSTEM) as uow:
        for _ in range(times):
            uow.audit("thing.done", ("thing", None))


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
        before = await TrailKeyStore(uow.session, first).in_force()
        await TrailKeyStore(uow.session, rotated).move()
        assert await TrailKeyStore(uow.session, rotated.without(first.first)).in_force() == before
        assert "secret" not in repr(before)
    assert await fault_of(gym, rotated.without(first.first)) is None


async def test_the_trail_is_compared_with_the_newest_backup_by_itself(
    gym: Gym, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything written anew, without the key and the marks of keyed links: only the backup knows better."""
    from contextlib import asynccontextmanager

    from gym.commands.audit import verifying

    @asynccontextmanager
    async def opened(*_: object, **__: object):  # type: ignore[no-untyped-def]
        yield gym

    monkeypatch.setattr(verifying, "open_gym", opened)
    config = gym.config.model_copy(update={"backup_folder": tmp_path})
    key = BackupKey.stretched("7KQP-X2M0-4RTV-9HJ1")
    BackupKeyStore(config).keep(key)
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


def lowest_version(moment: object) -> UUID:
    """An id of version 7 of that moment."""
    from datetime import datetime

    assert isinstance(moment, datetime)
    return UUID(int=lowest_id(moment).int | (0x7 << 76) | (0b10 << 62) | (new_id().int & ((1 << 62) - 1)))
