"""A gym with people, money and waiting messages, its backup, and the way back."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from gym.app import Gym
from gym.backup.creation import BackupMaker, MadeBackup
from gym.backup.facts import DatabaseFacts, read_facts
from gym.backup.files.passphrase import BackupKey
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.config import Config
from gym.core.database.engine import plain_dsn
from gym.security.permissions import Actor
from tests.conftest import MORNING
from tests.support.databases import administration
from tests.support.memberships import DeskClerk

PHRASE = "7KQP-X2M0-4RTV-9HJ1"


@dataclass(frozen=True)
class BusyGym:
    """What was there when it was copied."""

    gym: Gym
    client: Client
    key: BackupKey

    async def backup(self, folder: Path) -> MadeBackup:
        maker = BackupMaker(self.gym.database, self.gym.secrets, self.key, "Iron")
        return await maker.make(folder, self.gym.clock.now())

    async def facts(self) -> DatabaseFacts:
        return await facts_at(self.gym.database.url)


async def facts_at(url: str) -> DatabaseFacts:
    connection = await asyncpg.connect(plain_dsn(url))
    try:
        return await read_facts(connection)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def backup_key() -> BackupKey:
    return BackupKey.stretched(PHRASE)


@pytest.fixture
async def busy(gym: Gym, admin: Actor, backup_key: BackupKey) -> BusyGym:
    desk = DeskClerk(gym, admin)
    client = await desk.client("Rosalinda", telegram_id=77_001_002)
    subscription = await desk.sell(client, await desk.plan())
    await desk.pay(subscription)
    return BusyGym(gym, client, backup_key)


@pytest.fixture
async def target(clones: object, database_url: str) -> AsyncGenerator[str]:
    """The address of a server with a database of the gym's own, still empty; what grew there is dropped."""
    name = "restore_target"
    server = database_url
    from sqlalchemy import make_url

    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    own = make_url(server).database
    assert own is not None
    base = server.replace(f"/{own}?", "/powergym?", 1)
    async with administration(base) as connection:
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {name}")
    yield url
    async with administration(base) as connection:
        rows = await connection.fetch("SELECT datname FROM pg_database WHERE starts_with(datname, $1)", name)
        for row in rows:
            await connection.execute(f'DROP DATABASE "{row[0]}" WITH (FORCE)')


@pytest.fixture
def away(tmp_path: Path, target: str) -> Config:
    """The environment of the new computer."""
    return Config(
        _env_file=None,  # type: ignore[call-arg]
        powergym_home=tmp_path / "new home",
        database_url=target,
        backup_passphrase=PHRASE,  # type: ignore[arg-type]
    )


def told(printed: str) -> dict[str, object]:
    """The last line that a command printed, as JSON."""
    return json.loads(printed.strip().splitlines()[-1])


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(MORNING)
