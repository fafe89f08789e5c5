"""Alive, ready, metrics, and what happens when the database goes away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import make_url

from gym.app import Gym
from gym.core.config import Config
from gym.core.database.engine import Database
from gym.core.values.networks import Networks
from gym.security.permissions import Actor
from tests.support.databases import administration
from tests.support.door import Door
from tests.support.people import people
from web.app import make_app
from web.http.keys import BOT_READY

Client = TestClient[Any, Any]


async def test_a_gym_with_everything_is_alive_and_ready(server: Client) -> None:
    assert (await (await server.get("/healthz")).json())["status"] == "ok"
    answer = await server.get("/readyz")
    assert answer.status == 200
    checks = {"database": True, "migrations": True, "model": True, "jobs": True}
    assert (await answer.json())["checks"] == checks


async def test_without_the_model_it_is_not_ready(gym: Gym) -> None:
    async with TestClient(TestServer(make_app(gym))) as client:
        answer = await client.get("/readyz")
        assert answer.status == 503
        assert (await answer.json())["checks"]["model"] is False
        assert (await client.get("/healthz")).status == 200


async def test_the_door_does_not_wait_for_telegram(gym_with_faces: Gym) -> None:
    app = make_app(gym_with_faces)
    app[BOT_READY] = lambda: False
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/readyz")
        assert (answer.status, (await answer.json())["checks"]["bot"]) == (200, False)


async def test_a_database_that_is_gone_is_503_and_comes_back(
    gym_with_faces: Gym, admin: Actor, server: Client, door: Door, postgres_server: str
) -> None:
    url = make_url(gym_with_faces.database.url)
    gone = Database(gym_with_faces.database.url.replace("postgres/data", "postgres/nowhere"))
    async with TestClient(TestServer(make_app(replace(gym_with_faces, database=gone)))) as client:
        lost = Door(gym_with_faces, client, admin, tokens=door.tokens)
        for answer in (
            await lost.kiosk(),
            await lost.refresh(),
            await lost.show(people()[0].photo()),
            await lost.say(document_number="123456", phone_last4="1234", key="visit-1"),
        ):
            assert (answer.status, (await answer.json())["error"]["code"]) == (503, "unavailable")
            assert int(answer.headers["Retry-After"]) >= 1
        ready = await client.get("/readyz")
        assert (ready.status, (await ready.json())["checks"]["database"]) == (503, False)
        assert (await client.get("/healthz")).status == 200
    await gone.close()
    async with administration(postgres_server) as connection:
        killed = await connection.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1", url.database
        )
    assert killed > 0
    first, second = await door.kiosk(), await door.kiosk()
    assert first.status in (200, 503)
    assert second.status == 200


async def test_metrics_are_for_this_machine_only(server: Client) -> None:
    answer = await server.get("/metrics")
    assert answer.status == 200
    assert "python_info" in await answer.text()
    handed_on = await server.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert handed_on.status == 404


@pytest.fixture
def strict(config: Config) -> Config:
    changes = {
        "require_https": True,
        "trusted_proxies": Networks.of(["127.0.0.0/8"]),
        "metrics_allow": Networks.of(["203.0.113.0/24"]),
        "allowed_origins": ("https://desk.example",),
    }
    return config.model_copy(update=changes)


async def test_plain_requests_from_outside_are_refused_when_https_is_required(
    gym: Gym, strict: Config
) -> None:
    async with TestClient(TestServer(make_app(replace(gym, config=strict)))) as client:
        outside = {"X-Forwarded-For": "203.0.113.9"}
        plain = await client.get("/healthz", headers=outside | {"X-Forwarded-Proto": "http"})
        assert (plain.status, (await plain.json())["error"]["code"]) == (403, "https_required")
        secure = await client.get("/healthz", headers=outside | {"X-Forwarded-Proto": "https"})
        assert secure.status == 200
        allowed = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
        assert (await client.get("/metrics", headers=allowed)).status == 200


async def test_only_origins_of_the_list_may_read_answers(gym: Gym, strict: Config) -> None:
    async with TestClient(TestServer(make_app(replace(gym, config=strict)))) as client:
        asked = {"Origin": "https://desk.example", "Access-Control-Request-Method": "POST"}
        friend = await client.options("/api/v1/check-ins", headers=asked)
        assert (friend.status, friend.headers["Access-Control-Allow-Origin"]) == (204, "https://desk.example")
        stranger = await client.options(
            "/api/v1/check-ins", headers=asked | {"Origin": "https://evil.example"}
        )
        assert stranger.status == 405
        assert "Access-Control-Allow-Origin" not in stranger.headers


async def test_the_page_is_served_with_a_strict_policy(server: Client) -> None:
    for path, kind in (
        ("/kiosk/", "text/html"),
        ("/kiosk/app.js", "text/javascript"),
        ("/kiosk/kiosk.css", "text/css"),
        ("/kiosk/manifest.webmanifest", "application/manifest+json"),
    ):
        answer = await server.get(path)
        assert (answer.status, answer.content_type) == (200, kind)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    root = await server.get("/", allow_redirects=False)
    assert (root.status, root.headers["Location"]) == (302, "/kiosk/")
    assert (await server.get("/kiosk/app.py")).status == 404
