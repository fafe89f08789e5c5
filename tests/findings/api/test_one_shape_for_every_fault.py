"""Whatever is sent, the answer has one shape, names no server and repeats nothing of the request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp.test_utils import TestClient
from yarl import URL

from gym.app import Gym
from gym.core.values.networks import Networks
from gym.security.rate_limits import Rate
from tests.support.door import API, Door
from tests.support.served import OwnServer
from tests.support.tokens import token_of
from web.app import make_app
from web.http.limits.rates import LIMITS

MARK = "s3cret-mark"
Client = TestClient[Any, Any]


@pytest.fixture
async def server(gym_with_faces: Gym) -> AsyncGenerator[Client]:
    """As `python -m web` serves it."""
    async with TestClient(OwnServer(make_app(gym_with_faces))) as client:
        yield client


async def raw(client: Client, sent: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of what comes back for bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(sent)
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return int(first.split()[1]), headers, body


UNREADABLE = {
    "no HTTP at all": f"{MARK}\r\n\r\n",
    "a method with a bracket": f"GE(T /{MARK} HTTP/1.1\r\nHost: a\r\n\r\n",
    "another protocol": f"GET /{MARK} GOPHER/9\r\nHost: a\r\n\r\n",
    "an endless address": f"GET /{MARK}{'x' * 9000} HTTP/1.1\r\nHost: a\r\n\r\n",
    "an endless header": f"GET / HTTP/1.1\r\nHost: a\r\nX-{MARK}: {'x' * 9000}\r\n\r\n",
    "a header without a name": f"GET / HTTP/1.1\r\nHost: a\r\n: {MARK}\r\n\r\n",
    "a header with a NUL": f"GET / HTTP/1.1\r\nHost: a\r\nX: {MARK}\0\r\n\r\n",
    "a folded header": f"GET / HTTP/1.1\r\nHost: a\r\n {MARK}: b\r\n\r\n",
    "two lengths": f"POST /{MARK} HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a negative length": f"POST /{MARK} HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "length and chunks": f"POST /{MARK} HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "an unknown coding": f"POST /{MARK} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: {MARK}\r\n\r\n",
    "an unknown expectation": f"POST {API}/auth/token HTTP/1.1\r\nHost: a\r\nExpect: {MARK}\r\n"
    "Content-Length: 0\r\nConnection: close\r\n\r\n",
    "an address that is none": f"GET http://[{MARK} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
}


@pytest.mark.parametrize("sent", UNREADABLE.values(), ids=UNREADABLE)
async def test_what_cannot_be_parsed_is_answered_in_the_one_shape(server: Client, sent: str) -> None:
    status, headers, body = await raw(server, sent.encode())
    error = json.loads(body)
    assert 400 <= status < 500
    assert error["request_id"] == headers["x-request-id"]
    assert set(error["error"]) == {"code", "message", "details"}
    assert headers["content-type"].startswith("application/json")
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers
    assert MARK not in body.decode() + str(headers)


async def test_no_answer_names_the_server(server: Client, gym: Gym) -> None:
    paths = ("/healthz", "/readyz", "/kiosk/", "/kiosk/app.js", "/kiosk/icon.svg", "/nothing", "/api/docs",
             "/metrics", "/password?start=x", "/", f"{API}/kiosk")  # fmt: skip
    for path in paths:
        answer = await server.get(path, allow_redirects=False)
        assert "Server" not in answer.headers, path
    assert "Server" not in (await server.options("/")).headers


async def test_https_is_kept_to_once_it_was_used(gym_with_faces: Gym) -> None:
    """Behind a proxy that ends TLS; a page asked in plain says nothing of it."""
    config = gym_with_faces.config.model_copy(update={"trusted_proxies": Networks.of(["127.0.0.1"])})
    async with TestClient(OwnServer(make_app(replace(gym_with_faces, config=config)))) as client:
        secure = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
        answer = await client.get("/kiosk/", headers=secure)
        assert int(answer.headers["Strict-Transport-Security"].removeprefix("max-age=")) >= 180 * 86400
        plain = await client.get("/kiosk/", headers=secure | {"X-Forwarded-Proto": "http"})
        assert "Strict-Transport-Security" not in plain.headers


# Forged values ────────────────────────────────────────────────────────────────────────────────────────────

VALUES = (
    "", " ", "\0", "a\0b", "%00", "\ud800", "٣", "9" * 30, "9" * 5000, "-1", "0", "1e9", "NaN", "inf", "-0",
    "null", "[]", "{}", "0x10", "1_000", "' OR 1=1 --", "%", "_", "../../etc/passwd", "x" * 5000,
    "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01T00:00:00+99:99",
    "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-01-01 00:00:00",
    "ffffffff-ffff-ffff-ffff-ffffffffffff", "urn:uuid:00000000-0000-0000-0000-000000000000",
    "MDAwMA==", "2026-01-01T00:00:00Z.ffffffff-ffff-ffff-ffff-ffffffffffff", "🐍", "\u202e", "\r\nX: 1",
)  # fmt: skip
QUERIES = (
    "/check-ins?since=", "/check-ins?limit=", "/check-ins?cursor=", "/clients?q=", "/clients?page=",
    "/auth/sessions?subject_id=", "/auth/sessions?page=", "/thumbnails/{id}?mac=&until=",
    "/thumbnails/{id}?until=9999999999&mac=",
)  # fmt: skip
PATHS = ("/clients/", "/faces/", "/auth/sessions/", "/thumbnails/")
BODIES: dict[str, dict[str, Any]] = {
    "/check-ins": {"qr": "", "document_number": "", "phone_last4": "", "captured_at": "", "turn": ""},
    "/auth/token": {"grant_type": "kiosk", "kiosk_id": "", "secret": "", "username": "", "password": ""},
    "/auth/refresh": {"refresh_token": ""},
    "/auth/revoke": {"refresh_token": ""},
    "/kiosks/pair": {"code": "", "name": ""},
    "/kiosk/exit": {"pin": ""},
}


def encoded(value: str) -> str:
    return quote(value.encode("utf-8", "surrogatepass"), safe="")


async def shaped(answer: Any) -> int:
    """The status; a refusal must have the one shape."""
    if answer.status >= 400 and answer.content_type == "application/json":
        body = await answer.json()
        assert set(body) == {"error", "request_id"}
        assert set(body["error"]) == {"code", "message", "details"}
    return answer.status


async def test_forged_queries_and_paths_are_refused_and_never_stumbled_over(door: Door, gym: Gym) -> None:
    headers = {"Authorization": f"Bearer {await token_of(gym, door.admin)}"}
    unlimited(door)
    seen: dict[str, int] = {}
    for value in VALUES:
        for start in QUERIES:
            path = f"{API}{start}".format(id="00000000-0000-0000-0000-000000000000") + encoded(value)
            seen[path] = await shaped(await door.client.get(URL(path, encoded=True), headers=headers))
        for start in PATHS:
            path = f"{API}{start}{encoded(value)}"
            seen[path] = await shaped(await door.client.delete(URL(path, encoded=True), headers=headers))
    assert {path: status for path, status in seen.items() if status >= 500} == {}


async def test_forged_bodies_are_refused_and_never_stumbled_over(door: Door) -> None:
    unlimited(door)
    odd: tuple[Any, ...] = (*VALUES, None, True, 0, -1, 10**30, 1e308, [], {}, [[]], {"a": "b"})
    seen: dict[str, int] = {}
    for path, fields in BODIES.items():
        for name in fields:
            for value in odd:
                body = {**({"grant_type": "password"} if path == "/auth/token" else {}), name: value}
                answer = await door.client.post(f"{API}{path}", json=body, headers=door.bearer)
                seen[f"{path} {name} {value!r:.40}"] = await shaped(answer)
    for sent in (
        b"",
        b"\0",
        b"[]",
        b"nul",
        b'{"a":',
        b"\xff\xfe",
        b'{"code": "\\ud800"}',
        b"[" * 50_000,
        b"1" * 5000,
    ):
        for path in BODIES:
            answer = await door.client.post(
                f"{API}{path}", data=sent, headers={**door.bearer, "Content-Type": "application/json"}
            )
            seen[f"{path} {sent[:20]!r}"] = await shaped(answer)
    assert {path: status for path, status in seen.items() if status >= 500} == {}
    assert set(seen.values()) <= {204, 400, 401, 403, 404, 413, 415, 422}


async def test_forged_headers_are_refused_and_never_stumbled_over(server: Client, door: Door) -> None:
    names = ("Authorization", "Accept-Language", "X-Request-ID", "Idempotency-Key", "Content-Type", "Origin",
             "X-Forwarded-For", "Range", "If-None-Match", "Cookie")  # fmt: skip
    values = (
        b"",
        b"\x80\xff",
        b"Bearer \xff.\xff.\xff",
        b"x" * 8000,
        b",,,;;;==",
        b"bytes=9-1,-1",
        b"*" * 100,
    )
    for path in (f"{API}/kiosk", f"{API}/check-ins", "/kiosk/app.js", "/readyz"):
        for name in names:
            for value in values:
                head = f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{name}: ".encode()
                status, headers, _ = await raw(server, head + value + b"\r\n\r\n")
                assert status < 500, (path, name, value)
                assert "server" not in headers


def unlimited(door: Door) -> None:
    """What is tried here is not how often."""
    app: Any = door.client.app
    limits, free = app[LIMITS], Rate("free", 10**6, 10**6)
    for name in (
        "device",
        "faces",
        "replay",
        "staff",
        "address",
        "name",
        "name_here",
        "exit",
        "document",
        "documents",
    ):
        object.__setattr__(limits, name, free)
