"""The webhook: updates that Telegram sends instead of being asked for them."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import select

from bot import home
from bot.telegram.application import Api
from bot.telegram.running_bot import run_bot
from gym.app import Gym
from gym.chats.models import DeadUpdate
from tests.bot import flow
from tests.support.sandbox.client import SandboxClient
from web.api.telegram_webhook import SECRET_HEADER, Webhook
from web.app import make_app


@pytest.fixture
async def webhook(gym: Gym) -> AsyncGenerator[Webhook]:
    """The web application with the webhook's route, served."""
    made = Webhook.of("http://127.0.0.1/telegram/updates", gym.secrets.jwt)
    app = make_app(gym)
    app.add_routes([made.route()])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}{made.path}"
    yield made
    await runner.cleanup()


async def post(webhook: Webhook, secret: str, body: object) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.post(webhook.url, json=body, headers={SECRET_HEADER: secret}) as answer,
    ):
        return answer.status


async def test_a_person_is_answered_through_the_webhook(
    gym: Gym, api: Api, webhook: Webhook, telegram: SandboxClient, make_staff
) -> None:
    bob = await telegram.person("Bob")
    await make_staff(bob)
    async with run_bot(gym, api, routers=(home.router, flow.router), webhook=webhook):
        for word in ("one", "two", "three"):
            await bob.sends(word)
            await bob.sees(f"You typed {word}")


async def test_only_telegram_may_bring_updates(gym: Gym, webhook: Webhook) -> None:
    assert await post(webhook, "wrong", {"update_id": 1}) == 403
    assert await post(webhook, "", {"update_id": 1}) == 403
    assert await post(webhook, webhook.secret, {"update_id": 1}) == 503  # nobody keeps updates yet


async def test_what_is_no_update_is_put_aside_and_not_brought_again(
    gym: Gym, api: Api, webhook: Webhook
) -> None:
    async with run_bot(gym, api, routers=(home.router,), webhook=webhook):
        for body in (["no"], {"update_id": "x"}, {"update_id": 5}):
            assert await post(webhook, webhook.secret, body) == 200
    async with gym.database.session() as session:
        dead = await session.scalars(select(DeadUpdate.reason).order_by(DeadUpdate.reason))
        assert list(dead) == ["no_id", "unreadable"]
