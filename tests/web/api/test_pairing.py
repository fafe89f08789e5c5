"""Pairing a kiosk with a code."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import select

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.kiosks.models import Kiosk
from gym.security.permissions import Actor
from tests.support.door import Door

MINUTE = timedelta(minutes=1)


async def pair_with(door: Door, code: str) -> tuple[int, str]:
    answer = await door.post("/kiosks/pair", {"code": code, "name": "Main door"})
    body = await answer.json()
    return answer.status, body.get("error", {}).get("code", "")


def other_than(code: str) -> str:
    """The same name with another secret."""
    return f"{code[:8]}{(int(code[8]) + 1) % 10}"


async def test_a_code_gives_credentials_that_sign_in(stranger_at_door: Door) -> None:
    await stranger_at_door.pair()
    answer = await stranger_at_door.kiosk()
    body = await answer.json()
    assert answer.status == 200
    assert body["kiosk_name"] == "Main door"
    assert body["methods"] == ["face", "qr", "document"]
    assert body["offline_policy"] == "record_only"
    assert body["shows_sums"] is False


async def test_the_secret_is_kept_only_as_argon2id(door: Door) -> None:
    async with door.gym.unit_of_work(Actor.system()) as uow:
        stored = await uow.session.scalar(select(Kiosk.secret_hash))
    assert stored is not None
    assert stored.startswith("$argon2id$")
    assert door.secret not in stored


async def test_a_code_works_once(stranger_at_door: Door) -> None:
    code = await stranger_at_door.code()
    assert await pair_with(stranger_at_door, code) == (201, "")
    assert await pair_with(stranger_at_door, code) == (422, "pairing_refused")


async def test_of_two_devices_with_one_code_one_is_paired(stranger_at_door: Door) -> None:
    code = await stranger_at_door.code()
    answers = await asyncio.gather(*(pair_with(stranger_at_door, code) for _ in range(3)))
    assert sorted(status for status, _ in answers) == [201, 422, 422]


async def test_a_code_runs_out_after_ten_minutes(stranger_at_door: Door, clock: FrozenClock) -> None:
    code = await stranger_at_door.code()
    clock.advance(10 * MINUTE)
    assert await pair_with(stranger_at_door, code) == (422, "pairing_refused")


async def test_five_wrong_guesses_kill_the_code(stranger_at_door: Door, clock: FrozenClock) -> None:
    code = await stranger_at_door.code()
    for _ in range(5):
        assert await pair_with(stranger_at_door, other_than(code)) == (422, "pairing_refused")
    clock.advance(MINUTE)
    assert await pair_with(stranger_at_door, code) == (422, "pairing_refused")


async def test_wrong_guesses_at_other_codes_leave_this_one_alone(
    stranger_at_door: Door, clock: FrozenClock
) -> None:
    code = await stranger_at_door.code()
    for other in range(12):
        number = (int(code[:3]) + 1 + other) % 1000
        assert await pair_with(stranger_at_door, f"{number:03d}000000") == (422, "pairing_refused")
        clock.advance(timedelta(seconds=15))
    assert await pair_with(stranger_at_door, code) == (201, "")


async def test_a_code_may_be_typed_as_it_is_shown(stranger_at_door: Door) -> None:
    code = await stranger_at_door.code()
    assert await pair_with(stranger_at_door, f"{code[:3]} {code[3:6]} {code[6:]}") == (201, "")


async def test_four_wrong_guesses_do_not(stranger_at_door: Door) -> None:
    code = await stranger_at_door.code()
    for _ in range(4):
        await pair_with(stranger_at_door, other_than(code))
    assert await pair_with(stranger_at_door, code) == (201, "")


async def test_an_address_that_keeps_guessing_has_to_wait(stranger_at_door: Door, clock: FrozenClock) -> None:
    for guess in range(5):
        await pair_with(stranger_at_door, f"{guess:09d}")
    answer = await stranger_at_door.post("/kiosks/pair", {"code": "000000009", "name": "Door"})
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) >= 1
    clock.advance(MINUTE)
    assert await pair_with(stranger_at_door, await stranger_at_door.code()) == (201, "")


async def test_the_exit_and_the_name_of_another_kiosk_are_not_told(door: Door, gym: Gym) -> None:
    body = await (await door.kiosk()).json()
    assert set(body) == {
        "gym_name",
        "kiosk_name",
        "languages",
        "methods",
        "liveness",
        "challenge",
        "offline_policy",
        "shows_sums",
        "currency",
        "timezone",
        "exit_pin",
        "server_time",
    }
    assert body["gym_name"] == gym.config.gym_name
