"""Every retry loop has a shortest and a longest pause."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs
from telegram.error import RetryAfter

from bot import home
from bot.bot_api.retries import LONGEST_REST, SHORTEST_REST, retry_seconds
from bot.sandbox.server import SandboxServer
from bot.telegram.connection import _shortest_pause
from bot.telegram.polling import Poller
from bot.telegram.running_bot import LONGEST_PAUSE, run_bot, supervise
from gym.app import Gym
from gym.core.errors import DatabaseUnavailable
from gym.core.runtime.backoff import GOOD_STRETCH, Backoff
from tests.bot.conftest import OpenBot
from tests.support.hostile_telegram import HostileTelegram
from tests.support.sandbox.client import SandboxClient


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What was waited for; nothing is."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) >= 20:
            raise asyncio.CancelledError

    monkeypatch.setattr("bot.telegram.running_bot.asyncio.sleep", sleep)
    return waited


async def test_a_server_that_does_not_hold_the_poll_is_asked_once_a_second(
    gym: Gym, hostile: HostileTelegram
) -> None:
    hostile.holds_polls = False
    async with run_bot(gym, hostile.api, routers=(home.router,)) as running:
        await running.connected.wait()
        began = time.monotonic()
        await asyncio.sleep(2.5)
    asked = [at for at in hostile.asked_at if began <= at <= began + 2.5]
    assert 1 <= len(asked) <= 4


async def test_an_update_that_comes_again_and_again_is_asked_for_once_a_second(
    gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that ignores the offset."""
    slept: list[float] = []

    class Deaf:
        async def raw_updates(self, offset: int | None, seconds: int, limit: int) -> list[object]:
            return [{"update_id": 7}]

    async def keep(_updates: object) -> None: ...

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("bot.telegram.polling.asyncio.sleep", sleep)
    poller = Poller(Deaf(), keep)
    for _ in range(5):
        await poller.step()
    assert len(slept) == 4
    assert all(0.9 < pause <= 1 for pause in slept)


async def test_updates_are_stored_when_the_database_is_back_and_the_log_says_it_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []
    answers: Iterator[bool] = iter([False] * 9 + [True])

    class One:
        async def raw_updates(self, offset: int | None, seconds: int, limit: int) -> list[object]:
            return [{"update_id": 7}]

    async def keep(_updates: object) -> None:
        if not next(answers):
            raise DatabaseUnavailable

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("bot.telegram.polling.asyncio.sleep", sleep)
    with capture_logs() as lines:
        await Poller(One(), keep).step()
    assert len(slept) == 9
    assert min(slept) > 0.3
    assert max(slept) < 7
    assert [line["event"] for line in lines] == ["updates_wait_for_database"]


async def test_a_task_that_fails_at_once_is_started_later_each_time_and_told_in_one_line(
    pauses: list[float],
) -> None:
    async def work() -> None:
        raise ValueError("odd")

    with capture_logs() as lines, pytest.raises(asyncio.CancelledError):
        await supervise("task", work)
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (2, LONGEST_PAUSE)
    assert ["exc_info" in line for line in lines] == [True] + [False] * 19


async def test_after_a_stretch_of_good_running_the_pause_is_short_again(
    pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    ran = iter([1, 1, 1, 1, GOOD_STRETCH, 1] + [1] * 20)
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "time", lambda: now, raising=False)

    async def work() -> None:
        nonlocal now
        now += next(ran)
        raise ValueError

    with pytest.raises(asyncio.CancelledError):
        await supervise("task", work)
    assert pauses[:6] == [2, 4, 8, 16, 2, 4]


async def test_getme_without_a_field_is_one_line_and_tried_again(
    gym: Gym, sandbox: SandboxServer, telegram: SandboxClient, hostile: HostileTelegram
) -> None:
    hostile.answer_once("getMe", {"ok": True, "result": {"is_bot": True}})
    hostile.answer_once("getMe", {"ok": True})
    hostile.answer_once("getMe", ["no"])
    with capture_logs() as lines:
        async with run_bot(gym, hostile.api, routers=(home.router,)) as running, asyncio.timeout(30):
            await running.connected.wait()
    events = [line["event"] for line in lines]
    assert events == ["telegram_answer_unusable"] * 3 + ["telegram_connected"]
    assert not any("exc_info" in line for line in lines)


async def test_a_menu_that_telegram_refuses_is_not_set_at_every_update(
    gym: Gym, open_bot: OpenBot, telegram: SandboxClient, make_staff
) -> None:
    zoe = await telegram.person("Zoe")
    await make_staff(zoe)
    await telegram.fault("setMyCommands", 400, times=100)
    async with open_bot():
        for word in ("/start", "hello", "who is there?"):
            await zoe.sends(word)
            await zoe.sees("")
    tried = [call for call in await telegram.calls() if call["method"] == "setMyCommands"]
    assert len(tried) == 1


@pytest.mark.parametrize(
    ("asked", "obeyed"), [(0, SHORTEST_REST), (5, 5), (10**9, LONGEST_REST), (-3, SHORTEST_REST)]
)
def test_no_server_silences_a_chat_for_ever(asked: int, obeyed: float) -> None:
    assert retry_seconds(RetryAfter(asked)) == obeyed


def test_a_pause_stays_between_floor_and_ceiling_whatever_is_asked_for() -> None:
    backoff = Backoff(1, 60)
    assert [backoff.next() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert backoff.next(at_least=10**9) == 60
    backoff.reset()
    assert backoff.next(at_least=5) == 5
    for _ in range(10_000):
        assert backoff.next() <= 60
    assert _shortest_pause(RetryAfter(7)) == 7
