"""Whoever connects and says nothing, or says it slowly, takes no place from the door."""

from __future__ import annotations

import asyncio
import resource
import socket
import statistics
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from gym.app import Gym
from gym.core.runtime.file_descriptors import raise_limit
from tests.support.door import Door
from tests.support.served import OwnServer
from web.app import make_app
from web.http.connections import Deadlines

MANY = 3000
SOON = Deadlines(headers=0.5, body=0.5, whole=3, idle=5)
Client = TestClient[Any, Any]


@asynccontextmanager
async def served(gym: Gym, deadlines: Deadlines | None = None) -> AsyncGenerator[Client]:
    async with TestClient(OwnServer(make_app(gym), deadlines)) as client:
        yield client


async def closed(reader: asyncio.StreamReader) -> bytes:
    """What is said before the connection is closed."""
    async with asyncio.timeout(10):
        try:
            return await reader.read()
        except ConnectionError:
            return b""


async def silent(port: int, count: int) -> list[socket.socket]:
    """Connections that say nothing."""
    loop, opened = asyncio.get_running_loop(), []
    for number in range(count):
        one = socket.socket()
        one.setblocking(False)
        opened.append(one)
        await loop.sock_connect(one, ("127.0.0.1", port))
        if number % 100 == 0:
            await asyncio.sleep(0)
    return opened


@pytest.mark.alone
async def test_the_door_answers_beside_three_thousand_silent_connections(gym: Gym, door: Door) -> None:
    if raise_limit() < 2 * MANY + 500:
        pytest.skip("this system lets nobody have that many")
    await door.member("Rosa")
    async with served(gym) as client:
        door.client = client
        quiet = await timed(door)
        opened = await silent(client.port, MANY)
        try:
            loud = await timed(door)
            assert count_open(client) <= Deadlines().each_address + 10
        finally:
            for one in opened:
                one.close()
    assert statistics.median(loud) <= 3 * statistics.median(quiet) + 0.02
    assert max(loud) < 2


def count_open(client: Client) -> int:
    server: Any = client.server
    return len(server.runner.server.connections)


async def timed(door: Door) -> list[float]:
    seen = []
    for _ in range(30):
        began = time.perf_counter()
        answer = await door.say(document_number="1020304050", phone_last4="4567")
        seen.append(time.perf_counter() - began)
        assert answer.status == 201
    return seen


async def test_a_connection_that_says_nothing_is_closed(gym: Gym) -> None:
    async with served(gym, SOON) as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
        assert await closed(reader) == b""
        writer.close()


@pytest.mark.parametrize(
    "drip", [b"GET /healthz HTTP/1.1\r\n", b"GET /", b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-"]
)
async def test_headers_that_drip_are_given_up(gym: Gym, drip: bytes) -> None:
    async with served(gym, SOON) as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
        writer.write(drip)
        reading = asyncio.create_task(closed(reader))
        while not reading.done():
            writer.write(b"a")
            await asyncio.wait([reading], timeout=0.1)
        answer = await reading
        assert answer.startswith(b"HTTP/1.1 408 ") or answer == b""
        writer.close()


async def test_a_body_that_drips_or_stops_is_given_up(gym: Gym, door: Door) -> None:
    async with served(gym, SOON) as client:
        for pause in (0.1, 30):
            reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
            head = (
                "POST /api/v1/auth/token HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                "Content-Length: 5000\r\n\r\n{"
            )
            writer.write(head.encode())
            reading = asyncio.create_task(closed(reader))
            while not reading.done():
                writer.write(b" ")
                await asyncio.wait([reading], timeout=pause)
            assert b" 200 " not in await reading
            writer.close()


async def test_one_that_asks_now_and_then_is_kept(gym: Gym) -> None:
    async with served(gym, SOON) as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
        for _ in range(3):
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            assert (await reader.readuntil(b'ok","checks":{}}')).startswith(b"HTTP/1.1 200")
            await asyncio.sleep(1.2)
        writer.close()


async def test_a_slow_answer_is_waited_for(gym: Gym) -> None:
    """The server's own slowness is nobody's silence."""
    from aiohttp import web

    app = make_app(gym)

    async def slow(_: web.Request) -> web.Response:
        await asyncio.sleep(2.5)
        return web.Response(text="late")

    app.router.add_get("/slow", slow)
    async with TestClient(OwnServer(app, SOON)) as client:
        assert await (await client.get("/slow")).text() == "late"


async def test_an_address_has_so_many_connections_and_the_longest_silent_goes_first(gym: Gym) -> None:
    few = Deadlines(each_address=10)
    async with served(gym, few) as client:
        opened = await silent(client.port, 30)
        assert (await client.get("/healthz")).status == 200
        assert count_open(client) <= 10
        for one in opened:
            with closing(one):
                pass


async def test_altogether_so_many_that_descriptors_are_left(gym: Gym) -> None:
    few = Deadlines(all=10)
    async with served(gym, few) as client:
        opened = await silent(client.port, 30)
        assert (await client.get("/healthz")).status == 200
        assert count_open(client) <= 10
        for one in opened:
            one.close()


def test_the_limit_of_descriptors_is_raised_as_far_as_the_system_lets_us() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
        assert raise_limit() == resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 512
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
