"""Slow handlers, groups, and messages that the bot does not understand."""

from __future__ import annotations

import asyncio
from typing import Any

from bot import home
from bot.routing.router import Audience, Router
from bot.telegram.application import Api
from bot.telegram.running_bot import run_bot
from gym.app import Gym
from gym.core.errors import Busy
from tests.bot import flow
from tests.bot.conftest import settled
from tests.support.sandbox.client import SandboxClient


async def test_work_that_takes_long_shows_that_the_bot_is_busy(
    gym: Gym, api: Api, telegram: SandboxClient, make_staff
) -> None:
    go_on = asyncio.Event()
    slow = Router(Audience.STAFF)

    @slow.text
    async def think(context: Any) -> None:
        await go_on.wait()
        await context.say("thought through")

    bob = await telegram.person("Bob")
    await make_staff(bob)
    async with run_bot(gym, api, routers=(home.router, slow)):
        await bob.sends("hm?")
        async with asyncio.timeout(30):
            while not await telegram.calls(method="sendChatAction"):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        go_on.set()
        await bob.sees("thought through")


async def test_a_busy_house_is_a_sentence_and_not_a_silence(
    gym: Gym, api: Api, telegram: SandboxClient, make_staff
) -> None:
    full = Router(Audience.STAFF)

    @full.photo
    async def look(context: Any) -> None:
        assert len(await context.photo_bytes()) > 0
        raise Busy

    bob = await telegram.person("Bob")
    await make_staff(bob)
    async with run_bot(gym, api, routers=(home.router, full)):
        await bob.sends_photo(flow.png(1))
        await bob.sees("Busy right now")
        await bob.sends_document(flow.png(1), "face.png")
        await bob.sees("Busy right now")


async def test_in_a_group_people_talk_to_each_other_and_nobody_is_answered(
    gym: Gym, api: Api, telegram: SandboxClient, make_staff
) -> None:
    bob, eve = await telegram.person("Bob"), await telegram.person("Eve")
    await make_staff(bob)
    group = await telegram.group("Desk", [bob, eve])
    async with run_bot(gym, api, routers=(home.router, flow.router)):
        inside = eve.in_group(group["id"])
        await inside.sends("what is my plan?")
        await inside.sends("/start")
        await bob.in_group(group["id"]).sends("Luisa")
        await bob.in_group(group["id"]).sends("/start")
        await settled(gym, 3)  # nothing of hers is even kept
        answers = [message.text for message in await inside.chat() if message.from_bot]
    assert answers == []


async def test_an_unknown_command_leads_home(gym: Gym, api: Api, telegram: SandboxClient, make_staff) -> None:
    bob = await telegram.person("Bob")
    await make_staff(bob)
    async with run_bot(gym, api, routers=(home.router, flow.router)):
        await bob.sends("/nonsense")
        await bob.sees("type a name")


async def test_an_update_that_cannot_be_read_does_not_stop_the_others(
    gym: Gym, api: Api, telegram: SandboxClient, make_staff
) -> None:
    bob = await telegram.person("Bob")
    await make_staff(bob)
    async with run_bot(gym, api, routers=(home.router, flow.router)) as running:
        await running.connected.wait()
        await running.assembly.inbox.keep(
            [
                {"update_id": 1, "message": {"chat": {"id": bob.id}, "text": 5}},
                {"update_id": 2, "callback_query": "what?"},
                {"update_id": 3},
            ]
        )
        await bob.sends("still there?")
        await bob.sees("You typed still there?")
    await settled(gym, 3)  # the first is put aside before it is kept
