"""A thousand messages, two outbox workers, and `kill -9` at random moments while Telegram fails."""

from __future__ import annotations

import os
import random
import time
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.sandbox.server import SandboxServer
from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.notifications.models import NotificationState
from tests.support.outbox import (
    Readers,
    attempts,
    departed,
    heard,
    in_order,
    most_within,
    repeats,
    worker_process,
)
from tests.support.sandbox.client import SandboxClient

PEOPLE, EACH, KILLS, SEED = 103, 10, 8, 20261123
NEWS = 25 if "SOAK_SECONDS" in os.environ else 45
"""For each group, which hears twenty a minute: either is more than that."""
ONCE = ((429, {"retry_after": 1}), (500, {}), (502, {"garbage": True}), (0, {}), (503, {}))
"""Telegram's refusals and its silence: the message has not arrived."""
SILENT_SECONDS = 17.0
"""Longer than the bot waits for an answer."""


@pytest.fixture
def clock() -> FrozenClock:
    """The children live in real time."""
    return FrozenClock(datetime.now(UTC))


@pytest.fixture
async def sandbox() -> AsyncGenerator[SandboxServer]:
    server = SandboxServer(store_path=None)
    await server.start()
    yield server
    await server.stop()


@pytest.mark.soak
@pytest.mark.alone
async def test_a_thousand_messages_survive_kills_at_random_moments(
    gym: Gym, sandbox: SandboxServer, tmp_path: Path
) -> None:
    """Three members have blocked the bot, some answers get lost, and two groups hear more than they may."""
    dice, departures = random.Random(SEED), tmp_path / "departures"
    async with SandboxClient(sandbox.url) as telegram, AsyncExitStack() as stack:
        readers = Readers(gym, telegram)
        chats = await readers.arrive(PEOPLE)
        blocked, silent, unsure, shaken = chats[:3], chats[3], chats[4:7], dice.sample(chats[7:], 40)
        groups = [await readers.open_desk(name) for name in ("Front desk", "Office")]
        total = await readers.write(EACH) + await readers.write_news(NEWS) * len(groups)
        for chat in blocked:
            await telegram.fault("sendMessage", 403, chat_id=chat)
        for chat in unsure:
            await telegram.fault("sendMessage", 0, afterwards=True, chat_id=chat)
        await telegram.fault("sendMessage", 0, delay=SILENT_SECONDS, chat_id=silent)
        for chat in shaken:
            status, more = dice.choice(ONCE)
            await telegram.fault("sendMessage", status, times=dice.randint(1, 3), chat_id=chat, **more)

        def started() -> AbstractAsyncContextManager[Process]:
            return worker_process(gym, sandbox, departures)

        running = [await stack.enter_async_context(started()) for _ in range(2)]
        began = time.monotonic()
        for kill in range(KILLS):
            await readers.until_left(int(total * (1 - (kill + dice.random()) / (KILLS + 1))), 180)
            running.pop(dice.randrange(2)).kill()
            running.append(await stack.enter_async_context(started()))
        await readers.until_left(0, 300)
        took, calls = time.monotonic() - began, await telegram.calls()
    told = heard(calls)
    for chat in [*chats[3:], *groups]:
        wanted = NEWS if chat in groups else EACH
        assert set(told[chat]) == {str(number) for number in range(wanted)}, "nothing is lost"
        assert in_order(told[chat])
    assert repeats(told) <= KILLS
    assert [len(attempts(calls, chat)) for chat in blocked] == [1, 1, 1], "they are left alone"
    assert await readers.count(NotificationState.UNREACHABLE) == len(blocked) * EACH
    assert await readers.count(NotificationState.FAILED) == 0
    # As they left: a receiver that is kept busy for a third of a second hears that third's all at once.
    overall, arrived = most_within(departed(departures), 1.0), most_within(attempts(calls), 1.0)
    fullest = max(most_within(attempts(calls, group), 60.0) for group in groups)
    assert overall <= 30
    assert max(most_within(attempts(calls, chat), 0.95) for chat in [*chats, *groups]) == 1
    assert fullest <= 20
    print(f"\n{total} messages, {KILLS} kills, {took:.0f} s: {repeats(told)} repeated, none lost")
    print(f"at most {overall} left in a second, {arrived} arrived")
    print(f"at most {fullest} in a minute to a group, 1 in a second to a chat")
