"""Asking whether the gym is ready, however often, costs the door nothing."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp.test_utils import TestClient

from gym.app import Gym
from tests.support.front_desk import statements
from web.api.health import READINESS

Client = TestClient[Any, Any]


async def test_a_second_of_questions_is_one_look_at_the_database(server: Client, gym: Gym) -> None:
    with statements(gym) as first:
        assert (await server.get("/readyz")).status == 200
    with statements(gym) as seen:
        answers = [await server.get("/readyz") for _ in range(50)]
        answers += await asyncio.gather(*(server.get("/readyz") for _ in range(50)))
    assert {answer.status for answer in answers} == {200}
    assert len(seen) <= len(first), "at most one more look, where a second has passed"


async def test_many_at_once_share_one_look(server: Client, gym: Gym) -> None:
    with statements(gym) as seen:
        await asyncio.gather(*(server.get("/readyz") for _ in range(100)))
    once = len(seen)
    app: Any = server.app
    app[READINESS].forget()
    with statements(gym) as seen:
        await server.get("/readyz")
    assert once <= 2 * len(seen)
