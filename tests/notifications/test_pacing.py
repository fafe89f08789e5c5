"""Telegram's limits hold in every window, and what Telegram asks for is obeyed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.outbox.rate_limits import OVERALL, RateWindow, SendRateLimits
from tests.support.outbox import most_within


@dataclass
class Moving:
    seconds: float = 0.0

    def now(self) -> datetime:
        return datetime(2026, 8, 3, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def wait(self, seconds: float) -> None:
        self.seconds += seconds


async def left(
    rate_limits: SendRateLimits, time: Moving, chats: list[int], *, bulk: bool = False
) -> list[float]:
    times: list[float] = []
    for chat in chats:
        await rate_limits.wait(chat, bulk=bulk)
        await rate_limits.wait_overall()
        rate_limits.left(chat)
        times.append(time.seconds)
    return times


def rate_limits() -> tuple[SendRateLimits, Moving]:
    time = Moving()
    return SendRateLimits(time, sleep=time.wait), time


async def test_fewer_than_thirty_leave_in_any_second() -> None:
    times = await left(*rate_limits(), list(range(1, 200)))
    assert 25 <= most_within(times, 1.0) < 30


async def test_a_process_that_oversleeps_sends_no_more_in_a_second() -> None:
    time = Moving()

    async def oversleeping(seconds: float) -> None:
        await time.wait(seconds + 0.3)

    times = await left(SendRateLimits(time, sleep=oversleeping), time, list(range(1, 200)))
    assert most_within(times, 1.0) == OVERALL[0]


async def test_a_chat_hears_one_message_a_second() -> None:
    times = await left(*rate_limits(), [7] * 10)
    assert most_within(times, 1.0) == 1
    assert times[-1] < 11


async def test_a_group_hears_twenty_messages_a_minute() -> None:
    times = await left(*rate_limits(), [-7] * 60)
    assert most_within(times, 60.0) == 20
    assert most_within(times, 1.0) == 1


async def test_what_many_read_leaves_room_for_a_receipt() -> None:
    times = await left(*rate_limits(), list(range(1, 100)), bulk=True)
    assert most_within(times, 1.0) <= 21


async def test_telegrams_wish_holds_one_chat_and_a_second_ones_holds_all() -> None:
    paced, time = rate_limits()
    paced.hold(1, 30)
    assert (paced.held(1), paced.held(2), paced.all_held) == (30, 0, 0)
    paced.hold(2, 5)
    assert (paced.held(1), paced.held(3), paced.all_held) == (30, 5, 5)
    time.seconds = 6
    assert (paced.held(1), paced.held(3), paced.all_held) == (24, 0, 0)


async def test_what_another_process_has_sent_counts() -> None:
    paced, time = rate_limits()
    time.seconds = 100
    paced.remember([(-7, 59.0 - number) for number in range(20)])
    assert paced.held(-7) > 1, "the group has heard twenty in this minute"
    assert paced.held(-8) == 0


def test_those_that_wait_queue_in_order() -> None:
    window = RateWindow(2, 1.0)
    assert [window.reserve(10.0) for _ in range(5)] == [0, 0, 1, 1, 2]
