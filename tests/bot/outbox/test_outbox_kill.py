"""Two outbox workers at once, one of them killed in the middle, while Telegram fails in every way."""

from __future__ import annotations

from asyncio.subprocess import Process
from contextlib import AbstractAsyncContextManager
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

PEOPLE, EACH = 30, 8


@pytest.fixture
def clock() -> FrozenClock:
    """The children live in real time."""
    return FrozenClock(datetime.now(UTC))


@pytest.mark.long
async def test_nothing_is_lost_when_one_of_two_workers_is_killed_and_telegram_fails(
    gym: Gym, sandbox: SandboxServer, telegram: SandboxClient, tmp_path: Path
) -> None:
    readers = Readers(gym, telegram)
    chats = await readers.arrive(PEOPLE)
    total = await readers.write(EACH)
    blocked = chats[0]
    await telegram.fault("sendMessage", 403, times=1, chat_id=blocked)
    await telegram.fault("sendMessage", 429, times=2, retry_after=1, chat_id=chats[1])
    await telegram.fault("sendMessage", 500, times=3, chat_id=chats[2])
    await telegram.fault("sendMessage", 0, times=2, chat_id=chats[3])
    await telegram.fault("sendMessage", 200, times=1, delay=2.0, chat_id=chats[4])
    departures = tmp_path / "departures"

    def started() -> AbstractAsyncContextManager[Process]:
        return worker_process(gym, sandbox, departures)

    async with started() as first, started():
        await readers.until_left(total * 2 // 3, 60)
        first.kill()
        await readers.until_left(0, 90)
    calls = await telegram.calls()
    told = heard(calls)
    for chat in chats[1:]:
        assert set(told[chat]) == {str(number) for number in range(EACH)}, "nothing is lost"
        assert in_order(told[chat])
    assert repeats(told) <= 1, "a kill in the very instant of sending may repeat one"
    assert await readers.count(NotificationState.UNREACHABLE) == EACH
    assert len(attempts(calls, blocked)) == 1, "whoever blocked the bot is left alone"
    assert most_within(departed(departures), 1.0) <= 30
    for chat in chats:
        assert most_within(attempts(calls, chat), 0.95) <= 1
