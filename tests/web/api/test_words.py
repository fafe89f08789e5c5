"""Sentences of errors use the gym's own money and time, whatever the environment said at the start."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import cast, update
from sqlalchemy.dialects.postgresql import JSONB

from gym.app import Gym
from gym.core.errors import Conflict
from gym.security.permissions import Actor
from gym.settings.models import GymState
from web.app import make_app


class Owed(Conflict):
    """A fault with money and a moment in it."""

    code: ClassVar[str] = "owed"
    message = "{amount} since {since}"


async def fail(_: web.Request) -> web.Response:
    raise Owed(amount=Decimal("12.50"), since=datetime(2026, 8, 3, 15, 0, tzinfo=UTC))


async def test_a_sentence_is_written_with_the_gyms_settings(gym: Gym) -> None:
    changed = {"currency": "EUR", "timezone": "Europe/Madrid"}
    async with gym.unit_of_work(Actor.system()) as uow:
        settings = GymState.settings.op("||")(cast(changed, JSONB))
        await uow.session.execute(update(GymState).values(settings=settings))
    app = make_app(gym)
    app.router.add_get("/owed", fail)
    async with TestClient[Any, Any](TestServer(app)) as client:
        body = json.loads(await (await client.get("/owed")).text())
    assert body["error"]["message"] == "€12.50 since 3 Aug 2026, 17:00"
