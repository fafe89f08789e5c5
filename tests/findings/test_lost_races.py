"""Whose transaction lost a deadlock is served all the same, in chat and over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text

from bot import home
from bot.routing.router import Audience, Router
from bot.telegram.application import Api
from bot.telegram.running_bot import run_bot
from gym.app import Gym
from gym.core.clock import SystemClock
from gym.security.permissions import Actor
from tests.bot.conftest import api, make_staff, sandbox, telegram
from tests.support.sandbox.client import SandboxClient
from web.app import make_app

__all__ = ["api", "make_staff", "sandbox", "telegram"]


@pytest.fixture
def clock() -> SystemClock:
    """An update that is put off comes again by itself."""
    return SystemClock()


DEADLOCK = text("DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END $$")


async def test_a_message_that_loses_a_deadlock_is_handled_again_by_itself(
    gym: Gym, api: Api, telegram: SandboxClient, make_staff: Any
) -> None:
    unlucky, tries = Router(Audience.STAFF), []

    @unlucky.text
    async def lose_once(context: Any) -> None:
        tries.append(context.text)
        async with context.unit_of_work() as uow:
            if len(tries) == 1:
                await uow.session.execute(DEADLOCK)
        await context.say("written at last")

    bob = await telegram.person("Bob")
    await make_staff(bob)
    async with run_bot(gym, api, routers=(home.router, unlucky)):
        await bob.sends("please")
        await bob.sees("written at last")
    assert tries == ["please", "please"]
    assert "went wrong" not in await bob.transcript()


async def test_a_request_that_loses_a_deadlock_is_asked_for_again(gym: Gym) -> None:
    async def lose(_: web.Request) -> web.Response:
        async with gym.unit_of_work(Actor.system()) as uow:
            await uow.session.execute(DEADLOCK)
        raise AssertionError("unreachable")

    app = make_app(gym)
    app.router.add_get("/api/v1/unlucky", lose)
    async with TestClient[Any, Any](TestServer(app)) as client:
        answer = await client.get("/api/v1/unlucky")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
        assert (await answer.json())["error"]["code"] == "busy"
