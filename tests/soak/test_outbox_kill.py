"""A thousand messages, two dispatchers, and `kill -9` at random moments while Telegram fails."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest

from bot.sandbox.client import SandboxClient
from bot.sandbox.server import SandboxServer
from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.notifications.models import NotificationState
from tests.support.outbox import (
    Readers,
    attempts,
    dispatcher_process,
    heard,
    in_order,
    most_within,
    repeats,
)

PEOPLE, EACH, KILLS, SEED = 100, 10, 6, 20261123
FAULTS = ((429, {"retry_after": 1}), (500, {}), (502, {"garbage": True}), (0, {}), (503, {}))


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
async def test_a_thousand_messages_survive_kills_at_random_moments(gym: Gym, sandbox: SandboxServer) -> None:
    dice = random.Random(SEED)
    async with SandboxClient(sandbox.url) as telegram, AsyncExitStack() as stack:
        readers = Readers(gym, telegram)
        chats = await readers.arrive(PEOPLE)
        total = await readers.write(EACH)
        for chat in dice.sample(chats, 40):
            status, more = dice.choice(FAULTS)
            await telegram.fault("sendMessage", status, times=dice.randint(1, 3), chat_id=chat, **more)
        running = [await stack.enter_async_context(dispatcher_process(gym, sandbox)) for _ in range(2)]
        for kill in range(KILLS):
            await readers.until_left(int(total * (1 - (kill + dice.random()) / (KILLS + 1))), 120)
            victim = running.pop(dice.randrange(2))
            victim.kill()
            running.append(await stack.enter_async_context(dispatcher_process(gym, sandbox)))
        await readers.until_left(0, 180)
        calls = await telegram.calls()
    told = heard(calls)
    for chat in chats:
        assert set(told[chat]) == {str(number) for number in range(EACH)}
        assert in_order(told[chat])
        assert most_within(attempts(calls, chat), 0.95) <= 1
    assert repeats(told) <= KILLS
    assert most_within(attempts(calls), 1.0) <= 30
    assert await readers.count(NotificationState.FAILED, NotificationState.UNREACHABLE) == 0
