"""Wrong passwords lock out whoever tries them, and not the person whose name it is."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.security.permissions import Actor
from tests.web.api.test_signing_in import PASSWORD, give_password
from web.app import make_app
from web.http.addresses import neighbourhood

HOME, CAFE = "198.51.100.7", "203.0.113.77"
Client = TestClient[Any, Any]


@pytest.fixture(params=["memory", "database"])
async def client(gym: Gym, admin: Actor, request: pytest.FixtureRequest) -> AsyncGenerator[Client]:
    """Behind a proxy that says where requests come from."""
    settings = {"rate_limits": request.param, "trusted_proxies": "127.0.0.1"}
    gym = replace(gym, config=type(gym.config).model_validate(gym.config.model_dump() | settings))
    await give_password(gym, admin)
    async with TestClient(TestServer(make_app(gym))) as client:
        yield client


async def sign_in(client: Client, address: str, password: str = "wrong-horse", name: str = "ana") -> int:
    grant = {"grant_type": "password", "username": name, "password": password}
    headers = {"X-Forwarded-For": address}
    return (await client.post("/api/v1/auth/token", json=grant, headers=headers)).status


async def attack(client: Client, clock: FrozenClock, tries: int, name: str = "ana") -> list[int]:
    """Each from an address of its own."""
    return [await sign_in(client, f"192.0.2.{number}", name=name) for number in range(tries)]


async def test_an_attack_from_everywhere_is_slowed_and_the_owner_gets_in(
    client: Client, clock: FrozenClock
) -> None:
    assert await sign_in(client, HOME, PASSWORD) == 200
    seen = await attack(client, clock, 100)
    assert (seen.count(401), seen.count(429)) == (30, 70)
    assert await sign_in(client, HOME, PASSWORD) == 200, "from the usual place"
    assert await sign_in(client, CAFE, PASSWORD) == 429, "from anywhere it waits with the others"
    assert (await attack(client, clock, 10)).count(401) == 0, "the owner's sign-in gives no new tries"
    clock.advance(timedelta(minutes=2))
    assert await sign_in(client, CAFE, PASSWORD) == 200


async def test_a_right_sign_in_from_a_new_place_takes_back_its_own_try_and_nobody_elses(
    client: Client, clock: FrozenClock
) -> None:
    assert (await attack(client, clock, 20)).count(401) == 20
    assert await sign_in(client, CAFE, PASSWORD) == 200
    assert (await attack(client, clock, 30)).count(401) == 10


async def test_a_place_where_somebody_else_has_signed_in_is_no_usual_one(
    client: Client, clock: FrozenClock, gym: Gym, employee: Actor
) -> None:
    await give_password(gym, employee, "bruno")
    assert await sign_in(client, CAFE, PASSWORD, "bruno") == 200
    await attack(client, clock, 40)
    assert await sign_in(client, CAFE, PASSWORD) == 429


async def test_a_name_that_waits_everywhere_costs_an_address_nothing(
    client: Client, clock: FrozenClock, gym: Gym, employee: Actor
) -> None:
    await give_password(gym, employee, "bruno")
    await attack(client, clock, 40)
    assert [await sign_in(client, CAFE) for _ in range(8)] == [429] * 8
    assert await sign_in(client, CAFE, PASSWORD, "bruno") == 200


async def test_ten_wrong_passwords_at_one_address_lock_the_name_there_only(
    client: Client, clock: FrozenClock
) -> None:
    assert await sign_in(client, HOME, PASSWORD) == 200
    seen = []
    for _ in range(16):
        seen.append(await sign_in(client, CAFE))
        clock.advance(timedelta(seconds=13))
    assert 429 in seen[10:]
    assert await sign_in(client, HOME, PASSWORD) == 200


async def test_unknown_names_lock_like_known_ones(client: Client, clock: FrozenClock) -> None:
    assert await attack(client, clock, 40, "nobody") == await attack(client, clock, 40, "ana")


async def test_all_addresses_of_a_subscriber_are_one(client: Client) -> None:
    seen = [await sign_in(client, f"2001:db8:1:2::{number:x}", name=f"n{number}") for number in range(8)]
    assert seen == [401] * 5 + [429] * 3
    assert neighbourhood("::ffff:192.0.2.1") == neighbourhood("192.0.2.1")
    assert neighbourhood("2001:db8::1") != neighbourhood("2001:db8:0:1::1")


async def test_no_name_stands_in_a_bucket_in_clear(client: Client, gym: Gym) -> None:
    await sign_in(client, CAFE, name="hunter2-is-my-password")
    async with gym.unit_of_work(Actor.system()) as uow:
        kept = (await uow.session.scalars(text("SELECT key FROM rate_buckets"))).all()
    assert not [key for key in kept if "hunter2" in key]
