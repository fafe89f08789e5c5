"""Limits at their defaults: in memory, and in PostgreSQL where replicas count together."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.faces.pool import FacePool
from gym.kiosks.models import Kiosk
from gym.security.passwords import hash_secret
from gym.security.permissions import Actor
from gym.security.rate_limits import DatabaseBuckets, MemoryBuckets, Rate, TooManyRequests
from tests.support.door import API, Door
from tests.support.front_desk import statements
from tests.support.people import landscape, stranger
from tests.support.tokens import token_of
from web.app import make_app

MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["memory", "database"])
def gym_with_faces(gym: Gym, remembered_faces: FacePool, request: pytest.FixtureRequest) -> Gym:
    config = gym.config.model_copy(update={"rate_limits": request.param})
    return replace(gym, config=config, face_pool=remembered_faces)


@asynccontextmanager
async def replica(door: Door) -> AsyncGenerator[Door]:
    """The same kiosk at another process of the same gym."""
    async with TestClient[Any, Any](TestServer(make_app(door.gym))) as client:
        yield replace(door, client=client)


def count(answers: list[ClientResponse]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


async def test_a_device_may_ask_240_times_a_minute(door: Door, clock: FrozenClock) -> None:
    answers = [await door.kiosk() for _ in range(241)]
    assert count(answers) == {200: 240, 429: 1}
    wait = int(answers[-1].headers["Retry-After"])
    clock.advance(timedelta(seconds=wait))
    assert (await door.kiosk()).status == 200


async def test_a_device_may_show_90_faces_a_minute(door: Door) -> None:
    answers = [await door.show(stranger()) for _ in range(91)]
    assert count(answers) == {201: 90, 429: 1}
    assert (await door.say(document_number="123456", phone_last4="0000")).status == 201


async def test_photos_without_a_face_cost_no_face(door: Door) -> None:
    for _ in range(95):
        answer = await door.show(landscape())
        assert (answer.status, (await answer.json())["error"]["code"]) == (422, "no_face")
    assert (await door.show(stranger())).status == 201


async def test_staff_may_ask_120_times_a_minute(door: Door) -> None:
    headers = {"Authorization": f"Bearer {await token_of(door.gym, door.admin)}"}
    answers = [await door.client.get(f"{API}/check-ins", headers=headers) for _ in range(121)]
    assert count(answers) == {200: 120, 429: 1}


async def test_the_replay_of_an_offline_queue_is_free_and_nothing_else_is(
    door: Door, clock: FrozenClock
) -> None:
    await door.member("Rosa")
    captured = clock.now().isoformat()
    clock.advance(2 * MINUTE)
    rosa = {"document_number": "1020304050", "phone_last4": "4567"}
    for number in range(250):
        assert (await door.say(key=f"offline-{number}", captured_at=captured, **rosa)).status == 201
    assert (await door.say(captured_at=captured, **rosa)).status == 201
    # What is left is counted with what is asked at a tenth of a check-in's cost.
    answers = [await door.kiosk() for _ in range(240)]
    assert count(answers) == {200: 239, 429: 1}, "only the one without a key has been counted"


async def test_what_cannot_be_read_counts_too(door: Door) -> None:
    answers = [await door.say(surprise=1) for _ in range(241)]
    assert count(answers) == {422: 240, 429: 1}


async def test_guessing_is_stopped_by_the_address(stranger_at_door: Door, clock: FrozenClock) -> None:
    grant = {"grant_type": "password", "username": "nobody", "password": "wrong-horse"}
    answers = [await stranger_at_door.post("/auth/token", grant) for _ in range(6)]
    assert count(answers) == {401: 5, 429: 1}
    refused = await stranger_at_door.post("/kiosks/pair", {"code": "000000000", "name": "Door"})
    assert refused.status == 429
    clock.advance(MINUTE)
    assert (await stranger_at_door.post("/auth/token", grant)).status == 401


async def test_signing_in_rightly_costs_nothing(door: Door) -> None:
    assert {(await door.sign_in()).status for _ in range(12)} == {200}


async def test_replicas_count_together_in_the_database_and_apart_in_memory(door: Door) -> None:
    shared = door.gym.config.rate_limits == "database"
    async with replica(door) as other:
        answers = [await (door if turn % 2 else other).kiosk() for turn in range(250)]
    assert count(answers)[429] == (10 if shared else 0)


async def test_a_limit_is_one_statement_of_a_check_in_and_a_right_document_one_more(door: Door) -> None:
    await door.member("Rosa")
    await door.say(document_number="1020304050", phone_last4="4567")
    with statements(door.gym) as seen:
        await door.say(document_number="1020304050", phone_last4="4567")
    touched = [one for one in seen if "rate_buckets" in one]
    in_database = door.gym.config.rate_limits == "database"
    assert len(touched) == (2 if in_database else 0), "taken, and given back"
    with statements(door.gym) as seen:
        await door.say(qr="https://t.me/powergym_bot?start=qnothing")
    touched = [one for one in seen if "rate_buckets" in one]
    assert len(touched) == (1 if in_database else 0)


SMALL = Rate("small", 5, 60)


async def test_of_many_takes_at_once_exactly_the_bucket_is_given(gym: Gym) -> None:
    for buckets in (MemoryBuckets(), DatabaseBuckets(gym.database)):
        now = gym.clock.now()

        async def take(buckets: Any = buckets, now: Any = now) -> bool:
            try:
                await buckets.take([SMALL.of("a"), SMALL.of("b")], now)
            except TooManyRequests:
                return False
            return True

        assert sum(await asyncio.gather(*(take() for _ in range(20)))) == 5
        with pytest.raises(TooManyRequests) as fault:
            await buckets.require(SMALL.of("a"), now)
        assert fault.value.retry_after == 1
        await buckets.require(SMALL.of("a"), now + timedelta(seconds=1))
        await buckets.give_back(SMALL.of("b"))
        await buckets.take([SMALL.of("b")], now)
        await buckets.forget(SMALL.of("b"))
        await buckets.take([SMALL.of("b")], now)


async def test_a_kiosks_pin_cannot_be_guessed_at_leisure(door: Door) -> None:
    async with door.gym.unit_of_work(Actor.system()) as uow:
        (await uow.session.get_one(Kiosk, UUID(door.kiosk_id))).exit_pin_hash = hash_secret("2468")

    async def leave(pin: str) -> int:
        answer = await door.client.post(f"{API}/kiosk/exit", json={"pin": pin}, headers=door.bearer)
        return answer.status

    assert (await (await door.kiosk()).json())["exit_pin"] is True
    assert [await leave("2468") for _ in range(7)] == [204] * 7
    assert [await leave("1111") for _ in range(6)] == [403] * 5 + [429]
