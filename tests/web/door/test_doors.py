"""The door relay: called when somebody is let in, never waited for, and its failure told once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from aiohttp import ClientTimeout, web
from aiohttp.test_utils import TestServer

from gym.core.clock import FrozenClock
from gym.kiosks.service import KioskService
from gym.notifications.models import NotificationKind
from tests.support.door import Door
from tests.support.memberships import told
from web.api.background.door_relay import DOORS, TIMEOUT, TRIES

CREDENTIAL = {"document_number": "1020304050", "phone_last4": "4567"}


@dataclass
class Relay:
    """A device on the gym's network that opens a door."""

    address: str = ""
    calls: int = 0
    answers: list[int] = field(default_factory=list[int])
    held: asyncio.Event | None = None

    async def open(self, _: web.Request) -> web.Response:
        self.calls += 1
        if self.held is not None:
            await self.held.wait()
        return web.Response(status=self.answers.pop(0) if self.answers else 200)


@pytest.fixture
async def relay(door: Door) -> AsyncGenerator[Relay]:
    """The relay of the kiosk's door."""
    device = Relay()
    app = web.Application()
    app.router.add_get("/open", device.open)
    async with TestServer(app) as server:
        device.address = str(server.make_url("/open"))
        async with door.gym.unit_of_work(door.admin) as uow:
            await KioskService(uow).set_door(UUID(door.kiosk_id), device.address)
        yield device


async def settled(door: Door) -> None:
    app: web.Application = door.client.app  # type: ignore[assignment]
    await app[DOORS].settled()


async def failures(door: Door) -> int:
    return len(await told(door.gym, NotificationKind.DESK_DOOR_FAILED))


async def test_whoever_is_let_in_finds_the_door_open(door: Door, relay: Relay) -> None:
    await door.member("Rosa")
    assert (await (await door.say(**CREDENTIAL)).json())["outcome"] == "admitted"
    await settled(door)
    assert (relay.calls, await failures(door)) == (1, 0)


async def test_whoever_is_not_let_in_does_not(door: Door, relay: Relay) -> None:
    await door.member("Rosa", paid=False)
    assert (await (await door.say(**CREDENTIAL)).json())["outcome"] == "denied"
    assert (await door.say(document_number="99999999", phone_last4="0000")).status == 201
    await settled(door)
    assert relay.calls == 0


async def test_a_repeated_answer_and_a_late_one_open_nothing(
    door: Door, relay: Relay, clock: FrozenClock
) -> None:
    await door.member("Rosa")
    captured = clock.now().isoformat()
    for _ in range(2):
        assert (await door.say(key="visit-1", **CREDENTIAL)).status == 201
    await settled(door)
    assert relay.calls == 1
    await door.member("Mateo", document="7777777")
    clock.advance(timedelta(minutes=20))
    late = await door.say(document_number="7777777", phone_last4="4567", captured_at=captured)
    assert (await late.json())["outcome"] == "admitted"
    await settled(door)
    assert relay.calls == 1


async def test_the_answer_does_not_wait_for_the_relay(door: Door, relay: Relay) -> None:
    await door.member("Rosa")
    relay.held = asyncio.Event()
    assert (await (await door.say(**CREDENTIAL)).json())["outcome"] == "admitted"
    relay.held.set()
    await settled(door)
    assert relay.calls == 1


async def test_a_relay_that_fails_is_tried_once_more(door: Door, relay: Relay) -> None:
    await door.member("Rosa")
    relay.answers = [500]
    await door.say(**CREDENTIAL)
    await settled(door)
    assert (relay.calls, await failures(door)) == (2, 0)


async def test_a_dead_relay_is_told_to_the_desk_once_an_hour(
    door: Door, relay: Relay, clock: FrozenClock
) -> None:
    async with door.gym.unit_of_work(door.admin) as uow:
        kiosk = await KioskService(uow).get(UUID(door.kiosk_id))
    app: web.Application = door.client.app  # type: ignore[assignment]
    relay.answers = [500, 302, 500, 404, 500, 500]
    for minutes, expected in ((0, 1), (5, 1), (60, 2)):
        clock.advance(timedelta(minutes=minutes))
        app[DOORS].open(kiosk, relay.address)
        await settled(door)
        assert await failures(door) == expected


async def test_a_relay_that_never_answers_is_given_two_seconds_twice_and_told(
    door: Door, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (TIMEOUT.total, TRIES) == (2, 2)
    monkeypatch.setattr("web.api.background.door_relay.TIMEOUT", ClientTimeout(total=0.05))
    relay.held = asyncio.Event()
    await door.member("Rosa")
    assert (await (await door.say(**CREDENTIAL)).json())["outcome"] == "admitted"
    await settled(door)
    relay.held.set()
    assert (relay.calls, await failures(door)) == (TRIES, 1)
