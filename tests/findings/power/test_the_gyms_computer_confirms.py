"""A gym whose admins can confirm nobody any more is not shut: its computer lists who waits, and confirms."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gym.app import Gym
from gym.commands import app
from gym.core.clock import FrozenClock
from gym.core.config import Config
from gym.security.permissions import Actor, Role
from gym.staff.models import AdminCandidate
from gym.staff.service import StaffService


@pytest.fixture
def clock() -> FrozenClock:
    """The command lives by the wall clock."""
    return FrozenClock(datetime.now(UTC))


@pytest.mark.live
async def test_the_gyms_computer_lists_who_waits_and_confirms_one_by_the_telegram_number(
    gym: Gym, admin: Actor, config: Config, tmp_path: Path
) -> None:
    async with gym.unit_of_work(admin) as uow:
        link = await StaffService(uow).invite(Role.ADMIN)
    async with gym.unit_of_work(Actor.system()) as uow:
        eva = await StaffService(uow).accept(link.token, 700, "Eva Ruiz", "en", "eva_ruiz")
        assert isinstance(eva, AdminCandidate)
    shell = {
        "DATABASE_URL": gym.database.url,
        "POWERGYM_HOME": str(tmp_path),
        "FACE_ROOT": str(config.packs_root),
        "LOG_LEVEL": "ERROR",
    }

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["staff", "confirm", *words], env=shell)
        return done.exit_code, f"{done.output}{done.exception or ''}".strip()

    assert await asyncio.to_thread(run) == (0, "700 Eva Ruiz @eva_ruiz")
    status, said = await asyncio.to_thread(run, "12345")
    assert (status, "Nobody waits here" in said) == (1, True)
    assert await role_of(gym, 700) is None
    assert await asyncio.to_thread(run, "700") == (0, "Eva Ruiz")
    assert await role_of(gym, 700) is Role.ADMIN


async def role_of(gym: Gym, telegram_id: int) -> Role | None:
    async with gym.unit_of_work(Actor.system()) as uow:
        row = await StaffService(uow).by_telegram(telegram_id)
        return row.role if row else None
