"""Kiosks in the admin's chat: what must be typed to leave one, and which door it opens."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from sqlalchemy import text

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.kiosks.models import Kiosk
from gym.kiosks.service import KioskService
from gym.security.passwords import hash_secret
from gym.security.permissions import Actor
from tests.support.sandbox.client import Person, SandboxClient


@pytest.fixture
async def ana(desk_bot: RunningBot, telegram: SandboxClient, make_staff) -> Person:
    person = await telegram.person("Ana")
    await make_staff(person)
    return person


@pytest.fixture
async def kiosk(gym: Gym) -> UUID:
    async with gym.unit_of_work(Actor.system()) as uow:
        issued = await KioskService(uow).new_code("Front")
        return (await KioskService(uow).pair(issued.code, "Front", hash_secret("s" * 20))).id


async def opens(ana: Person) -> None:
    await ana.sends("/start")
    await ana.taps("Kiosks")
    await ana.taps("Front")


async def leaves(gym: Gym, kiosk: UUID, pin: str) -> bool:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await KioskService(uow).pin_allows_exit(kiosk, pin)


async def test_pairing_asks_for_the_pin_first_and_the_kiosk_has_it_from_its_first_moment(
    ana: Person, gym: Gym
) -> None:
    await ana.sends("/start")
    await ana.taps("Kiosks")
    await ana.taps("Pair a kiosk")
    await ana.sees("Without a PIN anybody at the door can leave it")
    await ana.sends("12")
    await ana.sees("4 to 8 digits")
    await ana.sends("4711")
    shown = (await ana.sees("ten minutes")).words
    code = re.search(r"\d{3} \d{3} \d{3}", shown)
    assert code is not None
    assert re.search(r"http://127\.0\.0\.1:\d+/kiosk/", shown)
    assert "python -m gym certificate" in shown, "a tablet finds nothing at that address"
    async with gym.unit_of_work(Actor.system()) as uow:
        paired = await KioskService(uow).pair(code[0].replace(" ", ""), "Front", hash_secret("s" * 20))
    assert not await leaves(gym, paired.id, "1234")
    assert await leaves(gym, paired.id, "4711")


async def test_an_admin_sets_the_pin_that_leaves_the_page_and_takes_it_away(
    ana: Person, gym: Gym, kiosk: UUID
) -> None:
    await opens(ana)
    await ana.sees("Anybody may leave its page")
    await ana.taps("Exit PIN")
    await ana.sees("4 to 8 digits")
    await ana.sends("12")
    await ana.sees("Choose a PIN of 4 to 8 digits")
    await ana.sends("2468")
    await ana.sees("needs the PIN")
    assert [await leaves(gym, kiosk, pin) for pin in ("2468", "1357")] == [True, False]
    async with gym.unit_of_work(Actor.system()) as uow:
        drafts = (await uow.session.scalars(text("SELECT drafts::text FROM drafts"))).all()
    assert not any("2468" in one for one in drafts)
    async with gym.unit_of_work(Actor.system()) as uow:
        kept = (await uow.session.scalars(text("SELECT exit_pin_hash FROM kiosks"))).one()
    assert kept.startswith(f"{gym.secrets.jwt.first}:$argon2id$"), "with the gym's key"
    await ana.taps("Exit PIN")
    await ana.taps("No PIN")
    await ana.sees("Anybody may leave its page")
    assert await leaves(gym, kiosk, "")


async def test_an_admin_says_which_address_opens_the_door(ana: Person, gym: Gym, kiosk: UUID) -> None:
    await opens(ana)
    await ana.taps("Door relay")
    await ana.sees("Which address opens the door")
    await ana.sends("the front door")
    await ana.sees("Write the door's address like")
    await ana.sends("http://192.168.1.50/open")
    await ana.sees("Opens the door at http://192.168.1.50/open")
    async with gym.unit_of_work(Actor.system()) as uow:
        assert (await uow.session.get_one(Kiosk, kiosk)).door_address == "http://192.168.1.50/open"
    await ana.taps("Door relay")
    await ana.taps("No door")
    await ana.sees("Anybody may leave its page")
    async with gym.unit_of_work(Actor.system()) as uow:
        assert (await uow.session.get_one(Kiosk, kiosk)).door_address is None
