"""First steps: a new gym is led to what it lacks, what is done ticks itself off, and an old gym is left
alone.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.reports.first_steps import FirstStep, FirstStepsService
from gym.security.permissions import Actor, NotAllowed, Role
from gym.transfers.models import PaymentKeyKind
from gym.transfers.payment_keys import PaymentKeys
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import SandboxClient


async def test_a_new_gym_is_led_from_step_to_step(
    gym: Gym, desk_bot: RunningBot, telegram: SandboxClient, make_staff, tmp_path: Path
) -> None:
    ana = await telegram.person("Ana")
    desk = DeskClerk(gym, await make_staff(ana))
    await ana.sends("/start")
    await ana.taps("First steps: 0 of 7")
    seen = await ana.sees("First steps")
    assert "✅ English, America/Bogota, COP" in seen.words
    assert seen.words.count("⬜") == 7
    assert {
        "🏷 Plans",
        "➕ Register",
        "📥 Import",
        "🔒 Backups",
        "👔 Team",
        "🚪 Kiosks",
        "🔑 Payment keys",
    } <= set(seen.labels)
    await ana.taps("🔒 Backups")
    await ana.sees("What is missing is the pass-phrase")
    await desk.plan()
    await desk.client("Lia")
    bruno = await telegram.person("Bruno")
    await make_staff(bruno, Role.EMPLOYEE)
    async with gym.unit_of_work(desk.actor) as uow:
        await PaymentKeys(uow).add(PaymentKeyKind.NEQUI, "Nequi", "300 123 4567")
    await ana.sends("/start")
    await ana.taps("First steps: 4 of 7")
    seen = await ana.sees("✅ A plan to sell")
    assert seen.words.count("⬜") == 3
    assert not {"🏷 Plans", "📥 Import", "👔 Team", "🔑 Payment keys"} & set(seen.labels)
    await bruno.sends("/start")
    home = await bruno.sees("Or choose:")
    assert not any("First steps" in label for label in home.labels)


async def test_a_gym_that_has_run_for_a_month_is_asked_for_its_backups_alone(
    gym: Gym, clock: FrozenClock, admin: Actor, employee: Actor
) -> None:
    async def offered(*, has_backup_key: bool, is_sandbox: bool = False) -> bool:
        async with gym.unit_of_work(admin) as uow:
            service = FirstStepsService(uow)
            found = await service.read(has_backup_key=has_backup_key, is_sandbox=is_sandbox)
        assert (FirstStep.BACKUP in found.done) is has_backup_key
        return found.is_offered

    desk = DeskClerk(gym, admin)
    await desk.client("Lia")
    await desk.plan()
    assert await offered(has_backup_key=True), "a new gym has no kiosk yet"
    clock.advance(timedelta(days=31))
    assert not await offered(has_backup_key=True)
    assert await offered(has_backup_key=False)
    assert not await offered(has_backup_key=False, is_sandbox=True)
    async with gym.unit_of_work(employee) as uow:
        with pytest.raises(NotAllowed):
            await FirstStepsService(uow).read(has_backup_key=True, is_sandbox=False)
