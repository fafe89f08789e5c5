"""A pairing code is good no longer than the one who was shown it may pair kiosks."""

from __future__ import annotations

import pytest

from gym.app import Gym
from gym.kiosks.service import KioskService
from gym.security.permissions import Actor, Role
from gym.staff.service import StaffService
from tests.conftest import hire
from tests.support.door import Door


async def code_of(gym: Gym, boss: Actor) -> str:
    async with gym.unit_of_work(boss) as uow:
        return (await KioskService(uow).new_code("Main door")).code


@pytest.mark.parametrize("taken", ["deactivated", "made an employee"])
async def test_a_code_of_somebody_who_is_no_admin_any_more_pairs_nothing(
    gym: Gym, stranger_at_door: Door, admin: Actor, taken: str
) -> None:
    boss = await hire(gym, "Boss", Role.ADMIN)
    code = await code_of(gym, boss)
    assert boss.id is not None
    async with gym.unit_of_work(admin) as uow:
        if taken == "deactivated":
            await StaffService(uow).deactivate(boss.id)
        else:
            await StaffService(uow).change_role(boss.id, Role.EMPLOYEE)
    answer = await stranger_at_door.post("/kiosks/pair", {"code": code, "name": "Mine"})
    assert answer.status == 422
    assert (await answer.json())["error"]["code"] == "pairing_refused"


async def test_a_code_of_an_admin_and_one_of_the_gyms_own_computer_pair(
    gym: Gym, stranger_at_door: Door, admin: Actor
) -> None:
    for maker in (admin, Actor.system()):
        body = {"code": await code_of(gym, maker), "name": "Main door"}
        assert (await stranger_at_door.post("/kiosks/pair", body)).status == 201
