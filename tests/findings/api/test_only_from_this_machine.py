"""What is allowed from this machine alone is not allowed to whoever a proxy or tunnel on it speaks for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import HttpVersion10
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request
from multidict import CIMultiDict

from gym.app import Gym
from tests.support.door import Door
from web.app import make_app
from web.http.addresses import is_from_here

HERE = ("localhost", "LOCALHOST:8080", "localhost.", "127.0.0.1", "127.0.0.1:8080", "127.8.9.1", "[::1]:8080")
ELSEWHERE = (
    "gym.example",
    "evil.example:8080",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "192.168.1.10:8080",
    "0.0.0.0",
    "[::2]",
    "[::1",
    "evil.example@127.0.0.1:x",
    "",
)
PROXIES = (
    {"X-Forwarded-For": "203.0.113.9"},
    {"X-Forwarded-Proto": "https"},
    {"x-forwarded-host": "gym.example"},
    {"X-Forwarded-Server": "a"},
    {"Forwarded": "for=203.0.113.9"},
    {"X-Real-IP": "203.0.113.9"},
    {"X-Client-IP": "203.0.113.9"},
    {"X-Cluster-Client-IP": "203.0.113.9"},
    {"True-Client-IP": "203.0.113.9"},
    {"Client-IP": "203.0.113.9"},
    {"Via": "1.1 proxy"},
    {"CF-Connecting-IP": "203.0.113.9"},
    {"CF-Ray": "1"},
    {"CDN-Loop": "cloudflare"},
    {"Fly-Client-IP": "203.0.113.9"},
    {"Fastly-Client-IP": "203.0.113.9"},
    {"Tailscale-User-Login": "a@b.example"},
    {"X-Envoy-External-Address": "203.0.113.9"},
    {"X-Original-Forwarded-For": "203.0.113.9"},
)


@pytest.fixture
async def strict(gym: Gym) -> AsyncGenerator[TestClient[Any, Any]]:
    """A gym that answers over https only."""
    config = gym.config.model_copy(update={"require_https": True})
    async with TestClient(TestServer(make_app(replace(gym, config=config)))) as client:
        yield client


@pytest.mark.parametrize("host", HERE)
async def test_this_machine_asks_for_itself_by_its_own_names(strict: TestClient[Any, Any], host: str) -> None:
    assert (await strict.get("/metrics", headers={"Host": host})).status == 200
    assert (await strict.get("/healthz", headers={"Host": host})).status == 200


@pytest.mark.parametrize("host", ELSEWHERE)
async def test_another_name_was_asked_of_somebody_else(
    door: Door, strict: TestClient[Any, Any], host: str
) -> None:
    headers = {"Host": host}
    assert (await strict.get("/healthz", headers=headers)).status == 403
    assert (await door.client.get("/metrics", headers=headers)).status == 404


@pytest.mark.parametrize("added", PROXIES, ids=[next(iter(one)) for one in PROXIES])
async def test_what_a_proxy_hands_on_does_not_come_from_here(
    door: Door, strict: TestClient[Any, Any], added: dict[str, str]
) -> None:
    assert (await strict.get("/healthz", headers=added)).status == 403
    assert (await door.client.get("/metrics", headers=added)).status == 404


async def test_a_proxy_that_adds_nothing_speaks_an_older_http(door: Door) -> None:
    """As nginx does until it is told otherwise."""
    async with aiohttp.ClientSession(version=HttpVersion10) as nginx:
        answer = await nginx.get(door.client.make_url("/metrics"))
        assert answer.status == 404


async def test_a_whole_address_as_the_target_is_what_a_proxy_is_asked(door: Door) -> None:
    """The target outweighs Host, which may say anything beside it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", door.client.port)
    writer.write(b"GET http://gym.example/metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    assert answer.split()[1] == b"404"


@pytest.mark.parametrize("peer", ["192.168.1.20", "203.0.113.9", "::ffff:192.168.1.20", "fe80::1", ""])
def test_another_machine_is_not_this_one_whatever_it_asks_for(peer: str) -> None:
    asked = make_mocked_request("GET", "/metrics", headers={"Host": "localhost"})
    assert is_from_here(asked.clone(remote="127.0.0.1"))
    assert not is_from_here(asked.clone(remote=peer))


@pytest.mark.parametrize("hosts", [("localhost", "gym.example"), ("gym.example", "localhost"), ()])
def test_of_two_names_nobody_knows_which_one_was_meant(hosts: tuple[str, ...]) -> None:
    headers = CIMultiDict([("Host", host) for host in hosts])
    asked = make_mocked_request("GET", "/metrics", headers=headers)
    assert not is_from_here(asked.clone(remote="127.0.0.1"))
