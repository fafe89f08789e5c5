"""A real server over a real gym, and a kiosk that talks to it."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import Browser, async_playwright

from gym.app import Gym
from gym.security.passwords import hash_secret
from gym.security.permissions import Actor
from gym.staff.models import Staff
from tests.support.browser import browser_program, shell_program
from tests.support.cameras import CanvasCamera, FilmCamera, film_of
from tests.support.door import Door
from tests.support.kiosk_page import FLAGS, Kiosks, empty_room
from web.api.operations import document
from web.app import make_app


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


@pytest.fixture(scope="session")
async def shell() -> AsyncGenerator[Browser]:
    """One browser without windows; each test has a profile of its own in it."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=shell_program(driver), args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
def kiosks(shell: Browser, stranger_at_door: Door) -> Kiosks:
    return Kiosks(shell, CanvasCamera(), stranger_at_door)


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What every camera of the whole Chromium shows."""
    path = tmp_path_factory.mktemp("camera") / "view.y4m"
    path.write_bytes(film_of(empty_room()))
    return path


@pytest.fixture(scope="session")
async def chromium(film: Path) -> AsyncGenerator[Browser]:
    """The whole browser, with its own permissions and devices."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=browser_program(driver),
            args=[*FLAGS, f"--use-file-for-fake-video-capture={film}"],
        )
        yield browser
        await browser.close()


@pytest.fixture
def whole_kiosks(chromium: Browser, film: Path, stranger_at_door: Door) -> Kiosks:
    """For what only the whole Chromium has: a camera that is a device, and a page that is installed."""
    return Kiosks(chromium, FilmCamera(film), stranger_at_door)


@pytest.fixture
async def employee_password(gym: Gym, employee: Actor) -> tuple[str, str]:
    """The name and password with which an employee signs in at the kiosk."""
    name, password = "bruno", "correct-horse-7-staple"
    async with gym.unit_of_work(Actor.system()) as uow:
        row = await uow.session.get_one(Staff, employee.id)
        row.username, row.password_hash = name, hash_secret(password)
    return name, password
