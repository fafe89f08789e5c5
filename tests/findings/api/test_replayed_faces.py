"""Faces cannot be tried out by dating them back: replayed and live ones come out of one bucket."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.faces.pool import FacePool
from gym.security.permissions import Actor
from gym.security.rate_limits import Rate
from tests.support.door import Door
from tests.support.people import landscape, people, stranger
from tests.support.tokens import token_of
from web.app import make_app
from web.http.limits.rates import LIMITS, Limits

MOST: Final = 4
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["memory", "database"])
def gym_with_faces(gym: Gym, remembered_faces: FacePool, request: pytest.FixtureRequest) -> Gym:
    config = gym.config.model_copy(update={"rate_limits": request.param})
    return replace(gym, config=config, face_pool=remembered_faces)


@pytest.fixture
async def door(gym_with_faces: Gym, admin: Actor) -> AsyncGenerator[Door]:
    """A kiosk that may show four faces at once and four a minute, and as much for its staff."""
    few = Limits.of(gym_with_faces)
    few = replace(few, faces=Rate("faces", MOST, MOST), staff=Rate("staff", MOST, MOST))
    async with TestClient[Any, Any](TestServer(make_app(gym_with_faces, few))) as client:
        door = Door(gym_with_faces, client, admin)
        await door.pair()
        yield door


@pytest.fixture
def captured(door: Door, clock: FrozenClock) -> str:
    """Two minutes ago."""
    at = clock.now().isoformat()
    clock.advance(2 * MINUTE)
    return at


async def live(door: Door, photo: bytes, times: int) -> Counter[int]:
    return Counter([(await door.show(photo)).status for _ in range(times)])


async def replay(door: Door, photo: bytes, captured: str, numbers: range) -> Counter[int]:
    shown = [await door.show(photo, key=f"late-{n}", captured_at=captured) for n in numbers]
    return Counter(answer.status for answer in shown)


async def test_strangers_of_an_offline_queue_cost_what_live_ones_cost(
    door: Door, captured: str, clock: FrozenClock
) -> None:
    unknown = stranger()
    assert await replay(door, unknown, captured, range(7)) == {201: MOST, 429: 3}
    assert await live(door, unknown, 1) == {429: 1}, "the live ones share it"
    clock.advance(MINUTE)
    assert await live(door, unknown, MOST - 1) == {201: MOST - 1}
    assert await replay(door, unknown, captured, range(10, 13)) == {201: 1, 429: 2}


async def test_a_refused_replay_costs_nothing_and_may_come_again(
    door: Door, captured: str, clock: FrozenClock
) -> None:
    unknown = stranger()
    await replay(door, unknown, captured, range(MOST))
    refused = await door.show(unknown, key="again", captured_at=captured)
    assert refused.status == 429
    clock.advance(timedelta(seconds=int(refused.headers["Retry-After"])))
    assert (await door.show(unknown, key="again", captured_at=captured)).status == 201


async def test_refused_replays_leave_the_offline_queue_its_room(
    door: Door, captured: str, clock: FrozenClock
) -> None:
    app: Any = door.client.app
    object.__setattr__(app[LIMITS], "replay", Rate("replay", MOST + 2, 0.001))
    unknown = stranger()
    assert await replay(door, unknown, captured, range(MOST + 4)) == {201: MOST, 429: 4}
    clock.advance(MINUTE)
    assert await replay(door, unknown, captured, range(10, 14)) == {201: 2, 429: 2}


async def test_members_photos_without_a_face_and_repeats_replay_freely(door: Door, captured: str) -> None:
    rosa = people()[0]
    await door.enrol((await door.member("Rosa")).id, rosa)
    assert await replay(door, rosa.photo(4), captured, range(MOST + 2)) == {201: MOST + 2}
    assert await replay(door, landscape(), captured, range(10, 16)) == {422: 6}
    unknown = stranger()
    same = [await door.show(unknown, key="same", captured_at=captured) for _ in range(MOST + 2)]
    assert Counter(answer.status for answer in same) == {201: MOST + 2}
    assert await replay(door, unknown, captured, range(20, 25)) == {201: MOST - 1, 429: 6 - MOST}


async def test_a_sign_in_of_staff_gets_no_more_tries_by_dating_them_back(door: Door, captured: str) -> None:
    staff = replace(door, tokens={"access_token": await token_of(door.gym, door.admin)})
    assert await replay(staff, stranger(), captured, range(MOST + 2)) == {201: MOST, 429: 2}
