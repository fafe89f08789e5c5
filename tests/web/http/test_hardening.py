"""The API against odd headers, large bodies and many guesses."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from multidict import CIMultiDict

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.core.values.networks import Networks
from gym.security.passwords import needs_rehash
from gym.security.permissions import Actor
from gym.staff.models import Staff
from tests.support.door import API, Door
from web.api.telegram_webhook import SECRET_HEADER, Webhook
from web.app import make_app
from web.http.limits.rates import REPLAY, Limits

NOBODY = {"document_number": "123456", "phone_last4": "0000"}
PASSWORD = "correct-horse-7-staple"


def behind_a_proxy(gym: Gym, **more: object) -> TestClient[Any, Any]:
    changes = {
        "trusted_proxies": Networks.of(["127.0.0.0/8"]),
        "metrics_allow": Networks.of(["203.0.113.0/24"]),
    }
    config = gym.config.model_copy(update=changes | more)
    return TestClient(TestServer(make_app(replace(gym, config=config))))


async def test_an_address_that_the_caller_wrote_before_the_proxys_own_is_not_believed(gym: Gym) -> None:
    """Some proxies append a line of their own instead of lengthening the caller's."""
    lines = CIMultiDict([("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-For", "198.51.100.66")])
    async with behind_a_proxy(gym) as client:
        assert (await client.get("/metrics", headers=lines)).status == 404
        assert (await client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"})).status == 200


async def test_an_https_that_the_caller_wrote_before_the_proxys_own_word_is_not_believed(gym: Gym) -> None:
    async with behind_a_proxy(gym, require_https=True) as client:
        for said, status in ((["https", "http"], 403), (["http", "https"], 200), (["https, http"], 403)):
            lines = CIMultiDict([("X-Forwarded-Proto", one) for one in said])
            assert (await client.get("/healthz", headers=lines)).status == status


async def test_a_webhook_secret_of_odd_bytes_is_refused_and_no_fault_of_ours(gym: Gym) -> None:
    app = make_app(gym)
    app.add_routes([Webhook("http://127.0.0.1/telegram/updates", "right").route()])
    async with TestClient(TestServer(app)) as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
        head = f"POST /telegram/updates HTTP/1.1\r\nHost: gym\r\nConnection: close\r\n{SECRET_HEADER}: "
        writer.write(head.encode() + b"\xff\r\nContent-Length: 0\r\n\r\n")
        answer = await reader.read()
        writer.close()
    assert answer.split()[1] == b"403"


@pytest.mark.parametrize("path", ["/auth/token", "/auth/refresh", "/kiosks/pair"])
async def test_nobody_without_a_token_has_megabytes_read(stranger_at_door: Door, path: str) -> None:
    answer = await stranger_at_door.post(path, {"padding": "x" * 1_000_000})
    assert (answer.status, (await answer.json())["error"]["code"]) == (413, "too_large")


async def test_a_name_in_other_letters_is_no_second_lock(stranger_at_door: Door, admin: Actor) -> None:
    """PostgreSQL takes the dotted capital I for an i, Python does not."""
    gym = stranger_at_door.gym
    async with gym.unit_of_work(Actor.system()) as uow:
        row = await uow.session.get_one(Staff, admin.id)
        row.username, row.password_hash = "ines", PasswordHasher().hash(PASSWORD)
    grant = {"grant_type": "password", "username": "\u0130nes", "password": PASSWORD}
    assert (await stranger_at_door.post("/auth/token", grant)).status == 401


async def test_a_hash_of_older_parameters_is_made_anew_at_sign_in(
    stranger_at_door: Door, admin: Actor
) -> None:
    gym = stranger_at_door.gym
    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    async with gym.unit_of_work(Actor.system()) as uow:
        row = await uow.session.get_one(Staff, admin.id)
        row.username, row.password_hash = "ana", old
    grant = {"grant_type": "password", "username": "ana", "password": PASSWORD}
    assert (await stranger_at_door.post("/auth/token", grant)).status == 200
    async with gym.unit_of_work(Actor.system()) as uow:
        kept = (await uow.session.get_one(Staff, admin.id)).password_hash
    assert kept is not None
    assert kept != old
    assert not needs_rehash(kept)
    assert (await stranger_at_door.post("/auth/token", grant)).status == 200


async def test_an_offline_queue_has_an_end(gym_with_faces: Gym, admin: Actor, clock: FrozenClock) -> None:
    """Whoever holds a kiosk's token cannot try faces for ever by dating them back."""
    few = replace(Limits.of(gym_with_faces), replay=replace(REPLAY, size=5))
    async with TestClient[Any, Any](TestServer(make_app(gym_with_faces, few))) as client:
        door = Door(gym_with_faces, client, admin)
        await door.pair()
        captured = (clock.now() - timedelta(minutes=2)).isoformat()
        seen = [
            (await door.say(key=f"late-{number}", captured_at=captured, **NOBODY)).status
            for number in range(7)
        ]
    assert Counter(seen) == {201: 5, 429: 2}


async def test_a_ready_question_reads_no_files(stranger_at_door: Door) -> None:
    from web.api.health import newest

    await stranger_at_door.client.get("/readyz")
    before = newest.cache_info().misses
    assert (await stranger_at_door.client.get("/readyz")).status == 200
    assert newest.cache_info().misses == before


@pytest.mark.parametrize("padding", [3_000, 7_000])
async def test_a_form_of_headers_alone_is_not_read_to_its_end(door: Door, padding: int) -> None:
    """Twenty megabytes of the same empty field, each under kilobytes of headers."""
    part = (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\nX-Padding: ' + b"p" * padding + b"\r\n\r\n\r\n"
    )
    sent = 0

    async def body() -> AsyncGenerator[bytes]:
        nonlocal sent
        while sent < 20 * 1024 * 1024:
            sent += len(part)
            yield part
        yield b"--x--\r\n"

    headers = door.bearer | {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await door.client.post(f"{API}/check-ins", data=body(), headers=headers)
    assert (answer.status, (await answer.json())["error"]["code"]) == (400, "malformed")
