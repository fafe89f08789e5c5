"""Kiosks: pairing by a code, and being turned away."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.kiosks.errors import (
    DoorAddressInvalid,
    ExitPinInvalid,
    KioskNameInvalid,
    KioskNotFound,
    KioskRefused,
    PairingRefused,
)
from gym.kiosks.models import Kiosk
from gym.kiosks.repository import MOST_TRIES
from gym.kiosks.schemas import PairingIssued, parse_exit_pin
from gym.kiosks.service import KioskService
from gym.notifications.models import NotificationKind
from gym.security.passwords import hash_secret
from gym.security.permissions import Actor, NotAllowed
from tests.support.front_desk import Desk

SECRET = "a device's own secret"


@dataclass(frozen=True)
class Door:
    """Somebody who manages kiosks, and devices that knock."""

    gym: Gym
    actor: Actor
    secret_hash: str

    async def does(self, operation: str, *arguments: Any) -> Any:
        async with self.gym.unit_of_work(self.actor) as uow:
            return await getattr(KioskService(uow), operation)(*arguments)

    async def shows_code(self, name: str = "Front door", pin_hash: str | None = None) -> PairingIssued:
        return await self.does("new_code", name, pin_hash)

    async def fits(self, code: str) -> bool:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            return await KioskService(uow).is_valid_code(code)

    async def pairs(self, code: str, name: str = "") -> Kiosk:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            return await KioskService(uow).pair(code, name, self.secret_hash)


@pytest.fixture(scope="module")
def secret_hash() -> str:
    return hash_secret(SECRET)


@pytest.fixture
def door(gym: Gym, admin: Actor, secret_hash: str) -> Door:
    return Door(gym, admin, secret_hash)


def wrong(issued: PairingIssued) -> str:
    """A code that is not this one."""
    return f"{issued.code[:8]}{(int(issued.code[8]) + 1) % 10}"


async def test_a_code_makes_a_device_a_kiosk_and_tells_the_desk(door: Door, admin: Actor) -> None:
    issued = await door.shows_code()
    assert len(issued.code) == 9
    assert issued.code.isdecimal()
    assert await door.fits(issued.code)
    kiosk = await door.pairs(issued.code)
    assert (kiosk.name, kiosk.active, kiosk.paired_by) == ("Front door", True, admin.id)
    desk = Desk(door.gym, admin)
    assert len(await desk.told(NotificationKind.DESK_NEW_KIOSK)) == 1
    assert await desk.actions(kiosk.id) == ["kiosk.paired"]


@pytest.mark.parametrize("template", ["{0} {1} {2}", "{0}-{1}-{2}", " {0}.{1}.{2} "])
async def test_a_code_may_be_typed_in_groups(door: Door, template: str) -> None:
    code = (await door.shows_code()).code
    assert await door.fits(template.format(code[:3], code[3:6], code[6:]))


async def test_a_device_may_name_itself(door: Door) -> None:
    assert (await door.pairs((await door.shows_code()).code, "  Back   door ")).name == "Back door"


async def test_a_code_runs_out_after_ten_minutes(door: Door, clock: FrozenClock) -> None:
    issued = await door.shows_code()
    clock.advance(timedelta(minutes=10))
    assert not await door.fits(issued.code)
    with pytest.raises(PairingRefused):
        await door.pairs(issued.code)


async def test_of_eight_devices_with_one_code_one_is_paired(door: Door) -> None:
    issued = await door.shows_code()
    outcomes = await asyncio.gather(*(door.pairs(issued.code) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(one, Kiosk) for one in outcomes) == 1
    assert sum(isinstance(one, PairingRefused) for one in outcomes) == 7
    assert (await door.does("page")).total == 1


async def test_four_wrong_guesses_spare_a_code_and_the_fifth_ends_it(door: Door) -> None:
    issued = await door.shows_code()
    for _ in range(MOST_TRIES - 1):
        assert not await door.fits(wrong(issued))
    assert await door.fits(issued.code)
    assert not await door.fits(wrong(issued))
    assert not await door.fits(issued.code)
    with pytest.raises(PairingRefused):
        await door.pairs(issued.code)


async def test_wrong_guesses_end_the_code_that_they_name_and_no_other(door: Door) -> None:
    first, second = await door.shows_code("One"), await door.shows_code("Two")
    assert first.code[:3] != second.code[:3]
    for _ in range(MOST_TRIES):
        assert not await door.fits(wrong(first))
    assert not await door.fits(first.code)
    assert await door.fits(second.code)


@pytest.mark.parametrize("typed", ["", "000", "1", "12345678", "1234567890", "١٢٣٤٥٦٧٨٩", "x" * 50])
async def test_what_is_no_code_counts_against_none(door: Door, typed: str) -> None:
    issued = await door.shows_code()
    for _ in range(MOST_TRIES + 1):
        assert not await door.fits(typed)
    assert await door.fits(issued.code)


async def test_forty_guesses_at_once_are_five_tries(door: Door) -> None:
    """Guesses at one code are judged one by one."""
    issued, other = await door.shows_code(), await door.shows_code()
    guesses = [f"{issued.code[:3]}{(int(issued.code[3:]) + n) % 10**6:06d}" for n in range(1, 41)]
    assert not any(await asyncio.gather(*(door.fits(one) for one in guesses)))
    assert not await door.fits(issued.code)
    assert await door.fits(other.code)


async def test_a_hundred_live_codes_have_names_of_their_own(door: Door) -> None:
    codes = [await door.shows_code() for _ in range(100)]
    assert len({one.code[:3] for one in codes}) == 100
    assert codes[0].grouped.replace(" ", "") == codes[0].code


async def test_a_revoked_kiosk_is_refused_at_once(door: Door) -> None:
    kiosk = await door.pairs((await door.shows_code()).code)
    assert (await door.does("verify", kiosk.id, SECRET)).id == kiosk.id
    revoked = await door.does("revoke", kiosk.id)
    assert revoked.token_generation == kiosk.token_generation + 1
    with pytest.raises(KioskRefused):
        await door.does("verify", kiosk.id, SECRET)
    again = await door.does("revoke", kiosk.id)
    assert again.token_generation == revoked.token_generation


async def test_a_wrong_secret_and_an_unknown_kiosk_are_refused_alike(door: Door) -> None:
    kiosk = await door.pairs((await door.shows_code()).code)
    for key, secret in ((kiosk.id, "wrong"), (new_id(), SECRET)):
        with pytest.raises(KioskRefused):
            await door.does("verify", key, secret)


async def test_leaving_the_page_needs_the_pin_that_was_set(door: Door) -> None:
    free = await door.pairs((await door.shows_code()).code)
    kept = await door.pairs((await door.shows_code(pin_hash=hash_secret(parse_exit_pin(" 2468 ")))).code)
    assert await door.does("pin_allows_exit", free.id, "")
    assert await door.does("pin_allows_exit", kept.id, "2468")
    assert not await door.does("pin_allows_exit", kept.id, "1357")


@pytest.mark.parametrize("typed", ["", "123", "123456789", "12a4", "٤٤٤٤"])
def test_a_pin_is_four_to_eight_digits(typed: str) -> None:
    with pytest.raises(ExitPinInvalid):
        parse_exit_pin(typed)


async def test_the_doors_address_can_be_set_and_taken_away(door: Door) -> None:
    kiosk = await door.pairs((await door.shows_code()).code)
    with_door = await door.does("set_door", kiosk.id, " http://192.168.1.50/open ")
    assert with_door.door_address == "http://192.168.1.50/open"
    assert (await door.does("set_door", kiosk.id, None)).door_address is None
    for address in (
        "open",
        "ftp://door",
        "javascript:alert(1)",
        "http://",
        "http://a b",
        "http://[::1",
        "http://:80/open",
        "http://door:99999/open",
        "http://" + "x" * 300,
    ):
        with pytest.raises(DoorAddressInvalid):
            await door.does("set_door", kiosk.id, address)


async def test_kiosks_in_use_are_listed_first(door: Door) -> None:
    gone = await door.pairs((await door.shows_code("A")).code)
    await door.pairs((await door.shows_code("B")).code)
    await door.does("revoke", gone.id)
    assert [one.name for one in (await door.does("page")).items] == ["B", "A"]


async def test_a_kiosk_needs_a_name(door: Door) -> None:
    for name in ("", "   ", "x" * 81):
        with pytest.raises(KioskNameInvalid):
            await door.shows_code(name)


async def test_only_admins_manage_kiosks(gym: Gym, door: Door, employee: Actor, secret_hash: str) -> None:
    kiosk = await door.pairs((await door.shows_code()).code)
    for actor in (employee, Actor.kiosk(kiosk.id, "Front door")):
        other = Door(gym, actor, secret_hash)
        calls = (
            ("new_code", "X"),
            ("page",),
            ("get", kiosk.id),
            ("revoke", kiosk.id),
            ("set_door", kiosk.id, None),
        )
        for call in calls:
            with pytest.raises(NotAllowed):
                await other.does(*call)


async def test_a_kiosk_that_is_not_there_is_a_typed_fault(door: Door) -> None:
    with pytest.raises(KioskNotFound):
        await door.does("get", new_id())
