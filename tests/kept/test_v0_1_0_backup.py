"""A backup of the gym as its release left it is restored by this one, which migrates it forward."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest

from gym.app import open_gym
from gym.commands.backup import restoring
from gym.commands.backup.making import make, verify
from gym.commands.backup.restoring import RestoreOrder, restore
from gym.core.config import Config
from gym.core.database.engine import plain_dsn
from gym.core.database.migrations import current, head
from gym.security.keys.secrets import load_secrets
from tests.kept.facts import facts_of
from tests.kept.support import Kept
from tests.support.databases import Clones

pytestmark = pytest.mark.live
PHRASE: Final = "7KQP-X2M0-4RTV-9HJ1"
EMPTY: Final = "template0"
SAME: Final = ("accounts", "subscriptions", "money", "clients", "staff", "kiosks")


def computer(home: Path, url: str) -> Config:
    return Config(
        _env_file=None,  # type: ignore[call-arg]
        powergym_home=home,
        database_url=url,
        backup_passphrase=PHRASE,  # type: ignore[arg-type]
    )


@pytest.fixture
async def there(clones: Clones, kept: Kept, tmp_path: Path) -> AsyncGenerator[Config]:
    """The gym of that release, which nobody has migrated."""
    async with clones.copy_of(kept.before) as url:
        kept.move_in(tmp_path / "old")
        yield computer(tmp_path / "old", url)


@pytest.fixture
async def away(clones: Clones, tmp_path: Path) -> AsyncGenerator[Config]:
    """The new computer, with this release and an empty database."""
    async with clones.copy_of(EMPTY) as url:
        yield computer(tmp_path / "new", url)


async def seen(config: Config) -> dict[str, Any]:
    assert config.database_url is not None
    connection = await asyncpg.connect(plain_dsn(config.database_url))
    try:
        return json.loads(json.dumps(await facts_of(connection), default=str))
    finally:
        await connection.close()


async def nothing_to_catch_up(*_: object) -> None:
    """What jobs do on the day of a restore, such as ending plans, would hide what the restore itself does."""


async def test_a_backup_of_the_first_release_is_restored_and_migrated(
    there: Config,
    away: Config,
    tmp_path: Path,
    facts: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(restoring, "catch_up", nothing_to_catch_up)
    folder = tmp_path / "backups"
    before = await seen(there)
    assert await make(there, folder, as_json=True) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["revision"] != head()
    assert await seen(there) == before  # a copy migrates nothing
    assert await restore(away, RestoreOrder([folder], replace=False, as_json=True)) == 0
    assert json.loads(capsys.readouterr().out)["sums"] == made["sums"]
    after = await seen(away)
    assert {name: after[name] for name in SAME} == {name: before[name] for name in SAME}
    assert after["clients"] == facts["clients"]
    assert load_secrets(away.powergym_home).data == load_secrets(there.powergym_home).data
    async with open_gym(away, faces=False, migrate=False) as gym:
        assert await current(gym.database) == head()


async def test_a_backup_from_before_an_update_is_proved_beside_the_gym_it_came_from(
    there: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = await seen(there)
    await make(there, tmp_path / "backups", as_json=True)
    capsys.readouterr()
    assert await verify(there, tmp_path / "backups", as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["ok"]
    assert await seen(there) == before
