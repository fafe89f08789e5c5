"""Whoever is let go is asked nothing more by a form of the desk that they had left open."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.chats.models import Draft
from gym.clients.models import Client
from gym.security.permissions import Actor, Role
from gym.staff.service import StaffService
from tests.support.people import landscape
from tests.support.sandbox.client import SandboxClient


async def count(gym: Gym, table: type[Any]) -> int:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await uow.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("step", ["text", "button", "sticker", "photo"])
async def test_the_next_step_of_an_open_form_is_refused(
    gym: Gym, desk_bot: RunningBot, telegram: SandboxClient, admin: Actor, make_staff: Any, step: str
) -> None:
    bruno = await telegram.person("Bruno")
    row = await make_staff(bruno, Role.EMPLOYEE)
    await bruno.sends("/register")
    await bruno.sees("first name")
    await bruno.sends("Luisa")
    await bruno.sees("last name")
    async with gym.unit_of_work(admin) as uow:
        await StaffService(uow).deactivate(row.id)
    if step == "button":
        assert "not open to you any more" in ((await bruno.taps("Back")).alert or "")
    elif step == "text":
        await bruno.sends("Paz")
        await bruno.sees("not open to you any more")
    elif step == "photo":
        await bruno.sends_photo(landscape())
        await bruno.sees("not open to you any more")
    else:
        await bruno.sends_sticker()
        await bruno.sees("not open to you any more")
    assert await count(gym, Draft) == 0
    assert await count(gym, Client) == 0


async def test_a_form_left_open_is_not_offered_again_and_not_in_the_way(
    gym: Gym, desk_bot: RunningBot, telegram: SandboxClient, admin: Actor, make_staff: Any, make_member: Any
) -> None:
    bruno = await telegram.person("Bruno")
    row = await make_staff(bruno, Role.EMPLOYEE)
    await make_member(bruno, "Bruno", "Paz")
    await bruno.sends("/register")
    await bruno.sees("first name")
    await bruno.sends("Luisa")
    await bruno.sees("last name")
    await bruno.sends("/start")
    assert "Go on" in str((await bruno.sees("type a name")).buttons)
    async with gym.unit_of_work(admin) as uow:
        await StaffService(uow).deactivate(row.id)
    await bruno.sends("/start")
    assert "Go on" not in str((await bruno.sees("What would you like to see?")).buttons)
