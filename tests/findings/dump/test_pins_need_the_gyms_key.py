"""A kiosk's PIN of four digits is not told by its hash alone, however it was kept before."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select, update

from gym.app import Gym
from gym.kiosks.models import Kiosk
from gym.kiosks.service import KioskService
from gym.security.cipher import Keyring
from gym.security.passwords import hash_secret, verify_secret
from gym.security.permissions import Actor
from gym.security.pins import Pins

PIN = "2468"


@pytest.fixture
async def kiosk(gym: Gym, admin: Actor) -> UUID:
    """One whose PIN was set before there was a key in it."""
    old = hash_secret(PIN)
    async with gym.unit_of_work(admin) as uow:
        issued = await KioskService(uow).new_code("Front", old)
    async with gym.unit_of_work(Actor.system()) as uow:
        return (await KioskService(uow).pair(issued.code, "", hash_secret("s" * 20))).id


async def kept(gym: Gym) -> str:
    async with gym.unit_of_work(Actor.system()) as uow:
        found = await uow.session.scalar(select(Kiosk.exit_pin_hash))
        assert found is not None
        return found


async def leaves(gym: Gym, kiosk: UUID, pin: str) -> bool:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await KioskService(uow).pin_allows_exit(kiosk, pin)


def found_by_a_thief(stored: str) -> bool:
    """Who has the database tries every PIN, the right one among them, and every key but the gym's."""
    argon2 = stored[stored.index("$") :]
    return verify_secret(PIN, argon2)[0] or Pins(Keyring({"k": bytes(32)})).verify(PIN, f"k:{argon2}")[0]


async def test_a_pin_that_was_kept_without_a_key_gets_one_when_it_is_next_used(gym: Gym, kiosk: UUID) -> None:
    assert found_by_a_thief(await kept(gym))
    assert not await leaves(gym, kiosk, "1357")
    assert found_by_a_thief(await kept(gym)), "a wrong one changes nothing"
    assert await leaves(gym, kiosk, PIN)
    stored = await kept(gym)
    assert stored.startswith(f"{gym.secrets.jwt.first}:$argon2id$")
    assert not found_by_a_thief(stored)
    assert [await leaves(gym, kiosk, pin) for pin in (PIN, f" {PIN} ", "1357", "")] == [
        True,
        True,
        False,
        False,
    ]
    assert await kept(gym) == stored, "renewed once"


async def test_a_pin_moves_to_the_key_in_use_and_is_set_anew_when_its_key_is_gone(
    gym: Gym, kiosk: UUID
) -> None:
    older = Keyring.generate()
    both = older.rotated()
    fits, renewed = Pins(both).verify(PIN, Pins(older).hash(PIN))
    assert fits
    assert renewed is not None
    assert renewed.startswith(f"{both.first}:")
    assert Pins(both).verify(PIN, renewed) == (True, None)
    assert Pins(both).verify("1357", renewed) == (False, None)
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Kiosk).values(exit_pin_hash=Pins(older).hash(PIN)))
    assert not await leaves(gym, kiosk, PIN)
