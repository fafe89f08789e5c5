"""A real server over a real gym, and a kiosk that talks to it."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from gym.app import Gym
from gym.security.permissions import Actor
from tests.support.door import Door
from web.app import make_app
from web.documents import document


@pytest.fixture
async def server(gym_with_faces: Gym) -> AsyncGenerator[TestClient[Any, Any]]:
    """Whatever a test asks of it, every answer must be one that the document knows."""
    surprises: list[str] = []

    async def look(request: web.Request, response: web.StreamResponse) -> None:
        surprise = undocumented(request, response)
        if surprise:
            surprises.append(surprise)

    app = make_app(gym_with_faces)
    app.on_response_prepare.append(look)
    async with TestClient(TestServer(app)) as client:
        yield client
    assert surprises == []


def undocumented(request: web.Request, response: web.StreamResponse) -> str | None:
    """What the document does not say of an answer; addresses that are not in it say nothing either."""
    resource = request.match_info.route.resource
    path = document()["paths"].get(resource.canonical if resource else "", {})
    answers = path.get(request.method.lower(), {}).get("responses")
    if answers is None:
        return None
    told = answers.get(str(response.status))
    name = f"{request.method} {request.path} {response.status}"
    if told is None:
        return name
    if (
        response.status < 400
        or not isinstance(response, web.Response)
        or "error" not in (response.text or "")
    ):
        return None
    code = json.loads(response.text or "{}")["error"]["code"]
    return None if f"`{code}`" in told["description"] else f"{name} {code}"


@pytest.fixture
async def stranger_at_door(gym_with_faces: Gym, server: TestClient[Any, Any], admin: Actor) -> Door:
    """A kiosk that nobody has paired yet."""
    return Door(gym_with_faces, server, admin)


@pytest.fixture
async def door(stranger_at_door: Door) -> Door:
    """A paired kiosk that has signed in."""
    await stranger_at_door.pair()
    return stranger_at_door
