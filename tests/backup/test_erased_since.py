"""Whoever was erased after the backup does not come back with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from gym.app import Gym, open_gym
from gym.backup.errors import BackupAltered
from gym.backup.files.erasure_list import NAME, ErasureList
from gym.backup.files.parts import backups_in
from gym.clients.models import Client
from gym.commands.backup.restoring import RestoreOrder, restore
from gym.core.clock import FrozenClock
from gym.core.config import Config
from gym.privacy.erasure import ErasureService
from gym.security.permissions import Actor
from tests.backup.conftest import PHRASE, BusyGym, facts_at, told

pytestmark = pytest.mark.live
SYSTEM = Actor.system()


async def erased(gym: Gym, client: Client, clock: FrozenClock) -> None:
    async with gym.unit_of_work(SYSTEM) as uow:
        await ErasureService(uow).ask(client.id)
    clock.advance(timedelta(hours=25))
    async with gym.unit_of_work(SYSTEM) as uow:
        assert await ErasureService(uow).carry_out_due() == 1


async def named(gym: Gym) -> int:
    query = select(func.count()).select_from(Client).where(Client.first_name == "Rosalinda")
    async with gym.unit_of_work(SYSTEM) as uow:
        return await uow.session.scalar(query) or 0


@pytest.fixture
async def backed(busy: BusyGym, clock: FrozenClock, tmp_path: Path) -> Gym:
    """Backed up, then Rosalinda was erased; the list beside the backup says so."""
    folder = tmp_path / "backups"
    given = {"backup_passphrase": SecretStr(PHRASE), "backup_folder": folder}
    gym = replace(busy.gym, config=busy.gym.config.model_copy(update=given))
    await gym.backup_rounds.round()
    assert await named(gym) == 1
    await erased(gym, busy.client, clock)
    return gym


async def test_the_folder_says_who_must_not_come_back(
    backed: Gym, busy: BusyGym, away: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    [old] = backups_in(backed.config.backups_root)
    await backed.backup_rounds.round()
    raw = (backed.config.backups_root / NAME).read_bytes()
    assert b"Rosalinda" not in raw
    assert str(busy.client.id).encode() in raw
    before = await busy.facts()
    capsys.readouterr()
    await restore(away, RestoreOrder([old], replace=False, as_json=True))
    assert told(capsys.readouterr().out)["erased_again"] == 1
    async with open_gym(away, faces=False) as back:
        assert await named(back) == 0
    assert away.database_url is not None
    assert (await facts_at(away.database_url)).sums == before.sums


async def test_the_gym_that_is_replaced_knows_it_too(backed: Gym, away: Config) -> None:
    folder = backed.config.backups_root
    [old] = backups_in(folder)
    (folder / NAME).unlink(missing_ok=True)
    await restore(away, RestoreOrder([old], replace=False, as_json=True))
    async with open_gym(away, faces=False) as back, back.unit_of_work(SYSTEM) as uow:
        [client] = await uow.session.scalars(select(Client))
        await ErasureService(uow).ask(client.id)
    await restore(away, RestoreOrder([old], replace=True, as_json=True))
    async with open_gym(away, faces=False) as back, back.unit_of_work(SYSTEM) as uow:
        [client] = await uow.session.scalars(select(Client))
        standing = await ErasureService(uow).standing(client.id)
    assert standing is not None
    assert standing.done_at is None


async def test_a_list_that_somebody_else_wrote_erases_nobody(backed: Gym, away: Config) -> None:
    folder = backed.config.backups_root
    [old] = backups_in(folder)
    await backed.backup_rounds.round()
    written = ErasureList.read((folder / NAME).read_bytes(), NAME)
    forged = [one.model_copy(update={"by_client": not one.by_client}) for one in written.entries]
    (folder / NAME).write_bytes(written.model_copy(update={"entries": forged}).text())
    with pytest.raises(BackupAltered):
        await restore(away, RestoreOrder([old], replace=False, as_json=True))
