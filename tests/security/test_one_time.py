"""One-time links and pairing codes outlive a rotation of the token keys."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gym.app import Gym
from gym.kiosks.service import KioskService
from gym.security.one_time_links import LinkUnknown, LinkUsed
from gym.security.permissions import Actor, Role
from gym.staff.service import StaffService


def rotated(gym: Gym) -> Gym:
    """The same gym with a new token key in front."""
    return replace(gym, secrets=replace(gym.secrets, jwt=gym.secrets.jwt.rotated()))


def without_the_old_key(gym: Gym) -> Gym:
    ring = gym.secrets.jwt.rotated()
    return replace(gym, secrets=replace(gym.secrets, jwt=ring.without(ring.ids[-1])))


async def invite(gym: Gym, admin: Actor) -> str:
    async with gym.unit_of_work(admin) as uow:
        return (await StaffService(uow).invite(Role.EMPLOYEE)).token


async def accept(gym: Gym, token: str, telegram_id: int) -> str:
    async with gym.unit_of_work(Actor.system()) as uow:
        return (await StaffService(uow).accept(token, telegram_id, "Eva", "en")).name


async def test_a_link_given_out_before_a_rotation_works_after_it_and_once(gym: Gym, admin: Actor) -> None:
    token = await invite(gym, admin)
    later = rotated(gym)
    assert await accept(later, token, 71) == "Eva"
    for one in (later, gym):
        with pytest.raises(LinkUsed):
            await accept(one, token, 72)


async def test_a_link_made_after_a_rotation_is_unknown_without_its_key(gym: Gym, admin: Actor) -> None:
    token = await invite(rotated(gym), admin)
    with pytest.raises(LinkUnknown):
        await accept(gym, token, 71)


async def test_a_link_ends_with_the_key_it_was_made_with(gym: Gym, admin: Actor) -> None:
    token = await invite(gym, admin)
    with pytest.raises(LinkUnknown):
        await accept(without_the_old_key(gym), token, 71)


async def test_a_pairing_code_shown_before_a_rotation_still_pairs(gym: Gym, admin: Actor) -> None:
    async with gym.unit_of_work(admin) as uow:
        code = (await KioskService(uow).new_code("Main door")).code
    async with rotated(gym).unit_of_work(Actor.system()) as uow:
        assert (await KioskService(uow).pair(code, "Main door", "a hash")).name == "Main door"
